"""Which log records of a store match a query, found out a little at a time.

    records = RecordFilter(parse_records("severity>=warn"), store)
    records.cover(store.numbers)
    while records.pending:
        records.step(0.015)                 # and then back to the event loop

The newest are looked at first, each once: a record never changes.  Where the bytes of many
together tell that none of them matches, that is the look at each of them.
"""

from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol

from devtrace.model.log import LogRecord
from devtrace.model.resource import InstrumentationScope
from devtrace.query.records import RecordQuery
from devtrace.query.subject import BLOCK_BYTES, Block

_MOST_TOGETHER = 512
_FEWEST_TOGETHER = 8
_ALONE = 64
"""So many are looked at alone where one of even a few may match."""


class RecordSource(Protocol):
    """Where the records are: a `LogStore`."""

    def record(self, number: int, /) -> LogRecord | None:
        """Return the record with a number, or None when it is not held."""

    def payloads(self, numbers: range, /) -> Sequence[tuple[bytes, InstrumentationScope]]:
        """Return those of the records with *numbers* that are held as bytes, with their scopes."""


class RecordFilter:
    """The numbers of the records that match a query.

    Args:
        query: What to look for.
        source: Where the records are.
        clock: Seconds, for the budget of a step.
    """

    def __init__(
        self,
        query: RecordQuery,
        source: RecordSource,
        *,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.query = query
        self.considered = 0
        """How many records were ever looked at; tests count work with it."""
        self.numbers: deque[int] = deque()
        """Of the records known to match, growing."""
        self._source = source
        self._clock = clock
        self._wanted = range(0)
        self._seen: range | None = None
        self._together = _MOST_TOGETHER
        """How many are looked at together next: the fewer, the more matched lately."""
        self._suspected = 0
        """How many of those to come are looked at alone: one of them may match."""

    @property
    def pending(self) -> int:
        """How many records wait to be looked at."""
        return len(self._wanted) - len(self._seen or ())

    def cover(self, numbers: range) -> None:
        """Say which records there are now.

        Args:
            numbers: Without a gap; both ends only grow, as those of `LogStore.numbers` do.
        """
        self._wanted = numbers
        while self.numbers and self.numbers[0] < numbers.start:
            self.numbers.popleft()
        seen = self._seen
        if seen is None or seen.stop <= numbers.start:
            self._seen = range(numbers.stop, numbers.stop)
        else:
            self._seen = range(max(seen.start, numbers.start), seen.stop)

    def step(self, budget_seconds: float) -> bool:
        """Go on for *budget_seconds*, or one look longer.

        Returns:
            Whether more records are known to match.
        """
        deadline = self._clock() + budget_seconds
        before = len(self.numbers)
        while self.pending and self._clock() < deadline:
            self._look_at_next()
        return len(self.numbers) != before

    def _look_at_next(self) -> None:
        """Look at the oldest of those that came since, or at the newest of those before."""
        seen = self._seen
        assert seen is not None  # noqa: S101  # nothing is pending before `cover`
        is_new = seen.stop < self._wanted.stop
        if not is_new and self._rule_out(range(self._wanted.start, seen.start)):
            return
        number = seen.stop if is_new else seen.start - 1
        self._seen = range(min(seen.start, number), max(seen.stop, number + 1))
        self.considered += 1
        record = self._source.record(number)
        if record is not None and self.query.matches(record):
            (self.numbers.append if is_new else self.numbers.appendleft)(number)

    def _rule_out(self, waiting: range) -> bool:
        """Look at the last of *waiting* together; return whether none of them matches."""
        may_match, seen = self.query.may_match, self._seen
        if may_match is None or seen is None:
            return False
        if self._suspected:
            self._suspected -= 1
            return False
        together = waiting[-self._together :]
        held = self._source.payloads(together)
        byte_count = sum(len(payload) for payload, _ in held)
        if byte_count > BLOCK_BYTES and len(together) > 1:
            self._together = len(together) // 2
            self._suspected = 0
            return False
        block = Block([payload for payload, _ in held], {scope for _, scope in held})
        if held and may_match(block):
            self._together = max(_FEWEST_TOGETHER, len(together) // 4)
            is_common = len(together) <= _FEWEST_TOGETHER
            self._suspected = _ALONE if is_common else len(together) - 1
            return False
        self._together = min(_MOST_TOGETHER, 2 * len(together))
        self._seen = range(together.start, seen.stop)
        self.considered += len(together)
        return True
