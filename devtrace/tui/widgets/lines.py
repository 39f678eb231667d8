"""A list that draws only the lines in view: the base of every unbounded widget.

Its cost follows the screen, not what it shows.  A subclass says how many rows there
are, what each row's key is and how one is drawn; the cursor belongs to a key, never
to a row number, so rows may come and go above it and nothing jumps.
"""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.text import Line, Piece, strip_of
from devtrace.tui.theme import Palette, palette_of

_TRACK = "▐"
_WHEEL_ROWS = 3


class Lines(Widget, can_focus=True):
    """A scrolling list of one-line rows under an optional head of fixed lines."""

    BINDINGS: ClassVar = bindings_in(Scope.MOVE)
    HEAD_ROWS: ClassVar[int] = 0
    has_cursor = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._top = 0
        self._cursor = 0
        self.lines_drawn = 0
        """How many rows were ever drawn; tests count work with it."""

    # -- for subclasses ------------------------------------------------------------

    def row_count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Return what row *index* shows, in at most *width* cells."""
        raise NotImplementedError

    def head_pieces(self, line: int, width: int) -> list[Piece]:
        """Return what line *line* of the fixed head shows."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """React to the user having moved the cursor."""

    def wheel_turned(self) -> None:
        """React to the user having scrolled away from the cursor."""

    def row_activated(self) -> None:
        """React to a double click on a row."""

    # -- state ---------------------------------------------------------------------

    @property
    def palette(self) -> Palette:
        """The styles of the current theme."""
        return palette_of(self.app.theme)

    @property
    def page_rows(self) -> int:
        """How many rows fit below the head; at least 1."""
        return max(1, self.size.height - self.HEAD_ROWS)

    @property
    def cursor(self) -> int:
        """Index of the row under the cursor; 0 when there is none."""
        return self._cursor

    @property
    def top(self) -> int:
        """Index of the first row in view; no lower than fills the page, whatever its size."""
        return max(0, min(self._top, self.row_count() - self.page_rows))

    def place(self, *, cursor: int | None = None, top: int | None = None) -> None:
        """Put cursor and view where the data now wants them; tells nobody."""
        count = self.row_count()
        if cursor is not None:
            self._cursor = max(0, min(cursor, count - 1))
        if top is not None:
            self._top = top
        self._top = self.top
        self.refresh()

    def reveal(self) -> None:
        """Scroll just far enough that the cursor is in view."""
        if self._cursor < self.top:
            self.place(top=self._cursor)
        elif self._cursor >= self.top + self.page_rows:
            self.place(top=self._cursor - self.page_rows + 1)

    # -- drawing -------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  # Textual's signature
        """Return the height that shows everything, for `height: auto`."""
        return self.HEAD_ROWS + max(1, self.row_count())

    def render_line(self, y: int) -> Strip:
        """Draw viewport line *y*."""
        width, height = self.size
        background = self.background_style()
        count, page = self.row_count(), max(1, height - self.HEAD_ROWS)
        has_bar = count > page
        inner = width - 1 if has_bar else width
        if y < self.HEAD_ROWS:
            return strip_of(self.head_pieces(y, inner), width, background)
        line = y - self.HEAD_ROWS
        top = max(0, min(self._top, count - page))
        if top + line >= count:
            return Strip.blank(width, background)
        self.lines_drawn += 1
        style = self.palette.selection if self._is_lit(top + line) else background
        strip = strip_of(self.row_pieces(top + line, inner), inner, style)
        if not has_bar:
            return strip
        size = max(1, page * page // count)
        start = (page - size) * top // max(1, count - page)
        bar = self.palette.muted if start <= line < start + size else self.palette.rule
        return Line([*strip, Segment(_TRACK, background + bar)], width)

    def background_style(self) -> Style:
        """Return the style of a row that is not selected."""
        return self.palette.background

    def _is_lit(self, index: int) -> bool:
        return self.has_cursor and index == self._cursor

    # -- moving --------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        """Move the cursor (or, without one, the view) by *rows*."""
        self._move_to(self._cursor + rows if self.has_cursor else self.top + rows)

    def action_move_page(self, pages: int) -> None:
        """Move by *pages* full pages."""
        self.action_move(pages * max(1, self.page_rows - 1))

    def action_move_first(self) -> None:
        """Go to the first row."""
        self._move_to(0)

    def action_move_last(self) -> None:
        """Go to the last row."""
        self._move_to(self.row_count() - 1)

    def _move_to(self, index: int) -> None:
        if not self.has_cursor:
            self.place(top=index)
            return
        before = self._cursor
        self._cursor = max(0, min(index, self.row_count() - 1))
        top_before = self.top
        self.reveal()
        if self.top == top_before and self._cursor != before:
            for row in (before, self._cursor):
                line = row - self.top + self.HEAD_ROWS
                self.refresh(Region(0, line, self.size.width, 1))
        self.cursor_moved()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the view; the cursor stays on its row."""
        event.stop()
        self._turn_wheel(_WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the view; the cursor stays on its row."""
        event.stop()
        self._turn_wheel(-_WHEEL_ROWS)

    def _turn_wheel(self, rows: int) -> None:
        before = self.top
        self.place(top=self.top + rows)
        if self.top != before:
            self.wheel_turned()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row clicked; a second click activates it."""
        index = self.top + event.y - self.HEAD_ROWS
        if not self.has_cursor or event.y < self.HEAD_ROWS or index >= self.row_count():
            return
        if event.chain > 1 and index == self._cursor:
            self.row_activated()
        else:
            self._move_to(index)

    def on_resize(self) -> None:
        """Keep the cursor in view when the terminal changes."""
        self.place()
        if self.has_cursor:
            self.reveal()
