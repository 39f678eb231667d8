"""Histograms of both kinds are taken apart, put together and asked for quantiles."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.distribution import Distribution, distribution_of, increase, merged
from devtrace.model.metric import Bucket, exponential_bounds
from devtrace.otlp.points import ExponentialBuckets, ExponentialPoint, HistogramPoint

values = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)
BOUNDS = (-1000.0, -1.0, 0.0, 0.5, 10.0, 1000.0)


def explicit(measured: list[float], **fields: Any) -> Distribution:
    """Return *measured* as a sender with explicit buckets counts it."""
    edges = (*BOUNDS, math.inf)
    counts = [0] * len(edges)
    for value in measured:
        counts[next(index for index, edge in enumerate(edges) if value <= edge)] += 1
    point = HistogramPoint(
        count=len(measured),
        sum=sum(measured),
        min=min(measured, default=None),
        max=max(measured, default=None),
        bounds=BOUNDS,
        bucket_counts=tuple(counts),
    )
    return distribution_of(point)


def exponential(measured: list[float], *, scale: int = 2) -> Distribution:
    """Return *measured* as a sender with exponential buckets counts it."""
    sides: dict[int, list[int]] = {1: [], -1: []}
    for value in measured:
        if value:
            index = math.ceil(math.ldexp(math.log2(abs(value)), scale)) - 1
            sides[1 if value > 0 else -1].append(index)

    def buckets(indices: list[int]) -> ExponentialBuckets:
        if not indices:
            return ExponentialBuckets(0, ())
        span = range(min(indices), max(indices) + 1)
        return ExponentialBuckets(span.start, tuple(indices.count(each) for each in span))

    point = ExponentialPoint(
        count=len(measured),
        sum=sum(measured),
        min=min(measured, default=None),
        max=max(measured, default=None),
        scale=scale,
        zero_count=sum(not value for value in measured),
        positive=buckets(sides[1]),
        negative=buckets(sides[-1]),
    )
    return distribution_of(point)


# No measurement so near to zero that its bucket is far from all others.
moderate = st.lists(
    st.floats(0.001, 1e6) | st.floats(-1e6, -0.001) | st.just(0.0), min_size=1, max_size=40
)


# -- quantiles -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "share", "known", "estimate"),
    [
        ((0, 4, 0), 0.5, {}, 15.0),
        ((0, 4, 0), 0.25, {}, 12.5),
        ((4, 0, 0), 0.5, {}, 5.0),
        ((4, 0, 0), 0.5, {"min": 8.0}, 9.0),
        ((0, 0, 4), 0.5, {}, 20.0),
        ((0, 0, 4), 0.5, {"max": 40.0}, 30.0),
        ((2, 0, 2), 0.0, {"min": 8.0}, 8.0),
        ((2, 0, 2), 1.0, {"max": 21.0}, 21.0),
        ((0, 0, 0), 0.5, {}, None),
        ((), 0.5, {}, None),
    ],
)
def test_a_quantile_is_interpolated_in_its_bucket(
    counts: tuple[int, ...], share: float, known: dict[str, float], estimate: float | None
) -> None:
    """The outermost end at what is known, else at 0 or at their inner bound."""
    point = HistogramPoint(
        count=sum(counts), bounds=(10.0, 20.0) if counts else (), bucket_counts=counts, **known
    )

    assert distribution_of(point).quantile(share) == estimate


def test_one_bucket_for_everything_says_nothing_unless_its_ends_are_known() -> None:
    """Some SDKs count without buckets."""
    point = HistogramPoint(count=4, bucket_counts=(4,))
    known = HistogramPoint(count=4, bucket_counts=(4,), min=1.0, max=3.0)

    assert distribution_of(point).quantile(0.5) is None
    assert distribution_of(known).quantile(0.5) == 2.0


@given(measured=values, share=st.floats(0.0, 1.0))
def test_an_explicit_quantile_is_in_the_bucket_of_the_true_one(
    measured: list[float], share: float
) -> None:
    """And never beyond what was measured."""
    estimate = explicit(measured).quantile(share)

    true = sorted(measured)[max(0, math.ceil(share * len(measured)) - 1)]
    edges = (-math.inf, *BOUNDS, math.inf)
    upper = next(edge for edge in edges if true <= edge)
    lower = edges[edges.index(upper) - 1]
    assert estimate is not None
    assert lower <= estimate <= upper
    assert min(measured) <= estimate <= max(measured)


@given(measured=moderate, share=st.floats(0.0, 1.0))
def test_an_exponential_quantile_is_as_near_as_its_buckets_are_narrow(
    measured: list[float], share: float
) -> None:
    """Within the factor from one bound to the next."""
    estimate = exponential(measured).quantile(share)

    true = sorted(measured)[max(0, math.ceil(share * len(measured)) - 1)]
    _, factor = exponential_bounds(2, 0)
    assert estimate is not None
    assert math.isclose(estimate, true, rel_tol=factor - 1 + 1e-6)


@given(measured=values, shares=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)))
def test_quantiles_rise_with_their_share(
    measured: list[float], shares: tuple[float, float]
) -> None:
    """A p50 above a p95 would be nonsense."""
    for distribution in (explicit(measured), exponential([each or 1.0 for each in measured])):
        low, high = (distribution.quantile(share) for share in sorted(shares))
        assert low is not None
        assert high is not None
        assert low <= high + 1e-9 * abs(high)


int32 = st.integers(-(2**31), 2**31 - 1)
double = st.floats() | st.none()
side = st.builds(
    ExponentialBuckets, int32, st.lists(st.integers(0, 2**64 - 1), max_size=4).map(tuple)
)
points = st.builds(
    ExponentialPoint,
    count=st.integers(0, 2**64 - 1),
    sum=double,
    min=double,
    max=double,
    scale=int32,
    zero_count=st.integers(0, 9),
    zero_threshold=st.floats(),
    positive=side,
    negative=side,
) | st.builds(
    HistogramPoint,
    count=st.integers(0, 2**64 - 1),
    sum=double,
    min=double,
    max=double,
    bounds=st.just((-1e308, 0.0, 1e308)),
    bucket_counts=st.tuples(*[st.integers(0, 2**64 - 1)] * 4),
)


@given(one=points, other=points, share=st.floats(0.0, 1.0))
def test_nothing_a_sender_writes_is_too_odd(one: Any, other: Any, share: float) -> None:
    """Any scale, any index, any double: no error, no NaN, and nothing costs its distance."""
    first, second = distribution_of(one), distribution_of(other)
    for found in (first, increase(first, second), merged([first, second])):
        if found is None:
            continue
        estimate = found.quantile(share)
        assert estimate is None or math.isfinite(estimate)
        assert sum(bucket.count for bucket in found.buckets) == sum(found.counts.values())
        assert all(bucket.lower <= bucket.upper for bucket in found.buckets)
        assert len(found.coarser(6)) <= 6
        assert found.mean is None or not math.isnan(found.mean)


# -- together and apart --------------------------------------------------------------


@given(before=values, after=values)
def test_what_came_in_between_is_the_difference(
    before: list[float], after: list[float]
) -> None:
    """Of cumulative points: buckets, count and sum."""
    found = increase(explicit(before), explicit(before + after))

    alone = explicit(after)
    assert found is not None
    assert (found.count, found.counts) == (alone.count, alone.counts)
    assert found.sum == pytest.approx(alone.sum, abs=1e-3)


@given(
    before=moderate, after=moderate, scales=st.tuples(st.integers(-2, 6), st.integers(-2, 6))
)
def test_a_sender_may_widen_its_buckets_in_between(
    before: list[float], after: list[float], scales: tuple[int, int]
) -> None:
    """The difference has the wider ones of both."""
    found = increase(
        exponential(before, scale=scales[0]), exponential(before + after, scale=scales[1])
    )

    assert found is not None
    assert found.counts == exponential(after, scale=min(scales)).counts


@given(one=moderate, other=moderate, scales=st.tuples(st.integers(-2, 6), st.integers(-2, 6)))
def test_what_is_put_together_is_as_if_counted_together(
    one: list[float], other: list[float], scales: tuple[int, int]
) -> None:
    """Also from buckets of different width."""
    found = merged([exponential(one, scale=scales[0]), exponential(other, scale=scales[1])])

    together = exponential(one + other, scale=min(scales))
    assert found is not None
    assert (found.count, found.counts) == (together.count, together.counts)
    assert (found.least, found.most) == (together.least, together.most)


def test_what_cannot_be_compared_has_no_difference() -> None:
    """Other bounds, another kind, less than before."""
    one = explicit([1.0, 2.0])
    other = distribution_of(HistogramPoint(count=3, bounds=(1.0,), bucket_counts=(1, 2)))

    assert increase(one, other) is None
    assert increase(one, exponential([1.0, 2.0, 3.0])) is None
    assert increase(one, explicit([1.0])) is None
    assert increase(one, explicit([900.0, 900.0])) is None


def test_bounds_that_changed_leave_the_older_out() -> None:
    """Their counts fit no bucket of the newer."""
    older = distribution_of(HistogramPoint(count=3, bounds=(1.0,), bucket_counts=(1, 2)))

    found = merged([older, explicit([2.0])])

    assert found is not None
    assert found.count == 1
    assert merged([]) is None


def test_what_is_not_known_of_one_is_not_known_of_all() -> None:
    """A sum of some would look like the sum of all."""
    unknown = distribution_of(HistogramPoint(count=1, bounds=BOUNDS, bucket_counts=(1,) * 7))

    found = merged([explicit([2.0]), unknown])

    assert found is not None
    assert (found.sum, found.mean, found.least, found.most) == (None, None, None, None)


# -- for a chart ---------------------------------------------------------------------


def test_empty_buckets_between_others_have_their_place() -> None:
    """Those outside of all that was measured have none."""
    assert explicit([0.25, 500.0]).coarser(5) == (
        Bucket(0.0, 0.5, 1),
        Bucket(0.5, 10.0, 0),
        Bucket(10.0, 1000.0, 1),
    )
    assert distribution_of(HistogramPoint(count=0, bounds=BOUNDS)).coarser(5) == ()


@given(measured=moderate, max_buckets=st.integers(5, 20))
def test_exponential_buckets_are_made_as_few_as_there_is_room(
    measured: list[float], max_buckets: int
) -> None:
    """And lose no measurement."""
    buckets = exponential(measured, scale=6).coarser(max_buckets)

    assert 1 <= len(buckets) <= max_buckets
    assert sum(bucket.count for bucket in buckets) == len(measured)
    assert list(buckets) == sorted(buckets, key=lambda bucket: bucket.upper)
