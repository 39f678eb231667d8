"""Loads that nobody sends in good health, over real sockets into a small ring: all is taken."""

from itertools import count

import pytest
from anyio import to_thread

from devtrace.exporters.target import Protocol, target
from devtrace.load.load import Load, LoadConfig
from devtrace.load.shape import Shape
from devtrace.model.trace import Trace
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code
from devtrace.receivers.ingest import Ingest
from devtrace.receivers.sender import Sender
from devtrace.session import Session, SessionConfig
from devtrace.store.limits import MEBIBYTE, Limits
from devtrace.store.ring import TraceStore
from tests.builders import SECOND, T0, a_request, a_span, trace_id_of

DEADLINE_SECONDS = 60
LIMITS = Limits(max_spans=2_000, max_bytes=6 * MEBIBYTE)
SHAPES: dict[str, tuple[Shape, int, int]] = {
    "every span in one trace": (Shape(is_one_trace=True), 512, 8_192),
    "one span per trace": (Shape(spans_per_trace=1, depth=1), 512, 8_192),
    "many services": (Shape(services=1_000), 512, 8_192),
    "many names": (Shape(names=10_000), 512, 12_288),
    "attributes of 1 MiB": (Shape(attribute_bytes=MEBIBYTE), 4, 32),
    "children before parents": (Shape(is_reversed=True), 512, 8_192),
}
"""With the spans of a request, and of all together."""


def run_load(config: LoadConfig) -> Load:
    """Send everything and return what became of it."""
    with Load(config) as load:
        assert load.wait(DEADLINE_SECONDS)
    return load


def held_traces(session: Session) -> list[Trace]:
    """Return every trace that is held."""
    store = session.store
    return [trace for trace in map(store.trace, store.changes_since(0).updated) if trace]


@pytest.mark.parametrize("protocol", [Protocol.GRPC, Protocol.HTTP_PROTOBUF])
@pytest.mark.parametrize("name", SHAPES)
async def test_a_hostile_load_is_taken_within_the_bounds(name: str, protocol: Protocol) -> None:
    """Nothing is refused; what does not fit is evicted or cut, counted and marked."""
    shape, batch, spans = SHAPES[name]
    async with Session(SessionConfig(grpc_port=0, http_port=0, limits=LIMITS)) as session:
        is_grpc = protocol is Protocol.GRPC
        where = session.endpoints.grpc if is_grpc else session.endpoints.http_url
        config = LoadConfig(
            target=target(where, protocol), shape=shape, batch=batch, max_spans=spans, seconds=0
        )
        load = await to_thread.run_sync(run_load, config)
        store, received = session.store, session.counters

        assert load.tally.is_clean
        assert load.tally.acknowledged_spans == received.accepted_spans == spans
        assert 0 < store.span_count <= LIMITS.max_spans
        assert store.byte_count <= LIMITS.max_bytes
        counters = store.counters
        assert counters.received_spans == spans
        assert counters.duplicate_spans == 0
        assert store.span_count + counters.evicted_spans + counters.truncated_spans == spans
        traces = held_traces(session)
        assert sum(len(trace.spans) for trace in traces) == store.span_count
        assert counters.evicted_spans or counters.truncated_spans
        if not counters.evicted_traces:
            assert any(trace.is_truncated for trace in traces)
        if shape.is_one_trace:
            assert [trace.is_truncated for trace in traces] == [True]
        if name == "one span per trace":
            assert not any(trace.is_partial or trace.is_truncated for trace in traces)


async def test_a_late_span_of_an_evicted_trace_is_taken_and_its_trace_is_marked() -> None:
    """A clock that steps back between them changes nothing of it."""
    store = TraceStore(Limits(max_spans=4))
    ingest = Ingest(store, clock=count(T0, -SECOND).__next__)
    sender = Sender("HTTP", "127.0.0.1", "")
    for trace in ("early", "b", "c", "d", "e"):
        body = a_request(a_span(f"first of {trace}", trace=trace)).SerializeToString()
        answer = await ingest.export(Signal.TRACES, body, is_json=False, sender=sender)
        assert answer.code is Code.OK
    assert trace_id_of("early") not in store

    late = a_request(a_span("late", trace="early", start_ms=-60_000)).SerializeToString()
    assert (
        await ingest.export(Signal.TRACES, late, is_json=False, sender=sender)
    ).code is Code.OK

    trace = store.trace(trace_id_of("early"))
    assert trace is not None
    assert trace.is_partial
    assert [span.name for span in trace.spans] == ["late"]
    assert store.span_count == 4
    assert trace_id_of("b") not in store
