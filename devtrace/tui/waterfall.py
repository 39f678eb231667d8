"""One trace ready to be drawn: the lines of its tree, folded or not, its clocks set or not.

Immutable like the trace it reads, and made once per change, a large one in steps.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import NamedTuple, Self

from devtrace.analysis.adjust import adjusted_steps
from devtrace.analysis.alike import AlikeRun, alike_steps
from devtrace.analysis.peers import Node
from devtrace.analysis.summary import summarise_steps
from devtrace.analysis.timing import critical_path_steps, self_times_steps
from devtrace.analysis.tree import assemble_steps
from devtrace.model.steps import Steps
from devtrace.model.trace import Trace
from devtrace.tui.trace_facts import TraceFacts, by_row

_LARGE_ROWS = 1_000


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


class Waterfall(TraceFacts):
    """One trace, ready to be drawn.

    Args:
        trace: The trace to read.
        nodes: Its assembled rows, if the caller has them already.
    """

    @classmethod
    def steps(cls, trace: Trace) -> Steps[Self]:
        """Make one a little at a time, with what is costly in the first frame of a large one."""
        nodes = yield from assemble_steps(trace.spans)
        waterfall = cls(trace, nodes)
        if len(nodes) >= _LARGE_ROWS:
            yield from waterfall._prepare()
        return waterfall

    def _prepare(self) -> Steps[None]:
        """Work out what the first frame needs."""
        nodes = self.nodes
        yield
        self.summary = yield from summarise_steps(self.trace, nodes)
        self.run_of = by_row((yield from alike_steps(nodes)))
        self.self_times_nano = yield from self_times_steps(nodes)
        self.critical_path = yield from critical_path_steps(nodes)
        for name in (
            "_bounds",
            "keys",
            "index_by_key",
            "starts",
            "lasts",
            "error_rows",
            "exceptions",
            "_unfolded",
            "critical_shares",
            "_labels",
        ):
            yield
            getattr(self, name)

    def adjusted_steps(self) -> "Steps[Waterfall]":
        """Work out the same trace with the clocks of its hosts set; this one if none has to be."""
        trace = yield from adjusted_steps(self.trace, self.nodes)
        return self if trace is self.trace else (yield from Waterfall.steps(trace))

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
        nodes, at = self.nodes, root or 0
        end = len(nodes) if root is None else root + nodes[root].size
        open_runs = self._open_runs(opened or frozenset()) if run_of else frozenset()
        for stop in self._stops(folded, run_of, open_runs):
            if not at <= stop < end:
                continue  # under another
            rows += self._lines(at, stop)
            at = stop
            run = run_of.get(stop) if stop != root else None
            is_open = run is not None and run.nodes[0] in open_runs
            if run is not None and stop == run.nodes[0]:
                rows.append(TreeRow(stop, "", run, is_open))
            if run is not None and not is_open:
                at += nodes[stop].size
            elif self.keys[stop] in folded:
                rows += self._lines(stop, stop + 1)
                at += nodes[stop].size
        rows += self._lines(at, end)
        return rows

    def _stops(
        self,
        folded: AbstractSet[str],
        run_of: Mapping[int, AlikeRun],
        open_runs: AbstractSet[int],
    ) -> list[int]:
        """Return the rows at which lines are another thing than one for each row, in order."""
        stops = {self.index_by_key[key] for key in folded if key in self.index_by_key}
        stops.update(
            row
            for row, run in run_of.items()
            if row == run.nodes[0] or run.nodes[0] not in open_runs
        )
        return sorted(stops)

    def _open_runs(self, opened: AbstractSet[str]) -> AbstractSet[int]:
        """Return the first rows of runs of which one span is named in *opened*."""
        rows = (self.index_by_key.get(key, -1) for key in opened)
        return {self.run_of[row].nodes[0] for row in rows if row in self.run_of}

    def _lines(self, first: int, end: int) -> list[TreeRow]:
        """Return the lines of some rows with nothing folded."""
        above = self._exception_rows
        return self._unfolded[first + bisect_left(above, first) : end + bisect_left(above, end)]

    @cached_property
    def _exception_rows(self) -> list[int]:
        return sorted(self.exceptions)

    @cached_property
    def _unfolded(self) -> list[TreeRow]:
        rows = list(map(TreeRow, range(len(self.nodes))))
        for index, text in reversed(self.exceptions.items()):
            rows.insert(index + 1, TreeRow(index, text))
        return rows

    @cached_property
    def foldable(self) -> dict[str, int]:
        """The depth of each node that has something to fold, by its key."""
        nodes = zip(self.keys, self.nodes, strict=True)
        return {key: node.depth for key, node in nodes if node.child_count}

    def folded_by_level(self, folded: AbstractSet[str], step: int) -> set[str]:
        """Return what is folded with one level less to see, or one more.

        Args:
            folded: Keys of what is folded now.
            step: -1 folds the deepest level that shows children, 1 unfolds the topmost
                level at which something is folded.
        """
        depths = self.foldable
        if step < 0:
            level = max(self._open_depths(folded), default=-1)
            return {*folded, *(key for key, depth in depths.items() if depth == level)}
        level = min((depths[key] for key in folded if key in depths), default=-1)
        return {key for key in folded if depths.get(key) != level}

    def _open_depths(self, folded: AbstractSet[str]) -> Iterator[int]:
        """Yield the depth of each row that shows what is under it."""
        nodes, keys, index = self.nodes, self.keys, 0
        while index < len(nodes):
            node = nodes[index]
            is_folded = node.child_count and keys[index] in folded
            if node.child_count and not is_folded:
                yield node.depth
            index += node.size if is_folded else 1
