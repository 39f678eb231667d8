"""What is wrong, by sender, under a first row that leads to everything that is counted."""

from dataclasses import dataclass

from rich.cells import cell_len
from textual.message import Message

from devtrace.receivers.diagnoses import Diagnoses, Diagnosis
from devtrace.tui.diagnostic_text import age, who
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark
from devtrace.tui.widgets.lines import Lines

COUNTERS = "Everything that is counted"
_Row = str | Diagnosis


class DiagnosisList(Lines):
    """The newest sender first, and of each sender the newest diagnostic first.

    Args:
        diagnoses: What is listed; it may grow.
    """

    @dataclass
    class Highlighted(Message):
        """The cursor is on another row."""

    def __init__(self, diagnoses: Diagnoses) -> None:
        super().__init__()
        self._diagnoses = diagnoses
        self._rows: list[_Row] = [COUNTERS]
        self._now_unix_nano = 0
        self._seen: tuple[int, int] | None = None

    @property
    def selected(self) -> Diagnosis | None:
        """The diagnosis under the cursor; None on the row of the counters."""
        row = self._rows[self.cursor]
        return None if isinstance(row, str) else row

    def show(self, now_unix_nano: int) -> None:
        """Take in what was found since; the cursor stays on what it was on."""
        seen = len(self._diagnoses), self._diagnoses.total
        seconds = now_unix_nano // 1_000_000_000
        if seen == self._seen and seconds == self._now_unix_nano // 1_000_000_000:
            return
        selected, is_first = self.selected, self._seen is None
        self._now_unix_nano, self._seen = now_unix_nano, seen
        self._rows = [COUNTERS, *_by_sender(self._diagnoses)]
        if selected is not None:
            self.place(cursor=self._rows.index(selected))
        elif is_first and len(self._diagnoses):
            self.place(cursor=2)
        self.refresh()

    def row_count(self) -> int:
        """Return how many rows there are, senders included."""
        return len(self._rows)

    def _move_to(self, index: int) -> None:
        """Move as `Lines` does, over a sender to the diagnostic beyond it."""
        index = max(0, min(index, len(self._rows) - 1))
        if index and isinstance(self._rows[index], str):
            index += -1 if index < self.cursor else 1
        super()._move_to(index)

    def cursor_moved(self) -> None:
        """Tell of the new row."""
        self.post_message(self.Highlighted())

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw a sender, or one diagnostic with its count and age."""
        row, palette = self._rows[index], self.palette
        cursor = (Mark.CURSOR if index == self.cursor else " ", palette.accent)
        if isinstance(row, str):
            style = palette.text if index == 0 else palette.muted
            return [cursor, (display(row, width - 1), style)]
        facts = f" ×{row.count}  {age(row, self._now_unix_nano)} "
        room = width - 5 - cell_len(facts)
        return [
            cursor,
            (f"  {Mark.FINDING} ", palette.warning),
            (fit(row.diagnostic.id, max(0, room)), palette.text),
            (facts, palette.muted),
        ]


def _by_sender(diagnoses: Diagnoses) -> list[_Row]:
    by_sender: dict[str, list[_Row]] = {}
    for diagnosis in reversed(tuple(diagnoses)):
        by_sender.setdefault(who(diagnosis), []).append(diagnosis)
    return [row for name, found in by_sender.items() for row in (name, *found)]
