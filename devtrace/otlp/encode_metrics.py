"""From stored metrics back to OTLP, on the terms of `devtrace.otlp.encode`.

Source: opentelemetry-proto `metrics/v1/metrics.proto`; `docs/specification.md`, "JSON
Protobuf Encoding".
"""

from collections.abc import Callable, Iterable
from typing import Any

from devtrace.otlp.decode_metrics import WireMetric
from devtrace.otlp.encode import DocumentKeys, ScopeGroup, otlp_document, otlp_line
from devtrace.otlp.encode_values import attribute_json, attributed_json, double_json
from devtrace.otlp.points import POINT_TYPES
from devtrace.otlp.salvage import read_by_field
from devtrace.otlp.schema import SlicedMetric

_METRIC = "opentelemetry.proto.metrics.v1.Metric"
_METRICS = DocumentKeys("resourceMetrics", "scopeMetrics", "metrics")
_KEY_BY_KIND = {kind: kind for kind in POINT_TYPES} | {
    "exponential_histogram": "exponentialHistogram"
}


def metric_payload(metric: WireMetric, points: Iterable[bytes]) -> bytes:
    """Return a metric whole: an item such as `metrics_json` and `traces_proto` take.

    Args:
        metric: The metric without points.
        points: Its serialized data points; every byte of them is kept.
    """
    whole = SlicedMetric.FromString(metric.payload)
    getattr(whole, metric.identity.kind).data_points.extend(points)
    payload: bytes = whole.SerializeToString()
    return payload


def metrics_json(groups: Iterable[ScopeGroup]) -> dict[str, Any]:
    """Return metrics as an OTLP/JSON `MetricsData`.

    Args:
        groups: Scopes with their metrics, as `metric_payload` returns them.
    """
    return otlp_document(groups, _METRICS, metric_json)


def metrics_json_line(groups: Iterable[ScopeGroup]) -> bytes:
    """Return metrics as one line of an OTLP/JSON file, with its line feed."""
    return otlp_line(groups, _METRICS, metric_json)


def metric_json(payload: bytes) -> dict[str, Any]:
    """Return one metric as an OTLP/JSON `Metric`.

    Args:
        payload: A serialized `Metric` whose data `decode_metrics` accepted.
    """
    metric = SlicedMetric.FromString(payload)
    written: dict[str, Any] = {"name": metric.name.decode("utf-8", "replace")}
    for key, text in (("description", metric.description), ("unit", metric.unit)):
        if text:
            written[key] = text.decode("utf-8", "replace")
    if kind := metric.WhichOneof("data"):
        written[_KEY_BY_KIND[kind]] = _data(kind, getattr(metric, kind))
    if metric.metadata:
        only_metadata = SlicedMetric(metadata=metric.metadata).SerializeToString()
        readable, _ = read_by_field(_METRIC, only_metadata)
        written["metadata"] = [attribute_json(pair) for pair in readable.metadata]
    return written


def _data(kind: str, data: Any) -> dict[str, Any]:  # noqa: ANN401  # built at run time
    written: dict[str, Any] = {
        "dataPoints": [_point(kind, payload) for payload in data.data_points]
    }
    if data.aggregation_temporality and kind not in {"gauge", "summary"}:
        written["aggregationTemporality"] = data.aggregation_temporality
    if data.is_monotonic and kind == "sum":
        written["isMonotonic"] = True
    return written


def _point(kind: str, payload: bytes) -> dict[str, Any]:
    point, _ = read_by_field(POINT_TYPES[kind], payload)
    written: dict[str, Any] = {"timeUnixNano": str(point.time_unix_nano)}
    if point.start_time_unix_nano:
        written["startTimeUnixNano"] = str(point.start_time_unix_nano)
    written |= attributed_json(point.attributes, 0)
    written |= _VALUES[kind](point)
    if point.flags:
        written["flags"] = point.flags
    if exemplars := getattr(point, "exemplars", ()):
        written["exemplars"] = [_exemplar(each) for each in exemplars]
    return written


def _number(number: Any) -> dict[str, Any]:  # noqa: ANN401  # a point or an exemplar
    match number.WhichOneof("value"):
        case "as_int":
            return {"asInt": str(number.as_int)}
        case "as_double":
            return {"asDouble": double_json(number.as_double)}
        case _:
            return {}


def _histogram(point: Any) -> dict[str, Any]:  # noqa: ANN401
    written = _measured(point)
    if point.bucket_counts:
        written["bucketCounts"] = list(map(str, point.bucket_counts))
    if point.explicit_bounds:
        written["explicitBounds"] = list(map(double_json, point.explicit_bounds))
    return written


def _exponential(point: Any) -> dict[str, Any]:  # noqa: ANN401
    written = _measured(point) | {
        "scale": point.scale,
        "zeroCount": str(point.zero_count),
        "zeroThreshold": double_json(point.zero_threshold),
    }
    for key in ("positive", "negative"):
        if point.HasField(key):
            written[key] = _buckets(getattr(point, key))
    return written


def _buckets(buckets: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"offset": buckets.offset, "bucketCounts": list(map(str, buckets.bucket_counts))}


def _summary(point: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "count": str(point.count),
        "sum": double_json(point.sum),
        "quantileValues": [
            {"quantile": double_json(each.quantile), "value": double_json(each.value)}
            for each in point.quantile_values
        ],
    }


def _measured(point: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what both kinds of histogram have beside their buckets."""
    written: dict[str, Any] = {"count": str(point.count)}
    written |= {
        key: double_json(getattr(point, key))
        for key in ("sum", "min", "max")
        if point.HasField(key)
    }
    return written


def _exemplar(exemplar: Any) -> dict[str, Any]:  # noqa: ANN401
    written: dict[str, Any] = {"timeUnixNano": str(exemplar.time_unix_nano)}
    written |= _number(exemplar)
    if exemplar.trace_id:
        written["traceId"] = exemplar.trace_id.hex()
    if exemplar.span_id:
        written["spanId"] = exemplar.span_id.hex()
    if exemplar.filtered_attributes:
        written["filteredAttributes"] = [
            attribute_json(pair) for pair in exemplar.filtered_attributes
        ]
    return written


_VALUES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
    "summary": _summary,
}
