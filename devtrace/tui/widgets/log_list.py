"""The live list of log records: one line each, the eye led to what went wrong."""

from itertools import islice
from typing import NamedTuple

from rich.cells import cell_len

from devtrace.model.attributes import value_text
from devtrace.model.log import LogRecord, Severity
from devtrace.model.time import clock_text
from devtrace.tui.attribute_text import without_exception
from devtrace.tui.log_text import NO_BODY, body_style, severity_mark
from devtrace.tui.log_view import LogView
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.widgets.live_list import LiveList

_SEVERITY_CELLS = 5
_MAX_SERVICE_CELLS = 16
_LEAST_EXTRA_CELLS = 12
_MAX_EXTRA_PAIRS = 8
_WHERE_IN_THE_CODE = "code."
"""Attributes that every record of some libraries has, and that say nothing of what happened."""


class _Columns(NamedTuple):
    """How wide each column is; 0 leaves it out.  Columns leave in a fixed order."""

    time: int
    severity: int
    service: int
    body: int


def _columns(width: int, longest_service: int) -> _Columns:
    """Return the columns for a list *width* cells wide whose longest service name is known."""
    time = 12 if width >= 64 else 8 if width >= 48 else 0
    severity = _SEVERITY_CELLS if width >= 56 else 0
    service = max(7, min(longest_service, width // 5))
    used = 5 + sum(cells + 1 for cells in (time, severity, service) if cells) + 2
    return _Columns(time, severity, service, max(8, width - used))


class LogList(LiveList[int]):
    """Draws a `LogView`; the cursor is the view's selected record.

    Args:
        view: What is shown; this widget moves its selection.
        hues: The hue of each service.
    """

    def __init__(self, view: LogView, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(view, hues, id=id)
        self._view = view

    def look_at(self, rows: range) -> None:
        """Note the longest service name."""
        for record in filter(None, (self._view.record(self._view.id_at(row)) for row in rows)):
            cells = cell_len(display(record.service_name, _MAX_SERVICE_CELLS))
            self._longest_service = max(self._longest_service, cells)

    # -- drawing -------------------------------------------------------------------

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns."""
        columns = _columns(width, self._longest_service)
        names = (
            ("time", columns.time),
            ("level", columns.severity),
            ("  service", columns.service + 2),
            ("message", columns.body),
        )
        return [
            ("   ", self.palette.muted),
            *((fit(name, cells) + " ", self.palette.muted) for name, cells in names if cells),
        ]

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one record."""
        palette = self.palette
        cursor = (Mark.CURSOR if index == self.cursor else " ", palette.accent)
        record = self._view.record(self._view.id_at(index))
        if record is None:
            return [cursor, (fit("  evicted", width - 1), palette.faint)]
        columns = _columns(width, self._longest_service)
        mark, style = severity_mark(record.severity, palette)
        pieces = [cursor, (mark + " ", style)]
        if columns.time:
            time = clock_text(record.at_unix_nano)[: columns.time]
            pieces.append((fit(time, columns.time) + " ", palette.muted))
        if columns.severity:
            is_known = record.severity is not Severity.UNSPECIFIED
            name = record.severity.name if is_known else record.severity_text
            pieces.append((fit(name, columns.severity) + " ", style))
        hue = palette.service(self._hues[record.service_name])
        pieces.append((Mark.SERVICE + " ", hue))
        pieces.append((fit(record.service_name, columns.service) + " ", palette.text))
        return [*pieces, *self._message(record, columns.body)]

    def _message(self, record: LogRecord, cells: int) -> list[Piece]:
        """Return what a record says and, where there is room, what it says it with."""
        palette = self.palette
        link = Mark.LINK if record.trace_id else " "
        room = cells - 2
        text = display(record.summary, room)
        style = body_style(record.severity, palette) if text else palette.faint
        text = text or NO_BODY
        pieces = [(text, style)]
        room -= cell_len(text)
        if room >= _LEAST_EXTRA_CELLS and (extra := _extra(record)):
            shown = "  " + display(extra, room - 2)
            pieces.append((shown, palette.muted))
            room -= cell_len(shown)
        return [*pieces, (" " * max(0, room), palette.muted), (f" {link}", palette.faint)]


def _extra(record: LogRecord) -> str:
    """Return the exception that a record tells of, or else its attributes, for one line."""
    exception = record.exception
    if exception and exception not in record.summary:
        return exception
    pairs = (
        f"{key}={value_text(value)}"
        for key, value in without_exception(record.attributes).items()
        if not key.startswith(_WHERE_IN_THE_CODE)
    )
    return "  ".join(islice(pairs, _MAX_EXTRA_PAIRS))
