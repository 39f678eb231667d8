"""From a predicate to a function that tells whether a span fulfils it."""

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from devtrace.model.attributes import plain_text, value_text
from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span
from devtrace.otlp.values import Value
from devtrace.query.fields import reader_of
from devtrace.query.literal import Literal, amounts
from devtrace.query.names import Sort
from devtrace.query.pattern import compile_pattern
from devtrace.query.subject import Subject
from devtrace.query.tree import AllOf, AnyOf, Comparison, Not, Operator, Predicate, Text

Matcher = Callable[[Span, Subject], bool]
Test = Callable[[Value], bool]

_WORDS_ONLY = frozenset({Sort.TEXT, Sort.ID, Sort.STATUS, Sort.KIND})
"""What is never a number, even where it looks like one."""

_ORDERS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
}


def matcher_of(predicate: Predicate) -> Matcher:
    """Return a function of a span and its trace that tells whether it fulfils *predicate*."""
    match predicate:
        case Text(text):
            search = TextSearch(text)
            return lambda span, _: search.is_in(span)
        case Comparison():
            return _comparison(predicate)
        case Not(term):
            matches = matcher_of(term)
            return lambda span, subject: not matches(span, subject)
        case AllOf(terms):
            every = tuple(map(matcher_of, terms))
            return lambda span, subject: all(matches(span, subject) for matches in every)
        case AnyOf(terms):
            some = tuple(map(matcher_of, terms))
            return lambda span, subject: any(matches(span, subject) for matches in some)


def _comparison(comparison: Comparison) -> Matcher:
    """Return the matcher of a field: `!=` and `!~` say that it is there, and none is so."""
    asked, literal = comparison.operator, comparison.literal
    read = reader_of(comparison.field)
    if literal.is_nil:
        is_wanted = asked is Operator.UNEQUAL
        return lambda span, subject: bool(read(span, subject)) is is_wanted
    fulfils = value_test(asked, literal, is_text=comparison.field.sort in _WORDS_ONLY)
    if asked in {Operator.UNEQUAL, Operator.MATCHES_NOT}:

        def none_is_so(span: Span, subject: Subject) -> bool:
            values = read(span, subject)
            return bool(values) and not any(map(fulfils, values))

        return none_is_so
    return lambda span, subject: any(map(fulfils, read(span, subject)))


def value_test(asked: Operator, literal: Literal, *, is_text: bool = False) -> Test:
    """Return a function that tells whether one value compares so with *literal*.

    Args:
        asked: How; of `!=` and `!~` this is the part that must not hold.
        literal: Anything but nil.
        is_text: Whether the values are text even where they look like numbers.
    """
    if asked.is_regex:
        search = compile_pattern(literal.text)
        return lambda value: search(plain_text(value))
    number = None if is_text else literal.number
    text = literal.text
    if asked.is_order:
        return order_test(_ORDERS[asked], literal, is_text=is_text)

    def is_equal(value: Value) -> bool:
        if number and (pair := amounts(value, number)):
            return pair[0] == pair[1] or value == text
        return plain_text(value) == text

    return is_equal


def order_test(
    compare: Callable[[Any, Any], bool], literal: Literal, *, is_text: bool = False
) -> Test:
    """Return a function that tells whether one value is on the asked side of *literal*.

    Numbers compare as numbers; when the literal is none, text compares as text.
    """
    number = None if is_text else literal.number
    text = literal.text

    def is_beyond(value: Value) -> bool:
        if number:
            pair = amounts(value, number)
            return pair is not None and compare(*pair)
        return isinstance(value, str) and compare(value, text)

    return is_beyond


class TextSearch:
    """Looks for a text wherever a span has words, whatever the case of its letters.

    That is its name, status message and service, the names of its events, and the values
    of every attribute: its own and those of its events, links, scope and resource.

    Args:
        text: What to look for; not empty.
    """

    def __init__(self, text: str) -> None:
        self.wanted = text.lower()
        self._in_scope: WeakKeyDictionary[InstrumentationScope, bool] = WeakKeyDictionary()

    def is_in(self, span: Span) -> bool:
        """Return whether *span* has the text."""
        return (
            self._has(span.name)
            or self._has(span.status_message)
            or self.is_in_scope(span.scope)
            or any(map(self._has_value, span.attributes.values()))
            or any(
                self._has(event.name) or any(map(self._has_value, event.attributes.values()))
                for event in span.events
            )
            or any(any(map(self._has_value, link.attributes.values())) for link in span.links)
        )

    def is_in_scope(self, scope: InstrumentationScope) -> bool:
        """Return whether *scope*, its resource or the name of its service has the text."""
        found = self._in_scope.get(scope)
        if found is None:
            resource = scope.resource
            found = self._in_scope[scope] = self._has(resource.service_name) or any(
                map(
                    self._has_value, (*resource.attributes.values(), *scope.attributes.values())
                )
            )
        return found

    def _has(self, text: str) -> bool:
        return self.wanted in text.lower()

    def _has_value(self, value: Value) -> bool:
        return any(map(self._has, words(value)))


def words(value: Value) -> Iterator[str]:
    """Yield what can be searched of *value*: numbers as text, no bytes, and no keys of maps."""
    match value:
        case str():
            yield value
        case bool() | int() | float():
            yield value_text(value)
        case list():
            yield from _words_of(value)
        case dict():
            yield from _words_of(value.values())


def _words_of(values: Iterable[Value]) -> Iterator[str]:
    for value in values:
        yield from words(value)
