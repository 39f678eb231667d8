"""Spans that wait for company as long as the SDK lets them by default, where asked for."""

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from demo_services import faults
from demo_services.faults import Fault

DEFAULT_DELAY_MILLIS = 5_000
"""`OTEL_BSP_SCHEDULE_DELAY`."""


class UnhurriedExport(SpanProcessor):
    """Hands finished spans on, those of a request that will kill its process to a slow batch.

    Args:
        following: Takes all others.
        exporter: Takes the slow ones, if anybody lives to see it.
    """

    def __init__(self, following: SpanProcessor, exporter: SpanExporter) -> None:
        self._following = following
        self._slow = BatchSpanProcessor(exporter, schedule_delay_millis=DEFAULT_DELAY_MILLIS)
        self._trace_ids: set[int] = set()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """See `SpanProcessor.on_start`."""
        if faults.is_asked_for(Fault.NO_SHUTDOWN, parent_context):
            self._trace_ids.add(span.get_span_context().trace_id)  # the process ends with it
        self._following.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """See `SpanProcessor.on_end`."""
        own = span.get_span_context()
        is_slow = own is not None and own.trace_id in self._trace_ids
        (self._slow if is_slow else self._following).on_end(span)

    def shutdown(self) -> None:
        """See `SpanProcessor.shutdown`."""
        self._slow.force_flush()  # first: the two may share their exporter
        self._following.shutdown()
        self._slow.shutdown()  # type: ignore[no-untyped-call]  # untyped upstream

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """See `SpanProcessor.force_flush`."""
        return self._following.force_flush(timeout_millis)
