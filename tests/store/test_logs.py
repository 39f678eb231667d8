"""LogStore keeps the newest records within its bounds, finds them, and forgets without trace."""

import gc
import random
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.consumer import LogBatch
from devtrace.otlp.decode_logs import decode_logs
from devtrace.store.limits import LogLimits
from devtrace.store.logs import (
    BATCH_OVERHEAD_BYTES,
    RECORD_OVERHEAD_BYTES,
    TRACE_OVERHEAD_BYTES,
    LogStore,
)
from devtrace.store.scopes import SCOPE_OVERHEAD_BYTES
from tests.builders import a_log, a_log_batch, a_logs_request, trace_id_of


def a_store(
    *bodies: str, max_records: int = 1_000, max_bytes: int = 1_000_000, trace: str = "trace"
) -> LogStore:
    """Return a store into which each of *bodies* came in a batch of its own."""
    store = LogStore(LogLimits(max_records=max_records, max_bytes=max_bytes))
    for body in bodies:
        store.consume_logs(a_log_batch(a_log(body, trace=trace)))
    return store


def bodies_in(store: LogStore) -> list[object]:
    """Return the bodies of all held records, oldest first."""
    records = [store.record(number) for number in store.numbers]
    return [record.body for record in records if record is not None]


# -- reading -------------------------------------------------------------------------


def test_records_keep_the_order_in_which_they_arrived() -> None:
    """Each under a number that stays its own."""
    store = a_store("a", "b", max_records=2)
    first = store.numbers.start
    store.consume_logs(a_log_batch(a_log("c")))

    assert bodies_in(store) == ["b", "c"]
    assert list(store.numbers) == [first + 1, first + 2]
    assert store.record(first) is None
    assert store.record(first + 3) is None


def test_records_of_a_trace_are_found_in_order_of_time() -> None:
    """R135: services send at different moments; a record without any time comes first."""
    store = a_store()
    store.consume_logs(a_log_batch(a_log("late", at_ms=2), a_log("early", at_ms=1)))
    store.consume_logs(a_log_batch(a_log("other", trace="other"), a_log("none", trace=None)))
    timeless = a_log("timeless", time_unix_nano=0, observed_time_unix_nano=0)
    store.consume_logs(a_log_batch(timeless, service="another"))

    found = store.of_trace(trace_id_of("trace"))

    assert [record.body for record in found] == ["timeless", "early", "late"]
    assert store.of_trace(trace_id_of("unknown")) == ()


def test_errors_are_found_in_both_directions() -> None:
    """From any record, held or not, itself included."""
    store = a_store(max_records=6)
    severities = (21, 9, 17, 9, 0, 20, 13)
    store.consume_logs(a_log_batch(*(a_log(severity=each) for each in severities)))
    first = store.numbers.start  # the fatal one is evicted

    assert list(store.errors_from(0)) == [first + 1, first + 4]
    assert list(store.errors_from(first + 2)) == [first + 4]
    assert list(store.errors_from(first + 4, backwards=True)) == [first + 4, first + 1]
    assert list(store.errors_from(first + 3, backwards=True)) == [first + 1]
    assert list(store.errors_from(first + 99, backwards=True)) == [first + 4, first + 1]
    assert list(store.errors_from(first + 99)) == []
    assert list(LogStore().errors_from(1)) == []


# -- the same again --------------------------------------------------------------------


def test_a_batch_that_came_before_is_counted_and_not_held_twice() -> None:
    """R103: a request sent again, or a file opened again; other records are new."""
    store = a_store()
    batch = a_log_batch(a_log("a"), a_log("a"), a_log("b"))
    store.consume_logs(batch)
    revision = store.revision

    store.consume_logs(a_log_batch(a_log("a"), a_log("a"), a_log("b")))
    assert store.revision == revision
    store.consume_logs(a_log_batch(a_log("a"), a_log("a"), a_log("b"), service="other"))
    store.consume_logs(a_log_batch(a_log("a")))

    assert bodies_in(store) == ["a", "a", "b", "a", "a", "b", "a"]
    assert (store.counters.received_records, store.counters.duplicate_records) == (10, 3)


