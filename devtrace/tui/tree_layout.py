"""Which lines of a trace's tree are shown: folds, opened runs, the span it begins at.

Pure of Textual.  Everything is remembered by the keys of spans, so it holds while the
trace grows.  Lines stand in the order of the waterfall's rows, so one is found by
bisection, however many there are.
"""

from bisect import bisect_left
from operator import attrgetter
from typing import NamedTuple

from devtrace.analysis.timing import bounds
from devtrace.tui.bars import Interval
from devtrace.tui.time_window import TimeWindow
from devtrace.tui.tree_peers import with_leaves
from devtrace.tui.waterfall import TreeRow, Waterfall

_node = attrgetter("node")


class Place(NamedTuple):
    """What names a line while the trace grows."""

    key: str
    """Its node's key in the waterfall."""
    part: str = ""
    """Empty for the span itself, else `exception`, `peer` or `run`."""


class TreeLayout:
    """The lines of one trace's tree.

    Args:
        shows_peers: Whether a peer that sent no spans has a line under its caller.
    """

    def __init__(self, *, shows_peers: bool = False) -> None:
        self.shows_peers = shows_peers
        self.waterfall: Waterfall | None = None
        self.rows: list[TreeRow] = []
        self.folded: set[str] = set()
        """Keys of folded spans."""
        self._opened: set[str] = set()  # keys of spans whose run of look-alikes is open
        self._root: str | None = None
        self.time = TimeWindow()
        """The piece of the time that bars are drawn on."""
        self._was_laid_out_for: object = None
        self._bounds: tuple[Waterfall, int, Interval] | None = None

    def take(self, waterfall: Waterfall | None, selected: Place | None) -> None:
        """Lay *waterfall* out; another trace begins unfolded.

        Args:
            waterfall: Another reading of the same trace, or another trace.
            selected: The line under the cursor; a run that forms round it is open.
        """
        before = self.waterfall
        self.waterfall = waterfall
        if (
            waterfall is None
            or before is None
            or (waterfall.trace.trace_id != before.trace.trace_id)
        ):
            self.folded.clear()
            self._opened.clear()
            self._root = None
            self.time.reset()
        elif selected is not None and not selected.part:
            self._open_runs_above(waterfall.index_by_key.get(selected.key))
        self.lay_out()

    def lay_out(self) -> None:
        """Compute the lines anew, if any fold is another than it was."""
        folds = frozenset(self.folded), frozenset(self._opened)
        wanted = (self.waterfall, *folds, self._root, self.shows_peers)
        if wanted == self._was_laid_out_for:
            return
        self._was_laid_out_for = wanted
        waterfall = self.waterfall
        self.rows = (
            waterfall.rows(self.folded, opened=self._opened, root=self.root)
            if waterfall
            else []
        )
        if waterfall is not None and self.shows_peers:
            self.rows = with_leaves(self.rows, waterfall, self.folded)

    @property
    def root(self) -> int | None:
        """The row the tree begins at; None is the whole trace."""
        if self._root is None or self.waterfall is None:
            return None
        return self.waterfall.index_by_key.get(self._root)

    def toggle_peers(self) -> bool:
        """Give peers that sent no spans lines, or take them away; tell which it is now."""
        self.shows_peers = not self.shows_peers
        self.lay_out()
        return self.shows_peers

    def begin_at(self, node: int | None) -> None:
        """Show only row *node* and what is under it; None shows the whole trace."""
        if self.waterfall is not None:
            self._root = None if node is None else self.waterfall.keys[node]
            self.time.reset()
            self.lay_out()

    def bounds(self) -> tuple[int, int]:
        """Return the times from which to which the tree's bars lie."""
        waterfall, root = self.waterfall, self.root
        if waterfall is None:
            return 0, 1
        if root is None:
            return waterfall.start, waterfall.start + waterfall.duration_nano
        if self._bounds is None or self._bounds[:2] != (waterfall, root):
            nodes = waterfall.nodes[root : root + waterfall.nodes[root].size]
            start, end = bounds(node.span for node in nodes if node.span is not None)
            self._bounds = waterfall, root, (start, max(end, start + 1))
        return self._bounds[2]

    @property
    def window(self) -> Interval | None:
        """Start and end of the time that bars are drawn on; None while it is the trace's."""
        if self.root is None and not self.time.is_zoomed:
            return None
        return self.time.within(self.bounds())

    def zoom(self, step: int, node: int | None) -> None:
        """Show half (1) or twice (-1) of the time, with row *node* in the middle; 0 shows all."""
        if step == 0 or self.waterfall is None:
            self.time.reset()
            return
        whole = self.bounds()
        span = self.waterfall.nodes[node].span if node is not None else None
        around = (span.start_time_unix_nano, span.end_time_unix_nano) if span else whole
        self.time.zoom(step, whole, around)

    def place(self, row: int) -> Place:
        """Return what names line *row*."""
        tree_row = self.rows[row]
        assert self.waterfall is not None  # noqa: S101  # rows come from a waterfall
        return Place(self.waterfall.keys[tree_row.node], _part(tree_row))

    def row_of(self, place: Place) -> int:
        """Return the line named *place*, or the nearest one above that is not folded away."""
        waterfall = self.waterfall
        node = waterfall.index_by_key.get(place.key) if waterfall else None
        if waterfall is None or node is None:
            return 0
        if (row := self._find(node, place.part)) is not None:
            return row
        for above in (node, *waterfall.path_to(node)):
            row = self._find(above)
            if row is None and (run := waterfall.run_of.get(above)) is not None:
                row = self._find(run.nodes[0], "run")
            if row is not None:
                return row
        return 0

    def _find(self, node: int, part: str = "") -> int | None:
        """Return the line of a part of row *node*; None if it is folded away."""
        row = bisect_left(self.rows, node, key=_node)
        while row < len(self.rows) and self.rows[row].node == node:
            if _part(self.rows[row]) == part:
                return row
            row += 1
        return None

    # -- folds ---------------------------------------------------------------------

    def is_foldable(self, row: TreeRow) -> bool:
        """Return whether a line has something to fold that is open now."""
        if row.run is not None:
            return row.is_open
        return self._has_children(row.node) and not self.is_folded(row.node)

    def is_closed(self, row: TreeRow) -> bool:
        """Return whether a line hides something that can be unfolded."""
        return not row.is_open if row.run is not None else self.is_folded(row.node)

    def is_folded(self, node: int) -> bool:
        """Return whether what is under row *node* is folded away."""
        return self.waterfall is not None and self.waterfall.keys[node] in self.folded

    def _has_children(self, node: int) -> bool:
        return self.waterfall is not None and self.waterfall.nodes[node].child_count > 0

    def fold(self, row: TreeRow, *, is_folded: bool) -> None:
        """Fold or unfold what a line stands for."""
        if self.waterfall is None:
            return
        keys = self.waterfall.keys
        if row.run is not None:
            self._opened -= {keys[node] for node in row.run.nodes}
            if not is_folded:
                self._opened.add(keys[row.node])
        elif is_folded and self._has_children(row.node):
            self.folded.add(keys[row.node])
        else:
            self.folded.discard(keys[row.node])
        self.lay_out()

    def fold_level(self, step: int) -> None:
        """Fold the deepest open level (-1) or open one level more (+1)."""
        if self.waterfall is not None:
            self.folded = self.waterfall.folded_by_level(self.folded, step)
            self.lay_out()

    def fold_all(self, *, is_folded: bool) -> None:
        """Fold everything, or unfold everything, runs of look-alikes included."""
        if self.waterfall is None:
            return
        keys = self.waterfall.keys
        self.folded = set(self.waterfall.foldable) if is_folded else set()
        self._opened.clear()
        if not is_folded:
            firsts = {run.nodes[0] for run in self.waterfall.run_of.values()}
            self._opened.update(keys[first] for first in firsts)
        self.lay_out()

    def reveal(self, node: int) -> None:
        """Unfold whatever hides row *node*; show the whole trace if it is not under the root."""
        if self.waterfall is None:
            return
        root = self.root
        if root is not None and not root <= node < root + self.waterfall.nodes[root].size:
            self._root = None
        keys = self.waterfall.keys
        self.folded -= {keys[above] for above in self.waterfall.path_to(node)}
        self._open_runs_above(node)
        self.lay_out()

    def _open_runs_above(self, node: int | None) -> None:
        """Open the runs that row *node* and the rows above it are part of."""
        if node is None or self.waterfall is None:
            return
        waterfall = self.waterfall
        for row in (node, *waterfall.path_to(node)):
            run = waterfall.run_of.get(row)
            if run is not None and not waterfall.is_open(run, self._opened):
                self._opened.add(waterfall.keys[row])

    def header_of(self, node: int) -> Place | None:
        """Return the line of the run that row *node* is part of, if it has one."""
        run = self.waterfall.run_of.get(node) if self.waterfall else None
        if run is None or self._find(run.nodes[0], "run") is None:
            return None
        return self.place(self._find(run.nodes[0], "run") or 0)


def _part(row: TreeRow) -> str:
    if row.run is not None:
        return "run"
    if row.peer is not None:
        return "peer"
    return "exception" if row.exception else ""
