"""A play in which nothing is received for a while ends with the receiver back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from devtrace.errors import DevtraceError, EndpointInUseError
from devtrace.scenarios.performance import play_through
from devtrace.scenarios.player import Player, PlayResult, Progress
from devtrace.scenarios.scenario import Scenario, Step
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore

NOWHERE = "http://127.0.0.1:9"


class Receiver:
    """Notes when it is away; it cannot come back if it is told so.

    Args:
        error: Why it cannot come back.
    """

    def __init__(self, error: DevtraceError | None = None) -> None:
        self.store = TraceStore()
        self.logs = LogStore()
        self.said: list[str] = []
        self._error = error

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Note both ends."""
        self.said.append("away")
        try:
            yield
        finally:
            self.said.append("back")
        if self._error is not None:
            raise self._error


def scenario(away_seconds: float) -> Scenario:
    """Return one that sends one request."""
    return Scenario(
        id="lesson",
        title="",
        group="",
        lesson="",
        look_for="",
        faults=(),
        steps=(Step(method="GET", path="/"),),
        receiver_away_seconds=away_seconds,
    )


async def play(
    away_seconds: float, receiver: Receiver, seen: list[Progress] | None = None
) -> PlayResult:
    """Play where nothing answers."""
    on_progress = None if seen is None else seen.append
    return await play_through(scenario(away_seconds), Player(NOWHERE), receiver, on_progress)


async def test_the_receiver_is_away_for_as_long_as_the_scenario_says() -> None:
    """And back when the play is over, however short that is."""
    receiver = Receiver()
    seen: list[Progress] = []

    result = await play(0.05, receiver, seen)

    assert receiver.said == ["away", "back"]
    assert result.failure is not None
    assert [each.total for each in seen] == [1]


async def test_most_scenarios_leave_the_receiver_alone() -> None:
    """It is away only where that is the lesson."""
    receiver = Receiver()

    await play(0, receiver)

    assert receiver.said == []


async def test_a_receiver_that_cannot_come_back_is_an_error() -> None:
    """In its own words."""
    receiver = Receiver(EndpointInUseError("cannot receive"))

    with pytest.raises(EndpointInUseError, match="cannot receive"):
        await play(0.01, receiver)


async def test_a_play_that_is_stopped_brings_the_receiver_back() -> None:
    """Before it ends."""
    receiver = Receiver()
    playing = asyncio.ensure_future(play(60, receiver))
    async with asyncio.timeout(10):
        while not receiver.said:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.01)

    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing

    assert receiver.said == ["away", "back"]
