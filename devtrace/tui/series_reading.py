"""What is drawn of a series: the figures of its row, and the views of its chart.

Pure of Textual.  A reading never changes; what comes later is another one.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from devtrace.analysis.series import Measure, Sample, last_text, measures_of, samples
from devtrace.model.metric import MetricKind, Series
from devtrace.otlp.points import Exemplar

_QUANTILES = (Measure.P50, Measure.P90, Measure.P95, Measure.P99)
_DRAWN_QUANTILES = (Measure.P50, Measure.P95, Measure.P99)


class Part(StrEnum):
    """Which of a histogram's measurements its bars are of."""

    NEWEST = "newest interval"
    WHOLE = "all that is held"


class ChartView(NamedTuple):
    """One way to look at a series: lines over time, or bars of buckets."""

    name: str
    measures: tuple[Measure, ...] = ()
    part: Part | None = None
    """None when it has lines."""


class ChartLine(NamedTuple):
    """One line of a chart."""

    measure: Measure
    samples: tuple[Sample, ...]


class SeriesReading:
    """Derives what is drawn of one series, each thing when first asked for.

    Args:
        series: What is read, perhaps only with its newest points.
    """

    def __init__(self, series: Series) -> None:
        self.series = series

    @cached_property
    def views(self) -> tuple[ChartView, ...]:
        """The ways to look at it, the one that says most first."""
        measures = measures_of(self.series)
        kind = self.series.kind
        if kind is MetricKind.SUMMARY:
            sent = tuple(each for each in _QUANTILES if each in measures)
            shown = [ChartView("quantiles", sent)] if sent else []
        elif kind in (MetricKind.HISTOGRAM, MetricKind.EXPONENTIAL_HISTOGRAM):
            shown = [
                ChartView("quantiles", _DRAWN_QUANTILES),
                *(ChartView(part.value, part=part) for part in Part),
            ]
        else:
            shown = []
        others = (each for each in measures if each not in _QUANTILES)
        return (*shown, *(ChartView(each.value, (each,)) for each in others))

    @cached_property
    def _of_row(self) -> Measure:
        """The measure that its row shows: the first that says anything."""
        measures = measures_of(self.series)
        if Measure.P95 in measures:
            return Measure.P95
        return next((each for each in measures if self._values(each)), measures[0])

    def _values(self, measure: Measure) -> list[float]:
        found = samples(self.series, measure)
        return [sample.value for sample in found if sample.value is not None]

    @cached_property
    def trend(self) -> Sequence[float]:
        """The values of its sparkline, the oldest first."""
        return self._values(self._of_row)

    @cached_property
    def last(self) -> tuple[str, str]:
        """The name of its newest figure, empty if that is clear, and the figure."""
        text = last_text(self.series, self._of_row)
        return (self._of_row.value if self._of_row in _QUANTILES else "", text)

    def lines(self, view: ChartView) -> tuple[ChartLine, ...]:
        """Return the lines of a view."""
        return tuple(ChartLine(each, samples(self.series, each)) for each in view.measures)

    @cached_property
    def exemplars(self) -> tuple[Exemplar, ...]:
        """Every exemplar of its points once, the newest first."""
        seen: dict[tuple[object, ...], Exemplar] = {}
        for point in reversed(self.series.points):
            for each in point.exemplars:
                identity = (each.time_unix_nano, each.value, each.trace_id, each.span_id)
                seen.setdefault(identity, each)
        return tuple(sorted(seen.values(), key=lambda each: -each.time_unix_nano))
