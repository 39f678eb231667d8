"""The live list of metrics, with everything the selected series is."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.otlp.signals import Signal
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.screens.copy import CopySeriesScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.series import SeriesScreen
from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.widgets.held_line import HeldLine, SignalHeld
from devtrace.tui.widgets.metric_detail import MetricDetail
from devtrace.tui.widgets.metric_list import MetricList
from devtrace.tui.widgets.welcome import SignalWelcome


class MetricsScreen(LiveScreen):
    """Mode 5: what programs measure."""

    SCOPE = Scope.METRICS
    mode = "Metrics"
    BINDINGS: ClassVar = bindings_in(Scope.METRICS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._list = MetricList(desk.metric_view, desk.hues)
        self._detail = MetricDetail(desk.hues)
        self._held = HeldLine(classes="listing")
        self._welcome = SignalWelcome(
            Signal.METRICS,
            "metric",
            {"OTEL_METRICS_EXPORTER": "otlp", "OTEL_METRIC_EXPORT_INTERVAL": "5000"},
            has_shop=True,
            hint="SDKs send metrics once a minute unless told otherwise; 5000 is every 5 s.",
        )

    def body(self) -> Iterable[Widget]:
        """Return list and detail, or the welcome while nothing has arrived."""
        yield self._welcome
        yield self._held
        yield Container(self._list, self._detail, id="metrics", classes="listing")

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def tick(self) -> None:
        """Take in what arrived and show it."""
        view, store = self.desk.metric_view, self.desk.metric_view.store
        has_changed = view.refresh()
        is_empty = not len(view)
        self.set_class(is_empty, "-empty")
        if is_empty:
            self._welcome.show(self.desk)
        if has_changed:
            self._list.take_changes()
        counters = store.counters
        self._held.show(
            SignalHeld(
                ((len(store), "series"), (store.point_count, "points")),
                store.byte_count,
                store.limits.max_bytes,
                counters.evicted_points,
                counters.oversized_points,
                counters.duplicate_points,
            )
        )
        self._show_selected()
        if view.paused:
            self.say(f"‖ paused  +{view.held_back} new", tone="warning")
        else:
            self.say(self.live, tone="success")

    def _show_selected(self) -> None:
        view = self.desk.metric_view
        key = view.key(view.selected)
        reading = view.reading(view.selected) if view.selected is not None else None
        totals = view.store.totals(key) if key is not None and not view.paused else None
        if totals is not None or not view.paused:
            held = totals.point_count if totals else 0
            self._detail.show(reading, held=held, most=view.store.limits.max_series_points)

    # -- what keys do ----------------------------------------------------------------

    @on(MetricList.Highlighted)
    def _highlighted(self) -> None:
        self._show_selected()

    @on(MetricList.Opened)
    def action_open_series(self) -> None:
        """Open the selected series as a chart; fold or open a heading."""
        view = self.desk.metric_view
        key = view.key(view.selected)
        if key is not None:
            self.app.push_screen(SeriesScreen(self.desk, key))
        elif view.selected is not None:
            view.toggle_fold(view.selected)
            self._list.take_changes()
            self._list.reveal()

    def action_fold_name(self) -> None:
        """Fold the series of the name under the cursor, or open them."""
        view = self.desk.metric_view
        if view.selected is not None:
            view.toggle_fold(view.selected)
            self._list.take_changes()
            self._list.reveal()
            self.tick()

    def action_toggle_pause(self) -> None:
        """Hold the list still, or let it go on."""
        view = self.desk.metric_view
        if view.paused:
            view.resume()
        else:
            view.pause()
        self.tick()

    def action_switch_pane(self) -> None:
        """Move the keys between list and detail."""
        (self._list if self._detail.has_focus else self._detail).focus()

    def action_copy(self) -> None:
        """Offer what can be copied of the selected series, with every point that is held."""
        view = self.desk.metric_view
        key = view.key(view.selected)
        series = view.store.series(key) if key is not None else None
        if series is not None:
            self.app.push_screen(CopySeriesScreen(SeriesReading(series)))
        elif len(view):
            self.app.notify("select a series to copy it")

    def action_clear_metrics(self) -> None:
        """Forget every series."""
        view = self.desk.metric_view
        count = len(view.store)
        view.store.clear()
        self.app.notify(f"forgot {count} series")
        view.resume()
        self.tick()
