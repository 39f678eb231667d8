"""Bars say where time went, in exactly the cells they are given."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from devtrace.tui.bars import (
    Axis,
    Interval,
    axis_text,
    overlay,
    share_bar,
    share_mark,
    span_bar,
)
from devtrace.tui.text import Piece

SOLID, WAITING = Style(color="#00ff00"), Style(color="#444444")
TIMES = st.integers(0, 2**64 - 1)
AXES = st.builds(
    Axis, start=TIMES, duration=st.integers(1, 2**64 - 1), cells=st.integers(1, 120)
)
INTERVALS = st.tuples(TIMES, TIMES).map(lambda ends: (min(ends), max(ends)))


def drawn(pieces: list[Piece]) -> str:
    """Return the characters of a bar."""
    return "".join(text for text, _ in pieces)


def solid_cells(pieces: list[Piece]) -> int:
    """Return how many cells of a bar say that the span worked."""
    return sum(len(text) for text, style in pieces if style is SOLID and text.strip())


def bar(axis: Axis, interval: Interval, working: list[Interval]) -> list[Piece]:
    """Return a span's bar in the styles of these tests."""
    return span_bar(axis, interval, working, style=SOLID, waiting_style=WAITING)


@given(AXES, TIMES)
def test_every_time_has_a_place_on_the_axis(axis: Axis, time: int) -> None:
    """Times beyond an end are drawn at that end: clocks of senders may be anywhere."""
    assert 0 <= axis.eighths(time) <= 8 * axis.cells
    assert 0 <= axis.cell(time) < axis.cells


@given(AXES, TIMES, TIMES)
def test_later_is_never_further_left(axis: Axis, one: int, other: int) -> None:
    """The axis keeps the order of times."""
    assert axis.eighths(min(one, other)) <= axis.eighths(max(one, other))


@given(AXES, INTERVALS, st.lists(INTERVALS, max_size=6))
def test_a_bar_fills_its_cells_whatever_the_times(
    axis: Axis, interval: Interval, working: list[Interval]
) -> None:
    """No interval, however far outside or out of order, makes a row longer or raises."""
    text = drawn(bar(axis, interval, working))

    assert len(text) == cell_len(text) == axis.cells
    assert text.strip()


@given(AXES, INTERVALS, st.lists(TIMES, max_size=5))
def test_a_span_that_only_works_is_solid_throughout(
    axis: Axis, interval: Interval, cuts: list[int]
) -> None:
    """Pieces that cover the whole interval leave no thin line, however they are cut."""
    start, end = interval
    ends = sorted({start, end, *(cut for cut in cuts if start < cut < end)})
    pieces = bar(axis, interval, list(pairwise(ends)))

    assert all(style is SOLID for text, style in pieces if text.strip())


@given(AXES, INTERVALS)
def test_a_span_that_only_waits_is_thin(axis: Axis, interval: Interval) -> None:
    """Nothing is solid but the tick of a span too short for two cells."""
    pieces = bar(axis, interval, [])

    assert solid_cells(pieces) <= (1 if len(drawn(pieces).strip()) == 1 else 0)


@pytest.mark.parametrize(
    ("interval", "working", "text"),
    [
        ((0, 80), [(0, 80)], "██████████"),
        ((0, 80), [], "▐────────▌"),
        ((0, 80), [(0, 16), (64, 80)], "██──────██"),
        ((20, 60), [(20, 60)], "  ▐████▌  "),
        ((8, 9), [(8, 9)], " ▏        "),
        ((8, 8), [], " ▏        "),
        ((80, 80), [], "         ▏"),
        ((8, 16), [(8, 16)], " █        "),
        ((0, 80), [(33, 40)], "▐───█────▌"),
        ((0, 80), [(36, 44)], "▐───▐▌───▌"),
        ((0, 80), [(35, 37)], "▐────────▌"),
    ],
)
def test_a_bar_is_solid_where_the_span_works(
    interval: Interval, working: list[Interval], text: str
) -> None:
    """The long solid piece is the slow hop; a cell is solid from half of its time on."""
    assert drawn(bar(Axis(0, 80, 10), interval, working)) == text


@given(AXES, INTERVALS, st.integers(0, 119))
def test_a_mark_replaces_one_cell(axis: Axis, interval: Interval, at: int) -> None:
    """An event on a bar moves nothing beside it; one beyond the bar is not drawn."""
    before = bar(axis, interval, [])

    after = drawn(overlay(before, at, "•", SOLID))

    expected = list(drawn(before))
    if at < axis.cells:
        expected[at] = "•"
    assert after == "".join(expected)


@given(st.integers(-5, 2**64), st.integers(-5, 2**64), st.integers(1, 20))
def test_shares_fill_their_cells(part: int, whole: int, cells: int) -> None:
    """A share may exceed the whole, for a row that has just left the view."""
    assert cell_len(share_bar(part, whole, cells)) == cells
    assert cell_len(share_mark(part, whole, cells)) == cells
    assert (part > 0 and whole > 0) == bool(share_bar(part, whole, cells).strip())
    assert (part > 0 and whole > 0) == bool(share_mark(part, whole, cells).strip())


@pytest.mark.parametrize(
    ("part", "bar_text", "mark"),
    [
        (0, "    ", " "),
        (1, "▏   ", "▁"),
        (50, "██  ", "▅"),
        (100, "████", "█"),
        (130, "████", "█"),
    ],
)
def test_a_larger_share_is_drawn_larger(part: int, bar_text: str, mark: str) -> None:
    """Anything above nothing is visible, and the whole is full."""
    assert share_bar(part, 100, 4) == bar_text
    assert share_mark(part, 100) == mark


@given(st.integers(1, 2**64 - 1), st.integers(1, 200))
def test_the_scale_fills_its_cells(duration: int, cells: int) -> None:
    """The scale stands exactly above the bars, for a nanosecond as for five centuries."""
    text = axis_text(duration, cells)

    assert cell_len(text) == cells
    assert text.startswith("0")


@pytest.mark.parametrize(
    ("milliseconds", "cells", "labels"),
    [
        (1_610, 60, ["0", "500ms", "1s", "1.5s"]),
        (240, 40, ["0", "100ms", "200ms"]),
        (300, 28, ["0", "200ms"]),
        (291, 70, ["0", "50ms", "100ms", "150ms", "200ms", "250ms"]),
        (100, 9, ["0", "100ms"]),
        (200_000, 60, ["0", "1m 00s", "2m 00s", "3m 00s"]),
        (0.0009, 30, ["0", "500ns", "900ns"]),
        (3 * 3_600_000, 50, ["0", "1h 00m", "2h 00m", "3h 00m"]),
    ],
)
def test_the_scale_has_round_steps(milliseconds: float, cells: int, labels: list[str]) -> None:
    """A step is a number one counts in; where there is room the whole stands at the end."""
    assert (
        re.split(r" {2,}", axis_text(round(milliseconds * 1_000_000), cells).strip()) == labels
    )


@given(st.integers(1, 10**18), st.integers(30, 200))
def test_labels_stand_at_even_distances(duration: int, cells: int) -> None:
    """The scale is linear, so a label stands where its time is."""
    text = axis_text(duration, cells)
    begins = [match.start() for match in re.finditer(r"\S+( \d+\S+)?", text)]

    distances = [after - before for before, after in pairwise(begins)]
    assert all(abs(each - distances[0]) <= 1 for each in distances[:-1])
