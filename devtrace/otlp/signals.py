"""Which signal serialized OTLP carries.

Traces, metrics and logs have the same outer messages, so nothing but the fields of
the items tells them apart; a request in a file does not say which it is.

Source: opentelemetry-proto `trace/v1/trace.proto`, `metrics/v1/metrics.proto`,
`logs/v1/logs.proto`.
"""

from collections.abc import Iterator
from enum import StrEnum

from google.protobuf.message import DecodeError

from devtrace.otlp.schema import SlicedRequest, undeclared


class Signal(StrEnum):
    """A kind of telemetry."""

    TRACES = "traces"
    METRICS = "metrics"
    LOGS = "logs"


_FIXED64, _LENGTH_DELIMITED = 1, 2
_NAME_OR_TRACE_ID = (1, _LENGTH_DELIMITED)
_SPAN_TIMES = {(7, _FIXED64), (8, _FIXED64)}
_TRACE_ID_BYTES, _SPAN_ID_BYTES = 16, 8


def signal_of(body: bytes) -> Signal | None:
    """Return what *body* carries, or None if it is no OTLP message.

    Args:
        body: Perhaps a serialized request, or `TracesData` and its like.

    Returns:
        `TRACES` also for a message without any item.
    """
    try:
        items = _items(body)
        if items is None:
            return None
        return next(filter(None, map(_signal_of_item, items)), Signal.TRACES)
    except DecodeError:
        return None


def _items(body: bytes) -> Iterator[bytes] | None:
    """Return the items of *body*, or None if it lacks the one field that OTLP has there."""
    request = SlicedRequest.FromString(body)
    if body and not request.resource_spans:
        return None
    return (
        item
        for resource_items in request.resource_spans
        for scope_items in resource_items.scope_spans
        for item in scope_items.spans
    )


def _signal_of_item(item: bytes) -> Signal | None:
    """Return what *item* is, or None if nothing in it tells."""
    length_by_field = {
        (field.field_number, field.wire_type): len(field.data)
        if field.wire_type == _LENGTH_DELIMITED
        else 0
        for field in undeclared(item)
    }
    if not length_by_field:
        return None
    if not _SPAN_TIMES.isdisjoint(length_by_field):
        return Signal.TRACES
    length = length_by_field.get(_NAME_OR_TRACE_ID)
    if length is None:
        return Signal.LOGS
    span_id_length = length_by_field.get((2, _LENGTH_DELIMITED))
    if (length, span_id_length) == (_TRACE_ID_BYTES, _SPAN_ID_BYTES):
        return Signal.TRACES
    return Signal.METRICS
