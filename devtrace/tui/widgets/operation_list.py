"""The list of operations: a row of figures and a histogram for each."""

from typing import NamedTuple

from rich.cells import cell_len
from textual.message import Message

from devtrace.analysis.operations import Operation
from devtrace.analysis.quantity import number_text
from devtrace.analysis.tally import Tally
from devtrace.analysis.title import NO_NAME
from devtrace.model.time import duration_text, percent_text
from devtrace.tui.bars import share_mark
from devtrace.tui.call_text import rate_text
from devtrace.tui.operation_view import OperationView, Sorting
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.widgets.lines import Lines

_MAX_SERVICE_CELLS = 16
_FIXED_CELLS = 3  # cursor, mark of an error, blank
_SHAPE = "histogram"
_SORTED_COLUMNS = {
    Sorting.P95: "p95",
    Sorting.ERRORS: "errors",
    Sorting.ERROR_SHARE: "failed",
    Sorting.CALLS: "calls",
    Sorting.SELF: "self",
    Sorting.P50: "p50",
    Sorting.P99: "p99",
    Sorting.MAX: "max",
}


class _Column(NamedTuple):
    name: str
    cells: int
    """With the blank before it."""
    least_name_cells: int
    """It leaves as soon as the operation's name would get less."""


_COLUMNS = (
    _Column("calls", 7, 12),
    _Column("errors", 8, 12),
    _Column("p95", 8, 10),
    _Column(_SHAPE, 15, 20),
    _Column("p50", 8, 20),
    _Column("max", 8, 20),
    _Column("per s", 8, 22),
    _Column("failed", 8, 22),
    _Column("self", 8, 22),
    _Column("p99", 8, 24),
    _Column("kind", 10, 28),
)
"""From the one that stays longest to the one that leaves first."""
_ORDER = (
    "kind",
    "calls",
    "per s",
    "errors",
    "failed",
    "p50",
    "p95",
    "p99",
    "max",
    "self",
    _SHAPE,
)


class _Layout(NamedTuple):
    service: int
    name: int
    columns: tuple[_Column, ...]
    """From left to right."""


