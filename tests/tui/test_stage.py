"""A play opens the shop first, reports how far it is, and remembers how it went."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from devtrace.errors import DevtraceError
from devtrace.scenarios.expectation import Amount, Expectation
from devtrace.scenarios.load import Load
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import Status
from devtrace.tui.stage import Phase, Showing, Stage
from tests.serving import serving
from tests.tui.rig import SCENARIOS, OpenShop
from tests.tui.rig import a_stage as a_stage_on

CHECKOUT, SLOW, FAILED = SCENARIOS
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


class Gateway:
    """Answers every request over HTTP/1.1; it counts them and keeps their heads."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = statuses or (200,)
        self.heads: list[str] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection after the other with the next status."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                text = head.decode()
                length = int(text.lower().partition("content-length: ")[2].partition("\r\n")[0])
                await reader.readexactly(length)
                status = self._statuses[len(self.heads) % len(self._statuses)]
                self.heads.append(text)
                writer.write(
                    f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n"
                    f"traceresponse: 00-{TRACE_ID}-00f067aa0ba902b7-01\r\n\r\n".encode()
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass


@asynccontextmanager
async def a_stage(*statuses: int) -> AsyncIterator[tuple[Stage, Gateway]]:
    """Run a gateway and return a stage with a closed shop in front of it."""
    gateway = Gateway(*statuses)
    async with serving(gateway.answer) as (_, port):
        yield a_stage_on(OpenShop(f"http://127.0.0.1:{port}")), gateway


class BrokenShop(OpenShop):
    """A shop that cannot be started."""

    async def start(self) -> None:
        """Fail."""
        self.status = Status.FAILED
        raise DevtraceError("cannot start the shop: no free port", hint="close something.")


async def test_a_play_opens_the_shop_and_tells_how_it_went() -> None:
    """The result has the traces that came of it."""
    async with a_stage() as (stage, gateway):
        showing = await stage.play(CHECKOUT)

        assert stage.shop.status is Status.READY
        assert showing.failure is None
        assert showing.result is not None
        assert showing.result.trace_ids == (TRACE_ID,)
        assert (showing.done, showing.total, showing.is_playing) == (1, 1, False)
        assert stage.showings == {"checkout": showing}
        assert stage.last_played is CHECKOUT
        assert gateway.heads[0].startswith("POST /checkout HTTP/1.1")


async def test_progress_is_told_while_it_plays() -> None:
    """Every answer is a change, the first before any answer came."""
    thrice = replace(CHECKOUT, steps=(replace(CHECKOUT.steps[0], count=3),))
    async with a_stage() as (stage, _):
        seen: list[Showing] = []
        stage.on_change = lambda: seen.append(stage.showings.get("checkout", Showing()))

        await stage.play(thrice)

        playing = [(each.done, each.total) for each in seen if each.is_playing]
        assert playing[0] == (0, 3)
        assert playing[-1] == (3, 3)
        assert playing == sorted(playing)
        assert not seen[-1].is_playing


async def test_faults_ride_along() -> None:
    """The shop is told by the request itself."""
    async with a_stage() as (stage, gateway):
        await stage.play(SLOW)

        assert "baggage: demo.fault=slow_payment" in gateway.heads[0]


async def test_an_unexpected_answer_is_a_failure_with_its_trace() -> None:
    """What went wrong can be looked at."""
    async with a_stage(500) as (stage, _):
        showing = await stage.play(CHECKOUT)

        assert showing.failure == "POST /checkout answered 500, expected 200"
        assert showing.result is not None
        assert showing.result.trace_ids == (TRACE_ID,)


async def test_a_shop_that_cannot_be_started_fails_the_play() -> None:
    """In a sentence with its remedy; nothing is raised into the UI."""
    stage = a_stage_on(BrokenShop())

    showing = await stage.play(CHECKOUT)

    assert showing.failure == "cannot start the shop: no free port. close something"
    assert not showing.is_playing
    with pytest.raises(DevtraceError, match="no free port"):
        await stage.open()


async def test_several_are_played_one_after_the_other() -> None:
    """Each to its end, in the order asked for."""
    async with a_stage(200, 402) as (stage, gateway):
        finished: list[str] = []

        def note() -> None:
            done = [name for name, each in stage.showings.items() if each.result]
            finished.extend(name for name in done if name not in finished)

        stage.on_change = note
        expects_402: Scenario = replace(
            FAILED, steps=(replace(FAILED.steps[0], expect_status=(402,)),)
        )
        await stage.play_in_order([SLOW, expects_402], pause_seconds=0)

        assert finished == ["slow_payment", "failed_charge"]
        assert [each.failure for each in stage.showings.values()] == [None, None]
        assert len(gateway.heads) == 2


async def test_a_second_play_replaces_the_first() -> None:
    """The list tells of the newest."""
    async with a_stage(200, 500) as (stage, _):
        first = await stage.play(CHECKOUT)
        second = await stage.play(CHECKOUT)

        assert first.failure is None
        assert second.failure is not None
        assert stage.showings["checkout"] is second


def test_changes_of_the_shop_are_changes_of_the_stage() -> None:
    """One callback tells of both."""
    shop = OpenShop()
    changes: list[int] = []
    a_stage_on(shop).on_change = lambda: changes.append(1)

    assert shop.on_change is not None
    shop.on_change()

    assert changes == [1]


async def test_a_play_is_settled_with_a_verdict_for_each_expectation() -> None:
    """After its answers, when nothing more is to be expected."""
    promising: Scenario = replace(
        CHECKOUT,
        expectations=(
            Expectation(says="Nothing fails.", query="{ status=error }", spans=Amount(0, 0)),
        ),
    )
    async with a_stage() as (stage, _):
        phases: list[Phase] = []
        stage.on_change = lambda: phases.append(stage.showings["checkout"].phase)

        showing = await stage.play(promising)

        assert list(dict.fromkeys(phases)) == [
            Phase.OPENING,
            Phase.PLAYING,
            Phase.SETTLING,
            Phase.OVER,
        ]
        assert showing.outcome is not None
        assert [each.seen for each in showing.outcome.verdicts] == ["0 spans"]
        assert showing.outcome.holds


async def test_a_load_counts_plays_and_has_no_verdicts() -> None:
    """What one play promises is not what many show."""
    async with a_stage(200, 500) as (stage, gateway):
        showing = await stage.play(CHECKOUT, Load(times=6, per_second=100))

        assert (showing.done, showing.total, showing.outcome) == (6, 6, None)
        assert showing.load_result is not None
        assert showing.load_result.failed == 3
        assert showing.failure == "POST /checkout answered 500, expected 200"
        assert showing.trace_ids == (TRACE_ID,)
        assert len(gateway.heads) == 6


async def test_a_play_that_is_stopped_says_how_far_it_came() -> None:
    """And may be played again; whoever waits for it goes on."""
    slow = replace(CHECKOUT, steps=(replace(CHECKOUT.steps[0], count=2, pause_seconds=60),))
    async with a_stage() as (stage, _):
        playing = asyncio.ensure_future(stage.play(slow))
        async with asyncio.timeout(10):
            while stage.showings.get("checkout", Showing()).phase is not Phase.PLAYING:  # noqa: ASYNC110  # it tells nobody
                await asyncio.sleep(0.01)

        assert stage.stop(slow)
        showing = await playing

        assert (showing.phase, showing.done, showing.total) == (Phase.STOPPED, 0, 2)
        assert not stage.stop(slow)
        assert (await stage.play(CHECKOUT)).phase is Phase.OVER


async def test_what_is_played_is_not_begun_again() -> None:
    """The second time the first one is told."""
    async with a_stage() as (stage, gateway):
        first = asyncio.ensure_future(stage.play(CHECKOUT))
        await asyncio.sleep(0)
        again = await stage.play(CHECKOUT)

        assert again.is_playing
        await first
        assert len(gateway.heads) == 1


async def test_a_fault_that_the_shop_does_not_have_is_told_instead_of_played() -> None:
    """With the one that was meant."""
    async with a_stage() as (stage, gateway):
        stage.shop.faults = frozenset({"slow_payment", "failed_charge"})

        showing = await stage.play(replace(SLOW, faults=("slow_paymnt",)))

        assert showing.failure == (
            "cannot play slow_payment: the shop has no fault 'slow_paymnt'; "
            "did you mean slow_payment?"
        )
        assert gateway.heads == []


async def test_a_service_that_cannot_be_restarted_is_told() -> None:
    """In one sentence."""
    stage = a_stage_on()
    news: list[tuple[str, bool]] = []
    stage.on_news = lambda told, is_problem: news.append((told, is_problem))

    await stage.restart("payments")

    assert news == [
        ("cannot restart payments: the shop does not run. start the shop first", True)
    ]
