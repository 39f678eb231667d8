"""A bound that holds nothing is a mistake; the others follow from the two that are set."""

import pytest

from devtrace.store.limits import MEBIBYTE, Limits, LogLimits, MetricLimits


def test_the_defaults_are_a_quarter_of_a_gibibyte_and_half_a_million_spans() -> None:
    """What the README promises for a machine that does other things too."""
    assert Limits() == Limits(max_bytes=256 * MEBIBYTE, max_spans=500_000)
    assert LogLimits() == LogLimits(max_bytes=64 * MEBIBYTE, max_records=200_000)
    assert MetricLimits() == MetricLimits(
        max_bytes=64 * MEBIBYTE, max_series=20_000, max_series_points=1_000
    )


@pytest.mark.parametrize("name", ["max_bytes", "max_spans"])
def test_a_bound_below_one_is_refused(name: str) -> None:
    """A ring that can hold nothing would evict what it has just acknowledged."""
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        Limits(**{name: 0})


@pytest.mark.parametrize("name", ["max_bytes", "max_records"])
def test_a_bound_of_logs_below_one_is_refused(name: str) -> None:
    """The same holds for logs."""
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        LogLimits(**{name: 0})


@pytest.mark.parametrize("name", ["max_bytes", "max_series", "max_series_points"])
def test_a_bound_of_metrics_below_one_is_refused(name: str) -> None:
    """The same holds for metrics."""
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        MetricLimits(**{name: 0})


def test_one_trace_and_all_pinned_ones_may_take_half() -> None:
    """Live traffic always has room."""
    limits = Limits(max_bytes=1_000, max_spans=10)

    assert (limits.max_trace_bytes, limits.max_trace_spans) == (500, 5)
    assert (limits.max_pinned_bytes, limits.max_pinned_spans) == (500, 5)


def test_the_smallest_ring_holds_one_span() -> None:
    """Half of one is still one."""
    limits = Limits(max_bytes=1, max_spans=1)

    assert (limits.max_trace_bytes, limits.max_trace_spans) == (1, 1)
    assert (limits.max_pinned_bytes, limits.max_pinned_spans) == (1, 1)
