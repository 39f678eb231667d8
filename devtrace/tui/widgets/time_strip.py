"""The strip over the list of traces: arrivals and errors in time, rates, and a scatter of latency.

The cursor of the scatter is the trace that is selected in the list: whoever moves one
moves the other.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from devtrace.model.time import clock_text, duration_text
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.bars import share_mark
from devtrace.tui.text import Piece, fit, spread, strip_of
from devtrace.tui.theme import Mark, palette_of
from devtrace.tui.trace_chart import TraceChart

LOW_ROWS, HIGH_ROWS = 2, 4
_TEXT_CELLS = 25
_LABEL_CELLS = 7
_LEAST_SCATTER_CELLS = 12
_LEAST_ROOM = 32
"""Of less the scatter gets everything."""
_HERE = "┼"
_EARLIER = "‹"
_TALLEST = "█"


class _Layout(NamedTuple):
    """Where the parts begin; a part of 0 cells is left out."""

    spark_cells: int
    scatter_cells: int
    scatter_at: int


def _laid_out(width: int) -> _Layout:
    """Return the parts for a strip of *width* cells; they leave in a fixed order."""
    room = width - 1 - _TEXT_CELLS - 1 - _LABEL_CELLS - 1
    spark = room * 2 // 5 - 1 if room >= _LEAST_ROOM else 0
    scatter = room - spark - (1 if spark else 0)
    return _Layout(
        spark, scatter if scatter >= _LEAST_SCATTER_CELLS else 0, width - scatter - 1
    )


class _Pictures:
    """What is drawn of a chart in one size, but for the cursor.

    Args:
        chart: The chart.
        layout: How wide the parts are.
        height: How high the strip is.
    """

    def __init__(self, chart: TraceChart, layout: _Layout, height: int) -> None:
        self.chart = chart
        self.size = layout, height
        self.arrivals = (
            chart.arrivals(layout.spark_cells) if layout.spark_cells else ([], set())
        )
        self.scatter = (
            chart.scatter(layout.scatter_cells, height) if layout.scatter_cells else []
        )


class TimeStrip(Widget, can_focus=True):
    """Draws a `TraceChart`; its keys choose a trace."""

    BINDINGS: ClassVar = bindings_in(Scope.STRIP)

    @dataclass
    class Chosen(Message):
        """The user moved to a trace, or clicked near its dot."""

        trace_id: str

    class Left(Message):
        """The user is done with the scatter."""

    def __init__(self) -> None:
        super().__init__()
        self.pictures_made = 0
        """How often every dot was drawn; tests count work with it."""
        self._chart: TraceChart | None = None
        self._selected: str | None = None
        self._pictures: _Pictures | None = None

    def show(self, chart: TraceChart | None, selected: str | None) -> None:
        """Show *chart* with the dot of the selected trace marked."""
        if chart is not self._chart or selected != self._selected:
            self._chart, self._selected = chart, selected
            self.refresh()

    def on_focus(self) -> None:
        """Say how to move."""
        self.refresh()

    def on_blur(self) -> None:
        """Say the figures again."""
        self.refresh()

    # -- drawing -------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line of all parts."""
        palette = palette_of(self.app.theme)
        width, height = self.size
        if self._chart is None:
            return Strip.blank(width, palette.background)
        layout = _laid_out(width)
        pictures = self._pictures
        size = layout, height
        if pictures is None or pictures.chart is not self._chart or pictures.size != size:
            pictures = self._pictures = _Pictures(self._chart, layout, height)
            self.pictures_made += 1
        pieces: list[Piece] = [(" ", palette.muted)]
        if layout.spark_cells:
            pieces += [*self._spark(pictures, y, height), (" ", palette.rule)]
        lines = self._said(self._chart)
        pieces += spread(lines[y] if y < len(lines) else [], [], _TEXT_CELLS)
        if layout.scatter_cells:
            pieces += self._scatter(pictures, y, height)
        return strip_of(pieces, width, palette.background)

    def _said(self, chart: TraceChart) -> list[list[Piece]]:
        """Return the lines beside the pictures, the most telling first."""
        palette = palette_of(self.app.theme)
        p50, p95 = (duration_text(chart.quantile(share)) for share in (0.5, 0.95))
        spans, errors = f"{chart.span_count} spans", f"{chart.failed}"
        if len(chart.dots) > 1:
            spans = f"spans {_rate(chart.span_count, chart.seconds)}"
            errors = _rate(chart.failed, chart.seconds)
        rates: list[Piece] = [(spans, palette.text)]
        if chart.failed:
            rates.append((f"  {Mark.ERROR} {errors}", palette.error))
        spread_out: list[Piece] = [
            ("p50 ", palette.muted), (p50, palette.text),
            ("  p95 ", palette.muted), (p95, palette.text),
        ]  # fmt: skip
        keys: list[Piece] = [("←→ time  ↑↓ duration", palette.muted)]
        here: list[Piece] = []
        if (dot := chart.dot(self._selected)) is not None:
            took = duration_text(dot.duration_nano)
            text = f"{_HERE} {clock_text(dot.start_nano)} {took}{Mark.ERROR * dot.has_failed}"
            here = [(text, palette.accent if self.has_focus else palette.muted)]
        if not self.has_focus:
            earlier = f"{_EARLIER} {chart.left_out} began long before"
            return [rates, spread_out, here, [(earlier * bool(chart.left_out), palette.muted)]]
        if self.size.height < HIGH_ROWS:
            return [rates, here or keys]
        return [rates, spread_out, here, keys]

    @staticmethod
    def _bar(count: int, most: int, line: int, lines: int) -> str:
        """Return the piece of a standing bar in one of *lines*, counted from the top."""
        eighths = -(-count * 8 * lines // most) - 8 * (lines - 1 - line) if count else 0
        return _TALLEST if eighths >= 8 else share_mark(eighths, 8)

    def _spark(self, pictures: _Pictures, y: int, height: int) -> list[Piece]:
        """Return a line of the arrivals; the last line has a sign where a trace failed."""
        palette = palette_of(self.app.theme)
        counts, failed = pictures.arrivals
        if y == height - 1:
            signs = (Mark.ERROR if each in failed else "·" for each in range(len(counts)))
            return [
                (sign, palette.error if sign == Mark.ERROR else palette.rule) for sign in signs
            ]
        most = max(counts)
        text = "".join(self._bar(count, most, y, height - 1) for count in counts)
        return [(text, palette.accent)]

    def _scatter(self, pictures: _Pictures, y: int, height: int) -> list[Piece]:
        """Return a line of the scatter with the ends of its axis before it."""
        palette, chart, line = palette_of(self.app.theme), pictures.chart, pictures.scatter[y]
        bottom, top = chart.ends
        label = (
            duration_text(top) if y == 0 else duration_text(bottom) if y == height - 1 else ""
        )
        edge = "┤" if self.has_focus else "│"
        if chart.left_out and y == height - 1:
            edge = _EARLIER
        pieces: list[Piece] = [
            (fit(label, _LABEL_CELLS, right=True), palette.muted),
            (edge, palette.accent if self.has_focus else palette.rule),
        ]
        here = chart.cell_of(self._selected, len(line), height)
        for column, cell in enumerate(line):
            if here == (y, column):
                pieces.append((_HERE, palette.error if cell.has_failed else palette.strong))
            elif cell.has_failed:
                pieces.append((Mark.ERROR, palette.error))
            else:
                pieces.append((cell.sign, palette.accent))
        return pieces

    # -- choosing ------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Choose the trace whose dot is nearest to where the button went down."""
        layout = _laid_out(self.size.width)
        column = event.x - layout.scatter_at
        if self._chart is not None and 0 <= column < layout.scatter_cells:
            dot = self._chart.nearest(event.y, column, layout.scatter_cells, self.size.height)
            self.post_message(self.Chosen(dot.trace_id))

    def action_dot_in_time(self, step: int) -> None:
        """Choose the trace that began next, or before."""
        if self._chart is not None:
            self.post_message(self.Chosen(self._chart.beside(self._selected, step).trace_id))

    def action_dot_by_duration(self, step: int) -> None:
        """Choose the next slower trace, or the next faster."""
        if self._chart is not None:
            dot = self._chart.beside(self._selected, step, by_duration=True)
            self.post_message(self.Chosen(dot.trace_id))

    def action_leave_strip(self) -> None:
        """Give the keys back to the list."""
        self.post_message(self.Left())


def _rate(count: int, seconds: float) -> str:
    """Return how often something happens, in the unit in which it is 1 or more."""
    for length, unit in ((1, "s"), (60, "min"), (3_600, "h")):
        if count * length >= seconds:
            return f"{count * length / seconds:.0f}/{unit}"
    return f"{count * 86_400 / seconds:.0f}/d"
