"""TraceStore keeps the newest whole traces within its bounds and accounts for the rest."""

import gc
import sys
import tracemalloc
import weakref
from collections.abc import Iterable
from itertools import islice
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.consumer import SpanBatch
from devtrace.model.resource import ScopeInterner
from devtrace.model.trace import Trace
from devtrace.otlp.decode import decode_spans
from devtrace.store import ring
from devtrace.store.limits import Limits
from devtrace.store.record import SPAN_OVERHEAD_BYTES, TRACE_OVERHEAD_BYTES
from devtrace.store.ring import TraceStore
from devtrace.store.scopes import SCOPE_OVERHEAD_BYTES
from tests.bench.requests import a_template, distinct
from tests.builders import MILLISECOND, T0, a_batch, a_request, a_span, trace_id_of

Named = tuple[str, str]
"""The readable names of a trace and of a span in it."""


def batch_of(*names: Named, received: int = T0) -> SpanBatch:
    """Return a batch of plain spans."""
    return a_batch(*(a_span(span, trace=trace) for trace, span in names), received=received)


def a_store(
    *, max_spans: int = 1_000, max_bytes: int = 1_000_000, holding: Iterable[Named] = ()
) -> TraceStore:
    """Return a store into which each of *holding* came in a batch of its own."""
    store = TraceStore(Limits(max_spans=max_spans, max_bytes=max_bytes))
    for name in holding:
        store.consume(batch_of(name))
    return store


def held(store: TraceStore, trace: str) -> Trace:
    """Return a trace that must be held."""
    found = store.trace(trace_id_of(trace))
    assert found is not None
    return found


def names_in(store: TraceStore, trace: str) -> list[str]:
    """Return the span names of a held trace, in order of arrival."""
    return [span.name for span in held(store, trace).spans]


def is_held(store: TraceStore, trace: str) -> bool:
    """Return whether a trace is held."""
    return trace_id_of(trace) in store


# -- reading -------------------------------------------------------------------------


def test_spans_of_one_trace_are_found_together() -> None:
    """R99: whatever requests and services they came from, in order of arrival."""
    store = a_store()

    store.consume(a_batch(a_span("a"), a_span("x", trace="other"), service="one"))
    store.consume(a_batch(a_span("b"), service="two"))

    assert names_in(store, "trace") == ["a", "b"]
    assert [span.service_name for span in held(store, "trace").spans] == ["one", "two"]
    assert len(store) == 2
    assert store.span_count == 3


def test_what_is_not_held_is_none() -> None:
    """A reader asks for what it saw a moment ago, and it may be gone."""
    store = a_store()

    assert store.trace(trace_id_of("gone")) is None
    assert store.totals(trace_id_of("gone")) is None
    assert not is_held(store, "gone")


def test_equal_span_ids_in_two_traces_are_independent() -> None:
    """R105: a span id means nothing outside its trace."""
    store = a_store(holding=[("a", "same"), ("b", "same")])

    assert names_in(store, "a") == names_in(store, "b") == ["same"]
    assert store.counters.duplicate_spans == 0


def test_a_trace_remembers_its_first_and_last_arrival() -> None:
    """A view calls a trace settled by when it was last heard of."""
    store = a_store()
    store.consume(batch_of(("t", "1"), received=T0 + 5))
    store.consume(batch_of(("t", "2"), received=T0 + 9))
    store.consume(batch_of(("t", "3"), received=T0 + 7))

    trace = held(store, "t")

    assert (trace.first_received_unix_nano, trace.last_received_unix_nano) == (T0 + 5, T0 + 9)


def test_what_is_known_of_a_trace_without_reading_it() -> None:
    """And its start, for which one number of each span is read."""
    store = a_store()
    store.consume(
        a_batch(
            a_span("no start", start_time_unix_nano=0, end_time_unix_nano=0),
            a_span("late", start_ms=5, duration_ms=10),
            a_span("no end", start_ms=40, end_time_unix_nano=0),
        )
    )
    store.consume(a_batch(a_span("early", start_ms=2, duration_ms=1), received=T0 + 1))

    assert store.start_of(trace_id_of("trace")) == T0 + 2 * MILLISECOND
    assert store.start_of(trace_id_of("gone")) == 0
    assert store.totals(trace_id_of("trace")) == ring.Totals(
        revision=2,
        span_count=4,
        first_received_unix_nano=T0,
        last_received_unix_nano=T0 + 1,
    )


