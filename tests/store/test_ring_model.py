"""TraceStore does what a naive model of it does, whatever happens in whatever order."""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from devtrace.model.span import Span
from devtrace.store import ring
from devtrace.store.limits import Limits
from devtrace.store.record import SPAN_OVERHEAD_BYTES, TRACE_OVERHEAD_BYTES
from devtrace.store.ring import TraceStore
from devtrace.store.scopes import scope_bytes
from tests.builders import a_batch, a_span, trace_id_of

MAX_SPANS, MAX_REMEMBERED = 10, 3
TRACES, SPANS = "abcdefgh", "012345678"

Named = tuple[str, str]
"""The readable names of a trace and of a span in it."""
batches = st.lists(st.tuples(st.sampled_from(TRACES), st.sampled_from(SPANS)), max_size=12)


class _Held:
    """One trace of the model."""

    def __init__(self, *, is_partial: bool) -> None:
        self.spans: list[str] = []
        self.is_partial = is_partial
        self.is_truncated = self.is_pinned = False


class RingMachine(RuleBasedStateMachine):
    """The model: a dict of traces, the one with the oldest activity first."""

    def __init__(self) -> None:
        super().__init__()
        self.store = TraceStore(Limits(max_spans=MAX_SPANS))
        self.traces: dict[str, _Held] = {}
        self.evicted: list[str] = []
        self.counted: Counter[str] = Counter()
        self.last: list[Named] = []

    @rule(batch=batches)
    def consume(self, batch: list[Named]) -> None:
        """Spans arrive together."""
        self.last = batch
        self.store.consume(a_batch(*(a_span(span, trace=trace) for trace, span in batch)))
        for trace in dict.fromkeys(trace for trace, _ in batch):
            self._add(trace, [span for each, span in batch if each == trace])
        self._evict()

    @precondition(lambda self: self.last)
    @rule()
    def retry(self) -> None:
        """A sender that got no answer sends the same once more."""
        self.consume(self.last)

    @rule(trace=st.sampled_from(TRACES))
    def pin(self, trace: str) -> None:
        """The user keeps a trace, if there is room among the pinned ones."""
        held = self.traces.get(trace)
        pinned = sum(len(each.spans) for each in self.traces.values() if each.is_pinned)
        fits = held is not None and (
            held.is_pinned or pinned + len(held.spans) <= MAX_SPANS // 2
        )
        assert self.store.pin(trace_id_of(trace)) == fits
        if held is not None and fits and not held.is_pinned:
            held.is_pinned = True
            self._touch(trace)

    @rule(trace=st.sampled_from(TRACES))
    def unpin(self, trace: str) -> None:
        """The user lets it go."""
        self.store.unpin(trace_id_of(trace))
        held = self.traces.get(trace)
        if held is not None and held.is_pinned:
            held.is_pinned = False
            self._touch(trace)
            self._evict()

    @rule()
    def clear(self) -> None:
        """The user wants an empty screen."""
        self.store.clear()
        self.traces = {name: held for name, held in self.traces.items() if held.is_pinned}
        self.evicted.clear()

    def _add(self, trace: str, spans: list[str]) -> None:
        self.counted["received"] += len(spans)
        held = self.traces.get(trace) or _Held(is_partial=trace in self.evicted)
        fresh = [span for span in dict.fromkeys(spans) if span not in held.spans]
        self.counted["duplicate"] += len(spans) - len(fresh)
        if not fresh:
            return
        self.traces[trace] = held
        self._touch(trace)
        kept = fresh[: MAX_SPANS // 2 - len(held.spans)]
        held.spans += kept
        self.counted["truncated"] += len(fresh) - len(kept)
        held.is_truncated |= len(kept) < len(fresh)

    def _touch(self, trace: str) -> None:
        self.traces[trace] = self.traces.pop(trace)

    def _evict(self) -> None:
        while sum(len(held.spans) for held in self.traces.values()) > MAX_SPANS:
            trace = min(self.traces, key=lambda name: self.traces[name].is_pinned)
            self.counted["evicted"] += len(self.traces.pop(trace).spans)
            self.evicted = [*(name for name in self.evicted if name != trace), trace]
            self.evicted = self.evicted[-MAX_REMEMBERED:]

    @invariant()
    def holds_the_same(self) -> None:
        """Spans in order, marks, and what is counted."""
        for name in TRACES:
            expected, trace = self.traces.get(name), self.store.trace(trace_id_of(name))
            assert (expected is None) == (trace is None)
            if expected is None or trace is None:
                continue
            assert [span.name for span in trace.spans] == expected.spans
            assert trace.is_partial == expected.is_partial
            assert trace.is_truncated == expected.is_truncated
            assert trace.is_pinned == expected.is_pinned
        assert len(self.store) == len(self.traces)
        counters = self.store.counters
        assert counters.received_spans == self.counted["received"]
        assert counters.duplicate_spans == self.counted["duplicate"]
        assert counters.truncated_spans == self.counted["truncated"]
        assert counters.evicted_spans == self.counted["evicted"]

    @invariant()
    def accounts_for_what_it_holds(self) -> None:
        """The running totals are those of the spans that are there."""
        traces = [self.store.trace(trace_id_of(name)) for name in self.traces]
        spans: list[Span] = [span for trace in traces if trace for span in trace.spans]
        scopes = {span.scope for span in spans}
        assert self.store.span_count == len(spans)
        assert self.store.scope_count == len(scopes)
        assert self.store.byte_count == (
            sum(len(span.payload) + SPAN_OVERHEAD_BYTES for span in spans)
            + TRACE_OVERHEAD_BYTES * len(traces)
            + sum(map(scope_bytes, scopes))
        )


def test_the_ring_does_what_its_model_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Duplicates, truncation, pins, eviction, partial traces, in any order."""
    monkeypatch.setattr(ring, "MAX_REMEMBERED_EVICTIONS", MAX_REMEMBERED)

    run_state_machine_as_test(
        RingMachine, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
