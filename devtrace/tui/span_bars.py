"""The bars of a trace's tree: where each span lies in the time that is shown."""

from collections.abc import Sequence

from rich.style import Style

from devtrace.analysis.alike import AlikeRun
from devtrace.model.span import Span, StatusCode
from devtrace.tui.bars import Axis, Interval, axis_text, overlay, span_bar
from devtrace.tui.text import Piece
from devtrace.tui.theme import Mark, Palette, ServiceHues
from devtrace.tui.waterfall import Waterfall

_MAX_EVENT_TICKS = 64
"""Events drawn on one bar; the detail pane has them all."""
_MAX_DRAWN_ALIKE = 1_000
"""Look-alikes whose places are drawn on the bar that stands for all."""
_BEFORE, _AFTER = "‹", "›"
"""Where a bar lies that is not in the window."""
_HOLLOW, _UNDRAWN = "┄", f" {_BEFORE}{_AFTER}"
_NOTHING = Style.null()


class BarPainter:
    """Draws bars of one waterfall at one width.

    Args:
        waterfall: What is drawn.
        palette: The styles of the current theme.
        hues: The hue of each service.
        cells: Width of a bar.
        window: Start and end of the time that is shown; None is all of it.
        shows_critical_path: Whether bars show the critical path.
    """

    def __init__(
        self,
        waterfall: Waterfall,
        *,
        palette: Palette,
        hues: ServiceHues,
        cells: int,
        window: Interval | None = None,
        shows_critical_path: bool = False,
    ) -> None:
        self._waterfall = waterfall
        self._palette = palette
        self._hues = hues
        self._cells = cells
        self._start, self._end = window or (
            waterfall.start,
            waterfall.start + waterfall.duration_nano,
        )
        self._shows_critical_path = shows_critical_path

    def scale(self) -> str:
        """Return the axis above the bars: durations since the trace began."""
        since = self._start - self._waterfall.start
        return axis_text(self._end - self._start, self._cells, since=since)

    def run(self, run: AlikeRun) -> list[Piece]:
        """Return one bar for look-alikes, from the first to the last of them."""
        nodes = (self._waterfall.nodes[row] for row in run.nodes[:_MAX_DRAWN_ALIKE])
        ran = [_interval(node.span) for node in nodes if node.span is not None]
        first = self._waterfall.nodes[run.nodes[0]].span
        is_timed = first is not None and run.start_time_unix_nano > 0
        if first is None or not is_timed:
            return self._drawn(None, (), _NOTHING)
        hue = self._palette.service(self._hues[first.service_name])
        whole = (run.start_time_unix_nano, run.end_time_unix_nano)
        return self._drawn(whole, sorted(piece for piece in ran if piece[0]), hue)

    def span(self, index: int, span: Span) -> list[Piece]:
        """Return the bar of row *index*, which is *span*'s, with its events on it."""
        palette, waterfall = self._palette, self._waterfall
        start = span.start_time_unix_nano or self._likely_start(index, span)
        if not start:
            return self._drawn(None, (), palette.faint)
        end = max(start, span.end_time_unix_nano)
        style = palette.service(self._hues[span.service_name])
        if span.status_code is StatusCode.ERROR:
            style = palette.error
        working: Sequence[Interval] = waterfall.self_intervals(index)
        if self._shows_critical_path:
            style = palette.critical
            working = waterfall.critical_segments.get(index, ())
        bar = self._drawn((start, end), working, style)
        if self._shows_critical_path and not working:
            bar = [(text, palette.faint) for text, _ in bar]
        axis = Axis(self._start, self._end - self._start, self._cells)
        for event in span.events[:_MAX_EVENT_TICKS]:
            at_time = max(start, min(end, event.time_unix_nano))
            if event.time_unix_nano and self._start <= at_time <= self._end:
                is_exception = event.name == "exception"
                mark = Mark.ERROR if is_exception else Mark.EVENT
                style = palette.error if is_exception else palette.strong
                bar = overlay(bar, axis.cell(at_time), mark, style)
        return bar

    def hollow(self, span: Span) -> list[Piece]:
        """Return the outline of a bar: when *span* waited for somebody who sent no spans."""
        start, end = _interval(span)
        bar = self._drawn((start, end) if start else None, (), self._palette.faint)
        return [
            ("".join(c if c in _UNDRAWN else _HOLLOW for c in text), self._palette.faint)
            for text, _ in bar
        ]

    def _drawn(
        self, interval: Interval | None, working: Sequence[Interval], style: Style
    ) -> list[Piece]:
        """Return a bar within the window, or where to look for one that lies outside of it."""
        cells, faint = self._cells, self._palette.faint
        if interval is None:
            return [(" " * cells, _NOTHING)]
        if interval[1] < self._start:
            return [(_BEFORE.ljust(cells), faint)]
        if interval[0] > self._end:
            return [(_AFTER.rjust(cells), faint)]
        axis = Axis(self._start, self._end - self._start, cells)
        return span_bar(axis, interval, working, style=style, waiting_style=faint)

    def _likely_start(self, index: int, span: Span) -> int:
        """Return where to begin the bar of a span that has only an end: with its parent."""
        parent = self._waterfall.nodes[index].parent
        above = self._waterfall.nodes[parent].span if parent >= 0 else None
        return above.start_time_unix_nano if above is not None and span.has_end else 0


def _interval(span: Span) -> Interval:
    return span.start_time_unix_nano, max(span.start_time_unix_nano, span.end_time_unix_nano)
