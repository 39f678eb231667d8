"""Large traces are read in steps; what was read before stands in until that is done."""

import math

import pytest

from devtrace.model.steps import Steps
from devtrace.model.trace import Trace
from devtrace.store.ring import TraceStore
from devtrace.tui.readings import _MAX_WAITING, Readings
from tests.builders import a_batch, a_span, trace_id_of

AT_ONCE = 10


def derive(trace: Trace) -> Steps[int]:
    """Count the spans of a trace, stopping after each."""
    for _ in trace.spans:
        yield
    return len(trace.spans)


@pytest.fixture
def store() -> TraceStore:
    """Return an empty ring."""
    return TraceStore()


@pytest.fixture
def readings() -> Readings[int]:
    """Return readings of the numbers of spans."""
    return Readings(100, AT_ONCE, derive)


def receive(store: TraceStore, trace: str, *, spans: int, first: int = 0) -> str:
    """Store so many spans of a trace and return its id."""
    store.consume(
        a_batch(*(a_span(str(number), trace=trace) for number in range(first, first + spans)))
    )
    return trace_id_of(trace)


def test_a_small_trace_is_read_at_once(store: TraceStore, readings: Readings[int]) -> None:
    """There is no frame without it."""
    trace_id = receive(store, "a", spans=AT_ONCE)

    assert readings.get(store, trace_id, is_held_still=False) == AT_ONCE
    assert not readings.waiting


def test_no_more_is_read_at_once_than_was_allowed(
    store: TraceStore, readings: Readings[int]
) -> None:
    """Many small traces are as much work as a large one; the next frame reads more."""
    first, second = (receive(store, name, spans=AT_ONCE) for name in "ab")

    assert readings.get(store, first, is_held_still=False) == AT_ONCE
    assert readings.get(store, second, is_held_still=False) is None
    assert readings.is_behind
    readings.refill()
    assert readings.read_on(math.inf)
    assert readings.get(store, second, is_held_still=False) == AT_ONCE
    assert readings.computed == 2


def test_a_large_trace_is_read_step_by_step(
    monkeypatch: pytest.MonkeyPatch, store: TraceStore, readings: Readings[int]
) -> None:
    """Each step ends when its time is up, and no span is read twice."""
    ticks = iter(range(10_000))
    monkeypatch.setattr("devtrace.tui.readings.time.perf_counter", lambda: next(ticks))
    trace_id = receive(store, "a", spans=5 * AT_ONCE)
    assert readings.get(store, trace_id, is_held_still=False) is None

    steps = 1
    while not readings.read_on(next(ticks) + 5):
        assert readings.get(store, trace_id, is_held_still=False) is None
        steps += 1

    assert steps >= 5
    assert readings.get(store, trace_id, is_held_still=False) == 5 * AT_ONCE
    assert readings.computed == 1


def test_an_older_value_stands_in(store: TraceStore, readings: Readings[int]) -> None:
    """A trace that grew large stays on the screen as it was until it is read again."""
    trace_id = receive(store, "a", spans=AT_ONCE)
    assert readings.get(store, trace_id, is_held_still=False) == AT_ONCE
    receive(store, "a", spans=5 * AT_ONCE, first=100)

    assert readings.get(store, trace_id, is_held_still=True) == AT_ONCE
    assert readings.get(store, trace_id, is_held_still=False) == AT_ONCE
    assert readings.is_behind


def test_what_waits_is_bounded(store: TraceStore, readings: Readings[int]) -> None:
    """Rows that were scrolled past are given up for those that are in view."""
    for number in range(_MAX_WAITING + 5):
        readings.get(store, receive(store, str(number), spans=AT_ONCE + 1), is_held_still=False)

    assert readings.waiting == _MAX_WAITING


def test_a_trace_that_is_evicted_meanwhile_is_given_up(
    store: TraceStore, readings: Readings[int]
) -> None:
    """Nothing of it is left to be read."""
    trace_id = receive(store, "a", spans=AT_ONCE + 1)
    readings.get(store, trace_id, is_held_still=False)
    store.clear()

    assert not readings.read_on(math.inf)
    assert not readings.waiting


def test_values_are_bounded_by_what_they_take_as_well(store: TraceStore) -> None:
    """Those used longest ago are forgotten; the newest stays, however much it takes."""
    readings = Readings(100, 1_000, derive, weigh=lambda value: value, max_weight=5)
    small, middle, large = (
        receive(store, name, spans=spans) for name, spans in (("a", 2), ("b", 3), ("c", 9))
    )

    readings.get(store, small, is_held_still=False)
    readings.get(store, middle, is_held_still=False)
    assert (small in readings, middle in readings, readings.weight) == (True, True, 5)

    readings.get(store, small, is_held_still=False)
    receive(store, "a", spans=1, first=2)
    readings.get(store, small, is_held_still=False)
    assert (small in readings, middle in readings, readings.weight) == (True, False, 3)

    readings.get(store, large, is_held_still=False)
    assert (small in readings, large in readings, readings.weight) == (False, True, 9)
