"""The metrics as a person meets them: live, foldable, pausable, and each leads to a chart."""

import json

from devtrace.store.metrics import MetricStore
from devtrace.tui.screens.metrics import MetricsScreen
from devtrace.tui.screens.series import SeriesScreen
from devtrace.tui.widgets.metric_detail import MetricDetail
from devtrace.tui.widgets.metric_list import MetricList
from tests.tui.rig import Rig, opened
from tests.tui.shop_metrics import shop_metrics
from tests.tui.test_metric_view import receive


def detail(rig: Rig) -> str:
    """Return what the detail pane shows."""
    pane = rig.one(MetricDetail)
    return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))


async def test_the_list_stands_beside_what_the_series_is() -> None:
    """With how much of metrics is held above it."""
    async with opened(metrics=shop_metrics()) as rig:
        await rig.press("5")

        assert isinstance(rig.screen, MetricsScreen)
        assert " 7 series  168 points  " in rig.lines[1]
        assert "points held   24" in detail(rig)

        await rig.press("end")
        assert "runtime.gc.pause" in detail(rig)


async def test_the_first_metric_takes_the_place_of_the_welcome() -> None:
    """Which says what to set."""
    async with opened() as rig:
        await rig.press("5")
        await rig.until(lambda: "No metric received yet." in rig.text)
        assert "export OTEL_METRICS_EXPORTER=otlp" in rig.text

        receive(rig.metrics, ("requests", 0))
        await rig.until(lambda: "No metric received yet." not in rig.text)

        await rig.until(lambda: "requests" in rig.text)


async def test_enter_opens_a_chart_and_folds_a_name() -> None:
    """Escape comes back to where one was."""
    async with opened(metrics=shop_metrics()) as rig:
        await rig.press("5", "down", "enter")
        assert "▸ http.server.requests  ×2 series" in rig.text
        assert "http.route=/users" not in rig.text
        await rig.press("f")
        assert "▾ http.server.requests  ×2 series" in rig.text

        await rig.press("down", "enter")
        assert isinstance(rig.screen, SeriesScreen)
        await rig.press("escape")
        assert isinstance(rig.screen, MetricsScreen)
        await rig.until(lambda: "http.route  /checkout" in detail(rig))


async def test_pausing_holds_the_list_and_counts_what_comes() -> None:
    """And going on shows it."""
    metrics = MetricStore()
    receive(metrics, ("a", 0))
    async with opened(metrics=metrics) as rig:
        await rig.press("5", "space")
        receive(metrics, ("b", 0), ("c", 0))
        await rig.settle()
        assert "paused  +2 new" in rig.lines[0]
        assert rig.one(MetricList).row_count() == 1

        await rig.press("space")
        assert "● live" in rig.lines[0]
        assert rig.one(MetricList).row_count() == 3


async def test_copying_offers_what_the_series_has() -> None:
    """Name, newest value and JSON; of an exemplar its ids; of a heading nothing."""
    async with opened(metrics=shop_metrics()) as rig:
        await rig.press("5", "y", "n")
        name = rig.app.clipboard
        assert name
        await rig.press("y", "v")
        assert rig.app.clipboard not in {"", name}
        await rig.press("y", "j")
        document = json.loads(rig.app.clipboard)
        (metric,) = document["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
        assert metric["name"] == name

        await rig.press("down", "y")
        assert isinstance(rig.screen, MetricsScreen)
        assert rig.toasts[-1] == "select a series to copy it"


async def test_clearing_says_what_it_did() -> None:
    """And the welcome is back."""
    async with opened(metrics=shop_metrics()) as rig:
        await rig.press("5", "X")

        assert rig.toasts == ["forgot 7 series"]
        await rig.until(lambda: "No metric received yet." in rig.text)


async def test_every_key_of_an_empty_list_does_no_harm() -> None:
    """There is nothing to open, to fold or to pause."""
    async with opened() as rig:
        await rig.press("5", "enter", "f", "space", "space", "tab", "down", "end", "X")

        assert isinstance(rig.screen, MetricsScreen)


async def test_tab_gives_the_keys_to_the_detail() -> None:
    """And back."""
    async with opened(metrics=shop_metrics()) as rig:
        await rig.press("5", "tab")
        assert rig.one(MetricDetail).has_focus
        await rig.press("tab")
        assert rig.one(MetricList).has_focus
