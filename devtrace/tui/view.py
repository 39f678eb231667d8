"""What the list of traces shows: an ordered, pausable reading of the store.

Pure of Textual.  Ten times a second the screen calls `refresh`; the view asks the
store what changed and reads only traces that are on screen.  A trace keeps its
place from its first span on, the selection belongs to a trace id, and pausing
stops the view, never the receiver.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from devtrace.analysis.summary import TraceSummary, summarise
from devtrace.model.span import StatusCode
from devtrace.model.trace import Trace
from devtrace.store.ring import TraceStore
from devtrace.tui.trace_order import TraceOrder
from devtrace.tui.waterfall import Waterfall

if TYPE_CHECKING:  # it takes 150 ms to import, and nobody may ever ask for anything
    from devtrace.query import Filter

SETTLED_NANO = 2_000_000_000
"""A trace is settled this long after its newest span."""
_UNREST_NANO = SETTLED_NANO + 500_000_000
"""After the newest span rows go on changing for this long: they settle."""
MAX_REMEMBERED_SUMMARIES = 1_024
MAX_REMEMBERED_WATERFALLS = 3
_PATIENCE = 10
"""A trace that took t to read is read again after 10 t at the earliest."""
SIFT_SECONDS = 0.015
"""A filter works for so long at a time."""
_SIFTED_AT_ONCE = 2_000
"""A filter is given so many traces at a time: to give it all would take longer than a frame."""

T = TypeVar("T")


class _Memo(Generic[T]):
    """What was derived from traces, by trace and revision; the least used is forgotten.

    Args:
        limit: How many traces are remembered.
        derive: Makes the value from a trace.
    """

    def __init__(self, limit: int, derive: Callable[[Trace], T]) -> None:
        self.computed = 0
        self.is_behind = False
        """Whether an older value was given because a fresh one would cost too much."""
        self._limit = limit
        self._derive = derive
        self._known: OrderedDict[str, tuple[int, T, float]] = OrderedDict()

    def get(self, store: TraceStore, trace_id: str, *, is_held_still: bool) -> T | None:
        """Return the value for a trace as it is now, or nearly so if it is costly."""
        known = self._known.get(trace_id)
        totals = store.totals(trace_id)
        if known is not None:
            self._known.move_to_end(trace_id)
            revision, value, again_at = known
            if totals is None or revision == totals.revision or is_held_still:
                return value
            if time.perf_counter() < again_at:
                self.is_behind = True
                return value
        started = time.perf_counter()
        trace = store.trace(trace_id)
        if trace is None or totals is None:
            return None
        value = self._derive(trace)
        finished = time.perf_counter()
        self.computed += 1
        again_at = finished + _PATIENCE * (finished - started)
        self._known[trace_id] = (totals.revision, value, again_at)
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
        return value

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self._known


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
        self._clock = clock
        self._revision = 0
        self._restless_until = 0
        self._paused_at = 0
        self._arrivals_seen = 0
        self._all = self._shown = TraceOrder()
        self._next_number = 0
        self._sieve: Filter | None = None
        self._unlooked: list[str] = []
        """Traces that the filter was not given yet, the newest at the end."""
        self._has_news = False
        self._sought: tuple[int, str | None] | None = None
        """Near which number the selection belongs, and the trace that stands in for now."""
        self._leftover: str | None = None
        """A selected row that does not match any more; it leaves with the selection."""
        self._summaries = _Memo(MAX_REMEMBERED_SUMMARIES, summarise)
        self._waterfalls = _Memo(MAX_REMEMBERED_WATERFALLS, Waterfall)

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
        if self.paused:
            return False
        change = self.store.changes_since(self._revision)
        if change.revision == self._revision:
            return self.sift() or self._is_unrest()
        self._revision = change.revision
        self._restless_until = self._clock() + _UNREST_NANO
        self._arrivals_seen = self.store.counters.received_traces
        for trace_id in change.updated:
            if trace_id not in self._all:
                self._all.append(trace_id, self._next_number)
                self._next_number += 1
        gone: list[str] = []
        if len(self.store) < len(self._all):
            kept = None if self.following else self.selected
            gone = self._all.drop_gone(self.store, kept=kept)
        if self._sieve is not None:
            self._sieve.reconsider(gone)
            self._sieve.reconsider(change.updated)
            self.sift()
        self._keep_selection()
        return True

    def narrow(self, sieve: "Filter | None") -> None:
        """Show only the traces that a filter lets through, or all again.

        Args:
            sieve: Has not looked at any trace yet; None shows every trace.
        """
        number = self._all.number_of.get(self.selected or "")
        self._sieve, self._leftover, self._unlooked = sieve, None, []
        self._sought = None if number is None or self.following else (number, self.selected)
        if sieve is None:
            self._shown = self._all
        else:
            self._shown = TraceOrder()
            self._unlooked = self._all.ids.copy()
            self.sift()
        self._has_news = True
        self._keep_selection()

    def sift(self, budget_seconds: float = SIFT_SECONDS) -> bool:
        """Let the filter go on for a while.

        Args:
            budget_seconds: For how long at most.

        Returns:
            Whether other traces are shown than when this was last asked.
        """
        if self._sieve is not None and self.unsifted:
            if self._sieve.pending < _SIFTED_AT_ONCE:
                self._sieve.reconsider(reversed(self._unlooked[-_SIFTED_AT_ONCE:]))
                del self._unlooked[-_SIFTED_AT_ONCE:]
            matched, dropped = self._sieve.step(budget_seconds)
            numbers = self._all.number_of
            self._shown.insert((numbers[each], each) for each in matched if each in numbers)
            if self.selected in dropped and not self.following:
                self._leftover = self.selected
            self._shown.discard([each for each in dropped if each != self._leftover])
            if matched or dropped:
                self._has_news = True
                self._keep_selection()
        has_news, self._has_news = self._has_news, False
        return has_news

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

    def _keep_selection(self) -> None:
        """Follow the newest, or stay on the selected trace, or go to the one nearest to it."""
        if self._leftover is not None and self._leftover != self.selected:
            self._shown.discard([self._leftover])
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
        is_behind = self._summaries.is_behind or self._waterfalls.is_behind
        self._summaries.is_behind = self._waterfalls.is_behind = False
        return is_behind or self._clock() < self._restless_until

    def id_at(self, row: int) -> str:
        """Return the trace in row *row*, 0 being the top."""
        return self._shown.ids[-1 - row if self.newest_first else row]

    def row_of(self, trace_id: str | None) -> int | None:
        """Return the row of a trace, or None when it has none."""
        number = self._shown.number_of.get(trace_id) if trace_id is not None else None
        if number is None:
            return None
        place = self._shown.place(number)
        return len(self._shown.ids) - 1 - place if self.newest_first else place

    def ids_from(self, trace_id: str, step: int) -> list[str]:
        """Return every trace once: downwards (1) or upwards (-1), from the row next to one.

        The last is *trace_id* itself; nothing if it has no row.
        """
        number = self._shown.number_of.get(trace_id)
        if number is None:
            return []
        place = self._shown.place(number)
        if (step > 0) is self.newest_first:
            return [*self._shown.ids[:place][::-1], *self._shown.ids[place:][::-1]]
        return [*self._shown.ids[place + 1 :], *self._shown.ids[: place + 1]]

    def number_at(self, row: int) -> int:
        """Return the running number of the trace in *row*; it grows with every new trace."""
        return self._shown.numbers[-1 - row if self.newest_first else row]

    def row_near(self, number: int) -> int:
        """Return the row of the trace with a running number, or of the one that follows it."""
        place = self._shown.place(number)
        return len(self._shown.ids) - 1 - place if self.newest_first else place

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
