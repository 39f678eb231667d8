"""Everything the screens derive from one trace, computed once per change.

A `Waterfall` is immutable like the trace it reads: the tree and its rows, self
times, the shared time axis.  What only some rows need (self intervals, critical
path, exception texts) is computed when first asked for.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, Self

from devtrace.analysis.adjust import adjusted
from devtrace.analysis.alike import AlikeRun, alike_runs
from devtrace.analysis.error import span_error, span_exception
from devtrace.analysis.instances import service_labels
from devtrace.analysis.peers import Node, Peers
from devtrace.analysis.summary import TraceSummary, summarise
from devtrace.analysis.timing import (
    CriticalSegment,
    bounds,
    critical_path,
    critical_share,
    self_intervals,
    self_times_nano,
)
from devtrace.analysis.tree import (
    TreeNode,
    assemble,
    assemble_steps,
    has_remote_parent,
)
from devtrace.model.resource import Resource
from devtrace.model.span import Span, StatusCode
from devtrace.model.steps import Steps
from devtrace.model.trace import Trace

_LARGE_ROWS = 1_000
MAX_EXCEPTION_ROWS = 50
"""Failed branches whose innermost exception gets a row of its own."""


class TreeRow(NamedTuple):
    """One line of the tree: a span or placeholder, or what is said above or below one."""

    node: int
    """Index into `Waterfall.nodes`."""
    exception: str = ""
    """When not empty, the line is this text under the span."""
    run: AlikeRun | None = None
    """When not None, the line stands for these look-alikes, of which the span is the first."""
    is_open: bool = False
    """Whether the spans of the run follow, each on its line."""
    peer: Node | None = None
    """When not None, the line is this other side of the span's call, which sent no spans."""


class Waterfall:
    """One trace, ready to be drawn.

    Args:
        trace: The trace to read.
        nodes: Its assembled rows, if the caller has them already.
    """

    def __init__(self, trace: Trace, nodes: Sequence[TreeNode] | None = None) -> None:
        self.trace = trace
        self.nodes = assemble(trace.spans) if nodes is None else nodes
        self.start, self.end = bounds(trace.spans)
        self.keys = self._keys()
        """What names each node for as long as the trace grows: its span id.

        Of several spans with one id, those that came later have a number as well.
        """
        self.heads: Mapping[int, tuple[str, ...]] = {}
        """Rows that a link ties to the row above them, and what is said of it, in full and shorter."""
        self.index_by_key = dict(zip(self.keys, range(len(self.keys)), strict=True))

    @classmethod
    def steps(cls, trace: Trace) -> Steps[Self]:
        """Make one a little at a time, with what is costly in the first frame of a large one."""
        nodes = yield from assemble_steps(trace.spans)
        yield
        waterfall = cls(trace, nodes)
        if len(nodes) < _LARGE_ROWS:
            return waterfall
        for name in (
            "summary",
            "run_of",
            "_unfolded",
            "self_times_nano",
            "critical_shares",
            "_labels",
        ):
            yield
            getattr(waterfall, name)
        return waterfall

    def _keys(self) -> list[str]:
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
    def adjusted(self) -> "Waterfall":
        """The same trace with the clocks of its hosts set; this one if none has to be."""
        trace = adjusted(self.trace)
        return self if trace is self.trace else Waterfall(trace)

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
        return {row: run for run in alike_runs(self.nodes) for row in run.nodes}

    def is_open(self, run: AlikeRun, opened: AbstractSet[str]) -> bool:
        """Return whether one of the run's spans is named in *opened*."""
        return bool(opened) and any(self.keys[row] in opened for row in run.nodes)

    def rows(
        self,
        folded: AbstractSet[str],
        *,
        opened: AbstractSet[str] | None = None,
        root: int | None = None,
    ) -> list[TreeRow]:
        """Return the lines to draw when the nodes in *folded* are folded.

        Args:
            folded: Keys; a folded node shows its own line and no descendant.
            opened: Look-alikes are one line unless this has the key of one of them;
                None has no lines for look-alikes at all.
            root: The row to begin at, alone with what is under it; None is the whole trace.
        """
        run_of = {} if opened is None else self.run_of
        if not folded and not run_of and root is None:
            return self._unfolded
        rows: list[TreeRow] = []
        nodes, exceptions = self.nodes, self.exceptions
        closed: set[int] = set()  # first rows of runs whose spans are left out
        index = root or 0
        end = len(nodes) if root is None else root + nodes[root].size
        while index < end:
            node = nodes[index]
            if run_of and index != root and (run := run_of.get(index)) is not None:
                if index == run.nodes[0]:
                    is_open = self.is_open(run, opened or frozenset())
                    rows.append(TreeRow(index, "", run, is_open))
                    if not is_open:
                        closed.add(index)
                if run.nodes[0] in closed:
                    index += node.size
                    continue
            rows.append(TreeRow(index))
            if text := exceptions.get(index):
                rows.append(TreeRow(index, text))
            index += node.size if node.child_count and self.keys[index] in folded else 1
        return rows

    @cached_property
    def _unfolded(self) -> list[TreeRow]:
        rows = list(map(TreeRow, range(len(self.nodes))))
        for index, text in reversed(self.exceptions.items()):
            rows.insert(index + 1, TreeRow(index, text))
        return rows

    def foldable(self) -> dict[str, int]:
        """Return the depth of each node that has something to fold, by its key."""
        nodes = zip(self.keys, self.nodes, strict=True)
        return {key: node.depth for key, node in nodes if node.child_count}

    def folded_by_level(self, folded: AbstractSet[str], step: int) -> set[str]:
        """Return what is folded with one level less to see, or one more.

        Args:
            folded: Keys of what is folded now.
            step: -1 folds the deepest level that shows children, 1 unfolds the topmost
                level at which something is folded.
        """
        depths = self.foldable()
        if step < 0:
            shown = (self.keys[row.node] for row in self.rows(folded))
            unfolded = (depths[key] for key in shown if key in depths and key not in folded)
            level = max(unfolded, default=-1)
            return {*folded, *(key for key, depth in depths.items() if depth == level)}
        level = min((depths[key] for key in folded if key in depths), default=-1)
        return {key for key in folded if depths.get(key) != level}

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
