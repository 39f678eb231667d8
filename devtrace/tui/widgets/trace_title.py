"""The line that says which trace this is and what is to be known of it as a whole."""

from rich.cells import cell_len

from devtrace.analysis.summary import TraceSummary
from devtrace.model.time import clock_text, duration_text
from devtrace.tui.text import Piece, display, spread, width_of
from devtrace.tui.theme import Mark, Palette
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.chrome import OneLine

_MAX_KEPT_TITLE_CELLS = 48
"""Up to this length the title is shown whole and facts leave for it."""
_LEAST_WORDY_CELLS = 60
"""Below this, how many traces are shown as one is told in short."""


class TraceTitle(OneLine):
    """Title, duration and counts of one trace."""

    def __init__(self) -> None:
        super().__init__()
        self._waterfall: Waterfall | None = None
        self._flags = (True, False)

    def show(
        self,
        waterfall: Waterfall | None,
        *,
        is_settled: bool,
        is_evicted: bool,
    ) -> None:
        """Show the facts of *waterfall*."""
        flags = (is_settled, is_evicted)
        if waterfall is not self._waterfall or flags != self._flags:
            self._waterfall, self._flags = waterfall, flags
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return title at the left and facts at the right, the least important leaving first."""
        waterfall = self._waterfall
        if waterfall is None:
            return []
        is_settled, is_evicted = self._flags
        summary = waterfall.summary
        right: list[Piece] = [
            (f"{summary.trace_id[:8]}…   ", palette.faint),
            (f"{clock_text(summary.start_time_unix_nano)}   ", palette.muted),
        ]
        right.append((_counts(summary), palette.muted))
        if waterfall.heads:
            right.append((_joined_text(waterfall, width), palette.accent))
        right += [
            (f"{duration_text(summary.duration_nano)} ", palette.strong),
        ]
        for is_so, mark, word, style in (
            (summary.is_partial, Mark.PARTIAL, "partial", palette.warning),
            (summary.is_truncated, Mark.PARTIAL, "truncated", palette.warning),
            (bool(summary.orphan_count) and is_settled, Mark.ORPHAN, "broken", palette.warning),
            (summary.is_replayed, Mark.REPLAYED, "replayed", palette.muted),
            (summary.is_pinned, Mark.PINNED, "pinned", palette.accent),
            (is_evicted, Mark.PARTIAL, "evicted", palette.warning),
        ):
            if is_so:
                right.append((f"  {mark} {word} ", style))
        left: list[Piece] = [(" ", palette.muted)]
        if summary.error_count:
            left.append((Mark.ERROR + " ", palette.error))
        title_cells = min(cell_len(summary.title), _MAX_KEPT_TITLE_CELLS)
        while len(right) > 1 and width_of(left) + title_cells + 2 + width_of(right) > width:
            right = right[1:]
        room = width - width_of(left) - width_of(right) - 2
        style = palette.error if summary.error_count else palette.strong
        left.append((display(summary.title, room), style))
        return spread(left, right, width)


def _counts(summary: TraceSummary) -> str:
    spans, services = summary.span_count, len(summary.services)
    span_noun = "span" if spans == 1 else "spans"
    service_noun = "service" if services == 1 else "services"
    return f"{spans} {span_noun} · {services} {service_noun}   "


def _joined_text(waterfall: Waterfall, width: int) -> str:
    from devtrace.tui.joined_waterfall import JoinedWaterfall

    if not isinstance(waterfall, JoinedWaterfall):
        return ""
    count, left_out = len(waterfall.parts), waterfall.left_out
    if width < _LEAST_WORDY_CELLS:
        return f"{Mark.LINK}{count}  "
    more = f", {left_out} left out" if left_out else ""
    return f"{Mark.LINK} {count} traces as one{more}   "
