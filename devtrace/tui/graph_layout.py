"""Where the boxes and lines of a layered graph go on a grid of characters.

Pure of Textual, and of what the graph is about.  Callers stand above callees; an edge
over several ranks passes between their boxes; lines leave a box at one place and arrive
each at its own.  The same graph in the same width is always laid out alike.

Source: Sugiyama, Tagawa, Toda, "Methods for Visual Understanding of Hierarchical System
Structures", 1981: ranks, order by barycentre, places.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

BOX_ROWS = 3
MAX_BOX_CELLS, MIN_BOX_CELLS = 26, 12
MAX_NODES = 60
EDGES_OF_A_NODE = 2
"""Where there are more nodes, or more edges to each, lines hide what they should show."""
_ARROW_ROWS = 1
_GAP_CELLS = 2
_SWEEPS = 6

KeyT = TypeVar("KeyT", bound=Hashable)


class Point(NamedTuple):
    """A cell of the grid."""

    x: int
    y: int


class Box(NamedTuple):
    """Where a node is."""

    x: int
    y: int
    width: int
    rank: int

    @property
    def middle(self) -> int:
        """The column in its middle."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Layout(Generic[KeyT]):
    """Where everything is."""

    boxes: Mapping[KeyT, Box]
    paths: Mapping[tuple[KeyT, KeyT], tuple[Point, ...]]
    """For each edge the corners of its line, from the last row of the upper box to the row
    above the lower one."""
    upward: frozenset[tuple[KeyT, KeyT]]
    """Edges whose callee stands above: they close a cycle."""
    height: int


@dataclass(slots=True)
class _Cell:
    """A box, or the place where a long edge passes a rank."""

    rank: int
    width: int = 1
    above: list["_Cell"] = field(default_factory=list)
    below: list["_Cell"] = field(default_factory=list)
    place: int = 0
    """Its number in its rank."""
    x: int = 0

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


def laid_out(
    nodes: Sequence[KeyT], edges: Sequence[tuple[KeyT, KeyT]], width: int
) -> Layout[KeyT] | None:
    """Return where everything goes, or None when it is too much or does not fit.

    Args:
        nodes: In an order that decides whatever the edges leave open.
        edges: Between different nodes, each once.
        width: Cells.
    """
    if not 0 < len(nodes) <= MAX_NODES or len(edges) > EDGES_OF_A_NODE * len(nodes):
        return None
    upward = _closing_cycles(nodes, edges)
    downward = [edge[::-1] if edge in upward else edge for edge in edges]
    ranks_by_node = _ranks(nodes, downward)
    cells = {node: _Cell(ranks_by_node[node]) for node in nodes}
    chains = {
        edge: _chain(cells[upper], cells[lower])
        for edge, (upper, lower) in zip(edges, downward, strict=True)
    }
    ranks = _ordered(cells, chains)
    box_cells = _fitting_width(ranks, set(map(id, cells.values())), width)
    if box_cells is None:
        return None
    for cell in cells.values():
        cell.width = box_cells
    _place(ranks, width)
    return _drawn(cells, chains, ranks, frozenset(upward))


def _closing_cycles(
    nodes: Sequence[KeyT], edges: Sequence[tuple[KeyT, KeyT]]
) -> set[tuple[KeyT, KeyT]]:
    """Return edges without which nothing leads back to where it came from."""
    below: defaultdict[KeyT, list[KeyT]] = defaultdict(list)
    callees = {lower for _, lower in edges}
    for upper, lower in edges:
        below[upper].append(lower)
    closing: set[tuple[KeyT, KeyT]] = set()
    done: set[KeyT] = set()
    for first in sorted(nodes, key=lambda node: node in callees):
        path: dict[KeyT, int] = {}
        waiting = [] if first in done else [first]
        while waiting:
            node = waiting[-1]
            step = path.setdefault(node, 0)
            if step == len(below[node]):
                waiting.pop()
                del path[node]
                done.add(node)
                continue
            path[node] += 1
            following = below[node][step]
            if following in path:
                closing.add((node, following))
            elif following not in done:
                waiting.append(following)
    return closing


def _ranks(nodes: Sequence[KeyT], edges: Sequence[tuple[KeyT, KeyT]]) -> dict[KeyT, int]:
    """Return for each node how many edges lead to it at most, one after the other."""
    ranks = dict.fromkeys(nodes, 0)
    for _ in nodes:
        before = dict(ranks)
        for upper, lower in edges:
            ranks[lower] = max(ranks[lower], ranks[upper] + 1)
        if ranks == before:
            break
    return ranks


def _chain(upper: _Cell, lower: _Cell) -> list[_Cell]:
    """Return the cells that an edge goes through, joined."""
    between = [_Cell(rank) for rank in range(upper.rank + 1, lower.rank)]
    chain = [upper, *between, lower]
    for above, below in pairwise(chain):
        above.below.append(below)
        below.above.append(above)
    return chain


def _ordered(
    cells: Mapping[KeyT, _Cell], chains: Mapping[tuple[KeyT, KeyT], list[_Cell]]
) -> list[list[_Cell]]:
    """Return the cells of each rank from left to right, with few crossings."""
    ranks: list[list[_Cell]] = [[] for _ in range(max(c.rank for c in cells.values()) + 1)]
    for cell in cells.values():
        ranks[cell.rank].append(cell)
    for chain in chains.values():
        for cell in chain[1:-1]:
            ranks[cell.rank].append(cell)
    for rank in ranks:
        _number(rank)
    for sweep in range(_SWEEPS):
        for rank in ranks if sweep % 2 == 0 else reversed(ranks):
            centres = {id(cell): _centre(cell, is_down=sweep % 2 == 0) for cell in rank}
            rank.sort(key=lambda cell: (centres[id(cell)], cell.place))
            _number(rank)
    return ranks