# -- duplicates ----------------------------------------------------------------------


def test_the_same_request_twice_is_stored_once() -> None:
    """R103: delivery is at least once."""
    store = a_store()
    for _ in range(2):
        store.consume(batch_of(("t", "1"), ("t", "2")))

    assert names_in(store, "t") == ["1", "2"]
    assert store.counters.received_spans == 4
    assert store.counters.duplicate_spans == 2


def test_copies_within_one_batch_are_stored_once() -> None:
    """R103: also when they come from two resources."""
    store = a_store()
    interner = ScopeInterner()
    request = a_request(a_span(), a_span(), service="one")
    request.MergeFrom(a_request(a_span(), service="two"))

    store.consume(
        SpanBatch(decode_spans(request.SerializeToString(), scope_of=interner).slices, T0)
    )

    assert len(held(store, "trace").spans) == store.span_count == 1
    assert store.counters.duplicate_spans == 2


def test_the_same_ids_with_other_content_are_two_spans() -> None:
    """R104: nothing is overwritten silently."""
    store = a_store()
    store.consume(a_batch(a_span("s", name="one"), a_span("s", name="two")))

    assert names_in(store, "trace") == ["one", "two"]


def test_a_duplicate_is_no_activity() -> None:
    """A retry says nothing new: the trace neither changes nor stays longer for it."""
    store = a_store(holding=[("old", "1"), ("new", "2")])
    before, seen = held(store, "old"), store.revision

    store.consume(batch_of(("old", "1"), received=T0 + 9))

    assert store.changes_since(seen).updated == ()
    assert held(store, "old").last_received_unix_nano == before.last_received_unix_nano


def test_a_duplicate_hides_no_change() -> None:
    """A copy of an old span that arrives last must not end the search for changes."""
    store = a_store(holding=[("a", "1")])
    seen = store.revision
    store.consume(batch_of(("b", "2")))
    store.consume(batch_of(("a", "1")))

    assert store.changes_since(seen).updated == (trace_id_of("b"),)


# -- bounds --------------------------------------------------------------------------


def test_eviction_takes_whole_traces_with_the_oldest_activity_first() -> None:
    """R138: half a trace misleads more than a missing one."""
    store = a_store(max_spans=4, holding=[("a", "1"), ("b", "2"), ("a", "3"), ("c", "4")])

    store.consume(batch_of(("d", "5")))

    assert not is_held(store, "b")
    assert names_in(store, "a") == ["1", "3"]
    assert store.counters.evicted_traces == store.counters.evicted_spans == 1


def test_eviction_makes_room_for_bytes_too() -> None:
    """R124, R139: one span of a megabyte weighs what it weighs."""
    store = a_store(max_bytes=100_000, holding=[("a", "1"), ("b", "2")])

    store.consume(a_batch(a_span("big", trace="c", name="x" * 40_000)))
    store.consume(a_batch(a_span("big", trace="d", name="y" * 40_000)))
    store.consume(a_batch(a_span("big", trace="e", name="z" * 40_000)))

    assert not is_held(store, "a")
    assert not is_held(store, "c")
    assert is_held(store, "e")
    assert store.byte_count <= 100_000


def test_a_runaway_trace_is_truncated_and_marked() -> None:
    """R139: it may take half of the ring, and never evicts itself."""
    store = a_store(max_spans=10, holding=[("other", "o")])
    store.consume(batch_of(*(("t", str(number)) for number in range(8))))
    store.consume(batch_of(("t", "8")))

    assert names_in(store, "t") == ["0", "1", "2", "3", "4"]
    assert held(store, "t").is_truncated
    assert not held(store, "other").is_truncated
    assert is_held(store, "other")
    assert store.counters.truncated_spans == 4
    assert store.counters.evicted_spans == 0


