"""How many log records are held, against which bound, and what had to leave."""

from devtrace.model.time import bytes_text
from devtrace.store.logs import LogStore
from devtrace.tui.text import Piece, spread
from devtrace.tui.theme import Mark, Palette
from devtrace.tui.widgets.chrome import OneLine


class LogsHeld(OneLine):
    """The line above the list of logs."""

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._store: LogStore | None = None
        self._shown: tuple[int, int] = (0, 0)

    def show(self, store: LogStore) -> None:
        """Show the figures of *store*; redraws only when they are others."""
        shown = store.revision, store.counters.received_records
        if store is not self._store or shown != self._shown:
            self._store, self._shown = store, shown
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return what is held at the left and what is gone at the right."""
        store = self._store
        if store is None:
            return []
        count = f"{len(store):,}".replace(",", " ")
        left: list[Piece] = [
            (f" {count} log record{'' if len(store) == 1 else 's'}  ", palette.text),
            (
                f"{bytes_text(store.byte_count)} of {bytes_text(store.limits.max_bytes)}",
                palette.muted,
            ),
        ]
        counters = store.counters
        right: list[Piece] = [(f"evicted {counters.evicted_records} ", palette.muted)]
        if counters.oversized_records:
            text = f" {Mark.FINDING} too large {counters.oversized_records} "
            right.append((text, palette.warning))
        return spread(left, right, width)
