"""One series of a metric as a chart, with the exemplars that lead to spans."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.model.metric import Series, SeriesKey
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.metric_text import NO_NAME, kind_text
from devtrace.tui.patience import Patience
from devtrace.tui.screens.copy import CopySeriesScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.trace import open_span
from devtrace.tui.series_reading import ChartView, SeriesReading
from devtrace.tui.text import Piece, display, spread, width_of
from devtrace.tui.theme import Mark, Palette, ServiceHues
from devtrace.tui.widgets.chrome import OneLine
from devtrace.tui.widgets.exemplar_list import ExemplarList
from devtrace.tui.widgets.metric_chart import MetricChart
from devtrace.tui.widgets.metric_detail import MetricDetail


class SeriesTitle(OneLine):
    """Which series it is, and how it is looked at.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues) -> None:
        super().__init__()
        self._hues = hues
        self._shown: tuple[Series, ChartView | None, int] | None = None

    def show(self, series: Series, view: ChartView | None, views: int) -> None:
        """Show the name of *series* and which of how many views it is."""
        if (series, view, views) != self._shown:
            self._shown = (series, view, views)
            self.refresh()

    def pieces(self, palette: Palette, width: int) -> list[Piece]:
        """Return name at the left, view and kind at the right."""
        if self._shown is None:
            return []
        series, view, views = self._shown
        right: list[Piece] = [(f"{kind_text(series)}   ", palette.muted)]
        if view is not None:
            right.append((view.name, palette.accent))
            right.append((f"  v: {views - 1} more " if views > 1 else " ", palette.muted))
        hue = palette.service(self._hues[series.service_name])
        left: list[Piece] = [(f" {Mark.SERVICE} ", hue)]
        room = width - width_of(left) - width_of(right) - 2
        title = f"{series.service_name}  {series.name or NO_NAME}"
        return spread([*left, (display(title, max(8, room)), palette.strong)], right, width)


class SeriesScreen(LiveScreen):
    """What Enter on a series opens.

    Args:
        desk: What the screen works on.
        key: The series.
    """

    SCOPE = Scope.SERIES
    mode = "Metrics"
    BINDINGS: ClassVar = bindings_in(Scope.SERIES)

    def __init__(self, desk: Desk, key: SeriesKey) -> None:
        super().__init__(desk)
        self._key = key
        self._view_name = ""
        self._revision = -1
        self._reading: SeriesReading | None = None
        self._patience = Patience()
        self._title = SeriesTitle(desk.hues)
        self._chart = MetricChart(desk.hues)
        self._exemplars = ExemplarList(self._title_of)
        self._detail = MetricDetail(desk.hues)

    def body(self) -> Iterable[Widget]:
        """Return title, chart with exemplars, and the detail beside them."""
        yield self._title
        chart = Container(self._chart, self._exemplars, id="chart")
        yield Container(chart, self._detail, id="series")

    def main(self) -> Widget:
        """Return the exemplars: they are what can be chosen."""
        return self._exemplars

    def _title_of(self, trace_id: str) -> str:
        summary = self.desk.view.summary(trace_id)
        return summary.title if summary else ""

    def tick(self) -> None:
        """Take in points that arrived since."""
        view = self.desk.metric_view
        view.refresh()
        totals = view.store.totals(self._key)
        is_new = totals is not None and totals.revision != self._revision
        if self._reading is None or (is_new and not view.paused and self._patience.is_over):
            series = view.store.series(self._key)
            if series is not None and totals is not None:
                with self._patience.measured():
                    self._revision = totals.revision
                    self._reading = SeriesReading(series)
                    self._show()
        if totals is None:
            self.say("evicted", tone="warning")
        elif view.paused:
            self.say(f"‖ paused  +{view.held_back} new", tone="warning")
        else:
            self.say(self.live, tone="success")

    def _show(self) -> None:
        reading = self._reading
        if reading is None:
            return
        view = self._view(reading)
        self._title.show(reading.series, view, len(reading.views))
        self._chart.show(reading, view)
        self._exemplars.show(reading)
        limits = self.desk.metric_view.store.limits
        held = len(reading.series.payloads)
        self._detail.show(reading, held=held, most=limits.max_series_points)

    def _view(self, reading: SeriesReading) -> ChartView | None:
        """Return the view that was chosen, as far as there still is one of that name."""
        named = (view for view in reading.views if view.name == self._view_name)
        return next(named, reading.views[0] if reading.views else None)

    # -- what keys do ----------------------------------------------------------------

    @on(ExemplarList.Opened)
    def action_open_exemplar(self) -> None:
        """Open the trace of the selected exemplar at its span; say so when that cannot be."""
        exemplar = self._exemplars.selected
        if exemplar is None:
            self.app.notify("no measurement of this series names a span")
        else:
            open_span(self, exemplar.trace_id, exemplar.span_id, what="exemplar")

    def action_copy(self) -> None:
        """Offer what can be copied of the series and of the selected exemplar."""
        if self._reading is not None:
            self.app.push_screen(CopySeriesScreen(self._reading, self._exemplars.selected))

    def action_next_view(self) -> None:
        """Look at the series in the next way."""
        self._turn(1)

    def action_previous_view(self) -> None:
        """Look at the series in the way before."""
        self._turn(-1)

    def _turn(self, step: int) -> None:
        if self._reading is None or not self._reading.views:
            return
        views = self._reading.views
        view = self._view(self._reading)
        at = views.index(view) if view is not None else 0
        self._view_name = views[(at + step) % len(views)].name
        self._show()

    def action_toggle_pause(self) -> None:
        """Hold the chart still, or let it go on."""
        view = self.desk.metric_view
        if view.paused:
            view.resume()
        else:
            view.pause()
        self.tick()

    def action_switch_pane(self) -> None:
        """Move the keys from the exemplars to the chart, where there are bars, and the detail."""
        view = self._view(self._reading) if self._reading else None
        panes: list[Widget] = [self._exemplars]
        if view is not None and view.part is not None:
            panes.append(self._chart)
        if self._detail.display:
            panes.append(self._detail)
        at = next((n for n, pane in enumerate(panes) if pane.has_focus), len(panes) - 1)
        panes[(at + 1) % len(panes)].focus()

    def action_go_back(self) -> None:
        """Go back to the list."""
        self.app.pop_screen()
