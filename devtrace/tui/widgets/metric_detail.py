"""The pane with everything a series of a metric is."""

from devtrace.tui.metric_text import MetricText
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.sheet import Line
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.text_pane import TextPane


class MetricDetail(TextPane):
    """Shows one series.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(hues, id=id)
        self._reading: SeriesReading | None = None
        self._held = self._most = 0

    def show(self, reading: SeriesReading | None, *, held: int = 0, most: int = 0) -> None:
        """Show a series; the place is kept while it is the same one.

        Args:
            reading: None shows nothing.
            held: How many points of it are held.
            most: How many are held at most.
        """
        before = self._reading
        if reading is before and held == self._held:
            return
        is_same = before and reading and before.series.key == reading.series.key
        self._reading, self._held, self._most = reading, held, most
        self.rewrite(keeps_place=bool(is_same))

    def text_lines(self, width: int) -> list[Line]:
        """Return all of the series."""
        if self._reading is None:
            return []
        text = MetricText(palette=self.palette, hues=self.hues, width=width)
        return text.lines(self._reading, held=self._held, most=self._most)
