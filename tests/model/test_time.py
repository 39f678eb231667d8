"""Quantities fit their columns, keep three digits, and never raise."""

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.time import (
    DURATION_CELLS,
    NO_TIME,
    bytes_text,
    clock_text,
    duration_text,
    moment_text,
    offset_text,
    percent_text,
)

UINT64 = st.integers(0, 2**64 - 1)
NANOS_BY_UNIT = {"ns": 1, "µs": 10**3, "ms": 10**6, "s": 10**9}
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (0, "0"),
        (1, "1ns"),
        (940, "940ns"),
        (940_000, "940µs"),
        (4_100_000, "4.1ms"),
        (14_849_999, "14.8ms"),
        (240_000_000, "240ms"),
        (1_610_000_000, "1.61s"),
        (125 * 10**9, "2m 05s"),
        (725 * 10**9, "12m05s"),
        (5_520 * 10**9, "1h 32m"),
        (45_000 * 10**9, "12h30m"),
        (26 * 3_600 * 10**9, "1d 02h"),
        (150 * 86_400 * 10**9, "150d"),
        (2**64 - 1, "584y"),
        (-5_000_000, "-5ms"),
    ],
)
def test_a_duration_is_written_in_the_unit_of_its_magnitude(nano: int, text: str) -> None:
    """Every magnitude has one spelling, the one the screens are drawn with."""
    assert duration_text(nano) == text


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (999_499, "999µs"),
        (999_500, "1ms"),
        (59_949_999_999, "59.9s"),
        (59_950_000_000, "1m 00s"),
        (599_500_000_000, "10m00s"),
        (3_599_500_000_000, "1h 00m"),
        (86_399 * 10**9, "1d 00h"),
    ],
)
def test_rounding_up_moves_to_the_next_unit(nano: int, text: str) -> None:
    """No unit ever shows as many as make the next one, such as 1000µs or 60s."""
    assert duration_text(nano) == text


@given(UINT64)
def test_a_duration_never_leaves_its_column(nano: int) -> None:
    """Whatever a sender wrote, the column beside it stays where it is."""
    assert 1 <= len(duration_text(nano)) <= DURATION_CELLS


@given(st.integers(1, 59_949_999_999))
def test_a_short_duration_is_right_to_three_digits(nano: int) -> None:
    """What is read off the screen differs by at most half a unit of the third digit."""
    text = duration_text(nano)
    number = text.rstrip("nµms")
    shown = float(number) * NANOS_BY_UNIT[text[len(number) :]]
    assert abs(shown - nano) <= nano * 0.00501


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_durations_round_monotonically(one: int, other: int) -> None:
    """Two durations that round alike have every duration between them round alike."""
    low, high = sorted((one, other))
    if duration_text(low) == duration_text(high):
        assert duration_text((low + high) // 2) == duration_text(low)


def test_a_moment_is_cut_and_not_rounded() -> None:
    """A clock never shows a time that had not come yet."""
    moment = 1_760_000_000_999_999_999
    assert clock_text(moment, zone=UTC) == "08:53:20.999"
    assert moment_text(moment, zone=UTC) == "2025-10-09T08:53:20.999999+00:00"


def test_a_moment_follows_the_time_zone() -> None:
    """A time is shown as the wall clock of its reader shows it, with the offset beside it."""
    moment = 1_760_000_000_204_000_000
    assert clock_text(moment, zone=EAST) == "10:53:20.204"
    assert moment_text(moment, zone=EAST) == "2025-10-09T10:53:20.204000+02:00"


def test_a_missing_time_says_so() -> None:
    """0 is no moment in 1970: the sender gave no time."""
    assert clock_text(0) == moment_text(0) == NO_TIME


def test_the_end_of_the_protocol_is_still_a_date() -> None:
    """Times of 2^63 nanoseconds and above are dates in the 23rd century and later."""
    assert moment_text(2**63, zone=UTC).startswith("2262-04-11T23:47:16.854775")
    assert moment_text(2**64 - 1, zone=UTC).startswith("2554-07-21T23:34:33.709551")


@given(st.integers(-(10**40), 10**40))
def test_no_number_breaks_a_clock(unix_nano: int) -> None:
    """A derived time outside the calendar is shown as the number it is."""
    assert clock_text(unix_nano)
    assert moment_text(unix_nano)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1_023, "1023 B"),
        (1_024, "1.0 KiB"),
        (8_808_038, "8.4 MiB"),
        (256 * 2**20, "256 MiB"),
        (2**20 - 1, "1.0 MiB"),
        (2**64, "16.0 EiB"),
        (2**80, "1048576 EiB"),
    ],
)
def test_memory_is_written_in_binary_units(count: int, text: str) -> None:
    """A bound of 256 MiB reads back as the number the user gave."""
    assert bytes_text(count) == text


@given(UINT64)
def test_memory_never_leaves_its_column(count: int) -> None:
    """The status line does not move while memory grows."""
    assert len(bytes_text(count)) <= 8


@pytest.mark.parametrize(
    ("nano", "text"), [(0, "+0"), (1_500_000, "+1.5ms"), (-2_000_000_000, "-2s")]
)
def test_an_offset_has_one_sign(nano: int, text: str) -> None:
    """A moment before another is told by a minus, never by two signs."""
    assert offset_text(nano) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 7, "0 %"), (1, 1_000, "<1 %"), (277, 10_000, "3 %"), (7, 7, "100 %")],
)
def test_a_share_is_rounded_and_never_nothing(part: int, whole: int, text: str) -> None:
    """What took part is seen to have taken part."""
    assert percent_text(part, whole) == text
