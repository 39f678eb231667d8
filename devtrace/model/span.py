"""A span, read from its stored OTLP bytes.

The hot fields are read when the object is made; everything else when it is first
asked for.  A span never changes, so whoever holds one may keep it.

Source: opentelemetry-proto `trace/v1/trace.proto`.
"""

from collections.abc import Collection
from enum import IntEnum
from typing import Self

from devtrace.model.resource import InstrumentationScope
from devtrace.model.sent import Sent
from devtrace.otlp.decode import read_hot_fields, read_status_message, read_trace_id
from devtrace.otlp.values import (
    Event,
    Link,
    SpanDetail,
    Value,
    decode_attributes,
    decode_span_detail,
)


class SpanKind(IntEnum):
    """How a span relates to its parent and children."""

    UNSPECIFIED = 0
    INTERNAL = 1
    SERVER = 2
    CLIENT = 3
    PRODUCER = 4
    CONSUMER = 5

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Keep a number that no version of the protocol known here has a name for."""
        if not isinstance(value, int):
            return None
        unknown = int.__new__(cls, value)
        unknown._name_ = f"KIND_{value}"
        unknown._value_ = value
        return unknown


class StatusCode(IntEnum):
    """The outcome that instrumentation or the application set on a span."""

    UNSET = 0
    OK = 1
    ERROR = 2

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Read an unknown number as UNSET; the bytes keep what was sent."""
        return cls.UNSET if isinstance(value, int) else None


# A span is made for every look at a trace; asking the enums costs it a quarter more.
_KINDS = {kind.value: kind for kind in SpanKind}
_STATUS_CODES = {code.value: code for code in StatusCode}


class Span(Sent[SpanDetail]):
    """One operation of one trace.

    Args:
        payload: A serialized OTLP `Span` with valid ids.
        scope: The scope (and through it the resource) that it was sent with.
    """

    __slots__ = (
        "_known_detail",
        "end_time_unix_nano",
        "kind",
        "name",
        "parent_span_id",
        "payload",
        "scope",
        "span_id",
        "start_time_unix_nano",
        "status_code",
    )

    def __init__(self, payload: bytes, scope: InstrumentationScope) -> None:
        (
            self.span_id,
            self.parent_span_id,
            self.name,
            kind,
            self.start_time_unix_nano,
            self.end_time_unix_nano,
            status_code,
        ) = read_hot_fields(payload)
        self.kind = _KINDS[kind] if kind in _KINDS else SpanKind(kind)
        self.status_code = (
            _STATUS_CODES[status_code]
            if status_code in _STATUS_CODES
            else StatusCode(status_code)
        )
        self.payload = payload
        self.scope = scope
        self._known_detail: SpanDetail | None = None

    def __repr__(self) -> str:
        return f"<Span {self.span_id} {self.name!r} of trace {self.trace_id}>"

    @property
    def trace_id(self) -> str:
        """The id of its trace: 32 lower-case hex digits."""
        return read_trace_id(self.payload)

    @property
    def status_message(self) -> str:
        """What the sender says of its outcome; may be empty."""
        return read_status_message(self.payload)

    @property
    def is_root(self) -> bool:
        """Whether it names no parent."""
        return self.parent_span_id is None

    @property
    def has_end(self) -> bool:
        """Whether the sender gave an end time; without one the duration is unknown."""
        return self.end_time_unix_nano != 0

    @property
    def duration_nano(self) -> int:
        """End minus start, at least 0; 0 when either is missing."""
        if not self.start_time_unix_nano or not self.end_time_unix_nano:
            return 0
        return max(0, self.end_time_unix_nano - self.start_time_unix_nano)

    @property
    def _detail(self) -> SpanDetail:
        if self._known_detail is None:
            self._known_detail = decode_span_detail(self.payload)
        return self._known_detail

    def attributes_among(self, keys: Collection[bytes]) -> dict[str, Value]:
        """Return those of its attributes that have one of *keys*, which are UTF-8.

        Cheaper than `attributes` when nothing else of the span is wanted.
        """
        if self._known_detail is not None:
            return {
                key: value for key, value in self.attributes.items() if key.encode() in keys
            }
        return decode_attributes(self.payload, keys)

    @property
    def events(self) -> tuple[Event, ...]:
        """Its events in order of time."""
        return self._detail.events

    @property
    def links(self) -> tuple[Link, ...]:
        """Its links."""
        return self._detail.links

    @property
    def trace_state(self) -> str:
        """The W3C tracestate, verbatim."""
        return self._detail.trace_state

    @property
    def dropped_events_count(self) -> int:
        """How many events the SDK dropped."""
        return self._detail.dropped_events_count

    @property
    def dropped_links_count(self) -> int:
        """How many links the SDK dropped."""
        return self._detail.dropped_links_count
