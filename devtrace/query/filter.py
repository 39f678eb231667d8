"""Which traces of a store match a query, kept up to date a little at a time.

    traces = Filter(parse("status=error"), store)
    traces.reconsider(store.changes_since(0).updated)
    while traces.pending:
        verdicts = traces.step(0.02)        # and then back to the event loop

Only traces that changed are looked at again, and no step takes much longer than it was
given: the evaluation of a large trace stops half-way and goes on with the next step.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import NamedTuple

from devtrace.model.steps import Steps
from devtrace.query.bundle import Bundles, PayloadSource
from devtrace.query.query import Query


class Verdicts(NamedTuple):
    """What one step found out."""

    matched: tuple[str, ...]
    """Ids of traces that match now and did not before."""
    dropped: tuple[str, ...]
    """Ids of traces that matched and do not any more, or are not held any more."""


class Filter:
    """The ids of the traces that match a query.

    Args:
        query: What to look for.
        source: Where the traces are.
        clock: Seconds, for the budget of a step.
    """

    def __init__(
        self, query: Query, source: PayloadSource, *, clock: Callable[[], float] = perf_counter
    ) -> None:
        self.query = query
        self.considered = 0
        """How many looks at a trace have been finished."""
        self._source = source
        self._clock = clock
        self._is_lasting = query.is_lasting
        self._bundles = Bundles(query.may_match, source) if query.may_match else None
        self._pending: OrderedDict[str, None] = OrderedDict()
        self._matching: dict[str, None] = {}  # in order of discovery
        self._current: tuple[str, Steps[bool]] | None = None
        self._is_suspect = False
        """Whether the bundle of the current trace was found to hold something."""

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self._matching

    def __len__(self) -> int:
        """How many traces are known to match."""
        return len(self._matching)

    @property
    def matching(self) -> tuple[str, ...]:
        """Ids of the traces known to match, in the order in which they were found."""
        return tuple(self._matching)

    @property
    def pending(self) -> int:
        """How many traces wait to be looked at."""
        return len(self._pending) + (self._current is not None)

    def reconsider(self, trace_ids: Iterable[str]) -> None:
        """Look at traces, again if they changed; each waits behind those that wait already.

        Args:
            trace_ids: Those that a view shows first, first; ids that are no longer held
                leave the matching ones.
        """
        self._pending.update(dict.fromkeys(trace_ids))

    def step(self, budget_seconds: float) -> Verdicts:
        """Go on for *budget_seconds* at most, then say what is new.

        Args:
            budget_seconds: More than 0; one more span may be looked at when it is over.
        """
        deadline = self._clock() + budget_seconds
        matched: dict[str, None] = {}
        dropped: dict[str, None] = {}
        while (verdict := self._advance(deadline)) is not None:
            trace_ids, is_match = verdict
            self.considered += len(trace_ids)
            for trace_id in trace_ids:
                if is_match and trace_id not in self._matching:
                    self._matching[trace_id] = None
                    _note(trace_id, matched, unless=dropped)
                elif not is_match and trace_id in self._matching:
                    del self._matching[trace_id]
                    _note(trace_id, dropped, unless=matched)
        return Verdicts(tuple(matched), tuple(dropped))

    def _advance(self, deadline: float) -> tuple[Sequence[str], bool] | None:
        """Return the next traces with whether they match, or None when the time is up."""
        if self._current is None:
            if not self._pending or self._clock() >= deadline:
                return None
            if ruled_out := self._ruled_out():
                return ruled_out, False
            trace_id, _ = self._pending.popitem(last=False)
            payloads = self._source.payloads(trace_id)
            if payloads is None:
                return (trace_id,), False
            if self._is_lasting and trace_id in self._matching:
                return (trace_id,), True
            looked_at = self._bundles.suspect(trace_id) if self._bundles else None
            self._is_suspect = looked_at is not None
            self._current = trace_id, self.query.match_steps(payloads, looked_at)
        trace_id, steps = self._current
        try:
            while True:
                next(steps)
                if self._clock() >= deadline:
                    return None
        except StopIteration as stop:
            self._current = None
            if self._bundles is not None and not self._is_suspect:
                self._bundles.note(is_match=stop.value)
            return (trace_id,), stop.value

    def _ruled_out(self) -> list[str]:
        """Take from those that wait the next few, if none of them matches."""
        if self._bundles is None:
            return []
        apart = self._matching if self._is_lasting else ()
        trace_ids = self._bundles.ruled_out(self._pending, apart)
        for trace_id in trace_ids:
            del self._pending[trace_id]
        return trace_ids


def _note(trace_id: str, news: dict[str, None], *, unless: dict[str, None]) -> None:
    """Add *trace_id* to *news*, unless that takes back what the same step found before."""
    if trace_id in unless:
        del unless[trace_id]
    else:
        news[trace_id] = None
