"""One series as a chart: its views, its exemplars, and the way to their spans."""

import pytest

from devtrace.store.limits import MetricLimits
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.series import SeriesScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.exemplar_list import ExemplarList
from devtrace.tui.widgets.metric_chart import MetricChart
from devtrace.tui.widgets.metric_detail import MetricDetail
from tests.builders import a_metric, a_metric_batch, a_point
from tests.tui.rig import opened
from tests.tui.shop_metrics import shop_metrics
from tests.tui.shop_trace import send, shop_trace
from tests.tui.test_metric_view import receive


def shop_store() -> TraceStore:
    """Return a store with the trace that exemplars lead to."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    return store


async def test_a_histogram_is_looked_at_in_turn_as_quantiles_and_as_bars() -> None:
    """Forwards and backwards, round the end."""
    async with opened(metrics=shop_metrics()) as rig:
        await rig.press("5", "enter")
        assert "quantiles" in rig.lines[1]
        assert "━━ p95" in rig.text

        await rig.press("v")
        assert "newest interval" in rig.lines[1]
        assert "████" in rig.text
        await rig.press("v")
        assert "all that is held" in rig.lines[1]
        await rig.press("V", "V")
        assert "quantiles" in rig.lines[1]
        await rig.press("V")
        assert "increase" in rig.lines[1]


async def test_an_exemplar_leads_to_its_span() -> None:
    """Back is where one was."""
    async with opened(shop_store(), metrics=shop_metrics()) as rig:
        await rig.press("5", "enter")
        assert rig.one(ExemplarList).has_focus
        await rig.press("enter")
        assert isinstance(rig.screen, TraceScreen)
        assert "POST /checkout" in rig.text

        await rig.press("escape")
        assert isinstance(rig.screen, SeriesScreen)


async def test_an_exemplar_of_a_trace_that_is_not_held_says_so() -> None:
    """So does a series that has none."""
    async with opened(shop_store(), metrics=shop_metrics()) as rig:
        await rig.press("5", "enter", "down", "enter")
        assert isinstance(rig.screen, SeriesScreen)
        assert "is not held" in rig.toasts[-1]

        await rig.press("escape", "end", "enter", "enter")
        assert rig.toasts[-1] == "no measurement of this series names a span"


async def test_points_that_arrive_are_drawn_unless_it_is_paused() -> None:
    """And what is paused says how many came."""
    metrics = MetricStore()
    receive(metrics, ("a", 0), ("a", 0))
    async with opened(metrics=metrics) as rig:
        await rig.press("5", "enter", "space")
        receive(metrics, ("a", 0))
        await rig.settle()
        assert "paused  +1 new" in rig.lines[0]
        assert "points held   2" in rig.text

        await rig.press("space")
        await rig.until(lambda: "points held   3" in rig.text)
        assert "● live" in rig.lines[0]


async def test_an_evicted_series_stays_and_says_so() -> None:
    """What one is looking at is not taken away."""
    metrics = MetricStore(MetricLimits(max_series=1))
    receive(metrics, ("a", 0), ("a", 0))
    async with opened(metrics=metrics) as rig:
        await rig.press("5", "enter")
        receive(metrics, ("b", 0))
        await rig.settle()

        assert "evicted" in rig.lines[0]
        assert "points held   2" in rig.text


async def test_the_keys_move_between_exemplars_and_detail() -> None:
    """With Tab, as everywhere."""
    async with opened(metrics=shop_metrics()) as rig:
        await rig.press("5", "enter", "tab")
        assert rig.one(MetricDetail).has_focus
        await rig.press("tab")
        assert rig.one(ExemplarList).has_focus

        await rig.press("v", "tab")
        assert rig.one(MetricChart).has_focus


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20), (40, 10)])
@pytest.mark.parametrize("keys", [[], ["v"], ["v", "v"], ["t"]])
async def test_it_fits_every_size_and_theme(size: tuple[int, int], keys: list[str]) -> None:
    """Whatever is looked at."""
    async with opened(metrics=shop_metrics(), size=size) as rig:
        await rig.press("5", "enter", *keys)

        assert all(len(line) <= size[0] for line in rig.lines)
        assert rig.lines[-1].rstrip().endswith("? help")


async def test_a_full_series_is_drawn_once_for_each_change() -> None:
    """A thousand points cost one chart when they come, and none while nothing comes."""
    metrics = MetricStore()
    points = [a_point(n, at_ms=100 * n) for n in range(1_000)]
    metrics.consume_metrics(a_metric_batch(a_metric(*points)))
    async with opened(metrics=metrics) as rig:
        await rig.press("5", "enter")
        drawn = rig.one(MetricChart).charts_drawn

        for _ in range(5):
            await rig.settle()

        assert rig.one(MetricChart).charts_drawn == drawn <= 4
