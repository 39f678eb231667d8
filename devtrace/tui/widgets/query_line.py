"""The line that says which traces the figures of a screen are of."""

from devtrace.tui.text import Piece, display
from devtrace.tui.theme import Palette
from devtrace.tui.widgets.chrome import OneLine


class QueryLine(OneLine):
    """Is there only while a query or a mute leaves traces out."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[int, str, int] | None = None

    def show(self, count: int | None, query: str, muted: int) -> None:
        """Say of how many traces, which query they match, and how much is muted.

        Args:
            count: None when the figures are of all traces: there is nothing to say.
            query: Empty when there is none.
            muted: How many operations are.
        """
        shown = None if count is None else (count, query, muted)
        if shown != self._shown:
            self._shown = shown
            self.set_class(shown is not None, "-shown")
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return the line: `of 37 traces that match status=error`."""
        if self._shown is None:
            return []
        count, query, muted = self._shown
        number = f"{count:,}".replace(",", " ")
        begin = f" of {number} trace{'' if count == 1 else 's'}"
        matched = f" that match{'es' if count == 1 else ''} " if query else ""
        end = f"  {muted} muted" if muted else ""
        room = max(0, width - len(begin + matched + end))
        return [
            (begin + matched, palette.muted),
            (display(query, room) if query else "", palette.accent),
            (end, palette.muted),
        ]
