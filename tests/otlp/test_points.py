"""A stored data point is read back in full, and what is damaged is named beside it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.otlp.points import (
    POINT_TYPES,
    Exemplar,
    ExponentialBuckets,
    ExponentialPoint,
    HistogramPoint,
    NumberPoint,
    SummaryPoint,
    decode_metric_detail,
    decode_point,
)
from devtrace.otlp.status import MalformedError
from tests.builders import (
    T0,
    a_metric,
    a_point,
    an_exemplar,
    key_values,
    span_id_of,
    trace_id_of,
)


def read(kind: str, point: Any) -> Any:
    """Return *point* as it is read back."""
    return decode_point(kind, point.SerializeToString())


@pytest.mark.parametrize("value", [0, -1, 2**63 - 1, 0.0, 0.5, float("inf"), None])
def test_a_number_keeps_its_type(value: float | None) -> None:
    """An int stays one, zero is a value and nothing is none."""
    point = read("gauge", a_point(value))

    assert point == NumberPoint(start_time_unix_nano=T0, time_unix_nano=T0, value=value)
    assert type(point.value) is type(value)
    assert not point.is_gap


def test_a_histogram_is_read_in_full() -> None:
    """What may be missing is None, which is not zero."""
    wire = a_point(
        of=metrics_pb2.HistogramDataPoint,
        count=6,
        sum=0.0,
        max=9.0,
        explicit_bounds=[1.0, 2.0],
        bucket_counts=[1, 2, 3],
    )

    assert read("histogram", wire) == HistogramPoint(
        start_time_unix_nano=T0,
        time_unix_nano=T0,
        count=6,
        sum=0.0,
        min=None,
        max=9.0,
        bounds=(1.0, 2.0),
        bucket_counts=(1, 2, 3),
    )


@pytest.mark.parametrize(
    ("bounds", "counts", "note"),
    [
        ([1.0], [1, 2, 3], "3 buckets do not fit 1 bounds and are left out"),
        (
            [2.0, 1.0],
            [1, 2, 3],
            "the bounds of its buckets do not rise; the buckets are left out",
        ),
        (
            [float("nan"), 1.0],
            [1, 2, 3],
            "the bounds of its buckets do not rise; the buckets are left out",
        ),
    ],
)
def test_buckets_that_make_no_sense_are_left_out(
    bounds: list[float], counts: list[int], note: str
) -> None:
    """Count and sum hold all the same."""
    wire = a_point(
        of=metrics_pb2.HistogramDataPoint, count=6, explicit_bounds=bounds, bucket_counts=counts
    )

    point = read("histogram", wire)

    assert (point.count, point.bounds, point.bucket_counts) == (6, (), ())
    assert point.notes == (note,)


def test_an_exponential_histogram_is_read_in_full() -> None:
    """Both sides of zero and the zeros themselves."""
    wire = a_point(
        of=metrics_pb2.ExponentialHistogramDataPoint,
        count=6,
        sum=1.0,
        min=-2.0,
        scale=-1,
        zero_count=1,
        zero_threshold=0.25,
        positive={"offset": -3, "bucket_counts": [1, 2]},
        negative={"offset": 4, "bucket_counts": [2]},
    )

    point = read("exponential_histogram", wire)

    assert point == ExponentialPoint(
        start_time_unix_nano=T0,
        time_unix_nano=T0,
        count=6,
        sum=1.0,
        min=-2.0,
        scale=-1,
        zero_count=1,
        zero_threshold=0.25,
        positive=ExponentialBuckets(-3, (1, 2)),
        negative=ExponentialBuckets(4, (2,)),
    )


def test_a_summary_has_its_quantiles_in_order() -> None:
    """However they were sent."""
    quantiles = [{"quantile": each, "value": 10 * each} for each in (1.0, 0.0, 0.5)]
    wire = a_point(of=metrics_pb2.SummaryDataPoint, count=2, sum=3, quantile_values=quantiles)

    point = read("summary", wire)

    assert isinstance(point, SummaryPoint)
    assert (point.count, point.sum) == (2, 3.0)
    assert point.quantiles == ((0.0, 0.0), (0.5, 5.0), (1.0, 10.0))


def test_a_point_may_say_that_there_is_no_value() -> None:
    """A gap, whatever else it holds."""
    assert read("gauge", a_point(1, flags=1)).is_gap
    assert not read("gauge", a_point(1, flags=2)).is_gap


def test_exemplars_lead_to_their_span() -> None:
    """R137: with what their series does not say of them."""
    of_span = an_exemplar(0.5, filtered_attributes=key_values({"user": 7}))
    whole = metrics_pb2.Exemplar(as_int=3, trace_id=b"short", span_id=b"12345678")

    point = read("sum", a_point(exemplars=[of_span, whole]))

    assert point.exemplars == (
        Exemplar(
            value=0.5,
            time_unix_nano=T0,
            trace_id=trace_id_of("trace"),
            span_id=span_id_of("root"),
            attributes={"user": 7},
        ),
        Exemplar(value=3, time_unix_nano=0),
    )
    assert point.notes == (
        "trace_id has 5 bytes instead of 16; the exemplar is kept without it",
    )


def test_what_is_damaged_is_left_out_and_named() -> None:
    """The rest of the point is read."""
    wire = a_point(5, exemplars=[an_exemplar()]).SerializeToString()

    point = decode_point("gauge", wire + b"\x2a\x01\xff\x2a\x01\xff\x3a\x01\xff")

    assert isinstance(point, NumberPoint)
    assert point.value == 5
    assert len(point.exemplars) == 1
    assert point.notes == (
        "a part of its exemplars cannot be decoded and is left out",
        "a part of its attributes cannot be decoded and is left out",
    )


def test_a_metric_says_what_it_is() -> None:
    """Its description, and what a translator noted of its origin."""
    metric = a_metric(a_point(), description="how many", metadata=key_values({"type": "info"}))

    detail = decode_metric_detail(metric.SerializeToString())

    assert (detail.name, detail.attributes) == ("how many", {"type": "info"})


@given(kind=st.sampled_from(sorted(POINT_TYPES)), payload=st.binary(max_size=60))
def test_whatever_is_accepted_can_be_read(kind: str, payload: bytes) -> None:
    """No bytes that pass arrival raise when somebody looks at them."""
    field = {"gauge": 5, "sum": 7, "histogram": 9, "exponential_histogram": 10, "summary": 11}
    body = payload
    for number in (1, field[kind], 2, 2, 1):
        body = bytes([number << 3 | 2, len(body)]) + body
    try:
        accepted = decode_metrics(body, scope_of=lambda wire: wire)
    except MalformedError:
        return

    for part in accepted.slices:
        for point in part.points:
            decode_point(part.metric.identity.kind, point.payload)
