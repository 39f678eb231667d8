"""Spans, log records and data points with other ids and at other times, else as they were.

What is rewritten is told by the names of fields, which mean the same in every message of
OTLP.  Everything else stays, unknown fields included; of an item that is damaged only the
ids and times that can be read are rewritten, and the damage stays as it was sent.
Redaction is the exception: whoever asks for it gets what cannot be read left out.

Source: opentelemetry-proto `trace/v1/trace.proto`, `logs/v1/logs.proto`,
`metrics/v1/metrics.proto`; protobuf encoding, "Unknown Fields".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from devtrace.otlp.decode import WireScope
from devtrace.otlp.encode import LOG_RECORD, parsed
from devtrace.otlp.points import POINT_TYPES
from devtrace.otlp.replay_mark import REPLAYED_FROM
from devtrace.otlp.salvage import read_by_field
from devtrace.otlp.schema import HotLogRecord, HotSpan, tolerant

REDACTED = "[redacted]"
"""What stands where a value was."""

_SPAN = "opentelemetry.proto.trace.v1.Span"
_METRIC = "opentelemetry.proto.metrics.v1.Metric"
_RESOURCE = "opentelemetry.proto.resource.v1.Resource"
_SCOPE = "opentelemetry.proto.common.v1.InstrumentationScope"
_KEY_VALUE = "opentelemetry.proto.common.v1.KeyValue"
_MARK_KEY = REPLAYED_FROM.encode()
_MAX_UINT64 = 2**64 - 1
_TIMES = (
    "start_time_unix_nano",
    "end_time_unix_nano",
    "time_unix_nano",
    "observed_time_unix_nano",
)
_SPAN_IDS = ("span_id", "parent_span_id")
_WITHIN = ("events", "links", "exemplars")
"""What else has ids or times within an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """What becomes of ids, times and attributes."""

    trace_id: Callable[[bytes], bytes]
    """Returns what a trace id becomes; itself for a trace that is not rewritten."""
    span_id: Callable[[bytes, bytes], bytes]
    """Returns what a span id becomes, given the trace id it had before."""
    time: Callable[[int], int]
    """Returns what a time becomes, in Unix nanoseconds; never asked about 0, which is none."""
    redacted_keys: frozenset[bytes] = frozenset()
    """The attributes whose values are left out, wherever they stand."""


def rewritten_span(payload: bytes, how: Rewriting, *, replayed_from: str = "") -> bytes:
    """Return a span with its events and links rewritten.

    Args:
        payload: A serialized `Span` that `decode_spans` accepted.
        how: What becomes of it.
        replayed_from: A trace id to mark it with; empty leaves no mark.
    """
    span = _read(_SPAN, HotSpan, payload, how)
    if replayed_from and _MARK_KEY in payload and "attributes" in _names(span):
        kept = [pair for pair in span.attributes if pair.key != _MARK_KEY]
        del span.attributes[:]
        span.attributes.extend(kept)
    written = _written(span, how)
    return written + _mark(replayed_from) if replayed_from else written


def rewritten_log(payload: bytes, how: Rewriting) -> bytes:
    """Return a log record rewritten.

    Args:
        payload: A serialized `LogRecord` that `decode_logs` returned.
        how: What becomes of it.
    """
    return _written(_read(LOG_RECORD, HotLogRecord, payload, how), how)


def rewritten_point(kind: str, payload: bytes, how: Rewriting) -> bytes:
    """Return a data point with its exemplars rewritten; what cannot be read is left out.

    Args:
        kind: Which field of its metric holds it; see `POINT_TYPES`.
        payload: A serialized data point that `decode_metrics` accepted.
        how: What becomes of it.
    """
    point, _ = read_by_field(POINT_TYPES[kind], payload)
    return _written(point, how)


def redacted_metric(payload: bytes, keys: frozenset[bytes]) -> bytes:
    """Return a metric without points whose metadata has no value for any of *keys*."""
    if not _holds(payload, keys):
        return payload
    metric, _ = read_by_field(_METRIC, payload)
    return _written_without(metric, keys)


def redacted_scope(wire: WireScope, keys: frozenset[bytes]) -> WireScope:
    """Return a scope and its resource without the values of *keys*."""
    return wire._replace(
        resource=_redacted(_RESOURCE, wire.resource, keys),
        scope=_redacted(_SCOPE, wire.scope, keys),
    )


# -- ids and times -----------------------------------------------------------------------


def _read(full_name: str, hot_class: Any, payload: bytes, how: Rewriting) -> Any:  # noqa: ANN401
    """Read an item whole or, where that fails, its ids and times."""
    try:
        return tolerant(full_name).FromString(payload)
    except DecodeError:
        if _holds(payload, how.redacted_keys):
            return parsed(full_name, payload)
        return hot_class.FromString(payload)


def _written(message: Any, how: Rewriting) -> bytes:  # noqa: ANN401  # built at run time
    _rewrite(message, how)
    return _written_without(message, how.redacted_keys)


def _rewrite(message: Any, how: Rewriting) -> None:  # noqa: ANN401  # built at run time
    names = _names(message)
    for name in _TIMES:
        if name in names and (time := getattr(message, name)):
            setattr(message, name, min(max(1, how.time(time)), _MAX_UINT64))
    if "trace_id" in names and (trace_id := message.trace_id):
        message.trace_id = how.trace_id(trace_id)
        for name in _SPAN_IDS:
            if name in names and (span_id := getattr(message, name)):
                setattr(message, name, how.span_id(trace_id, span_id))
    for name in _WITHIN:
        if name in names:
            for part in getattr(message, name):
                _rewrite(part, how)


def _names(message: Any) -> Any:  # noqa: ANN401  # upb's mapping has no static type
    return message.DESCRIPTOR.fields_by_name


def _mark(replayed_from: str) -> bytes:
    """Return the attribute that marks a span, as a field of it."""
    pair: Any = tolerant(_KEY_VALUE)(key=_MARK_KEY)
    pair.value.string_value = replayed_from.encode()
    marked: Any = tolerant(_SPAN)()
    marked.attributes.append(pair)
    field: bytes = marked.SerializeToString()
    return field


# -- redaction ---------------------------------------------------------------------------


def _holds(payload: bytes, keys: frozenset[bytes]) -> bool:
    """Return whether *payload* may have one of *keys*: text is on the wire as it is."""
    return any(key in payload for key in keys)


def _redacted(full_name: str, payload: bytes, keys: frozenset[bytes]) -> bytes:
    return (
        _written_without(parsed(full_name, payload), keys) if _holds(payload, keys) else payload
    )


def _written_without(message: Any, keys: frozenset[bytes]) -> bytes:  # noqa: ANN401
    if keys:
        _redact(message, keys)
    written: bytes = message.SerializeToString()
    return written


def _redact(message: Any, keys: frozenset[bytes]) -> None:  # noqa: ANN401  # built at run time
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in value if field.is_repeated else (value,):
            if part.DESCRIPTOR.full_name == _KEY_VALUE and part.key in keys:
                part.value.Clear()
                part.value.string_value = REDACTED.encode()
            else:
                _redact(part, keys)
