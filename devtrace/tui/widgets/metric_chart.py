"""A series as a chart: lines over time, or the buckets of a histogram as bars."""

from rich.cells import cell_len

from devtrace.analysis.distribution import Distribution
from devtrace.analysis.series import (
    Measure,
    bucket_label,
    measure_text,
    newest_distribution,
    whole_distribution,
)
from devtrace.model.time import percent_text
from devtrace.otlp.points import Exemplar
from devtrace.tui.bars import share_bar
from devtrace.tui.series_reading import ChartLine, ChartView, Part, SeriesReading
from devtrace.tui.sheet import Line
from devtrace.tui.text import display, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.widgets.text_pane import TextPane

_FEWEST_BARS, _MOST_BARS = 8, 24
"""Exponential buckets are made wider until no more are drawn than fit, within these."""
_MARK_CELLS = 4
"""Cells that have one mark at most."""
_COUNT_CELLS = 8
_SHARE_CELLS = 5


class MetricChart(TextPane):
    """Draws one view of one series.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(hues, id=id)
        self._reading: SeriesReading | None = None
        self._view: ChartView | None = None
        self.charts_drawn = 0
        """How many charts were ever drawn; tests count work with it."""

    def show(self, reading: SeriesReading | None, view: ChartView | None) -> None:
        """Show a view of a series; draws only when either is another one."""
        if reading is not self._reading or view != self._view:
            is_same = view == self._view
            self._reading, self._view = reading, view
            self.rewrite(keeps_place=is_same)

    def on_resize(self) -> None:
        """Draw for the height, too."""
        self.rewrite(keeps_place=True)
        super().on_resize()

    def text_lines(self, width: int) -> list[Line]:
        """Return the chart."""
        if self._reading is None or self._view is None:
            return []
        self.charts_drawn += 1
        if self._view.part is not None:
            return self._bars(self._reading, self._view.part, width)
        return self._lines_over_time(self._reading, self._view, width)

    # -- lines ---------------------------------------------------------------------

    def _lines_over_time(
        self, reading: SeriesReading, view: ChartView, width: int
    ) -> list[Line]:
        from devtrace.tui.plot import Inks, Scale, line_chart

        palette, series = self.palette, reading.series
        lines = reading.lines(view)
        measure = view.measures[0]
        inks = Inks(
            (palette.accent, palette.warning, palette.error, palette.text),
            palette.critical,
            palette.muted,
        )
        legend: Line = []
        for number, line in enumerate(lines if len(lines) > 1 else ()):
            style = inks.lines[number % len(inks.lines)]
            last = next((each for _, each in reversed(line.samples) if each is not None), None)
            text = "" if last is None else measure_text(series, line.measure, last)
            legend += [("  ━━ ", style), (line.measure.value, palette.muted)]
            legend.append((f" {display(text, 24)}", palette.text))
        marks = _highest(_marks(reading.exemplars, lines), max(1, width // _MARK_CELLS))
        if marks:
            legend += [(f"  {Mark.PINNED} ", palette.critical), ("exemplar", palette.muted)]
        drawn = line_chart(
            [line.samples for line in lines],
            marks,
            write=lambda value: measure_text(series, measure, value),
            scale=Scale(
                base=1_024 if "By" in series.unit else 10,
                has_zero=measure is not Measure.VALUE,
            ),
            inks=inks,
            width=width,
            height=self.size.height - bool(legend),
        )
        if not drawn:
            return [[], [(display(f"  {self._why_nothing(lines)}", width), palette.muted)]]
        return [legend, *drawn] if legend else drawn

    @staticmethod
    def _why_nothing(lines: tuple[ChartLine, ...]) -> str:
        if any(value is not None for line in lines for _, value in line.samples):
            return "no room for a chart here"
        return "nothing to draw yet: one more point is needed, or none has a value"

    # -- bars ----------------------------------------------------------------------

    def _bars(self, reading: SeriesReading, part: Part, width: int) -> list[Line]:
        palette, series = self.palette, reading.series
        newest = part is Part.NEWEST
        found = (newest_distribution if newest else whole_distribution)(series)
        if found is None or not found.count:
            words = "no measurement in the newest interval" if newest else "no measurement"
            return [[], [(display(f"  {words}", width), palette.muted)]]
        fitting = self.size.height - 2
        buckets = found.coarser(max(_FEWEST_BARS, min(_MOST_BARS, fitting)))
        labels = [display(bucket_label(bucket, series.unit), width // 3) for bucket in buckets]
        label_cells = max(map(cell_len, labels), default=0)
        bar_cells = max(4, width - label_cells - _COUNT_CELLS - _SHARE_CELLS - 4)
        most = max((bucket.count for bucket in buckets), default=0)
        lines: list[Line] = [[(display(_figures(found, reading), width), palette.muted)], []]
        for label, bucket in zip(labels, buckets, strict=True):
            share = percent_text(bucket.count, found.count)
            lines.append(
                [
                    (fit(label, label_cells, right=True) + " ", palette.muted),
                    (share_bar(bucket.count, most, bar_cells), palette.accent),
                    (fit(f"{bucket.count}", _COUNT_CELLS + 1, right=True), palette.text),
                    (fit(share, _SHARE_CELLS + 1, right=True), palette.muted),
                ]
            )
        return lines


def _figures(found: Distribution, reading: SeriesReading) -> str:
    """Return count, mean and quantiles in one line."""
    parts = [f"  {found.count} measurement{'' if found.count == 1 else 's'}"]
    for measure, value in (
        (Measure.MEAN, found.mean),
        (Measure.P50, found.quantile(0.5)),
        (Measure.P95, found.quantile(0.95)),
        (Measure.P99, found.quantile(0.99)),
    ):
        if value is not None:
            parts.append(f"{measure.value} {measure_text(reading.series, measure, value)}")
    return "   ".join(parts)


def _highest(marks: list[tuple[int, float]], most: int) -> list[tuple[int, float]]:
    """Return the highest mark of each of so many stretches of time: the list has them all."""
    if not marks:
        return []
    begin = min(marks)[0]
    size = (max(marks)[0] - begin) // most + 1
    highest: dict[int, tuple[int, float]] = {}
    for mark in marks:
        at = (mark[0] - begin) // size
        highest[at] = max(mark, highest.get(at, mark), key=lambda each: each[1])
    return list(highest.values())


def _marks(
    exemplars: tuple[Exemplar, ...], lines: tuple[ChartLine, ...]
) -> list[tuple[int, float]]:
    """Return where exemplars lie: at their value, but on the line of how many or how fast."""
    is_of_values = all(line.measure not in (Measure.RATE, Measure.INCREASE) for line in lines)
    samples = [
        (at, value) for line in lines[:1] for at, value in line.samples if value is not None
    ]
    marks = []
    for exemplar in exemplars:
        at = exemplar.time_unix_nano
        if is_of_values and exemplar.value is not None:
            marks.append((at, exemplar.value))
        elif samples:
            nearest = min(samples, key=lambda sample: abs(sample[0] - at))
            marks.append((at, nearest[1]))
    return marks