def test_a_batch_that_is_no_longer_held_whole_is_new() -> None:
    """Also after clearing: opening the file again shows it again."""
    store = a_store(max_records=2)
    batch = a_log_batch(a_log("a"), a_log("b"))
    for other in ("c", "d"):
        store.consume_logs(batch)
        store.consume_logs(a_log_batch(a_log(other)))
    assert bodies_in(store) == ["b", "d"]

    store.clear()
    store.consume_logs(batch)
    assert bodies_in(store) == ["a", "b"]
    assert store.counters.duplicate_records == 0
    assert len(store._batches) == 1


# -- changes -------------------------------------------------------------------------


def test_a_reader_is_told_what_arrived_since_it_looked() -> None:
    """And of what came and went in between only that the store is another."""
    store = a_store("a", "b", max_records=2)
    seen = store.changes_since(0)
    assert [store.record(number).body for number in seen.arrived] == ["a", "b"]  # type: ignore[union-attr]
    assert not store.changes_since(seen.revision).arrived

    store.consume_logs(a_log_batch(a_log("c"), a_log("d"), a_log("e")))
    change = store.changes_since(seen.revision)

    assert change.revision == store.revision > seen.revision
    assert [store.record(number).body for number in change.arrived] == ["d", "e"]  # type: ignore[union-attr]


def test_logs_of_a_trace_have_a_revision_of_their_own() -> None:
    """An open trace is drawn anew when its logs change, and only then."""
    trace_id = trace_id_of("trace")
    store = a_store("a", "b", max_records=3)
    revisions = [store.trace_revision(trace_id)]
    store.consume_logs(a_log_batch(a_log("c", trace="other")))
    revisions.append(store.trace_revision(trace_id))
    store.consume_logs(a_log_batch(a_log("d", trace="other")))  # evicts one
    revisions.append(store.trace_revision(trace_id))
    store.consume_logs(a_log_batch(a_log("e", trace="other")))  # evicts the other
    revisions.append(store.trace_revision(trace_id))

    assert revisions[0] == revisions[1] < revisions[2]
    assert revisions[3] == 0


def test_clearing_forgets_all_and_keeps_the_counters() -> None:
    """Numbers are never given twice."""
    store = a_store("a", "b")
    before = store.numbers

    store.clear()
    store.consume_logs(a_log_batch(a_log("c")))

    assert bodies_in(store) == ["c"]
    assert store.numbers.start > before[-1]
    assert store.counters.received_records == 3
    assert [record.body for record in store.of_trace(trace_id_of("trace"))] == ["c"]


# -- bounds --------------------------------------------------------------------------


def test_eviction_makes_room_for_bytes() -> None:
    """A long record costs as many short ones as it needs."""
    store = a_store(*(f"{number}" for number in range(20)), max_bytes=13_000)
    assert not store.counters.evicted_records

    store.consume_logs(a_log_batch(a_log("x" * 8_000)))

    assert bodies_in(store)[-1] == "x" * 8_000
    assert store.counters.evicted_records == 21 - len(store) > 0
    assert store.byte_count <= 13_000


def test_a_record_larger_than_the_bound_evicts_nothing() -> None:
    """R139: it cannot be kept, so it must not cost what can."""
    store = a_store("kept", max_bytes=4_000)

    store.consume_logs(a_log_batch(a_log("x" * 4_000)))

    assert bodies_in(store) == ["kept"]
    assert store.counters.oversized_records == 1
    assert store.counters.evicted_records == 0


def test_everything_shrinks_when_records_leave() -> None:
    """No index outlives what it points to."""
    store = a_store(*"abc", max_records=3, trace="gone")
    store.consume_logs(a_log_batch(*(a_log(trace=None) for _ in range(3)), service="other"))

    (record,) = {store.record(number).payload for number in store.numbers}  # type: ignore[union-attr]
    scope = store.record(store.numbers[0]).scope  # type: ignore[union-attr]
    assert store.of_trace(trace_id_of("gone")) == ()
    assert store.byte_count == (
        3 * (len(record) + RECORD_OVERHEAD_BYTES)
        + BATCH_OVERHEAD_BYTES
        + scope.byte_count
        + SCOPE_OVERHEAD_BYTES
    )
    assert not store._by_trace

    store.clear()
    assert store.byte_count == 0


