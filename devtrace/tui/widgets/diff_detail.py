"""The pane with what is different about one span."""

from devtrace.analysis.diff import TraceDiff
from devtrace.tui.diff_text import DiffText
from devtrace.tui.sheet import Line
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.text_pane import TextPane


class DiffDetail(TextPane):
    """Shows one aligned row.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__(hues)
        self._shown: tuple[TraceDiff | None, int | None] = (None, None)

    def show(self, diff: TraceDiff | None, index: int | None) -> None:
        """Show row *index* of *diff*; None shows nothing."""
        before, self._shown = self._shown, (diff, index)
        if before[0] is not diff or before[1] != index:
            self.rewrite(keeps_place=before[1] == index)

    def text_lines(self, width: int) -> list[Line]:
        """Return all of the row."""
        diff, index = self._shown
        if diff is None or index is None:
            return []
        return DiffText(diff, palette=self.palette, hues=self.hues, width=width).lines(index)
