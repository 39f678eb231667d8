"""The map of services: a picture one walks in, or a list where no picture can be drawn."""

from typing import NamedTuple

from rich.style import Style
from textual import events
from textual.geometry import Offset
from textual.message import Message

from devtrace.analysis.quantity import number_text
from devtrace.analysis.services import Edge
from devtrace.model.time import duration_text, percent_text
from devtrace.tui.call_text import node_mark, rate_text
from devtrace.tui.graph_canvas import Canvas
from devtrace.tui.graph_layout import BOX_ROWS
from devtrace.tui.service_picture import ServicePicture
from devtrace.tui.service_view import Choice, ServiceView
from devtrace.tui.text import Piece, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.widgets.lines import Lines

_FIGURES = (("calls", 7), ("per s", 8), ("errors", 9), ("p50", 8), ("p95", 8), ("max", 8))
_LEAVING = ("max", "p50", "per s")
"""Which figure leaves first when it gets narrow."""
_LEAST_NAME_CELLS = 12
_MOST_NAME_CELLS = 30
_FIXED_CELLS = 10
"""Cursor, mark of an error, blank, two marks with a blank, and the arrow."""
_LEGEND = (
    " ● service  ▤ database  ⇶ queue  ○ other peer    box: rate, errors, p95   line: calls"
)


class _Columns(NamedTuple):
    """How wide each column of the list is."""

    caller: int
    callee: int
    figures: tuple[tuple[str, int], ...]


