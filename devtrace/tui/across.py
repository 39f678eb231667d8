"""Reads all traces that are asked about, a few at a time, and keeps their totals true.

Pure of Textual.  A screen calls `step` while it is open and nobody else does; a trace
that changed is read again, one that left is taken back, and no other is touched.  A
trace too large for a slice of time is read by a thread, which gives way every 5 ms.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from time import perf_counter
from typing import Generic, NamedTuple, TypeVar

from devtrace.analysis.tally import Sample, Tallies
from devtrace.analysis.timing import bounds
from devtrace.analysis.tree import TreeNode, assemble
from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span
from devtrace.store.ring import TraceStore
from devtrace.tui.matches import Matches

STEP_SECONDS = 0.01
"""How long a step may work, when keys and frames wait."""
LARGE_SPANS = 1_000
"""A trace with more spans than so many may take longer than a step."""
_SPANS_AT_ONCE = 250
"""Spans of a large trace that are counted between two looks at the clock."""
_DONE = object()
_PATIENCE = 10
"""After a large trace took t, the next is read 10 t later at the earliest."""

KeyT = TypeVar("KeyT", bound=Hashable)


class Progress(NamedTuple):
    """How many traces were read of how many."""

    read: int
    total: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to read."""
        return self.read >= self.total


class _Measured(NamedTuple, Generic[KeyT]):
    samples: list[Sample[KeyT]]
    start_nano: int
    seconds: float


