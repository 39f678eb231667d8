"""A series says what it is, and its histograms have bounds in real numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.model.metric import (
    MetricKind,
    Temporality,
    exponential_bounds,
)
from tests.builders import a_point, a_series, key_values


def test_a_series_says_what_it_is() -> None:
    """Name, kind, unit, who sent it and how it counts."""
    series = a_series(
        a_point(attributes={"b": 1, "a": "x"}),
        name="http.requests",
        unit="{request}",
        description="Requests",
        metadata=key_values({"origin": "test"}),
    )

    assert (series.name, series.unit) == ("http.requests", "{request}")
    assert series.kind is MetricKind.SUM
    assert series.temporality is Temporality.CUMULATIVE
    assert series.is_monotonic
    assert series.service_name == "shop"
    assert series.resource.attributes == {"service.name": "shop"}
    assert (series.description, series.metadata) == ("Requests", {"origin": "test"})
    assert list(series.attributes.items()) == [("a", "x"), ("b", 1)]
    assert series.notes == ()
    assert repr(series) == "<Series 'http.requests' of 1 points>"


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        (MetricKind.GAUGE, metrics_pb2.NumberDataPoint),
        (MetricKind.SUM, metrics_pb2.NumberDataPoint),
        (MetricKind.HISTOGRAM, metrics_pb2.HistogramDataPoint),
        (MetricKind.EXPONENTIAL_HISTOGRAM, metrics_pb2.ExponentialHistogramDataPoint),
        (MetricKind.SUMMARY, metrics_pb2.SummaryDataPoint),
    ],
)
def test_there_is_a_series_of_every_kind(kind: MetricKind, of: type) -> None:
    """With its points in order of time, however they came."""
    series = a_series(
        a_point(of=of, at_ms=2, attributes={"k": "v"}),
        a_point(of=of, at_ms=1, attributes={"k": "v"}),
        kind=kind.value,
    )

    assert series.kind is kind
    first, second = series.points
    assert first.time_unix_nano < second.time_unix_nano
    assert series.attributes == {"k": "v"}


def test_a_temporality_that_is_not_known_reads_as_none() -> None:
    """Enums are open: a number may be new."""
    assert a_series(a_point(), temporality=9).temporality is Temporality.UNSPECIFIED
    with pytest.raises(ValueError, match="delta"):
        Temporality("delta")


@pytest.mark.parametrize(
    ("scale", "index", "bounds"),
    [
        (0, 0, (1.0, 2.0)),
        (0, -2, (0.25, 0.5)),
        (-1, 1, (4.0, 16.0)),
        (1, 2, (2.0, 2.0 * math.sqrt(2))),
        (0, 1023, (2.0**1023, math.inf)),
        (-31, 1, (math.inf, math.inf)),
        (-31, -1, (0.0, 1.0)),
        (-(2**31), 2**31 - 1, (math.inf, math.inf)),
        (-(2**31), -(2**31), (0.0, 0.0)),
    ],
)
def test_bounds_are_powers_of_the_base(
    scale: int, index: int, bounds: tuple[float, float]
) -> None:
    """As the data model's table has them; beyond double they are 0 or infinite."""
    assert exponential_bounds(scale, index) == pytest.approx(bounds)


int32 = st.integers(-(2**31), 2**31 - 1)


@given(scale=int32, index=int32)
def test_bounds_of_any_bucket_are_in_order(scale: int, index: int) -> None:
    """Whatever a sender writes: no error, no NaN, no gap to the next bucket."""
    lower, upper = exponential_bounds(scale, index)

    assert 0.0 <= lower <= upper
    assert exponential_bounds(scale, index + 1)[0] == upper


@given(scale=st.integers(-8, 18), value=st.floats(1e-100, 1e100))
def test_a_value_lies_in_the_bucket_of_its_index(scale: int, value: float) -> None:
    """The index is the logarithm to the base, rounded up, less one."""
    index = math.ceil(math.ldexp(math.log2(value), scale)) - 1

    lower, upper = exponential_bounds(scale, index)

    assert lower * (1 - 1e-9) <= value <= upper * (1 + 1e-9)


@given(scale=st.integers(-8, 18), index=st.integers(-1000, 1000))
def test_a_coarser_scale_merges_two_buckets(scale: int, index: int) -> None:
    """Perfect subsetting: what makes histograms of different scales one."""
    lower, _ = exponential_bounds(scale, 2 * index)
    _, upper = exponential_bounds(scale, 2 * index + 1)

    assert exponential_bounds(scale - 1, index) == pytest.approx((lower, upper))
