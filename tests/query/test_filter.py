"""A filter finds what the query finds, a step at a time, and looks only where it must."""

from itertools import count

import pytest

from devtrace.query import Filter, parse
from devtrace.store.ring import TraceStore
from tests.builders import a_batch, a_span, trace_id_of

BAD, GOOD = trace_id_of("bad"), trace_id_of("good")


def a_store() -> TraceStore:
    """Return a store of two traces, of which one fails."""
    store = TraceStore()
    store.consume(a_batch(a_span(trace="bad", status=2), a_span(trace="good")))
    return store


def settle(traces: Filter) -> tuple[set[str], set[str]]:
    """Go on until nothing waits; return what came and what went."""
    matched: set[str] = set()
    dropped: set[str] = set()
    while traces.pending:
        verdicts = traces.step(10)
        matched |= set(verdicts.matched)
        dropped |= set(verdicts.dropped)
    return matched, dropped


def test_everything_held_is_looked_at_once() -> None:
    """What was found is reported and remembered."""
    store = a_store()
    traces = Filter(parse("status=error"), store)
    traces.reconsider(store.changes_since(0).updated)

    assert settle(traces) == ({BAD}, set())
    assert (BAD in traces, GOOD in traces, len(traces)) == (True, False, 1)
    assert (traces.matching, traces.considered) == ((BAD,), 2)


def test_only_changed_traces_are_looked_at_again() -> None:
    """A tick costs what it brought."""
    store = a_store()
    traces = Filter(parse("status=error"), store)
    traces.reconsider(store.changes_since(0).updated)
    settle(traces)
    seen = store.revision

    store.consume(a_batch(a_span("late", trace="good", status=2)))
    traces.reconsider(store.changes_since(seen).updated)

    assert settle(traces) == ({GOOD}, set())
    assert traces.considered == 3


def test_a_trace_that_grows_out_of_a_query_is_dropped() -> None:
    """What is asked to be absent may arrive."""
    store = a_store()
    traces = Filter(parse("!{status=error}"), store)
    traces.reconsider(store.changes_since(0).updated)
    assert settle(traces) == ({GOOD}, set())

    store.consume(a_batch(a_span("late", trace="good", status=2)))
    traces.reconsider([GOOD])

    assert settle(traces) == (set(), {GOOD})


def test_an_evicted_trace_is_dropped() -> None:
    """An id that the store does not know any more matches nothing."""
    store = a_store()
    traces = Filter(parse("{}"), store)
    traces.reconsider([BAD, GOOD])
    settle(traces)
    store.clear()

    traces.reconsider([BAD, GOOD])

    assert settle(traces) == (set(), {BAD, GOOD})


@pytest.mark.parametrize(
    "text",
    [
        "status=error",
        "never",
        "4711",
        "trace:spans>5",
        "{} >> {status=error}",
        "!{status=error}",
    ],
)
def test_a_long_trace_does_not_hold_up_a_step(text: str) -> None:
    """The evaluation of one trace is spread over many steps, with the same answer."""
    spans = [
        a_span(
            str(number), parent=str(number - 1) if number else None, status=2 * (number == 999)
        )
        for number in range(1000)
    ]
    store = TraceStore()
    store.consume(a_batch(*spans))
    ticks = count()
    traces = Filter(parse(text), store, clock=lambda: next(ticks))
    traces.reconsider(store.changes_since(0).updated)

    steps = 0
    while traces.pending:
        traces.step(3)
        steps += 1

    trace = store.trace(trace_id_of("trace"))
    assert trace is not None
    assert steps > 2
    assert bool(len(traces)) is parse(text).matches(trace)
