"""The lines that say which two traces these are, and what makes up their difference."""

from typing import NamedTuple

from textual.strip import Strip
from textual.widget import Widget

from devtrace.analysis.diff import Contribution, TraceDiff
from devtrace.analysis.summary import TraceSummary
from devtrace.model.time import duration_text, offset_text
from devtrace.tui.diff_row import CHANGE_MARKS, change_style
from devtrace.tui.diff_text import contribution_text
from devtrace.tui.text import Piece, display, spread, strip_of, width_of
from devtrace.tui.theme import Mark, Palette, ServiceHues, palette_of

MAX_CAUSES = 3


class _Shown(NamedTuple):
    diff: TraceDiff | None
    before: TraceSummary
    after: TraceSummary


class DiffSummary(Widget):
    """What was compared, how much differs, and the operations that differ most.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._shown: _Shown | None = None

    def show(self, diff: TraceDiff | None, before: TraceSummary, after: TraceSummary) -> None:
        """Show a difference; None while it is being computed."""
        shown = _Shown(diff, before, after)
        if self._shown is None or any(
            a is not b for a, b in zip(shown, self._shown, strict=True)
        ):
            self._shown = shown
            causes = len(diff.contributions) if diff is not None else 0
            self.styles.height = 2 + min(causes, MAX_CAUSES)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the lines."""
        palette, width = palette_of(self.app.theme), self.size.width
        pieces: list[Piece] = []
        if self._shown is not None:
            if y == 0:
                pieces = self._title(self._shown, palette, width)
            elif (diff := self._shown.diff) is None:
                spans = self._shown.before.span_count, self._shown.after.span_count
                text = display(f" comparing {spans[0]} with {spans[1]} spans …", width)
                pieces = [(text, palette.accent)]
            elif y == 1:
                pieces = _counts(diff, palette)
            else:
                pieces = self._cause(diff, diff.contributions[y - 2], palette, width)
        return strip_of(pieces, width, palette.raised)

    def _title(self, shown: _Shown, palette: Palette, width: int) -> list[Piece]:
        """Name both traces, once if they are called alike, and say how much longer B took."""
        diff = shown.diff
        delta = "" if diff is None else f"{offset_text(diff.delta_nano)} "
        right: list[Piece] = [(delta, palette.strong)]
        titles = [shown.before.title, shown.after.title]
        times = ["", ""]
        if diff is not None:
            times = [f" {duration_text(nano)}" for nano in diff.durations_nano]
        sides: list[Piece] = []
        room = width - len(delta) - sum(map(len, times)) - 11
        if titles[0] == titles[1]:
            sides.append((display(titles[0], room) + "  ", palette.strong))
            titles = ["", ""]
        for side, title, took in zip("AB", titles, times, strict=True):
            text = f" {display(title, room // 2)}" if title else ""
            sides += [(side, palette.accent), (text, palette.strong), (took, palette.text)]
            sides.append(("  ", palette.text))
        return spread([(" ", palette.text), *sides], right, width)

    def _cause(
        self, diff: TraceDiff, cause: Contribution, palette: Palette, width: int
    ) -> list[Piece]:
        """Return one line of what makes up the difference."""
        style = palette.error if cause.nano > 0 else palette.success
        hue = palette.service(self._hues[cause.service_name])
        times = f" ×{len(cause.rows)}" if len(cause.rows) > 1 else ""
        tail = f"{times}  {contribution_text(diff, cause.nano)}"
        name = display(f"{cause.service_name} {cause.name}", width - len(tail) - 4)
        return [(f" {Mark.SERVICE} ", hue), (name, palette.text), (tail, style)]


def _counts(diff: TraceDiff, palette: Palette) -> list[Piece]:
    pieces: list[Piece] = [(" ", palette.text)]
    for change, mark, word in CHANGE_MARKS:
        if count := diff.counts.get(change):
            pieces.append((f"{mark} ", change_style(change, palette)))
            pieces.append((f"{count} {word}   ", palette.text))
    if width_of(pieces) == 1:
        pieces.append(("no difference: the same spans in the same places", palette.success))
    return pieces
