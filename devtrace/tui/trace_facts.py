"""What is derived from one trace, each fact when it is first asked for.

Immutable like the trace: the tree, the shared time axis, self times, critical path,
errors, look-alikes.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise

from devtrace.analysis.alike import AlikeRun, alike_runs
from devtrace.analysis.error import span_error, span_exception
from devtrace.analysis.instances import service_labels
from devtrace.analysis.peers import Peers
from devtrace.analysis.summary import TraceSummary, summarise
from devtrace.analysis.timing import (
    CriticalSegment,
    bounds,
    critical_path,
    critical_share,
    self_intervals,
    self_times_nano,
)
from devtrace.analysis.tree import TreeNode, assemble, has_remote_parent
from devtrace.model.resource import Resource
from devtrace.model.span import Span, StatusCode
from devtrace.model.trace import Trace

MAX_EXCEPTION_ROWS = 50
"""Failed branches whose innermost exception gets a row of its own."""


class TraceFacts:
    """One trace, and what follows from it.

    Args:
        trace: The trace to read.
        nodes: Its assembled rows, if the caller has them already.
    """

    def __init__(self, trace: Trace, nodes: Sequence[TreeNode] | None = None) -> None:
        self.trace = trace
        self.nodes = assemble(trace.spans) if nodes is None else nodes
        self.heads: Mapping[int, tuple[str, ...]] = {}
        """Rows that a link ties to the row above them, and what is said of it, in full and shorter."""

    @cached_property
    def _bounds(self) -> tuple[int, int]:
        return bounds(self.trace.spans)

    @property
    def start(self) -> int:
        """The earliest start; 0 when no span has one."""
        return self._bounds[0]

    @property
    def end(self) -> int:
        """The latest end, not before the start."""
        return self._bounds[1]

    @cached_property
    def starts(self) -> list[int]:
        """When each row's span began; 0 for placeholders and where that is unknown."""
        spans = (node.span for node in self.nodes)
        return [span.start_time_unix_nano if span is not None else 0 for span in spans]

    @cached_property
    def lasts(self) -> list[int]:
        """The last nanosecond in which each row's span ran; not before its start."""
        ends = (node.span.end_time_unix_nano if node.span else 0 for node in self.nodes)
        return [
            end - 1 if start and end > start else start
            for start, end in zip(self.starts, ends, strict=True)
        ]

    @cached_property
    def index_by_key(self) -> dict[str, int]:
        """The row that each key names."""
        return dict(zip(self.keys, range(len(self.keys)), strict=True))

    @cached_property
    def keys(self) -> list[str]:
        """What names each node for as long as the trace grows: its span id.

        Of several spans with one id, those that came later have a number as well.
        """
        span_ids = [node.span_id for node in self.nodes]
        if len(set(span_ids)) == len(span_ids):
            return span_ids
        times: dict[str, int] = {}
        numbered: dict[int, str] = {}  # by identity of the span
        for span in self.trace.spans:
            time = times[span.span_id] = times.get(span.span_id, 0) + 1
            if time > 1:
                numbered[id(span)] = f"{span.span_id} {time}"
        return [numbered.get(id(node.span), node.span_id) for node in self.nodes]

    @property
    def whole_of_shares_nano(self) -> int:
        """What shares of the critical path are shares of."""
        return self.duration_nano

    @property
    def duration_nano(self) -> int:
        """Length of the time axis; at least 1, so that it can divide."""
        return max(1, self.end - self.start)

    @cached_property
    def peers(self) -> Peers:
        """Whom its spans called that sent no spans of their own."""
        return Peers(self.nodes)

    @cached_property
    def summary(self) -> TraceSummary:
        """The facts of the trace's row in the list."""
        return summarise(self.trace, self.nodes)

    @cached_property
    def self_times_nano(self) -> list[int]:
        """How long each row's span ran itself, parallel to `nodes`."""
        return self_times_nano(self.nodes)

    def self_intervals(self, index: int) -> tuple[tuple[int, int], ...]:
        """Return the pieces of a span's interval in which no child was running."""
        known = self._self_intervals.get(index)
        if known is None:
            known = self._self_intervals[index] = self_intervals(self.nodes, index)
        return known

    @cached_property
    def _self_intervals(self) -> dict[int, tuple[tuple[int, int], ...]]:
        return {}

    @cached_property
    def critical_segments(self) -> dict[int, list[tuple[int, int]]]:
        """The pieces of the critical path by row."""
        by_row: dict[int, list[tuple[int, int]]] = {}
        for segment in self.critical_path:
            interval = (segment.start_time_unix_nano, segment.end_time_unix_nano)
            by_row.setdefault(segment.index, []).append(interval)
        return by_row

    @cached_property
    def critical_shares(self) -> dict[int, int]:
        """Nanoseconds of the critical path by row, largest first."""
        return dict(critical_share(self.critical_path))

    @cached_property
    def critical_path(self) -> tuple[CriticalSegment, ...]:
        """What decided when the main root ended, in order of time."""
        return critical_path(self.nodes)

    @cached_property
    def error_rows(self) -> tuple[int, ...]:
        """Rows whose span has status ERROR, in tree order."""
        return tuple(
            index
            for index, node in enumerate(self.nodes)
            if node.span is not None and node.span.status_code is StatusCode.ERROR
        )

    @cached_property
    def exceptions(self) -> dict[int, str]:
        """The text of each failed branch's innermost error, by the row it stands under."""
        texts: dict[int, str] = {}
        rows = self.error_rows
        for row, following in pairwise((*rows, len(self.nodes))):
            if following < row + self.nodes[row].size:
                continue
            span = self.nodes[row].span
            if span is None:
                continue
            error = span_error(span)
            text = span_exception(span) or (error.text if error else "")
            if text:
                texts[row] = text
            if len(texts) >= MAX_EXCEPTION_ROWS:
                break
        return texts

    @cached_property
    def run_of(self) -> dict[int, AlikeRun]:
        """The run of look-alikes that a row is part of, by row."""
        return by_row(alike_runs(self.nodes))

    def path_to(self, index: int) -> list[int]:
        """Return the rows above row *index*, its parent first."""
        path = []
        while (index := self.nodes[index].parent) >= 0:
            path.append(index)
        return path

    def is_hop(self, index: int) -> bool:
        """Return whether row *index* is in another process than the row above it.

        That is another service or instance, or a span that says that its parent is remote.
        """
        node = self.nodes[index]
        if node.span is None:
            return False
        above = self.nodes[node.parent].span if node.parent >= 0 else None
        return (
            above is None
            or self._labels[above.resource] != self._labels[node.span.resource]
            or has_remote_parent(node.span)
        )

    def service_label(self, span: Span) -> str:
        """Return the name of a span's service, told apart from others of that name."""
        return self._labels[span.resource]

    @cached_property
    def _labels(self) -> dict[Resource, str]:
        return service_labels(node.span.resource for node in self.nodes if node.span)


def by_row(runs: Sequence[AlikeRun]) -> dict[int, AlikeRun]:
    """Return the run that each row is part of."""
    return {row: run for run in runs for row in run.nodes}
