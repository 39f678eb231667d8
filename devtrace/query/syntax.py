"""What does not fit the grammar, said in words: what stands there, and what could."""

import re
from typing import Any

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from devtrace.query.error import QueryError, nearest
from devtrace.query.names import AGGREGATES

AGGREGATE_HINT = f"write one of {', '.join(AGGREGATES)}"
_CALLED = re.compile(
    r'"(?:[^"\\]|\\.)*"|`[^`]*`|(?<!\|)\|\s*(?P<function>[A-Za-z_]\w*)\s*\(', re.DOTALL
)
"""What follows a single bar as an aggregate does; texts in quotes are passed over."""

_TERMINALS = {
    "WORD": "a word",
    "STRING": '"text"',
    "OPERATOR": "an operator such as =",
    "RELATION": "a relation such as >",
    "LBRACE": "{",
    "RBRACE": "}",
    "LPAR": "(",
    "RPAR": ")",
    "_AND": "&&",
    "_OR": "||",
    "_PIPE": "| with an aggregate",
    "$END": "the end",
}
"""What each terminal of the grammar is called in an error; the others go without saying."""


def syntax_error(text: str, error: UnexpectedInput, *, no_braces: str = "") -> QueryError:
    """Return what is wrong with *text*, of which the parser says *error*.

    Args:
        text: The query.
        error: What the parser says.
        no_braces: What to do about braces where they mean nothing.
    """
    if not no_braces and (other := _other_function(text)):
        return other
    if isinstance(error, UnexpectedToken):
        return _unexpected_token(text, error, no_braces)
    position: int = vars(error).get("pos_in_stream", 0)
    if text[position] in '"`':
        return QueryError(
            "the quoted text does not end",
            text=text,
            position=position,
            hint=f"close it with {text[position]}",
        )
    return QueryError(
        f"{text[position]!r} cannot stand here",
        text=text,
        position=position,
        expected=_expected(error.allowed if isinstance(error, UnexpectedCharacters) else ()),
        hint=(text[position] in "{}|" and no_braces) or _advice(text, position),
    )


def _other_function(text: str) -> QueryError | None:
    """Return what is wrong when something is called that TraceQL may have and this has not."""
    for called in _CALLED.finditer(text):
        function = called["function"]
        if function and function not in AGGREGATES:
            return QueryError(
                f"there is no aggregate {function!r}",
                text=text,
                position=called.start("function"),
                length=len(function),
                suggestion=nearest(function, AGGREGATES),
                hint=AGGREGATE_HINT,
            )
    return None


def _unexpected_token(text: str, error: UnexpectedToken, no_braces: str) -> QueryError:
    token = error.token
    expected = _expected(error.accepts or error.expected)
    if token.type == "$END":
        position = len(text.rstrip())
        return QueryError("it ends too early", text=text, position=position, expected=expected)
    position = token.start_pos or 0
    return QueryError(
        f"{str(token)!r} cannot stand here",
        text=text,
        position=position,
        length=len(token),
        expected=expected,
        hint=(token[:1] in "{}|" and no_braces) or _advice(text, position),
    )


def _expected(terminals: Any) -> tuple[str, ...]:  # noqa: ANN401  # a set of names, from lark
    return tuple(words for name, words in _TERMINALS.items() if name in terminals)


def _advice(text: str, position: int) -> str:
    """Return what to do about a slip that is made often."""
    here = text[max(0, position - 1) : position + 2]
    if "==" in here:
        return "write = for equal"
    if "<>" in here:
        return "write != for unequal"
    if text[position : position + 1] == "{":
        return "join conditions in braces with && or ||, and put every condition in braces"
    if text[position : position + 1] in {"&", "!", "=", "<", ">", "~"}:
        return "put a text that has operators in it into quotes"
    return ""
