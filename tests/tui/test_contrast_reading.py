"""Two sets are read a few traces at a time, each trace once, and can be left at any time."""

import pytest

from devtrace.analysis.contrast import Measured
from devtrace.query import parse
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui import contrast_reading
from devtrace.tui.across import LARGE_SPANS
from devtrace.tui.contrast_reading import ContrastReading
from tests.builders import a_batch, a_span


def a_store(*failed: bool, limits: Limits | None = None) -> TraceStore:
    """Return a store with a trace for each of *failed*."""
    store = TraceStore(limits)
    for number, has_failed in enumerate(failed):
        store.consume(a_batch(a_span(trace=f"{number}", status=2 * has_failed)))
    return store


def finished(reading: ContrastReading) -> ContrastReading:
    """Return a reading that was given all the time it needs."""
    while not reading.is_done:
        reading.step(1)
    return reading


def sizes(reading: ContrastReading) -> tuple[int, int]:
    """Return how many traces are in A and in B."""
    return len(reading.contrast.before), len(reading.contrast.after)


def test_every_trace_is_in_the_sets_it_matches() -> None:
    """In both, in one, or in none."""
    store = a_store(True, False, False)
    assert sizes(finished(ContrastReading(store, parse("status=error"), parse("{}")))) == (1, 3)
    assert sizes(finished(ContrastReading(store, parse("status=error"), None))) == (1, 2)
    assert sizes(finished(ContrastReading(store, parse("nowhere"), parse("nowhere")))) == (0, 0)


def test_what_does_not_match_within_is_in_no_set_and_counted() -> None:
    """So what is muted is not among every other trace either."""
    store = a_store(True, False, False)
    reading = finished(
        ContrastReading(store, parse("status=error"), None, within=parse("!{status=error}"))
    )
    assert (sizes(reading), reading.left_out) == ((0, 2), 1)


def test_a_step_without_time_looks_at_one_trace() -> None:
    """So keys and frames have their turn, and leaving it leaves it."""
    reading = ContrastReading(a_store(*[False] * 5), parse("{}"), None)
    assert not reading.step(0)
    assert reading.looked_at <= 1
    while reading.looked_at < 3:
        reading.step(0)
    reading.stop()
    assert not reading.step(1)
    assert (reading.looked_at, reading.total) == (3, 5)


def test_what_arrives_meanwhile_is_not_of_it_and_what_leaves_is_counted() -> None:
    """It is about what was held when it began."""
    store = a_store(False, False, False, limits=Limits(max_spans=3))
    reading = ContrastReading(store, parse("{}"), parse("{}"))
    store.consume(a_batch(a_span(trace="late")))
    finished(reading)
    assert (sizes(reading), reading.evicted, reading.looked_at) == ((2, 2), 1, 3)


def test_a_large_trace_is_measured_beside_everything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once, by a thread; small ones are not worth one."""
    measured: list[int] = []
    measure = contrast_reading.measure

    def counting(spans: object) -> Measured:
        result = measure(spans)  # type: ignore[arg-type]
        measured.append(len(result.samples))
        return result

    monkeypatch.setattr(contrast_reading, "measure", counting)
    store = TraceStore()
    store.consume(
        a_batch(*(a_span(f"{n}", parent="0", name="call") for n in range(LARGE_SPANS + 1)))
    )
    store.consume(a_batch(a_span(trace="small")))
    reading = finished(ContrastReading(store, parse("{}"), parse("{}")))
    assert sizes(reading) == (2, 2)
    assert sorted(measured) == [1, LARGE_SPANS + 1]
    (row,) = [row for row in reading.contrast.rows if row.before.count > LARGE_SPANS]
    assert row.before.count == row.after.count
