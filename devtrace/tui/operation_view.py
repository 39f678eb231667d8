"""What the list of operations shows: a row for each, in an order that stands still.

Pure of Textual.  Until the user moves the cursor the order follows the figures; from
then on rows stay where they are, figures change in place and what is new comes last.
"""

from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from time import monotonic

from devtrace.analysis.operations import Operation
from devtrace.analysis.tally import Tally, middle_of
from devtrace.tui.across import AcrossReading

_SORT_SECONDS = 1.0
"""An order that follows the figures is made anew this often."""


class Sorting(Enum):
    """What decides the order; equal rows stand by name."""

    P95 = "slowest p95"
    ERRORS = "most errors"
    ERROR_SHARE = "greatest share of errors"
    CALLS = "most calls"
    SELF = "most self time"
    P50 = "slowest p50"
    P99 = "slowest p99"
    MAX = "longest call"
    NAME = "name"

    def rank(self, tally: Tally) -> Fraction | int:
        """Return what is compared; the greatest comes first."""
        return _RANKS[self](tally)

    def step(self, by: int) -> "Sorting":
        """Return what stands *by* places after it, round the end if need be."""
        every = list(Sorting)
        return every[(every.index(self) + by) % len(every)]


_RANKS: dict[Sorting, Callable[[Tally], Fraction | int]] = {
    Sorting.P95: lambda tally: tally.quantile(0.95),
    Sorting.ERRORS: lambda tally: tally.errors,
    Sorting.ERROR_SHARE: lambda tally: Fraction(tally.errors, tally.count or 1),
    Sorting.CALLS: lambda tally: tally.count,
    Sorting.SELF: lambda tally: tally.self_nano,
    Sorting.P50: lambda tally: tally.quantile(0.5),
    Sorting.P99: lambda tally: tally.quantile(0.99),
    Sorting.MAX: lambda tally: tally.quantile(1.0),
    Sorting.NAME: lambda _: 0,
}


class OperationView:
    """The operations that were read, in order.

    Args:
        reading: Where the figures are.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        reading: AcrossReading[Operation],
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.reading = reading
        self.sorting = Sorting.P95
        self.following = True
        """Whether the order follows the figures."""
        self.paused = False
        self.wanted = ""
        """What service or name of an operation must have in it; see `narrow`."""
        self.selected: Operation | None = None
        self.least_nano = self.most_nano = 0
        """The shortest and the longest call of all: the ends of every histogram."""
        self._clock = clock
        self._revision = self._keys_revision = -1
        self._sorted_at = 0.0
        self._rows: list[Operation] = []
        self._row_of: dict[Operation, int] = {}

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def id_at(self, row: int) -> Operation:
        """Return the operation in row *row*, 0 being the top."""
        return self._rows[row]

    def row_of(self, operation: Operation | None) -> int | None:
        """Return the row of an operation, or None when it has none."""
        return None if operation is None else self._row_of.get(operation)

    def tally(self, operation: Operation) -> Tally:
        """Return the figures of an operation; those of one that has left are 0."""
        return self.reading.tallies.by_key.get(operation) or Tally()

    @property
    def total(self) -> int:
        """How many rows there would be if nothing was typed."""
        return len(self.reading.tallies.by_key)

    def narrow(self, text: str) -> None:
        """List only operations that have every word of *text* in service, name or kind.

        Args:
            text: Whatever the case of its letters; empty lists all of them.
        """
        if text == self.wanted:
            return
        self.wanted = text
        if self.following:
            self.sort()
            return
        held = self.reading.tallies.by_key.keys()
        kept = [row for row in self._rows if self._is_wanted(row)]
        self._lay_out([*kept, *sorted(filter(self._is_wanted, held - set(kept)))])

    def _is_wanted(self, operation: Operation) -> bool:
        if not self.wanted:
            return True
        service, name, kind = operation
        text = f"{service} {name} {kind.name}".lower()
        return all(word in text for word in self.wanted.lower().split())

    def refresh(self) -> bool:
        """Take in what was read since; return whether any row may be different."""
        tallies = self.reading.tallies
        if self.paused or tallies.revision == self._revision:
            return False
        self._revision = tallies.revision
        held = tallies.by_key
        if self.following and self._clock() - self._sorted_at >= _SORT_SECONDS:
            self.sort()
        elif tallies.keys_revision != self._keys_revision:
            kept = [row for row in self._rows if row in held or row == self.selected]
            new = filter(self._is_wanted, held.keys() - set(kept))
            self._lay_out([*kept, *sorted(new)])
        self._keys_revision = tallies.keys_revision
        self._find_ends()
        return True

    def sort(self) -> None:
        """Put the rows in order by the figures as they are now."""
        self._sorted_at = self._clock()
        by_key = self.reading.tallies.by_key
        rows = filter(self._is_wanted, by_key)
        self._lay_out(sorted(rows, key=lambda row: (-self.sorting.rank(by_key[row]), row)))

    def sort_by(self, sorting: Sorting) -> None:
        """Put the rows in another order, which follows the figures again."""
        self.sorting = sorting
        self.follow()

    def follow(self) -> None:
        """Let the order follow the figures again, from the top."""
        self.following = True
        self.sort()

    def _lay_out(self, rows: list[Operation]) -> None:
        self._rows = rows
        self._row_of = {operation: row for row, operation in enumerate(rows)}
        if self.following or self.selected not in self._row_of:
            self.selected = rows[0] if rows else None

    def _find_ends(self) -> None:
        buckets = [tally.buckets for tally in self.reading.tallies.by_key.values()]
        self.least_nano = middle_of(min(map(min, buckets), default=0))
        self.most_nano = middle_of(max(map(max, buckets), default=0))
