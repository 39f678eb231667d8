"""The newest thing that is wrong with a sender, until somebody has looked at it."""

from devtrace.receivers.diagnoses import Diagnosis
from devtrace.tui.diagnostic_text import who
from devtrace.tui.text import Piece, display, width_of
from devtrace.tui.theme import Mark, Palette
from devtrace.tui.widgets.chrome import OneLine

_SENTENCE_SHARE = 60
"""Percent of the line that the sentence may take before the sender is cut."""


class Notice(OneLine):
    """One line above the status line; not there while there is nothing new."""

    def __init__(self) -> None:
        super().__init__()
        self._newest: Diagnosis | None = None
        self._count = 0
        self._key = "!"

    def show(self, newest: Diagnosis | None, *, count: int, key: str = "!") -> None:
        """Show the newest of *count* that nobody has looked at; none hides the line."""
        if newest is self._newest and count == self._count:
            return
        self._newest, self._count, self._key = newest, count, key
        self.set_class(newest is not None, "-shown")
        self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return what is wrong, with whom, and the key that says what to change."""
        if self._newest is None:
            return []
        more = f"+{self._count - 1} more " if self._count > 1 else ""
        right: list[Piece] = [
            (more, palette.muted),
            (f"{self._key} ", palette.accent),
            ("remedy ", palette.muted),
        ]
        room = width - width_of(right) - 5
        sentence = display(
            self._newest.diagnostic.sentence, max(room * _SENTENCE_SHARE // 100, room - 30)
        )
        left: list[Piece] = [(f" {Mark.FINDING} {sentence}  ", palette.warning)]
        sender = display(
            who(self._newest), max(0, width - width_of(left) - width_of(right) - 1)
        )
        left.append((sender, palette.muted))
        gap = width - width_of(left) - width_of(right)
        return [*left, (" " * max(0, gap), palette.muted), *right]

    async def on_click(self) -> None:
        """Open what the key opens."""
        await self.run_action("app.show_diagnostics")
