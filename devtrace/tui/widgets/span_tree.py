"""A trace as a tree with its bars on one time axis: preview and trace screen share it."""

from dataclasses import dataclass

from textual.message import Message

from devtrace.tui.span_row import SpanRowPainter
from devtrace.tui.text import Piece
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.tree_layout import Place, TreeLayout
from devtrace.tui.waterfall import TreeRow, Waterfall
from devtrace.tui.widgets.tree_lines import TreeLines


class SpanTree(TreeLines):
    """Draws a `Waterfall`; the cursor belongs to a span.

    Args:
        hues: The hue of each service.
        is_preview: Without cursor and self times, for beside the list.
    """

    @dataclass
    class Highlighted(Message):
        """The cursor is on another span, or on a placeholder."""

        span_tree: "SpanTree"
        node: int

    @dataclass
    class Activated(Message):
        """A row was double-clicked."""

        span_tree: "SpanTree"

    def __init__(
        self,
        hues: ServiceHues,
        *,
        is_preview: bool = False,
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(TreeLayout(shows_peers=not is_preview), id=id)
        self.can_focus = self.has_cursor = not is_preview
        self._hues = hues
        self._is_preview = is_preview
        self._is_settled = False
        self._selected: Place | None = None
        self.shows_critical_path = False

    # -- data ----------------------------------------------------------------------

    def show(self, waterfall: Waterfall | None, *, is_settled: bool) -> None:
        """Draw *waterfall*; selection, folds and place stay if it is the same trace."""
        before = self._waterfall
        if waterfall is before and is_settled == self._is_settled:
            return
        is_same_trace = (
            waterfall is not None
            and before is not None
            and waterfall.trace.trace_id == before.trace.trace_id
        )
        anchor = self._anchor() if is_same_trace and self._rows else None
        self._is_settled = is_settled
        if not is_same_trace:
            self._selected = None
            self.place(cursor=0, top=0)
        self._layout.take(waterfall, self._selected)
        self._lay_out(anchor)

    def _anchor(self) -> tuple[Place, int]:
        """Return the row that is to stay where it is, and its line: the cursor's if in view."""
        line = self.cursor - self.top
        if self.has_cursor and 0 <= line < self.page_rows:
            return self._layout.place(self.cursor), line
        return self._layout.place(self.top), 0

    def _lay_out(self, anchor: tuple[Place, int] | None = None) -> None:
        """Keep cursor and view on what they were on."""
        cursor = self._layout.row_of(self._selected) if self._selected else 0
        top = None
        if anchor is not None:
            place, line = anchor
            top = self._layout.row_of(place) - line
        self.place(cursor=cursor, top=top)
        if self._selected is None and self._rows:
            self._selected = self._layout.place(0)

    def cursor_moved(self) -> None:
        """Remember the span, not the row."""
        if self._rows:
            self._selected = self._layout.place(self.cursor)
            self.post_message(self.Highlighted(self, self._rows[self.cursor].node))

    def row_activated(self) -> None:
        """Tell the screen of a double click."""
        self.post_message(self.Activated(self))

    # -- folds and jumps -------------------------------------------------------------

    def toggle_fold(self) -> None:
        """Fold or unfold what is under the cursor."""
        if self._rows:
            row = self._rows[self.cursor]
            self._set_folded(row, is_folded=self._layout.is_foldable(row))

    def fold_or_parent(self) -> None:
        """Fold what is under the cursor; if nothing is to be folded, its run, or go up."""
        if not self._rows:
            return
        row = self._rows[self.cursor]
        if self._layout.is_foldable(row):
            self._set_folded(row, is_folded=True)
        elif row.run is None and (header := self._layout.header_of(row.node)) is not None:
            self._set_folded(self._rows[self._layout.row_of(header)], is_folded=True)
        else:
            self.select_parent()

    def select_parent(self) -> bool:
        """Go to the parent of the span under the cursor.

        Returns:
            Whether it has one.
        """
        node = self.selected_node
        if node is None or self._waterfall is None or self._waterfall.nodes[node].parent < 0:
            return False
        self.select_node(self._waterfall.nodes[node].parent)
        return True

    def unfold_or_child(self) -> None:
        """Unfold what is under the cursor, or go to its first child."""
        node = self.selected_node
        if node is None or self._waterfall is None:
            return
        row = self._rows[self.cursor]
        if self._layout.is_closed(row):
            self._set_folded(row, is_folded=False)
        elif row.run is not None:
            self.select_node(node)
        elif self._waterfall.nodes[node].child_count:
            self.select_node(node + 1)

    def fold_level(self, step: int) -> None:
        """Fold the deepest open level (-1) or open one level more (+1)."""
        self._layout.fold_level(step)
        self._keep_selection_visible()

    def fold_all(self, *, is_folded: bool) -> None:
        """Fold every span that has children, or unfold them all."""
        self._layout.fold_all(is_folded=is_folded)
        self._keep_selection_visible()

    def toggle_root(self) -> bool:
        """Show only the span under the cursor and what is under it, or the whole trace again.

        Returns:
            Whether only a part is shown now.
        """
        node = self.selected_node
        self._layout.begin_at(None if self._layout.root is not None else node)
        self._lay_out()
        self.reveal()
        return self._layout.root is not None

    def select_node(self, node: int) -> None:
        """Put the cursor on *node*, unfolding what hides it."""
        if self._waterfall is None:
            return
        self._layout.reveal(node)
        self._selected = Place(self._waterfall.keys[node])
        self._lay_out()
        self.reveal()
        self._reveal_exception()
        self.post_message(self.Highlighted(self, node))

    def _reveal_exception(self) -> None:
        """Scroll on by a line if the exception under the cursor is the first out of view."""
        below = self.cursor + 1
        if below == self.top + self.page_rows < len(self._rows) and self._rows[below].exception:
            self.place(top=self.top + 1)

    def select_error(self, step: int) -> bool:
        """Go to the next (1) or previous (-1) span in error, round the end if need be.

        Returns:
            Whether there is one.
        """
        errors = self._waterfall.error_rows if self._waterfall else ()
        here = self.selected_node
        if not errors or here is None:
            return False
        ordered = errors if step > 0 else errors[::-1]
        beyond = (row for row in ordered if (row - here) * step > 0)
        self.select_node(next(beyond, ordered[0]))
        return True

    def toggle_critical_path(self) -> None:
        """Light up the spans that decided the trace's duration, or stop doing so."""
        self.shows_critical_path = not self.shows_critical_path
        self.refresh()

    def toggle_peers(self) -> bool:
        """Show peers that sent no spans on lines of their own, or beside their callers.

        Returns:
            Whether they have lines now.
        """
        has_lines = self._layout.toggle_peers()
        self._keep_selection_visible()
        return has_lines

    def _set_folded(self, row: TreeRow, *, is_folded: bool) -> None:
        self._layout.fold(row, is_folded=is_folded)
        if self._waterfall is not None:
            part = "run" if row.run is not None else ""
            self._selected = Place(self._waterfall.keys[row.node], part)
        self._lay_out()
        self.reveal()

    def _keep_selection_visible(self) -> None:
        """After folding much: go to the nearest row above the cursor that is still there."""
        self._lay_out()
        self.reveal()
        self.cursor_moved()

    # -- drawing -------------------------------------------------------------------

    def _painter(self, width: int) -> SpanRowPainter | None:
        if self._waterfall is None:
            return None
        return SpanRowPainter(
            self._waterfall,
            palette=self.palette,
            hues=self._hues,
            width=width,
            folded=self._layout.folded,
            is_settled=self._is_settled,
            has_self_times=not self._is_preview,
            shows_critical_path=self.shows_critical_path,
            root=self._layout.root,
            window=self.window,
            shows_peers=self._layout.shows_peers,
            linked_from=self._linked_from,
        )

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns and draw the time axis."""
        painter = self._painter(width - 1)
        if painter is None:
            return []
        head = [(" ", self.palette.muted), *painter.head()]
        return self.with_brush(head, painter.bar_cells)

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one span, placeholder or exception."""
        is_at = not self._is_preview and index == self.cursor
        painter = self._painter(width - 1)
        row = self._rows[index]
        drawn = painter.row(row) if painter else []
        is_marked = row.node in self._marked and not row.exception and row.peer is None
        here = Mark.CURSOR if is_at else Mark.MATCH if is_marked else " "
        return [(here, self.palette.accent), *drawn]
