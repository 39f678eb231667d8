"""When each trace ran, and how many of its spans failed: what an order or a chart of many needs.

Pure of Textual.  Every span is read once, when it is new; a trace that gains a span costs
that span.  A step reads for as long as it may, so keys and frames have their turn.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from itertools import islice
from time import perf_counter
from typing import NamedTuple

from devtrace.model.span import StatusCode
from devtrace.otlp.decode import read_course
from devtrace.store.ring import TraceStore

STEP_SECONDS = 0.005
"""How long a step may work, when keys and frames wait."""
_SPANS_AT_ONCE = 256
"""Spans that are read between two looks at the clock."""


class Figures(NamedTuple):
    """What was added up over the spans of a trace."""

    start_nano: int
    """Earliest start; 0 when no span has one."""
    end_nano: int
    """Latest end of what has a start, or latest start."""
    span_count: int
    error_count: int
    """Spans with status ERROR."""
    first_received: int
    """When it began to arrive; another one is another trace of the same id."""

    @property
    def duration_nano(self) -> int:
        """From the earliest start to the latest end."""
        return self.end_nano - self.start_nano


class TraceFigures:
    """The figures of the traces that were met, kept up to date a little at a time.

    Args:
        store: Where they are.
        clock: Seconds that only grow.
    """

    def __init__(self, store: TraceStore, *, clock: Callable[[], float] = perf_counter) -> None:
        self.spans_read = 0
        """How many spans were ever read; tests count work with it."""
        self.limit: int | None = None
        """Of how many traces figures are kept, those read last; None is all."""
        self.revision = 0
        """Grows with every step that read something."""
        self._store = store
        self._clock = clock
        self._known: dict[str, Figures] = {}
        self._pending: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._known)

    @property
    def pending(self) -> int:
        """How many traces wait to be read."""
        return len(self._pending)

    def get(self, trace_id: str) -> Figures | None:
        """Return what was read of a trace, or None."""
        return self._known.get(trace_id)

    def meet(self, trace_ids: Iterable[str]) -> None:
        """Have traces read that are new or gained spans."""
        recent = trace_ids if self.limit is None else deque(trace_ids, self.limit)
        self._pending.update(dict.fromkeys(recent))
        if self.limit is not None and len(self._pending) > self.limit:
            self.forget(list(islice(self._pending, len(self._pending) - self.limit)))

    def meet_unknown(self, trace_ids: Iterable[str]) -> None:
        """Have those traces read of which nothing is known."""
        self.meet(each for each in trace_ids if each not in self._known)

    def forget(self, trace_ids: Collection[str]) -> None:
        """Let go of traces that are not held any more."""
        for trace_id in self._known.keys() & trace_ids:
            del self._known[trace_id]
        for trace_id in self._pending.keys() & trace_ids:
            del self._pending[trace_id]

    def step(self, budget_seconds: float = STEP_SECONDS) -> list[str]:
        """Read the traces met last, for *budget_seconds* or a few hundred spans longer.

        Returns:
            The traces whose figures may be different.
        """
        deadline = self._clock() + budget_seconds
        changed: list[str] = []
        since_look = 0
        while self._pending:
            if since_look >= _SPANS_AT_ONCE:
                since_look = 0
                if self._clock() >= deadline:
                    break
            trace_id, _ = self._pending.popitem()
            before = self.spans_read
            if self._read(trace_id):
                changed.append(trace_id)
            else:
                self._pending[trace_id] = None
            since_look += 1 + self.spans_read - before
        self.revision += bool(changed)
        if self.limit is not None and len(self._known) > self.limit:
            for trace_id in list(islice(self._known, len(self._known) - self.limit)):
                del self._known[trace_id]
        return changed

    def _read(self, trace_id: str) -> bool:
        """Read some of what is unread of a trace; return whether that is all."""
        totals, payloads = self._store.totals(trace_id), self._store.payloads(trace_id)
        if totals is None or payloads is None:
            return True
        known = self._known.pop(trace_id, None)
        if known is None or known.first_received != totals.first_received_unix_nano:
            known = Figures(0, 0, 0, 0, totals.first_received_unix_nano)
        start, end, count, errors, first_received = known
        for payload in islice(payloads, count, count + _SPANS_AT_ONCE):
            its_start, its_end, status = read_course(payload)
            count += 1
            errors += status == StatusCode.ERROR
            if its_start:
                start = min(start, its_start) if start else its_start
                end = max(end, its_start, its_end)
        self.spans_read += count - known.span_count
        self._known[trace_id] = Figures(start, end, count, errors, first_received)
        return count >= len(payloads)
