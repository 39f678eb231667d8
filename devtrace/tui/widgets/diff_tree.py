"""Two traces as one tree, with what is different about each span."""

from dataclasses import dataclass

from textual.message import Message

from devtrace.analysis.diff import TraceDiff
from devtrace.tui.diff_row import DiffRowPainter
from devtrace.tui.text import Piece
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.widgets.lines import Lines

_Key = tuple[str | None, str | None]


class DiffTree(Lines):
    """Draws a `TraceDiff`; the cursor belongs to a pair of spans.

    Args:
        hues: The hue of each service.
    """

    MOST_CELLS = 160
    HEAD_ROWS = 1

    @dataclass
    class Highlighted(Message):
        """The cursor is on another row."""

        diff_tree: "DiffTree"

    @dataclass
    class Activated(Message):
        """A row was double-clicked."""

        diff_tree: "DiffTree"

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._diff: TraceDiff | None = None
        self._rows: list[int] = []
        self.shows_all = True
        """Whether rows are listed under which nothing is different."""

    def show(self, diff: TraceDiff | None) -> None:
        """Draw *diff*; the cursor stays on its spans if they are still there."""
        if diff is self._diff:
            return
        key = self._key(self.selected)
        self._diff = diff
        self._list_rows(key)

    def toggle_same(self) -> None:
        """List only rows with a difference at or under them, or every row."""
        key = self._key(self.selected)
        self.shows_all = not self.shows_all
        self._list_rows(key)

    def _list_rows(self, key: _Key | None) -> None:
        """Decide which rows are listed and put the cursor where *key* is, or is next to it."""
        diff = self._diff
        self._rows = []
        if diff is not None:
            differs = list(map(bool, diff.changes))
            for index in range(len(differs) - 1, -1, -1):
                parent = diff.rows[index].parent
                if differs[index] and parent >= 0:
                    differs[parent] = True
            self._rows = [
                index for index, is_shown in enumerate(differs) if is_shown or self.shows_all
            ]
        keys = (row for row, index in enumerate(self._rows) if self._key(index) == key)
        self.place(cursor=next(keys, self.cursor))
        self.reveal()

    def _key(self, index: int | None) -> _Key | None:
        if index is None or self._diff is None:
            return None
        row, diff = self._diff.rows[index], self._diff
        return (
            None if row.before is None else diff.before[row.before].span_id,
            None if row.after is None else diff.after[row.after].span_id,
        )

    @property
    def selected(self) -> int | None:
        """The aligned row under the cursor; None while there is none."""
        return self._rows[self.cursor] if self._rows else None

    def select_change(self, step: int) -> bool:
        """Go to the next (1) or previous (-1) difference, round the end if need be.

        Returns:
            Whether there is one.
        """
        if self._diff is None:
            return False
        changes = self._diff.changes
        found = [row for row, index in enumerate(self._rows) if changes[index]]
        if not found:
            return False
        ordered = found if step > 0 else found[::-1]
        beyond = (row for row in ordered if (row - self.cursor) * step > 0)
        self.action_move(next(beyond, ordered[0]) - self.cursor)
        return True

    def select_row(self, index: int) -> None:
        """Put the cursor on aligned row *index* if it is listed."""
        if index in self._rows:
            self.action_move(self._rows.index(index) - self.cursor)

    def cursor_moved(self) -> None:
        """Tell the screen."""
        self.post_message(self.Highlighted(self))

    def row_activated(self) -> None:
        """Tell the screen of a double click."""
        self.post_message(self.Activated(self))

    # -- drawing -------------------------------------------------------------------

    def row_count(self) -> int:
        """Return how many rows are listed."""
        return len(self._rows)

    def _painter(self, width: int) -> DiffRowPainter | None:
        if self._diff is None:
            return None
        return DiffRowPainter(self._diff, palette=self.palette, hues=self._hues, width=width)

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns."""
        painter = self._painter(width - 1)
        return [(" ", self.palette.muted), *painter.head()] if painter else []

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one pair of spans, or the one that has no partner."""
        painter = self._painter(width - 1)
        mark = Mark.CURSOR if index == self.cursor else " "
        return [
            (mark, self.palette.accent),
            *(painter.row(self._rows[index]) if painter else []),
        ]