def _number(rank: Sequence[_Cell]) -> None:
    for place, cell in enumerate(rank):
        cell.place = place


def _centre(cell: _Cell, *, is_down: bool) -> float:
    """Return where in its rank a cell is drawn to by its neighbours."""
    neighbours = cell.above if is_down else cell.below
    if not neighbours:
        return cell.place
    return sum(each.place for each in neighbours) / len(neighbours)


def _fitting_width(ranks: Sequence[Sequence[_Cell]], boxes: set[int], width: int) -> int | None:
    """Return how wide boxes may be so that every rank fits, or None."""
    fitting = MAX_BOX_CELLS
    for rank in ranks:
        count = sum(1 for cell in rank if id(cell) in boxes)
        room = width - (len(rank) - count) - _GAP_CELLS * (len(rank) - 1)
        if count:
            fitting = min(fitting, room // count)
        elif room < 0:
            return None
    return fitting if fitting >= MIN_BOX_CELLS else None


def _place(ranks: Sequence[Sequence[_Cell]], width: int) -> None:
    """Give each cell a column, near to those it is joined with."""
    for rank in ranks:
        total = sum(cell.width + _GAP_CELLS for cell in rank) - _GAP_CELLS
        x = (width - total) // 2
        for cell in rank:
            cell.x, x = x, x + cell.width + _GAP_CELLS
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        for rank in ranks if is_down else reversed(ranks):
            _pull(rank, width, is_down=is_down)


def _pull(rank: Sequence[_Cell], width: int, *, is_down: bool) -> None:
    """Move the cells of a rank towards their neighbours, in their order and in the grid."""
    for cell in rank:
        neighbours = cell.above if is_down else cell.below
        if neighbours:
            wanted = sum(each.middle for each in neighbours) // len(neighbours)
            cell.x = wanted - cell.width // 2
    end = width
    for cell in reversed(rank):
        cell.x = min(cell.x, end - cell.width)
        end = cell.x - _GAP_CELLS
    begin = 0
    for cell in rank:
        cell.x = max(cell.x, begin)
        begin = cell.x + cell.width + _GAP_CELLS


# -- lines ---------------------------------------------------------------------------


def _drawn(
    cells: Mapping[KeyT, _Cell],
    chains: Mapping[tuple[KeyT, KeyT], list[_Cell]],
    ranks: Sequence[Sequence[_Cell]],
    upward: frozenset[tuple[KeyT, KeyT]],
) -> Layout[KeyT]:
    arrivals = _arrivals(chains)
    tops, tracks = _rows(ranks, arrivals)
    paths = {}
    for edge, chain in chains.items():
        points = [Point(chain[0].middle, tops[chain[0].rank] + BOX_ROWS - 1)]
        for above, below in pairwise(chain):
            arrival = arrivals[id(above), id(below)]
            track = tops[above.rank] + BOX_ROWS + tracks[id(above)]
            points += [Point(above.middle, track), Point(arrival, track)]
            points.append(Point(arrival, tops[below.rank] - 1))
        paths[edge] = tuple(points)
    boxes = {
        node: Box(cell.x, tops[cell.rank], cell.width, cell.rank)
        for node, cell in cells.items()
    }
    return Layout(boxes, paths, upward, tops[-1] + BOX_ROWS)


def _arrivals(
    chains: Mapping[tuple[KeyT, KeyT], list[_Cell]],
) -> dict[tuple[int, int], int]:
    """Return the column in which each piece of an edge arrives: side by side, as they come."""
    coming: defaultdict[int, list[_Cell]] = defaultdict(list)
    targets: dict[int, _Cell] = {}
    for chain in chains.values():
        for above, below in pairwise(chain):
            coming[id(below)].append(above)
            targets[id(below)] = below
    arrivals = {}
    for number, sources in coming.items():
        below = targets[number]
        sources.sort(key=lambda cell: cell.place)
        for place, above in enumerate(sources):
            step = (2 * place + 1) * below.width // (2 * len(sources))
            arrivals[id(above), number] = below.x + step
    return arrivals


def _rows(
    ranks: Sequence[Sequence[_Cell]], arrivals: Mapping[tuple[int, int], int]
) -> tuple[list[int], dict[int, int]]:
    """Return the top row of each rank, and which row below its rank each cell's lines use."""
    tops, tracks, top = [], {}, 0
    for rank in ranks:
        tops.append(top)
        ends: list[int] = []  # per track: up to where it is used
        spans = [
            (min([cell.middle, *xs]), max([cell.middle, *xs]), cell)
            for cell in rank
            if (xs := [arrivals[id(cell), id(below)] for below in cell.below])
        ]
        for begin, end, cell in sorted(spans, key=lambda span: span[:2]):
            free = (track for track, used in enumerate(ends) if used < begin - 1)
            track = next(free, len(ends))
            tracks[id(cell)] = track
            ends[track : track + 1] = [end]
        top += BOX_ROWS + len(ends) + _ARROW_ROWS
    return tops, tracks
