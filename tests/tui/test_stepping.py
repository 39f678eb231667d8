"""What is short is done at once, what is long between keys, and only the newest counts."""

import asyncio
from itertools import count

from textual.app import App

from devtrace.model.steps import Steps
from devtrace.tui.stepping import AT_ONCE_SECONDS, STEPS_AT_ONCE, Stepping

DEADLINE_SECONDS = 10


def steps(number: int, result: str) -> Steps[str]:
    """Do *number* steps, then return *result*."""
    for _ in range(number):
        yield
    return result


def working_for(app: App[None], *, look_seconds: float) -> Stepping[str]:
    """Return what works for the screen of *app*; each look at the clock takes *look_seconds*."""
    looks = count()
    return Stepping(app.screen, clock=lambda: next(looks) * look_seconds)


async def test_short_work_is_done_when_begin_returns() -> None:
    """Nobody sees that it was work."""
    taken: list[str] = []
    async with App[None]().run_test() as pilot:
        stepping = working_for(pilot.app, look_seconds=0)
        stepping.begin(steps(1_000, "done"), taken.append)

        assert taken == ["done"]
        assert not stepping.is_working


async def test_a_few_steps_are_done_at_once_on_any_machine() -> None:
    """Whatever the clock says."""
    taken: list[str] = []
    async with App[None]().run_test() as pilot:
        stepping = working_for(pilot.app, look_seconds=AT_ONCE_SECONDS)
        stepping.begin(steps(STEPS_AT_ONCE - 1, "done"), taken.append)

        assert taken == ["done"]


async def test_long_work_ends_later_and_older_work_is_given_up() -> None:
    """The loop has its turn meanwhile."""
    taken: list[str] = []
    async with App[None]().run_test() as pilot:
        stepping = working_for(pilot.app, look_seconds=AT_ONCE_SECONDS)
        stepping.begin(steps(2 * STEPS_AT_ONCE, "old"), taken.append)
        assert stepping.is_working
        stepping.begin(steps(2 * STEPS_AT_ONCE, "new"), taken.append)
        assert taken == []

        async with asyncio.timeout(DEADLINE_SECONDS):
            while stepping.is_working:  # noqa: ASYNC110  # it tells nobody
                await asyncio.sleep(0.01)
        assert taken == ["new"]


async def test_work_that_is_stopped_gives_nothing() -> None:
    """What has gone wants no result."""
    taken: list[str] = []
    async with App[None]().run_test() as pilot:
        stepping = working_for(pilot.app, look_seconds=AT_ONCE_SECONDS)
        stepping.begin(steps(2 * STEPS_AT_ONCE, "old"), taken.append)
        stepping.stop()
        await asyncio.sleep(0.05)

        assert not stepping.is_working
        assert taken == []