class ServiceMap(Lines):
    """Draws a `ServiceView`.

    Args:
        view: What is shown; this widget moves its selection.
        hues: The hue of each service.
    """

    HEAD_ROWS = 1

    class Highlighted(Message):
        """The user chose another node or edge."""

    class Opened(Message):
        """The user asked to see the traces of what is chosen."""

    def __init__(self, view: ServiceView, hues: ServiceHues) -> None:
        super().__init__()
        self.wants_list = False
        """Whether the user wants the list also where a picture can be drawn."""
        self._view = view
        self._hues = hues
        self._picture = ServicePicture(view, hues)
        self._canvas: Canvas | None = None
        self._theme = ""
        """The theme that the picture was drawn in."""

    @property
    def is_picture(self) -> bool:
        """Whether it is drawn as a graph now."""
        return not self.wants_list and self._picture.layout(self._picture_cells) is not None

    @property
    def _picture_cells(self) -> int:
        return max(0, self.size.width - 1)

    def take_changes(self) -> None:
        """Draw what the view now holds; the choice stays where it is."""
        if not self.size.width:
            return
        is_picture = self.is_picture
        self.has_cursor = not is_picture
        self._canvas = self._drawn() if is_picture else None
        if is_picture:
            self.place()
            return
        edges = self._view.edges
        selected = self._view.selected
        if edges and not isinstance(selected, Edge):
            self._view.selected = next((e for e in edges if selected in e), edges[0])
        if isinstance(self._view.selected, Edge) and self._view.selected in edges:
            self.place(cursor=edges.index(self._view.selected))

    def _drawn(self) -> Canvas | None:
        self._theme = self.app.theme
        return self._picture.draw(self._picture_cells, self.palette)

    def choose(self, choice: Choice | None) -> None:
        """Choose a node or an edge and bring it into view."""
        if choice is None:
            return
        self._view.selected = choice
        self.take_changes()
        if self._canvas is not None:
            row = self._picture.row_of(choice, self._picture_cells)
            if row < self.top:
                self.place(top=row)
            elif row + BOX_ROWS > self.top + self.page_rows:
                self.place(top=row + BOX_ROWS - self.page_rows)
        else:
            self.reveal()
        self.post_message(self.Highlighted())

    def walk(self, *, ranks: int = 0, places: int = 0) -> None:
        """Go to the node that lies next in the picture; from an edge to one of its ends."""
        selected = self._view.selected
        if isinstance(selected, Edge):
            if ranks:
                self.choose(selected.callee if ranks > 0 else selected.caller)
            else:
                self.step_edge(places)
        elif selected is not None:
            cells = self._picture_cells
            self.choose(self._picture.beside(selected, cells, ranks=ranks, places=places))

    def step_edge(self, step: int) -> None:
        """Choose the next edge at the node that is chosen."""
        self._view.select_next_edge(step)
        self.choose(self._view.selected)

    # -- what `Lines` asks -----------------------------------------------------------

    def row_count(self) -> int:
        """Return how many rows the picture has, or the list."""
        if self._canvas is not None:
            return self._canvas.height
        return len(self._view.edges)

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw a row of the picture, or an edge of the list."""
        if self._canvas is not None and self._theme != self.app.theme:
            self._canvas = self._drawn()
        if self._canvas is not None:
            return list(self._canvas.pieces(index))
        return self._edge_pieces(self._view.edges[index], index, width)

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Say what the marks stand for, or name the columns of the list."""
        muted = self.palette.muted
        if self._canvas is not None:
            return [(fit(_LEGEND, width), muted)]
        columns = _columns(width)
        return [
            (fit("   caller", 8 + columns.caller), muted),
            (fit("callee", columns.callee + 2), muted),
            *((fit(name, cells, right=True), muted) for name, cells in columns.figures),
        ]

    def _edge_pieces(self, edge: Edge, index: int, width: int) -> list[Piece]:
        palette, tally = self.palette, self._view.tally(edge)
        columns = _columns(width)
        failed = tally.errors > 0
        loud = palette.error if failed else palette.text
        caller, callee = (
            node_mark(node, palette, self._hues) for node in (edge.caller, edge.callee)
        )
        blank = (" ", Style.null())
        pieces = [
            (Mark.CURSOR if index == self.cursor else " ", palette.accent),
            (f"{Mark.ERROR if failed else ' '} ", palette.error),
            *(caller, blank, (fit(edge.caller.name, columns.caller), palette.text)),
            (" → ", palette.muted),
            *(callee, blank, (fit(edge.callee.name, columns.callee), loud)),
        ]
        seconds = self._view.reading.tallies.seconds
        texts = {
            "calls": number_text(tally.count),
            "per s": rate_text(tally.count, seconds),
            "errors": f"{Mark.ERROR}{percent_text(tally.errors, tally.count)}"
            if failed
            else "",
        }
        for name, share in (("p50", 0.5), ("p95", 0.95), ("max", 1.0)):
            texts[name] = duration_text(tally.quantile(share))
        for name, cells in columns.figures:
            style = palette.error if name == "errors" else palette.text
            pieces.append((fit(texts[name], cells, right=True), style))
        return pieces

    # -- keys and mouse --------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Go down or up: in the picture to the next rank."""
        if self._canvas is None:
            super().action_move(rows)
        else:
            self.walk(ranks=rows)

    def action_move_page(self, pages: int) -> None:
        """Scroll the picture by pages, or move in the list."""
        if self._canvas is None:
            super().action_move_page(pages)
        else:
            self.place(top=self.top + pages * max(1, self.page_rows - 1))

    def cursor_moved(self) -> None:
        """The user chose another row of the list."""
        edges = self._view.edges
        if self._canvas is None and edges:
            self._view.selected = edges[self.cursor]
            self.post_message(self.Highlighted())

    def row_activated(self) -> None:
        """Open what was double-clicked."""
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked in the picture; a second click opens it."""
        if self._canvas is None:
            super().on_click(event)
            return
        at = Offset(event.x, self.top + event.y - self.HEAD_ROWS)
        choice = self._picture.at(at.x, at.y, self._picture_cells)
        if choice is not None and choice == self._view.selected and event.chain > 1:
            self.row_activated()
        else:
            self.choose(choice)

    def on_resize(self) -> None:
        """Draw for the new width."""
        self.take_changes()
        super().on_resize()


def _columns(width: int) -> _Columns:
    """Return the columns of the list; figures leave in a fixed order."""
    shown = list(_FIGURES)
    for leaving in _LEAVING:
        if width - _FIXED_CELLS - sum(cells for _, cells in shown) >= 2 * _LEAST_NAME_CELLS:
            break
        shown = [figure for figure in shown if figure[0] != leaving]
    room = max(2, width - _FIXED_CELLS - sum(cells for _, cells in shown))
    caller = min(room // 2, _MOST_NAME_CELLS)
    return _Columns(caller, room - caller, tuple(shown))
