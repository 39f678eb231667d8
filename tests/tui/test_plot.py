"""Charts fill their room exactly, in our colours, whatever is drawn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devtrace.analysis.quantity import quantity_text
from devtrace.analysis.series import Sample
from devtrace.tui.plot import Inks, Scale, _round_places, _thinned, line_chart
from devtrace.tui.sheet import Line
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, palette_of
from tests.builders import SECOND, T0
from tests.tui.test_text import HOSTILE, acts

PALETTE = palette_of(DARK.name)
INKS = Inks((PALETTE.accent, PALETTE.warning), PALETTE.critical, PALETTE.muted)


def chart(
    *lines: list[float | None],
    marks: tuple[tuple[int, float], ...] = (),
    unit: str = "ms",
    width: int = 60,
    height: int = 12,
    scale: Scale | None = None,
) -> list[Line]:
    """Return a chart of a value each second."""
    samples = [
        [Sample(T0 + number * SECOND, value) for number, value in enumerate(line)]
        for line in lines
    ]
    return line_chart(
        samples,
        marks,
        write=lambda value: quantity_text(value, unit),
        scale=scale or Scale(),
        inks=INKS,
        width=width,
        height=height,
    )


def text_of(lines: list[Line]) -> str:
    """Return what a chart shows."""
    return "\n".join("".join(text for text, _ in line) for line in lines)


def test_axes_have_round_values_in_humane_units_and_clock_times() -> None:
    """Zero is on it, and the highest is not above it."""
    drawn = text_of(chart([12.0, 180.0, 40.0, 90.0]))

    for label in ("0┤", "100ms┤", "200ms┤", "08:53:20"):
        assert label in drawn


def test_lines_and_marks_have_the_colours_of_the_theme() -> None:
    """Plotext has no say in it."""
    drawn = chart([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], marks=((T0 + SECOND, 2.5),))
    colours = {style.color.triplet for line in drawn for _, style in line if style.color}

    wanted = {INKS.lines[0], INKS.lines[1], INKS.marks, INKS.axes}
    assert colours == {style.color.triplet for style in wanted if style.color}
    assert "◆" in text_of(drawn)


def test_a_mark_outside_of_the_time_that_is_drawn_is_left_out() -> None:
    """It would squeeze the lines into a corner."""
    assert "◆" not in text_of(chart([1.0, 2.0], marks=((T0 - 900 * SECOND, 2.5),)))


values = st.one_of(
    st.none(), st.floats(allow_nan=False, allow_infinity=False), st.integers(-5, 5).map(float)
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(values, max_size=30), max_size=3),
    st.integers(10, 140),
    st.integers(2, 40),
)
def test_any_numbers_fit(lines: list[list[float | None]], width: int, height: int) -> None:
    """The largest double, one point alone, gaps, and no room at all."""
    drawn = chart(*lines, width=width, height=height)

    assert len(drawn) <= height
    assert all(width_of(line) <= width for line in drawn)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_unit_does_nothing(hostile: str) -> None:
    """R126: neither to the terminal nor to the axis."""
    drawn = chart([1.0, 2.0], unit=hostile)

    assert all(width_of(line) <= 60 for line in drawn)
    assert not any(acts(line) for line in text_of(drawn).splitlines())


def test_nothing_is_drawn_of_nothing() -> None:
    """Who shows it says why."""
    assert chart() == chart([]) == chart([None]) == chart([1.0, 2.0], height=3) == []


@pytest.mark.parametrize(
    ("low", "high", "scale", "places"),
    [
        (0, 9, Scale(), [0, 5, 10]),
        (97, 99, Scale(has_zero=False), [97, 98, 99]),
        (97, 99, Scale(), [0, 50, 100]),
        (-3, 4, Scale(), [-5, 0, 5]),
        (3, 3, Scale(has_zero=False), [0, 2, 4]),
        (0, 0, Scale(), [0, 1]),
        (0, 3 * 1024**2, Scale(base=1024), [0, 2 * 1024**2, 4 * 1024**2]),
    ],
)
def test_an_axis_is_divided_as_one_counts(
    low: float, high: float, scale: Scale, places: list[float]
) -> None:
    """In ones, twos and fives of a power, and all that is drawn lies between its ends."""
    assert _round_places(low, high, 2, scale) == places


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=900), st.integers(2, 200))
def test_thinning_keeps_the_extremes(values: list[float], most: int) -> None:
    """A spike of one point in a thousand is what one looks for."""
    samples = list(enumerate(values))
    thinned = _thinned(samples, most)

    assert len(thinned) <= most + 2
    assert thinned == sorted(thinned)
    assert max(value for _, value in thinned) == max(values)
    assert min(value for _, value in thinned) == min(values)
