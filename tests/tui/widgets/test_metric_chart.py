"""A chart is drawn once for what it shows, and says why there is nothing to draw."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from opentelemetry.proto.metrics.v1 import metrics_pb2
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.model.metric import Series
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.theme import DARK, LIGHT, THEMES, ServiceHues
from devtrace.tui.widgets.metric_chart import MetricChart
from tests.builders import T0, a_point, a_series, an_exemplar
from tests.tui.rig import resize
from tests.tui.test_text import HOSTILE, acts


class Host(App[None]):
    """Shows one chart."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.chart = MetricChart(ServiceHues())

    def compose(self) -> ComposeResult:
        """Show it."""
        yield self.chart

    @property
    def text(self) -> str:
        """What it shows."""
        lines = [self.chart.render_line(y).text for y in range(self.chart.size.height)]
        return "\n".join(line.rstrip() for line in lines)


@asynccontextmanager
async def shown(
    series: Series, view: str, *, size: tuple[int, int] = (70, 14)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host that shows a view of *series*."""
    app = Host()
    async with app.run_test(size=size) as pilot:
        reading = SeriesReading(series)
        app.chart.show(reading, next(each for each in reading.views if each.name == view))
        await pilot.pause(0)
        yield app, pilot


def a_histogram(*points: tuple[int, ...], temporality: int = 1) -> Series:
    """Return a series whose points have so many up to 10 ms, up to 20 ms, and above."""
    return a_series(
        *(
            a_point(
                of=metrics_pb2.HistogramDataPoint,
                at_ms=1_000 * (number + 1),
                since_ms=1_000 * number if temporality == 1 else 0,
                count=sum(counts),
                explicit_bounds=(10, 20),
                bucket_counts=counts,
            )
            for number, counts in enumerate(points)
        ),
        unit="ms",
        temporality=temporality,
    )


async def test_quantiles_have_a_legend_with_their_newest_values() -> None:
    """Three lines, told apart by colour and by name."""
    async with shown(a_histogram((4, 0, 0), (0, 10, 0)), "quantiles") as (app, _):
        assert "━━ p50 15ms  ━━ p95 19.5ms  ━━ p99 19.9ms" in app.text.splitlines()[0]
        assert "20ms┤" in app.text


@pytest.mark.parametrize(
    ("view", "bars"),
    [
        ("newest interval", ("≤ 10ms", "1", "25 %")),
        ("all that is held", ("≤ 10ms", "5", "63 %")),
    ],
)
async def test_buckets_are_bars_of_the_newest_interval_or_of_all(
    view: str, bars: tuple[str, ...]
) -> None:
    """With how many they count, and which share of all."""
    series = a_histogram((4, 0, 0), (5, 2, 1), temporality=2)
    async with shown(series, view) as (app, _):
        line = next(line for line in app.text.splitlines() if "≤ 10ms" in line)

    assert "█" in line
    assert all(part in line for part in bars)


async def test_exemplars_are_marked_where_they_lie() -> None:
    """At their value; on a line of how fast, at its value then."""
    at = T0 + 500_000_000
    points = [
        a_point(5.0 * n, at_ms=500 * n, exemplars=[an_exemplar(7.0, time_unix_nano=at)])
        for n in range(3)
    ]
    for kind, view in (("gauge", "value"), ("sum", "rate")):
        async with shown(a_series(*points, kind=kind), view) as (app, _):
            assert "◆ exemplar" in app.text.splitlines()[0]
            assert "◆" in "".join(app.text.splitlines()[1:])


async def test_of_many_exemplars_the_highest_of_each_moment_are_marked() -> None:
    """The outlier is what one looks for; the lines stay to be seen."""
    exemplars = [
        an_exemplar(9.0 if n == 77 else 1.0, time_unix_nano=T0 + n * 10_000_000)
        for n in range(200)
    ]
    points = [a_point(5.0, at_ms=1_000 * n, exemplars=exemplars) for n in range(3)]
    async with shown(a_series(*points, kind="gauge"), "value") as (app, _):
        marks = app.text.count("◆") - 1  # the legend's

    assert 1 < marks <= 70 // 4


@pytest.mark.parametrize(
    ("series", "view", "said"),
    [
        (a_series(a_point(None), kind="gauge"), "value", "nothing to draw yet"),
        (a_histogram((0, 0, 0)), "quantiles", "nothing to draw yet"),
        (a_histogram((0, 0, 0)), "newest interval", "no measurement in the newest interval"),
        (a_histogram((0, 0, 0)), "all that is held", "no measurement"),
    ],
)
async def test_nothing_to_draw_is_said(series: Series, view: str, said: str) -> None:
    """An empty frame would look like a defect."""
    async with shown(series, view) as (app, _):
        assert said in app.text


async def test_a_place_too_small_for_a_chart_says_so() -> None:
    """It comes back with the room."""
    async with shown(a_histogram((1, 2, 3)), "quantiles", size=(70, 4)) as (app, pilot):
        assert "no room for a chart here" in app.text

        await resize(pilot, 70, 14)
        assert "┤" in app.text


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("view", ["quantiles", "newest interval", "rate"])
async def test_hostile_units_stay_in_their_cells(hostile: str, view: str) -> None:
    """R126: in legend, axis and labels of bars."""
    series = a_histogram((1, 2, 3), (1, 2, 3))
    unit = hostile.encode("utf-8", "replace").decode()
    key = series.key._replace(metric=series.key.metric._replace(unit=unit))
    series = Series(key, series.metric, series.scope, series.payloads)
    async with shown(series, view) as (app, _):
        lines = [app.chart.render_line(y).text for y in range(14)]

    assert {cell_len(line) for line in lines} == {70}
    assert not any(acts(line) for line in lines)


async def test_an_unchanged_chart_is_not_drawn_again() -> None:
    """Ten times a second nothing is done for nothing; size and theme are changes."""
    async with shown(a_histogram((1, 2, 3)), "quantiles") as (app, pilot):
        drawn = app.chart.charts_drawn
        app.chart.show(app.chart._reading, app.chart._view)
        assert app.text
        assert app.chart.charts_drawn == drawn

        await resize(pilot, 70, 20)
        assert app.text
        app.theme = LIGHT.name
        assert app.text
        assert drawn < app.chart.charts_drawn <= drawn + 4
