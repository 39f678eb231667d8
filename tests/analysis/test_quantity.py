"""A measured value reads as people write it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.quantity import number_text, quantity_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.25, "s", "250ms"),
        (250, "ms", "250ms"),
        (-1.5, "s", "-1.5s"),
        (1536, "By", "1.5 KiB"),
        (-1536, "By", "-1.5 KiB"),
        (1.5, "MiBy", "1.5 MiB"),
        (0.42, "1", "0.42"),
        (7, "", "7"),
        (12, "{request}", "12 requests"),
        (1, "{request}", "1 request"),
        (2, "{class}", "2 class"),
        (2, "{query}", "2 queries"),
        (2, "{key}", "2 keys"),
        (2, "{cpu.core}", "2 cpu.core"),
        (2, "{}", "2"),
        (41, "%", "41 %"),
        (21.5, "Cel", "21.5 °C"),
        (1536, "By/s", "1.5 KiB/s"),
        (12.5, "{request}/s", "12.5 requests/s"),
        (3, "/s", "3/s"),
        (5, "{error}/{request}", "5 errors/request"),
        (math.nan, "s", "NaN s"),
        (math.inf, "By", "∞ By"),
    ],
)
def test_units_are_written_as_people_do(value: float, unit: str, text: str) -> None:
    """Durations and memory in the unit of their magnitude, annotations as nouns."""
    assert quantity_text(value, unit) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.0, "0"),
        (9999, "9999"),
        (12_345, "12.3k"),
        (999_499, "999k"),
        (999_999, "1M"),
        (-2_500_000, "-2.5M"),
        (1e30, "1e+30"),
        (3.14159, "3.142"),
        (31.4159, "31.42"),
        (1e-9, "1e-09"),
        (0.05, "0.05"),
        (math.inf, "∞"),
        (-math.inf, "-∞"),
    ],
)
def test_numbers_are_short(value: float, text: str) -> None:
    """Three digits or so tell one from another in a column."""
    assert number_text(value) == text


@given(value=st.floats() | st.integers(-(2**64), 2**64), unit=st.text(max_size=8))
def test_any_value_and_unit_can_be_written(value: float, unit: str) -> None:
    """A sender may write whatever it likes."""
    assert quantity_text(value, unit)
    assert len(number_text(value)) <= 10


@given(st.floats(0.001, 1e26), st.floats(0.001, 1e26))
def test_what_is_written_alike_is_alike(one: float, other: float) -> None:
    """Rounding loses less than half a percent."""
    if number_text(one) == number_text(other):
        assert math.isclose(one, other, rel_tol=0.01, abs_tol=0.001)
