"""From the stored bytes of a span, log record, resource or scope to values, on demand.

Nothing here raises for what a sender wrote.  A part that cannot be decoded is left
out and noted, so that the item is shown with the defect named beside it.

Source: opentelemetry-proto `common/v1/common.proto` (AnyValue, KeyValue);
OpenTelemetry specification, `common/README.md`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError, Message

from devtrace.otlp.schema import (
    HotSpan,
    SlicedLogRecord,
    SlicedResource,
    SlicedScope,
    SlicedSpan,
    tolerant,
)

Value = str | bool | int | float | bytes | list[Any] | dict[str, Any] | None
"""An attribute value; None is OTLP's empty value, which is not the empty string."""

_TRACE = "opentelemetry.proto.trace.v1"
_LOGS = "opentelemetry.proto.logs.v1"
_COMMON = "opentelemetry.proto.common.v1"
_RESOURCE = "opentelemetry.proto.resource.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened at a moment within a span."""

    name: str
    time_unix_nano: int
    """Unix nanoseconds; 0 means the sender gave none."""
    attributes: dict[str, Value]
    dropped_attributes_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A reference to another span, in this or in any other trace; never a parent."""

    trace_id: str
    span_id: str
    trace_state: str
    attributes: dict[str, Value]
    dropped_attributes_count: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanDetail:
    """All of a span beyond its hot fields."""

    attributes: dict[str, Value] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    """In order of time; equal times keep the order in which they were sent."""
    links: tuple[Link, ...] = ()
    trace_state: str = ""
    flags: int = 0
    dropped_attributes_count: int = 0
    dropped_events_count: int = 0
    dropped_links_count: int = 0
    notes: tuple[str, ...] = ()
    """What could not be read as sent, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDetail:
    """All of a log record beyond its hot fields."""

    severity_text: str = ""
    """The severity in the words of the sender's own logging library."""
    body: Value = None
    event_name: str = ""
    """Which kind of event the record is; empty when it is none."""
    attributes: dict[str, Value] = field(default_factory=dict)
    flags: int = 0
    """W3C trace flags in the low 8 bits."""
    dropped_attributes_count: int = 0
    notes: tuple[str, ...] = ()
    """What could not be read as sent, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """What a resource or a scope says of itself."""

    name: str = ""
    version: str = ""
    attributes: dict[str, Value] = field(default_factory=dict)
    dropped_attributes_count: int = 0
    notes: tuple[str, ...] = ()


class _Notes:
    """Collects each distinct remark once, in order, with how often it was made."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def add(self, remark: str) -> None:
        self._counts[remark] = self._counts.get(remark, 0) + 1

    def text(self, raw: bytes, where: str) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.add(f"{where} is not valid UTF-8")
            return raw.decode("utf-8", "replace")

    def freeze(self) -> tuple[str, ...]:
        return tuple(
            remark if count == 1 else f"{remark} (×{count})"
            for remark, count in self._counts.items()
        )


def is_strict_span(payload: bytes) -> bool:
    """Return whether a span is what its published descriptor says, its text UTF-8.

    Costs a tenth of reading it; the descriptor is imported the first time.
    """
    from opentelemetry.proto.trace.v1.trace_pb2 import Span

    try:
        Span.FromString(payload)
    except DecodeError:
        return False
    return True


def is_strict_log(payload: bytes) -> bool:
    """Return whether a log record is what its published descriptor says; see `is_strict_span`."""
    from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

    try:
        LogRecord.FromString(payload)
    except DecodeError:
        return False
    return True


def decode_span_detail(payload: bytes) -> SpanDetail:
    """Decode a serialized `Span` beyond its hot fields.

    Args:
        payload: A serialized `Span`.

    Returns:
        Its detail; `notes` says what was damaged.
    """
    notes = _Notes()
    try:
        span: Any = tolerant(f"{_TRACE}.Span").FromString(payload)
        attributes, events, links = span.attributes, span.events, span.links
        hot = span
    except DecodeError:
        span, hot = SlicedSpan.FromString(payload), HotSpan.FromString(payload)
        attributes = _whole(span.attributes, f"{_COMMON}.KeyValue", "attribute", notes)
        events = _whole(span.events, f"{_TRACE}.Span.Event", "event", notes)
        links = _whole(span.links, f"{_TRACE}.Span.Link", "link", notes)
    notes.text(hot.name, "name")
    notes.text(hot.status.message, "status message")
    return SpanDetail(
        attributes=_attributes(attributes, notes),
        events=tuple(
            sorted((_event(event, notes) for event in events), key=lambda e: e.time_unix_nano)
        ),
        links=tuple(_link(link, notes) for link in links),
        trace_state=notes.text(span.trace_state, "trace_state"),
        flags=span.flags,
        dropped_attributes_count=span.dropped_attributes_count,
        dropped_events_count=span.dropped_events_count,
        dropped_links_count=span.dropped_links_count,
        notes=notes.freeze(),
    )


def decode_attributes(payload: bytes, keys: Collection[bytes]) -> dict[str, Value]:
    """Decode only some attributes of a serialized `Span`; the cost is that of those.

    Args:
        payload: A serialized `Span`.
        keys: As they are on the wire.

    Returns:
        What the detail of the span has under these keys.
    """
    present = [key for key in keys if key in payload]
    if not present:
        return {}
    notes = _Notes()
    parts: Iterable[bytes] = SlicedSpan.FromString(payload).attributes
    if len(present) == 1:
        (key,) = present
        parts = [part for part in parts if key in part]
    pairs = _whole(parts, f"{_COMMON}.KeyValue", "attribute", notes)
    return _attributes((pair for pair in pairs if pair.key in keys), notes)


