"""The live list of metrics: one row for each series, its trend and its newest value."""

from typing import NamedTuple

from rich.cells import cell_len
from textual.message import Message

from devtrace.model.attributes import value_text
from devtrace.model.metric import Series
from devtrace.tui.bars import sparkline
from devtrace.tui.metric_text import NO_NAME, kind_mark
from devtrace.tui.metric_view import Group, MetricView
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.widgets.lines import Lines

_VALUE_CELLS = 18
_NARROW_VALUE_CELLS = 12
_MAX_SERVICE_CELLS = 16
_MAX_PAIRS = 8
_FOLDED, _OPEN = "▸", "▾"


class _Columns(NamedTuple):
    """How wide each column is; 0 leaves it out.  Columns leave in a fixed order."""

    service: int
    name: int
    trend: int
    value: int


def _columns(width: int, longest_service: int) -> _Columns:
    """Return the columns for a list *width* cells wide whose longest service name is known."""
    trend = 16 if width >= 90 else 8 if width >= 44 else 0
    service = max(7, min(longest_service, width // 6)) if width >= 56 else 0
    value = _VALUE_CELLS if width >= 64 else _NARROW_VALUE_CELLS
    used = 3 + (service + 3 if service else 0) + (trend + 1 if trend else 0) + value + 1
    return _Columns(service, max(8, width - used), trend, value)


class MetricList(Lines):
    """Draws a `MetricView`; the cursor is the view's selected row.

    Args:
        view: What is shown; this widget moves its selection.
        hues: The hue of each service.
    """

    MOST_CELLS = 160
    HEAD_ROWS = 1

    class Highlighted(Message):
        """The user moved the cursor to another row."""

    class Opened(Message):
        """The user asked to see what is under the cursor."""

    def __init__(self, view: MetricView, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._view = view
        self._hues = hues
        self._top_number: int | None = None
        self._longest_service = 0

    def row_count(self) -> int:
        """Return how many rows the view has."""
        return len(self._view)

    def take_changes(self) -> None:
        """Draw what the view now holds; what is under the cursor stays on its line."""
        row = self._view.row_of(self._view.selected)
        line = self.cursor - self.top
        if row is not None and 0 <= line < self.page_rows:
            self.place(cursor=row, top=row - line)
        else:
            self.place(cursor=row, top=self._view.row_of(self._top_number))

    def place(self, *, cursor: int | None = None, top: int | None = None) -> None:
        """Move as `Lines` does, and remember what is at the top."""
        super().place(cursor=cursor, top=top)
        rows = range(self.top, min(len(self._view), self.top + self.page_rows))
        self._top_number = self._view.id_at(rows[0]) if rows else None
        for reading in filter(
            None, (self._view.reading(self._view.id_at(row)) for row in rows)
        ):
            cells = cell_len(display(reading.series.service_name, _MAX_SERVICE_CELLS))
            self._longest_service = max(self._longest_service, cells)

    def cursor_moved(self) -> None:
        """The user chose a row: it stays chosen, whatever arrives."""
        if len(self._view):
            self._view.selected = self._view.id_at(self.cursor)
            self.post_message(self.Highlighted())

    def row_activated(self) -> None:
        """Open what was double-clicked."""
        if self._view.selected is not None:
            self.post_message(self.Opened())

    # -- drawing -------------------------------------------------------------------

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns."""
        columns, muted = _columns(width, self._longest_service), self.palette.muted
        pieces = [("   ", muted)]
        if columns.service:
            pieces.append((fit("service", columns.service + 3), muted))
        pieces.append((fit("metric", columns.name), muted))
        if columns.trend:
            pieces.append((" " + fit("trend", columns.trend, right=True), muted))
        return [*pieces, (" " + fit("last", columns.value, right=True), muted)]

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw a series, or the heading of several."""
        palette = self.palette
        number = self._view.id_at(index)
        cursor = (Mark.CURSOR if index == self.cursor else " ", palette.accent)
        reading, group = self._view.reading(number), self._view.group(number)
        if number < 0:
            return [cursor, *self._heading(group, width - 1)]
        if reading is None:
            return [cursor, (fit("  evicted", width - 1), palette.faint)]
        series, columns = reading.series, _columns(width, self._longest_service)
        pieces = [cursor, (kind_mark(series) + " ", palette.muted)]
        if columns.service:
            hue = palette.service(self._hues[series.service_name])
            pieces.append((Mark.SERVICE + " ", hue))
            pieces.append((fit(series.service_name, columns.service) + " ", palette.text))
        pieces += self._named(series, columns.name, is_under=group.has_heading)
        if columns.trend:
            line = sparkline(reading.trend, columns.trend)
            pieces.append((" " + line, palette.accent))
        name, value = reading.last
        shown = fit(value or "no value", columns.value - len(name), right=True)
        return [*pieces, (" " + name, palette.muted), (shown, palette.text)]

    def _heading(self, group: Group, cells: int) -> list[Piece]:
        palette = self.palette
        count = f"  ×{len(group.places)} series"
        mark = _FOLDED if group.is_folded else _OPEN
        name = display(group.name or NO_NAME, cells - 2 - len(count))
        room = cells - 2 - cell_len(name)
        return [
            (mark + " ", palette.accent),
            (name, palette.strong),
            (fit(count, room), palette.muted),
        ]

    def _named(self, series: Series, cells: int, *, is_under: bool) -> list[Piece]:
        """Return the name and the attributes; under a heading only these."""
        palette = self.palette
        pairs = list(series.attributes.items())[:_MAX_PAIRS]
        extra = "  ".join(f"{key}={value_text(value)}" for key, value in pairs)
        if is_under:
            return [
                ("  ", palette.text),
                (fit(extra or "no attributes", cells - 2), palette.text),
            ]
        name = display(series.name or NO_NAME, cells)
        room = cells - cell_len(name)
        gap = "  " if extra and room > 6 else ""
        return [
            (name, palette.text),
            (gap + fit(extra if gap else "", room - len(gap)), palette.muted),
        ]
