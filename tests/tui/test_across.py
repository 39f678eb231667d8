"""Reading many traces: in slices, each once, and true whatever arrives and leaves meanwhile."""

import time
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from devtrace.analysis.operations import Operation, operation_samples
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.across import LARGE_SPANS, AcrossReading, Progress
from devtrace.tui.matches import Matches
from tests.builders import a_batch, a_span, trace_id_of

DEADLINE_SECONDS = 20.0


def put(store: TraceStore, trace: str, span: str = "root") -> None:
    """Let one span arrive."""
    store.consume(a_batch(a_span(span, trace=trace, name="work")))


def a_reading(
    store: TraceStore, *, clock: Callable[[], float] = lambda: 0.0
) -> AcrossReading[Operation]:
    """Return a reading of everything held; by default its time never runs out."""
    return AcrossReading(store, operation_samples, clock=clock)


def calls(reading: AcrossReading[Operation]) -> int:
    """Return how many calls are counted in all."""
    return sum(tally.count for tally in reading.tallies.by_key.values())


def test_reading_stops_when_its_time_is_over() -> None:
    """A key that was pressed waits for one slice and not for fifty thousand traces."""
    store = TraceStore()
    for number in range(50):
        put(store, str(number))
    ticks = iter(range(10_000))
    reading = a_reading(store, clock=lambda: float(next(ticks)))

    reading.step(10.0)

    assert 0 < reading.traces_read < 12
    assert reading.progress == Progress(reading.traces_read, 50)
    assert not reading.progress.is_done
    while not reading.is_idle:
        reading.step(10.0)
    assert calls(reading) == reading.traces_read == 50


def test_only_what_changed_is_read_again() -> None:
    """Each trace once, however many there are."""
    store = TraceStore()
    for number in range(20):
        put(store, str(number))
    reading = a_reading(store)
    assert reading.step(1.0)
    assert not reading.step(1.0)

    put(store, "3", "child")
    assert reading.step(1.0)

    assert reading.traces_read == 21
    assert calls(reading) == 21


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=40))
def test_the_totals_are_those_of_what_is_held(steps: list[tuple[str, int]]) -> None:
    """Whatever was added, evicted, pinned and cleared between two steps."""
    store = TraceStore(Limits(max_spans=6))
    reading = a_reading(store)
    for number, (trace, action) in enumerate(steps):
        if action == 0:
            store.pin(trace_id_of(trace))
        elif action == 1 and number % 5 == 0:
            store.clear()
        elif action == 1:
            store.unpin(trace_id_of(trace))
        else:
            put(store, trace, str(number))
        if number % 3 == 0:
            reading.step(1.0)
    reading.step(1.0)

    assert calls(reading) == store.span_count
    assert reading.progress == Progress(len(store), len(store))


class Chosen(dict[str, None]):
    """Traces that match, as a filter has them."""

    @property
    def matching(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self)


def test_only_the_traces_in_the_query_are_counted() -> None:
    """What comes to match is read, what no longer does is taken back, also with the query."""
    store = TraceStore()
    for trace in "abc":
        put(store, trace)
    a, b, c = map(trace_id_of, "abc")
    chosen = Chosen.fromkeys([a, "never held"])
    within: Matches | None = Matches(chosen)
    reading = AcrossReading(store, operation_samples, within=lambda: within, clock=lambda: 0.0)
    reading.step(1.0)
    assert calls(reading) == 1

    assert within is not None
    chosen.update({b: None, c: None})
    del chosen[a]
    within.note([a, b, c])
    reading.step(1.0)
    assert calls(reading) == 2
    assert a not in reading.tallies

    within = Matches(Chosen.fromkeys([a]))
    reading.step(1.0)
    assert calls(reading) == 1
    within = None
    reading.step(1.0)
    assert calls(reading) == 3


def test_in_a_large_query_only_what_changed_is_looked_at() -> None:
    """Neither traces that matched before nor those that never did."""
    store = TraceStore()
    for number in range(500):
        put(store, f"t{number}")
    chosen = Chosen.fromkeys(trace_id_of(f"t{number}") for number in range(400))
    looks = 0

    class Counted(Matches):
        def __contains__(self, trace_id: str) -> bool:
            nonlocal looks
            looks += 1
            return super().__contains__(trace_id)

    within = Counted(chosen)
    reading = AcrossReading(store, operation_samples, within=lambda: within, clock=lambda: 0.0)
    reading.step(1.0)
    assert (calls(reading), looks < 2_000) == (400, True)

    looks = 0
    del chosen[trace_id_of("t7")]
    within.note([trace_id_of("t7")])
    reading.step(1.0)
    assert (calls(reading), looks, reading.traces_read) == (399, 1, 400)


def test_a_large_trace_is_read_beside_everything_else() -> None:
    """It is counted when its thread is done, and no step waits for it."""
    store = TraceStore()
    count = LARGE_SPANS + 1
    store.consume(a_batch(*(a_span(str(number), name="work") for number in range(count))))
    put(store, "small")
    reading: AcrossReading[Operation] = AcrossReading(store, operation_samples)

    reading.step(1.0)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not reading.is_idle:
        assert time.monotonic() < deadline
        reading.step(0.01)

    assert calls(reading) == count + 1


def test_a_large_trace_that_leaves_while_it_is_read_is_not_counted() -> None:
    """What is gone must not come back."""
    store = TraceStore()
    store.consume(
        a_batch(*(a_span(str(number), name="work") for number in range(LARGE_SPANS + 1)))
    )
    reading: AcrossReading[Operation] = AcrossReading(store, operation_samples)
    reading.step(1.0)
    store.clear()

    deadline = time.monotonic() + DEADLINE_SECONDS
    while not reading.is_idle:
        assert time.monotonic() < deadline
        reading.step(0.01)

    assert calls(reading) == 0
