"""From the stored bytes of a data point to its values, on demand.

Nothing here raises for what a sender wrote.  A part that cannot be decoded is left
out and noted, so that the point is shown with the defect named beside it.

Source: opentelemetry-proto `metrics/v1/metrics.proto`; OpenTelemetry specification,
`metrics/data-model.md`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from devtrace.otlp import mistakes
from devtrace.otlp.decode import SPAN_ID_BYTES, TRACE_ID_BYTES, hex_id, wrong_length
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.salvage import read_by_field
from devtrace.otlp.schema import SlicedMetric
from devtrace.otlp.values import Attributed, Value, decode_pairs

_PACKAGE = "opentelemetry.proto.metrics.v1"

POINT_TYPES = {
    "gauge": f"{_PACKAGE}.NumberDataPoint",
    "sum": f"{_PACKAGE}.NumberDataPoint",
    "histogram": f"{_PACKAGE}.HistogramDataPoint",
    "exponential_histogram": f"{_PACKAGE}.ExponentialHistogramDataPoint",
    "summary": f"{_PACKAGE}.SummaryDataPoint",
}
"""The message that a point is, by the kind of its metric."""

_NO_RECORDED_VALUE = 1
"""The flag of a point that only says that there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemplar:
    """One measurement that went into a point, with the span in which it was made."""

    value: float | None
    """None when the sender gave none."""
    time_unix_nano: int
    trace_id: str | None = None
    """32 lower-case hex digits; None when it belongs to no trace."""
    span_id: str | None = None
    """16 lower-case hex digits; None also without a trace: alone it leads nowhere."""
    attributes: dict[str, Value] = field(default_factory=dict)
    """Those of the measurement that are none of its series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricPoint:
    """What the data points of every kind have."""

    start_time_unix_nano: int = 0
    """Since when it counts; 0 when the sender does not say."""
    time_unix_nano: int = 0
    """Unix nanoseconds; 0 when the sender does not say."""
    flags: int = 0
    exemplars: tuple[Exemplar, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be read as sent, one sentence each."""

    @property
    def is_gap(self) -> bool:
        """Whether it says that there is no value rather than what it is."""
        return bool(self.flags & _NO_RECORDED_VALUE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPoint(MetricPoint):
    """A value of a gauge or a sum."""

    value: float | None = None
    """An int when it was sent as one; None when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramPoint(MetricPoint):
    """Measurements counted in buckets with explicit bounds."""

    count: int = 0
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    bounds: tuple[float, ...] = ()
    """Strictly rising; bucket *i* holds what is above bound *i* - 1 and not above *i*."""
    bucket_counts: tuple[int, ...] = ()
    """One more than bounds, or none at all."""


class ExponentialBuckets(NamedTuple):
    """Counts of consecutive buckets whose bounds grow by a constant factor."""

    offset: int
    """Index of the first bucket."""
    counts: tuple[int, ...]


_NO_BUCKETS = ExponentialBuckets(0, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentialPoint(MetricPoint):
    """Measurements counted in buckets with exponential bounds."""

    count: int = 0
    sum: float | None = None
    min: float | None = None
    max: float | None = None
    scale: int = 0
    """Bucket bounds are powers of 2 ** (2 ** -scale)."""
    zero_count: int = 0
    zero_threshold: float = 0.0
    """Up to which absolute value a measurement counts as zero."""
    positive: ExponentialBuckets = _NO_BUCKETS
    negative: ExponentialBuckets = _NO_BUCKETS


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPoint(MetricPoint):
    """Measurements of which the sender computed quantiles itself."""

    count: int = 0
    sum: float = 0.0
    quantiles: tuple[tuple[float, float], ...] = ()
    """Pairs of quantile (0.0 to 1.0) and value, in rising order."""


Point = NumberPoint | HistogramPoint | ExponentialPoint | SummaryPoint


def decode_point(kind: str, payload: bytes) -> Point:
    """Decode a serialized data point.

    Args:
        kind: The kind of its metric, a key of `POINT_TYPES`.
        payload: A data point that `decode_metrics` accepted.

    Returns:
        The point; `notes` says what was damaged.
    """
    message, left_out = read_by_field(POINT_TYPES[kind], payload)
    notes = [
        f"a part of its {name} cannot be decoded and is left out"
        for name in dict.fromkeys(left_out)
    ]
    return _READERS[kind](message, notes)


def decode_metric_detail(payload: bytes) -> Attributed:
    """Decode what a metric says of itself beyond its identity.

    Args:
        payload: A serialized `Metric` without points.

    Returns:
        Its description as `name`, its metadata as `attributes`.
    """
    metric = SlicedMetric.FromString(payload)
    metadata = decode_pairs(metric.metadata)
    return Attributed(
        name=metric.description.decode("utf-8", "replace"),
        attributes=metadata.attributes,
        notes=metadata.notes,
    )


def _number(message: Any, notes: list[str]) -> NumberPoint:  # noqa: ANN401  # built at run time
    return NumberPoint(value=_number_value(message), **_common(message, notes))


def _histogram(message: Any, notes: list[str]) -> HistogramPoint:  # noqa: ANN401
    bounds, counts = tuple(message.explicit_bounds), tuple(message.bucket_counts)
    if counts and len(counts) != len(bounds) + 1:
        notes.append(f"{len(counts)} buckets do not fit {len(bounds)} bounds and are left out")
        bounds = counts = ()
    elif not all(lower < upper for lower, upper in pairwise(bounds)):
        notes.append("the bounds of its buckets do not rise; the buckets are left out")
        bounds = counts = ()
    return HistogramPoint(
        bounds=bounds,
        bucket_counts=counts,
        **_distribution(message),
        **_common(message, notes),
    )


def _exponential(message: Any, notes: list[str]) -> ExponentialPoint:  # noqa: ANN401
    return ExponentialPoint(
        scale=message.scale,
        zero_count=message.zero_count,
        zero_threshold=message.zero_threshold,
        positive=_exponential_buckets(message.positive),
        negative=_exponential_buckets(message.negative),
        **_distribution(message),
        **_common(message, notes),
    )


def _exponential_buckets(message: Any) -> ExponentialBuckets:  # noqa: ANN401
    return ExponentialBuckets(message.offset, tuple(message.bucket_counts))


def _summary(message: Any, notes: list[str]) -> SummaryPoint:  # noqa: ANN401
    quantiles = sorted((each.quantile, each.value) for each in message.quantile_values)
    return SummaryPoint(
        count=message.count,
        sum=message.sum,
        quantiles=tuple(quantiles),
        **_common(message, notes),
    )


_READERS: dict[str, Callable[[Any, list[str]], Point]] = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
    "summary": _summary,
}


def _distribution(message: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "count": message.count,
        **{
            name: getattr(message, name) if message.HasField(name) else None
            for name in ("sum", "min", "max")
        },
    }


def _common(message: Any, notes: list[str]) -> dict[str, Any]:  # noqa: ANN401
    exemplars = getattr(message, "exemplars", ())
    return {
        "start_time_unix_nano": message.start_time_unix_nano,
        "time_unix_nano": message.time_unix_nano,
        "flags": message.flags,
        "exemplars": tuple(_exemplar(each, notes) for each in exemplars),
        "notes": tuple(notes),
    }


def _exemplar(message: Any, notes: list[str]) -> Exemplar:  # noqa: ANN401
    for name, value, length in (
        ("trace_id", message.trace_id, TRACE_ID_BYTES),
        ("span_id", message.span_id, SPAN_ID_BYTES),
    ):
        if len(value) != length and any(value):
            notes.append(_without_id(name, value, length))
    trace_id = hex_id(message.trace_id, TRACE_ID_BYTES)
    attributes = decode_pairs(each.SerializeToString() for each in message.filtered_attributes)
    notes.extend(f"{note} (of an exemplar)" for note in attributes.notes)
    return Exemplar(
        value=_number_value(message),
        time_unix_nano=message.time_unix_nano,
        trace_id=trace_id,
        span_id=None if trace_id is None else hex_id(message.span_id, SPAN_ID_BYTES),
        attributes=attributes.attributes,
    )


def _without_id(name: str, value: bytes, length: int) -> Note:
    what = wrong_length(name, value, length)
    is_hex = what.diagnostic is mistakes.HEX_TEXT_IDS
    diagnostic = what.diagnostic if is_hex else mistakes.INVALID_EXEMPLAR_IDS
    return diagnostic.note(f"{what}; the exemplar is kept without it")


def _number_value(message: Any) -> float | None:  # noqa: ANN401
    which = message.WhichOneof("value")
    value: float | None = None if which is None else getattr(message, which)
    return value
