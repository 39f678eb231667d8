"""What the list of logs shows: a pausable reading of the store, in order of arrival.

Pure of Textual.  A row is a record's number in the store, so rows need no index of
their own; only records that are drawn are read.  While a query holds, rows are the
numbers that its filter has found so far.
"""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from devtrace.model.log import LogRecord
from devtrace.store.logs import LogStore

if TYPE_CHECKING:
    from devtrace.query.record_filter import RecordFilter

MAX_REMEMBERED_RECORDS = 512
SIFT_SECONDS = 0.015
"""How long records may be looked at when keys and frames wait."""


class LogView:
    """The log records as far as this view has seen them.

    Args:
        store: What is read; never changed.
    """

    def __init__(self, store: LogStore) -> None:
        self.store = store
        self.newest_first = False
        self.following = True
        self.paused = False
        self.selected: int | None = None
        """Number of the record under the cursor."""
        self.records_read = 0
        """How many records were ever read; tests count work with it."""
        self._revision = 0
        self._taken_in = range(0)
        self._sieve: RecordFilter | None = None
        self._anchor: int | None = None
        self._settled: int | None = None
        self._known: OrderedDict[int, LogRecord] = OrderedDict()

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.numbers)

    @property
    def numbers(self) -> Sequence[int]:
        """The number of each row's record, the oldest at the top."""
        return self._taken_in if self._sieve is None else self._sieve.numbers

    @property
    def held_back(self) -> int:
        """How many records arrived since the view was paused; 0 while it is live."""
        return self.store.numbers.stop - self._taken_in.stop if self.paused else 0

    def refresh(self) -> bool:
        """Take in what changed in the store.

        Returns:
            Whether any row is different.
        """
        if self.paused or self.store.revision == self._revision:
            return False
        self._revision = self.store.revision
        self._taken_in = self.store.numbers
        if self._sieve is not None:
            self._sieve.cover(self._taken_in)
            self._sieve.step(SIFT_SECONDS)
        self._keep_selection()
        return True

    # -- a query -------------------------------------------------------------------------

    def narrow(self, sieve: "RecordFilter | None") -> None:
        """List only what *sieve* finds; None lists every record again."""
        self._sieve = sieve
        if sieve is not None:
            sieve.cover(self._taken_in)
            sieve.step(SIFT_SECONDS)
        self._keep_selection()

    def sift(self) -> bool:
        """Go on looking for a moment; return whether any row is different."""
        if self._sieve is None or not self._sieve.step(SIFT_SECONDS):
            return False
        self._keep_selection()
        return True

    @property
    def is_narrowed(self) -> bool:
        """Whether a query holds."""
        return self._sieve is not None

    @property
    def unsifted(self) -> int:
        """How many records wait to be looked at."""
        return 0 if self._sieve is None else self._sieve.pending

    @property
    def total(self) -> int:
        """How many records there would be without a query."""
        return len(self._taken_in)

    def _keep_selection(self) -> None:
        """Select the newest row when following, else what the user chose or its neighbour.

        What was chosen is remembered while it is out of sight: a search finds it later.
        """
        if self.selected is not None and self.selected != self._settled:
            self._anchor = self.selected
        if not self.numbers:
            self.selected = None
        elif self.following or self._anchor is None:
            self.selected = self._anchor = self.numbers[-1]
        else:  # the oldest records leave, the selected one perhaps with them
            self.selected = self.numbers[self.row_near(self._anchor)]
        self._settled = self.selected

    def id_at(self, row: int) -> int:
        """Return the number of the record in a row, 0 being the top."""
        return self.numbers[row]

    number_at = id_at

    def row_of(self, number: int | None) -> int | None:
        """Return the row of a record, or None when it has none."""
        if number is None:
            return None
        row = self._row(number)
        return row if row < len(self.numbers) and self.numbers[row] == number else None

    def row_near(self, number: int) -> int:
        """Return the row of a record, or the nearest one; 0 when there is none."""
        return max(0, min(self._row(number), len(self.numbers) - 1))

    def _row(self, number: int) -> int:
        """Return the row of a record, or of the first after it."""
        return bisect_left(self.numbers, number)

    def record(self, number: int) -> LogRecord | None:
        """Return a record; one that was evicted only if it was drawn not long before."""
        record = self._known.get(number)
        if record is not None:
            self._known.move_to_end(number)
            return record
        record = self.store.record(number)
        if record is not None:
            self.records_read += 1
            self._known[number] = record
            if len(self._known) > MAX_REMEMBERED_RECORDS:
                self._known.popitem(last=False)
        return record

    def next_error(self, step: int) -> int | None:
        """Return the number of the next record of error severity, round the end if need be.

        Args:
            step: 1 for the newer ones, -1 for the older ones.
        """
        if self.selected is None or not self.numbers:
            return None
        backwards = step < 0
        for start in (self.selected + step, self.numbers[-1 if backwards else 0]):
            for number in self.store.errors_from(start, backwards=backwards):
                if self.row_of(number) is not None:
                    return number
        return None

    def pause(self) -> None:
        """Hold every row still; the store goes on receiving."""
        self.paused = True

    def resume(self) -> None:
        """Show what arrived in the meantime."""
        self.paused = False
