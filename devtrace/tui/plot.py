"""Charts of lines, drawn by plotext in our colours: the only module that knows plotext.

It is imported when a chart is first drawn.  plotext has no words of ours but axis
labels that are harmless already, and what it draws comes back as pieces.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from rich.text import Text

from devtrace.analysis.series import Sample
from devtrace.model.time import NANOS_PER_SECOND, clock_text
from devtrace.tui.sheet import Line
from devtrace.tui.text import display
from devtrace.tui.theme import Mark

_LINE_MARKER = "hd"
"""Quarters of a cell: every font has them, which is not true of braille."""
_LABEL_CELLS = 16
_LEAST_CELLS, _LEAST_ROWS = 24, 5
_TIME_CELLS = 16
"""Cells of the time axis for one label."""
_ROWS_OF_LABEL = 4
_MOST = 1e300
"""Beyond this a double cannot be scaled to cells; such values are drawn at the edge."""


_Value = tuple[int, float]


class Scale(NamedTuple):
    """How an axis of values is divided."""

    base: int = 10
    """What one counts in: 1024 for amounts of memory."""
    has_zero: bool = True
    """Whether zero is on it however far the values lie from it."""


class Inks(NamedTuple):
    """The styles of a chart."""

    lines: Sequence[Style]
    marks: Style
    axes: Style


def line_chart(
    lines: Sequence[Sequence[Sample]],
    marks: Sequence[tuple[int, float]],
    *,
    write: Callable[[float], str],
    scale: Scale,
    inks: Inks,
    width: int,
    height: int,
) -> list[Line]:
    """Return a chart as lines of pieces.

    Args:
        lines: Samples in order of time; None is a gap.  Without a value nothing is drawn.
        marks: Moments and values that are marked.
        write: Makes a label of a value.
        scale: How the axis of values is divided.
        inks: The styles; lines take theirs in order, round the end if need be.
        width: Cells; less than is legible gives nothing.
        height: Rows; the same.
    """
    samples = [sample for line in lines for run in _runs(line) for sample in run]
    if not samples or width < _LEAST_CELLS or height < _LEAST_ROWS:
        return []
    figure = _figure_class()()
    figure.plot_size(width, height)
    figure.theme("clear")
    figure.ticks_color(_triplet(inks.axes))
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    begin, end = min(at for at, _ in samples), max(at for at, _ in samples)
    marks = [(at, value) for at, value in marks if begin <= at <= end]
    values = [_drawable(value) for _, value in (*samples, *marks)]
    places = _round_places(min(values), max(values), max(2, height // _ROWS_OF_LABEL), scale)
    figure.ylim(min(places[0], *values), max(places[-1], *values))
    figure.xlim(0, max(end - begin, 1) / NANOS_PER_SECOND)
    figure.yticks(places, [_label(write(place)) for place in places])
    times = [begin + (end - begin) * number // _ticks(width) for number in range(_ticks(width))]
    figure.xticks(
        [(at - begin) / NANOS_PER_SECOND for at in times], [clock_text(at)[:8] for at in times]
    )
    for number, line in enumerate(lines):
        for run in _runs(line):
            drawn = _thinned(run, 2 * width)
            figure.plot(
                [(at - begin) / NANOS_PER_SECOND for at, _ in drawn],
                [_drawable(value) for _, value in drawn],
                marker=_LINE_MARKER if len(drawn) > 1 else Mark.EVENT,
                color=_triplet(inks.lines[number % len(inks.lines)]),
            )
    if marks:
        figure.scatter(
            [(at - begin) / NANOS_PER_SECOND for at, _ in marks],
            [_drawable(value) for _, value in marks],
            marker=Mark.PINNED,
            color=_triplet(inks.marks),
        )
    return [_pieces(line) for line in figure.build().splitlines()[:height]]


@cache
def _figure_class() -> Any:  # noqa: ANN401  # plotext has no types
    from plotext._figure import _figure_class as figure_class  # type: ignore[import-untyped]

    return figure_class


def _ticks(width: int) -> int:
    return max(1, width // _TIME_CELLS)


def _drawable(value: float) -> float:
    return max(-_MOST, min(_MOST, value))


def _label(text: str) -> str:
    """Return a label in characters of one cell each: plotext counts characters."""
    shown = display(text, _LABEL_CELLS)
    return "".join(each if cell_len(each) == 1 else "?" for each in shown)


def _round_places(low: float, high: float, most: int, scale: Scale) -> list[float]:
    """Return at most about *most* round values, from one not above *low* to one not below *high*."""
    if scale.has_zero or low == high:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return [0.0, 1.0]
    step = _round_step((high - low) / most, scale.base)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [number * step for number in range(first, last + 1)]


def _round_step(least: float, base: int) -> float:
    """Return the smallest step at least *least* that one counts in: 1, 2 or 5 tens of a power."""
    power = math.floor(math.log(least, base))
    steps = [each * ten for ten in (1, 10, 100, 1_000) for each in (1, 2, 5)]
    unit = float(base) ** power
    return next((unit * step for step in steps if unit * step >= least), base * unit)


def _runs(samples: Sequence[Sample]) -> Iterator[list[_Value]]:
    """Yield what lies between gaps."""
    run: list[_Value] = []
    for at, value in samples:
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _thinned(samples: Sequence[_Value], most: int) -> list[_Value]:
    """Return at most about *most* samples: of each stretch its lowest and its highest."""
    if len(samples) <= most:
        return list(samples)
    size = -(-2 * len(samples) // most)
    thinned: list[_Value] = []
    for begin in range(0, len(samples), size):
        stretch = samples[begin : begin + size]
        ends = {min(stretch, key=_value), max(stretch, key=_value)}
        thinned += sorted(ends)
    return thinned


def _value(sample: _Value) -> float:
    return sample[1]


def _triplet(style: Style) -> tuple[int, int, int]:
    colour = style.color or Color.default()
    red, green, blue = colour.get_truecolor()
    return red, green, blue


def _pieces(line: str) -> Line:
    """Return one line of what plotext drew."""
    text = Text.from_ansi(line)
    pieces: Line = []
    at = 0
    for span in text.spans:
        if span.start > at:
            pieces.append((text.plain[at : span.start], Style.null()))
        style = span.style if isinstance(span.style, Style) else Style.parse(span.style)
        pieces.append((text.plain[span.start : span.end], style))
        at = span.end
    return [*pieces, (text.plain[at:], Style.null())]
