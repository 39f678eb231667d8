"""Clocks of hosts disagree: where the spans of a trace may really have been.

A call cannot begin before its caller made it, nor answer after the caller had the answer.
Where another host's clock says so all the same, its spans are moved until it does not.
That is a guess, made for display: nothing that is stored ever changes, and what was moved
says by how much.

Source: docs/analysis.md, "Clocks"; Jaeger `adjuster/clockskew.go`.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from devtrace.analysis.tree import TOP_LEVEL, Placement, TreeNode, assemble_steps
from devtrace.model.resource import Resource
from devtrace.model.span import Span, SpanKind
from devtrace.model.steps import Steps, finish
from devtrace.model.time import duration_text
from devtrace.model.trace import Trace
from devtrace.otlp.values import Event

_AT_ONCE = 2_000
"""Spans that are looked at between two places where the work may be left for a while."""
_HOST_KEYS = ("host.id", "host.ip", "host.name")
"""What tells hosts apart, the surest first."""


class MovedSpan(Span):
    """A span as it would be by the clock of its trace's root.

    Args:
        span: As it was received; its payload stays what it is.
        shift_nano: How much later its clock is to be read; not 0.
    """

    def __init__(self, span: Span, shift_nano: int) -> None:
        super().__init__(span.payload, span.scope)
        self.shift_nano = shift_nano
        self.start_time_unix_nano = _moved(self.start_time_unix_nano, shift_nano)
        self.end_time_unix_nano = _moved(self.end_time_unix_nano, shift_nano)

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Its events in order of time, moved with it."""
        return tuple(
            replace(event, time_unix_nano=_moved(event.time_unix_nano, self.shift_nano))
            for event in super().events
        )


def adjusted(trace: Trace, *, max_shift_nano: int | None = None) -> Trace:
    """Return *trace* with the clocks of its hosts set by the calls between them.

    Args:
        trace: As it was received.
        max_shift_nano: The largest shift that is taken for skew; a host that seems to be
            off by more is left as it is.  None knows no bound.

    Returns:
        A trace in which what was moved is a `MovedSpan`; *trace* itself if nothing was.

    Source:
        docs/analysis.md, "Clocks".
    """
    return finish(adjusted_steps(trace, max_shift_nano=max_shift_nano))


def adjusted_steps(
    trace: Trace,
    nodes: Sequence[TreeNode] | None = None,
    *,
    max_shift_nano: int | None = None,
) -> Steps[Trace]:
    """Work out what `adjusted` returns, stopping now and then.

    Args:
        trace: As it was received.
        nodes: Its assembled rows, if the caller has them already.
        max_shift_nano: See `adjusted`.
    """
    if nodes is None:
        nodes = yield from assemble_steps(trace.spans)
    shifts = yield from _shifts(nodes, max_shift_nano)
    shift_by_span = {
        id(node.span): shift for node, shift in zip(nodes, shifts, strict=True) if shift
    }
    yield
    if not shift_by_span:
        return trace
    spans: list[Span] = []
    for number, span in enumerate(trace.spans):
        if number % _AT_ONCE == 0:
            yield
        shift = shift_by_span.get(id(span))
        spans.append(MovedSpan(span, shift) if shift else span)
    return replace(trace, spans=tuple(spans))


def clock_shifts(nodes: Sequence[TreeNode], max_shift_nano: int | None = None) -> list[int]:
    """Return how much later the clock of each row is to be read.

    Args:
        nodes: The rows that `assemble` returned.
        max_shift_nano: See `adjusted`.

    Returns:
        Nanoseconds in the order of the rows, negative for a clock that is ahead.

    Source:
        docs/analysis.md, "Clocks".
    """
    return finish(_shifts(nodes, max_shift_nano))


def _shifts(nodes: Sequence[TreeNode], max_shift_nano: int | None) -> Steps[list[int]]:
    shifts = [0] * len(nodes)
    for index, node in enumerate(nodes):
        if index % _AT_ONCE == 0:
            yield
        if node.span is None or node.parent == TOP_LEVEL:
            continue
        above = nodes[node.parent]
        if above.span is None:
            continue
        if has_one_clock(node.span.resource, above.span.resource):
            shifts[index] = shifts[node.parent]
        elif node.placement is Placement.CHILD and not (
            node.is_duplicate_id or above.is_duplicate_id
        ):
            shift = _skew(node.span, above.span, shifts[node.parent])
            if max_shift_nano is None or abs(shift) <= max_shift_nano:
                shifts[index] = shift
    return shifts


def shift_note(span: Span) -> str:
    """Return what is to be said of a span that was moved; empty for any other."""
    if not isinstance(span, MovedSpan):
        return ""
    sign = "+" if span.shift_nano > 0 else "-"
    return f"shifted by {sign}{duration_text(abs(span.shift_nano))}: its clock disagrees"


def has_one_clock(resource: Resource, other: Resource) -> bool:
    """Return whether both surely ran on one host."""
    if resource is other or resource.payload == other.payload:
        return True
    host = _host(resource)
    return host is not None and host == _host(other)


def _host(resource: Resource) -> tuple[str, str] | None:
    """Return what tells the host of *resource* from others; None when nothing does."""
    attributes = resource.attributes
    for key in _HOST_KEYS:
        if (value := attributes.get(key)) not in (None, ""):
            return key, repr(value)
    return None


def _skew(span: Span, parent: Span, parent_shift: int) -> int:
    """Return the shift of another host's span within its parent, which was shifted itself."""
    if not (span.start_time_unix_nano and parent.start_time_unix_nano):
        return 0
    start = parent.start_time_unix_nano + parent_shift
    waits = not (span.kind == SpanKind.CONSUMER or parent.kind == SpanKind.PRODUCER)
    slack = parent.duration_nano - span.duration_nano
    if not (waits and span.has_end and parent.has_end) or slack < 0:
        return max(0, start - span.start_time_unix_nano)
    if 0 <= span.start_time_unix_nano - start <= slack:
        return 0
    return start + slack // 2 - span.start_time_unix_nano


def _moved(time_unix_nano: int, shift_nano: int) -> int:
    """Return a time later by *shift_nano*; 0 stays unknown, and nothing becomes unknown."""
    return max(1, time_unix_nano + shift_nano) if time_unix_nano else 0