class AcrossReading(Generic[KeyT]):
    """The totals over the traces that are asked about.

    Args:
        store: Where they are.
        samples_of: What is counted of a trace, from its rows.
        within: The traces that are asked about; None is every trace held.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        store: TraceStore,
        samples_of: Callable[[Sequence[TreeNode]], list[Sample[KeyT]]],
        *,
        within: Callable[[], Matches | None] = lambda: None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.tallies: Tallies[KeyT] = Tallies()
        self.traces_read = 0
        """How many traces were ever read; tests count work with it."""
        self._store = store
        self._samples_of = samples_of
        self._within = within
        self._clock = clock
        self._revision = 0
        self._wanted: Matches | None = None
        self._wanted_revision = 0
        self._known: OrderedDict[str, None] = OrderedDict()  # longest unchanged first
        self._pending: OrderedDict[str, None] = OrderedDict()
        self._large: OrderedDict[str, None] = OrderedDict()
        self._reader: ThreadPoolExecutor | None = None
        self._running: tuple[str, Future[_Measured[KeyT]]] | None = None
        self._next_large_at = 0.0
        self._jobs: deque[Iterator[None]] = deque()

    @property
    def progress(self) -> Progress:
        """How far reading is; a trace that changed counts as read until it is again."""
        return Progress(len(self.tallies), len(self._known))

    @property
    def is_idle(self) -> bool:
        """Whether everything that is known of was read as it is."""
        return not (self._pending or self._large or self._running or self._jobs)

    def step(self, budget_seconds: float = STEP_SECONDS) -> bool:
        """Take in what changed and read for *budget_seconds*, or one trace longer.

        However long taking in took, something is read: otherwise it would never end.

        Returns:
            Whether any total is different.
        """
        deadline = self._clock() + budget_seconds
        before = self.tallies.revision
        self._take_changes()
        self._take_large()
        has_time = True
        while self._jobs and has_time:
            if next(self._jobs[0], _DONE) is _DONE:
                self._jobs.popleft()
            has_time = self._clock() < deadline
        while self._pending and not self._jobs and has_time:
            trace_id, _ = self._pending.popitem(last=False)
            payloads = self._store.payloads(trace_id)
            if payloads is None:
                self._leave(trace_id)
            elif len(payloads) > LARGE_SPANS:
                self._large[trace_id] = None
            else:
                self._put(trace_id, _measure(payloads, self._samples_of))
            has_time = self._clock() < deadline
        self._begin_large()
        return self.tallies.revision != before

    def _take_changes(self) -> None:
        change = self._store.changes_since(self._revision)
        self._revision = change.revision
        wanted = self._within()
        for trace_id in change.updated:
            if wanted is None or trace_id in wanted:
                self._meet(trace_id)
        if wanted is None:
            self._wanted = None
            self._take_all_held()
            return
        revision = self._wanted_revision if wanted is self._wanted else -1
        changed = wanted.changes_since(revision)
        self._wanted, self._wanted_revision = wanted, wanted.revision
        if changed is None:
            self._jobs.append(self._looking_at_all(wanted))
            return
        for trace_id in changed:
            self._heed(trace_id, wanted)

    def _looking_at_all(self, wanted: Matches) -> Iterator[None]:
        """Know exactly what is in a query, a trace at a time; another query ends it."""
        for trace_id in [*self._known, *wanted.ids]:
            if wanted is not self._wanted:
                return
            self._heed(trace_id, wanted)
            yield

    def _heed(self, trace_id: str, wanted: Matches) -> None:
        """Read a trace that came to match; take back one that does not any more."""
        is_wanted = trace_id in wanted and trace_id in self._store
        if is_wanted and trace_id not in self._known:
            self._meet(trace_id)
        elif not is_wanted and trace_id in self._known:
            self._leave(trace_id)

    def _take_all_held(self) -> None:
        """Know exactly what the store holds.

        What it evicted is mostly what was unchanged for longest, so the search for it
        ends soon; what it holds and is not known was left out by a query that is gone.
        """
        surplus = len(self._known) - len(self._store)
        gone = (trace_id for trace_id in self._known if trace_id not in self._store)
        for trace_id in list(islice(gone, max(0, surplus))):
            self._leave(trace_id)
        if surplus < 0:
            for trace_id in self._store.changes_since(0).updated:
                if trace_id not in self._known:
                    self._meet(trace_id)

    def _meet(self, trace_id: str) -> None:
        self._known[trace_id] = None
        self._known.move_to_end(trace_id)
        if trace_id not in self._large:
            self._pending[trace_id] = None

    def _leave(self, trace_id: str) -> None:
        self._known.pop(trace_id, None)
        self._pending.pop(trace_id, None)
        self._large.pop(trace_id, None)
        if self.tallies.size(trace_id) > LARGE_SPANS:
            self._jobs.append(self._replacing(trace_id, None))
        else:
            self.tallies.drop(trace_id)

    def _put(self, trace_id: str, measured: _Measured[KeyT]) -> None:
        self.traces_read += 1
        self.tallies.put(trace_id, measured.samples, measured.start_nano)

    # -- large traces ----------------------------------------------------------------

    def _begin_large(self) -> None:
        """Let a thread read the next large trace, if none is being read."""
        if self._running or not self._large or self._clock() < self._next_large_at:
            return
        trace_id, _ = self._large.popitem(last=False)
        payloads = self._store.payloads(trace_id)
        if payloads is None:
            self._leave(trace_id)
            return
        if self._reader is None:
            self._reader = ThreadPoolExecutor(1, thread_name_prefix="across")
        copied = dict(payloads)
        self._running = (
            trace_id,
            self._reader.submit(_measure, copied, self._samples_of),
        )

    def _take_large(self) -> None:
        """Count the large trace that was being read, as soon as it has been."""
        if self._running is None or not self._running[1].done():
            return
        trace_id, future = self._running
        self._running = None
        measured = future.result()
        self._next_large_at = self._clock() + _PATIENCE * measured.seconds
        if trace_id in self._known:
            self.traces_read += 1
            self._jobs.append(self._replacing(trace_id, measured))

    def _replacing(self, trace_id: str, measured: _Measured[KeyT] | None) -> Iterator[None]:
        """Count a large trace anew, or no more, a few spans at a time.

        What else changes waits until it is done, so all of it comes in order.
        """
        while not self.tallies.drop(trace_id, most=_SPANS_AT_ONCE):
            yield
        if measured is None:
            return
        samples = iter(measured.samples)
        while some := list(islice(samples, _SPANS_AT_ONCE)):
            self.tallies.extend(trace_id, some, measured.start_nano)
            yield


def _measure(
    payloads: Mapping[bytes, InstrumentationScope],
    samples_of: Callable[[Sequence[TreeNode]], list[Sample[KeyT]]],
) -> _Measured[KeyT]:
    """Return what is counted of the spans of one trace."""
    began = perf_counter()
    spans = [Span(payload, scope) for payload, scope in payloads.items()]
    samples = samples_of(assemble(spans))
    return _Measured(samples, bounds(spans)[0], perf_counter() - began)
