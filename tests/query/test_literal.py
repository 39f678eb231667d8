"""A text is read as the number, duration or amount of memory that it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.query.literal import MAX_NUMBER_CHARS, Number, amounts, number_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("42", Number(42)),
        ("-1.5", Number(-1.5)),
        ("007", Number(7)),
        ("2e3", Number(2000.0)),
        ("9223372036854775807", Number(2**63 - 1)),
        ("100ms", Number(100_000_000, "duration")),
        ("1m30s", Number(90_000_000_000, "duration")),
        ("1.5us", Number(1500, "duration")),
        ("3µs", Number(3000, "duration")),
        ("1h", Number(3_600_000_000_000, "duration")),
        ("-1ms", Number(-1_000_000, "duration")),
        ("4kB", Number(4000, "size")),
        ("4KiB", Number(4096, "size")),
        ("1.5MB", Number(1_500_000, "size")),
        ("2gib", Number(2 << 30, "size")),
        ("7B", Number(7, "size")),
    ],
)
def test_a_number_is_read_with_its_unit(text: str, expected: Number) -> None:
    """Nanoseconds and bytes are what everything is counted in."""
    assert number_in(text) == expected


@pytest.mark.parametrize(
    "text", ["", "abc", "5x", "1m2", "ms", "1 ms", "nan", "inf", "0x10", "1_000", "٣", "9" * 50]
)
def test_anything_else_is_text(text: str) -> None:
    """What Python would read as a number need not be one for people."""
    assert number_in(text) is None


@given(text=st.text(alphabet="0123456789.eE+-msuhnkKiBMGT", max_size=MAX_NUMBER_CHARS + 5))
def test_no_text_is_an_error(text: str) -> None:
    """Whatever a sender wrote, it is a number or it is not."""
    number = number_in(text)

    assert number is None or number.dimension in {"", "duration", "size"}


@pytest.mark.parametrize(
    ("actual", "wanted", "expected"),
    [
        (402, "402", (402, 402)),
        ("402", "402.0", (402, 402.0)),
        ("1s", "1000ms", (10**9, 10**9)),
        (5_000_000, "5ms", (5_000_000, 5_000_000)),
        ("5", "5ms", (5, 5_000_000)),
        ("5kB", "5ms", None),
        (True, "1", None),
        (math.nan, "1", None),
        ("many", "1", None),
        (None, "1", None),
        ([1], "1", None),
        (b"1", "1", None),
    ],
)
def test_numbers_of_one_dimension_compare(
    actual: object, wanted: str, expected: tuple[float, float] | None
) -> None:
    """A plain number goes with each, time and memory not with each other."""
    number = number_in(wanted)
    assert number is not None

    assert amounts(actual, number) == expected
