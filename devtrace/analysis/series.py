"""What a series of data points says over time: values, rates, quantiles, buckets.

A cumulative point counts since its start, so what happened in an interval is the
difference to the point before; unless the counting began anew in between, which a
start that moved tells, or a count that fell.  Then the point itself is the
difference.  Points that say nothing are gaps; what follows one is told from the last
point before it.

Source: OpenTelemetry specification, `metrics/data-model.md`, "Temporality", "Resets
and Gaps"; `docs/analysis.md`, "Series", defines every term.
"""

import math
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from devtrace.analysis.distribution import Distribution, distribution_of, increase, merged
from devtrace.analysis.quantity import quantity_text
from devtrace.model.metric import Bucket, MetricKind, Series, Temporality
from devtrace.model.time import NANOS_PER_SECOND
from devtrace.otlp.points import (
    ExponentialPoint,
    HistogramPoint,
    NumberPoint,
    Point,
    SummaryPoint,
)


class Measure(StrEnum):
    """One way to make a number of each interval of a series; the value is its name."""

    VALUE = "value"
    RATE = "rate"
    """Per second: of a sum its increase, of a histogram or summary its measurements."""
    INCREASE = "increase"
    """What came in the interval: of a histogram or summary how many measurements."""
    MEAN = "mean"
    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"


_SHARES = {Measure.P50: 0.5, Measure.P90: 0.9, Measure.P95: 0.95, Measure.P99: 0.99}
_COUNTS = (Measure.RATE, Measure.INCREASE)


class Sample(NamedTuple):
    """What a measure says of the interval that ends at a moment."""

    time_unix_nano: int
    value: float | None
    """Always finite; None is a gap."""


class Interval(NamedTuple):
    """The time between two data points, and what is to be known of it."""

    time_unix_nano: int
    """When it ends."""
    seconds: float | None
    """How long it is, above 0; None when the sender does not say."""
    point: Point | None
    """The point that ends it; None in a gap."""
    before: Point | None
    """What is to be taken off, since *point* counts it too; None when nothing is."""


def measures_of(series: Series) -> tuple[Measure, ...]:
    """Return the measures that make sense for a series; the first says most."""
    match series.kind:
        case MetricKind.GAUGE:
            return (Measure.VALUE,)
        case MetricKind.SUM if series.temporality is Temporality.DELTA:
            return (Measure.INCREASE, Measure.RATE)
        case MetricKind.SUM if series.is_monotonic:
            return (Measure.RATE, Measure.INCREASE, Measure.VALUE)
        case MetricKind.SUM:
            return (Measure.VALUE, Measure.INCREASE)
        case MetricKind.SUMMARY:
            newest = series.points[-1] if series.points else None
            sent = dict(newest.quantiles) if isinstance(newest, SummaryPoint) else {}
            shares = (measure for measure, share in _SHARES.items() if share in sent)
            return (*shares, Measure.MEAN, *_COUNTS)
        case _:
            return (*_SHARES, Measure.MEAN, *_COUNTS)


def samples(series: Series, measure: Measure | None = None) -> tuple[Sample, ...]:
    """Return a number for each interval of a series, in order of time.

    Args:
        series: Of any kind, perhaps only with its newest points.
        measure: What to make of an interval; None takes the first of `measures_of`.
            One that makes no sense for the series gives gaps.

    Returns:
        One sample per data point; of points with equal times only the last.
    """
    measure = measure or measures_of(series)[0]
    return tuple(
        Sample(interval.time_unix_nano, _finite(_measured(interval, measure)))
        for interval in intervals(series)
    )


def last_text(series: Series, measure: Measure | None = None) -> str:
    """Return the newest number of a series with its unit; empty when there is none."""
    measure = measure or measures_of(series)[0]
    for sample in reversed(samples(series, measure)):
        if sample.value is not None:
            return measure_text(series, measure, sample.value)
    return ""


def measure_text(series: Series, measure: Measure, value: float) -> str:
    """Return a value of a measure with the unit it has for this series."""
    is_count = series.kind is not MetricKind.SUM and measure in _COUNTS
    unit = "" if is_count else series.unit
    if measure is Measure.RATE:
        return quantity_text(value, f"{'' if unit == '1' else unit}/s")
    return quantity_text(value, unit)


def newest_distribution(series: Series) -> Distribution | None:
    """Return what the newest interval of a histogram holds, or None."""
    for interval in reversed(intervals(series)):
        if (found := _distribution(interval)) is not None:
            return found
    return None


