"""A series of a metric, read from the stored OTLP bytes of its data points.

A series is what has the same resource, scope, metric and attributes; its points are
decoded when somebody looks at them.  Neither ever changes, so whoever holds one may
keep it.

Source: opentelemetry-proto `metrics/v1/metrics.proto`; OpenTelemetry specification,
`metrics/data-model.md`, "Timeseries model", "ExponentialHistogram".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Self

from devtrace.model.resource import InstrumentationScope, Resource
from devtrace.otlp.decode import WireScope
from devtrace.otlp.decode_metrics import MetricIdentity, WireMetric
from devtrace.otlp.values import Attributed, Value, decode_resource

if TYPE_CHECKING:
    from devtrace.otlp.points import Point


class MetricKind(StrEnum):
    """What the points of a metric are; the value is the field of `Metric` that holds them."""

    GAUGE = "gauge"
    SUM = "sum"
    HISTOGRAM = "histogram"
    EXPONENTIAL_HISTOGRAM = "exponential_histogram"
    SUMMARY = "summary"


class Temporality(IntEnum):
    """Since when a point of a sum or a histogram counts."""

    UNSPECIFIED = 0
    DELTA = 1
    """Since the point before."""
    CUMULATIVE = 2
    """Since a start that stays until the counting begins anew."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Read a number that is not known as if none had been sent."""
        return cls(0) if isinstance(value, int) else None


class SeriesKey(NamedTuple):
    """What tells one series from every other; equal for as long as the series lives."""

    scope: WireScope
    """Its scope and resource, their attributes in order: senders change that at will."""
    metric: MetricIdentity
    attributes: bytes
    """The attributes of its points, as `WirePoint` has them."""


class Series:
    """Data points of one metric with the same attributes.

    Args:
        key: What identifies it.
        metric: Its metric as it last arrived.
        scope: The scope (and through it the resource) that it was sent with.
        payloads: Serialized data points in order of arrival.
    """

    def __init__(
        self,
        key: SeriesKey,
        metric: WireMetric,
        scope: InstrumentationScope,
        payloads: Sequence[bytes],
    ) -> None:
        self.key = key
        self.metric = metric
        self.scope = scope
        self.payloads = tuple(payloads)

    def __repr__(self) -> str:
        return f"<Series {self.name[:40]!r} of {len(self.payloads)} points>"

    @property
    def name(self) -> str:
        """Name of the metric; may be empty."""
        return self.key.metric.name

    @property
    def kind(self) -> MetricKind:
        """What its points are."""
        return MetricKind(self.key.metric.kind)

    @property
    def unit(self) -> str:
        """A UCUM code, such as `ms` or `By`; may be empty."""
        return self.key.metric.unit

    @property
    def temporality(self) -> Temporality:
        """Since when a point counts; unspecified for gauges and summaries."""
        return Temporality(self.key.metric.aggregation_temporality)

    @property
    def is_monotonic(self) -> bool:
        """Whether it is a sum that only grows."""
        return self.key.metric.is_monotonic

    @property
    def resource(self) -> Resource:
        """The entity that produced it."""
        return self.scope.resource

    @property
    def service_name(self) -> str:
        """Its resource's `service.name`."""
        return self.scope.resource.service_name

    @cached_property
    def _detail(self) -> Attributed:
        from devtrace.otlp.points import decode_metric_detail

        return decode_metric_detail(self.metric.payload)

    @property
    def description(self) -> str:
        """What the metric is, in the words of its author; may be empty."""
        return self._detail.name

    @property
    def metadata(self) -> dict[str, Value]:
        """What a translator noted of the metric's origin; mostly empty."""
        return self._detail.attributes

    @cached_property
    def _labels(self) -> Attributed:
        return decode_resource(self.key.attributes)

    @property
    def attributes(self) -> dict[str, Value]:
        """Its attributes in order of their keys: senders change their order at will."""
        return dict(sorted(self._labels.attributes.items()))

    @cached_property
    def points(self) -> "tuple[Point, ...]":
        """All points in order of time, equal times as they came; costs their number."""
        from devtrace.otlp.points import decode_point

        points = (decode_point(self.kind, payload) for payload in self.payloads)
        return tuple(sorted(points, key=lambda point: point.time_unix_nano))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What could not be read as sent, of the metric, its attributes and its points."""
        remarks = [*self._detail.notes, *self._labels.notes]
        remarks += (note for point in self.points for note in point.notes)
        return tuple(dict.fromkeys(remarks))


class ExemplarOfSpan(NamedTuple):
    """An exemplar's place: which point of which series names a span."""

    key: SeriesKey
    point: "Point"


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many measurements lie above one bound and not above another."""

    lower: float
    """May be -inf."""
    upper: float
    """May be inf; equal to `lower` in the bucket of exact zeros."""
    count: int


def exponential_bounds(scale: int, index: int) -> tuple[float, float]:
    """Return the bounds of an exponential bucket.

    Args:
        scale: Any; the higher, the narrower the buckets.
        index: Any.

    Returns:
        The lower bound, which is not in it, and the upper, which is.  Both are at
        least 0.0; what double cannot hold is 0.0 or inf.

    Source: `metrics/data-model.md`, "Exponential Scale", "Exponential Buckets".
    """
    return _bound(scale, index), _bound(scale, index + 1)


def _bound(scale: int, index: int) -> float:
    try:
        return math.pow(2.0, math.ldexp(index, -scale))
    except OverflowError:
        return math.inf if index > 0 else 0.0
