"""How much the stores may hold."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The bounds of a `TraceStore`.

    Raises:
        ValueError: If a bound is below 1.
    """

    max_bytes: int = 256 * MEBIBYTE
    """Memory for spans: payloads and what Python adds to each, as estimated by the store."""
    max_spans: int = 500_000
    """Spans in all traces together."""

    def __post_init__(self) -> None:
        _require_positive(self, "max_bytes", "max_spans")

    @property
    def max_trace_spans(self) -> int:
        """Spans in one trace: a runaway trace may take half of the ring."""
        return max(1, self.max_spans // 2)

    @property
    def max_trace_bytes(self) -> int:
        """Bytes of one trace: a runaway trace may take half of the ring."""
        return max(1, self.max_bytes // 2)

    @property
    def max_pinned_bytes(self) -> int:
        """Bytes of all pinned traces: half of the ring stays for what arrives."""
        return max(1, self.max_bytes // 2)

    @property
    def max_pinned_spans(self) -> int:
        """Spans of all pinned traces."""
        return max(1, self.max_spans // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLimits:
    """The bounds of a `LogStore`.

    Raises:
        ValueError: If a bound is below 1.
    """

    max_bytes: int = 64 * MEBIBYTE
    """Memory for log records, as estimated by the store."""
    max_records: int = 200_000

    def __post_init__(self) -> None:
        _require_positive(self, "max_bytes", "max_records")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLimits:
    """The bounds of a `MetricStore`.

    Raises:
        ValueError: If a bound is below 1.
    """

    max_bytes: int = 64 * MEBIBYTE
    """Memory for metrics, as estimated by the store."""
    max_series: int = 20_000
    max_series_points: int = 1_000
    """Data points of one series: a quarter of an hour at one a second."""

    def __post_init__(self) -> None:
        _require_positive(self, "max_bytes", "max_series", "max_series_points")


def _require_positive(limits: object, *names: str) -> None:
    for name in names:
        if getattr(limits, name) < 1:
            msg = f"{name} must be at least 1, got {getattr(limits, name)}"
            raise ValueError(msg)
