"""Scenarios are picked, played and opened without leaving their screen."""

import asyncio

import pytest

from devtrace.scenarios.load import Load
from devtrace.scenarios.player import PlayResult
from devtrace.scenarios.scenario import Catalogue
from devtrace.scenarios.shop import ServiceState, Status
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.scenarios import ScenariosScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.stage import Showing, Stage
from devtrace.tui.widgets.chrome import HeaderLine
from devtrace.tui.widgets.scenario_detail import ScenarioDetail
from devtrace.tui.widgets.scenario_list import ScenarioList
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_span, span_id_of, trace_id_of
from tests.tui.rig import SCENARIOS, OpenShop, Rig, opened
from tests.tui.shop_plays import LOST_CONTEXT, settled


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
        await rig.until(lambda: "▶ 0/1" in rig.text and "▶ playing 1" in rig.lines[0])
        assert "opening the shop  0 of 1 requests answered" in rig.text
        await rig.press("down")
        assert selected(rig) == "slow_payment"

        shop.may_open.set()
        await rig.until(lambda: not rig.stage.showings["checkout"].is_playing)
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
        assert "✔ played in 260ms, answered 200" in rig.text

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
        (played("gone"), f"trace {trace_id_of('gone')} is not held"),
    ],
)
async def test_o_says_why_there_is_nothing_to_open(showing: Showing | None, said: str) -> None:
    """And stays."""
    async with opened() as rig:
        if showing is not None:
            rig.stage.showings["checkout"] = showing
        await rig.press("6", "o")

        assert [each.partition(": it")[0] for each in rig.toasts] == [said]
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
    """There is a cursor in it for as long as it has them."""
    async with opened(size=(60, 20)) as rig:
        await rig.press("6", "down", "tab", "down", "down")
        detail = rig.one(ScenarioDetail)
        assert (detail.cursor, detail.has_cursor) == (2, True)
        assert selected(rig) == "slow_payment"

        await rig.press("tab", "down")
        assert not detail.has_cursor
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


# -- verdicts ----------------------------------------------------------------------------


def two_traces() -> TraceStore:
    """Return what came of a play of lost_context."""
    store = TraceStore()
    store.consume(a_batch(a_span("o", trace="t1", name="POST /checkout")))
    store.consume(
        a_batch(
            a_span("p", trace="t2"), a_span("c", trace="t2", parent="p", name="card.charge")
        )
    )
    return store


def lost_context() -> Showing:
    """Return a play of it that has shown all but one thing."""
    return settled(
        LOST_CONTEXT,
        (False, "0 traces (not 1)", "", ""),
        (True, "1 span", trace_id_of("t2"), span_id_of("c")),
        trace_ids=(trace_id_of("t1"), trace_id_of("t2")),
    )


async def test_a_settled_play_says_of_each_expectation_what_was_seen() -> None:
    """In the list how many were missed."""
    async with opened(two_traces(), scenarios=[LOST_CONTEXT]) as rig:
        rig.stage.showings["lost_context"] = lost_context()
        await rig.press("6")

        assert "✘ 1 of 2" in rig.lines[2]
        assert "✘ 1 of 2 expectations" in rig.lines[1]
        row = next(line for line in rig.lines if "but not payments." in line)
        assert "✘ The trace of the checkout has orders" in row
        assert "0 traces (not 1)" in row
        assert "{ service=orders } && !{ service=payments }" in rig.text


async def test_o_opens_the_span_that_matters() -> None:
    """Not the first trace, nor its first span."""
    async with opened(two_traces(), scenarios=[LOST_CONTEXT]) as rig:
        rig.stage.showings["lost_context"] = lost_context()
        await rig.press("6", "o")

        assert isinstance(rig.screen, TraceScreen)
        assert rig.one(SpanTree).selected_node == 1
        assert "card.charge" in rig.lines[4]


async def test_enter_on_an_expectation_opens_what_it_has_found() -> None:
    """The keys are in the detail then; where nothing was found it says so."""
    async with opened(two_traces(), scenarios=[LOST_CONTEXT]) as rig:
        rig.stage.showings["lost_context"] = lost_context()
        await rig.press("6", "tab", "up", "up", "enter")
        assert rig.toasts == ["this line leads to no trace"]

        await rig.press("down", "down", "enter")
        assert isinstance(rig.screen, TraceScreen)
        await rig.press("escape")
        assert isinstance(rig.screen, ScenariosScreen)


async def test_the_remedy_is_told_in_the_other_language() -> None:
    """And in the one it has where there is one only."""
    async with opened(scenarios=[LOST_CONTEXT, *SCENARIOS]) as rig:
        await rig.press("6")
        assert "HTTPXClientInstrumentor" in rig.text
        await rig.press("m")
        assert "otelhttp.NewTransport" in rig.text
        assert "HTTPXClientInstrumentor" not in rig.text

        await rig.press("down", "down")
        assert "Remedy in Python" in rig.text
        assert "asyncio.timeout(0.5)" in rig.text


