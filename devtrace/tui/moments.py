"""What a trace said while it ran: span events and log records in one order of time.

Source: OpenTelemetry specification, `logs/data-model.md`; semantic conventions,
`general/recording-errors.md` (exceptions move from span events to log records).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from typing import NamedTuple

from devtrace.analysis.title import NO_NAME
from devtrace.model.attributes import value_text
from devtrace.model.log import LogRecord
from devtrace.model.semconv import EXCEPTION_EVENT, exception_text
from devtrace.model.span import Span
from devtrace.model.steps import Steps
from devtrace.otlp.values import Event
from devtrace.tui.attribute_text import is_exception
from devtrace.tui.waterfall import Waterfall

_ROWS_AT_ONCE = 200
"""Spans whose events are decoded between two places where the work may be left."""


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """An event and the span that it is part of."""

    span: Span
    event: Event

    @property
    def at_unix_nano(self) -> int:
        """When it happened; 0 when that is unknown."""
        return self.event.time_unix_nano

    @property
    def is_error(self) -> bool:
        """Whether it is an exception."""
        return self.event.name == EXCEPTION_EVENT or is_exception(self.event.attributes)

    @property
    def summary(self) -> str:
        """Its name and attributes, or the exception it tells of, in a line's worth."""
        attributes = self.event.attributes
        if self.is_error:
            return exception_text(attributes) or EXCEPTION_EVENT
        pairs = (f"{key}={value_text(value)}" for key, value in attributes.items())
        return "  ".join([self.event.name or NO_NAME, *pairs])


class Moment(NamedTuple):
    """One line of a trace's logs."""

    node: int | None
    """Row of the waterfall that it belongs to; None when its span is not there."""
    said: SpanEvent | LogRecord

    @property
    def service_name(self) -> str:
        """Who said it."""
        if isinstance(self.said, SpanEvent):
            return self.said.span.service_name
        return self.said.service_name


def moments(waterfall: Waterfall, logs: Sequence[LogRecord]) -> Steps[list[Moment]]:
    """Work out every event and log record of a trace in order of time.

    Args:
        waterfall: The trace.
        logs: Its log records, in order of time.

    Returns:
        What has no time comes first; of equal times the event comes before the record.
    """
    events: list[Moment] = []
    for node, each in enumerate(waterfall.nodes):
        if node % _ROWS_AT_ONCE == 0:
            yield
        if each.span is not None:
            events += [Moment(node, SpanEvent(each.span, event)) for event in each.span.events]
    events.sort(key=_time_of)
    yield
    nodes = waterfall.index_by_key
    records = (
        Moment(nodes.get(record.span_id) if record.span_id else None, record) for record in logs
    )
    return list(merge(events, records, key=_time_of))


def _time_of(moment: Moment) -> int:
    return moment.said.at_unix_nano
