"""Bars and axes made of block characters, in eighths of a cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.style import Style

from devtrace.model.time import NANOS_PER_SECOND, duration_text
from devtrace.tui.text import Piece

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"
_WAITING = "─"
_FIRST_HALF, _LAST_HALF = "▌", "▐"
_LAST_EIGHTH = "▕"
_INSTANT = "▏"
_TICK_CELLS = 10
_STEPS = (1, 2, 5)
_LONG_STEPS_SECONDS = (30, 60, 120, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400)

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps times to cells.

    Args:
        start: Time at the left edge, in nanoseconds.
        duration: Nanoseconds over the whole width; at least 1.
        cells: Width; at least 1.
    """

    start: int
    duration: int
    cells: int

    def eighths(self, time: int) -> int:
        """Return how many eighths of a cell *time* lies from the left edge, within it."""
        total = 8 * self.cells
        return max(0, min(total, (time - self.start) * total // self.duration))

    def cell(self, time: int) -> int:
        """Return the cell in which *time* lies, within the axis."""
        return min(self.cells - 1, self.eighths(time) // 8)


def share_bar(part: int, whole: int, cells: int) -> str:
    """Return a horizontal bar of *part* in *whole*, padded to *cells* cells.

    Anything above 0 is visible.
    """
    if part <= 0 or whole <= 0:
        return " " * cells
    eighths = max(1, min(8 * cells, part * 8 * cells // whole))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells)


def share_mark(part: int, whole: int, cells: int = 1) -> str:
    """Return one character as high as *part* is in *whole*, padded to *cells* cells."""
    if part <= 0 or whole <= 0:
        return " " * cells
    return _HEIGHTS[max(0, min(7, part * 8 // whole))].ljust(cells)


def span_bar(
    axis: Axis,
    interval: Interval,
    working: Sequence[Interval],
    *,
    style: Style,
    waiting_style: Style,
) -> list[Piece]:
    """Return the bar of a span: solid while it works itself, a thin line while it waits.

    A cell is solid when the span works for at least half of its time in it.

    Args:
        axis: Where times lie.
        interval: Start and end of the span.
        working: The pieces of *interval* in which no child was running, in order.
        style: For the solid pieces.
        waiting_style: For the thin line.
    """
    start, end = axis.eighths(interval[0]), axis.eighths(interval[1])
    first, last = min(start // 8, axis.cells - 1), min(max(end - 1, start) // 8, axis.cells - 1)
    cells, solid = [" "] * axis.cells, [False] * axis.cells
    if first == last:
        cells[first], solid[first] = _shape(_bits(start, end, first)) or _INSTANT, True
        return list(_pieces(cells, solid, style, waiting_style))

    cells[first : last + 1] = [_LAST_HALF, *_WAITING * (last - first - 1), _FIRST_HALF]
    filled = [0] * axis.cells
    for piece_start, piece_end in working:
        from_eighth, to_eighth = axis.eighths(piece_start), axis.eighths(piece_end)
        for cell in range(from_eighth // 8, -(-to_eighth // 8)):
            filled[cell] |= _bits(from_eighth, to_eighth, cell)
    for cell in range(first, last + 1):
        bits = filled[cell]
        if bits and 2 * bits.bit_count() >= _bits(start, end, cell).bit_count():
            cells[cell], solid[cell] = _shape(bits), True
    return list(_pieces(cells, solid, style, waiting_style))


def _bits(start: int, end: int, cell: int) -> int:
    """Return which eighths of *cell* lie from *start* to *end*; bit 0 is the leftmost."""
    low, high = max(0, start - 8 * cell), min(8, end - 8 * cell)
    return ((1 << high) - 1) & ~((1 << low) - 1) if high > low else 0


def _shape(bits: int) -> str:
    """Return the character nearest to the eighths in *bits*; empty for none."""
    count = bits.bit_count()
    if not count:
        return ""
    if bits == (1 << count) - 1:
        return _EIGHTHS[count]
    if count >= 6:
        return _EIGHTHS[8]
    if bits >> 7:
        return _LAST_HALF if count >= 3 else _LAST_EIGHTH
    return _FIRST_HALF


def _pieces(
    cells: Sequence[str], solid: Sequence[bool], style: Style, waiting_style: Style
) -> Iterable[Piece]:
    run = ""
    run_solid = False
    for character, is_solid in zip(cells, solid, strict=True):
        if run and is_solid is not run_solid:
            yield run, style if run_solid else waiting_style
            run = ""
        run += character
        run_solid = is_solid
    yield run, style if run_solid else waiting_style


def overlay(bar: list[Piece], at: int, mark: str, style: Style) -> list[Piece]:
    """Return *bar* with its cell *at* replaced by *mark*; every character is one cell wide."""
    pieces: list[Piece] = []
    begin = 0
    for text, text_style in bar:
        inside = at - begin
        if 0 <= inside < len(text):
            pieces += [
                (text[:inside], text_style),
                (mark, style),
                (text[inside + 1 :], text_style),
            ]
        else:
            pieces.append((text, text_style))
        begin += len(text)
    return pieces


def axis_text(duration: int, cells: int, *, since: int = 0) -> str:
    """Return a scale of round durations over *cells* cells, with the whole at the end if free.

    Args:
        duration: Nanoseconds over the whole width; at least 1.
        cells: Width.
        since: Where the left edge is, in nanoseconds, when it is not at the beginning.
    """
    ticks = max(1, cells // _TICK_CELLS)
    step = _round_step(max(1, duration // ticks))
    text = [" "] * cells
    time = -(-since // step) * step
    while time <= since + duration:
        label = duration_text(time)
        at = (time - since) * cells // duration
        if at + len(label) > cells:
            break
        text[at : at + len(label)] = label
        time += step
    end = duration_text(since + duration)
    if not "".join(text[-len(end) - 2 :]).strip():
        text[-len(end) :] = end
    return "".join(text[:cells])


def _round_step(least: int) -> int:
    """Return the smallest step at least *least* that one counts in; above 20 s not in tens."""
    if 20 * NANOS_PER_SECOND < least <= _LONG_STEPS_SECONDS[-1] * NANOS_PER_SECOND:
        seconds = (step * NANOS_PER_SECOND for step in _LONG_STEPS_SECONDS)
        return next(step for step in seconds if step >= least)
    power: int = 10 ** (len(str(least)) - 1)
    return next((step * power for step in _STEPS if step * power >= least), 10 * power)


def sparkline(values: Sequence[float], cells: int) -> str:
    """Return the newest *cells* values as bars between the lowest and the highest of them.

    Equal values are a low line: nothing happened.
    """
    shown = [value / 2 for value in values[-cells:]]  # the span of two doubles may be none
    low = min(shown, default=0.0)
    span = max(shown, default=0.0) - low
    steps = len(_HEIGHTS) - 1
    heights = (round(steps * ((value - low) / span)) if span > 0 else 0 for value in shown)
    return "".join(_HEIGHTS[height] for height in heights).rjust(cells)
