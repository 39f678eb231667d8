"""A reading offers what makes sense for a series, and draws every exemplar once."""

import pytest
from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.analysis.series import Measure
from devtrace.model.metric import Series
from devtrace.tui.series_reading import SeriesReading
from tests.builders import SECOND, T0, a_point, a_series, an_exemplar

_HISTOGRAM = metrics_pb2.HistogramDataPoint


def a_histogram(*counts: int, at_ms: float = 0) -> object:
    """Return a point with buckets up to 10, up to 20, and above."""
    return a_point(
        of=_HISTOGRAM, at_ms=at_ms, count=sum(counts), explicit_bounds=(10, 20),
        bucket_counts=counts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("series", "views"),
    [
        (a_series(a_point(1), kind="gauge"), ["value"]),
        (a_series(a_point(1)), ["rate", "increase", "value"]),
        (a_series(a_point(1), monotonic=False), ["value", "increase"]),
        (
            a_series(a_histogram(1, 2, 3)),
            ["quantiles", "newest interval", "all that is held", "mean", "rate", "increase"],
        ),
        (
            a_series(
                a_point(
                    of=metrics_pb2.SummaryDataPoint,
                    quantile_values=[
                        metrics_pb2.SummaryDataPoint.ValueAtQuantile(quantile=0.5, value=1)
                    ],
                )
            ),
            ["quantiles", "mean", "rate", "increase"],
        ),
        (
            a_series(a_point(of=metrics_pb2.SummaryDataPoint)),
            ["mean", "rate", "increase"],
        ),
    ],
)
def test_each_kind_is_looked_at_in_its_own_ways(series: Series, views: list[str]) -> None:
    """The one that says most comes first; no view is a way to see nothing."""
    assert [view.name for view in SeriesReading(series).views] == views


def test_a_row_has_the_trend_and_the_last_of_one_measure() -> None:
    """Of a counter how fast it grows, of a histogram where 95 % lie."""
    counter = SeriesReading(
        a_series(*(a_point(n * n, at_ms=1_000 * n) for n in range(4)), unit="{request}")
    )
    assert list(counter.trend) == [1.0, 3.0, 5.0]
    assert counter.last == ("", "5 requests/s")

    histogram = SeriesReading(a_series(a_histogram(10, 0, 0, at_ms=1_000), unit="ms"))
    assert histogram.last == ("p95", "9.5ms")


def test_a_counter_with_one_point_says_what_it_counted() -> None:
    """A rate would need to know since when."""
    point = a_point(7, at_ms=5)
    point.start_time_unix_nano = 0

    assert SeriesReading(a_series(point)).last == ("", "7")


def test_every_exemplar_is_there_once_the_newest_first() -> None:
    """A cumulative sender repeats them in every point."""
    first, second = (an_exemplar(value, time_unix_nano=T0 + value * SECOND) for value in (1, 2))
    series = a_series(
        a_point(1, at_ms=1, exemplars=[first]), a_point(2, at_ms=2, exemplars=[first, second])
    )

    assert [each.value for each in SeriesReading(series).exemplars] == [2, 1]


def test_a_view_has_a_line_for_each_of_its_measures() -> None:
    """Named by the measure, with a sample for each point."""
    reading = SeriesReading(
        a_series(a_histogram(1, 2, 3, at_ms=1), a_histogram(1, 2, 3, at_ms=2))
    )

    lines = reading.lines(reading.views[0])

    assert [line.measure for line in lines] == [Measure.P50, Measure.P95, Measure.P99]
    assert {len(line.samples) for line in lines} == {2}
