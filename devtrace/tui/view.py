"""What the list of traces shows: an ordered, pausable reading of the store.

Pure of Textual.  Ten times a second the screen calls `refresh`; the view asks the
store what changed and reads only traces that are on screen.  A trace keeps its
place from its first span on, the selection belongs to a trace id, and pausing
stops the view, never the receiver.
"""

import time
from bisect import bisect_left
from collections.abc import Callable

from devtrace.analysis.summary import TraceSummary, summarise_steps
from devtrace.model.span import StatusCode
from devtrace.store.ring import TraceStore
from devtrace.tui.readings import Readings
from devtrace.tui.waterfall import Waterfall

SETTLED_NANO = 2_000_000_000
"""A trace is settled this long after its newest span."""
_UNREST_NANO = SETTLED_NANO + 500_000_000
"""After the newest span rows go on changing for this long: they settle."""
MAX_REMEMBERED_SUMMARIES = 1_024
MAX_REMEMBERED_WATERFALLS = 3
MAX_SPANS_AT_ONCE = 4_000
"""A trace with more is drawn once it was read in steps."""
MAX_ROW_SPANS_AT_ONCE = 2_000
"""So many are read for all the rows that a tick or a key shows; the rest in steps."""


class TraceView:
    """The traces in the order of their first span, as far as this view has seen them.

    Args:
        store: What is read; never changed but by `clear`.
        clock: Unix nanoseconds now.
    """

    def __init__(self, store: TraceStore, *, clock: Callable[[], int] = time.time_ns) -> None:
        self.store = store
        self.newest_first = False
        self.following = True
        self.paused = False
        self.selected: str | None = None
        """The trace under the cursor; it keeps its row even when evicted."""
        self.marked: str | None = None
        """The trace that others are compared with."""
        self._clock = clock
        self._revision = 0
        self._restless_until = 0
        self._paused_at = 0
        self._arrivals_seen = 0
        self._ids: list[str] = []
        self._numbers: list[int] = []  # parallel to _ids, ascending
        self._number_of: dict[str, int] = {}
        self._next_number = 0
        self._summaries = Readings(
            MAX_REMEMBERED_SUMMARIES, MAX_ROW_SPANS_AT_ONCE, summarise_steps
        )
        self._waterfalls = Readings(
            MAX_REMEMBERED_WATERFALLS, MAX_SPANS_AT_ONCE, Waterfall.steps
        )

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._ids)

    @property
    def held_back(self) -> int:
        """How many traces arrived since the view was paused; 0 while it is live."""
        return self.store.counters.received_traces - self._arrivals_seen if self.paused else 0

    def refresh(self) -> bool:
        """Take in what changed in the store.

        Returns:
            Whether anything a row shows may be different.
        """
        self.refill()
        if self.paused:
            return self._is_behind()
        change = self.store.changes_since(self._revision)
        if change.revision == self._revision:
            return self._is_unrest()
        self._revision = change.revision
        self._restless_until = self._clock() + _UNREST_NANO
        self._arrivals_seen = self.store.counters.received_traces
        for trace_id in change.updated:
            if trace_id not in self._number_of:
                self._append(trace_id)
        if len(self.store) < len(self._ids):
            self._drop_evicted()
        if self.following or self.selected is None:
            self.selected = self._ids[-1] if self._ids else None
        return True

    def _is_unrest(self) -> bool:
        """Return whether rows may look different although nothing arrived."""
        return self._is_behind() or self._clock() < self._restless_until

    def _is_behind(self) -> bool:
        """Return whether a row was drawn before what it shows was read; asked once."""
        is_behind = self._summaries.is_behind or self._waterfalls.is_behind
        self._summaries.is_behind = self._waterfalls.is_behind = False
        return is_behind

    def refill(self) -> None:
        """Let as many spans be read at once again: a frame or a key begins."""
        self._summaries.refill()
        self._waterfalls.refill()

    @property
    def is_reading(self) -> bool:
        """Whether a trace is being read a little at a time."""
        return bool(self._waterfalls.waiting or self._summaries.waiting)

    def read_on(self, seconds: float) -> bool:
        """Go on reading for *seconds*, the trace to be drawn before the rows of the list.

        Returns:
            Whether there is a trace to draw; rows of the list can wait for the next tick.
        """
        until = time.perf_counter() + seconds
        is_drawable = self._waterfalls.read_on(until)
        self._summaries.read_on(until)
        return is_drawable

    def _append(self, trace_id: str) -> None:
        self._ids.append(trace_id)
        self._numbers.append(self._next_number)
        self._number_of[trace_id] = self._next_number
        self._next_number += 1

    def _drop_evicted(self) -> None:
        """Remove evicted traces, but not the selected one: its row says what happened.

        Traces mostly leave in the order they came, so the front is looked at first;
        the few that are left in between go once they are a sixteenth of the list.
        """
        kept = None if self.following else self.selected
        front = 0
        while front < len(self._ids) and self._ids[front] not in self.store:
            if self._ids[front] != kept:
                del self._number_of[self._ids[front]]
            front += 1
        left = [kept] if kept is not None and kept in self._ids[:front] else []
        self._ids[:front] = left
        self._numbers[:front] = [self._number_of[trace_id] for trace_id in left]
        left_between = (
            len(self._ids) - len(self.store) - (kept is not None and kept not in self.store)
        )
        if left_between <= len(self._ids) // 16:
            return
        self._number_of = {
            trace_id: number
            for number, trace_id in zip(self._numbers, self._ids, strict=True)
            if trace_id in self.store or trace_id == kept
        }
        self._ids = list(self._number_of)
        self._numbers = list(self._number_of.values())

    def id_at(self, row: int) -> str:
        """Return the trace in row *row*, 0 being the top."""
        return self._ids[-1 - row if self.newest_first else row]

    def row_of(self, trace_id: str | None) -> int | None:
        """Return the row of a trace, or None when it has none."""
        number = self._number_of.get(trace_id) if trace_id is not None else None
        if number is None:
            return None
        place = bisect_left(self._numbers, number)
        return len(self._ids) - 1 - place if self.newest_first else place

    def ids_from(self, trace_id: str, step: int) -> list[str]:
        """Return every trace once: downwards (1) or upwards (-1), from the row next to one.

        The last is *trace_id* itself; nothing if it has no row.
        """
        number = self._number_of.get(trace_id)
        if number is None:
            return []
        place = bisect_left(self._numbers, number)
        if (step > 0) is self.newest_first:
            return [*self._ids[:place][::-1], *self._ids[place:][::-1]]
        return [*self._ids[place + 1 :], *self._ids[: place + 1]]

    def number_at(self, row: int) -> int:
        """Return the running number of the trace in *row*; it grows with every new trace."""
        return self._numbers[-1 - row if self.newest_first else row]

    def row_near(self, number: int) -> int:
        """Return the row of the trace with a running number, or of the one that follows it."""
        place = bisect_left(self._numbers, number)
        return len(self._ids) - 1 - place if self.newest_first else place

    def summary(self, trace_id: str) -> TraceSummary | None:
        """Return the facts of a row; of an evicted trace the last that were seen."""
        if trace_id in self._waterfalls:
            waterfall = self.waterfall(trace_id, is_held_still=self.paused)
            return waterfall.summary if waterfall else None
        return self._summaries.get(self.store, trace_id, is_held_still=self.paused)

    def has_error(self, trace_id: str) -> bool:
        """Return whether a held trace has a span with status ERROR, without remembering it."""
        trace = self.store.trace(trace_id)
        return trace is not None and any(
            span.status_code is StatusCode.ERROR for span in trace.spans
        )

    def waterfall(self, trace_id: str, *, is_held_still: bool = False) -> Waterfall | None:
        """Return a trace ready to be drawn, or None when it is gone and was never read.

        Args:
            trace_id: Which trace.
            is_held_still: Whether an older reading of it is what is wanted.
        """
        return self._waterfalls.get(self.store, trace_id, is_held_still=is_held_still)

    @property
    def traces_read(self) -> int:
        """How many traces were ever read; tests count work with it."""
        return self._summaries.computed + self._waterfalls.computed

    def is_settled(self, trace_id: str, *, is_held_still: bool = False) -> bool:
        """Return whether verdicts may be spoken: no span came for two seconds.

        Args:
            trace_id: Which trace.
            is_held_still: Whether the moment of pausing is meant, if the view is paused.
        """
        totals = self.store.totals(trace_id)
        now = self._paused_at if is_held_still and self.paused else self._clock()
        return totals is None or now - totals.last_received_unix_nano > SETTLED_NANO

    def pause(self) -> None:
        """Hold every row still; the store goes on receiving."""
        self._paused_at = self._clock()
        self.paused = True

    def resume(self) -> None:
        """Show what arrived in the meantime, and what has settled."""
        self.paused = False
        self._restless_until = self._clock() + _UNREST_NANO