def test_a_runaway_trace_is_truncated_by_bytes() -> None:
    """What still fits is kept, in order of arrival."""
    batch = batch_of(*(("t", str(number)) for number in range(5)))
    size = len(batch.slices[0].payloads[0]) + SPAN_OVERHEAD_BYTES
    scope_size = batch.slices[0].scope.byte_count + SCOPE_OVERHEAD_BYTES
    store = a_store(max_bytes=2 * (TRACE_OVERHEAD_BYTES + scope_size + 3 * size))

    store.consume(batch)

    assert names_in(store, "t") == ["0", "1", "2"]
    assert held(store, "t").is_truncated
    assert store.counters.truncated_spans == 2


def test_the_tighter_of_both_bounds_truncates() -> None:
    """Spans may run out first although the batch as a whole is too many bytes as well."""
    store = a_store(max_spans=4, max_bytes=10_000)

    store.consume(batch_of(*(("t", str(number)) for number in range(20))))

    assert names_in(store, "t") == ["0", "1"]
    assert store.counters.truncated_spans == 18


def test_a_runaway_trace_of_many_scopes_is_truncated_too() -> None:
    """R139: a sender whose every request has another resource must not evict itself."""
    store = a_store(max_bytes=40_000, holding=[("other", "o")])

    for number in range(50):
        store.consume(a_batch(a_span(str(number)), service=f"instance {number}"))

    assert held(store, "trace").is_truncated
    assert is_held(store, "other")
    assert store.counters.evicted_spans == 0
    assert store.span_count + store.counters.truncated_spans == 51


def test_a_span_larger_than_the_bound_for_a_trace_is_counted() -> None:
    """It cannot be kept; that it came is on screen."""
    store = a_store(max_bytes=10_000)
    store.consume(a_batch(a_span(name="x" * 9_000)))

    assert len(store) == store.byte_count == 0
    assert store.counters.truncated_spans == 1


def test_being_truncated_is_a_change() -> None:
    """The mark appears although no span was added."""
    store = a_store(max_spans=2, holding=[("t", "1"), ("other", "2")])
    seen = store.revision

    store.consume(batch_of(("t", "3")))

    assert store.changes_since(seen).updated == (trace_id_of("t"),)


def test_a_late_span_of_an_evicted_trace_begins_a_partial_one() -> None:
    """R107: no resurrection, no crash, and the row says that spans are missing."""
    store = a_store(max_spans=2, holding=[("a", "1"), ("b", "2"), ("c", "3")])
    assert not is_held(store, "a")

    store.consume(batch_of(("a", "late")))

    assert names_in(store, "a") == ["late"]
    assert held(store, "a").is_partial
    assert not held(store, "c").is_partial


