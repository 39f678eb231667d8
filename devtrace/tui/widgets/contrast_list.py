"""The list of operations of two sets: what each adds to a trace, and its figures in A and B."""

from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.message import Message

from devtrace.analysis.contrast import Contrast, ContrastRow, Verdict
from devtrace.analysis.title import NO_NAME
from devtrace.tui.contrast_view import VERDICT_MARKS, ContrastOrder, figures
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark, Palette, ServiceHues
from devtrace.tui.widgets.lines import Lines

_MAX_SERVICE_CELLS = 16
_FIXED_CELLS = 4  # cursor, two marks, blank
_SORTED_COLUMNS = {
    ContrastOrder.ADDS: "adds",
    ContrastOrder.P95: "Δp95",
    ContrastOrder.ERRORS: "errors",
}


class _Column(NamedTuple):
    name: str
    cells: int
    """With the blank before it."""
    least_name_cells: int
    """It leaves as soon as the operation's name would get less."""


_COLUMNS = (
    _Column("adds", 9, 8),
    _Column("errors", 13, 8),
    _Column("p95", 19, 12),
    _Column("Δp95", 9, 16),
    _Column("share", 6, 16),
    _Column("calls", 17, 18),
    _Column("p50", 19, 20),
)
"""From the one that stays longest to the one that leaves first."""
_PAIRS = ("calls", "errors", "p50", "p95")
"""Those that say A → B."""
_ORDER = ("adds", "share", "calls", "errors", "p50", "p95", "Δp95")


class _Layout(NamedTuple):
    service: int
    name: int
    columns: tuple[_Column, ...]
    """From left to right."""


def _layout(width: int, longest_service: int) -> _Layout:
    service = max(7, min(longest_service, width // 7))
    room = width - _FIXED_CELLS - service - 3
    shown: list[_Column] = []
    for column in _COLUMNS:
        if room - column.cells < column.least_name_cells:
            break
        room -= column.cells
        shown.append(column)
    in_order = sorted(shown, key=lambda column: _ORDER.index(column.name))
    return _Layout(service, max(1, room), tuple(in_order))


class ContrastList(Lines):
    """Draws the rows of a contrast.

    Args:
        hues: The hue of each service.
    """

    HEAD_ROWS = 1

    class Opened(Message):
        """The user asked to see the traces of what is under the cursor."""

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._contrast: Contrast | None = None
        self._rows: list[ContrastRow] = []
        self._longest_service = 0
        self.order = ContrastOrder.ADDS

    @property
    def selected(self) -> ContrastRow | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    def show(self, contrast: Contrast | None) -> None:
        """Show a contrast from the top; None shows nothing."""
        self._contrast = contrast
        self._rows = [] if contrast is None else self.order.sorted(contrast.rows)
        self._longest_service = max(
            (
                cell_len(display(row.operation.service_name, _MAX_SERVICE_CELLS))
                for row in self._rows
            ),
            default=0,
        )
        self.place(cursor=0, top=0)

    def sort_by(self, order: ContrastOrder) -> None:
        """Put the rows in another order; the cursor stays on its row."""
        selected, self.order = self.selected, order
        if self._contrast is not None:
            self._rows = order.sorted(self._contrast.rows)
        self.place(cursor=self._rows.index(selected) if selected is not None else 0)
        self.reveal()

    def row_count(self) -> int:
        """Return how many operations there are."""
        return len(self._rows)

    def row_activated(self) -> None:
        """Open what was double-clicked."""
        self.post_message(self.Opened())

    # -- drawing -------------------------------------------------------------------

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns, mark the one that decides the order."""
        layout, palette = _layout(width, self._longest_service), self.palette
        pieces = [
            (" " * _FIXED_CELLS, palette.muted),
            (fit("service", layout.service + 3), palette.muted),
            (fit("operation", layout.name), palette.muted),
        ]
        for column in layout.columns:
            is_sorted = column.name == _SORTED_COLUMNS.get(self.order)
            text = f"{column.name}{'▾' * is_sorted}"
            if column.name in _PAIRS:  # above the arrow
                text += " " * ((column.cells - len(text)) // 2)
            style = palette.accent if is_sorted else palette.muted
            pieces.append((fit(text, column.cells, right=True), style))
        return pieces

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one operation."""
        if self._contrast is None:
            return []
        row, palette = self._rows[index], self.palette
        layout = _layout(width, self._longest_service)
        operation, style = row.operation, _style(row.verdict, palette)
        fails_more = row.error_delta > 0
        pieces = [
            (Mark.CURSOR if index == self.cursor else " ", palette.accent),
            (VERDICT_MARKS[row.verdict], style),
            (f"{Mark.ERROR if fails_more else ' '} ", palette.error),
            (f"{Mark.SERVICE} ", palette.service(self._hues[operation.service_name])),
            (fit(operation.service_name, layout.service) + " ", palette.text),
            (fit(operation.name or NO_NAME, layout.name), palette.text),
        ]
        texts = figures(self._contrast, row)._asdict()
        texts["Δp95"] = texts.pop("delta_p95")
        styles = {
            "adds": style,
            "Δp95": style,
            "share": palette.muted,
            "calls": palette.muted,
            "errors": palette.error if fails_more else palette.text,
        }
        for column in layout.columns:
            text = fit(texts[column.name], column.cells, right=True)
            pieces.append((text, styles.get(column.name, palette.text)))
        return pieces


def _style(verdict: Verdict, palette: Palette) -> Style:
    if verdict in {Verdict.SLOWER, Verdict.ADDED}:
        return palette.error
    return palette.muted if verdict is Verdict.SAME else palette.success
