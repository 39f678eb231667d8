"""One method joins receivers, files and replays to whatever takes spans."""

from devtrace.model.consumer import (
    FanOut,
    LogBatch,
    LogFanOut,
    MetricBatch,
    MetricFanOut,
    SpanBatch,
)
from tests.builders import (
    a_batch,
    a_log,
    a_log_batch,
    a_metric,
    a_metric_batch,
    a_point,
    a_span,
)


class Recorder:
    """A consumer that writes down who was asked, and with what."""

    def __init__(
        self, name: str, calls: list[tuple[str, SpanBatch | LogBatch | MetricBatch]]
    ) -> None:
        self._name = name
        self._calls = calls

    def consume(self, batch: SpanBatch) -> None:
        """Write it down."""
        self._calls.append((self._name, batch))

    def consume_logs(self, batch: LogBatch) -> None:
        """Write it down."""
        self._calls.append((self._name, batch))

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Write it down."""
        self._calls.append((self._name, batch))


def test_a_fan_out_hands_each_batch_to_all_in_order() -> None:
    """The store comes first: an acknowledged span is one that a query finds."""
    calls: list[tuple[str, SpanBatch | LogBatch | MetricBatch]] = []
    fan_out = FanOut([Recorder("store", calls), Recorder("exporter", calls)])
    batch = a_batch(a_span())

    fan_out.consume(batch)

    assert [name for name, _ in calls] == ["store", "exporter"]
    assert all(handed is batch for _, handed in calls)


def test_a_fan_out_to_nobody_takes_everything() -> None:
    """Counting refused spans needs no store."""
    FanOut([]).consume(a_batch(a_span()))


def test_log_records_are_handed_on_in_the_same_way() -> None:
    """To all, in order, and to nobody without complaint."""
    calls: list[tuple[str, SpanBatch | LogBatch | MetricBatch]] = []
    batch = a_log_batch(a_log())

    LogFanOut([Recorder("store", calls), Recorder("archive", calls)]).consume_logs(batch)
    LogFanOut([]).consume_logs(batch)

    assert calls == [("store", batch), ("archive", batch)]


def test_metrics_are_handed_on_in_the_same_way() -> None:
    """To all, in order, and to nobody without complaint."""
    calls: list[tuple[str, SpanBatch | LogBatch | MetricBatch]] = []
    batch = a_metric_batch(a_metric(a_point()))

    MetricFanOut([Recorder("store", calls), Recorder("archive", calls)]).consume_metrics(batch)
    MetricFanOut([]).consume_metrics(batch)

    assert calls == [("store", batch), ("archive", batch)]
