"""Faults that come and go by themselves, on a steady load: guess first, look afterwards.

What is on and when follows from a seed, so the same hour can be had again.
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from devtrace.errors import DevtraceError
from devtrace.scenarios.player import Player, PlayResult
from devtrace.scenarios.scenario import Scenario, Step

MAX_MINUTES = 24 * 60
REQUESTS_PER_SECOND = 2.0
MAX_AT_ONCE = 64
"""Requests under way; with as many, the next is left out."""
JOURNAL = "chaos.jsonl"
"""The file, beside the shop's logs, with what was on and when."""

_ROUND_SECONDS = 180.0
"""Pauses and faults are parts of this, or of the whole where that is shorter."""
_PAUSE_PARTS = (0.04, 0.12)
_FAULT_PARTS = (0.06, 0.18)
_SECOND_FAULT_CHANCE = 0.25

_CHECKOUT = Step(
    method="POST",
    path="/checkout",
    body={
        "user_id": "42",
        "items": [{"sku": "ESP-01", "quantity": 1}, {"sku": "CUP-03", "quantity": 2}],
        "currency": "EUR",
    },
    expect_status=(),
)
_STEPS = (
    *[_CHECKOUT] * 7,
    *[Step(method="GET", path="/products/ESP-01", expect_status=())] * 2,
    Step(method="GET", path="/dashboard/42", expect_status=()),
)
"""What ten customers do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A fault that is on for a while."""

    fault: str
    begins_seconds: float
    """After the beginning of it all."""
    ends_seconds: float


def plan(seed: int, seconds: float, faults: Iterable[str]) -> tuple[Episode, ...]:
    """Return when which fault is on, in order; the same for the same arguments.

    Args:
        seed: Any number.
        seconds: How long it all takes.
        faults: What can go wrong; their order does not matter.
    """
    known = sorted(set(faults))
    if not known:
        return ()
    chance = random.Random(seed)  # noqa: S311  # it is to be repeated, not to be secret
    length = min(seconds, _ROUND_SECONDS)
    episodes: list[Episode] = []
    now = length * chance.uniform(*_PAUSE_PARTS)
    while now < seconds:
        end = min(now + length * chance.uniform(*_FAULT_PARTS), seconds)
        count = 2 if chance.random() < _SECOND_FAULT_CHANCE else 1
        episodes += (
            Episode(fault=fault, begins_seconds=round(now, 3), ends_seconds=round(end, 3))
            for fault in chance.sample(known, min(count, len(known)))
        )
        now = end + length * chance.uniform(*_PAUSE_PARTS)
    return tuple(episodes)


@dataclass(slots=True, kw_only=True)
class Occurrence:
    """What came of an episode."""

    fault: str
    began: str
    """In UTC, ISO 8601."""
    seconds: float
    """How long it was on; shorter than planned if all was stopped before."""
    requests: int = 0
    trace_ids: tuple[str, ...] = ()
    """Its first traces, at most ten."""


class Chaos:
    """A load with faults that come and go.

    Args:
        seed: Decides what is on and when.
        seconds: How long it all takes.
        faults: What can go wrong.
    """

    def __init__(self, seed: int, seconds: float, faults: Iterable[str]) -> None:
        self.seed = seed
        self.seconds = seconds
        self.episodes = plan(seed, seconds, faults)
        self.occurrences: list[Occurrence] = []
        """What has been on up to now; nobody should look before the end."""
        self.requests = 0
        self.left_out = 0
        """Requests that were not sent, because too many were under way."""
        self.elapsed_seconds = 0.0
        self._chance = random.Random(seed)  # noqa: S311  # it is to be repeated

    async def run(
        self, player: Player, journal: Path, on_change: Callable[[], None] = lambda: None
    ) -> None:
        """Send requests until the time is up, each with the faults that are on.

        Args:
            player: Sends them.
            journal: Is written when it ends, however it ends: a line for each fault.
            on_change: Called about as often as a request is sent.

        Raises:
            DevtraceError: If the journal cannot be written.
        """
        began, wall = time.monotonic(), time.time()
        open_by_episode: dict[Episode, Occurrence] = {}
        sending: set[asyncio.Task[None]] = set()
        try:
            async with asyncio.TaskGroup() as tasks:
                while (now := time.monotonic() - began) < self.seconds:
                    self.elapsed_seconds = now
                    on = self._switch(now, wall, open_by_episode)
                    if len(sending) < MAX_AT_ONCE:
                        task = tasks.create_task(self._send(player, on))
                        sending.add(task)
                        task.add_done_callback(sending.discard)
                    else:
                        self.left_out += 1
                    on_change()
                    await asyncio.sleep(1 / REQUESTS_PER_SECOND)
        finally:
            self._switch(time.monotonic() - began, wall, open_by_episode)
            self.elapsed_seconds = min(time.monotonic() - began, self.seconds)
            self._write(journal)
            on_change()

    def _switch(
        self, now: float, wall: float, open_by_episode: dict[Episode, Occurrence]
    ) -> list[Occurrence]:
        """Return what is on at *now*, having noted what came and went."""
        for episode in self.episodes:
            if episode.begins_seconds > now:
                break
            if episode not in open_by_episode:
                began = datetime.fromtimestamp(wall + now, UTC).isoformat(timespec="seconds")
                occurrence = Occurrence(fault=episode.fault, began=began, seconds=0.0)
                open_by_episode[episode] = occurrence
                self.occurrences.append(occurrence)
            length = min(now, episode.ends_seconds) - episode.begins_seconds
            open_by_episode[episode].seconds = round(length, 1)
        return [
            occurrence
            for episode, occurrence in open_by_episode.items()
            if now < episode.ends_seconds
        ]

    async def _send(self, player: Player, on: Sequence[Occurrence]) -> None:
        self.requests += 1
        faults = tuple(each.fault for each in on)
        result = await player.play(_request(self._chance.choice(_STEPS), faults))
        for each in on:
            _note(each, result)

    def _write(self, journal: Path) -> None:
        lines = [json.dumps(asdict(each)) + "\n" for each in self.occurrences]
        try:
            journal.write_text("".join(lines), encoding="utf-8")
        except OSError as error:
            raise DevtraceError(
                f"cannot write what was on to '{journal}': {error.strerror}"
            ) from None


def _request(step: Step, faults: tuple[str, ...]) -> Scenario:
    return Scenario(
        id="chaos",
        title="Chaos",
        group="",
        lesson="",
        look_for="",
        faults=faults,
        steps=(step,),
    )


def _note(occurrence: Occurrence, result: PlayResult) -> None:
    occurrence.requests += 1
    occurrence.trace_ids = (*occurrence.trace_ids, *result.trace_ids)[:10]
