"""Data points are accepted as their own bytes, by what identifies their series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.otlp.decode import WireScope
from devtrace.otlp.decode_metrics import (
    DecodedMetrics,
    MetricIdentity,
    decode_metrics,
)
from devtrace.otlp.status import MalformedError
from tests.builders import a_metric, a_metrics_request, a_point

EVERY_KIND = [
    ("gauge", metrics_pb2.NumberDataPoint),
    ("sum", metrics_pb2.NumberDataPoint),
    ("histogram", metrics_pb2.HistogramDataPoint),
    ("exponential_histogram", metrics_pb2.ExponentialHistogramDataPoint),
    ("summary", metrics_pb2.SummaryDataPoint),
]


def decoded(body: bytes) -> DecodedMetrics[WireScope]:
    """Decode without interning: the scope stays as it is on the wire."""
    return decode_metrics(body, scope_of=lambda wire: wire)


def decoded_metrics(*metrics: metrics_pb2.Metric) -> DecodedMetrics[WireScope]:
    """Decode a request with *metrics*."""
    return decoded(a_metrics_request(*metrics).SerializeToString())


@pytest.mark.parametrize(("kind", "of"), EVERY_KIND)
def test_points_of_every_kind_are_kept_as_their_own_bytes(kind: str, of: type) -> None:
    """What is stored is what was sent, fields nobody knows yet included."""
    payload = a_point(of=of, attributes={"k": "v"}).SerializeToString() + b"\xfa\x3e\x03new"
    metric = a_metric(of.FromString(payload), kind=kind, unit="ms", description="d")  # type: ignore[attr-defined]

    (part,) = (found := decoded_metrics(metric)).slices

    assert [point.payload for point in part.points] == [payload]
    assert found.point_count == 1
    assert part.metric.identity == MetricIdentity(
        "requests",
        kind,
        "ms",
        0 if kind in {"gauge", "summary"} else 2,
        kind == "sum",
    )


def test_a_metric_is_kept_without_its_points() -> None:
    """Description, metadata and what nobody knows yet stand beside the points once."""
    metric = a_metric(a_point(), description="how many", metadata=[{"key": "from"}])
    payload = metric.SerializeToString() + b"\xfa\x3e\x03new"

    (part,) = decoded_metrics(metrics_pb2.Metric.FromString(payload)).slices

    expected = metrics_pb2.Metric.FromString(payload)
    del expected.sum.data_points[:]
    kept = metrics_pb2.Metric.FromString(part.metric.payload)
    assert kept == expected
    assert b"\xfa\x3e\x03new" in part.metric.payload


@given(st.permutations([("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]))
def test_the_order_of_attributes_makes_no_other_series(order: list[tuple[str, str]]) -> None:
    """Attributes are a set; a sender may write them as it likes."""
    first = a_point(attributes=dict(sorted(order)))

    (part,) = decoded_metrics(a_metric(first, a_point(attributes=dict(order)))).slices

    one, other = (point.attributes for point in part.points)
    assert one == other


def test_other_attributes_make_another_series() -> None:
    """Also when their texts run together to the same."""
    points = [a_point(attributes=each) for each in ({}, {"ab": "c"}, {"a": "bc"}, {"ab": 1})]

    (part,) = decoded_metrics(a_metric(*points)).slices

    assert len({point.attributes for point in part.points}) == 4


def test_a_kind_that_is_not_known_is_refused_with_a_count() -> None:
    """R18: its points are counted as far as they can be told."""
    three_points = b"\x0a\x00\x0a\x00\x0a\x00"
    metric = metrics_pb2.Metric(name="new").SerializeToString()
    new_kind = metrics_pb2.Metric.FromString(metric + b"\x6a\x06" + three_points)
    scalar_kind = metrics_pb2.Metric.FromString(metric + b"\x70\x01")

    found = decoded_metrics(new_kind, scalar_kind, a_metric(a_point()))

    assert found.refused == {"a metric holds a kind of data that is not known": 4}
    assert found.point_count == 1


def test_the_last_of_two_kinds_holds() -> None:
    """As protobuf has it for alternatives, of which only one can be set."""
    payload = a_metric(a_point(), kind="sum").SerializeToString()
    payload += a_metric(a_point(), kind="gauge").SerializeToString()
    request = a_metrics_request(metrics_pb2.Metric.FromString(payload))
    body = request.SerializeToString()

    (part,) = decoded(body).slices

    assert part.metric.identity.kind == "gauge"


def test_metrics_without_points_hold_nothing() -> None:
    """R16: nothing is there, and nothing of it is refused."""
    empty = [metrics_pb2.Metric(name="none"), a_metric(kind="gauge")]

    for body in (b"", a_metrics_request(*empty).SerializeToString()):
        assert decoded(body) == DecodedMetrics()


def test_points_come_by_metric_in_the_order_in_which_they_were_sent() -> None:
    """Each metric with the scope and the resource that it came with."""
    request = a_metrics_request(a_metric(a_point(1), a_point(2), name="x"), service="a")
    request.MergeFrom(a_metrics_request(a_metric(a_point(3), name="y"), service="b"))

    first, second = decoded(request.SerializeToString()).slices

    assert [first.metric.identity.name, second.metric.identity.name] == ["x", "y"]
    assert len(first.points) == 2
    assert b"a" in first.scope.resource
    assert b"b" in second.scope.resource


def test_text_that_is_not_utf8_costs_no_point() -> None:
    """R116: it is repaired where it is shown."""
    body = a_metrics_request(a_metric(a_point(), name="name")).SerializeToString()

    (part,) = decoded(body.replace(b"\x04name\x1a", b"\x04nam\xff\x1a")).slices

    assert part.metric.identity.name == "nam\ufffd"


def test_damage_within_a_point_costs_nothing_on_arrival() -> None:
    """Attributes and exemplars are read when somebody looks; the point is kept as it is."""
    damaged = a_point(attributes={"k": "v"}).SerializeToString() + b"\x3a\x01\xff\x2a\x01\xff"

    (part,) = decoded(_with_point(damaged)).slices

    (point,) = part.points
    assert point.payload == damaged


def _with_point(point: bytes) -> bytes:
    """Return a request with one gauge that holds the bytes of *point*."""

    def within(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content

    return within(1, within(2, within(2, within(1, b"g") + within(5, within(1, point)))))


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"\xff", "it is truncated or no protobuf of this type"),
        (b'{"resourceMetrics":[]}', "it looks like JSON"),
        (b"\x08\x01", r"field 1 \(resource_metrics\) has the wrong wire type"),
        (_with_point(b"\xff"), "truncated"),
        (b"\x0a\x05\x12\x03\x12\x01\xff", "truncated"),
    ],
)
def test_what_is_no_request_is_refused_with_its_cause(body: bytes, cause: str) -> None:
    """R21, R54: and by its name."""
    with pytest.raises(MalformedError, match=f"as ExportMetricsServiceRequest: .*{cause}"):
        decoded(body)
