"""The telemetry of files on the road of what is received: decoded, counted, handed on.

Each signal is read by the decoder of the receivers, with leniency on, and given to the
consumer for it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from devtrace.formats.counts import FileCounts
from devtrace.model.consumer import (
    LogBatch,
    LogConsumer,
    MetricBatch,
    MetricConsumer,
    SpanBatch,
    SpanConsumer,
)
from devtrace.model.resource import InstrumentationScope, ScopeInterner
from devtrace.model.scrutiny import Scrutiny
from devtrace.otlp.decode import TraceSlice, decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.otlp.json import (
    translate_logs_object,
    translate_metrics_object,
    translate_traces_object,
)
from devtrace.otlp.signals import Signal, signal_of
from devtrace.otlp.status import MalformedError

_SPAN_KEYS = frozenset({"resourceSpans", "resource_spans"})
_LOG_KEYS = frozenset({"resourceLogs", "resource_logs"})
_METRIC_KEYS = frozenset({"resourceMetrics", "resource_metrics"})


class Consumers(NamedTuple):
    """Who takes what files hold; a signal without a consumer is only counted."""

    spans: SpanConsumer | None = None
    """Takes duplicates as well, with a receive time of 0."""
    logs: LogConsumer | None = None
    metrics: MetricConsumer | None = None


class Taken(NamedTuple):
    """What became of one OTLP/JSON request."""

    signals: int
    """How many signals of it were read."""
    failures: list[str]
    """Why each other one was not."""


class Intake:
    """Takes requests of any signal.

    Args:
        consumers: Take what is accepted.
        counts: Where to count.
        finds_copies: Whether to look for copies of spans, which costs memory for each.
    """

    def __init__(
        self, consumers: Consumers, counts: FileCounts, *, finds_copies: bool = True
    ) -> None:
        self._consumers = consumers
        self._counts = counts
        self._finds_copies = finds_copies
        self._interner = ScopeInterner()
        self._scrutiny = Scrutiny()
        self._trace_ids: set[str] = set()
        self._seen: set[int] = set()  # 64-bit hashes: a tenth of the payloads' memory

    def take_json(self, request: dict[str, Any]) -> Taken:
        """Take an OTLP/JSON request of one or more signals.

        Args:
            request: An object; a signal that cannot be read does not cost the others.
        """
        signals = 0
        failures: list[str] = []
        for keys, take in (
            (_SPAN_KEYS, self._take_json_spans),
            (_LOG_KEYS, self._take_json_logs),
            (_METRIC_KEYS, self._take_json_metrics),
        ):
            if not keys.isdisjoint(request):
                try:
                    take(request)
                except MalformedError as error:
                    failures.append(str(error))
                else:
                    signals += 1
        return Taken(signals, failures)

    def take_message(self, message: bytes) -> None:
        """Take a serialized request.

        Raises:
            MalformedError: If it is none.
        """
        match signal_of(message):
            case None:
                raise MalformedError(
                    "cannot decode the message as OTLP: it is damaged, or of another type"
                )
            case Signal.TRACES:
                self._take_spans(message)
            case Signal.LOGS:
                self._take_logs(message)
            case Signal.METRICS:
                self._take_metrics(message)

    def _take_json_spans(self, request: dict[str, Any]) -> None:
        translated = translate_traces_object(request, lenient=True)
        self._take_spans(translated.payload, is_text_checked=True)
        self._counts.diagnostics.update(translated.notes)
        self._counts.refused.update(translated.refused)

    def _take_json_logs(self, request: dict[str, Any]) -> None:
        translated = translate_logs_object(request, lenient=True)
        self._take_logs(translated.payload)
        self._counts.diagnostics.update(translated.notes)

    def _take_json_metrics(self, request: dict[str, Any]) -> None:
        translated = translate_metrics_object(request, lenient=True)
        self._take_metrics(translated.payload)
        self._counts.diagnostics.update(translated.notes)

    def _take_spans(self, request: bytes, *, is_text_checked: bool = False) -> None:
        counts = self._counts
        decoded = decode_spans(request, scope_of=self._interner)
        counts.refused.update(decoded.refused)
        counts.diagnostics.update(decoded.notes)
        samples = 0 if is_text_checked else None
        counts.diagnostics.update(self._scrutiny.notes_on(decoded.slices, samples=samples))
        fresh = self._fresh(decoded.slices) if self._finds_copies else decoded.span_count
        counts.spans += fresh
        counts.duplicates += decoded.span_count - fresh
        if self._consumers.spans is not None and decoded.slices:
            self._consumers.spans.consume(SpanBatch(decoded.slices, 0))

    def _take_logs(self, request: bytes) -> None:
        decoded = decode_logs(request, scope_of=self._interner)
        self._counts.logs += len(decoded.records)
        self._counts.diagnostics.update(decoded.notes)
        self._counts.diagnostics.update(
            self._scrutiny.notes_on_logs(decoded.records, samples=None)
        )
        if self._consumers.logs is not None and decoded.records:
            self._consumers.logs.consume_logs(LogBatch(decoded.records))

    def _take_metrics(self, request: bytes) -> None:
        decoded = decode_metrics(request, scope_of=self._interner)
        self._counts.metrics += decoded.point_count
        self._counts.refused.update(decoded.refused)
        self._counts.diagnostics.update(
            self._scrutiny.notes_on_metrics(decoded.slices, samples=None)
        )
        if self._consumers.metrics is not None and decoded.slices:
            self._consumers.metrics.consume_metrics(MetricBatch(decoded.slices))

    def _fresh(self, slices: Iterable[TraceSlice[InstrumentationScope]]) -> int:
        """Return how many of these spans were not read before, and count new traces."""
        seen_before = len(self._seen)
        for part in slices:
            self._trace_ids.add(part.trace_id)
            self._seen.update(map(hash, part.payloads))
        self._counts.traces = len(self._trace_ids)
        return len(self._seen) - seen_before
