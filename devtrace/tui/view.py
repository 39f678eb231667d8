"""What the list of traces shows: an ordered, pausable reading of the store.

Pure of Textual.  Ten times a second the screen calls `refresh`; the view asks the
store what changed and reads only traces that are on screen.  A trace keeps its
place from its first span on, the selection belongs to a trace id, and pausing
stops the view, never the receiver.  Sorted by something else, rows take the places that
their figures give them; the selection still belongs to its trace.
"""

import time
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING

from devtrace.analysis.summary import TraceSummary, summarise_steps
from devtrace.model.span import StatusCode
from devtrace.store.ring import TraceStore
from devtrace.tui.matches import Matches
from devtrace.tui.readings import Readings
from devtrace.tui.sorted_rows import SortedRows
from devtrace.tui.sorting import Sorting
from devtrace.tui.trace_order import TraceOrder
from devtrace.tui.waterfall import Waterfall

if TYPE_CHECKING:  # it takes 150 ms to import, and nobody may ever ask for anything
    from devtrace.query import Filter

SETTLED_NANO = 2_000_000_000
"""A trace is settled this long after its newest span."""
_UNREST_NANO = SETTLED_NANO + 500_000_000
"""After the newest span rows go on changing for this long: they settle."""
MAX_REMEMBERED_SUMMARIES = 1_024
MAX_SUMMARY_CHARACTERS = 4_000_000
"""Of all texts in them: a name may be as long as a request."""
MAX_REMEMBERED_WATERFALLS = 3
"""Fewer if they are of more bytes than the ring holds, which two always fit in."""
MAX_SPANS_AT_ONCE = 2_000
"""A trace with more is drawn once it was read in steps."""
MAX_ROW_SPANS_AT_ONCE = 2_000
"""So many are read for all the rows that a tick or a key shows; the rest in steps."""
SIFT_SECONDS = 0.01
"""A filter works for so long at a time; a key that changes it may have to wait for two."""
_SIFTED_AT_ONCE = 2_000
"""A filter is given so many traces at a time: to give it all would take longer than a frame."""


