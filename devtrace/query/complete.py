"""What can stand at the cursor of a query that is being typed.

The grammar says which sort of thing fits there, the names which ones exist, and the
caller which attributes and values have been seen.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from itertools import islice
from typing import NamedTuple

from lark import Token
from lark.exceptions import UnexpectedInput

from devtrace.query.names import (
    AGGREGATES,
    SPANS,
    WORDS,
    Field,
    Scope,
    Sort,
    Vocabulary,
)
from devtrace.query.parse import LOOKS_LIKE_FIELD, MAX_QUERY_CHARS, WrongTokenError, grammar
from devtrace.query.quoting import is_harmless, quoted
from devtrace.query.tree import Operator, Relation

MAX_WORD_CHARS = 200
"""Of a longer word the end is looked at, for which there are no choices."""
MAX_CHOICES = 100
"""More would not be read."""

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|["`]', re.DOTALL)
_WORD_BEFORE = re.compile(r'[^\s"`(){}=<>~!|&]*\Z')
_WORD_AFTER = re.compile(r'[^\s"`(){}=<>~!|&]*')
_PLAIN_WORD = re.compile(r'[^\s"`(){}=<>~!|&]+')
_DURATIONS = ("1ms", "10ms", "100ms", "1s")


class ChoiceKind(Enum):
    """What a choice is."""

    FIELD = "field"
    ATTRIBUTE = "attribute"
    OPERATOR = "operator"
    VALUE = "value"
    JOINT = "joint"
    """What joins conditions: `&&`, `||`, a relation, `|`."""
    AGGREGATE = "aggregate"


class Choice(NamedTuple):
    """One thing that could stand there."""

    text: str
    """As it is to be written."""
    kind: ChoiceKind


class Completion(NamedTuple):
    """What could stand at the cursor, in place of `text[start:stop]`."""

    start: int
    stop: int
    choices: tuple[Choice, ...]
    """Those that begin with what is there already come first."""


Keys = Callable[[Scope], Iterable[str]]
"""Returns the attribute keys seen in a scope, the likeliest first; ANY asks for all."""
Values = Callable[[Field], Iterable[str]]
"""Returns the values seen of a field, the likeliest first."""


class _Known(NamedTuple):
    """Which names there are."""

    vocabulary: Vocabulary
    keys: Keys
    values: Values


def complete(
    text: str, cursor: int, *, keys: Keys, values: Values, vocabulary: Vocabulary = SPANS
) -> Completion:
    """Return what can stand at *cursor*.

    Args:
        text: The query so far; it need not be one yet.
        cursor: In characters from its start, 0 to its length.
        keys: Which attributes there are.
        values: Which values a field has.
        vocabulary: What is asked.

    Returns:
        No choices where what stands before is no beginning of a query.
    """
    start, stop = _word_at(text, cursor)
    tokens, accepted = _before(text[:start], vocabulary)
    typed = text[start:cursor]
    fitting = _fitting(tokens, accepted, typed, _Known(vocabulary, keys, values))
    chosen = islice(dict.fromkeys(_matching(typed, fitting)), MAX_CHOICES)
    return Completion(start, stop, tuple(chosen))


def _word_at(text: str, cursor: int) -> tuple[int, int]:
    """Return where the word begins that the cursor is in, and where it ends."""
    for match in _QUOTED.finditer(text[:cursor]):
        if len(match[0]) == 1:
            return match.start(), cursor
    before = _WORD_BEFORE.search(text, max(0, cursor - MAX_WORD_CHARS), cursor)
    after = _WORD_AFTER.match(text, cursor)
    return before.start() if before else cursor, after.end() if after else cursor


def _before(text: str, vocabulary: Vocabulary) -> tuple[list[Token], set[str]]:
    """Return the tokens of *text* and which terminals may follow them."""
    tokens: list[Token] = []
    if len(text) > MAX_QUERY_CHARS:
        return tokens, set()
    try:
        parser = grammar(vocabulary).parse_interactive(text)
        tokens.extend(parser.iter_parse())
        return tokens, set(parser.accepts())  # type: ignore[no-untyped-call]
    except (UnexpectedInput, WrongTokenError):
        return tokens, set()


def _fitting(
    tokens: list[Token], accepted: set[str], typed: str, known: "_Known"
) -> Iterator[Choice]:
    """Yield everything that fits there, whatever is typed already."""
    last = tokens[-1].type if tokens else ""
    if last == "OPERATOR" and len(tokens) > 1 and "WORD" in accepted:
        if field := known.vocabulary.field_named(tokens[-2]):
            yield from _values(field, Operator(tokens[-1]), known.values)
    elif last == "_PIPE" and "WORD" in accepted:
        for name in AGGREGATES:
            yield Choice("count()" if name == "count" else f"{name}(", ChoiceKind.AGGREGATE)
    else:
        if "OPERATOR" in accepted and not typed:
            yield from _operators("", tokens[-1] if last == "WORD" else "", known)
        if "WORD" in accepted:
            yield from _operators(typed, typed, known)
            yield from _fields(typed, known)
        if not typed and tokens:
            yield from _joints(accepted)


def _fields(typed: str, known: "_Known") -> Iterator[Choice]:
    prefixes = known.vocabulary.prefixes
    prefix = next((each for each in prefixes if typed.startswith(each)), "")
    if not prefix:
        names = known.vocabulary.field_names
        yield from (Choice(name, ChoiceKind.FIELD) for name in names)
        prefix = "."
    for key in known.keys(prefixes[prefix]):
        written = key if _PLAIN_WORD.fullmatch(key) and is_harmless(key) else quoted(key)
        yield Choice(f"{prefix}{written}", ChoiceKind.ATTRIBUTE)


def _operators(before: str, name: str, known: "_Known") -> Iterator[Choice]:
    """Yield the operators that the field *name* can have, each after *before*."""
    field = known.vocabulary.field_named(name)
    if field is None:
        return
    for operator in Operator:
        if field.sort.allows(is_order=operator.is_order, is_regex=operator.is_regex):
            yield Choice(f"{before}{operator}", ChoiceKind.OPERATOR)


def _values(field: Field, operator: Operator, values: Values) -> Iterator[Choice]:
    if operator.is_regex:
        return
    for text in WORDS.get(field.sort) or values(field):
        yield Choice(_value(text), ChoiceKind.VALUE)
    if field.sort is Sort.DURATION:
        yield from (Choice(text, ChoiceKind.VALUE) for text in _DURATIONS)
    if field.sort is Sort.VALUE and not operator.is_order:
        yield Choice("nil", ChoiceKind.VALUE)


def _value(text: str) -> str:
    is_plain = _PLAIN_WORD.fullmatch(text) and not LOOKS_LIKE_FIELD.fullmatch(text)
    is_plain = is_plain and is_harmless(text)
    return text if is_plain and text != "nil" else quoted(text)


def _joints(accepted: set[str]) -> Iterator[Choice]:
    texts = {"_AND": ("&&",), "_OR": ("||",), "RELATION": tuple(Relation), "_PIPE": ("|",)}
    for terminal, signs in texts.items():
        if terminal in accepted:
            yield from (Choice(sign, ChoiceKind.JOINT) for sign in signs)


def _matching(typed: str, choices: Iterable[Choice]) -> Iterator[Choice]:
    """Yield the choices that begin with what is typed, then those that have it in them."""
    wanted = typed.lower().lstrip('"`')
    later = []
    for choice in choices:
        text = choice.text.lower().lstrip('".')
        if choice.text == typed:
            continue
        if text.startswith(wanted) or choice.text.lower().startswith(typed.lower()):
            yield choice
        elif wanted in text:
            later.append(choice)
    yield from later
