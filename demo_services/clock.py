"""A clock that is ahead, for the spans of requests that ask for it."""

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor

from demo_services import faults
from demo_services.faults import Fault

AHEAD_NANO = 200_000_000

MAX_TRACES = 1_000
"""Traces remembered as having a wrong clock; the oldest are forgotten first."""


class WrongClock(SpanProcessor):
    """Hands finished spans on, with other times where the request asks for it.

    Args:
        following: Takes them.
    """

    def __init__(self, following: SpanProcessor) -> None:
        self._following = following
        self._trace_ids: dict[int, None] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """See `SpanProcessor.on_start`."""
        if faults.is_asked_for(Fault.CLOCK_SKEW, parent_context):
            self._trace_ids[span.get_span_context().trace_id] = None
            if len(self._trace_ids) > MAX_TRACES:
                del self._trace_ids[next(iter(self._trace_ids))]
        self._following.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """See `SpanProcessor.on_end`."""
        own = span.get_span_context()
        is_wrong = own is not None and own.trace_id in self._trace_ids
        self._following.on_end(_ahead(span) if is_wrong else span)

    def shutdown(self) -> None:
        """See `SpanProcessor.shutdown`."""
        self._following.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """See `SpanProcessor.force_flush`."""
        return self._following.force_flush(timeout_millis)


def _ahead(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.get_span_context(),
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=[
            Event(event.name, event.attributes, event.timestamp + AHEAD_NANO)
            for event in span.events
        ],
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=(span.start_time or 0) + AHEAD_NANO,
        end_time=(span.end_time or 0) + AHEAD_NANO,
        instrumentation_scope=span.instrumentation_scope,
    )
