"""A series becomes numbers over time: as `docs/analysis.md` defines them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.analysis.series import (
    Measure,
    bucket_label,
    intervals,
    last_text,
    measure_text,
    measures_of,
    newest_distribution,
    samples,
    whole_distribution,
)
from devtrace.model.metric import Bucket, Series
from tests.builders import a_point, a_series

PAGE = (Path(__file__).parents[2] / "docs" / "analysis.md").read_text()
HISTOGRAM = metrics_pb2.HistogramDataPoint
EXPONENTIAL = metrics_pb2.ExponentialHistogramDataPoint
SECOND_MS = 1000.0


def at(second: float, value: float | None = 1, *, since: float = 0, **fields: Any) -> Any:
    """Return a point that many seconds after the start."""
    return a_point(value, at_ms=second * SECOND_MS, since_ms=since * SECOND_MS, **fields)


def histogram(second: float, *counts: int, since: float = 0, **fields: Any) -> Any:
    """Return a histogram with bounds at 10 and 20."""
    bounds = [10.0, 20.0] if counts else []
    return at(
        second,
        since=since,
        of=HISTOGRAM,
        **{"count": sum(counts), "bucket_counts": counts, "explicit_bounds": bounds} | fields,
    )


def numbers(series: Series, measure: Measure | None = None) -> list[float | None]:
    """Return what *measure* says of each interval."""
    return [sample.value for sample in samples(series, measure)]


# -- sums and gauges -----------------------------------------------------------------


def _rows() -> list[tuple[str, ...]]:
    rows = PAGE.split("| temporality |")[1].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows]


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row[-1])
def test_every_row_of_the_definition_is_true(row: tuple[str, ...]) -> None:
    """Section Series: points `value@time-start`, in seconds."""
    temporality, points, increase, rate, _ = row
    read: list[Any] = []
    for point in points.split():
        value, _, times = point.partition("@")
        time, _, since = times.partition("-")
        gap = value == "gap"
        fields = {} if since != "?" else {"start_time_unix_nano": 0}
        read.append(
            at(
                float(time),
                None if gap else int(value),
                since=0 if since == "?" else float(since),
                flags=int(gap),
                **fields,
            )
        )
    series = a_series(*read, temporality={"delta": 1, "cumulative": 2}[temporality])

    for measure, cells in ((Measure.INCREASE, increase), (Measure.RATE, rate)):
        expected = [None if cell == "–" else float(cell) for cell in cells.split()]
        assert numbers(series, measure) == expected, measure


def test_a_gauge_is_its_values() -> None:
    """With a gap where the sender says that there is none, or no number."""
    series = a_series(
        at(1, 5), at(2, 0, flags=1), at(3, float("nan")), at(4, None), at(5, 2.5), kind="gauge"
    )

    assert numbers(series) == [5, None, None, None, 2.5]
    assert measures_of(series) == (Measure.VALUE,)
    assert last_text(series) == "2.5"


def test_a_sum_that_may_fall_is_its_value() -> None:
    """Falling is no reset: a queue grows and shrinks."""
    series = a_series(at(1, 5), at(2, 3), monotonic=False, unit="{item}")

    assert numbers(series) == [5, 3]
    assert numbers(series, Measure.INCREASE) == [5, -2]
    assert last_text(series) == "3 items"


def test_a_sum_without_temporality_is_read_by_its_starts() -> None:
    """What must not be sent is read as what it most likely is."""
    series = a_series(at(1, 5), at(2, 3, since=1), temporality=0)

    assert numbers(series, Measure.INCREASE) == [5, 3]


def test_of_points_with_equal_times_the_last_holds() -> None:
    """A file may be read twice, a point corrected."""
    series = a_series(at(1, 5), at(1, 6), at(2, 8))

    assert numbers(series, Measure.INCREASE) == [6, 2]


@pytest.mark.parametrize(
    ("fields", "measures"),
    [
        ({"temporality": 1}, (Measure.INCREASE, Measure.RATE)),
        ({"temporality": 2}, (Measure.RATE, Measure.INCREASE, Measure.VALUE)),
        ({"monotonic": False}, (Measure.VALUE, Measure.INCREASE)),
    ],
)
def test_the_first_measure_says_most(
    fields: dict[str, Any], measures: tuple[Measure, ...]
) -> None:
    """A counter is looked at by its rate, a queue by its length."""
    assert measures_of(a_series(at(1), **fields)) == measures


# -- histograms ----------------------------------------------------------------------


def test_a_cumulative_histogram_is_told_by_what_came_in_between() -> None:
    """Rate, mean and quantiles are those of each interval."""
    series = a_series(
        histogram(10, 4, 0, 0, sum=20.0),
        histogram(20, 4, 2, 0, sum=50.0),
        histogram(30, 4, 2, 0, sum=50.0),
        unit="ms",
    )

    assert numbers(series, Measure.INCREASE) == [4, 2, 0]
    assert numbers(series, Measure.RATE) == [0.4, 0.2, 0.0]
    assert numbers(series, Measure.MEAN) == [5.0, 15.0, None]
    assert numbers(series) == numbers(series, Measure.P50) == [5.0, 15.0, None]
    assert last_text(series) == "15ms"
    assert last_text(series, Measure.RATE) == "0/s"
    assert last_text(series, Measure.INCREASE) == "0"


def test_a_delta_histogram_is_told_by_each_point() -> None:
    """It holds its interval alone."""
    series = a_series(
        histogram(10, 4, 0, 0, sum=20.0), histogram(20, 0, 2, 0, since=10), temporality=1
    )

    assert numbers(series, Measure.RATE) == [0.4, 0.2]
    assert numbers(series, Measure.P50) == [5.0, 15.0]
    assert numbers(series, Measure.MEAN) == [5.0, None]


def test_a_histogram_that_began_anew_is_told_from_its_start() -> None:
    """By the start that moved, or by the count that fell."""
    series = a_series(
        histogram(10, 4, 0, 0),
        histogram(20, 1, 0, 0, since=15),
        histogram(30, 0, 0, 0, since=15),
    )

    assert numbers(series, Measure.INCREASE) == [4, 1, 0]
    assert numbers(series, Measure.RATE) == [0.4, 0.2, 0.0]


def test_buckets_that_changed_without_a_new_start_are_a_gap() -> None:
    """Counts cannot be told apart from those before; how many there were can."""
    other = {"explicit_bounds": [1.0], "bucket_counts": [4, 4]}
    series = a_series(histogram(10, 4, 0, 0), histogram(20, 8, **other))

    assert numbers(series, Measure.P50) == [5.0, None]
    assert numbers(series, Measure.INCREASE) == [4, 4]
    assert newest_distribution(series) is not None


def test_an_exponential_histogram_is_told_alike() -> None:
    """Whatever its scale is from point to point."""
    first = {"scale": 1, "positive": {"offset": 2, "bucket_counts": [1, 1]}, "count": 2}
    second = {"scale": 0, "positive": {"offset": 1, "bucket_counts": [2, 4]}, "count": 6}
    series = a_series(at(10, of=EXPONENTIAL, **first), at(20, of=EXPONENTIAL, **second))

    assert numbers(series, Measure.P50) == [pytest.approx(2 * 2**0.5), 6.0]
    newest, whole = newest_distribution(series), whole_distribution(series)
    assert newest is not None
    assert newest.buckets == (Bucket(4.0, 8.0, 4),)
    assert whole is not None
    assert whole.buckets == (Bucket(2.0, 4.0, 2), Bucket(4.0, 8.0, 4))


def test_all_of_a_histogram_is_the_last_of_each_counting() -> None:
    """Of cumulative points the newest since each start, of delta points all."""
    cumulative = a_series(
        histogram(10, 1, 0, 0),
        histogram(20, 3, 0, 0),
        histogram(30, 0, 1, 0, since=25),
        histogram(35, 0, 0, 0, flags=1),
        histogram(40, 0, 2, 0, since=36),
    )
    delta = a_series(histogram(10, 1, 0, 0), histogram(20, 3, 0, 0, since=10), temporality=1)

    whole = whole_distribution(cumulative)
    assert whole is not None
    assert [bucket.count for bucket in whole.buckets] == [3, 3]
    whole = whole_distribution(delta)
    assert whole is not None
    assert [bucket.count for bucket in whole.buckets] == [4]


def test_what_is_no_histogram_has_no_buckets() -> None:
    """Nor has one without points that say something."""
    for series in (a_series(at(1)), a_series(histogram(1, flags=1))):
        assert newest_distribution(series) is None
        assert whole_distribution(series) is None


@pytest.mark.parametrize(
    ("bucket", "label"),
    [
        (Bucket(float("-inf"), 5.0, 1), "≤ 5ms"),
        (Bucket(5.0, 10.0, 1), "5ms – 10ms"),
        (Bucket(10_000.0, float("inf"), 1), "> 10s"),
        (Bucket(0.0, 0.0, 1), "0"),
        (Bucket(float("-inf"), float("inf"), 1), "all"),
    ],
)
def test_a_bar_is_labelled_by_what_it_holds(bucket: Bucket, label: str) -> None:
    """With the unit of the metric."""
    assert bucket_label(bucket, "ms") == label


# -- summaries -----------------------------------------------------------------------


def test_a_summary_says_what_its_sender_computed() -> None:
    """Its quantiles as they are, rate and mean from what came in between."""
    quantiles = [{"quantile": 0.5, "value": 7.0}, {"quantile": 0.98, "value": 9.0}]
    summary = metrics_pb2.SummaryDataPoint
    series = a_series(
        at(10, of=summary, count=2, sum=6.0),
        at(20, of=summary, count=4, sum=20.0, quantile_values=quantiles),
        at(30, of=summary, count=4, sum=20.0),
        unit="ms",
    )

    assert numbers(series, Measure.P50) == [None, 7.0, None]
    assert numbers(series, Measure.MEAN) == [3.0, 7.0, None]
    assert numbers(series, Measure.RATE) == [0.2, 0.2, 0.0]
    assert measures_of(series) == (Measure.MEAN, Measure.RATE, Measure.INCREASE)
    newest = a_series(at(20, of=summary, quantile_values=quantiles))
    assert measures_of(newest)[0] is Measure.P50


# -- text ----------------------------------------------------------------------------


def test_the_newest_number_is_told_with_its_unit() -> None:
    """A rate per second; a count of measurements without the unit of what was measured."""
    requests = a_series(at(10, 25), unit="{request}")

    assert last_text(requests) == "2.5 requests/s"
    assert last_text(requests, Measure.INCREASE) == "25 requests"
    assert last_text(a_series(at(10, 5), unit="1")) == "0.5/s"
    assert last_text(a_series(at(10, 0, flags=1))) == ""
    assert measure_text(a_series(histogram(1), unit="s"), Measure.P95, 0.25) == "250ms"


points = st.builds(
    a_point,
    st.integers(-(2**63), 2**63 - 1) | st.floats(),
    at_ms=st.integers(0, 5),
    since_ms=st.integers(0, 5),
    flags=st.integers(0, 1),
)


metrics = st.fixed_dictionaries(
    {"temporality": st.sampled_from([0, 1, 2]), "monotonic": st.booleans()}
)


@given(drawn=st.lists(points, min_size=1, max_size=8), of_metric=metrics)
def test_no_order_of_points_is_too_odd(drawn: list[Any], of_metric: dict[str, Any]) -> None:
    """Every sample is finite or a gap, one for each moment, in order of time."""
    series = a_series(*drawn, **of_metric)
    for measure in Measure:
        found = samples(series, measure)
        times = [sample.time_unix_nano for sample in found]
        assert times == sorted(set(times))
        assert all(sample.value is None or sample.value - sample.value == 0 for sample in found)
    assert len(intervals(series)) == len(times)
    last_text(series)
