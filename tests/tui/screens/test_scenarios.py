"""Scenarios are picked, played and opened without leaving their screen."""

import asyncio

import pytest

from devtrace.scenarios.player import PlayResult
from devtrace.scenarios.shop import Status
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.scenarios import ScenariosScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.stage import Showing
from devtrace.tui.widgets.chrome import HeaderLine
from devtrace.tui.widgets.scenario_detail import ScenarioDetail
from devtrace.tui.widgets.scenario_list import ScenarioList
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import OpenShop, Rig, opened


class SlowShop(OpenShop):
    """A shop that opens when it is allowed to."""

    def __init__(self) -> None:
        super().__init__()
        self.may_open = asyncio.Event()

    async def start(self) -> None:
        """Wait first."""
        self.status = Status.STARTING
        await self.may_open.wait()
        await super().start()


def played(*traces: str) -> Showing:
    """Return a play that made *traces*."""
    result = PlayResult(
        scenario_id="checkout",
        trace_ids=tuple(map(trace_id_of, traces)),
        statuses=(200,),
        seconds=0.26,
    )
    return Showing(done=1, total=1, result=result)


def selected(rig: Rig) -> str:
    """Return the id of the selected scenario."""
    scenario = rig.one(ScenarioList).selected
    return scenario.id if scenario else ""


async def test_the_list_has_the_keys_and_the_detail_goes_with_it() -> None:
    """From the first scenario on."""
    async with opened() as rig:
        await rig.press("6")
        assert isinstance(rig.screen, ScenariosScreen)
        assert "One click is one trace" in rig.text

        await rig.press("down")
        assert "The bank takes 1.5 s" in rig.text
        await rig.press("k", "end")
        assert "An error is recorded once" in rig.text


async def test_enter_plays_and_shows_how_far_it_is() -> None:
    """The shop opens first; nothing waits for it but the play."""
    shop = SlowShop()
    async with opened(shop=shop) as rig:
        await rig.press("6", "enter")
        assert "▶ 0/1" in rig.text
        assert "▶ playing 1" in rig.lines[0]
        assert "opening the shop  0 of 1 requests answered" in rig.text
        await rig.press("down")
        assert selected(rig) == "slow_payment"

        shop.may_open.set()
        await rig.until(lambda: rig.stage.showings["checkout"].failure)
        await rig.settle()
        assert "✘ failed" in rig.text
        assert "shop ready" in rig.lines[0]
        await rig.press("up")
        assert "✘ POST /checkout failed:" in rig.text


async def test_a_double_click_plays() -> None:
    """As Enter does."""
    async with opened() as rig:
        await rig.press("6")
        await rig.pilot.double_click(rig.one(ScenarioList), offset=(6, 3))

        await rig.until(lambda: "slow_payment" in rig.stage.showings)


async def test_o_opens_the_newest_trace_of_the_scenario() -> None:
    """And Esc comes back to the scenarios."""
    store = TraceStore()
    store.consume(a_batch(a_span(trace="t1"), a_span(trace="t2", name="newest")))
    async with opened(store) as rig:
        rig.stage.showings["checkout"] = played("t1", "t2")
        await rig.press("6")
        assert "✔ played in 0.26 s, answered 200   o opens its trace" in rig.text

        await rig.press("o")
        assert isinstance(rig.screen, TraceScreen)
        assert "newest" in rig.lines[1]
        assert rig.one(HeaderLine)._current == "Scenarios"

        await rig.press("escape")
        assert isinstance(rig.screen, ScenariosScreen)


@pytest.mark.parametrize(
    ("showing", "said"),
    [
        (None, "play it first: Enter"),
        (Showing(failure="x"), "play it first: Enter"),
        (played("gone"), "its trace was evicted or has not arrived"),
    ],
)
async def test_o_says_why_there_is_nothing_to_open(showing: Showing | None, said: str) -> None:
    """And stays."""
    async with opened() as rig:
        if showing is not None:
            rig.stage.showings["checkout"] = showing
        await rig.press("6", "o")

        assert rig.toasts == [said]
        assert isinstance(rig.screen, ScenariosScreen)


async def test_a_shop_with_a_problem_is_said_in_the_header() -> None:
    """Its words stand in the detail."""
    shop = OpenShop()
    async with opened(shop=shop, problems=("lost.toml: title: is missing",)) as rig:
        shop.status, shop.failure = Status.FAILED, "payments ended with code 3"
        await rig.press("6")

        assert "✘ the shop has a problem" in rig.lines[0]
        assert "✘ payments ended with code 3" in rig.text
        assert "⚠ lost.toml: title: is missing" in rig.text


async def test_without_scenarios_every_key_is_harmless() -> None:
    """The shop is not installed."""
    async with opened(scenarios=()) as rig:
        await rig.press("6", "down", "up", "enter", "o", "end", "home")

        assert "No scenario can be played." in rig.text


async def test_tab_gives_the_keys_to_the_detail() -> None:
    """There they scroll."""
    async with opened(size=(60, 20)) as rig:
        await rig.press("6", "down", "tab", "down", "down")
        assert rig.one(ScenarioDetail).top == 2
        assert selected(rig) == "slow_payment"

        await rig.press("shift+tab", "down")
        assert selected(rig) == "failed_charge"


async def test_everything_is_whole_after_every_change_of_size() -> None:
    """And the list has the keys again."""
    async with opened() as rig:
        await rig.press("6", "down")
        first = rig.text
        for size in ((80, 24), (60, 20), (38, 9), (120, 40)):
            await rig.resize(*size)
            assert len(rig.lines) == size[1]
            if size[0] < 40:
                assert "devtrace needs at least" in rig.text
            else:
                assert "▌  slow_payment" in rig.text
                assert "Slow payment" in rig.text
                assert "? help" in rig.lines[-1]

        assert rig.text == first
        await rig.press("down")
        assert selected(rig) == "failed_charge"
