"""What was derived from traces, and what is still being derived, a little at a time.

A small trace is read at once.  A large one, or one of many, is read in steps between which
keys and frames have their turn; until that is done an older value stands in, if there is one.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from devtrace.model.steps import Steps, finish
from devtrace.model.trace import Trace
from devtrace.store.ring import TraceStore

_PATIENCE = 10
"""A trace that took t to read is read again after 10 t at the earliest."""
_CHEAP_SECONDS = 0.02
"""What took less is read again whenever it changed."""
_MAX_WAITING = 64
"""Readings begun or asked for; the one asked for first is given up for another."""

T = TypeVar("T")


class _Known(NamedTuple, Generic[T]):
    revision: int
    value: T
    again_at: float
    weight: int


class _Reading(Generic[T]):
    """One trace as it is being read.

    Args:
        revision: The trace's, before the first step.
        steps: What there is to do.
    """

    def __init__(self, revision: int, steps: Steps[T | None]) -> None:
        self.revision = revision
        self.steps = steps
        self.seconds = 0.0


class Readings(Generic[T]):
    """Values by trace and revision; the least used is forgotten, but never the newest.

    Args:
        limit: How many traces are remembered.
        at_once: How many spans are read at once until `refill` is called.
        derive: Makes the value from a trace.
        weigh: Tells what a value takes; senders decide how long its texts are.
        max_weight: What all values together may take.
    """

    def __init__(
        self,
        limit: int,
        at_once: int,
        derive: Callable[[Trace], Steps[T]],
        *,
        weigh: Callable[[T], int] = lambda _: 0,
        max_weight: int = 0,
    ) -> None:
        self.weight = 0
        """What the remembered values take."""
        self.computed = 0
        self.is_behind = False
        """Whether an older value was given, or none, because a fresh one would cost too much."""
        self._limit = limit
        self._at_once = self._left = at_once
        self._derive = derive
        self._weigh = weigh
        self._max_weight = max_weight
        self._known: OrderedDict[str, _Known[T]] = OrderedDict()
        self._waiting: OrderedDict[str, _Reading[T]] = OrderedDict()

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self._known

    @property
    def waiting(self) -> int:
        """How many traces are being read, or will be."""
        return len(self._waiting)

    def refill(self) -> None:
        """Allow as many spans to be read at once as in the beginning."""
        self._left = self._at_once

    def get(self, store: TraceStore, trace_id: str, *, is_held_still: bool) -> T | None:
        """Return the value for a trace as it is now, or nearly so if it is costly."""
        known = self._known.get(trace_id)
        totals = store.totals(trace_id)
        if known is not None:
            self._known.move_to_end(trace_id)
            if totals is None or known.revision == totals.revision or is_held_still:
                return known.value
            if time.perf_counter() < known.again_at:
                self.is_behind = True
                return known.value
        if totals is None:
            return None
        if trace_id not in self._waiting:
            reading = _Reading(totals.revision, self._steps(store, trace_id))
            if totals.span_count <= self._left:
                self._left -= totals.span_count
                return self._read(trace_id, reading, until=None)
            self._waiting[trace_id] = reading
            if len(self._waiting) > _MAX_WAITING:
                self._waiting.popitem(last=False)
        self.is_behind = True
        return None if known is None else known.value

    def read_on(self, until: float) -> bool:
        """Read what was asked for last, one step and as long as the clock says less than *until*.

        Returns:
            Whether a trace is finished.
        """
        finished = False
        while self._waiting:
            trace_id, reading = self._waiting.popitem()
            if self._read(trace_id, reading, until=until) is not None:
                finished = self.is_behind = True
            if time.perf_counter() >= until:
                break
        return finished

    def _steps(self, store: TraceStore, trace_id: str) -> Steps[T | None]:
        trace = yield from store.trace_steps(trace_id)
        if trace is None:
            return None
        yield
        return (yield from self._derive(trace))

    def _read(self, trace_id: str, reading: _Reading[T], *, until: float | None) -> T | None:
        """Go on with *reading*; return the value if that is the end of it."""
        started = time.perf_counter()
        try:
            if until is None:
                value = finish(reading.steps)
            else:
                next(reading.steps)  # however late it is: otherwise it would never end
                while (now := time.perf_counter()) < until:
                    next(reading.steps)
                reading.seconds += now - started
                self._waiting[trace_id] = reading
                return None
        except StopIteration as stop:
            value = stop.value
        if value is None:
            return None
        now = time.perf_counter()
        cost = reading.seconds + now - started
        again_at = now if cost < _CHEAP_SECONDS else now + _PATIENCE * cost
        self.computed += 1
        self._remember(trace_id, _Known(reading.revision, value, again_at, self._weigh(value)))
        return value

    def _remember(self, trace_id: str, known: _Known[T]) -> None:
        if before := self._known.pop(trace_id, None):
            self.weight -= before.weight
        self._known[trace_id] = known
        self.weight += known.weight
        while len(self._known) > self._limit or (
            self.weight > self._max_weight and len(self._known) > 1
        ):
            _, forgotten = self._known.popitem(last=False)
            self.weight -= forgotten.weight
