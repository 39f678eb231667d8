"""The query language for log records: conditions on one record, and bare text.

It is the part of the language that stands between braces for spans, with the fields that
a record has; docs/query.md, "Log records", is its reference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from devtrace.model.log import LogRecord, Severity
from devtrace.otlp.values import Value
from devtrace.query.fields import all_encoded, elements, spellings
from devtrace.query.literal import Literal
from devtrace.query.match import TextSearch, value_test, words
from devtrace.query.names import RECORDS, Field, Scope, Sort
from devtrace.query.parse import parse_predicate
from devtrace.query.probe import probe_of
from devtrace.query.subject import Block
from devtrace.query.tree import AllOf, AnyOf, Comparison, Not, Operator, Predicate, Text

RecordMatcher = Callable[[LogRecord], bool]
_Reader = Callable[[LogRecord], Sequence[Value]]

_WORDS_ONLY = frozenset({Sort.TEXT, Sort.ID})


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """What a text asked of log records; made by `parse_records`.

    Args:
        text: As it was written.
        predicate: What it means.
    """

    text: str
    predicate: Predicate
    matches: RecordMatcher = field(init=False, repr=False, compare=False)
    """Whether a record is so."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", _matcher(self.predicate))


def parse_records(text: str) -> RecordQuery:
    """Read *text* as a query for log records.

    Args:
        text: In the language of docs/query.md, "Log records".

    Raises:
        QueryError: If it is none; it says where and what would be right.
    """
    return RecordQuery(text, parse_predicate(text, RECORDS))


def _matcher(predicate: Predicate) -> RecordMatcher:
    match predicate:
        case Text(text):
            return _text_matcher(text)
        case Comparison():
            return _comparison(predicate)
        case Not(term):
            matches = _matcher(term)
            return lambda record: not matches(record)
        case AllOf(terms):
            every = tuple(map(_matcher, terms))
            return lambda record: all(matches(record) for matches in every)
        case AnyOf(terms):
            some = tuple(map(_matcher, terms))
            return lambda record: any(matches(record) for matches in some)


def _text_matcher(text: str) -> RecordMatcher:
    """Return whether a record has *text*: body, event name, values of attributes, service."""
    search = TextSearch(text)
    may_match = probe_of(Text(text))

    def has(value: Value) -> bool:
        return any(search.wanted in each.lower() for each in words(value))

    def matches(record: LogRecord) -> bool:
        if may_match and not may_match(Block((record.payload,), (record.scope,))):
            return False
        return (
            has(record.body)
            or has(record.event_name)
            or search.is_in_scope(record.scope)
            or any(map(has, record.attributes.values()))
        )

    return matches


def _comparison(comparison: Comparison) -> RecordMatcher:
    asked, literal, name = comparison.operator, comparison.literal, comparison.field
    read = _reader(name)
    if literal.is_nil:
        is_wanted = asked is Operator.UNEQUAL
        return lambda record: bool(read(record)) is is_wanted
    if name.sort is Sort.SEVERITY:
        literal = Literal(str(Severity[literal.text.upper()].value))
    fulfils = value_test(asked, literal, is_text=name.sort in _WORDS_ONLY)
    if asked in {Operator.UNEQUAL, Operator.MATCHES_NOT}:

        def none_is_so(record: LogRecord) -> bool:
            values = read(record)
            return bool(values) and not any(map(fulfils, values))

        return none_is_so
    return lambda record: any(map(fulfils, read(record)))


def _reader(name: Field) -> _Reader:
    """Return how the values of a field are read; none when it is not there."""
    if name.scope is Scope.INTRINSIC:
        return _INTRINSIC[name.name]
    keys = spellings(name.name)
    known = all_encoded(keys)

    def found(attributes: Mapping[str, Value]) -> list[Value]:
        return [leaf for key in keys if key in attributes for leaf in elements(attributes[key])]

    def own(record: LogRecord) -> list[Value]:
        if known is not None and not any(key in record.payload for key in known):
            return []
        return found(record.attributes)

    readers: dict[Scope, _Reader] = {
        Scope.LOG: own,
        Scope.BODY: lambda record: [
            leaf for key in keys for leaf in _in_body(record.body, key)
        ],
        Scope.RESOURCE: lambda record: found(record.resource.attributes),
        Scope.INSTRUMENTATION: lambda record: found(record.scope.attributes),
        Scope.ANY: lambda record: own(record) or found(record.resource.attributes),
    }
    return readers[name.scope]


def _in_body(body: Value, key: str) -> list[Value]:
    """Return what a body has under a key; in `a.b`, the `b` within `a` as well."""
    if not isinstance(body, dict):
        return []
    found = elements(body[key]) if key in body else []
    dot = key.find(".")
    while dot > 0:
        found += _in_body(body.get(key[:dot]), key[dot + 1 :])
        dot = key.find(".", dot + 1)
    return found


_INTRINSIC: dict[str, _Reader] = {
    "log:severity": lambda record: (record.severity.value,) if record.severity else (),
    "log:severityNumber": lambda record: (
        (record.severity_number,) if record.severity_number else ()
    ),
    "log:severityText": lambda record: (record.severity_text,) if record.severity_text else (),
    "log:body": lambda record: () if record.body is None else elements(record.body),
    "event:name": lambda record: (record.event_name,) if record.event_name else (),
    "service": lambda record: (record.service_name,),
    "trace:id": lambda record: (record.trace_id,) if record.trace_id else (),
    "span:id": lambda record: (record.span_id,) if record.span_id else (),
    "instrumentation:name": lambda record: (record.scope.name,),
    "instrumentation:version": lambda record: (record.scope.version,),
}
