"""A list of what arrives while it arrives: traces, log records.

Whatever comes and goes, no row moves under the cursor: the cursor belongs to what the
row is about, the view to the row at its top, and what arrives out of sight is counted.
"""

from typing import Generic, Protocol, TypeVar

from textual.message import Message

from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.lines import Lines

KeyT = TypeVar("KeyT")


class LiveView(Protocol[KeyT]):
    """An ordered, pausable reading of a store; a row is known by a key and a running number."""

    newest_first: bool
    following: bool
    """Whether the newest row is always the selected one."""
    paused: bool
    selected: KeyT | None
    """Key of the row under the cursor."""

    def __len__(self) -> int:
        """How many rows there are."""

    @property
    def held_back(self) -> int:
        """How many rows arrived since the view was paused; 0 while it is live."""

    def refresh(self) -> bool:
        """Take in what changed and return whether any row may be different."""

    def pause(self) -> None:
        """Hold every row still."""

    def resume(self) -> None:
        """Show what arrived in the meantime."""

    def id_at(self, row: int) -> KeyT:
        """Return the key of a row, 0 being the top."""

    def row_of(self, key: KeyT | None, /) -> int | None:
        """Return the row with a key, or None when there is none."""

    def number_at(self, row: int) -> int:
        """Return the running number of a row; it grows with every arrival."""

    def row_near(self, number: int) -> int:
        """Return the row with a running number, or one beside it."""


class LiveList(Lines, Generic[KeyT]):
    """Draws a `LiveView`; the cursor is the view's selection.

    Args:
        view: What is shown; this widget moves its selection.
        hues: The hue of each service.
    """

    HEAD_ROWS = 1

    class Highlighted(Message):
        """The user moved the cursor to another row."""

    class Opened(Message):
        """The user asked to see what the row under the cursor is about."""

    def __init__(
        self,
        view: LiveView[KeyT],
        hues: ServiceHues,
        *,
        id: str | None = None,  # noqa: A002  # Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._live = view
        self._hues = hues
        self._top_number = 0
        self._edge_number = 0
        self._longest_service = 0
        """Cells of the longest service name that was ever shown: columns do not jump back."""
        self.unseen = 0
        """How many rows arrived beyond the edge of the view since it was last there."""

    def look_at(self, rows: range) -> None:
        """Take note of what is in view, as far as columns depend on it."""
        raise NotImplementedError

    def count_beyond(self, edge: int, newest: int) -> int:
        """Return how many rows arrived after the one with number *edge*."""
        return max(0, newest - edge)

    def forget_edge(self) -> None:
        """Count what arrives out of sight anew: the rows are in another order."""
        self._edge_number = 0

    def row_count(self) -> int:
        """Return how many rows the view holds."""
        return len(self._live)

    def take_changes(self) -> None:
        """Draw what the view now holds; no row moves under the cursor."""
        view = self._live
        row = view.row_of(view.selected)
        if view.following or not len(view):
            self.place(cursor=row)
            self.reveal()
        else:
            self.place(cursor=row, top=view.row_near(self._top_number))

    def place(self, *, cursor: int | None = None, top: int | None = None) -> None:
        """Move as `Lines` does, and remember which row is at the top."""
        super().place(cursor=cursor, top=top)
        self._remember_place()

    def _remember_place(self) -> None:
        """Note what is at the top, and what the user has not seen at the far edge."""
        view, count = self._live, len(self._live)
        if not count:
            self.unseen = self._edge_number = 0
            return
        end = min(count, self.top + self.page_rows)
        self._top_number = view.number_at(min(self.top, count - 1))
        newest = view.number_at(0 if view.newest_first else count - 1)
        edge = view.number_at(self.top if view.newest_first else end - 1)
        self._edge_number = max(self._edge_number, edge)
        self.unseen = self.count_beyond(self._edge_number, newest)
        self.look_at(range(self.top, end))

    def select(self, key: KeyT) -> None:
        """Put the cursor on the row with *key*, as if the user had moved there."""
        row = self._live.row_of(key)
        if row is not None:
            self.action_move(row - self.cursor)

    def cursor_moved(self) -> None:
        """The user chose a row: it stays chosen, whatever arrives."""
        if not len(self._live):
            return
        self._live.following = False
        self._live.selected = self._live.id_at(self.cursor)
        self._remember_place()
        self.post_message(self.Highlighted())

    def wheel_turned(self) -> None:
        """Looking elsewhere is moving, too: what arrives does not scroll back."""
        self._live.following = False

    def action_move_first(self) -> None:
        """Go to the first row; at the newest the list follows again."""
        super().action_move_first()
        self._live.following = self._live.newest_first

    def action_move_last(self) -> None:
        """Go to the last row; at the newest the list follows again."""
        super().action_move_last()
        self._live.following = not self._live.newest_first

    def row_activated(self) -> None:
        """Open the row that was double-clicked."""
        if self._live.selected is not None:
            self.post_message(self.Opened())