def decode_log_detail(payload: bytes) -> LogDetail:
    """Decode a serialized `LogRecord` beyond its hot fields.

    Args:
        payload: A serialized `LogRecord`.

    Returns:
        Its detail; `notes` says what was damaged.
    """
    notes = _Notes()
    try:
        record: Any = tolerant(f"{_LOGS}.LogRecord").FromString(payload)
        attributes, body = record.attributes, record.body
    except DecodeError:
        record = SlicedLogRecord.FromString(payload)
        attributes = _whole(record.attributes, f"{_COMMON}.KeyValue", "attribute", notes)
        bodies = _whole([record.body], f"{_COMMON}.AnyValue", "body", notes)
        body = bodies[0] if bodies else None
    return LogDetail(
        severity_text=notes.text(record.severity_text, "severity_text"),
        body=None if body is None else _value(body, notes, "body"),
        event_name=notes.text(record.event_name, "event_name"),
        attributes=_attributes(attributes, notes),
        flags=record.flags,
        dropped_attributes_count=record.dropped_attributes_count,
        notes=notes.freeze(),
    )


def decode_resource(payload: bytes) -> Attributed:
    """Decode a serialized `Resource`; it has no name or version."""
    notes = _Notes()
    try:
        resource: Any = tolerant(f"{_RESOURCE}.Resource").FromString(payload)
        attributes = resource.attributes
    except DecodeError:
        resource, attributes = _sliced(SlicedResource, payload, notes)
    return Attributed(
        attributes=_attributes(attributes, notes),
        dropped_attributes_count=resource.dropped_attributes_count,
        notes=notes.freeze(),
    )


def decode_scope(payload: bytes) -> Attributed:
    """Decode a serialized `InstrumentationScope`."""
    notes = _Notes()
    try:
        scope: Any = tolerant(f"{_COMMON}.InstrumentationScope").FromString(payload)
        attributes = scope.attributes
    except DecodeError:
        scope, attributes = _sliced(SlicedScope, payload, notes)
    return Attributed(
        name=notes.text(scope.name, "scope name"),
        version=notes.text(scope.version, "scope version"),
        attributes=_attributes(attributes, notes),
        dropped_attributes_count=scope.dropped_attributes_count,
        notes=notes.freeze(),
    )


def decode_pairs(payloads: Iterable[bytes]) -> Attributed:
    """Decode serialized `KeyValue`s, each by itself; they have no name or version."""
    notes = _Notes()
    pairs = _whole(payloads, f"{_COMMON}.KeyValue", "attribute", notes)
    return Attributed(attributes=_attributes(pairs, notes), notes=notes.freeze())


def _sliced(message_class: Any, payload: bytes, notes: _Notes) -> tuple[Any, list[Any]]:  # noqa: ANN401
    """Read a resource or scope part by part; the wholly unreadable one reads as empty."""
    try:
        message = message_class.FromString(payload)
    except DecodeError:
        notes.add("resource or scope cannot be decoded")
        message = message_class()
    return message, _whole(message.attributes, f"{_COMMON}.KeyValue", "attribute", notes)


def _whole(parts: Iterable[bytes], full_name: str, what: str, notes: _Notes) -> list[Any]:
    """Parse each of *parts* alone and keep those that parse."""
    message_class = tolerant(full_name)
    messages: list[Message] = []
    for part in parts:
        try:
            messages.append(message_class.FromString(part))
        except DecodeError:
            notes.add(f"{what} cannot be decoded and is left out")
    return messages


def _event(event: Any, notes: _Notes) -> Event:  # noqa: ANN401  # built at run time
    return Event(
        name=notes.text(event.name, "event name"),
        time_unix_nano=event.time_unix_nano,
        attributes=_attributes(event.attributes, notes),
        dropped_attributes_count=event.dropped_attributes_count,
    )


def _link(link: Any, notes: _Notes) -> Link:  # noqa: ANN401  # built at run time
    return Link(
        trace_id=link.trace_id.hex(),
        span_id=link.span_id.hex(),
        trace_state=notes.text(link.trace_state, "link trace_state"),
        attributes=_attributes(link.attributes, notes),
        dropped_attributes_count=link.dropped_attributes_count,
        flags=link.flags,
    )


def _attributes(pairs: Iterable[Any], notes: _Notes) -> dict[str, Value]:
    """Return key/value pairs as a dict in order of first occurrence; the last value wins."""
    attributes: dict[str, Value] = {}
    for pair in pairs:
        key = notes.text(pair.key, "attribute key")
        if key in attributes:
            notes.add(f"attribute {key!r} occurs more than once; the last one is shown")
        attributes[key] = _value(pair.value, notes)
    return attributes


def _value(any_value: Any, notes: _Notes, where: str = "attribute value") -> Value:  # noqa: ANN401  # an AnyValue
    which = any_value.WhichOneof("value")
    match which:
        case "string_value":
            return notes.text(any_value.string_value, where)
        case "int_value" | "bool_value" | "double_value" | "bytes_value":
            scalar: Value = getattr(any_value, which)
            return scalar
        case "array_value":
            return [_value(item, notes, where) for item in any_value.array_value.values]
        case "kvlist_value":
            return _attributes(any_value.kvlist_value.values, notes)
        case _:
            return None
