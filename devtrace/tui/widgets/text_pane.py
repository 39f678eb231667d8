"""A pane of text that scrolls: the base of every detail."""

from devtrace.tui.sheet import Line
from devtrace.tui.text import Piece
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.lines import Lines


class TextPane(Lines):
    """Lines without a cursor, written when they are first drawn.

    Args:
        hues: The hue of each service.
    """

    has_cursor = False

    def __init__(self, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self.hues = hues
        self._lines: list[Line] | None = None
        self._written_for: tuple[int, str] | None = None

    def text_lines(self, width: int) -> list[Line]:
        """Return the text, each line in at most *width* cells."""
        raise NotImplementedError

    def rewrite(self, *, keeps_place: bool) -> None:
        """Have the text written anew: it is no longer what it was."""
        self._lines = None
        self.place(top=self.top if keeps_place else 0)

    def _written(self) -> list[Line]:
        """Return the lines at the current width and theme, written anew when those change."""
        wanted = (self.size.width, self.app.theme)
        if self._lines is None or self._written_for != wanted:
            self._written_for = wanted
            self._lines = self.text_lines(self.size.width - 2)
        return self._lines

    def row_count(self) -> int:
        """Return how many lines the text has."""
        return len(self._written())

    def row_pieces(self, index: int, width: int) -> list[Piece]:  # noqa: ARG002  # written to fit
        """Return one line of the text."""
        return self._written()[index]
