"""Requests have the event loop one after the other, and everybody else in between.

A key goes through the loop nine times before it is answered.  Where requests wait in a
row, each of those turns would begin with as many of them as there are connections.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

HELD_SECONDS = 0.001
"""Once requests have had the loop for so long, the others have theirs."""
TURNS = 8
"""How often then; turns in which nobody has anything to do take about 12 µs each."""
PARTS_AT_ONCE = 256
"""So many traces of one request are stored in a turn."""

PartT = TypeVar("PartT")


class Turns:
    """Tells requests when it is their turn."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._held_seconds = 0.0
        self._begun = 0.0
        self.passed = 0
        """How often the others had theirs; tests count work with it."""

    @asynccontextmanager
    async def mine(self) -> AsyncIterator[None]:
        """Have the loop inside of the block, in the order in which this was entered."""
        async with self._lock:
            await self.pass_on()
            try:
                yield
            finally:
                self._held_seconds += time.perf_counter() - self._begun

    async def pass_on(self) -> None:
        """Let the others have theirs first, if requests have had the loop for long."""
        if self._held_seconds >= HELD_SECONDS:
            self._held_seconds = 0.0
            self.passed += 1
            for _ in range(TURNS):
                await asyncio.sleep(0)
        self._begun = time.perf_counter()

    async def portions(self, parts: Sequence[PartT]) -> AsyncIterator[Sequence[PartT]]:
        """Yield *parts* a few at a time, with turns of the others in between."""
        for begin in range(0, len(parts), PARTS_AT_ONCE):
            if begin:
                self._held_seconds += time.perf_counter() - self._begun
                await self.pass_on()
            yield parts[begin : begin + PARTS_AT_ONCE]
