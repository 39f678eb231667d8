"""A scenario as load: played many times, at a steady rate."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from devtrace.errors import UsageError
from devtrace.scenarios.player import Player, PlayResult, Progress
from devtrace.scenarios.scenario import Scenario

MAX_TIMES = 10_000
MAX_PER_SECOND = 100.0
MAX_AT_ONCE = 64
"""Plays under way; when there are as many, the next waits, and the rate is not kept."""
MAX_TRACE_IDS = 100
"""Traces that are remembered of a load, the newest."""

_LOAD = re.compile(
    r"(?P<times>\d{1,9})(?:(?:\s*(?:×|x|@|at)\s*|\s+)(?P<rate>\d{1,9}(?:\.\d+)?)(?:/s)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How often a scenario is played, and how fast."""

    times: int = 1
    """From 1 to `MAX_TIMES`."""
    per_second: float = 1.0
    """How many begin in a second, above 0 and up to `MAX_PER_SECOND`."""

    def __str__(self) -> str:
        return f"{self.times} at {self.per_second:g}/s"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What came of a load."""

    load: Load
    failed: int
    """Plays that did not go as the scenario says."""
    failure: str | None
    """Why the first of them did not; None if all went well."""
    seconds: float
    """From the first request to the last answer."""
    trace_ids: tuple[str, ...]
    """The newest traces, at most `MAX_TRACE_IDS`."""


def read_load(text: str) -> Load:
    """Read what a person types: `50`, `50 10`, `50 at 10/s`.

    Raises:
        UsageError: If it is none, or too much.
    """
    found = _LOAD.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"cannot read {text!r} as a load: it is no count and rate", hint="type 50 at 10/s"
        )
    load = Load(times=int(found["times"]), per_second=float(found["rate"] or 1))
    if not (1 <= load.times <= MAX_TIMES and 0 < load.per_second <= MAX_PER_SECOND):
        raise UsageError(
            f"cannot play {load}: up to {MAX_TIMES} plays, up to {MAX_PER_SECOND:g}/s",
            hint="type 50 at 10/s",
        )
    return load


async def play_many(
    scenario: Scenario,
    player: Player,
    load: Load,
    on_done: Callable[[int, int], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> LoadResult:
    """Play *scenario* as often and as fast as *load* says.

    Args:
        scenario: What to play; for load, the receiver stays where it is.
        player: Sends the requests.
        load: How often and how fast.
        on_done: Called with the plays that are over, and those of them that failed.
        on_progress: Called for every answer of every play.

    Raises:
        DevtraceError: If the extra `demo` is not installed.
    """
    room = asyncio.Semaphore(MAX_AT_ONCE)
    done = failed = 0
    failure: str | None = None
    trace_ids: dict[str, None] = {}

    def take(result: PlayResult) -> None:
        nonlocal done, failed, failure
        done += 1
        failed += result.failure is not None
        failure = failure or result.failure
        trace_ids.update(dict.fromkeys(result.trace_ids))
        while len(trace_ids) > MAX_TRACE_IDS:
            del trace_ids[next(iter(trace_ids))]
        if on_done is not None:
            on_done(done, failed)

    async def play() -> None:
        try:
            take(await player.play(scenario, on_progress))
        finally:
            room.release()

    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number in range(load.times):
            await asyncio.sleep(began + number / load.per_second - time.monotonic())
            await room.acquire()
            tasks.create_task(play())
    return LoadResult(
        load=load,
        failed=failed,
        failure=failure,
        seconds=time.monotonic() - began,
        trace_ids=tuple(trace_ids),
    )
