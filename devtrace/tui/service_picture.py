"""The map of services as a picture: boxes for what is called, lines for who calls it.

Pure of Textual.  A picture is laid out once for the nodes and edges it has, and drawn
again when figures or the choice are different.
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from rich.style import Style

from devtrace.analysis.peers import Node
from devtrace.analysis.services import Edge
from devtrace.tui.call_text import call_figures, node_figures, node_mark
from devtrace.tui.graph_canvas import Canvas
from devtrace.tui.graph_layout import BOX_ROWS, Box, Layout, Point, laid_out
from devtrace.tui.service_view import Choice, ServiceView
from devtrace.tui.text import Piece, display, width_of
from devtrace.tui.theme import Palette, ServiceHues

_PLAIN, _FAILED, _CHOSEN = range(3)
"""What stays visible where lines meet."""


class _Shape(NamedTuple):
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: int


class ServicePicture:
    """Draws a `ServiceView` as a graph, if it can be.

    Args:
        view: What is drawn.
        hues: The hue of each service.
    """

    def __init__(self, view: ServiceView, hues: ServiceHues) -> None:
        self.layouts_made = 0
        """How often places were looked for; tests count work with it."""
        self._view = view
        self._hues = hues
        self._shape: _Shape | None = None
        self._layout: Layout[Node] | None = None

    def layout(self, width: int) -> Layout[Node] | None:
        """Return where everything goes in *width* cells, or None when it cannot be drawn."""
        shape = _Shape(self._view.nodes, self._view.edges, width)
        if shape != self._shape:
            self._shape = shape
            self.layouts_made += 1
            edges = [(edge.caller, edge.callee) for edge in shape.edges]
            self._layout = laid_out(shape.nodes, edges, width)
        return self._layout

    def draw(self, width: int, palette: Palette) -> Canvas | None:
        """Return the picture, or None when it cannot be drawn in *width* cells."""
        layout = self.layout(width)
        if layout is None:
            return None
        canvas = Canvas(width, layout.height)
        for edge in self._view.edges:
            points = layout.paths[edge.caller, edge.callee]
            canvas.line(points, *self._ink(edge, palette))
        for edge in self._view.edges:
            self._draw_end(canvas, layout, edge, palette)
        for node, box in layout.boxes.items():
            self._draw_box(canvas, node, box, palette)
        for edge in self._view.edges:
            self._draw_label(canvas, layout, edge, palette)
        return canvas

    def _ink(self, edge: Edge, palette: Palette) -> tuple[Style, int]:
        if self._view.selected == edge:
            return palette.accent, _CHOSEN
        if self._view.tally(edge).errors:
            return palette.error, _FAILED
        return palette.faint, _PLAIN

    def _draw_end(
        self, canvas: Canvas, layout: Layout[Node], edge: Edge, palette: Palette
    ) -> None:
        """Draw the head of the arrow, at the upper end if the callee stands above."""
        key = (edge.caller, edge.callee)
        style, _ = self._ink(edge, palette)
        if key in layout.upward:
            begin = layout.paths[key][0]
            canvas.put(begin.x, begin.y + 1, [("▲", style)])
        else:
            end = layout.paths[key][-1]
            canvas.put(end.x, end.y, [("▼", style)])

    def _draw_box(self, canvas: Canvas, node: Node, box: Box, palette: Palette) -> None:
        tally = self._view.tally(node)
        is_chosen = self._view.selected == node
        style = palette.error if tally.errors else palette.muted
        canvas.box(
            Point(box.x, box.y), BOX_ROWS, box.width, palette.accent if is_chosen else style
        )
        name = display(node.name, box.width - 6)
        name_style = palette.accent if is_chosen else palette.strong
        mark = node_mark(node, palette, self._hues)
        title = [(" ", palette.text), mark, (f" {name} ", name_style)]
        canvas.put(box.x + 1, box.y, title)
        figures = node_figures(node, tally, self._view.reading.tallies.seconds, palette)
        canvas.put(box.x + 2, box.y + 1, _fitting(figures, box.width - 4))

    def _draw_label(
        self, canvas: Canvas, layout: Layout[Node], edge: Edge, palette: Palette
    ) -> None:
        """Write the figures beside the last piece of the line, where there is room for them."""
        points = layout.paths[edge.caller, edge.callee]
        begin, end = points[-2], points[-1]
        pieces: list[Piece] = call_figures(self._view.tally(edge), palette)
        cells = width_of(pieces)
        for y in range(end.y, begin.y, -1):
            for x in (end.x + 2, end.x + 1, end.x - cells - 1, end.x - cells):
                if canvas.is_free(x, y, cells):
                    canvas.put(x, y, pieces)
                    return

    # -- where things are ------------------------------------------------------------

    def at(self, x: int, y: int, width: int) -> Choice | None:
        """Return what is drawn in a cell."""
        layout = self.layout(width)
        if layout is None:
            return None
        for node, box in layout.boxes.items():
            if box.x <= x < box.x + box.width and box.y <= y < box.y + BOX_ROWS:
                return node
        for edge in self._view.edges:
            points = layout.paths[edge.caller, edge.callee]
            for begin, end in pairwise(points):
                xs, ys = sorted((begin.x, end.x)), sorted((begin.y, end.y))
                if xs[0] <= x <= xs[1] and ys[0] <= y <= ys[1]:
                    return edge
        return None

    def row_of(self, choice: Choice, width: int) -> int:
        """Return the first row of a node, or the one where an edge arrives."""
        layout = self.layout(width)
        if layout is None:
            return 0
        if isinstance(choice, Edge):
            points = layout.paths.get((choice.caller, choice.callee))
            return points[-1].y if points else 0
        box = layout.boxes.get(choice)
        return box.y if box else 0

    def beside(self, node: Node, width: int, *, ranks: int, places: int) -> Node:
        """Return the node that lies next to one, or itself at the border.

        Args:
            node: Where to start.
            width: Of the picture.
            ranks: 1 for the nearest in the next rank that has one, -1 upwards.
            places: 1 for the next to the right in its rank, -1 to the left.
        """
        layout = self.layout(width)
        if layout is None or node not in layout.boxes:
            return node
        boxes: Mapping[Node, Box] = layout.boxes
        here = boxes[node]
        if places:
            row = sorted((each for each in boxes if boxes[each].rank == here.rank),
                         key=lambda each: boxes[each].x)  # fmt: skip
            return row[max(0, min(len(row) - 1, row.index(node) + places))]
        beyond = [each for each in boxes if (boxes[each].rank - here.rank) * ranks > 0]
        return min(
            beyond,
            key=lambda each: (
                abs(boxes[each].rank - here.rank),
                abs(boxes[each].middle - here.middle),
            ),
            default=node,
        )


def _fitting(pieces: list[Piece], cells: int) -> list[Piece]:
    """Return the first of *pieces*, as many as fit."""
    while pieces and width_of(pieces) > cells:
        pieces = pieces[:-1]
    return pieces