def test_memory_of_evictions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was forgotten twice begins anew as if it were whole."""
    monkeypatch.setattr(ring, "MAX_REMEMBERED_EVICTIONS", 1)
    store = a_store(max_spans=1, holding=[("a", "1"), ("b", "2"), ("c", "3"), ("a", "4")])

    assert not held(store, "a").is_partial
    assert store.counters.forgotten_evictions == 2
    store.consume(batch_of(("c", "5")))
    assert held(store, "c").is_partial


# -- pinning -------------------------------------------------------------------------


def test_a_pinned_trace_stays() -> None:
    """The one that is being looked at is not swept away by traffic."""
    store = a_store(max_spans=4, holding=[("keep", "1")])
    assert store.pin(trace_id_of("keep"))

    for number in range(20):
        store.consume(batch_of((str(number), "s")))

    assert held(store, "keep").is_pinned
    assert store.span_count == 4


def test_a_pinned_trace_still_grows() -> None:
    """Pinning keeps, it does not freeze."""
    store = a_store(holding=[("keep", "1")])
    store.pin(trace_id_of("keep"))
    seen = store.revision

    store.consume(batch_of(("keep", "2")))

    assert names_in(store, "keep") == ["1", "2"]
    assert store.changes_since(seen).updated == (trace_id_of("keep"),)


def test_pins_take_at_most_half_of_the_ring() -> None:
    """Live traffic always has room; the refusal is an answer, not an error."""
    store = a_store(max_spans=4, holding=[("a", "1"), ("b", "2"), ("c", "3")])

    assert store.pin(trace_id_of("a"))
    assert store.pin(trace_id_of("a"))
    assert store.pin(trace_id_of("b"))
    assert not store.pin(trace_id_of("c"))
    assert not store.pin(trace_id_of("gone"))


def test_pins_take_at_most_half_of_the_bytes() -> None:
    """The same bound in the other unit."""
    store = a_store(max_bytes=20_000)
    store.consume(a_batch(a_span(trace="a", name="x" * 6_000)))
    store.consume(a_batch(a_span(trace="b", name="x" * 6_000)))

    assert store.pin(trace_id_of("a"))
    assert not store.pin(trace_id_of("b"))


def test_unpinning_makes_a_trace_mortal_again() -> None:
    """It leaves as if it had just been active."""
    store = a_store(max_spans=2, holding=[("a", "1"), ("b", "2")])
    store.pin(trace_id_of("a"))
    store.unpin(trace_id_of("a"))
    store.unpin(trace_id_of("gone"))

    store.consume(batch_of(("c", "3")))

    assert is_held(store, "a")
    assert not held(store, "a").is_pinned
    assert not is_held(store, "b")


def test_pinned_traces_that_outgrow_the_ring_are_the_last_to_go() -> None:
    """The bound holds against everybody."""
    store = a_store(max_spans=4, holding=[("a", "1"), ("b", "2")])
    store.pin(trace_id_of("a"))
    store.pin(trace_id_of("b"))

    store.consume(batch_of(("a", "3"), ("b", "4"), ("c", "5")))

    assert not is_held(store, "c")
    assert store.span_count == 4


# -- clearing ------------------------------------------------------------------------


def test_clearing_leaves_the_pinned_traces_and_the_counters() -> None:
    """What the user keeps is kept; what happened, happened."""
    store = a_store(holding=[("keep", "1"), ("a", "2"), ("b", "3")])
    store.pin(trace_id_of("keep"))
    seen = store.revision

    store.clear()

    assert is_held(store, "keep")
    assert len(store) == store.span_count == 1
    assert store.counters.received_spans == 3
    assert store.revision > seen


def test_everything_shrinks_when_traces_leave() -> None:
    """A field that only grows is a leak, however small: also the interner's."""
    store, interner = a_store(), ScopeInterner()
    for number in range(20):
        request = a_request(a_span(trace=str(number)), service=f"s{number}")
        decoded = decode_spans(request.SerializeToString(), scope_of=interner)
        store.consume(SpanBatch(decoded.slices, T0))
    del decoded
    scope = weakref.ref(held(store, "7").spans[0].scope)
    assert len(interner) == store.scope_count == 20

    store.clear()

    assert len(interner) == store.scope_count == 0
    assert scope() is None
    assert store.byte_count == store.span_count == len(store) == 0


def test_a_scope_is_paid_for_once_and_until_its_last_span_leaves() -> None:
    """A million spans of one service cost one resource."""
    store = a_store(max_spans=2)
    store.consume(batch_of(("a", "1")))
    one = store.byte_count
    store.consume(batch_of(("b", "1")))
    two = store.byte_count
    assert two - one < one

    store.consume(batch_of(("c", "1")))

    assert store.byte_count == two
    assert store.scope_count == 1


# -- changes -------------------------------------------------------------------------


def test_nothing_new_is_told_at_the_price_of_a_comparison() -> None:
    """Ten times a second the answer is mostly this one."""
    store = a_store(holding=[("a", "1")])

    assert store.changes_since(store.revision) == ring.Change(store.revision, ())


