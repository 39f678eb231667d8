"""Everything a series of a metric is, as lines for its pane."""

from collections.abc import Iterator

from devtrace.analysis.quantity import number_text, quantity_text
from devtrace.model.metric import MetricKind, Series, Temporality
from devtrace.otlp.points import NumberPoint
from devtrace.tui.attribute_text import AttributeText, local_moment
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.sheet import Line, Sheet
from devtrace.tui.text import display
from devtrace.tui.theme import Mark, Palette, ServiceHues

NO_NAME = "<no name>"
_KIND_MARKS = {
    MetricKind.GAUGE: "≈",
    MetricKind.SUM: "±",
    MetricKind.HISTOGRAM: "▥",
    MetricKind.EXPONENTIAL_HISTOGRAM: "▤",
    MetricKind.SUMMARY: "%",
}
COUNTER_MARK = "Σ"
MARKED_KINDS = {
    f"{COUNTER_MARK} ±": "a counter; one that goes up and down",
    f"{_KIND_MARKS[MetricKind.GAUGE]} {_KIND_MARKS[MetricKind.SUMMARY]}": "a gauge; a summary",
    f"{_KIND_MARKS[MetricKind.HISTOGRAM]} {_KIND_MARKS[MetricKind.EXPONENTIAL_HISTOGRAM]}": "a histogram; an exponential one",
}
"""The marks of metrics and what they mean, for the help page."""


class MetricText:
    """Writes series.

    Args:
        palette: The styles of the current theme.
        hues: The hue of each service.
        width: Cells of a line.
    """

    def __init__(self, *, palette: Palette, hues: ServiceHues, width: int) -> None:
        self._palette = palette
        self._hues = hues
        self._width = max(20, width)
        self._sheet = Sheet(palette, self._width)
        self._written = AttributeText(self._sheet, palette, self._width)

    def lines(self, reading: SeriesReading, *, held: int, most: int) -> list[Line]:
        """Return all of a series.

        Args:
            reading: What is written.
            held: How many points of it are held.
            most: How many are held at most.
        """
        return list(self._lines(reading, held, most))

    def _lines(self, reading: SeriesReading, held: int, most: int) -> Iterator[Line]:
        palette, series = self._palette, reading.series
        hue = palette.service(self._hues[series.service_name])
        service = display(series.service_name, self._width - 2)
        yield [(Mark.SERVICE + " ", hue), (service, hue)]
        yield from self._sheet.paragraph(series.name or NO_NAME, palette.strong)
        if series.description:
            yield from self._sheet.paragraph(series.description, palette.muted)
        for note in series.notes:
            yield from self._sheet.paragraph(f"{Mark.FINDING} {note}", palette.warning)
        yield []
        yield from self._sheet.pairs(self._facts(reading, held, most))
        yield from self._written.section("Attributes", series.attributes, 0)
        yield from self._written.section("Metadata", series.metadata, 0)
        yield from self._written.origin(series.scope)

    def _facts(self, reading: SeriesReading, held: int, most: int) -> dict[str, str]:
        series = reading.series
        facts = {"kind": kind_text(series)}
        if series.temporality is not Temporality.UNSPECIFIED:
            facts["temporality"] = series.temporality.name.lower()
        facts["unit"] = series.unit or "none"
        facts["points held"] = f"{held}" + (
            ", the bound: older ones left" if held >= most else ""
        )
        points = series.points
        if not points:
            return facts
        newest = points[-1]
        if isinstance(newest, NumberPoint):
            value = newest.value
            facts["last"] = "no value" if value is None else quantity_text(value, series.unit)
        else:
            facts["count"] = number_text(newest.count)
            for name, value in (
                ("sum", newest.sum),
                ("min", getattr(newest, "min", None)),
                ("max", getattr(newest, "max", None)),
            ):
                if value is not None:
                    facts[name] = quantity_text(value, series.unit)
        for share, value in getattr(newest, "quantiles", ()):
            facts[f"p{100 * share:.4g}"] = quantity_text(value, series.unit)
        if newest.start_time_unix_nano:
            facts["counts since"] = local_moment(newest.start_time_unix_nano)
        facts["last point"] = local_moment(newest.time_unix_nano)
        return facts


def kind_text(series: Series) -> str:
    """Return what a series is, as one says it: counter, up-down counter, gauge, histogram."""
    if series.kind is MetricKind.SUM:
        return "counter" if series.is_monotonic else "up-down counter"
    return series.kind.value.replace("_", " ")


def kind_mark(series: Series) -> str:
    """Return the character that stands for what a series is."""
    if series.kind is MetricKind.SUM and series.is_monotonic:
        return COUNTER_MARK
    return _KIND_MARKS[series.kind]
