"""The facts of one row of the trace list.

Rows are recomputed while their trace grows, ten times a second, so a summary reads
hot fields of every span and decodes only those that are quoted: the main root for
the title, and the innermost exception of a trace that has errors.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from devtrace.analysis.error import SpanError, exception_line, span_error
from devtrace.analysis.timing import bounds
from devtrace.analysis.title import span_title
from devtrace.analysis.tree import Placement, TreeNode, assemble, assemble_steps, main_root
from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span, StatusCode
from devtrace.model.steps import Steps
from devtrace.model.trace import Trace
from devtrace.otlp.replay_mark import REPLAYED_FROM

_NEVER = 2**64
"""Later than any time on the wire."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSummary:
    """What is said of a trace in one row."""

    trace_id: str
    service_name: str
    """The main root's service."""
    title: str
    """The main root's title."""
    start_time_unix_nano: int
    """Earliest start; 0 when no span has one."""
    duration_nano: int
    """From the earliest start to the latest end; 0 when no span has a start."""
    span_count: int
    error_count: int
    """Spans with status ERROR."""
    orphan_count: int
    """Spans whose parent was not received."""
    services: tuple[tuple[str, int], ...]
    """(service name, spans) in order of first start."""
    kinds: Mapping[str, int]
    """Spans by name of their kind, such as `SERVER`."""
    has_root: bool
    """Whether a span without parent id was received."""
    root_status: StatusCode
    """The main root's status."""
    root_error: SpanError | None
    """How the main root failed, certainly or probably."""
    exception: str | None
    """The innermost exception, such as `CardDeclined: insufficient funds`."""
    is_partial: bool
    is_truncated: bool
    is_pinned: bool
    is_replayed: bool = False
    """Whether its main root says that devtrace sent it again."""

    @property
    def has_error(self) -> bool:
        """Whether a span has status ERROR, or the main root probably failed."""
        return self.error_count > 0 or self.root_error is not None

    @property
    def text_length(self) -> int:
        """Characters of all its texts, which senders make as long as they like."""
        texts = [self.title, self.service_name, self.exception or ""]
        texts += [name for name, _ in self.services]
        if self.root_error is not None:
            texts.append(self.root_error.text)
        return sum(map(len, texts))


def summarise(trace: Trace, nodes: Sequence[TreeNode] | None = None) -> TraceSummary:
    """Return the facts of *trace*'s row.

    Args:
        trace: A trace with at least one span.
        nodes: Its assembled rows, if the caller has them already.

    Raises:
        ValueError: If it has no spans.

    Source:
        docs/analysis.md, "The row of a trace".
    """
    if nodes is None:
        nodes = assemble(trace.spans)
    root = _main_span(nodes)
    start, end = bounds(trace.spans)
    kinds = Counter(map(attrgetter("kind"), trace.spans))
    error_count = list(map(attrgetter("status_code"), trace.spans)).count(StatusCode.ERROR)
    return TraceSummary(
        trace_id=trace.trace_id,
        service_name=root.service_name,
        title=span_title(root),
        start_time_unix_nano=start,
        duration_nano=end - start,
        span_count=len(trace.spans),
        error_count=error_count,
        orphan_count=list(map(attrgetter("placement"), nodes)).count(Placement.ORPHAN),
        services=_services(trace.spans),
        kinds={kind.name: count for kind, count in kinds.items()},
        has_root=any(span.is_root for span in trace.spans),
        root_status=root.status_code,
        root_error=span_error(root),
        exception=exception_line(nodes) if error_count else None,
        is_partial=trace.is_partial,
        is_truncated=trace.is_truncated,
        is_pinned=trace.is_pinned,
        is_replayed=_is_replayed(root),
    )


def summarise_steps(trace: Trace) -> Steps[TraceSummary]:
    """Work out what `summarise` returns, stopping now and then."""
    nodes = yield from assemble_steps(trace.spans)
    yield
    return summarise(trace, nodes)


def _is_replayed(span: Span) -> bool:
    # Text is among a span's bytes as it is: most spans need not be decoded for this.
    return REPLAYED_FROM.encode() in span.payload and REPLAYED_FROM in span.attributes


def _main_span(nodes: Sequence[TreeNode]) -> Span:
    index = main_root(nodes)
    span = None if index is None else nodes[index].span
    if span is None:
        raise ValueError("cannot summarise a trace: it has no spans")
    return span


def _services(spans: Sequence[Span]) -> tuple[tuple[str, int], ...]:
    """Return each service with its number of spans, in order of first start."""
    starts_by_scope: defaultdict[InstrumentationScope, list[int]] = defaultdict(list)
    for span in spans:
        starts_by_scope[span.scope].append(span.start_time_unix_nano)
    starts_by_service: defaultdict[str, list[int]] = defaultdict(list)
    for scope, starts in starts_by_scope.items():
        starts_by_service[scope.resource.service_name] += starts
    counted = (
        (min(filter(None, starts), default=_NEVER), name, len(starts))
        for name, starts in starts_by_service.items()
    )
    return tuple((name, count) for _, name, count in sorted(counted))
