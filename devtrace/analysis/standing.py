"""Where one duration stands among those of the same operation.

Source: docs/analysis.md, "Standing".
"""

from collections.abc import Sequence
from math import log2
from typing import NamedTuple

BUCKETS = 12
"""Columns of the histogram; each is as many times longer than the one before."""


class Standing(NamedTuple):
    """How a duration compares."""

    compared: int
    """How many durations it is compared with, itself included."""
    percent: int
    """How many percent of them are not longer."""
    least_nano: int
    most_nano: int
    buckets: tuple[int, ...]
    """How many durations are in each column, from the least to the most."""
    own: int
    """The column it is in."""


def standing(nano: int, durations: Sequence[int]) -> Standing:
    """Return where a duration stands among *durations*.

    Args:
        nano: One of them.
        durations: Nanoseconds, at least 0, in any order.
    """
    least, most = min(durations), max(durations)
    counts = [0] * BUCKETS
    for duration in durations:
        counts[_bucket(duration, least, most)] += 1
    shorter = sum(duration <= nano for duration in durations)
    return Standing(
        len(durations),
        shorter * 100 // len(durations),
        least,
        most,
        tuple(counts),
        _bucket(nano, least, most),
    )


def _bucket(nano: int, least: int, most: int) -> int:
    """Return the column of a duration: equal steps of its logarithm."""
    low, high = log2(least + 1), log2(most + 1)
    if high <= low:
        return BUCKETS // 2
    place = (log2(nano + 1) - low) / (high - low)
    return max(0, min(BUCKETS - 1, int(place * BUCKETS)))
