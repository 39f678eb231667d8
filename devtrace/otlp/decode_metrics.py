"""From the bytes of a request to data points by metric, each still its own bytes.

What tells one series from another is read: name, kind, unit, temporality, monotonicity
and the attributes of each point.  Times, values and exemplars are not.  A metric
stands beside its points as its own bytes without them, so description, metadata and
what nobody knows yet survive.

Source: opentelemetry-proto `metrics/v1/metrics.proto`; OpenTelemetry specification,
`metrics/data-model.md`, "Timeseries model".
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from google.protobuf.message import DecodeError

from devtrace.otlp import mistakes
from devtrace.otlp.decode import WireScope, malformed, request_slices
from devtrace.otlp.schema import (
    HotExponentialPoint,
    HotHistogramPoint,
    HotNumberPoint,
    SlicedMetric,
    SlicedResource,
    undeclared,
    unknown_fields,
)

ScopeT = TypeVar("ScopeT")

_REQUEST = "ExportMetricsServiceRequest"
_LENGTH_DELIMITED = 2
_DATA_POINTS = 1
"""The field that holds the points in every kind of data."""
_UNKNOWN_KIND = mistakes.UNKNOWN_METRIC.note("a metric holds a kind of data that is not known")

_HOT_POINTS: dict[str, Any] = {
    "gauge": HotNumberPoint,
    "sum": HotNumberPoint,
    "histogram": HotHistogramPoint,
    "exponential_histogram": HotExponentialPoint,
    "summary": HotNumberPoint,
}
"""How the attributes of a point are read, by the field of `Metric` that holds it."""


class MetricIdentity(NamedTuple):
    """What a metric must share with another, in one scope, to be the same one."""

    name: str
    kind: str
    """`gauge`, `sum`, `histogram`, `exponential_histogram` or `summary`."""
    unit: str
    """A UCUM code, such as `ms` or `By`; may be empty."""
    aggregation_temporality: int
    """1 delta, 2 cumulative; 0 for gauges, summaries and senders that do not say."""
    is_monotonic: bool
    """Whether a sum only grows."""


class WireMetric(NamedTuple):
    """A metric as it arrived, without its points."""

    identity: MetricIdentity
    payload: bytes
    """A serialized `Metric` that has no points."""


class WirePoint(NamedTuple):
    """A data point as it arrived, with what tells its series."""

    payload: bytes
    """A serialized data point; its type follows from the kind of its metric."""
    attributes: bytes
    """Its attributes as a `Resource` would hold them, in an order of their own."""


@dataclass(slots=True)
class MetricSlice(Generic[ScopeT]):
    """The data points of one metric of one request."""

    scope: ScopeT
    metric: WireMetric
    points: list[WirePoint]
    """In the order in which they were sent; never empty."""


@dataclass(slots=True)
class DecodedMetrics(Generic[ScopeT]):
    """What one request held."""

    slices: list[MetricSlice[ScopeT]] = field(default_factory=list)
    point_count: int = 0
    """Data points accepted."""
    refused: Counter[str] = field(default_factory=Counter)
    """Data points refused, by reason."""


def decode_metrics(
    body: bytes, *, scope_of: Callable[[WireScope], ScopeT]
) -> DecodedMetrics[ScopeT]:
    """Read an `ExportMetricsServiceRequest` (or `MetricsData`: the bytes are the same).

    Args:
        body: The serialized request, decompressed; empty is a valid empty request.
        scope_of: Called once per scope of the request that has metrics.

    Returns:
        Accepted points by metric, and the count of refused ones by reason.

    Raises:
        MalformedError: If the bytes are no such message.  Nothing was accepted.
    """
    request = request_slices(body, _REQUEST, "resource_metrics")
    decoded: DecodedMetrics[ScopeT] = DecodedMetrics()
    try:
        for resource_metrics in request.resource_spans:
            resource = b"".join(resource_metrics.resource)
            for scope_metrics in resource_metrics.scope_spans:
                if not scope_metrics.spans:
                    continue
                wire = WireScope(
                    resource,
                    resource_metrics.schema_url,
                    b"".join(scope_metrics.scope),
                    scope_metrics.schema_url,
                )
                scope = scope_of(wire)
                for payload in scope_metrics.spans:
                    _decode_metric(payload, scope, decoded)
    except DecodeError:
        raise malformed(body, _REQUEST) from None
    return decoded


def _decode_metric(payload: bytes, scope: ScopeT, decoded: DecodedMetrics[ScopeT]) -> None:
    """Add the points of one metric to *decoded*."""
    metric = SlicedMetric.FromString(payload)
    kind = metric.WhichOneof("data")
    if kind is None:
        if count := _unknown_points(metric):
            decoded.refused[_UNKNOWN_KIND] += count
        return
    data = getattr(metric, kind)
    hot_point = _HOT_POINTS[kind].FromString
    points = [WirePoint(each, _canonical(hot_point(each))) for each in data.data_points]
    if not points:
        return
    identity = MetricIdentity(
        metric.name.decode("utf-8", "replace"),
        kind,
        metric.unit.decode("utf-8", "replace"),
        data.aggregation_temporality,
        data.is_monotonic,
    )
    data.ClearField("data_points")
    wire = WireMetric(identity, metric.SerializeToString())
    decoded.slices.append(MetricSlice(scope, wire, points))
    decoded.point_count += len(points)


def _canonical(hot_point: Any) -> bytes:  # noqa: ANN401  # built at run time
    """Return the attributes of a point so that equal sets of them are equal bytes."""
    attributes = hot_point.attributes
    if not attributes:
        return b""
    canonical: bytes = SlicedResource(attributes=sorted(attributes)).SerializeToString()
    return canonical


def _unknown_points(metric: Any) -> int:  # noqa: ANN401  # a SlicedMetric
    """Return how many points a metric without a known kind has; at least 1 if it has data."""
    count = 0
    for unknown in unknown_fields(metric):
        points = 0
        if unknown.wire_type == _LENGTH_DELIMITED:
            parts: Any = undeclared(unknown.data)
            points = sum(part.field_number == _DATA_POINTS for part in parts)
        count += max(1, points)
    return count
