"""A play with what it needs around it: a receiver that is away for a while, and its outcome."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from devtrace.scenarios.player import Player, PlayResult, Progress
from devtrace.scenarios.scenario import Scenario
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore


class Receiver(Protocol):
    """Where the telemetry of a play arrives; a session is one."""

    @property
    def store(self) -> TraceStore:
        """What its traces arrive in."""
        ...

    @property
    def logs(self) -> LogStore:
        """What its log records arrive in."""
        ...

    def away(self) -> AbstractAsyncContextManager[None]:
        """Receive nothing inside of the block."""
        ...


async def play_through(
    scenario: Scenario,
    player: Player,
    receiver: Receiver,
    on_progress: Callable[[Progress], None] | None = None,
) -> PlayResult:
    """Play *scenario*, with nothing received for as long as it says, from its beginning on.

    Args:
        scenario: What to play.
        player: Sends its requests.
        receiver: Where its telemetry arrives.
        on_progress: See `Player.play`.

    Returns:
        How it went; the receiver is back by then.

    Raises:
        DevtraceError: If the extra `demo` is not installed, or the receiver cannot come back.
    """
    if not scenario.receiver_away_seconds:
        return await player.play(scenario, on_progress)
    is_away = asyncio.Event()

    async def leave() -> None:
        try:
            async with receiver.away():
                is_away.set()
                await asyncio.sleep(scenario.receiver_away_seconds)
        finally:
            is_away.set()

    async def play() -> PlayResult:
        await is_away.wait()
        return await player.play(scenario, on_progress)

    result, away = await asyncio.gather(play(), leave(), return_exceptions=True)
    if isinstance(result, BaseException):
        raise result
    if away is not None:
        raise away
    return result
