"""The traces that have calls of one operation or over one edge, worst first.

Pure of Textual.  It is what was there when somebody asked: rows stay as they are, and
looking through many traces takes many steps.
"""

from collections.abc import Collection, Hashable, Iterator
from operator import attrgetter
from time import perf_counter
from typing import TypeVar

from devtrace.analysis.tally import Found, Tallies

_LOOKED_AT_ONCE = 64
"""Traces between two looks at the clock."""

KeyT = TypeVar("KeyT", bound=Hashable)


class FoundView:
    """Traces that have calls of *keys*: those with errors first, of these the slowest.

    Args:
        tallies: Where they are counted.
        keys: What is looked for.
    """

    def __init__(self, tallies: Tallies[KeyT], keys: Collection[KeyT]) -> None:
        self.rows: list[Found] = []
        """Empty until `is_done`."""
        self.looked_at = 0
        self.total = len(tallies)
        """How many traces are looked through."""
        self.is_done = False
        self._found: list[Found] = []
        self._steps: Iterator[Found | None] = tallies.find_all(keys)

    def step(self, budget_seconds: float) -> bool:
        """Go on looking for *budget_seconds* and return whether the rows are there now."""
        if self.is_done:
            return False
        deadline = perf_counter() + budget_seconds
        for found in self._steps:
            self.looked_at += 1
            if found is not None:
                self._found.append(found)
            if self.looked_at % _LOOKED_AT_ONCE == 0 and perf_counter() >= deadline:
                return False
        self._found.sort(key=attrgetter("longest_nano"), reverse=True)
        failed = [found for found in self._found if found.errors]
        self.rows = failed + [found for found in self._found if not found.errors]
        self.is_done = True
        return True
