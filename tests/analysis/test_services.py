"""Who calls whom, as one trace tells."""

from typing import Any

import pytest
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.analysis.peers import Node, NodeKind
from devtrace.analysis.services import (
    CLIENTS,
    UNKNOWN,
    Edge,
    call_samples,
    received_by,
    spans_of_calls,
)
from devtrace.analysis.tally import Sample, Tallies
from devtrace.analysis.tree import assemble
from tests.builders import MILLISECOND, a_span, a_trace
from tests.tui.shop_trace import shop_trace

Sent = tuple[str, trace_pb2.Span]
SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5


def samples(*spans: Sent) -> list[Sample[Edge]]:
    """Return what a trace of *spans* tells."""
    return call_samples(assemble(a_trace(*spans).spans))


def edges(*spans: Sent) -> set[tuple[str, str]]:
    """Return the names at both ends of each call."""
    return {(sample.key.caller.name, sample.key.callee.name) for sample in samples(*spans)}


def span(service: str, name: str, parent: str | None, kind: int, **fields: Any) -> Sent:
    """Return a span of a service."""
    return service, a_span(name, parent=parent, kind=kind, **fields)


def test_the_shop_is_drawn_from_one_checkout() -> None:
    """Seven services, a database and a queue, and nothing else."""
    assert edges(*shop_trace()) == {
        ("clients", "gateway"),
        ("gateway", "auth"),
        ("gateway", "users"),
        ("gateway", "orders"),
        ("users", "sqlite"),
        ("orders", "inventory"),
        ("orders", "payments"),
        ("orders", "sqlite"),
        ("orders", "sqlite orders"),
        ("sqlite orders", "notifications"),
    }


def test_a_call_lasts_and_fails_as_its_callee_says() -> None:
    """Its caller may have retried, and waited for the network."""
    called = samples(
        span("web", "call", None, CLIENT, duration_ms=50),
        span("api", "serve", "call", SERVER, duration_ms=30, status=2),
    )

    web, api = Node(NodeKind.SERVICE, "web"), Node(NodeKind.SERVICE, "api")
    assert called == [
        Sample(Edge(web, web), 50 * MILLISECOND, False),
        Sample(Edge(web, api), 30 * MILLISECOND, True),
    ]


@pytest.mark.parametrize(
    ("attributes", "kind", "name"),
    [
        ({"db.system": "postgresql", "db.name": "shop"}, NodeKind.DATABASE, "postgresql shop"),
        ({"db.system.name": "redis"}, NodeKind.DATABASE, "redis"),
        ({"messaging.system": "kafka", "messaging.destination.name": "orders"},
         NodeKind.QUEUE, "kafka orders"),
        ({"peer.service": "stripe", "server.address": "10.0.0.1"}, NodeKind.SERVICE, "stripe"),
        ({"server.address": "api.stripe.com"}, NodeKind.PEER, "api.stripe.com"),
        ({"net.peer.name": "old.example"}, NodeKind.PEER, "old.example"),
    ],
)  # fmt: skip
def test_what_sent_no_spans_is_known_from_its_caller(
    attributes: dict[str, str], kind: NodeKind, name: str
) -> None:
    """By old and new names of attributes."""
    root = span("web", "root", None, SERVER)
    called = samples(root, span("web", "call", "root", CLIENT, attributes=attributes))

    assert called[1].key == Edge(Node(NodeKind.SERVICE, "web"), Node(kind, name))


def test_a_call_that_says_nothing_of_its_other_side_is_none() -> None:
    """A node without a name would be a lie about how many there are."""
    root = span("web", "root", None, SERVER)
    assert edges(root, span("web", "call", "root", CLIENT)) == {("clients", "web")}


def test_a_call_that_was_answered_has_no_peer_beside_it() -> None:
    """Also where a service calls itself."""
    address = {"server.address": "127.0.0.1"}
    assert edges(
        span("web", "root", None, SERVER),
        span("web", "call", "root", CLIENT, attributes=address),
        span("web", "again", "call", SERVER),
    ) == {("clients", "web")}


def test_a_message_goes_through_its_queue() -> None:
    """Whether its consumer is in the producer's trace or in one of its own."""
    queue = {"messaging.system": "kafka", "messaging.destination.name": "mail"}
    sent = span("shop", "send", None, PRODUCER, attributes=queue)
    through = ("kafka mail", "mailer")

    assert through in edges(sent, span("mailer", "process", "send", CONSUMER, attributes=queue))
    assert edges(span("mailer", "process", None, CONSUMER, attributes=queue)) == {through}
    assert ("shop", "mailer") in edges(
        span("shop", "send", None, PRODUCER), span("mailer", "process", "send", CONSUMER)
    )


def test_a_lost_caller_is_not_taken_for_a_client() -> None:
    """The callee says that there was a span."""
    (sample,) = samples(span("api", "serve", "gone", SERVER))
    assert sample.key == Edge(UNKNOWN, Node(NodeKind.SERVICE, "api"))
    (sample,) = samples(span("api", "serve", None, SERVER))
    assert sample.key == Edge(CLIENTS, Node(NodeKind.SERVICE, "api"))


def test_work_that_nobody_called_is_the_services_own() -> None:
    """A job has figures, and no edge."""
    (sample,) = samples(span("cron", "nightly", None, 1))

    assert sample.key.is_own


def test_a_service_is_what_all_its_callers_see() -> None:
    """Its rate and errors are the sum over the edges that lead to it."""
    calls: Tallies[Edge] = Tallies()
    calls.put("1", samples(*shop_trace()), 0)
    calls.put("2", samples(*shop_trace("failed_charge", name="two")), 0)

    total = received_by(Node(NodeKind.SERVICE, "payments"), calls.by_key)

    assert (total.count, total.errors) == (2, 1)


def test_the_spans_that_speak_for_a_call_are_found() -> None:
    """So a list of its traces leads to the right place in each."""
    nodes = assemble(a_trace(*shop_trace()).spans)
    to_payments = {
        sample.key for sample in call_samples(nodes) if sample.key.callee.name == "payments"
    }

    assert [span.name for span in spans_of_calls(nodes, to_payments)] == ["POST /charge"]