def _layout(width: int, longest_service: int) -> _Layout:
    service = max(7, min(longest_service, width // 6))
    room = width - _FIXED_CELLS - service - 3
    shown: list[_Column] = []
    for column in _COLUMNS:
        if room - column.cells < column.least_name_cells:
            break
        room -= column.cells
        shown.append(column)
    in_order = sorted(shown, key=lambda column: _ORDER.index(column.name))
    return _Layout(service, max(1, room), tuple(in_order))


class OperationList(Lines):
    """Draws an `OperationView`; the cursor is the view's selected operation.

    Args:
        view: What is shown; this widget moves its selection.
        hues: The hue of each service.
    """

    MOST_CELLS = 170
    HEAD_ROWS = 1

    class Highlighted(Message):
        """The user moved the cursor to another row."""

    class Opened(Message):
        """The user asked to see the traces of what is under the cursor."""

    def __init__(self, view: OperationView, hues: ServiceHues) -> None:
        super().__init__()
        self._view = view
        self._hues = hues
        self._longest_service = 0

    def row_count(self) -> int:
        """Return how many rows the view has."""
        return len(self._view)

    def take_changes(self) -> None:
        """Draw what the view now holds; what is under the cursor stays on its line."""
        view, line = self._view, self.cursor - self.top
        row = view.row_of(view.selected)
        top = None if row is None or view.following else row - line
        self.place(cursor=row, top=top)
        if view.following:
            self.reveal()

    def place(self, *, cursor: int | None = None, top: int | None = None) -> None:
        """Move as `Lines` does, and note the longest service name: columns do not jump back."""
        super().place(cursor=cursor, top=top)
        for row in range(self.top, min(len(self._view), self.top + self.page_rows)):
            cells = cell_len(display(self._view.id_at(row).service_name, _MAX_SERVICE_CELLS))
            self._longest_service = max(self._longest_service, cells)

    def cursor_moved(self) -> None:
        """The user chose a row: it stays chosen, and all rows stay where they are."""
        if len(self._view):
            self._view.following = False
            self._view.selected = self._view.id_at(self.cursor)
            self.post_message(self.Highlighted())

    def wheel_turned(self) -> None:
        """Looking elsewhere is moving, too."""
        self._view.following = False

    def action_move_first(self) -> None:
        """Go to the first row, where the order follows the figures again."""
        self._view.follow()
        self.take_changes()
        self.post_message(self.Highlighted())

    def row_activated(self) -> None:
        """Open what was double-clicked."""
        if self._view.selected is not None:
            self.post_message(self.Opened())

    def head_clicked(self, title: str) -> None:
        """Sort by the column, where rows can be sorted by it."""
        by_title = {column: sorting for sorting, column in _SORTED_COLUMNS.items()}
        by_title["operation"] = Sorting.NAME
        if sorting := by_title.get(title):
            self._view.sort_by(sorting)
            self.take_changes()
            self.post_message(self.Highlighted())

    # -- drawing -------------------------------------------------------------------

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns, mark the one that decides the order."""
        layout, palette = _layout(width, self._longest_service), self.palette
        sorted_by = _SORTED_COLUMNS.get(self._view.sorting, "")
        pieces = [
            (" " * _FIXED_CELLS, palette.muted),
            (fit("service", layout.service + 3), palette.muted),
            (fit("operation", layout.name), palette.muted),
        ]
        for column in layout.columns:
            if column.name == _SHAPE:
                ends = self._ends(column.cells - 2)
                pieces.append(("  " + ends, palette.muted))
            elif column.name == sorted_by:
                shown = fit(column.name + "▾", column.cells, right=True)
                pieces.append((shown, palette.accent))
            else:
                text = f" {column.name}" if column.name == "kind" else column.name
                shown = fit(text, column.cells, right=column.name != "kind")
                pieces.append((shown, palette.muted))
        return pieces

    def _ends(self, cells: int) -> str:
        """Return what the ends of the histograms stand for."""
        least, most = (
            duration_text(self._view.least_nano),
            duration_text(self._view.most_nano),
        )
        gap = cells - len(least) - len(most)
        return f"{least}{' ' * gap}{most}" if gap > 0 else fit(most, cells, right=True)

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one operation."""
        palette, operation = self.palette, self._view.id_at(index)
        tally, layout = self._view.tally(operation), _layout(width, self._longest_service)
        is_gone = not tally.count
        loud = palette.faint if is_gone else palette.text
        name = operation.name or NO_NAME
        pieces = [
            (Mark.CURSOR if index == self.cursor else " ", palette.accent),
            (f"{Mark.ERROR if tally.errors else ' '} ", palette.error),
            (f"{Mark.SERVICE} ", palette.service(self._hues[operation.service_name])),
            (fit(operation.service_name, layout.service) + " ", loud),
            (
                fit(f"{name}  evicted" if is_gone else name, layout.name),
                palette.error if tally.errors else loud,
            ),
        ]
        for column in layout.columns:
            pieces += self._cell(column, operation, tally)
        return pieces

    def _cell(self, column: _Column, operation: Operation, tally: Tally) -> list[Piece]:
        palette = self.palette
        if column.name == "kind":
            kind = operation.kind.name.lower()
            return [(" " + fit(kind, column.cells - 1), palette.muted)]
        if column.name == _SHAPE:
            return [
                ("  ", palette.text),
                (self._shape(tally, column.cells - 2), palette.accent),
            ]
        text, style = "", palette.text
        if column.name in {"errors", "failed"}:
            if tally.errors:
                share = percent_text(tally.errors, tally.count)
                text = f"{tally.errors}" if column.name == "errors" else share
                style = palette.error
        elif tally.count:
            text = self._figure(column.name, tally)
            is_quiet = column.name in {"calls", "per s", "self"}
            style = palette.muted if is_quiet else palette.text
        return [(fit(text, column.cells, right=True), style)]

    def _figure(self, column: str, tally: Tally) -> str:
        if column == "calls":
            return number_text(tally.count)
        if column == "per s":
            return rate_text(tally.count, self._view.reading.tallies.seconds)
        if column == "self":
            return duration_text(tally.self_nano)
        share = 1.0 if column == "max" else int(column[1:]) / 100
        return duration_text(tally.quantile(share))

    def _shape(self, tally: Tally, cells: int) -> str:
        """Return how the durations are spread, on the axis that all rows share."""
        counts = tally.shape(self._view.least_nano, self._view.most_nano, cells)
        most = max(counts)
        return "".join(share_mark(count, most) for count in counts)