def test_changes_come_with_the_oldest_first() -> None:
    """New rows are appended in the order in which they came, pinned ones included."""
    store = a_store(holding=[("a", "1"), ("b", "2"), ("c", "3")])
    store.pin(trace_id_of("a"))
    store.consume(batch_of(("b", "4")))

    expected = tuple(trace_id_of(name) for name in "cab")
    assert store.changes_since(0) == ring.Change(store.revision, expected)


def test_changes_of_pinned_traces_come_in_their_place() -> None:
    """Between those of the others."""
    store = a_store(holding=[("a", "1"), ("b", "1")])
    store.pin(trace_id_of("a"))
    seen = store.revision
    for trace in ("b", "a", "c"):
        store.consume(batch_of((trace, "2")))

    assert store.changes_since(seen).updated == tuple(map(trace_id_of, "bac"))


def test_a_store_is_asked_for_many_traces_at_once() -> None:
    """Pinned ones and others are held alike."""
    store = a_store(holding=[("a", "1"), ("b", "1")])
    store.pin(trace_id_of("a"))

    assert store.isdisjoint([trace_id_of("c")])
    assert not store.isdisjoint([trace_id_of("c"), trace_id_of("a")])
    assert not store.isdisjoint([trace_id_of("b")])


# -- properties ------------------------------------------------------------------------

TRACES, SPANS = "abcdef", "0123"
names = st.tuples(st.sampled_from(TRACES), st.sampled_from(SPANS))
batches = st.lists(st.lists(names, max_size=6), max_size=15)


@given(max_spans=st.integers(1, 12), max_bytes=st.integers(1, 9_000), batches=batches)
def test_the_bounds_hold_after_every_batch(
    max_spans: int, max_bytes: int, batches: list[list[Named]]
) -> None:
    """R138, R139: and every span that came is held, dropped or evicted, and counted as such."""
    store = a_store(max_spans=max_spans, max_bytes=max_bytes)
    for batch in batches:
        store.consume(batch_of(*batch))

        traces = [trace for name in TRACES if (trace := store.trace(trace_id_of(name)))]
        counters = store.counters
        assert store.span_count == sum(len(trace.spans) for trace in traces) <= max_spans
        assert store.byte_count <= max_bytes
        assert len(store) == len(traces)
        assert counters.received_spans == (
            store.span_count
            + counters.duplicate_spans
            + counters.truncated_spans
            + counters.evicted_spans
        )
        assert store.byte_count >= sum(
            len(span.payload) for trace in traces for span in trace.spans
        )


@given(spans=st.lists(names, unique=True, max_size=20), data=st.data())
def test_totals_do_not_depend_on_the_order_or_the_split(
    spans: list[Named], data: st.DataObject
) -> None:
    """R99: one request or ten, shuffled: the same store."""

    def totals_of(order: list[Named], size: int) -> object:
        store = a_store()
        for begin in range(0, len(order), size):
            store.consume(
                a_batch(
                    *(
                        a_span(span, trace=trace, start_ms=int(span) + ord(trace))
                        for trace, span in order[begin : begin + size]
                    )
                )
            )
        totals = {
            name: found._replace(revision=0)
            for name in TRACES
            if (found := store.totals(trace_id_of(name)))
        }
        return totals, store.span_count, store.byte_count

    shuffled = data.draw(st.permutations(spans))

    assert totals_of(shuffled, data.draw(st.integers(1, 20))) == totals_of(spans, 20)


operations = st.lists(
    st.tuples(st.just("consume"), st.lists(names, max_size=4))
    | st.tuples(st.sampled_from(["pin", "unpin"]), st.sampled_from(TRACES))
    | st.tuples(st.just("clear"), st.none()),
    max_size=25,
)


def snapshot(store: TraceStore) -> dict[str, object]:
    """Return all that a reader can see of each held trace."""
    seen: dict[str, object] = {}
    for name in TRACES:
        trace = store.trace(trace_id_of(name))
        if trace is not None:
            seen[trace.trace_id] = (
                tuple(span.payload for span in trace.spans),
                trace.last_received_unix_nano,
                trace.is_partial,
                trace.is_truncated,
                trace.is_pinned,
            )
    return seen