class TraceView(SortedRows):
    """The traces in the order of their first span or as sorted, as far as this view saw them.

    Args:
        store: What is read; never changed but by `clear`.
        clock: Unix nanoseconds now.
    """

    def __init__(self, store: TraceStore, *, clock: Callable[[], int] = time.time_ns) -> None:
        super().__init__(store, clock)
        self.following = True
        self.paused = False
        self.selected: str | None = None
        """The trace under the cursor; it keeps its row even when evicted."""
        self.marked: str | None = None
        """The trace that others are compared with."""
        self._revision = 0
        self._restless_until = 0
        self._paused_at = 0
        self._arrivals_seen = 0
        self._next_number = 0
        self._sieve: Filter | None = None
        self.matches: Matches | None = None
        """What the filter lets through; None is everything."""
        self._unlooked: list[str] = []
        """Traces that the filter was not given yet, the newest at the end."""
        self._sought: tuple[int, str | None] | None = None
        """Near which number the selection belongs, and the trace that stands in for now."""
        self._leftover: str | None = None
        """A selected row that does not match any more; it leaves with the selection."""
        self._summaries = _summaries()
        self._waterfalls = _waterfalls(store.limits.max_bytes)

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._shown)

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
            return self.sift() or self._is_unrest()
        self._revision = change.revision
        self._restless_until = self._clock() + _UNREST_NANO
        self._arrivals_seen = self.store.counters.received_traces
        known = self._all.number_of
        new = [trace_id for trace_id in change.updated if trace_id not in known]
        self._all.extend(new, self._next_number)
        self._next_number += len(new)
        gone: list[str] = []
        if len(self.store) < len(self._all):
            kept = None if self.following else self.selected
            gone = self._all.drop_gone(self.store, kept=kept)
        self.figures.forget(gone)
        self.figures.meet(change.updated)
        if self._sieve is not None:
            self._sieve.reconsider(gone)
            self._sieve.reconsider(change.updated)
        else:
            self._leave(gone)
        self.sift()
        self._keep_selection()
        return True

    def keep_up(self) -> None:
        """Take in what changed while nobody looks at the rows: what matches is asked for."""
        self._has_news |= self.refresh()

    def narrow(self, sieve: "Filter | None") -> None:
        """Show only the traces that a filter lets through, or all again.

        Args:
            sieve: Has not looked at any trace yet; None shows every trace.
        """
        place = None if self.following else self._place_of(self.selected)
        self._sought = None if place is None else (place, self.selected)
        self._sieve, self._leftover, self._unlooked = sieve, None, []
        self.matches = None if sieve is None else Matches(sieve)
        self._lay_out(self._all if sieve is None else TraceOrder())
        if sieve is not None:
            self._unlooked = self._all.ids.copy()
            self.sift()
        self._has_news = True
        self._keep_selection()

    def sift(self, budget_seconds: float = SIFT_SECONDS) -> bool:
        """Let the filter go on for a while; return as `take_news` does."""
        self.sift_on(budget_seconds)
        return self.take_news()

    def sift_on(self, budget_seconds: float = SIFT_SECONDS) -> None:
        """Let the filter go on for a while, and rows take their places.

        Args:
            budget_seconds: For how long the filter may go on.
        """
        if self._sieve is not None and self.unsifted:
            if self._sieve.pending < _SIFTED_AT_ONCE:
                self._sieve.reconsider(reversed(self._unlooked[-_SIFTED_AT_ONCE:]))
                del self._unlooked[-_SIFTED_AT_ONCE:]
            matched, dropped = self._sieve.step(budget_seconds)
            if self.matches is not None:
                self.matches.note(matched + dropped)
            if self._leftover in matched:
                self._leftover = None
            self._add(matched)
            if self.selected in dropped and not self.following:
                self._leftover = self.selected
            self._drop([each for each in dropped if each != self._leftover])
            self._has_news |= bool(matched or dropped)
        self._has_news |= self._read_figures()
        if self._has_news:
            self._keep_selection()

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter decides what is shown."""
        return self._sieve is not None

    @property
    def unsifted(self) -> int:
        """How many traces the filter has still to look at."""
        return 0 if self._sieve is None else self._sieve.pending + len(self._unlooked)

    @property
    def matching(self) -> int:
        """How many held traces are shown."""
        return len(self.store) if self._sieve is None else len(self._sieve)

    def sort_by(self, sorting: Sorting, *, largest_first: bool) -> None:
        """Put the rows in another order; the selection stays on its trace, or follows."""
        self.newest_first = largest_first
        if sorting is not self.sorting:
            self._sought = None
            self._sort(sorting)
        self._has_news = True
        self._keep_selection()

    def _keep_selection(self) -> None:
        """Follow the newest, or stay on the selected trace, or go to the one nearest to it."""
        if self._leftover is not None and self._leftover != self.selected:
            self._drop([self._leftover])
            self._leftover = None
        if self.following or self.selected is None:
            self.selected = self._shown.ids[-1] if len(self._shown) else None
        elif self._sieve is not None and self._sought is not None:
            number, stand_in = self._sought
            if self.selected != stand_in:
                self._sought = None
            elif (nearest := self._shown.nearest(number)) is not None:
                self.selected = nearest
                self._sought = (number, nearest) if self.unsifted else None

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


def _summaries() -> Readings[TraceSummary]:
    return Readings(
        MAX_REMEMBERED_SUMMARIES,
        MAX_ROW_SPANS_AT_ONCE,
        summarise_steps,
        weigh=attrgetter("text_length"),
        max_weight=MAX_SUMMARY_CHARACTERS,
    )


def _waterfalls(max_bytes: int) -> Readings[Waterfall]:
    return Readings(
        MAX_REMEMBERED_WATERFALLS,
        MAX_SPANS_AT_ONCE,
        Waterfall.steps,
        weigh=lambda waterfall: sum(len(span.payload) for span in waterfall.trace.spans),
        max_weight=max_bytes,
    )