def whole_distribution(series: Series) -> Distribution | None:
    """Return what all points of a histogram hold together, or None.

    Of cumulative ones that is the last of each counting: since its start, which may
    be long before the oldest point that is held.
    """
    ends: list[Point] = []
    for interval in intervals(series):
        if interval.point is None:
            continue
        if interval.before is not None and ends:
            ends.pop()
        ends.append(interval.point)
    return merged(
        distribution_of(point)
        for point in ends
        if isinstance(point, HistogramPoint | ExponentialPoint)
    )


def bucket_label(bucket: Bucket, unit: str = "") -> str:
    """Return what stands beside a bar: `≤ 5ms`, `> 10s`, `5ms – 10ms`."""
    lower, upper = bucket.lower, bucket.upper
    if math.isinf(lower):
        return "all" if math.isinf(upper) else f"≤ {quantity_text(upper, unit)}"
    if math.isinf(upper):
        return f"> {quantity_text(lower, unit)}"
    if lower == upper:
        return quantity_text(upper, unit)
    return f"{quantity_text(lower, unit)} – {quantity_text(upper, unit)}"


# -- intervals -----------------------------------------------------------------


def intervals(series: Series) -> tuple[Interval, ...]:
    """Return the intervals of a series, one per data point, in order of time."""
    is_delta = series.temporality is Temporality.DELTA
    counts = series.kind is not MetricKind.GAUGE
    found: list[Interval] = []
    older: Point | None = None
    for point in _distinct(series.points):
        if point.is_gap:
            found.append(Interval(point.time_unix_nano, None, None, None))
            continue
        before = older if counts and not is_delta else None
        if before is not None and _began_anew(before, point, series):
            before = None
        seconds = _seconds(point, older, holds_before=before is not None)
        found.append(Interval(point.time_unix_nano, seconds, point, before))
        older = point
    return tuple(found)


def _distinct(points: Sequence[Point]) -> Iterator[Point]:
    """Yield of points with equal times only the last: what came before was corrected."""
    for _, same in groupby(points, key=lambda point: point.time_unix_nano):
        *_, last = same
        yield last


def _began_anew(older: Point, newer: Point, series: Series) -> bool:
    if older.start_time_unix_nano != newer.start_time_unix_nano:
        return True
    if isinstance(older, NumberPoint) and isinstance(newer, NumberPoint):
        return series.is_monotonic and (newer.value or 0) < (older.value or 0)
    return _count(newer) < _count(older)


def _count(point: Point) -> int:
    return 0 if isinstance(point, NumberPoint) else point.count


def _seconds(point: Point, older: Point | None, *, holds_before: bool) -> float | None:
    """Return how long the interval is that ends with *point*."""
    since = point.start_time_unix_nano
    if older is not None and (holds_before or not since):
        since = older.time_unix_nano
    nanos = point.time_unix_nano - since
    return nanos / NANOS_PER_SECOND if since and nanos > 0 else None


# -- measures ------------------------------------------------------------------


def _measured(interval: Interval, measure: Measure) -> float | None:
    point = interval.point
    if isinstance(point, NumberPoint):
        return _of_number(interval, point, measure)
    if isinstance(point, SummaryPoint) and measure in _SHARES:
        return dict(point.quantiles).get(_SHARES[measure])
    if measure in _COUNTS:
        return None if point is None else _per(measure, _counted(interval, point), interval)
    if measure is Measure.MEAN and isinstance(point, SummaryPoint):
        return _mean_of_summary(interval, point)
    found = _distribution(interval)
    if found is None:
        return None
    return found.mean if measure is Measure.MEAN else found.quantile(_SHARES[measure])


def _of_number(interval: Interval, point: NumberPoint, measure: Measure) -> float | None:
    if point.value is None or measure is Measure.VALUE:
        return point.value
    before = interval.before
    already = before.value if isinstance(before, NumberPoint) else 0
    return None if already is None else _per(measure, point.value - already, interval)


def _counted(interval: Interval, point: Point) -> int:
    return _count(point) - (0 if interval.before is None else _count(interval.before))


def _per(measure: Measure, amount: float, interval: Interval) -> float | None:
    """Return an amount as it is, or for each second when the measure is a rate."""
    if measure is not Measure.RATE:
        return amount
    return None if interval.seconds is None else amount / interval.seconds


def _mean_of_summary(interval: Interval, point: SummaryPoint) -> float | None:
    count, before = _counted(interval, point), interval.before
    already = before.sum if isinstance(before, SummaryPoint) else 0.0
    return (point.sum - already) / count if count else None


def _distribution(interval: Interval) -> Distribution | None:
    point, before = interval.point, interval.before
    if not isinstance(point, HistogramPoint | ExponentialPoint):
        return None
    newer = distribution_of(point)
    if not isinstance(before, HistogramPoint | ExponentialPoint):
        return newer
    return increase(distribution_of(before), newer)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