# -- playing -----------------------------------------------------------------------------


async def test_x_stops_a_play() -> None:
    """It says how far it came, and can be played again."""
    async with opened(shop=SlowShop()) as rig:
        await rig.press("6", "x")
        assert rig.toasts == ["it is not being played"]

        await rig.press("enter", "enter")
        assert rig.toasts[-1] == "it is being played: x stops it"
        await rig.press("x")
        await rig.until(lambda: not rig.stage.playing)
        await rig.settle()

        assert "stopped  0 of 1 requests answered" in rig.text


async def test_n_goes_through_the_catalogue() -> None:
    """From wherever the cursor is, to the last."""
    async with opened(shop=SlowShop()) as rig:
        await rig.press("6", "n")
        assert selected(rig) == "slow_payment"
        await rig.press("n", "n")
        assert selected(rig) == "failed_charge"
        assert rig.toasts == ["this is the last scenario"]

        assert set(rig.stage.playing) == {"slow_payment", "failed_charge"}


async def test_plus_asks_how_often_and_plays_so() -> None:
    """What is no load is told, and Esc plays nothing."""
    async with opened(shop=SlowShop()) as rig:
        await rig.press("6", "plus")
        assert "Play checkout many times" in rig.text
        await rig.press("escape")
        assert rig.stage.showings == {}

        await rig.press("plus", "x", "enter")
        assert "it is no count and rate" in rig.text
        await rig.press(*["backspace"] * 20, "3", "x", "9", "enter")
        await rig.until(lambda: "0 of 3 plays over" in rig.text)
        assert rig.stage.showings["checkout"].load == Load(times=3, per_second=9)
        assert "0 of 3 plays over, 3 at 9/s" in rig.text

        await rig.press("down", "plus")
        assert "3 at 9/s" in rig.text


async def test_a_load_that_is_over_says_how_many_failed() -> None:
    """And why the first did."""
    async with opened() as rig:
        await rig.press("6", "plus", *["backspace"] * 20, "3", "x", "9", "enter")
        await rig.until(lambda: rig.stage.showings["checkout"].load_result)
        await rig.until(lambda: not rig.stage.playing)
        await rig.settle()

        assert "✘ 3 of 3" in rig.lines[2]
        assert "✘ 3 of 3 plays over, 3 at 9/s, 3 failed, in " in rig.text
        assert "✘ POST /checkout failed" in rig.text


# -- the shop ----------------------------------------------------------------------------


class Mended(OpenShop):
    """A shop that has what is asked for replaced at once."""

    def replace(self, name: str) -> None:
        """Have it ready."""
        self.services[name] = ServiceState(status=Status.READY, seconds=0.4)


async def test_a_service_that_is_gone_is_started_again() -> None:
    """By a key that is named beside it."""
    shop = Mended()
    await shop.start()
    shop.services["payments"] = ServiceState(status=Status.EXITED, message="killed by signal 9")
    shop.failure = "payments was killed by signal 9"
    async with opened(shop=shop) as rig:
        await rig.press("6")
        assert "✘ payments       killed by signal 9" in rig.text
        assert "R starts what is gone again" in rig.text

        await rig.press("R")
        await rig.until(lambda: rig.toasts[-1:] and "is ready again after" in rig.toasts[-1])
        assert rig.toasts[0] == "restarting payments"
        await rig.press("R")
        assert rig.toasts[-1] == "no service is gone"


async def test_scenarios_that_are_still_read_are_announced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then the list appears, and the cursor is on the first."""
    may_read = asyncio.Event()
    load = Stage.load

    async def load_late(stage: Stage) -> None:
        await may_read.wait()
        await load(stage)

    monkeypatch.setattr(Stage, "load", load_late)
    async with opened(scenarios=()) as rig:
        rig.stage.is_loaded = False
        await rig.press("6")
        await rig.until(lambda: "Reading the scenarios …" in rig.text)

        rig.stage.catalogue = Catalogue(SCENARIOS, ())
        may_read.set()
        await rig.until(lambda: selected(rig) == "checkout")


async def test_scenarios_that_were_read_again_leave_the_cursor_where_it_was() -> None:
    """Also when one above it is gone."""
    async with opened() as rig:
        await rig.press("6", "end")
        rig.stage.catalogue = Catalogue(SCENARIOS[1:], ("checkout.toml: id: is missing",))
        await rig.settle()

        assert selected(rig) == "failed_charge"
        assert "⚠ checkout.toml: id: is missing" in rig.text
