"""What devtrace writes of a metric is what it was sent, in the strictest reading of OTLP."""

import json
from base64 import b64encode
from typing import Any

from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.metrics.v1.metrics_pb2 import MetricsData

from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.otlp.encode import ScopeGroup, traces_proto
from devtrace.otlp.encode_metrics import (
    metric_json,
    metric_payload,
    metrics_json,
    metrics_json_line,
)
from devtrace.otlp.json import translate_metrics
from tests.builders import a_metric, a_metrics_request, a_point, an_exemplar
from tests.otlp.test_encode import attributes, ids, texts, uint32, uint64

doubles = st.floats(allow_nan=False)
maybe = st.none() | doubles
int64 = st.integers(-(2**63), 2**63 - 1)
int32 = st.integers(-(2**31), 2**31 - 1)
counts = st.lists(uint64, max_size=3)
exemplars = st.lists(
    st.one_of(
        st.builds(
            metrics_pb2.Exemplar,
            time_unix_nano=uint64,
            filtered_attributes=attributes,
            **{name: values},
            **ids,
        )
        for name, values in (("as_int", int64), ("as_double", doubles))
    ),
    max_size=2,
)
common = {
    "attributes": attributes,
    "start_time_unix_nano": uint64,
    "time_unix_nano": uint64,
    "flags": uint32,
}
numbers = st.one_of(
    st.builds(metrics_pb2.NumberDataPoint, exemplars=exemplars, **common, **value)
    for value in ({"as_int": int64}, {"as_double": doubles}, {})
)
measured = {"count": uint64, "sum": maybe, "min": maybe, "max": maybe, "exemplars": exemplars}
histograms = st.builds(
    metrics_pb2.HistogramDataPoint,
    bucket_counts=counts,
    explicit_bounds=st.lists(doubles, max_size=3),
    **measured,
    **common,
)
buckets = st.none() | st.builds(
    metrics_pb2.ExponentialHistogramDataPoint.Buckets, offset=int32, bucket_counts=counts
)
exponentials = st.builds(
    metrics_pb2.ExponentialHistogramDataPoint,
    scale=int32,
    zero_count=uint64,
    zero_threshold=doubles,
    positive=buckets,
    negative=buckets,
    **measured,
    **common,
)
summaries = st.builds(
    metrics_pb2.SummaryDataPoint,
    count=uint64,
    sum=doubles,
    quantile_values=st.lists(
        st.builds(
            metrics_pb2.SummaryDataPoint.ValueAtQuantile, quantile=doubles, value=doubles
        ),
        max_size=2,
    ),
    **common,
)
metrics = st.one_of(
    st.builds(
        lambda points, **fields: a_metric(*points, **fields),
        st.lists(points, min_size=1, max_size=2),
        kind=st.just(kind),
        name=texts,
        unit=texts,
        description=texts,
        metadata=attributes,
        temporality=st.integers(0, 2),
        monotonic=st.booleans(),
    )
    for kind, points in (
        ("gauge", numbers),
        ("sum", numbers),
        ("histogram", histograms),
        ("exponential_histogram", exponentials),
        ("summary", summaries),
    )
)
requests = st.lists(metrics, min_size=1, max_size=3).map(
    lambda each: MetricsData(resource_metrics=a_metrics_request(*each).resource_metrics)
)


def groups_of(request: MetricsData) -> list[ScopeGroup]:
    """Return *request* as the store holds it."""
    decoded = decode_metrics(request.SerializeToString(), scope_of=lambda wire: wire)
    return [
        (part.scope, [metric_payload(part.metric, [point.payload for point in part.points])])
        for part in decoded.slices
    ]


def strictly_read(document: Any) -> MetricsData:
    """Read *document* with the official parser, which wants ids in base64."""

    def with_base64_ids(value: Any) -> Any:
        match value:
            case dict():
                return {
                    key: b64encode(bytes.fromhex(inner)).decode()
                    if key in {"traceId", "spanId"}
                    else with_base64_ids(inner)
                    for key, inner in value.items()
                }
            case list():
                return [with_base64_ids(inner) for inner in value]
            case _:
                return value

    read: MetricsData = json_format.ParseDict(with_base64_ids(document), MetricsData())
    return read


@settings(max_examples=60)
@given(requests)
def test_a_strict_reader_gets_back_every_field(request: MetricsData) -> None:
    """Points of every kind, exemplars, metadata: none is lost, and zero is not nothing."""
    assert strictly_read(metrics_json(groups_of(request))) == request


@settings(max_examples=60)
@given(requests)
def test_reading_a_line_gives_back_what_was_stored(request: MetricsData) -> None:
    """A file is read by the same rules as a request, and nothing in it needs leniency."""
    line = metrics_json_line(groups_of(request))

    translated = translate_metrics(line)

    assert MetricsData.FromString(translated.payload) == request
    assert not translated.notes
    assert json.loads(line) == metrics_json(groups_of(request))
    assert line.count(b"\n") == 1


@settings(max_examples=40)
@given(requests)
def test_what_leaves_as_protobuf_is_what_came(request: MetricsData) -> None:
    """The three signals have one shape down to their items."""
    assert MetricsData.FromString(traces_proto(groups_of(request))) == request


def test_what_is_not_known_yet_survives() -> None:
    """Fields of a newer protocol leave as they came, of the metric and of its points."""
    point = a_point().SerializeToString() + b"\xfa\x3e\x03new"
    metric = a_metric(metrics_pb2.NumberDataPoint.FromString(point)).SerializeToString()
    metric += b"\xfa\x3e\x05newer"
    request = a_metrics_request(metrics_pb2.Metric.FromString(metric))

    leaving = traces_proto(groups_of(MetricsData.FromString(request.SerializeToString())))

    assert b"\xfa\x3e\x03new" in leaving
    assert b"\xfa\x3e\x05newer" in leaving


def test_what_says_nothing_is_left_out() -> None:
    """No null, no empty string, no zero but those of the times."""
    bare = metrics_pb2.NumberDataPoint()

    assert metric_json(b"") == {"name": ""}
    assert metric_json(a_metric(bare, name="n", unit="", kind="gauge").SerializeToString()) == {
        "name": "n",
        "gauge": {"dataPoints": [{"timeUnixNano": "0"}]},
    }


def test_a_damaged_part_is_left_out_and_the_rest_written() -> None:
    """Bytes that nobody can decode cost themselves only."""
    good = a_point(5, attributes={"k": 1}, exemplars=[an_exemplar()])
    damaged = good.SerializeToString() + b"\x3a\x01\xff" + b"\x2a\x01\xff"
    metric = a_metric(good, kind="gauge", metadata=[{"key": "kept"}])
    whole = metric_json(metric.SerializeToString())
    del metric.gauge.data_points[:]
    (part,) = decode_metrics(
        a_metrics_request(a_metric(good, kind="gauge")).SerializeToString(),
        scope_of=lambda wire: wire,
    ).slices
    head = metric.SerializeToString() + b"\x62\x01\xff"

    written = metric_json(metric_payload(part.metric._replace(payload=head), [damaged]))

    assert written == whole


def test_fields_that_a_kind_does_not_have_are_not_written() -> None:
    """A strict reader would refuse a gauge with a temporality."""
    gauge = a_metric(a_point(), kind="gauge", name="").SerializeToString()
    odd = gauge + b"\x2a\x04\x10\x02\x18\x01"

    assert list(metric_json(odd)["gauge"]) == ["dataPoints"]
