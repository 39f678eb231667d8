"""What the list of logs shows: a pausable reading of the store, in order of arrival.

Pure of Textual.  A row is a record's number in the store, so rows need no index of
their own; only records that are drawn are read.
"""

from collections import OrderedDict

from devtrace.model.log import LogRecord
from devtrace.store.logs import LogStore

MAX_REMEMBERED_RECORDS = 512


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
        self.numbers = range(0)
        """The number of each row's record, the oldest at the top."""
        self.records_read = 0
        """How many records were ever read; tests count work with it."""
        self._revision = 0
        self._known: OrderedDict[int, LogRecord] = OrderedDict()

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.numbers)

    @property
    def held_back(self) -> int:
        """How many records arrived since the view was paused; 0 while it is live."""
        return self.store.numbers.stop - self.numbers.stop if self.paused else 0

    def refresh(self) -> bool:
        """Take in what changed in the store.

        Returns:
            Whether any row is different.
        """
        if self.paused or self.store.revision == self._revision:
            return False
        self._revision = self.store.revision
        self.numbers = self.store.numbers
        if not self.numbers:
            self.selected = None
        elif self.following or self.selected is None:
            self.selected = self.numbers[-1]
        else:  # the oldest records leave, the selected one perhaps with them
            self.selected = max(self.selected, self.numbers[0])
        return True

    def id_at(self, row: int) -> int:
        """Return the number of the record in a row, 0 being the top."""
        return self.numbers[row]

    number_at = id_at

    def row_of(self, number: int | None) -> int | None:
        """Return the row of a record, or None when it has none."""
        return None if number is None or number not in self.numbers else self._row(number)

    def row_near(self, number: int) -> int:
        """Return the row of a record, or the nearest one; 0 when there is none."""
        return max(0, min(self._row(number), len(self.numbers) - 1))

    def _row(self, number: int) -> int:
        return number - self.numbers.start

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
                if number in self.numbers:
                    return number
        return None

    def pause(self) -> None:
        """Hold every row still; the store goes on receiving."""
        self.paused = True

    def resume(self) -> None:
        """Show what arrived in the meantime."""
        self.paused = False
