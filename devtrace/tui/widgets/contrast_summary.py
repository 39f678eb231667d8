"""The lines that say which two sets these are, and how much longer the traces of one take."""

from textual.strip import Strip
from textual.widget import Widget

from devtrace.analysis.contrast import Contrast
from devtrace.analysis.quantity import number_text
from devtrace.model.time import duration_text, offset_text
from devtrace.tui.text import Piece, display, spread, strip_of
from devtrace.tui.theme import Palette, palette_of

_LINES = 3
_FIGURE_CELLS = 36


class ContrastSummary(Widget):
    """Two queries, how many traces each found, and their means."""

    def __init__(self) -> None:
        super().__init__()
        self._texts = ("", "")
        self._contrast: Contrast | None = None
        self._side = 1
        self._state = ""
        self._muted = 0

    def show(
        self,
        texts: tuple[str, str],
        contrast: Contrast,
        *,
        side: int,
        state: str = "",
        muted: int = 0,
    ) -> None:
        """Show what is compared.

        Args:
            texts: The queries of A and of B.
            contrast: The two sets, which may still be read.
            side: Which of them Enter lists: 0 or 1.
            state: How far reading is; empty when it is done.
            muted: How many traces are in neither because they are muted.
        """
        self._texts, self._contrast = texts, contrast
        self._side, self._state, self._muted = side, state, muted
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the lines."""
        palette, width = palette_of(self.app.theme), self.size.width
        pieces: list[Piece] = []
        if self._contrast is not None:
            if y < _LINES - 1:
                pieces = self._set(self._contrast, y, palette, width)
            else:
                pieces = self._verdict(self._contrast, palette, width)
        return strip_of(pieces, width, palette.raised)

    def _set(self, contrast: Contrast, side: int, palette: Palette, width: int) -> list[Piece]:
        traces = (contrast.before, contrast.after)[side]
        is_chosen = side == self._side
        count = f"{number_text(len(traces))} trace{'' if len(traces) == 1 else 's'}"
        mean = f"  mean {duration_text(round(traces.mean_nano))} " if len(traces) else " "
        room = max(8, width - _FIGURE_CELLS)
        return spread(
            [
                (f" {'⏎' if is_chosen else ' '} {'AB'[side]}  ", palette.accent),
                (display(self._texts[side], room), palette.strong),
            ],
            [(count, palette.text), (mean, palette.strong)],
            width,
        )

    def _verdict(self, contrast: Contrast, palette: Palette, width: int) -> list[Piece]:
        if self._state:
            return [(f"   {display(self._state, width - 3)}", palette.accent)]
        if not contrast.is_told:
            empty = "A" if not len(contrast.before) else "B"
            text = f"   no trace held is in {empty}: / asks again"
            return [(display(text, width), palette.warning)]
        delta = round(contrast.delta_nano)
        style = palette.error if delta > 0 else palette.success
        said = " a trace in the mean: what the operations add makes it up"
        shown = offset_text(delta) if delta else "±0"
        muted = f"  {number_text(self._muted)} muted " if self._muted else ""
        room = max(0, width - 10 - len(shown) - len(muted))
        return spread(
            [
                ("   B − A  ", palette.muted),
                (shown, style),
                (display(said, room), palette.muted),
            ],
            [(muted, palette.warning)],
            width,
        )
