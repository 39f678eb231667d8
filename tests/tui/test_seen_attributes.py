"""Completion offers what was really seen, learnt from few traces and bounded."""

from devtrace.model.span import Span
from devtrace.query.names import Field, Scope
from devtrace.store.ring import TraceStore
from devtrace.tui.seen_attributes import (
    MAX_VALUES,
    SPANS_LOOKED_AT,
    SeenAttributes,
)
from devtrace.tui.view import TraceView
from tests.builders import a_batch, a_span


def seen_in(store: TraceStore) -> SeenAttributes:
    """Return what a look at a store taught."""
    view = TraceView(store)
    view.refresh()
    seen = SeenAttributes()
    seen.look_at(view)
    return seen


def test_keys_and_values_of_spans_and_names_are_known() -> None:
    """By scope; the leading dot asks for those of the span and of its resource."""
    store = TraceStore()
    store.consume(a_batch(a_span(name="GET /", attributes={"http.route": "/", "n": 3})))
    seen = seen_in(store)

    assert {"http.route", "n", "service.name"} <= set(seen.keys(Scope.ANY))
    assert set(seen.keys(Scope.SPAN)) == {"http.route", "n"}
    assert list(seen.values(Field(Scope.ANY, "n"))) == ["3"]
    assert list(seen.values(Field(Scope.INTRINSIC, "span:name"))) == ["GET /"]
    assert list(seen.keys(Scope.LINK)) == []
    assert list(seen.values(Field(Scope.ANY, "unknown"))) == []


def test_values_are_bounded_and_the_last_come_first() -> None:
    """A key with a value of its own for each span does not grow without end."""
    seen = SeenAttributes()
    for number in range(MAX_VALUES + 10):
        seen.learn(a_trace_span(number))
    values = list(seen.values(Field(Scope.SPAN, "order.id")))

    assert len(values) == MAX_VALUES
    assert values[0] == str(MAX_VALUES + 9)


def a_trace_span(number: int) -> Span:
    """Return a span with an attribute of its own value."""
    store = TraceStore()
    store.consume(a_batch(a_span(str(number), attributes={"order.id": number})))
    view = TraceView(store)
    view.refresh()
    trace = store.trace(view.id_at(0))
    assert trace is not None
    return trace.spans[0]


def test_what_nobody_would_type_is_not_remembered() -> None:
    """A name, a key or a value may be a mebibyte long."""
    long = "long " * 1_000
    seen = SeenAttributes()
    store = TraceStore()
    store.consume(a_batch(a_span(name=long, attributes={long: 1, "body": long})))
    (trace_id,) = store.changes_since(0).updated
    trace = store.trace(trace_id)
    assert trace is not None
    seen.learn(trace.spans[0])

    assert list(seen.keys(Scope.SPAN)) == ["body"]
    assert list(seen.values(Field(Scope.SPAN, "body"))) == []
    assert list(seen.values(Field(Scope.INTRINSIC, "span:name"))) == []


def test_a_look_costs_few_spans_however_many_there_are() -> None:
    """And a second one nothing."""
    store = TraceStore()
    for first in range(0, 2_000, 500):
        store.consume(
            a_batch(
                *(
                    a_span(trace=f"t{first + number}", attributes={"k": str(first + number)})
                    for number in range(500)
                )
            )
        )
    view = TraceView(store)
    view.refresh()
    seen = SeenAttributes()
    learnt = 0
    learn = seen.learn

    def counting(span: Span) -> None:
        nonlocal learnt
        learnt += 1
        learn(span)

    seen.learn = counting  # type: ignore[method-assign]
    seen.look_at(view)
    assert 0 < learnt <= SPANS_LOOKED_AT
    before = learnt
    seen.look_at(view)
    assert learnt == before
