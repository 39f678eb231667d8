"""All three stores with what reads them, fed with telemetry that never repeats itself."""

from itertools import count

from devtrace.model.consumer import LogBatch, MetricBatch, SpanBatch
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.store.limits import MEBIBYTE, Limits, LogLimits, MetricLimits
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from devtrace.tui.log_view import LogView
from devtrace.tui.theme import ServiceHues
from devtrace.tui.view import TraceView
from tests.bench.requests import MARK, a_template
from tests.builders import T0, a_log, a_logs_request, a_metric, a_metrics_request, a_point

NEW_WORD = "#######"
"""What is another word in each batch, in names, attribute keys and resources."""
_ROWS_READ = 40
_BATCHES_PER_TICK = 10


class Sandbox:
    """The telemetry of a session, and the views of a UI that is open beside it."""

    def __init__(self) -> None:
        self.store = TraceStore(Limits(max_bytes=24 * MEBIBYTE))
        self.logs = LogStore(LogLimits(max_bytes=8 * MEBIBYTE))
        self.metrics = MetricStore(MetricLimits(max_bytes=8 * MEBIBYTE))
        self.interner = ScopeInterner()
        self.view = TraceView(self.store)
        self.log_view = LogView(self.logs)
        self.hues = ServiceHues()
        self.taken_spans = 0
        self._spans = a_template(
            attributes={f"key.{number}.{NEW_WORD}": f"value {NEW_WORD}" for number in range(8)},
            service=f"service {NEW_WORD}",
        )
        self._logs = a_logs_request(
            *(
                a_log(
                    f"{number} of {NEW_WORD}",
                    trace_id=MARK + number.to_bytes(12),
                    span_id=MARK + number.to_bytes(4),
                    attributes={f"key.{NEW_WORD}": number},
                )
                for number in range(1, 100)
            ),
            service=f"service {NEW_WORD}",
        ).SerializeToString()
        self._metrics = a_metrics_request(
            *(
                a_metric(
                    a_point(number, attributes={f"key.{NEW_WORD}": number}),
                    name=f"metric.{number % 10}.{NEW_WORD}",
                )
                for number in range(100)
            ),
            service=f"service {NEW_WORD}",
        ).SerializeToString()
        self._numbers = count(1)

    def take_one_batch(self) -> None:
        """Let a request of each signal arrive; now and then a screen is drawn."""
        number = next(self._numbers)
        decoded = decode_spans(_renamed(self._spans, number), scope_of=self.interner)
        self.store.consume(SpanBatch(decoded.slices, T0 + number))
        self.taken_spans += decoded.span_count
        logs = decode_logs(_renamed(self._logs, number), scope_of=self.interner)
        self.logs.consume_logs(LogBatch(logs.records))
        metrics = decode_metrics(_renamed(self._metrics, number), scope_of=self.interner)
        self.metrics.consume_metrics(MetricBatch(metrics.slices))
        if number % _BATCHES_PER_TICK == 0:
            self._draw()

    def is_full(self, times: int) -> bool:
        """Return whether so many times what is held was evicted, of every signal."""
        return (
            self.store.counters.evicted_spans > times * self.store.span_count
            and self.logs.counters.evicted_records > times * len(self.logs)
            and self.metrics.counters.evicted_points > times * self.metrics.point_count
        )

    def _draw(self) -> None:
        """Read what a screen in front of all this would show."""
        self.view.refresh()
        for row in range(len(self.view) - _ROWS_READ, len(self.view)):
            summary = self.view.summary(self.view.id_at(row))
            for service, _ in summary.services if summary else ():
                self.hues[service]
        newest = self.view.waterfall(self.view.id_at(len(self.view) - 1))
        for node in newest.nodes if newest else ():
            if node.span is not None:
                assert node.span.attributes
        for number in self.logs.numbers[-_ROWS_READ:]:
            self.log_view.record(number)

    def table_sizes(self) -> dict[str, int]:
        """Return how many entries everything has that could grow with what passes by."""
        return {
            "traces": len(self.store),
            "spans": self.store.span_count,
            "scopes": self.store.scope_count,
            "scopes alive": len(self.interner),
            "evicted ids": len(self.store._evicted_ids),
            "records": len(self.logs),
            "traces of records": len(self.logs._by_trace),
            "points": self.metrics.point_count,
            "series": len(self.metrics),
            "metrics": len(self.metrics._metrics),
            "rows": len(self.view),
            "rows found by id": len(self.view._all),
            "summaries": len(self.view._summaries._known),
            "waterfalls": len(self.view._waterfalls._known),
            "records drawn": len(self.log_view._known),
            "colours": len(self.hues._hue_by_name),
        }


def _renamed(template: bytes, number: int) -> bytes:
    """Return *template* with ids and words that belong to *number* alone."""
    scattered = (number * 0x9E3779B1 % 2**32).to_bytes(4)
    word = f"{number:0{len(NEW_WORD)}}".encode()
    return template.replace(MARK, scattered).replace(NEW_WORD.encode(), word)
