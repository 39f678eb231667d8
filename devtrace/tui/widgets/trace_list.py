"""The live list of traces: one row each, the eye led to what failed and what was slow."""

from rich.cells import cell_len
from rich.style import Style
from textual.message import Message

from devtrace.analysis.summary import TraceSummary
from devtrace.model.time import clock_text, duration_text
from devtrace.tui.bars import share_bar, share_mark
from devtrace.tui.sorting import Sorting
from devtrace.tui.text import Piece, display, display_title, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.trace_columns import DEFAULT_COLUMNS, Column, Widths, widths
from devtrace.tui.view import TraceView
from devtrace.tui.widgets.live_list import LiveList

_LARGEST_FIRST, _LEAST_FIRST = "▼", "▲"
_MAX_SERVICE_CELLS = 16


class TraceList(LiveList[str]):
    """Draws a `TraceView`; the cursor is the view's selected trace.

    Args:
        view: What is shown; this widget moves its selection.
        hues: The hue of each service.
    """

    def __init__(self, view: TraceView, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(view, hues, id=id)
        self._view = view
        self._longest_in_view = 0
        self._chosen = DEFAULT_COLUMNS

    class SortAsked(Message):
        """The user clicked the heading of a column that rows can be sorted by."""

        def __init__(self, sorting: Sorting) -> None:
            super().__init__()
            self.sorting = sorting

    def show_columns(self, chosen: frozenset[Column]) -> None:
        """Show these columns, as far as there is room."""
        self._chosen = chosen
        self.refresh()

    def take_changes(self) -> None:
        """Draw what the view now holds; sorted rows come and go around the selected one."""
        line, row = self.cursor - self._top, self._view.row_of(self._view.selected)
        super().take_changes()
        is_held = not self._view.following and self._view.sorting is not Sorting.TIME
        if is_held and row is not None and 0 <= line < self.page_rows:
            self.place(cursor=row, top=row - line)

    def count_beyond(self, edge: int, newest: int) -> int:
        """Return how many rows are newer, or sorted, farther out than any that was in view."""
        if self._view.sorting is Sorting.TIME:
            return super().count_beyond(edge, newest)
        if self._view.unsorted:
            self._edge_number = newest  # rows that come now were there before, in another order
            return 0
        return self._view.rows_beyond(edge)

    def head_clicked(self, title: str) -> None:
        """Ask for the order of the column clicked."""
        for text, sorting in self._headings(self.size.width):
            if sorting is not None and text.strip() == title:
                self.post_message(self.SortAsked(sorting))

    def look_at(self, rows: range) -> None:
        """Note the longest duration in view and the longest service name."""
        self._view.refill()
        shown = (self._view.summary(self._view.id_at(row)) for row in rows)
        self._longest_in_view = 0
        for summary in filter(None, shown):
            self._longest_in_view = max(self._longest_in_view, summary.duration_nano)
            cells = cell_len(display(summary.service_name, _MAX_SERVICE_CELLS))
            self._longest_service = max(self._longest_service, cells)

    # -- drawing -------------------------------------------------------------------

    def _columns(self, width: int) -> Widths:
        sorting = self._view.sorting
        return widths(width, self._longest_service, chosen=self._chosen, sorting=sorting)

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Name the columns, and mark the one that rows are sorted by."""
        palette, sorting = self.palette, self._view.sorting
        return [
            (text, palette.text if each is sorting else palette.muted)
            for text, each in self._headings(width)
        ]

    def _headings(self, width: int) -> list[tuple[str, Sorting | None]]:
        """Return the head of each column with the order that it stands for."""
        columns = self._columns(width)
        heads: list[tuple[str, Sorting | None]] = [(" " * 5, None)]
        if columns.time:
            time = self._marked("time", Sorting.TIME)
            heads.append((fit(time, columns.time + 1), Sorting.TIME))
        if columns.service:
            heads.append((fit("service", columns.service + 3), None))
        heads.append((fit("trace", columns.title), None))
        if columns.bar:
            heads.append((" " * (columns.bar + 1), None))
        for name, cells, sorting in (
            ("took", columns.duration, Sorting.DURATION),
            ("spans", columns.spans, Sorting.SPANS),
            ("err", columns.errors, Sorting.ERRORS),
            ("svc", columns.services, None),
            ("trace id", columns.trace_id, None),
        ):
            if cells:
                heads.append((fit(self._marked(name, sorting), cells + 1, right=True), sorting))
        return heads

    def _marked(self, name: str, sorting: Sorting | None) -> str:
        """Return the name of a column, with the direction if rows are sorted by it."""
        if sorting is not self._view.sorting:
            return name
        return name + (_LARGEST_FIRST if self._view.newest_first else _LEAST_FIRST)

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one trace."""
        view, palette = self._view, self.palette
        trace_id = view.id_at(index)
        cursor = (Mark.CURSOR if index == self.cursor else " ", palette.accent)
        summary = view.summary(trace_id)
        if summary is None:
            state = "being read" if trace_id in view.store else "evicted"
            return [cursor, (fit(f"  {trace_id[:8]}… {state}", width - 1), palette.faint)]
        columns = self._columns(width)
        is_evicted = trace_id not in view.store
        quiet = palette.faint if is_evicted else palette.muted
        loud = palette.faint if is_evicted else palette.text
        pieces = [cursor, *self._marks(summary, is_evicted=is_evicted)]
        if columns.time:
            time = clock_text(summary.start_time_unix_nano)[: columns.time]
            pieces.append((fit(time, columns.time + 1), quiet))
        if columns.service:
            hue = palette.service(self._hues[summary.service_name])
            pieces.append((Mark.SERVICE + " ", quiet if is_evicted else hue))
            pieces.append((fit(summary.service_name, columns.service) + " ", loud))
        pieces += self._title(summary, columns.title, is_evicted=is_evicted, style=loud)
        is_slow = 2 * summary.duration_nano >= self._longest_in_view
        if columns.bar:
            draw = share_bar if columns.bar > 1 else share_mark
            bar = draw(summary.duration_nano, self._longest_in_view, columns.bar)
            bar_style = palette.accent if is_slow else palette.faint
            pieces.append((" " + bar, palette.error if summary.error_count else bar_style))
        if columns.duration:
            duration = duration_text(summary.duration_nano)
            style = palette.strong if is_slow and not is_evicted else loud
            pieces.append((fit(duration, columns.duration + 1, right=True), style))
        if columns.spans:
            pieces.append(
                (" " + fit(f"{summary.span_count}", columns.spans, right=True), quiet)
            )
        if columns.errors:
            errors = f"{summary.error_count}" if summary.error_count else ""
            pieces.append((" " + fit(errors, columns.errors, right=True), palette.error))
        if columns.services:
            services = f"{len(summary.services)}"
            pieces.append((" " + fit(services, columns.services, right=True), quiet))
        if columns.trace_id:
            pieces.append((" " + fit(trace_id[: columns.trace_id], columns.trace_id), quiet))
        return pieces

    def _marks(self, summary: TraceSummary, *, is_evicted: bool) -> list[Piece]:
        """Return four cells: error, doubt, state or the mark A, and a blank."""
        palette = self.palette
        settled = self._view.is_settled(summary.trace_id, is_held_still=True)
        error: Piece = (" ", Style.null())
        if summary.error_count:
            error = (Mark.ERROR, palette.error)
        elif summary.root_error is not None:
            error = (Mark.FINDING, palette.warning)
        doubt: Piece = (" ", Style.null())
        if summary.is_partial or summary.is_truncated:
            doubt = (Mark.PARTIAL, palette.warning)
        elif summary.orphan_count and settled:
            doubt = (Mark.ORPHAN, palette.warning)
        state: Piece = (" ", Style.null())
        if summary.trace_id == self._view.marked:
            state = (Mark.COMPARED, palette.accent)
        elif summary.is_pinned:
            state = (Mark.PINNED, palette.accent)
        elif not settled and not is_evicted:
            state = (Mark.ARRIVING, palette.accent)
        elif summary.is_replayed:
            state = (Mark.REPLAYED, palette.muted)
        return [error, doubt, state, (" ", Style.null())]

    def _title(
        self, summary: TraceSummary, cells: int, *, is_evicted: bool, style: Style
    ) -> list[Piece]:
        """Return the title and, where there is room, why the trace failed."""
        palette = self.palette
        if is_evicted:
            word = "  evicted"
            title = display(summary.title, cells - len(word))
            return [(fit(title + word, cells), style)]
        title = display_title(summary.title, cells)
        title_style = palette.error if summary.error_count else style
        room = cells - cell_len(title) - 2
        if summary.exception and room >= 12:
            return [(title, title_style), ("  " + fit(summary.exception, room), palette.muted)]
        return [(fit(title, cells), title_style)]
