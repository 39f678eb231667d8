"""Measurements counted in buckets: taken apart, put together, and asked for quantiles.

Both kinds of histogram become a `Distribution`, so that whoever shows one need not
know which it was.  Counts are kept by bucket index and only where there are any: a
sender chooses the indices, so nothing here may cost as much as they are far apart.

Source: OpenTelemetry specification, `metrics/data-model.md`, "Histogram",
"ExponentialHistogram", "Exponential Scale" (perfect subsetting).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from devtrace.model.metric import Bucket, exponential_bounds
from devtrace.otlp.points import ExponentialBuckets, ExponentialPoint, HistogramPoint

_ZERO = (0, 0)
"""The place of the zeros of an exponential histogram."""

Place = tuple[int, int]
"""Sign (-1, 0 or 1) and index of a bucket; explicit buckets have sign 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How often which values were measured, as far as the buckets tell."""

    count: int
    sum: float | None = None
    least: float | None = None
    """No measurement is below; None when that is not known."""
    most: float | None = None
    """No measurement is above; None when that is not known."""
    bounds: tuple[float, ...] | None = None
    """Of explicit buckets; None for exponential ones."""
    scale: int = 0
    """Of exponential buckets."""
    zero_threshold: float = 0.0
    counts: Mapping[Place, int]
    """Measurements by bucket; a bucket without any is missing."""

    @property
    def mean(self) -> float | None:
        """Sum by count; None when there is no sum, or nothing was measured."""
        return None if self.sum is None or not self.count else self.sum / self.count

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The buckets that hold something, from the lowest to the highest."""
        places = sorted(
            self.counts, key=lambda place: (place[0], place[0] * place[1], place[1])
        )
        return tuple(Bucket(*self._edges(place), self.counts[place]) for place in places)

    def _edges(self, place: Place) -> tuple[float, float]:
        sign, index = place
        if self.bounds is not None:
            edges = (-math.inf, *self.bounds, math.inf)
            return edges[index], edges[index + 1]
        if not sign:
            return -self.zero_threshold, self.zero_threshold
        lower, upper = exponential_bounds(self.scale, index)
        return (lower, upper) if sign > 0 else (-upper, -lower)

    def quantile(self, share: float) -> float | None:
        """Estimate below which value a share of all measurements lies.

        Within a bucket measurements are taken to be spread evenly.  The outermost
        buckets end where the least and the most measurement is known to be, else at
        0 or at their inner bound.

        Args:
            share: 0.0 to 1.0.

        Returns:
            The estimate, or None when there are no buckets or they say nothing.
        """
        rank = share * sum(self.counts.values())
        below = 0
        for bucket in self.buckets:
            if below + bucket.count >= rank:
                ends = self._ends(bucket)
                if ends is None:
                    return None
                part = max(0.0, (rank - below) / bucket.count)
                # Held between the ends, which rounding might pass.
                return min(max(ends[0] * (1 - part) + ends[1] * part, ends[0]), ends[1])
            below += bucket.count
        return None

    def _ends(self, bucket: Bucket) -> tuple[float, float] | None:
        """Return between which values the measurements of a bucket lie."""
        lower, upper = bucket.lower, bucket.upper
        if self.least is not None and lower < self.least <= upper:
            lower = self.least
        if self.most is not None and lower <= self.most < upper:
            upper = self.most
        if not math.isfinite(lower) and math.isfinite(upper):
            lower = min(0.0, upper)
        if math.isfinite(lower) and not math.isfinite(upper):
            upper = lower
        return (lower, upper) if math.isfinite(lower) and math.isfinite(upper) else None

    def with_scale(self, scale: int) -> "Distribution":
        """Return the same with wider exponential buckets.

        Args:
            scale: At most that of this one.
        """
        if scale == self.scale:
            return self
        counts: Counter[Place] = Counter()
        for (sign, index), count in self.counts.items():
            counts[sign, index >> (self.scale - scale) if sign else index] += count
        return replace(self, scale=scale, counts=counts)

    def coarser(self, max_buckets: int) -> tuple[Bucket, ...]:
        """Return its buckets for a chart: at most so many if they are exponential.

        Explicit buckets are all returned between the first and the last that hold
        something; the empty ones have bounds, and so a place in the chart.

        Args:
            max_buckets: At least 5: those next to 1 and -1 are never one, nor with zero.
        """
        if self.bounds is not None:
            held = [index for _, index in self.counts]
            places = range(min(held), max(held) + 1) if held else ()
            return tuple(
                Bucket(*self._edges((0, index)), self.counts.get((0, index), 0))
                for index in places
            )
        wider, step = self, 1
        while len(wider.counts) > max_buckets:
            wider, step = self.with_scale(self.scale - step), step + 1
        return wider.buckets


