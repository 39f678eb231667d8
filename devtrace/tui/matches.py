"""Which traces match the query, and what changed of that since a reader last asked."""

from collections import deque
from collections.abc import Collection, Iterable
from itertools import takewhile
from typing import Protocol

MAX_CHANGES = 20_000
"""So many changes are remembered; who is further behind looks at everything."""


class Matching(Protocol):
    """The ids that a filter let through: a `Filter`."""

    def __contains__(self, trace_id: str) -> bool:
        """Whether a trace matches."""

    def __len__(self) -> int:
        """How many do."""

    @property
    def matching(self) -> Collection[str]:
        """All of them, which costs a copy."""


class Matches:
    """The traces in the current query; another query has another object.

    Args:
        sieve: Decides which they are.
    """

    def __init__(self, sieve: Matching) -> None:
        self.revision = 0
        """Grows with every change."""
        self._sieve = sieve
        self._changes: deque[tuple[int, str]] = deque(maxlen=MAX_CHANGES)

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self._sieve

    def __len__(self) -> int:
        return len(self._sieve)

    @property
    def ids(self) -> Collection[str]:
        """All of them, which costs a copy."""
        return self._sieve.matching

    def note(self, trace_ids: Iterable[str]) -> None:
        """Remember that these match now, or do not any more."""
        for trace_id in trace_ids:
            self.revision += 1
            self._changes.append((self.revision, trace_id))

    def changes_since(self, revision: int) -> list[str] | None:
        """Return what changed after *revision*, or None when that is not remembered."""
        if self.revision - revision > len(self._changes):
            return None
        newer = takewhile(lambda change: change[0] > revision, reversed(self._changes))
        return [trace_id for _, trace_id in newer]
