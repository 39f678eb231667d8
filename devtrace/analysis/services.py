"""Who calls whom: the edges of the service map, as one trace tells of them.

A call is seen where a span's parent is of another service.  What sent no spans of its
own (a database, a queue, another vendor's API) is seen from the span that called it,
by what its attributes say of the other side.  What a trace tells is a pure function of
it; `analysis.tally` adds traces up.

Source: docs/analysis.md, "Services and who calls whom".
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from devtrace.analysis.peers import (
    ANSWERING,
    Node,
    NodeKind,
    queue_of,
    service_of,
    silent_peer,
)
from devtrace.analysis.tally import Sample, Tally
from devtrace.analysis.tree import TOP_LEVEL, Placement, TreeNode
from devtrace.model.span import Span, SpanKind, StatusCode


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
    here = service_of(span)
    if (caller := _caller(nodes, index, span, here)) is not None:
        yield Edge(caller, here)
    if (peer := silent_peer(nodes, index)) is not None:
        yield Edge(here, peer)


def _caller(nodes: Sequence[TreeNode], index: int, span: Span, here: Node) -> Node | None:
    """Return who called the span's service with it, or None if it is work within."""
    node = nodes[index]
    above = None if node.parent == TOP_LEVEL else nodes[node.parent].span
    if above is not None:
        source = service_of(above)
        is_message = above.kind is SpanKind.PRODUCER or span.kind is SpanKind.CONSUMER
        if is_message and (source != here or span.kind is SpanKind.CONSUMER):
            return queue_of(span) or queue_of(above) or (source if source != here else None)
        return source if source != here else None
    if span.kind is SpanKind.CONSUMER and (queue := queue_of(span)) is not None:
        return queue
    if node.placement is Placement.ORPHAN:
        return UNKNOWN if span.kind in ANSWERING else here
    return CLIENTS if span.kind in ANSWERING else here


def received_by(node: Node, calls: Mapping[Edge, Tally]) -> Tally:
    """Return all calls that *node* took, from whomever: its rate, errors and durations.

    Callers without spans take none; theirs is 0.
    """
    total = Tally()
    for edge, tally in calls.items():
        if edge.callee == node:
            total.merge(tally)
    return total
