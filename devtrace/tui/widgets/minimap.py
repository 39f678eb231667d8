"""The line above a trace's tree: when how much was running, and what is in view of it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from textual import events
from textual.message import Message

from devtrace.model.time import duration_text, percent_text
from devtrace.tui.bars import Axis, Interval, share_mark
from devtrace.tui.text import Piece, display, width_of
from devtrace.tui.theme import Mark, Palette, ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.chrome import OneLine

_MAX_NAME_CELLS = 32
_LEAST_MAP_CELLS = 12
_EDGES = "▐▌"


class Minimap(OneLine):
    """A map of the trace's time, to be brushed with the mouse, and where most of it went.

    What matches and what failed is marked where it began and where it ended.

    Args:
        hues: The hue of each service.
    """

    @dataclass
    class Brushed(Message):
        """The user drew over a piece of the time, or wants to see all of it."""

        piece: Interval | None

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._waterfall: Waterfall | None = None
        self._window: Interval | None = None
        self._matches: tuple[int, ...] = ()
        self._brush: tuple[int, int] | None = None  # where it was pressed, and where it is
        self._cells = 0
        self._counted: tuple[Waterfall, int, list[int], set[int]] | None = None

    def show(
        self,
        waterfall: Waterfall | None,
        window: Interval | None,
        matches: tuple[int, ...] = (),
    ) -> None:
        """Show the time of *waterfall*, and that of it only *window* is drawn below.

        Args:
            waterfall: None shows nothing.
            window: None is all of it.
            matches: Nodes that match what is being found.
        """
        shown = self._waterfall, self._window
        if (waterfall, window) != shown or matches is not self._matches:
            self._waterfall, self._window, self._matches = waterfall, window, matches
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return the map and, at the right, the heaviest span of the critical path."""
        if self._waterfall is None:
            return []
        right = self._heaviest(self._waterfall, palette)
        if width - width_of(right) - 4 < _LEAST_MAP_CELLS:
            right = []
        self._cells = max(1, width - width_of(right) - 4)
        counts, failed = self._density(self._waterfall, self._cells)
        most = max(counts, default=0)
        shown = self._shown_cells(self._waterfall)
        matched = self._matched(self._waterfall, self._cells)
        pieces: list[Piece] = [(f" {_EDGES[0]}", palette.faint)]
        for cell, count in enumerate(counts):
            mark, style = share_mark(count, most), palette.accent
            if cell in matched:
                mark, style = Mark.MATCH, palette.strong
            elif cell in failed:
                mark, style = Mark.ERROR, palette.error
            is_shown = shown is None or shown[0] <= cell <= shown[1]
            pieces.append((mark, style if is_shown else palette.faint))
        return [*pieces, (f"{_EDGES[1]} ", palette.faint), *right]

    def _shown_cells(self, waterfall: Waterfall) -> tuple[int, int] | None:
        if self._brush is not None and self._brush[0] != self._brush[1]:
            return min(self._brush), max(self._brush)
        if self._window is None:
            return None
        axis = Axis(waterfall.start, waterfall.duration_nano, self._cells)
        return axis.cell(self._window[0]), axis.cell(max(self._window[0], self._window[1] - 1))

    def _matched(self, waterfall: Waterfall, cells: int) -> set[int]:
        """Return the cells in which something begins that matches."""
        starts = waterfall.starts
        rows = self._matches[: bisect_left(self._matches, len(starts))]
        return set(_cells(waterfall, (starts[row] for row in rows if starts[row]), cells))

    def _density(self, waterfall: Waterfall, cells: int) -> tuple[list[int], set[int]]:
        """Return how many spans were running in each cell, and in which one failed."""
        if self._counted is None or self._counted[:2] != (waterfall, cells):
            steps = [0] * (cells + 1)
            for cell, count in _cells(waterfall, filter(None, waterfall.starts), cells).items():
                steps[cell] += count
            for cell, count in _cells(waterfall, filter(None, waterfall.lasts), cells).items():
                steps[cell + 1] -= count
            lasts = (waterfall.lasts[row] for row in waterfall.error_rows)
            failed = set(_cells(waterfall, filter(None, lasts), cells))
            self._counted = (waterfall, cells, list(accumulate(steps[:-1])), failed)
        return self._counted[2:]

    def _heaviest(self, waterfall: Waterfall, palette: Palette) -> list[Piece]:
        """Name the span with the largest share of the critical path."""
        for index, nano in waterfall.critical_shares.items():
            span = waterfall.nodes[index].span
            if span is not None:
                hue = palette.service(self._hues[span.service_name])
                name = display(f"{span.service_name} {span.name}", _MAX_NAME_CELLS)
                share = percent_text(nano, waterfall.whole_of_shares_nano)
                text = f"{name} {duration_text(nano)} {share} "
                return [
                    ("critical ", palette.muted),
                    (Mark.SERVICE + " ", hue),
                    (text, palette.text),
                ]
        return []

    # -- brush -----------------------------------------------------------------------

    def _cell(self, x: int) -> int:
        return max(0, min(x - 2, self._cells - 1))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to draw over the map."""
        self._brush = (self._cell(event.x), self._cell(event.x))
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show what is drawn over."""
        self._draw_to(event.x)

    def _draw_to(self, x: int) -> None:
        if self._brush is not None:
            self._brush = (self._brush[0], self._cell(x))
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Tell which piece of the time was drawn over; a click without a way is none."""
        self.release_mouse()
        self._draw_to(event.x)
        brush, self._brush = self._brush, None
        waterfall = self._waterfall
        if brush is None or waterfall is None or brush[0] == brush[1]:
            return
        times = [
            waterfall.start + waterfall.duration_nano * cell // self._cells
            for cell in (min(brush), max(brush) + 1)
        ]
        self.post_message(self.Brushed((times[0], times[1])))

    def on_click(self, event: events.Click) -> None:
        """Show all of the time after a double click."""
        if event.chain > 1:
            self.post_message(self.Brushed(None))


def _cells(waterfall: Waterfall, times: Iterable[int], cells: int) -> Counter[int]:
    """Return how many of some *times* within the trace lie in each of *cells* cells."""
    start, duration = waterfall.start, waterfall.duration_nano
    counted = Counter((time - start) * cells // duration for time in times)
    if cells in counted:  # the very end
        counted[cells - 1] += counted.pop(cells)
    return counted
