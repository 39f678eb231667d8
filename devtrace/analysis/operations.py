"""What each service does, how often, how long it takes and how often it fails.

An operation is a span's name with its kind, in one service.  What a trace tells of its
operations is a pure function of the trace; `analysis.tally` adds traces up.

Source: docs/analysis.md, "Operations".
"""

from collections.abc import Sequence
from typing import NamedTuple

from devtrace.analysis.tally import Sample
from devtrace.analysis.timing import self_times_nano
from devtrace.analysis.tree import TreeNode
from devtrace.model.span import Span, SpanKind, StatusCode


class Operation(NamedTuple):
    """Which spans are counted as one."""

    service_name: str
    name: str
    """The span's name; may be empty."""
    kind: SpanKind


def operation_of(span: Span) -> Operation:
    """Return the operation of which *span* is one call."""
    return Operation(span.service_name, span.name, span.kind)


def operation_samples(nodes: Sequence[TreeNode]) -> list[Sample[Operation]]:
    """Return one sample for each span of a trace.

    A span fails if its status is ERROR; one without end, or that ends before it
    starts, took 0.

    Args:
        nodes: The rows that `assemble` returned.
    """
    return [
        Sample(
            operation_of(span),
            span.duration_nano,
            span.status_code is StatusCode.ERROR,
            self_nano,
        )
        for node, self_nano in zip(nodes, self_times_nano(nodes), strict=True)
        if (span := node.span) is not None
    ]


def spans_of_operation(nodes: Sequence[TreeNode], operation: Operation) -> list[Span]:
    """Return the spans of a trace that are calls of *operation*, in the order of the rows."""
    spans = (node.span for node in nodes)
    return [span for span in spans if span is not None and operation_of(span) == operation]


def telling_span(spans: Sequence[Span]) -> Span:
    """Return the one of *spans* to look at first: of those that failed, or of all, the longest.

    Args:
        spans: At least one.
    """
    return max(
        spans, key=lambda span: (span.status_code is StatusCode.ERROR, span.duration_nano)
    )
