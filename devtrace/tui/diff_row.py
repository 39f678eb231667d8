"""How one row of two traces laid over each other is drawn, at any width.

Left to right: what changed, guides, service, name, how long in A, in B, and the difference.
"""

from rich.cells import cell_len
from rich.style import Style

from devtrace.analysis.alignment import AlignedRow
from devtrace.analysis.diff import Change, TraceDiff
from devtrace.analysis.title import span_label
from devtrace.analysis.tree import TOP_LEVEL
from devtrace.model.span import Span, StatusCode
from devtrace.model.time import duration_text, offset_text
from devtrace.tui.text import Piece, display, fit, width_of
from devtrace.tui.theme import Mark, Palette, ServiceHues

_MARK_CELLS = 3
_DURATION_CELLS = 7
_DELTA_CELLS = 8
_LEAST_LABEL_CELLS = 12
_LEAST_TREE_CELLS = 20
"""Below this only the difference is shown, not what it is between."""
_MAX_SERVICE_CELLS = 20
_NOTHING = Style.null()

CHANGE_MARKS = (
    (Change.ADDED, Mark.ADDED, "added"),
    (Change.MISSING, Mark.MISSING, "missing"),
    (Change.SLOWER, Mark.SLOWER, "slower"),
    (Change.FASTER, Mark.FASTER, "faster"),
    (Change.STATUS, Mark.ERROR, "other status"),
)
"""Every change with its mark and its word, as they are listed."""


def change_style(change: Change, palette: Palette) -> Style:
    """Return how the mark and the difference of a single *change* are drawn."""
    if change in Change.SLOWER | Change.STATUS:
        return palette.error
    return palette.warning if change is Change.MISSING else palette.success


class DiffRowPainter:
    """Draws rows of one difference at one width.

    Args:
        diff: What is drawn.
        palette: The styles of the current theme.
        hues: The hue of each service.
        width: Cells of a row.
    """

    def __init__(
        self, diff: TraceDiff, *, palette: Palette, hues: ServiceHues, width: int
    ) -> None:
        self._diff = diff
        self._palette = palette
        self._hues = hues
        self._width = width
        totals = 2 * (_DURATION_CELLS + 1)
        room = width - _MARK_CELLS - _DELTA_CELLS - 1
        self._has_totals = room - totals >= _LEAST_TREE_CELLS
        self._tree_cells = max(_LEAST_LABEL_CELLS, room - totals * self._has_totals)

    def head(self) -> list[Piece]:
        """Return the line above the rows: the names of the columns."""
        muted = self._palette.muted
        totals = [("A", _DURATION_CELLS), ("B", _DURATION_CELLS)] if self._has_totals else []
        columns = "".join(
            fit(name, cells + 1, right=True) for name, cells in (*totals, ("Δ", _DELTA_CELLS))
        )
        return [(" " * (_MARK_CELLS + self._tree_cells), muted), (columns, muted)]

    def row(self, index: int) -> list[Piece]:
        """Return the line of one aligned row."""
        palette = self._palette
        before, after = self._diff.spans(index)
        change = self._diff.changes[index]
        span = after or before
        pieces = [*self._marks(change), (self._guides(index), palette.faint)]
        if span is None:
            room = self._width - width_of(pieces)
            return [
                *pieces,
                (display(f"{Mark.ORPHAN} parent not received", room), palette.muted),
            ]
        pieces += self._label(index, span)
        pieces.append((" " * (_MARK_CELLS + self._tree_cells - width_of(pieces)), _NOTHING))
        for each in (before, after) if self._has_totals else ():
            total = duration_text(each.duration_nano) if each else ""
            pieces.append((fit(total, _DURATION_CELLS + 1, right=True), palette.text))
        return [*pieces, self._delta(before, after, change)]

    def _marks(self, change: Change) -> list[Piece]:
        """Return one cell for what is new, gone, slower or faster, one for the status."""
        pieces: list[Piece] = []
        for among in (~Change.STATUS, Change.STATUS):
            piece = (" ", _NOTHING)
            for each, mark, _ in CHANGE_MARKS:
                if each in change & among:
                    piece = (mark, change_style(each, self._palette))
            pieces.append(piece)
        return [*pieces, (" ", _NOTHING)]

    def _label(self, index: int, span: Span) -> list[Piece]:
        palette = self._palette
        hue = palette.service(self._hues[span.service_name])
        pieces: list[Piece] = [(Mark.SERVICE + " ", hue)]
        room = self._tree_cells - cell_len(self._guides(index)) - 2
        if self._is_hop(index, span) and room >= _LEAST_LABEL_CELLS:
            service = display(span.service_name, min(_MAX_SERVICE_CELLS, room // 2)) + " "
            pieces.append((service, hue))
            room -= cell_len(service)
        style = palette.text
        if span.status_code is StatusCode.ERROR:
            style = palette.error
        elif not self._diff.changes[index]:
            style = palette.muted
        return [*pieces, (display(span_label(span), room), style)]

    def _is_hop(self, index: int, span: Span) -> bool:
        parent = self._diff.rows[index].parent
        above = next(filter(None, self._diff.spans(parent)), None) if parent >= 0 else None
        return above is None or above.service_name != span.service_name

    def _delta(self, before: Span | None, after: Span | None, change: Change) -> Piece:
        nano = (after.duration_nano if after else 0) - (before.duration_nano if before else 0)
        style = self._palette.faint
        for each in change & ~Change.STATUS:
            style = change_style(each, self._palette)
        return (fit(offset_text(nano) if nano else "", _DELTA_CELLS + 1, right=True), style)

    def _guides(self, index: int) -> str:
        """Return the lines that lead to a row; only the nearest levels if not all fit."""
        rows: tuple[AlignedRow, ...] = self._diff.rows
        room = max(1, (self._tree_cells - _LEAST_LABEL_CELLS - 2) // 2)
        parts: list[str] = []
        at = index
        while rows[at].depth and len(parts) < room:
            branch = ("└ " if rows[at].is_last else "├ ", "  " if rows[at].is_last else "│ ")
            parts.append(branch[at != index])
            at = rows[at].parent
        if at != TOP_LEVEL and rows[at].depth:
            parts.append(f"⋯{rows[at].depth} ")
        return "".join(reversed(parts))
