"""All three stores with what reads them, fed with telemetry that never repeats itself."""

from itertools import count

from devtrace.analysis.operations import operation_samples
from devtrace.otlp.signals import Signal
from devtrace.receivers.ingest import Ingest
from devtrace.receivers.sender import Sender
from devtrace.store.limits import MEBIBYTE, Limits, LogLimits, MetricLimits
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from devtrace.tui.across import AcrossReading
from devtrace.tui.kept_state import KeptState
from devtrace.tui.log_view import LogView
from devtrace.tui.metric_view import MetricView
from devtrace.tui.operation_view import OperationView
from devtrace.tui.seen_attributes import SeenAttributes
from devtrace.tui.theme import ServiceHues
from devtrace.tui.trace_search import TraceSearch
from devtrace.tui.view import TraceView
from tests.bench.requests import MARK, a_template
from tests.builders import a_log, a_logs_request, a_metric, a_metrics_request, a_point

NEW_WORD = "#######"
"""What is another word in each batch, in names, attribute keys and resources."""
_ROWS_READ = 40
_BATCHES_PER_TICK = 10
_QUERY = "status=error"


class Sandbox:
    """The telemetry of a session, and the views of a UI that is open beside it."""

    def __init__(self) -> None:
        self.store = TraceStore(Limits(max_bytes=24 * MEBIBYTE))
        self.logs = LogStore(LogLimits(max_bytes=8 * MEBIBYTE))
        self.metrics = MetricStore(MetricLimits(max_bytes=8 * MEBIBYTE))
        self.ingest = Ingest(self.store, log_consumer=self.logs, metric_consumer=self.metrics)
        self.view = TraceView(self.store)
        self.narrowed = TraceView(self.store)
        TraceSearch(self.narrowed, KeptState()).ask(_QUERY)
        self.log_view = LogView(self.logs)
        self.metric_view = MetricView(self.metrics)
        self.reading = AcrossReading(self.store, operation_samples)
        self.operations = OperationView(self.reading)
        self.seen = SeenAttributes()
        self.hues = ServiceHues()
        self._spans = a_template(
            attributes={f"key.{number}.{NEW_WORD}": f"value {NEW_WORD}" for number in range(8)},
            service=f"service {NEW_WORD}",
        ).replace(b"POST /api/orders/{order_id}", f"POST /api/ord/{NEW_WORD}/{{oid}}".encode())
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

    async def take_one_batch(self) -> None:
        """Let a request of each signal arrive, and one that is none; now and then draw."""
        number = next(self._numbers)
        sender = Sender("HTTP", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "")
        for signal, body in (
            (Signal.TRACES, self._spans),
            (Signal.LOGS, self._logs),
            (Signal.METRICS, self._metrics),
            (Signal.TRACES, f"\n\xff no request {number}".encode("latin-1")),
        ):
            await self.ingest.export(
                signal, _renamed(body, number), is_json=False, sender=sender
            )
        if number % _BATCHES_PER_TICK == 0:
            self._draw()

    @property
    def taken_spans(self) -> int:
        """How many spans have arrived."""
        return self.ingest.counters.accepted_spans

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
        self.narrowed.refresh()
        self.narrowed.sift()
        self.metric_view.refresh()
        newest = self.metric_view.id_at(len(self.metric_view) - 1)
        if self.metric_view.group(newest).is_folded:
            self.metric_view.toggle_fold(newest)
        for row in range(max(0, len(self.metric_view) - _ROWS_READ), len(self.metric_view)):
            number = self.metric_view.id_at(row)
            if self.metric_view.key(number) is not None:
                self.metric_view.reading(number)
        self.reading.step()
        self.operations.refresh()
        self.seen.look_at(self.view)

    def table_sizes(self) -> dict[str, int]:
        """Return how many entries everything has that could grow with what passes by."""
        return {
            "traces": len(self.store),
            "spans": self.store.span_count,
            "scopes": self.store.scope_count,
            "scopes alive": len(self.ingest._interner),
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
            "rows of a query": len(self.narrowed._all),
            "metric rows": len(self.metric_view._keys),
            "metric names": len(self.metric_view._groups),
            "series drawn": len(self.metric_view._known),
            "traces added up": len(self.reading._known),
            "operations": len(self.reading.tallies._by_key),
            "attribute keys seen": sum(map(len, self.seen._values.values())),
            "resources looked at": len(self.ingest._scrutiny._known),
            "senders": len(self.ingest.counters.senders),
            "diagnoses": len(self.ingest.counters.diagnoses),
            "sentences": len(self.ingest.counters.problems.counts),
        }


def _renamed(template: bytes, number: int) -> bytes:
    """Return *template* with ids and words that belong to *number* alone."""
    scattered = (number * 0x9E3779B1 % 2**32).to_bytes(4)
    word = f"{number:0{len(NEW_WORD)}}".encode()
    return template.replace(MARK, scattered).replace(NEW_WORD.encode(), word)