def distribution_of(point: HistogramPoint | ExponentialPoint) -> Distribution:
    """Return what a point says by itself."""
    least, most = _finite(point.min), _finite(point.max)
    if isinstance(point, HistogramPoint):
        return Distribution(
            count=point.count,
            sum=_finite(point.sum),
            least=least,
            most=most,
            bounds=point.bounds,
            counts={
                (0, index): count for index, count in enumerate(point.bucket_counts) if count
            },
        )
    counts = {**_places(-1, point.negative), **_places(1, point.positive)}
    if point.zero_count:
        counts[_ZERO] = point.zero_count
    return Distribution(
        count=point.count,
        sum=_finite(point.sum),
        least=least,
        most=most,
        scale=point.scale,
        zero_threshold=abs(_finite(point.zero_threshold) or 0.0),
        counts=counts,
    )


def _places(sign: int, buckets: ExponentialBuckets) -> dict[Place, int]:
    return {
        (sign, index): count
        for index, count in enumerate(buckets.counts, buckets.offset)
        if count
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def increase(older: Distribution, newer: Distribution) -> Distribution | None:
    """Return what was measured between two cumulative points of one start.

    Returns:
        The difference; the least and the most known of it are those of *newer*, which
        hold for every part.  None when the two cannot be compared: buckets of another
        kind or with other bounds, or with less in them than before.
    """
    if newer.bounds != older.bounds or newer.count < older.count:
        return None
    scale = min(older.scale, newer.scale)
    less, more = older.with_scale(scale).counts, newer.with_scale(scale).counts
    if any(count > more.get(place, 0) for place, count in less.items()):
        return None
    counts = {place: count - less.get(place, 0) for place, count in more.items()}
    return replace(
        newer,
        count=newer.count - older.count,
        sum=None if newer.sum is None or older.sum is None else newer.sum - older.sum,
        scale=scale,
        counts={place: count for place, count in counts.items() if count},
    )


def merged(distributions: Iterable[Distribution]) -> Distribution | None:
    """Return all measurements of several distributions as one.

    Returns:
        None when there is none.  Those whose explicit bounds are others than the last
        one's cannot be counted in its buckets and are left out.
    """
    each = list(distributions)
    if not each:
        return None
    each = [one for one in each if one.bounds == each[-1].bounds]
    scale = min(one.scale for one in each)
    counts: Counter[Place] = Counter()
    for one in each:
        counts.update(one.with_scale(scale).counts)
    return replace(
        each[-1],
        count=sum(one.count for one in each),
        sum=_of_all(sum, [one.sum for one in each]),
        least=_of_all(min, [one.least for one in each]),
        most=_of_all(max, [one.most for one in each]),
        scale=scale,
        zero_threshold=max(one.zero_threshold for one in each),
        counts=counts,
    )


def _of_all(
    combine: Callable[[list[float]], float], values: list[float | None]
) -> float | None:
    """Combine what is known of all; None as soon as it is not known of one."""
    known = [value for value in values if value is not None]
    return combine(known) if len(known) == len(values) else None
