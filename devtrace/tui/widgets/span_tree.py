"""A trace as a tree with its bars on one time axis: preview and trace screen share it."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.message import Message

from devtrace.tui.span_row import SpanRowPainter
from devtrace.tui.text import Piece
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.waterfall import TreeRow, Waterfall
from devtrace.tui.widgets.lines import Lines

_Key = tuple[str, bool]
"""What names a row while the trace grows: its node's key, and whether it is an exception."""


class SpanTree(Lines):
    """Draws a `Waterfall`; the cursor belongs to a span.

    Args:
        hues: The hue of each service.
        is_preview: Without cursor and self times, for beside the list.
    """

    HEAD_ROWS = 1

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
        super().__init__(id=id)
        self.can_focus = self.has_cursor = not is_preview
        self._hues = hues
        self._is_preview = is_preview
        self._waterfall: Waterfall | None = None
        self._is_settled = False
        self._rows: list[TreeRow] = []
        self._folded: set[str] = set()
        self._selected: _Key | None = None
        self.marked: frozenset[int] = frozenset()  # nodes that match what is being found
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
        self._waterfall, self._is_settled = waterfall, is_settled
        if not is_same_trace:
            self._folded.clear()
            self._selected = None
            self.place(cursor=0, top=0)
        self._lay_out(anchor)

    def _anchor(self) -> tuple[_Key, int]:
        """Return the row that is to stay where it is, and its line: the cursor's if in view."""
        line = self.cursor - self.top
        if self.has_cursor and 0 <= line < self.page_rows:
            return self._key(self.cursor), line
        return self._key(self.top), 0

    def _lay_out(self, anchor: tuple[_Key, int] | None = None) -> None:
        """Compute the rows anew and keep cursor and view on what they were on."""
        self._rows = self._waterfall.rows(self._folded) if self._waterfall else []
        is_placed = self._selected is not None or anchor is not None
        row_of = {self._key(row): row for row in range(len(self._rows))} if is_placed else {}
        cursor = self._nearest(self._selected, row_of) if self._selected else 0
        top = None
        if anchor is not None:
            key, line = anchor
            top = self._nearest(key, row_of) - line
        self.place(cursor=cursor, top=top)
        if self._selected is None and self._rows:
            self._selected = self._key(0)

    def _nearest(self, key: _Key, row_of: Mapping[_Key, int]) -> int:
        """Return the row with *key*, or of the nearest node above it that is not folded away."""
        if key in row_of or self._waterfall is None:
            return row_of.get(key, 0)
        keys = self._waterfall.keys
        node = self._waterfall.index_by_key.get(key[0])
        above = () if node is None else (node, *self._waterfall.path_to(node))
        rows = (row_of.get((keys[index], False)) for index in above)
        return next((row for row in rows if row is not None), 0)

    def _key(self, row: int) -> _Key:
        tree_row = self._rows[row]
        assert self._waterfall is not None  # noqa: S101  # rows come from a waterfall
        return self._waterfall.keys[tree_row.node], bool(tree_row.exception)

    @property
    def selected_node(self) -> int | None:
        """Index of the node under the cursor; None without a trace."""
        return self._rows[self.cursor].node if self._rows else None

    def row_count(self) -> int:
        """Return how many rows are unfolded."""
        return len(self._rows)

    def cursor_moved(self) -> None:
        """Remember the span, not the row."""
        if self._rows:
            self._selected = self._key(self.cursor)
            self.post_message(self.Highlighted(self, self._rows[self.cursor].node))

    def row_activated(self) -> None:
        """Tell the screen of a double click."""
        self.post_message(self.Activated(self))

    # -- folds and jumps -------------------------------------------------------------

    def toggle_fold(self) -> None:
        """Fold or unfold the span under the cursor."""
        if (node := self.selected_node) is not None:
            self._set_folded(node, is_folded=not self._is_folded(node))

    def fold_or_parent(self) -> None:
        """Fold the span under the cursor, or go to its parent if there is nothing to fold."""
        node = self.selected_node
        if node is None or self._waterfall is None:
            return
        tree_node = self._waterfall.nodes[node]
        if tree_node.child_count and not self._is_folded(node):
            self._set_folded(node, is_folded=True)
        elif tree_node.parent >= 0:
            self.select_node(tree_node.parent)

    def unfold_or_child(self) -> None:
        """Unfold the span under the cursor, or go to its first child."""
        node = self.selected_node
        if node is None or self._waterfall is None:
            return
        if self._is_folded(node):
            self._set_folded(node, is_folded=False)
        elif self._waterfall.nodes[node].child_count:
            self.select_node(node + 1)

    def fold_level(self, step: int) -> None:
        """Fold the deepest open level (-1) or open one level more (+1)."""
        if self._waterfall is not None:
            self._folded = self._waterfall.folded_by_level(self._folded, step)
            self._keep_selection_visible()

    def fold_all(self, *, is_folded: bool) -> None:
        """Fold every span that has children, or unfold them all."""
        if self._waterfall is not None:
            self._folded = set(self._waterfall.foldable()) if is_folded else set()
            self._keep_selection_visible()

    def select_node(self, node: int) -> None:
        """Put the cursor on *node*, unfolding what hides it."""
        if self._waterfall is None:
            return
        keys = self._waterfall.keys
        self._folded -= {keys[above] for above in self._waterfall.path_to(node)}
        self._selected = (keys[node], False)
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

    def _is_folded(self, node: int) -> bool:
        return self._waterfall is not None and self._waterfall.keys[node] in self._folded

    def _set_folded(self, node: int, *, is_folded: bool) -> None:
        if self._waterfall is None or not self._waterfall.nodes[node].child_count:
            return
        key = self._waterfall.keys[node]
        if is_folded:
            self._folded.add(key)
        else:
            self._folded.discard(key)
        self._selected = (key, False)
        self._lay_out()
        self.reveal()

    def _keep_selection_visible(self) -> None:
        """After folding much: go to the nearest row above the cursor that is still there."""
        node = self.selected_node
        if node is None or self._waterfall is None:
            return
        hidden_by = [above for above in self._waterfall.path_to(node) if self._is_folded(above)]
        shown = hidden_by[-1] if hidden_by else node
        self._selected = (self._waterfall.keys[shown], False)
        self._lay_out()
        self.reveal()
        self.post_message(self.Highlighted(self, shown))

    # -- drawing -------------------------------------------------------------------

    def _painter(self, width: int) -> SpanRowPainter | None:
        if self._waterfall is None:
            return None
        return SpanRowPainter(
            self._waterfall,
            palette=self.palette,
            hues=self._hues,
            width=width,
            folded=self._folded,
            is_settled=self._is_settled,
            has_self_times=not self._is_preview,
            shows_critical_path=self.shows_critical_path,
        )

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns and draw the time axis."""
        painter = self._painter(width - 1)
        return [(" ", self.palette.muted), *painter.head()] if painter else []

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one span, placeholder or exception."""
        is_at = not self._is_preview and index == self.cursor
        painter = self._painter(width - 1)
        drawn = painter.row(self._rows[index]) if painter else []
        is_marked = self._rows[index].node in self.marked and not self._rows[index].exception
        here = Mark.CURSOR if is_at else Mark.MATCH if is_marked else " "
        return [(here, self.palette.accent), *drawn]
