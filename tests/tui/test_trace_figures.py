"""The figures of traces are those of their summaries, and every span is read once."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.summary import summarise
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.trace_figures import TraceFigures
from tests.builders import T0, a_batch, a_span, trace_id_of

SPANS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 50),
        st.integers(-5, 90),
        st.sampled_from([0, 1, 2]),
        st.booleans(),
    ),
    max_size=30,
)


def read(figures: TraceFigures) -> list[str]:
    """Read everything that waits, and return what may be different."""
    changed = []
    while figures.pending:
        changed += figures.step()
    return changed


@given(SPANS, st.integers(1, 5))
def test_figures_are_those_of_the_summary(
    spans: list[tuple[str, int, int, int, bool]], every: int
) -> None:
    """However the spans arrive, and whenever they are read."""
    store = TraceStore()
    figures = TraceFigures(store)
    revision = 0
    for number, (trace, start, took, status, has_start) in enumerate(spans):
        span = a_span(
            f"s{number}", trace=trace, start_ms=start, duration_ms=took, status=status
        )
        if not has_start:
            span.start_time_unix_nano = 0
        store.consume(a_batch(span))
        if number % every == 0:
            change = store.changes_since(revision)
            revision = change.revision
            figures.meet(change.updated)
            read(figures)
    figures.meet(store.changes_since(revision).updated)
    read(figures)

    for trace_id in store.changes_since(0).updated:
        trace, known = store.trace(trace_id), figures.get(trace_id)
        assert trace is not None
        assert known is not None
        summary = summarise(trace)
        assert known.start_nano == summary.start_time_unix_nano
        assert known.duration_nano == summary.duration_nano
        assert known.span_count == summary.span_count
        assert known.error_count == summary.error_count
    assert figures.spans_read == store.span_count


def test_a_step_ends_when_its_time_is_over_and_the_next_goes_on() -> None:
    """A large trace is read over several steps, and is known when it is whole."""
    store = TraceStore()
    store.consume(a_batch(*(a_span(f"s{number}", trace="a") for number in range(2_000))))
    ticks = itertools.count()
    figures = TraceFigures(store, clock=lambda: float(next(ticks)))
    figures.meet([trace_id_of("a")])

    steps = 0
    while not figures.step(0.5):
        steps += 1
        assert figures.spans_read <= 600 * steps
    known = figures.get(trace_id_of("a"))
    assert steps > 2
    assert known is not None
    assert known.span_count == figures.spans_read == 2_000


def test_a_trace_that_begins_again_is_read_anew() -> None:
    """What was evicted is not counted with what came under its id later."""
    store = TraceStore(Limits(max_spans=2))
    figures = TraceFigures(store)
    store.consume(a_batch(a_span("s1", trace="a", status=2), received=T0))
    figures.meet([trace_id_of("a")])
    read(figures)
    for number, trace in enumerate("bcd"):
        store.consume(a_batch(a_span(trace=trace), received=T0 + number))
    store.consume(a_batch(a_span("s2", trace="a"), received=T0 + 9))
    figures.meet([trace_id_of("a")])
    read(figures)

    known = figures.get(trace_id_of("a"))
    assert known is not None
    assert (known.span_count, known.error_count) == (1, 0)


def test_of_many_traces_the_newest_are_known() -> None:
    """What is kept and what waits is bounded; what left the bound is not known half."""
    store = TraceStore()
    figures = TraceFigures(store)
    figures.limit = 10
    names = [f"t{number}" for number in range(25)]
    for name in names:
        store.consume(a_batch(a_span(trace=name)))
        figures.meet([trace_id_of(name)])
    assert figures.pending == 10
    read(figures)
    figures.meet(map(trace_id_of, names[:5]))
    read(figures)

    assert len(figures) == 10
    assert all(figures.get(trace_id_of(name)) for name in names[:5])


def test_what_was_forgotten_or_is_gone_has_no_figures() -> None:
    """A trace that is not held is nothing to wait for."""
    store = TraceStore()
    figures = TraceFigures(store)
    store.consume(a_batch(a_span(trace="a")))
    figures.meet(map(trace_id_of, "ab"))
    read(figures)
    assert figures.get(trace_id_of("b")) is None
    figures.meet_unknown([trace_id_of("a")])
    assert figures.pending == 0

    figures.forget([trace_id_of("a")])
    assert figures.get(trace_id_of("a")) is None
