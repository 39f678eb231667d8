"""The other side of a call that sent no spans of its own: a database, a queue, another's API.

It is known only by what the attributes of the span that called it say.

Source: docs/analysis.md, "Services and who calls whom".
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from devtrace.analysis.tree import TreeNode, children
from devtrace.model import semconv
from devtrace.model.semconv import Key, first
from devtrace.model.span import Span, SpanKind
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


_SHORT_CHARS = 128
"""A service of a longer name is not remembered: a name may be as long as a request."""
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
ANSWERING = frozenset({SpanKind.SERVER, SpanKind.CONSUMER})
"""Kinds of spans that somebody else's call causes."""
_CALLING = frozenset({SpanKind.CLIENT, SpanKind.PRODUCER})


class Peers:
    """Whom the spans of one tree called, decoded when it is first asked for.

    Args:
        nodes: The rows that `assemble` returned.
    """

    def __init__(self, nodes: Sequence[TreeNode]) -> None:
        self._nodes = nodes
        self._known: dict[int, Node | None] = {}

    def of(self, index: int) -> Node | None:
        """Return the peer that the span of row *index* called and no span here speaks for."""
        if index not in self._known:
            peer = None if is_answered(self._nodes, index) else silent_peer(self._nodes, index)
            self._known[index] = peer
        return self._known[index]


def silent_peer(nodes: Sequence[TreeNode], index: int) -> Node | None:
    """Return the other side that the span of row *index* called and that sent no span for it.

    A message goes to its queue, whoever takes it from there.

    Args:
        nodes: The rows that `assemble` returned.
        index: A row of them.

    Returns:
        None for a span that is no call, was answered, or does not say whom it called.
    """
    span = nodes[index].span
    if span is None or span.kind not in _CALLING:
        return None
    is_message = span.kind is SpanKind.PRODUCER and queue_of(span) is not None
    if not is_message and is_answered(nodes, index):
        return None
    peer = _peer(span)
    return None if peer == service_of(span) else peer


def is_answered(nodes: Sequence[TreeNode], index: int) -> bool:
    """Return whether another side, or a SERVER or CONSUMER, took up the call of row *index*."""
    here = nodes[index].span
    below = (nodes[child].span for child in children(nodes, index))
    return here is not None and any(
        child.kind in ANSWERING or child.service_name != here.service_name
        for child in below
        if child is not None
    )


def service_of(span: Span) -> Node:
    """Return the service that sent a span."""
    name = span.service_name
    if len(name) > _SHORT_CHARS:
        return Node(NodeKind.SERVICE, name)
    return _service_named(name)


@lru_cache(maxsize=1_024)
def _service_named(name: str) -> Node:
    return Node(NodeKind.SERVICE, name)


def queue_of(span: Span) -> Node | None:
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
