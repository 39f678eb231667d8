"""Who calls whom: the edges of the service map, as one trace tells of them.

A call is seen where a span's parent is of another service.  What sent no spans of its
own (a database, a queue, another vendor's API) is seen from the span that called it,
by what its attributes say of the other side.  What a trace tells is a pure function of
it; `analysis.tally` adds traces up.

Source: docs/analysis.md, "Services and who calls whom".
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from devtrace.analysis.tally import Sample, Tally
from devtrace.analysis.tree import TOP_LEVEL, Placement, TreeNode, children
from devtrace.model import semconv
from devtrace.model.semconv import Key, first
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.otlp.values import Value


class NodeKind(StrEnum):
    """What stands at one end of a call."""

    SERVICE = "service"
    CLIENTS = "clients"
    """Whoever called a service without sending spans: browsers, curl, a load."""
    UNKNOWN = "not received"
    """Callers whose spans were not received, although the callee names one as its parent."""
    DATABASE = "database"
    QUEUE = "queue"
    PEER = "peer"
    """Another remote side that sent no spans."""


class Node(NamedTuple):
    """One end of a call."""

    kind: NodeKind
    name: str


class Edge(NamedTuple):
    """Caller and callee; they differ, unless a service began work by itself."""

    caller: Node
    callee: Node

    @property
    def is_own(self) -> bool:
        """Whether nobody called: a job, a command, a timer."""
        return self.caller == self.callee


CLIENTS = Node(NodeKind.CLIENTS, "clients")
UNKNOWN = Node(NodeKind.UNKNOWN, "not received")

_DESTINATION = (
    semconv.MESSAGING_DESTINATION_TEMPLATE,
    semconv.MESSAGING_DESTINATION_NAME,
)
_PEER_KEYS = frozenset(
    spelling.encode()
    for spelling in chain(
        semconv.SERVICE_PEER_NAME,
        semconv.DB_SYSTEM_NAME,
        semconv.DB_NAMESPACE,
        semconv.MESSAGING_SYSTEM,
        *_DESTINATION,
        semconv.SERVER_ADDRESS,
        semconv.NETWORK_PEER_ADDRESS,
    )
)
_ANSWERING = frozenset({SpanKind.SERVER, SpanKind.CONSUMER})
_CALLING = frozenset({SpanKind.CLIENT, SpanKind.PRODUCER})


def call_samples(nodes: Sequence[TreeNode]) -> list[Sample[Edge]]:
    """Return one sample for each call between two ends of the map.

    It lasts as long as the callee's span, or, where the callee sent none, as the
    caller's; it fails if that span's status is ERROR.

    Args:
        nodes: The rows that `assemble` returned.
    """
    return [
        Sample(edge, span.duration_nano, span.status_code is StatusCode.ERROR)
        for index, node in enumerate(nodes)
        if (span := node.span) is not None
        for edge in _edges(nodes, index, span)
    ]


def spans_of_calls(nodes: Sequence[TreeNode], edges: Collection[Edge]) -> list[Span]:
    """Return the spans of a trace that speak for calls over *edges*, in the order of the rows."""
    return [
        span
        for index, node in enumerate(nodes)
        if (span := node.span) is not None
        and any(edge in edges for edge in _edges(nodes, index, span))
    ]


def _edges(nodes: Sequence[TreeNode], index: int, span: Span) -> Iterator[Edge]:
    """Yield the calls that the span of row *index* speaks for."""
    here = _service(span)
    if (caller := _caller(nodes, index, span, here)) is not None:
        yield Edge(caller, here)
    if span.kind in _CALLING and not _is_answered(nodes, index, span):
        peer = _peer(span)
        if peer is not None and peer != here:
            yield Edge(here, peer)


def _caller(nodes: Sequence[TreeNode], index: int, span: Span, here: Node) -> Node | None:
    """Return who called the span's service with it, or None if it is work within."""
    node = nodes[index]
    above = None if node.parent == TOP_LEVEL else nodes[node.parent].span
    if above is not None:
        source = _service(above)
        is_message = above.kind is SpanKind.PRODUCER or span.kind is SpanKind.CONSUMER
        if is_message and (source != here or span.kind is SpanKind.CONSUMER):
            return _queue(span) or _queue(above) or (source if source != here else None)
        return source if source != here else None
    if span.kind is SpanKind.CONSUMER and (queue := _queue(span)) is not None:
        return queue
    if node.placement is Placement.ORPHAN:
        return UNKNOWN if span.kind in _ANSWERING else here
    return CLIENTS if span.kind in _ANSWERING else here


def _is_answered(nodes: Sequence[TreeNode], index: int, span: Span) -> bool:
    """Return whether the other side of a call sent a span of its own.

    A message goes to its queue whoever takes it from there.
    """
    if span.kind is SpanKind.PRODUCER and _queue(span) is not None:
        return False
    below = (nodes[child].span for child in children(nodes, index))
    return any(
        child.kind in _ANSWERING or _service(child) != _service(span)
        for child in below
        if child is not None
    )


def _service(span: Span) -> Node:
    return _service_named(span.service_name)


@lru_cache(maxsize=1_024)
def _service_named(name: str) -> Node:
    return Node(NodeKind.SERVICE, name)


def _queue(span: Span) -> Node | None:
    """Return the queue that a span sends to or takes from, as far as it says."""
    return _queue_in(span.attributes_among(_PEER_KEYS))


def _queue_in(attributes: Mapping[str, Value]) -> Node | None:
    system = _text(attributes, semconv.MESSAGING_SYSTEM)
    destination = _text(attributes, *_DESTINATION)
    name = " ".join(filter(None, (system, destination)))
    return Node(NodeKind.QUEUE, name) if name else None


def _peer(span: Span) -> Node | None:
    """Return the other side of a call that was not answered by a span."""
    attributes = span.attributes_among(_PEER_KEYS)
    if system := _text(attributes, semconv.DB_SYSTEM_NAME):
        name = " ".join(filter(None, (system, _text(attributes, semconv.DB_NAMESPACE))))
        return Node(NodeKind.DATABASE, name)
    if (queue := _queue_in(attributes)) is not None:
        return queue
    if peer := _text(attributes, semconv.SERVICE_PEER_NAME):
        return Node(NodeKind.SERVICE, peer)
    name = _text(attributes, semconv.SERVER_ADDRESS, semconv.NETWORK_PEER_ADDRESS)
    return Node(NodeKind.PEER, name) if name else None


def _text(attributes: Mapping[str, Value], *keys: Key) -> str:
    value = first(attributes, *keys)
    return "" if value is None else str(value)


def received_by(node: Node, calls: Mapping[Edge, Tally]) -> Tally:
    """Return all calls that *node* took, from whomever: its rate, errors and durations.

    Callers without spans take none; theirs is 0.
    """
    total = Tally()
    for edge, tally in calls.items():
        if edge.callee == node:
            total.merge(tally)
    return total
