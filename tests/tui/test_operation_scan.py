"""All held spans of an operation are compared, a piece at a time, and no other."""

import pytest

from devtrace.model.span import Span
from devtrace.store.ring import TraceStore
from devtrace.tui import operation_scan
from devtrace.tui.operation_scan import OperationScan
from tests.builders import a_batch, a_span


def a_store(count: int = 4) -> TraceStore:
    """Return a store of traces of an operation that takes longer each time, and others."""
    store = TraceStore()
    for number in range(count):
        store.consume(
            a_batch(
                a_span("root", trace=str(number), name="GET", duration_ms=number + 1),
                a_span("like", trace=str(number), name="GET /", parent="root"),
                a_span(
                    "open", trace=str(number), name="GET", parent="root", end_time_unix_nano=0
                ),
            )
        )
        store.consume(a_batch(a_span("away", trace=str(number), name="GET"), service="other"))
    return store


def the_span(store: TraceStore, number: int, name: str = "GET") -> Span:
    """Return a span of one of the traces."""
    trace_id = store.changes_since(0).updated[number]
    trace = store.trace(trace_id)
    assert trace is not None
    return next(span for span in trace.spans if span.name == name)


def test_spans_of_one_service_and_name_are_compared() -> None:
    """Not one of another service, not one whose name only begins so, none without an end."""
    store = a_store()
    scan = OperationScan(store)
    span = the_span(store, 1)

    assert scan.of(span) is None
    scan.work()
    found = scan.of(span)

    assert found is not None
    assert (found.compared, found.percent) == (4, 50)
    assert scan.is_done
    assert scan.of(span) is found


def test_another_operation_begins_anew() -> None:
    """And counts what arrived meanwhile."""
    store = a_store()
    scan = OperationScan(store)
    for name in ("GET", "GET /", "GET"):
        scan.of(the_span(store, 0, name))
        scan.work()
    store.consume(a_batch(a_span("root", trace="new", name="GET /")))
    scan.of(the_span(store, 0, "GET /"))
    scan.work()

    found = scan.of(the_span(store, 0, "GET /"))
    assert found is not None
    assert found.compared == 5


def test_a_piece_costs_its_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking reads nothing; and when everything was read, nothing is read again."""
    monkeypatch.setattr(operation_scan, "SPANS_PER_TICK", 5)
    store = a_store()
    scan = OperationScan(store)
    span = the_span(store, 0)
    looked = []
    for _ in range(6):
        scan.of(span)
        looked.append(scan.looked_at)
        scan.work()

    assert looked == [0, 5, 10, 15, 16, 16]


def test_no_more_than_the_bound_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest speak for all."""
    monkeypatch.setattr(operation_scan, "MAX_DURATIONS", 2)
    monkeypatch.setattr(operation_scan, "SPANS_PER_TICK", 4)
    store = a_store()
    scan = OperationScan(store)
    span = the_span(store, 3)
    scan.of(span)
    for _ in range(9):
        scan.work()

    found = scan.of(span)
    assert found is not None
    assert found.compared == 2


def test_a_span_alone_or_without_a_duration_stands_nowhere() -> None:
    """Nothing to compare it with."""
    store = a_store(1)
    scan = OperationScan(store)
    scan.of(the_span(store, 0))
    scan.work()

    assert scan.of(the_span(store, 0)) is None
    assert scan.of(None) is None