@given(operations=operations)
def test_no_change_is_missed_whenever_a_reader_last_looked(
    operations: list[tuple[str, object]],
) -> None:
    """Against the naive answer: compare everything with everything at every revision."""
    store = a_store(max_spans=8)
    history = {0: snapshot(store)}
    for number, (operation, argument) in enumerate(operations):
        match operation, argument:
            case "consume", list(batch):
                store.consume(batch_of(*batch, received=T0 + number))
            case "pin", str(name):
                store.pin(trace_id_of(name))
            case "unpin", str(name):
                store.unpin(trace_id_of(name))
            case _:
                store.clear()

        now = snapshot(store)
        assert history.get(store.revision, now) == now, "equal revisions, unequal stores"
        history[store.revision] = now
        for revision, then in history.items():
            change = store.changes_since(revision)
            changed = {trace_id for trace_id, seen in now.items() if then.get(trace_id) != seen}
            assert change.revision == store.revision
            assert changed <= set(change.updated) <= set(now)
            assert len(set(change.updated)) == len(change.updated)


def test_payloads_are_what_the_store_holds() -> None:
    """A search needs no span to be read; an unknown id has none."""
    store = TraceStore()
    store.consume(a_batch(a_span("a"), a_span("b")))
    trace = store.trace(trace_id_of("trace"))
    assert trace is not None

    assert store.payloads(trace.trace_id) == {span.payload: span.scope for span in trace.spans}
    assert store.payloads(trace_id_of("unknown")) is None


# -- cost ------------------------------------------------------------------------------


@pytest.mark.parametrize("spans_per_trace", [1, 16, 512])
def test_the_estimate_is_what_python_takes(spans_per_trace: int) -> None:
    """256 MiB means memory: what is allocated fills most of it and never passes it."""
    requests = distinct(a_template(spans_per_trace=spans_per_trace, services=1))
    interner, store = ScopeInterner(), TraceStore()
    gc.collect()
    tracemalloc.start()
    for body in islice(requests, 20):
        store.consume(SpanBatch(decode_spans(body, scope_of=interner).slices, T0))
    gc.collect()
    with_store, _ = tracemalloc.get_traced_memory()
    span_count, byte_count = store.span_count, store.byte_count
    del store
    gc.collect()
    without, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert span_count == 20 * 512
    assert 0.6 * byte_count < with_store - without <= byte_count


@pytest.mark.parametrize("services", [1, 3])
def test_storing_a_span_allocates_two_blocks(services: int) -> None:
    """Its bytes and its place: what a trace costs besides is shared by its spans.

    A clock would need a quiet machine to notice a third; the count notices it anywhere.
    """
    requests = distinct(a_template(services=services))
    interner, store = ScopeInterner(), TraceStore()
    bodies = list(islice(requests, 21))
    store.consume(SpanBatch(decode_spans(bodies.pop(), scope_of=interner).slices, T0))
    gc.collect()
    before = sys.getallocatedblocks()
    for body in bodies:
        store.consume(SpanBatch(decode_spans(body, scope_of=interner).slices, T0))
    gc.collect()

    assert sys.getallocatedblocks() - before < 2 * 20 * 512


def test_storing_reads_no_span(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does telling what changed, what is known of it, or evicting it."""

    def refuse(*_: object) -> None:
        raise AssertionError("a span was read")

    requests = distinct(a_template(services=3))
    interner, store = ScopeInterner(), TraceStore(Limits(max_spans=2_000))
    monkeypatch.setattr("devtrace.otlp.decode.HotSpan", SimpleNamespace(FromString=refuse))

    for body in islice(requests, 10):
        store.consume(SpanBatch(decode_spans(body, scope_of=interner).slices, T0))
    totals = list(map(store.totals, store.changes_since(0).updated))

    assert sum(each.span_count for each in totals if each) == store.span_count
    assert store.counters.evicted_spans > 0
