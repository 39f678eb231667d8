"""Reads the two sets of traces that are compared, a few at a time.

Pure of Textual.  It is about what is held when it begins; what is evicted before its turn
is left out and counted.  A trace too large for a slice of time is measured by a thread,
which gives way every 5 ms.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import TYPE_CHECKING

from devtrace.analysis.contrast import Contrast, Measured, TraceSet, measure
from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span
from devtrace.model.steps import Steps
from devtrace.store.ring import TraceStore
from devtrace.tui.across import LARGE_SPANS

if TYPE_CHECKING:
    from devtrace.query import Query


class ContrastReading:
    """Sorts what is held into two sets.

    Args:
        store: What is read.
        before: What the traces of A are.
        after: The same for B; None is every trace that is not in A.
        within: What is in neither set unless it matches; None leaves nothing out.
    """

    def __init__(
        self,
        store: TraceStore,
        before: "Query",
        after: "Query | None",
        *,
        within: "Query | None" = None,
    ) -> None:
        self.contrast = Contrast(TraceSet(), TraceSet())
        """Complete when `is_done`."""
        self.looked_at = 0
        self.evicted = 0
        """How many traces left before their turn."""
        self.left_out = 0
        """How many traces do not match *within*."""
        self.is_done = False
        self._store = store
        self._before = before
        self._after = after
        self._within = within
        self._trace_ids = tuple(reversed(store.changes_since(0).updated))
        self.total = len(self._trace_ids)
        """How many traces are looked at."""
        self._steps = self._read()
        self._reader: ThreadPoolExecutor | None = None
        self._running: Future[Measured] | None = None

    def step(self, budget_seconds: float) -> bool:
        """Go on for *budget_seconds*, or one trace longer; return whether that was the end."""
        if self.is_done:
            return False
        deadline = perf_counter() + budget_seconds
        if self._running is not None and not self._running.done():
            return False
        for _ in self._steps:
            if self._running is not None or perf_counter() >= deadline:
                return False
        self.stop()
        return True

    def stop(self) -> None:
        """Read no further."""
        self.is_done = True
        if self._reader is not None:
            self._reader.shutdown(wait=False, cancel_futures=True)

    def _read(self) -> Steps[None]:
        for trace_id in self._trace_ids:
            payloads = self._store.payloads(trace_id)
            self.looked_at += 1
            if payloads is None:
                self.evicted += 1
                continue
            held = dict(payloads)
            if self._within is not None and not (yield from self._within.match_steps(held)):
                self.left_out += 1
                continue
            in_before = yield from self._before.match_steps(held)
            if self._after is None:
                in_after = not in_before
            else:
                in_after = yield from self._after.match_steps(held)
            if in_before or in_after:
                measured = yield from self._measured(held)
                for is_in, side in (
                    (in_before, self.contrast.before),
                    (in_after, self.contrast.after),
                ):
                    if is_in:
                        yield from side.put_steps(trace_id, measured)
            yield

    def _measured(self, payloads: Mapping[bytes, InstrumentationScope]) -> Steps[Measured]:
        """Measure a trace: a large one beside everything else."""
        if len(payloads) <= LARGE_SPANS:
            return _measure(payloads)
        if self._reader is None:
            self._reader = ThreadPoolExecutor(1, thread_name_prefix="contrast")
        self._running = self._reader.submit(_measure, payloads)
        yield
        measured = self._running.result()
        self._running = None
        return measured


def _measure(payloads: Mapping[bytes, InstrumentationScope]) -> Measured:
    return measure(Span(payload, scope) for payload, scope in payloads.items())
