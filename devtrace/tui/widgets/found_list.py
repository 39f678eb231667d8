"""The list of traces that were found: what the calls asked about took in each, worst first."""

from typing import NamedTuple

from textual.message import Message

from devtrace.analysis.tally import Found
from devtrace.model.time import clock_text, duration_text
from devtrace.tui.bars import share_bar
from devtrace.tui.text import Piece, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.view import TraceView
from devtrace.tui.widgets.lines import Lines


class _Columns(NamedTuple):
    """How wide each column is; 0 leaves it out.  Columns leave in a fixed order."""

    time: int
    bar: int
    calls: int
    trace: int
    title: int


def _columns(width: int) -> _Columns:
    time = 13 if width >= 64 else 0
    bar = 13 if width >= 100 else 7 if width >= 72 else 0
    calls = 7 if width >= 56 else 0
    trace = 9 if width >= 48 else 0
    return _Columns(time, bar, calls, trace, max(4, width - 13 - time - bar - calls - trace))


class FoundList(Lines):
    """Draws traces by the summaries of a `TraceView`.

    Args:
        view: Knows the traces.
        hues: The hue of each service.
    """

    MOST_CELLS = 160
    HEAD_ROWS = 1

    class Opened(Message):
        """The user asked to see the trace under the cursor."""

    def __init__(self, view: TraceView, hues: ServiceHues) -> None:
        super().__init__()
        self._view = view
        self._hues = hues
        self._rows: list[Found] = []
        self._longest_nano = 0

    @property
    def selected(self) -> str | None:
        """The trace under the cursor."""
        return self._rows[self.cursor].trace_id if self._rows else None

    def show(self, rows: list[Found]) -> None:
        """Show *rows* from the first."""
        self._rows = rows
        self._longest_nano = max((row.longest_nano for row in rows), default=0)
        self.place(cursor=0, top=0)

    def row_count(self) -> int:
        """Return how many traces were found."""
        return len(self._rows)

    def row_activated(self) -> None:
        """Open what was double-clicked."""
        self.post_message(self.Opened())

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns."""
        columns, muted = _columns(width), self.palette.muted
        pieces = [("   ", muted), (fit("longest", 8, right=True) + "  ", muted)]
        if columns.bar:
            pieces.append((" " * columns.bar, muted))
        if columns.calls:
            pieces.append((fit("calls", columns.calls - 1, right=True) + " ", muted))
        if columns.time:
            pieces.append((fit("time", columns.time), muted))
        pieces.append((fit("trace", columns.title), muted))
        if columns.trace:
            pieces.append((fit("took", columns.trace, right=True), muted))
        return pieces

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one trace."""
        found, palette, columns = self._rows[index], self.palette, _columns(width)
        summary = self._view.summary(found.trace_id)
        is_gone = found.trace_id not in self._view.store
        quiet = palette.faint if is_gone else palette.muted
        loud = palette.faint if is_gone else palette.text
        has_failed = found.errors > 0
        pieces = [
            (Mark.CURSOR if index == self.cursor else " ", palette.accent),
            (f"{Mark.ERROR if has_failed else ' '} ", palette.error),
            (fit(duration_text(found.longest_nano), 8, right=True) + "  ", loud),
        ]
        if columns.bar:
            bar = share_bar(found.longest_nano, self._longest_nano, columns.bar - 1)
            pieces.append((bar + " ", palette.error if has_failed else palette.accent))
        if columns.calls:
            calls = f"×{found.calls}" if found.calls > 1 else ""
            pieces.append((fit(calls, columns.calls - 1, right=True) + " ", quiet))
        if summary is None:
            shown = f"{found.trace_id[:8]}… evicted"
            return [*pieces, (fit(shown, width - 13 - columns.bar - columns.calls), quiet)]
        if columns.time:
            pieces.append((fit(clock_text(summary.start_time_unix_nano), columns.time), quiet))
        hue = palette.service(self._hues[summary.service_name])
        pieces.append((f"{Mark.SERVICE} ", quiet if is_gone else hue))
        title = f"{summary.service_name} {summary.title}{'  evicted' if is_gone else ''}"
        pieces.append((fit(title, columns.title - 2), loud))
        if columns.trace:
            took = duration_text(summary.duration_nano)
            pieces.append((fit(took, columns.trace, right=True), quiet))
        return pieces
