"""How the values of a field are read from a span."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from devtrace.model.semconv import ALIASES
from devtrace.model.span import Span
from devtrace.otlp.values import Value
from devtrace.query.names import Field, Scope
from devtrace.query.subject import Facts, Subject

Reader = Callable[[Span, Subject], Sequence[Value]]
"""Returns the values of a field, arrays taken apart; none when it is not there."""


REPLACEMENT = "\ufffd"
"""What stands for bytes that are no UTF-8."""


def spellings(key: str) -> tuple[str, ...]:
    """Return every name that the attribute *key* has had in the semantic conventions."""
    return ALIASES.get(key, (key,))


def encoded(text: str) -> bytes | None:
    """Return the bytes that a decoded *text* must have had, or None when they are not known."""
    if REPLACEMENT in text:
        return None
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def all_encoded(texts: Iterable[str]) -> tuple[bytes, ...] | None:
    """Return the bytes that each of *texts* must have had, or None when one is not known."""
    known = tuple(map(encoded, texts))
    return None if None in known else tuple(filter(None, known))


def reader_of(field: Field) -> Reader:
    """Return how *field* is read; facts of the trace must have been read before."""
    if field.scope is Scope.INTRINSIC:
        return _INTRINSIC[field.name]
    keys = spellings(field.name)

    def found(attributes: Mapping[str, Value]) -> list[Value]:
        return [leaf for key in keys if key in attributes for leaf in elements(attributes[key])]

    own = _own_attributes(keys)
    readers: dict[Scope, Reader] = {
        Scope.SPAN: lambda span, _: found(own(span)),
        Scope.RESOURCE: lambda span, _: found(span.resource.attributes),
        Scope.INSTRUMENTATION: lambda span, _: found(span.scope.attributes),
        Scope.EVENT: lambda span, _: [
            value for event in span.events for value in found(event.attributes)
        ],
        Scope.LINK: lambda span, _: [
            value for link in span.links for value in found(link.attributes)
        ],
        Scope.ANY: lambda span, _: found(own(span) or span.resource.attributes),
    }
    return readers[field.scope]


def _own_attributes(keys: tuple[str, ...]) -> Callable[[Span], Mapping[str, Value]]:
    """Return how those attributes of a span are read that have one of *keys*."""
    encoded = all_encoded(keys)
    if encoded is None:
        return lambda span: {
            key: value for key, value in span.attributes.items() if key in keys
        }
    return lambda span: span.attributes_among(encoded)


def elements(value: Value) -> list[Value]:
    """Return what is compared of *value*: the elements of an array, or itself."""
    if isinstance(value, list):
        return [leaf for item in value for leaf in elements(item)]
    return [value]


def _of_trace(read: Callable[[Facts], Value]) -> Reader:
    def values(_: Span, subject: Subject) -> Sequence[Value]:
        if subject.facts is None:
            raise RuntimeError("the facts of the trace have not been read")
        return (read(subject.facts),)

    return values


_INTRINSIC: dict[str, Reader] = {
    "span:name": lambda span, _: (span.name,),
    "span:status": lambda span, _: (span.status_code.name.lower(),),
    "span:statusMessage": lambda span, _: (span.status_message,),
    "span:kind": lambda span, _: (span.kind.name.lower(),),
    "span:duration": lambda span, _: (span.duration_nano,),
    "span:id": lambda span, _: (span.span_id,),
    "span:parentID": lambda span, _: (span.parent_span_id,) if span.parent_span_id else (),
    "service": lambda span, _: (span.service_name,),
    "trace:id": lambda span, _: (span.trace_id,),
    "trace:duration": _of_trace(lambda facts: facts.duration_nano),
    "trace:rootName": _of_trace(lambda facts: facts.root.name),
    "trace:rootService": _of_trace(lambda facts: facts.root.service_name),
    "trace:spans": _of_trace(lambda facts: facts.span_count),
    "trace:errors": _of_trace(lambda facts: facts.error_count),
    "event:name": lambda span, _: [event.name for event in span.events],
    "event:timeSinceStart": lambda span, _: [
        event.time_unix_nano - span.start_time_unix_nano for event in span.events
    ],
    "link:traceID": lambda span, _: [link.trace_id for link in span.links],
    "link:spanID": lambda span, _: [link.span_id for link in span.links],
    "instrumentation:name": lambda span, _: (span.scope.name,),
    "instrumentation:version": lambda span, _: (span.scope.version,),
}
