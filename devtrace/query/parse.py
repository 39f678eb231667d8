"""From the text of a query to its tree, or to what is wrong with it and where.

The grammar knows the forms, this module the names: a word before an operator must be a
field, and its value must be one that the field can have.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput

from devtrace.query.error import QueryError, nearest
from devtrace.query.literal import NIL, Literal
from devtrace.query.names import (
    AGGREGATES,
    SPANS,
    WORDS,
    Field,
    Sort,
    Vocabulary,
)
from devtrace.query.pattern import PatternError, compile_pattern
from devtrace.query.quoting import unquoted
from devtrace.query.syntax import AGGREGATE_HINT, syntax_error
from devtrace.query.tree import (
    EVERY_SPAN,
    Absent,
    Aggregate,
    AllOf,
    AnyOf,
    Both,
    Comparison,
    Either,
    Expression,
    Not,
    Operator,
    Predicate,
    Related,
    Relation,
    Spans,
    Spanset,
    Text,
)

MAX_QUERY_CHARS = 4_000
"""A longer query is refused before it is read."""
MAX_DEPTH = 50
"""Parentheses within parentheses, and relations within one query."""

LOOKS_LIKE_FIELD = re.compile(
    r"(?:span|resource|event|link|instrumentation)?\.[A-Za-z_][\w.-]*"
)
"""A value that must be in quotes, because in TraceQL it is a field."""
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|[()]', re.DOTALL)


def parse_expression(text: str) -> Expression:
    """Read *text* as a query.

    Args:
        text: In the language of docs/query.md.

    Raises:
        QueryError: If it is none; it says where and what would be right.
    """
    expression: Expression = _read(text, SPANS)
    _check_relations(text, expression)
    return expression


def parse_predicate(text: str, vocabulary: Vocabulary) -> Predicate:
    """Read *text* as a condition on one thing, without braces, relations and aggregates.

    Args:
        text: In the part of the language that docs/query.md has for such things.
        vocabulary: What can be asked of them.

    Raises:
        QueryError: If it is none; it says where and what would be right.
    """
    predicate: Predicate = _read(text, vocabulary)
    return predicate


def _read(text: str, vocabulary: Vocabulary) -> Any:  # noqa: ANN401  # what the grammar starts with
    _check_bounds(text)
    try:
        return grammar(vocabulary).parse(text)
    except UnexpectedInput as error:
        raise syntax_error(text, error, no_braces=vocabulary.no_braces) from None
    except WrongTokenError as error:
        raise QueryError(
            error.cause,
            text=text,
            position=error.token.start_pos or 0,
            length=len(error.token),
            suggestion=error.suggestion,
            hint=error.hint,
        ) from None


@cache
def grammar(vocabulary: Vocabulary = SPANS) -> Lark:
    """Return the parser; making it costs some 80 ms, once for each vocabulary."""
    path = Path(__file__).with_name("grammar.lark")
    return Lark(
        path.read_text(encoding="utf-8"),
        parser="lalr",
        start=vocabulary.start,
        transformer=_Builder(vocabulary),
        maybe_placeholders=True,
    )


def _check_bounds(text: str) -> None:
    """Refuse what would cost more than a question is worth."""
    if not text.strip():
        raise QueryError(
            "there is nothing to look for",
            text=text,
            position=0,
            hint="write a word, a condition such as status=error, or {} for every span",
        )
    if len(text) > MAX_QUERY_CHARS:
        raise QueryError(
            f"it has {len(text)} characters, and {MAX_QUERY_CHARS} are the most",
            text=text,
            position=MAX_QUERY_CHARS,
            hint="ask for less at once",
        )
    depth = 0
    for match in _NESTING.finditer(text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth > MAX_DEPTH:
            raise QueryError(
                f"more than {MAX_DEPTH} parentheses are open",
                text=text,
                position=match.start(),
                hint="ask for less at once",
            )


def _check_relations(text: str, expression: Expression) -> None:
    waiting: list[Spanset] = [expression.spanset]
    relations = 0
    while waiting:
        match waiting.pop():
            case Related(left, _, right):
                relations += 1
                waiting += left, right
            case Both(operands) | Either(operands):
                waiting += operands
            case Absent(operand):
                waiting.append(operand)
            case Spans():
                pass
    if relations > MAX_DEPTH:
        raise QueryError(
            f"it relates spans {relations} times, and {MAX_DEPTH} are the most",
            text=text,
            position=0,
            hint="ask for less at once",
        )


# -- what the forms mean -----------------------------------------------------------------


class WrongTokenError(Exception):
    """A token fits the grammar, and still means nothing."""

    def __init__(
        self, cause: str, token: Token, *, suggestion: str = "", hint: str = ""
    ) -> None:
        super().__init__(cause)
        self.cause = cause
        self.token = token
        self.suggestion = suggestion
        self.hint = hint


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Makes the tree while the text is read, so that nothing depends on its depth.

    Lark calls the method with the name of a rule, or of its alias.

    Args:
        vocabulary: Which names there are.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def query(self, spanset: Spanset, *aggregates: Aggregate) -> Expression:
        return Expression(spanset, aggregates)

    def bare(self, predicate: Predicate) -> Spanset:
        return Spans(predicate)

    def every_span(self, *_braces: Token) -> Spanset:
        return Spans(EVERY_SPAN)

    def braces(self, predicate: Predicate) -> Spanset:
        return Spans(predicate)

    def either(self, *operands: Spanset) -> Spanset:
        return Either(operands) if len(operands) > 1 else operands[0]

    def both(self, *operands: Spanset) -> Spanset:
        return Both(operands)

    def related(self, left: Spanset, relation: Token, right: Spanset) -> Spanset:
        return Related(left, Relation(relation), right)

    def absent(self, operand: Spanset) -> Spanset:
        return operand.operand if isinstance(operand, Absent) else Absent(operand)

    def any_of(self, *terms: Predicate) -> Predicate:
        return AnyOf(terms) if len(terms) > 1 else terms[0]

    def all_of(self, *terms: Predicate) -> Predicate:
        return AllOf(terms)

    def negation(self, term: Predicate) -> Predicate:
        return term.term if isinstance(term, Not) else Not(term)

    def text(self, word: Token) -> Predicate:
        return Text(str(word))

    def quoted_text(self, string: Token) -> Predicate:
        return Text(unquoted(string))

    def field(self, word: Token) -> tuple[Field, Token]:
        if field := self._vocabulary.field_named(word):
            return field, word
        raise _no_field(word, self._vocabulary)

    def quoted_key(self, word: Token) -> tuple[Field, Token]:
        prefix, _, quoted = word.partition('"')
        if prefix not in self._vocabulary.prefixes:
            raise _no_field(word, self._vocabulary)
        return Field(self._vocabulary.prefixes[prefix], unquoted(f'"{quoted}')), word

    def bare_value(self, word: Token) -> tuple[Literal, Token]:
        if LOOKS_LIKE_FIELD.fullmatch(word):
            raise WrongTokenError(
                "one field cannot be compared with another",
                word,
                hint=f'if a text is meant, write "{word}"',
            )
        return (NIL if word == "nil" else Literal(str(word))), word

    def quoted_value(self, string: Token) -> tuple[Literal, Token]:
        return Literal(unquoted(string)), string

    def comparison(
        self, named: tuple[Field, Token], operator: Token, valued: tuple[Literal, Token]
    ) -> Predicate:
        field, _ = named
        return Comparison(field, Operator(operator), _checked(field, operator, *valued))

    def aggregate(
        self,
        function: Token,
        named: tuple[Field, Token] | None,
        operator: Token,
        valued: tuple[Literal, Token],
    ) -> Aggregate:
        if function not in AGGREGATES:
            raise WrongTokenError(
                f"there is no aggregate {str(function)!r}",
                function,
                suggestion=nearest(function, AGGREGATES),
                hint=AGGREGATE_HINT,
            )
        if (function == "count") == (named is not None):
            needed = "nothing" if function == "count" else "a field such as duration"
            raise WrongTokenError(f"{function}() takes {needed}", function)
        literal, word = valued
        if Operator(operator).is_regex or not literal.number:
            raise WrongTokenError("an aggregate is compared with a number", word)
        field = named[0] if named else None
        if field and field.sort is Sort.DURATION:
            _check_duration(literal, word)
        return Aggregate(str(function), field, Operator(operator), literal)


def _checked(field: Field, operator: Token, literal: Literal, word: Token) -> Literal:
    """Return *literal* as *field* has it, if it can have it."""
    asked = Operator(operator)
    sort = field.sort
    if literal.is_nil:
        if asked in {Operator.EQUAL, Operator.UNEQUAL}:
            return literal
        raise WrongTokenError(f"nothing is {operator} nil", operator, suggestion="!=")
    if not sort.allows(is_order=asked.is_order, is_regex=asked.is_regex):
        raise WrongTokenError(
            f"{sort.value} cannot be compared with {operator}", operator, suggestion="="
        )
    if asked.is_regex:
        try:
            compile_pattern(literal.text)
        except PatternError as error:
            raise WrongTokenError(str(error), word, hint=error.hint) from None
        return literal
    if sort in WORDS:
        return _one_of(sort, literal, word)
    if sort is Sort.ID:
        return Literal(literal.text.lower())
    if sort is Sort.DURATION:
        _check_duration(literal, word)
    if sort is Sort.NUMBER and not literal.number:
        raise WrongTokenError(f"{str(word)!r} is no number", word)
    return literal


def _one_of(sort: Sort, literal: Literal, word: Token) -> Literal:
    """Return *literal* as one of the few words that a field of *sort* can be."""
    wanted = literal.text.lower()
    if wanted in WORDS[sort]:
        return Literal(wanted)
    raise WrongTokenError(
        f"there is no {sort.name.lower()} {literal.text!r}",
        word,
        suggestion=nearest(wanted, WORDS[sort]),
        hint=f"write one of {', '.join(WORDS[sort])}",
    )


def _check_duration(literal: Literal, word: Token) -> None:
    number = literal.number
    if not number or (number.dimension != "duration" and number.amount):
        raise WrongTokenError(
            f"{str(word)!r} is no duration",
            word,
            suggestion=f"{literal.text}ms" if number and not number.dimension else "",
            hint="write it with its unit: ns, us, ms, s, m or h",
        )


def _no_field(word: Token, vocabulary: Vocabulary) -> WrongTokenError:
    """Return what is wrong with a *word* that names no field of what is asked."""
    if vocabulary is not SPANS and (SPANS.field_named(word) or word.endswith('"')):
        where, dot, key = word.partition(".")
        return WrongTokenError(
            f"a {vocabulary.thing} has no {f'{where}.' if dot else str(word)!r}"
            f"{' attributes' if dot else ''}",
            word,
            suggestion=f".{key}" if dot else "",
            hint=f"write one of {', '.join(vocabulary.field_names[:4])}, or .key",
        )
    return WrongTokenError(
        f"there is no field {str(word)!r}",
        word,
        suggestion=_near_field(word, vocabulary),
        hint=f"write .{word} if it is an attribute",
    )


def _near_field(word: str, vocabulary: Vocabulary) -> str:
    """Return the field that *word*, which is none, was probably meant to be."""
    if near := nearest(word, vocabulary.field_names):
        return near
    return f".{word}" if "." in word and vocabulary.attribute_field(f".{word}") else ""
