"""A list that draws only the lines in view: the base of every unbounded widget.

Its cost follows the screen, not what it shows.  A subclass says how many rows there
are, what each row's key is and how one is drawn; the cursor belongs to a key, never
to a row number, so rows may come and go above it and nothing jumps.
"""

import re
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
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
_FOLD = re.compile(r"\s*(?:[▸▾]\s*(?:×?\d+)?|×\d+)\s*")
"""What says that something is folded, or can be."""


class _Frame(NamedTuple):
    """What all lines of a frame have alike; each would ask the whole tree of widgets for it."""

    width: int
    height: int
    palette: Palette
    background: Style
    row_count: int
    top: int
    bar: range
    """Which lines of the scroll bar are marked; none where there is no bar."""


class Lines(Widget, can_focus=True):
    """A scrolling list of one-line rows under an optional head of fixed lines."""

    BINDINGS: ClassVar = bindings_in(Scope.MOVE)
    HEAD_ROWS: ClassVar[int] = 0
    MOST_CELLS: ClassVar[int] = 1_000
    """Cells that a row fills; beyond it, names and their figures would be too far apart."""
    has_cursor = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._top = 0
        self._cursor = 0
        self._is_dragged = False
        self._frame: _Frame | None = None
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

    def head_clicked(self, title: str) -> None:
        """React to a click on the head of a column; *title* is what it shows, or empty."""

    # -- state ---------------------------------------------------------------------

    @property
    def palette(self) -> Palette:
        """The styles of the current theme."""
        return palette_of(self.app.theme) if self._frame is None else self._frame.palette

    @property
    def _has_bar(self) -> bool:
        """Whether there is more than is in view, so that a scroll bar takes the last column."""
        return self.row_count() > self.page_rows

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

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines in *crop* that have changed."""
        self._frame = self._new_frame()
        try:
            return super().render_lines(crop)
        finally:
            self._frame = None

    def _new_frame(self) -> _Frame:
        width, height = self.size
        count, page = self.row_count(), max(1, height - self.HEAD_ROWS)
        top = max(0, min(self._top, count - page))
        bar = range(0)
        if count > page:
            size = max(1, page * page // count)
            start = (page - size) * top // (count - page)
            bar = range(start, start + size)
        return _Frame(width, height, self.palette, self.background_style(), count, top, bar)

    def render_line(self, y: int) -> Strip:
        """Draw viewport line *y*."""
        frame = self._frame or self._new_frame()
        width, background = frame.width, frame.background
        inner = width - 1 if frame.bar else width
        drawn = min(inner, self.MOST_CELLS)
        if y < self.HEAD_ROWS:
            return strip_of(self.head_pieces(y, drawn), width, background)
        line = y - self.HEAD_ROWS
        index = frame.top + line
        if index >= frame.row_count:
            return Strip.blank(width, background)
        self.lines_drawn += 1
        style = frame.palette.selection if self._is_lit(index) else background
        strip = strip_of(self.row_pieces(index, drawn), inner, style)
        if not frame.bar:
            return strip
        mark, colour = self._bar_piece(line)
        return Line([*strip, Segment(mark, background + colour)], width)

    def _bar_piece(self, line: int) -> Piece:
        """Return what the scroll bar shows in row *line* of the view."""
        frame = self._frame or self._new_frame()
        return _TRACK, frame.palette.muted if line in frame.bar else frame.palette.rule

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
        """Put the cursor on the row clicked; a second click activates it, one on a fold at once."""
        width = self.size.width - self._has_bar
        drawn = min(width, self.MOST_CELLS)
        if event.y < self.HEAD_ROWS:
            self.head_clicked(_piece_at(self.head_pieces(event.y, drawn), event.x).strip(" ▾"))
            return
        index = self.top + event.y - self.HEAD_ROWS
        if not self.has_cursor or event.x >= width or index >= self.row_count():
            return
        if event.chain > 1 and index == self._cursor:
            self.row_activated()
            return
        is_fold = _FOLD.fullmatch(_piece_at(self.row_pieces(index, drawn), event.x))
        self._move_to(index)
        if is_fold:
            self.row_activated()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scroll bar."""
        if self._has_bar and event.x == self.size.width - 1 and event.y >= self.HEAD_ROWS:
            self._is_dragged = True
            self.capture_mouse()
            self._drag_to(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Scroll as far as the bar is drawn."""
        if self._is_dragged:
            self._drag_to(event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:  # noqa: ARG002  # subclasses look at it
        """Let the scroll bar go."""
        if self._is_dragged:
            self._is_dragged = False
            self.release_mouse()

    def _drag_to(self, y: int) -> None:
        line, page = y - self.HEAD_ROWS, self.page_rows
        self.place(top=line * (self.row_count() - page) // max(1, page - 1))
        self.wheel_turned()

    def on_resize(self) -> None:
        """Keep the cursor in view when the terminal changes."""
        self.place()
        if self.has_cursor:
            self.reveal()


def _piece_at(pieces: Iterable[Piece], x: int) -> str:
    """Return the text of the piece that is drawn at column *x*; empty if none is."""
    for text, _ in pieces:
        x -= cell_len(text)
        if x < 0:
            return text
    return ""
