"""Whom a span called that sent no spans of its own, by what the span says."""

from typing import Any

from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.analysis.peers import (
    Node,
    NodeKind,
    Peers,
    _service_named,
    is_answered,
    service_of,
    silent_peer,
)
from devtrace.analysis.tree import TreeNode, assemble
from tests.builders import a_span, a_trace

_SERVER = trace_pb2.Span.SPAN_KIND_SERVER
_CLIENT = trace_pb2.Span.SPAN_KIND_CLIENT
_PRODUCER = trace_pb2.Span.SPAN_KIND_PRODUCER
_CONSUMER = trace_pb2.Span.SPAN_KIND_CONSUMER
_QUEUE = {"messaging.system": "kafka", "messaging.destination.name": "orders"}


def nodes_of(*spans: Any) -> tuple[TreeNode, ...]:
    """Return the rows of a trace."""
    return assemble(a_trace(*spans).spans)


def test_a_call_that_nobody_here_took_up_has_a_peer() -> None:
    """A database is one; what is no call has none, whatever its attributes."""
    attributes = {"db.system.name": "postgresql", "db.namespace": "shop"}
    call = a_span("query", kind=_CLIENT, attributes=attributes)
    within = a_span("query", attributes=attributes)

    assert silent_peer(nodes_of(call), 0) == Node(NodeKind.DATABASE, "postgresql shop")
    assert silent_peer(nodes_of(within), 0) is None


def test_a_call_that_was_answered_has_none() -> None:
    """By another service, or by the same one as SERVER; work within the call is no answer."""
    call = a_span("call", kind=_CLIENT, attributes={"server.address": "api"})
    for child, is_answer in (
        (("other", a_span("b", parent="call", start_ms=1)), True),
        (("shop", a_span("b", parent="call", kind=_SERVER, start_ms=1)), True),
        (("shop", a_span("b", parent="call", start_ms=1)), False),
    ):
        nodes = nodes_of(("shop", call), child)
        assert is_answered(nodes, 0) is is_answer
        assert (silent_peer(nodes, 0) is None) is is_answer


def test_a_message_goes_to_its_queue_whoever_takes_it() -> None:
    """On the map the queue stays; in a tree its consumer stands there instead."""
    sent = a_span("send", kind=_PRODUCER, attributes=_QUEUE)
    taken = a_span("take", parent="send", kind=_CONSUMER, start_ms=1, attributes=_QUEUE)
    alone, together = nodes_of(sent), nodes_of(sent, taken)
    queue = Node(NodeKind.QUEUE, "kafka orders")

    assert silent_peer(alone, 0) == silent_peer(together, 0) == queue
    assert Peers(alone).of(0) == queue
    assert Peers(together).of(0) is None


def test_a_service_of_a_long_name_is_not_remembered() -> None:
    """A thousand of them would be more than the ring holds."""
    name = "s" * 1_000
    (span,) = a_trace((name, a_span("a"))).spans
    before = _service_named.cache_info().currsize

    assert service_of(span) == Node(NodeKind.SERVICE, name)
    assert _service_named.cache_info().currsize == before
