"""How much of a signal is held, against which bound, and what had to leave."""

from typing import NamedTuple

from devtrace.model.time import bytes_text
from devtrace.tui.text import Piece, spread
from devtrace.tui.theme import Mark, Palette
from devtrace.tui.widgets.chrome import OneLine


class SignalHeld(NamedTuple):
    """The figures of one store."""

    counts: tuple[tuple[int, str], ...]
    """How many of what, in the plural."""
    byte_count: int
    max_bytes: int
    evicted: int
    oversized: int
    duplicates: int = 0
    """How much came twice and is held once."""


class HeldLine(OneLine):
    """The line above a list."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._held: SignalHeld | None = None

    def show(self, held: SignalHeld) -> None:
        """Show *held*; redraws only when it is different."""
        if held != self._held:
            self._held = held
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return what is held at the left and what is gone at the right."""
        held = self._held
        if held is None:
            return []
        counts = "  ".join(_counted(count, plural) for count, plural in held.counts)
        of = f"{bytes_text(held.byte_count)} of {bytes_text(held.max_bytes)}"
        left: list[Piece] = [(f" {counts}  ", palette.text), (of, palette.muted)]
        right: list[Piece] = []
        if held.duplicates:
            right.append((f"duplicates {held.duplicates}  ", palette.muted))
        right.append((f"evicted {held.evicted} ", palette.muted))
        if held.oversized:
            right.append((f" {Mark.FINDING} too large {held.oversized} ", palette.warning))
        return spread(left, right, width)


def _counted(count: int, plural: str) -> str:
    number = f"{count:,}".replace(",", " ")
    is_one = count == 1 and plural != "series"
    return f"{number} {plural.removesuffix('s') if is_one else plural}"
