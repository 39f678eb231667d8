"""The bounds hold against every kind of flood, and no table outgrows what it points to."""

from collections.abc import Iterator

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.model.consumer import LogBatch, SpanBatch
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.store import ring
from devtrace.store.limits import MEBIBYTE, Limits, LogLimits
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore
from devtrace.tui.theme import MAX_NAMED_SERVICES, ServiceHues
from tests.builders import SECOND, T0, a_log, a_logs_request, a_request, a_span

MAX_SPANS, MAX_BYTES = 1_000, 4 * MEBIBYTE
Requests = Iterator[tuple[str, list[Span], int]]
"""Service, spans, and when they arrived."""


def one_trace() -> Requests:
    """Every span in one trace."""
    for batch in range(10):
        yield "shop", [a_span(f"{batch} {number}") for number in range(300)], T0


def one_span_per_trace() -> Requests:
    """Nothing ever meets again."""
    for batch in range(10):
        yield "shop", [a_span(trace=f"{batch} {number}") for number in range(300)], T0


def many_services() -> Requests:
    """10 000 services of one span each, a hundred of them in every trace."""
    for number in range(10_000):
        yield f"service {number}", [a_span(str(number), trace=str(number // 100))], T0


def many_services_in_one_trace() -> Requests:
    """Far more services than one trace may hold spans."""
    for number in range(2_000):
        yield f"service {number}", [a_span(str(number))], T0


def many_names() -> Requests:
    """10 000 names of spans and of attributes."""
    for batch in range(100):
        numbers = range(batch * 100, batch * 100 + 100)
        spans = [
            a_span(f"{each}", trace=f"{each // 7}", attributes={f"key.{each}": each})
            for each in numbers
        ]
        yield "shop", spans, T0


def large_attributes() -> Requests:
    """A mebibyte in each span."""
    for number in range(20):
        text = f"{number:04}" * (MEBIBYTE // 4)
        yield "shop", [a_span(str(number), trace=str(number), attributes={"body": text})], T0


def reversed_time() -> Requests:
    """The last to end is sent first, children before parents."""
    for number in range(3_000, 0, -1):
        trace = str(number // 10)
        span = a_span(str(number), trace=trace, parent=str(number // 10 * 10), start_ms=number)
        yield "shop", [span], T0


def clock_stepping_back() -> Requests:
    """Each request arrives a second before the one that came before it."""
    for number in range(3_000):
        yield "shop", [a_span(str(number), trace=str(number // 3))], T0 - number * SECOND


FLOODS = [
    one_trace,
    one_span_per_trace,
    many_services,
    many_services_in_one_trace,
    many_names,
    large_attributes,
    reversed_time,
    clock_stepping_back,
]


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_ends_within_the_bounds(flood: type[Requests]) -> None:
    """Whatever is sent: spans, bytes, and every table beside them."""
    store, interner = (
        TraceStore(Limits(max_spans=MAX_SPANS, max_bytes=MAX_BYTES)),
        ScopeInterner(),
    )

    for service, spans, received in flood():
        body = a_request(*spans, service=service).SerializeToString()
        decoded = decode_spans(body, scope_of=interner)
        store.consume(SpanBatch(decoded.slices, received))
        del decoded

        assert 0 < store.span_count <= MAX_SPANS
        assert store.byte_count <= MAX_BYTES
        assert len(store) <= store.span_count
        assert len(store._evicted_ids) <= ring.MAX_REMEMBERED_EVICTIONS
        assert len(interner) == store.scope_count <= store.span_count
        assert len(interner._resources) <= store.scope_count

    counters = store.counters
    assert counters.evicted_spans + counters.truncated_spans > 0
    span_counts = [
        len(trace.spans) for trace in map(store.trace, store.changes_since(0).updated) if trace
    ]
    assert sum(span_counts) == store.span_count

    store.clear()
    assert len(interner) == store.scope_count == store.byte_count == 0


def test_a_flood_of_log_records_ends_within_the_bounds() -> None:
    """Services, traces and bodies that never come again."""
    store, interner = LogStore(LogLimits(max_records=500, max_bytes=MEBIBYTE)), ScopeInterner()

    for number in range(3_000):
        record = a_log(f"body {number}", trace=str(number // 2), attributes={f"k{number}": 1})
        body = a_logs_request(record, service=f"service {number}").SerializeToString()
        store.consume_logs(LogBatch(decode_logs(body, scope_of=interner).records))

        assert len(store) <= 500
        assert store.byte_count <= MEBIBYTE
        assert len(store._by_trace) <= len(store)
        assert len(interner) == len(store._scopes) <= len(store)

    assert store.counters.evicted_records > 2_000


def test_colours_of_services_are_bounded() -> None:
    """A service that has lost its place still has the colour that its name gives it."""
    hues = ServiceHues()
    first = [hues[f"service {number}"] for number in range(10_000)]

    assert len(hues._hue_by_name) == MAX_NAMED_SERVICES
    assert [hues[f"service {number}"] for number in range(10_000)] == first


def test_the_colour_of_a_long_name_is_not_remembered() -> None:
    """A name may be a mebibyte long, and leaves with the trace that has it."""
    hues = ServiceHues()

    assert hues["long " * 100] == hues["long " * 100]
    assert not hues._hue_by_name
