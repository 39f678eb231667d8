"""The lines of a trace's tree: its scroll bar, and the time axis that is brushed with the mouse."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from devtrace.tui.bars import Interval
from devtrace.tui.span_row import SpanRowPainter
from devtrace.tui.text import Piece
from devtrace.tui.theme import Mark
from devtrace.tui.tree_layout import TreeLayout
from devtrace.tui.waterfall import TreeRow, Waterfall
from devtrace.tui.widgets.lines import Lines

_LEAST_BRUSHED_CELLS = 2
"""What is shorter is a click with an unsteady hand."""


class TreeLines(Lines):
    """Lines of a `TreeLayout`, and the time that is shown of it."""

    HEAD_ROWS = 1

    @dataclass
    class TimeChosen(Message):
        """The user drew over a piece of the time, or wants to see all of it."""

        piece: Interval | None

    def __init__(self, layout: TreeLayout, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._layout = layout
        self.matches: tuple[int, ...] = ()
        """Nodes that match what is being found, in order."""
        self._marked: frozenset[int] = frozenset()
        self._linked_from: Mapping[str, int] = {}
        self._brush: tuple[int, int] | None = None  # where it was pressed, and where it is
        self._was_brushed = False

    @property
    def _waterfall(self) -> Waterfall | None:
        return self._layout.waterfall

    @property
    def _rows(self) -> list[TreeRow]:
        return self._layout.rows

    @property
    def selected_node(self) -> int | None:
        """Index of the node under the cursor; None without a trace."""
        return self._rows[self.cursor].node if self._rows else None

    def row_count(self) -> int:
        """Return how many rows are unfolded."""
        return len(self._rows)

    def _painter(self, width: int) -> SpanRowPainter | None:
        raise NotImplementedError

    def mark(self, nodes: tuple[int, ...]) -> None:
        """Mark the nodes that match what is being found, given in order."""
        self.matches, self._marked = nodes, frozenset(nodes)
        self.refresh()

    def show_links(self, linked_from: Mapping[str, int]) -> None:
        """Mark the spans that others link to, given with how many do, by their ids."""
        self._linked_from = linked_from
        self.refresh()

    # -- scroll bar ------------------------------------------------------------------

    def _bar_piece(self, line: int) -> Piece:
        """Return the scroll bar's character, a mark where a match or an error is."""
        count, page, waterfall = self.row_count(), self.page_rows, self._waterfall
        if waterfall is not None and line < page < count:
            first = self._rows[line * count // page].node
            after = (line + 1) * count // page
            end = self._rows[after].node if after < count else self._end_node(waterfall)
            if _has_any(self.matches, first, end):
                return (Mark.MATCH, self.palette.accent)
            if _has_any(waterfall.error_rows, first, end):
                return (Mark.ERROR, self.palette.error)
        return super()._bar_piece(line)

    def _end_node(self, waterfall: Waterfall) -> int:
        root = self._layout.root
        return len(waterfall.nodes) if root is None else root + waterfall.nodes[root].size

    # -- time ------------------------------------------------------------------------

    @property
    def window(self) -> Interval | None:
        """Start and end of the time that bars are drawn on; None while it is all of it."""
        return self._layout.window

    def zoom(self, step: int) -> None:
        """Show half (1) or twice (-1) of the time, with the selected span in the middle; 0: all."""
        self._layout.zoom(step, self.selected_node)
        self.refresh()

    def show_time(self, piece: Interval | None) -> None:
        """Draw the bars on the time between two moments, or on all of it."""
        if piece is None:
            self._layout.time.reset()
        else:
            self._layout.time.show(*piece)
        self.refresh()

    def _brushed(self) -> tuple[int, int] | None:
        """Return the first and the last cell that is being drawn over, if that is meant."""
        if self._brush is None or abs(self._brush[0] - self._brush[1]) < _LEAST_BRUSHED_CELLS:
            return None
        first, last = sorted(self._brush)
        return first, last

    def _bars(self) -> tuple[int, int]:
        """Return where the bars begin, and how many cells they take."""
        inner = min(self.size.width - self._has_bar, self.MOST_CELLS)
        painter = self._painter(inner - 1)
        cells = painter.bar_cells if painter is not None else 0
        return inner - cells, cells

    def with_brush(self, head: list[Piece], bar_cells: int) -> list[Piece]:
        """Return the line of the axis with what is being drawn over; the axis is its last piece."""
        if (brushed := self._brushed()) is None:
            return head
        *before, (text, style) = head
        axis = len(text) - bar_cells
        first, last = axis + brushed[0], axis + brushed[1]
        drawn = f"┠{'─' * (last - first - 1)}┨"
        return [
            *before,
            (text[:first], style),
            (drawn, self.palette.accent),
            (text[last + 1 :], style),
        ]

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to draw over the time."""
        begin, cells = self._bars()
        self._was_brushed = False
        if self.has_cursor and event.button == 1 and 0 <= event.x - begin < cells:
            self._brush = (event.x - begin, event.x - begin)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show what is drawn over."""
        self._draw_to(event.x)

    def _draw_to(self, x: int) -> None:
        if self._brush is not None:
            begin, cells = self._bars()
            self._brush = (self._brush[0], max(0, min(cells - 1, x - begin)))
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Tell which piece of the time was drawn over."""
        if self._brush is None:
            return
        self._draw_to(event.x)
        self.release_mouse()
        brushed, self._brush = self._brushed(), None
        if brushed is not None:
            start, end = self._layout.window or self._layout.bounds()
            cells = self._bars()[1]
            times = (
                start + (end - start) * cell // cells for cell in (brushed[0], brushed[1] + 1)
            )
            self._was_brushed = True
            self.post_message(self.TimeChosen((next(times), next(times))))
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Show all of the time after a double click on its axis; what was brushed is no click."""
        if self._was_brushed:
            event.prevent_default()
        elif self.has_cursor and event.y < self.HEAD_ROWS and event.chain > 1:
            self.post_message(self.TimeChosen(None))


def _has_any(nodes: Sequence[int], first: int, end: int) -> bool:
    """Return whether one of *nodes*, in order, is *first* or lies between it and *end*."""
    at = bisect_left(nodes, first)
    return at < len(nodes) and nodes[at] < max(end, first + 1)