def test_a_trace_is_paid_for_once() -> None:
    """From its first record on."""
    costs = []
    for traces in (1, 2):
        records = [a_log("x", trace=f"{number % traces}") for number in range(4)]
        store = a_store()
        store.consume_logs(a_log_batch(*records))
        costs.append(store.byte_count)

    assert costs[1] - costs[0] == TRACE_OVERHEAD_BYTES


@pytest.mark.parametrize("records_per_trace", [1, 5, 500])
def test_the_estimate_is_what_python_takes(records_per_trace: int) -> None:
    """64 MiB means memory, within a fifth, however the records are spread over traces."""
    names = random.Random(1)  # noqa: S311  # no secret
    ids = [names.randbytes(16) for _ in range(5_000 // records_per_trace)]
    bodies = [
        a_logs_request(
            *(
                a_log(f"{batch} {number}", trace_id=ids[(100 * batch + number) % len(ids)])
                for number in range(100)
            )
        ).SerializeToString()
        for batch in range(50)
    ]
    scope = a_log_batch(a_log()).records[0].scope
    gc.collect()
    tracemalloc.start()
    store = LogStore()
    for body in bodies:
        store.consume_logs(LogBatch(decode_logs(body, scope_of=lambda _: scope).records))
    gc.collect()
    with_store, _ = tracemalloc.get_traced_memory()
    record_count, byte_count = len(store), store.byte_count
    del store
    gc.collect()
    without, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert record_count == 5_000
    assert with_store - without == pytest.approx(byte_count, rel=0.2)


TRACES = "abc"
records = st.tuples(st.sampled_from([*TRACES, None]), st.sampled_from("xy"))
batches = st.lists(st.lists(records, min_size=1, max_size=6), max_size=15)


@given(max_records=st.integers(1, 12), max_bytes=st.integers(1, 9_000), batches=batches)
def test_the_bounds_hold_after_every_batch(
    max_records: int, max_bytes: int, batches: list[list[tuple[str | None, str]]]
) -> None:
    """And every record that came is held, evicted or too large, and counted as such."""
    store = a_store(max_records=max_records, max_bytes=max_bytes)
    revision, seen = 0, 0
    for batch in batches:
        store.consume_logs(
            a_log_batch(*(a_log(trace=trace, span=span) for trace, span in batch))
        )

        held = [store.record(number) for number in store.numbers]
        by_trace = [each for name in TRACES for each in store.of_trace(trace_id_of(name))]
        counters = store.counters
        assert len(store) == len(held) <= max_records
        assert store.byte_count <= max_bytes
        assert None not in held
        assert len(by_trace) == sum(each.trace_id is not None for each in held if each)
        assert counters.received_records == (
            len(store)
            + counters.evicted_records
            + counters.oversized_records
            + counters.duplicate_records
        )
        change = store.changes_since(revision)
        revision = change.revision
        seen += len(change.arrived)
        assert seen <= counters.received_records
        assert list(change.arrived) == list(store.numbers)[len(store) - len(change.arrived) :]


def test_a_stretch_of_records_is_read_as_far_as_it_is_held() -> None:
    """Numbers that are gone or not there yet cost nothing."""
    store = LogStore(LogLimits(max_records=3))
    store.consume_logs(a_log_batch(*(a_log(str(number)) for number in range(1, 6))))

    def texts(numbers: range) -> list[str]:
        return [record.summary for record in store.records(numbers)]

    assert texts(range(4, 5)) == ["4"]
    assert texts(range(1, 99)) == ["3", "4", "5"]
    assert texts(range(1, 3)) == texts(range(6, 9)) == []


def test_records_are_told_as_bytes_where_they_are_held() -> None:
    """Of numbers that are gone, or to come, nothing is told."""
    store = a_store("a", "b", "c", "d", max_records=3)
    records = store.records(store.numbers)

    assert store.payloads(range(99)) == [(each.payload, each.scope) for each in records]
    assert store.payloads(range(3, 4)) == [(records[1].payload, records[1].scope)]
    assert store.payloads(range(2)) == store.payloads(range(9, 12)) == []
