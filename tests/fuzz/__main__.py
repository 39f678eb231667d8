# ruff: noqa: T201  # a command prints
"""Fuzz for as long as asked: `python -m tests.fuzz SECONDS`, also `make fuzz SECONDS=600`.

An input that goes a way which none went before is kept in the corpus, so that the next
run begins there.  One that breaks something is kept as `crash-…` and ends the run.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.fuzz.mutation import edited, random_edits
from tests.fuzz.oracle import ORACLES
from tests.fuzz.seeds import MAX_SEED_BYTES, TARGETS, corpus_of, keep, seeds_of
from tests.fuzz.sockets import UnderFire

MAX_KEPT = 100
"""Files in the corpus of one target."""
_TURN_SECONDS = 1.0

Put = Callable[[bytes], Awaitable[str]]


class Run:
    """One run over all targets."""

    def __init__(self, chance: random.Random, *, keeps: bool) -> None:
        self._chance = chance
        self._keeps = keeps
        self._outcomes: dict[str, set[str]] = {}
        self._seeds: dict[str, list[bytes]] = {}
        self.executions: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()

    async def learn(self, target: str, put: Put) -> None:
        """Put everything that is known to *put*, to know what is new afterwards."""
        self._seeds[target] = list(seeds_of(target))
        self._outcomes[target] = set()
        for seed in self._seeds[target]:
            self._outcomes[target].add(await self._put(target, put, seed))

    async def fuzz(self, target: str, put: Put, *, seconds: float) -> None:
        """Make up inputs for *put*."""
        seeds, outcomes = self._seeds[target], self._outcomes[target]
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            content = edited(self._chance.choice(seeds), random_edits(self._chance, seeds))
            outcome = await self._put(target, put, content)
            if outcome not in outcomes:
                outcomes.add(outcome)
                seeds.append(content)
                if (
                    self._keeps
                    and len(content) <= MAX_SEED_BYTES
                    and len(corpus_of(target)) < MAX_KEPT
                ):
                    keep(target, content)
                    self.kept[target] += 1

    async def _put(self, target: str, put: Put, content: bytes) -> str:
        try:
            self.executions[target] += 1
            return await put(content)
        except Exception:
            print(f"{target}: broken by {keep(target, content, prefix='crash-')}")
            raise


async def _fuzz_all(seconds: float, run: Run, chance: random.Random) -> None:
    def alone(target: str) -> Put:
        async def put(content: bytes) -> str:
            return ORACLES[target](content)

        return put

    async with UnderFire(chance) as under_fire:
        puts: dict[str, Put] = {target: alone(target) for target in ORACLES}
        puts |= {"http": under_fire.over_http, "grpc": under_fire.over_grpc}
        for target in TARGETS:
            await run.learn(target, puts[target])
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for target in TARGETS:
                await run.fuzz(target, puts[target], seconds=min(_TURN_SECONDS, left))


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when nothing broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="of an earlier run")
    parser.add_argument("--keep-nothing", action="store_true", help="leave the corpus as it is")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}")
    chance = random.Random(options.seed)  # noqa: S311  # repeatable, not secret
    run = Run(chance, keeps=not options.keep_nothing)
    try:
        asyncio.run(_fuzz_all(options.seconds, run, chance))
    finally:
        for target in TARGETS:
            print(f"{target:<9} {run.executions[target]:>9} inputs, {run.kept[target]} kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
