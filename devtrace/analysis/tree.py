"""The spans of one trace as the rows of a tree, whatever order they arrived in.

Parent ids are what senders claim, not what is true: parents are missing, late, their
own children or shared by two spans.  Every span gets exactly one row all the same,
and a row that is not simply the child of its parent says why.

Rows are flat and in depth-first order: a subtree is a slice, so folding, drawing and
counting need no recursion, and a chain of 50 000 spans is an ordinary trace.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain, islice, pairwise, repeat
from operator import attrgetter
from typing import Any, NamedTuple

from devtrace.model.span import Span, SpanKind
from devtrace.model.steps import Steps, finish

TOP_LEVEL = -1
"""The `parent` of a row that hangs under no other."""

_SHOWN_ID_DIGITS = 8
_AT_ONCE = 4_000
"""Spans that are worked at between two places where the work may be left for a while."""
_REMOTE_IS_KNOWN, _IS_REMOTE = 0x100, 0x200
"""Span flags: whether it is known that the parent is remote, and whether it is."""


class Placement(StrEnum):
    """Why a row stands where it stands."""

    ROOT = "root"
    """It names no parent."""
    CHILD = "child"
    """It hangs under its parent."""
    ORPHAN = "orphan"
    """Its parent was not received: it hangs under a `MISSING` row."""
    MISSING = "missing"
    """The placeholder of a span that others name as parent and that was not received."""
    SELF_PARENT = "self-parent"
    """It names itself as parent."""
    CYCLE = "cycle"
    """Its parent is one of its descendants; the cycle is cut at the span that starts first."""


class TreeNode(NamedTuple):
    """One row of a tree; rows refer to each other by their index in one assembly."""

    span: Span | None
    """None for a `MISSING` row."""
    span_id: str
    """The span's id, or the id that was not received; not unique if `is_duplicate_id`."""
    placement: Placement
    depth: int
    """0 for top-level rows."""
    parent: int
    """Index of the row it hangs under, or `TOP_LEVEL`."""
    child_count: int
    size: int
    """Rows of its subtree, itself included: its next sibling is `size` rows further."""
    is_last: bool
    """Whether no sibling follows."""
    is_duplicate_id: bool
    """Whether another span of the trace has the same id and is not its other half."""


_start = attrgetter("start_time_unix_nano")
_sibling_order = attrgetter("start_time_unix_nano", "span_id", "payload")


def assemble(spans: Iterable[Span]) -> tuple[TreeNode, ...]:
    """Return the rows of the tree that *spans* form, depth first.

    Siblings and top-level rows stand by start time, then span id, then content; a
    span without start stands before its siblings.  A missing parent gets one
    placeholder, which stands where its first orphan would.  Of two spans with one
    id, a SERVER hangs under the CLIENT (they are the two halves of one call) and
    keeps the children; otherwise both stay where their parent ids put them, and the
    children hang under the one that starts first.

    Args:
        spans: Spans of one trace, in any order.

    Returns:
        One row for each span and one for each missing parent.

    Source:
        docs/analysis.md, "Tree".
    """
    return finish(assemble_steps(spans))


def assemble_steps(spans: Iterable[Span]) -> Steps[tuple[TreeNode, ...]]:
    """Work out what `assemble` returns, stopping now and then."""
    ordered = yield from _in_sibling_order(spans)
    forest = _Forest(ordered)
    yield from forest.find_parents()
    yield from forest.cut_cycles()
    return (yield from forest.rows())


def _in_sibling_order(spans: Iterable[Span]) -> Steps[list[Span]]:
    """Work out *spans* as siblings stand; compares more than starts only where those are equal."""
    ordered = yield from _sorted(spans, _start)
    starts = list(map(_start, ordered))
    yield
    equal = [number for number, (one, other) in enumerate(pairwise(starts)) if one == other]
    yield
    after = 0
    for first in equal:
        if first >= after:
            after = bisect_right(starts, starts[first], lo=first)
            ordered[first:after] = yield from _sorted(ordered[first:after], _sibling_order)
    return ordered


def _sorted(spans: Iterable[Span], key: Callable[[Span], Any]) -> Steps[list[Span]]:
    """Sort *spans* a portion at a time: what is in order in portions is merged fast."""
    waiting = iter(spans)
    portions = []
    while portion := sorted(islice(waiting, _AT_ONCE), key=key):
        portions.append(portion)
        if len(portion) == _AT_ONCE:
            yield
    return portions[0] if len(portions) == 1 else sorted(chain(*portions), key=key)


def explain(node: TreeNode, *, settled: bool = True) -> str | None:
    """Return why *node* is not simply its parent's child, or None when it is.

    Args:
        node: A row.
        settled: Whether the trace is quiet for long enough to say *never*.

    Returns:
        Such as `parent 1a2b3c4d… never arrived`; several remarks joined by `; `.
    """
    remarks = []
    if node.placement in {Placement.MISSING, Placement.ORPHAN}:
        remarks.append(_missing_parent(node, settled=settled))
    elif reason := _REASONS.get(node.placement):
        remarks.append(reason)
    if node.is_duplicate_id:
        remarks.append("span id occurs more than once")
    return "; ".join(remarks) or None


def has_remote_parent(span: Span) -> bool:
    """Return whether *span* says that its parent is in another process."""
    return span.flags & _REMOTE_IS_KNOWN != 0 and span.flags & _IS_REMOTE != 0


_REASONS = {
    Placement.SELF_PARENT: "is its own parent",
    Placement.CYCLE: "parent ids form a cycle; cut here",
}


def _missing_parent(node: TreeNode, *, settled: bool) -> str:
    parent_id, where = node.span_id, ""
    if node.span is not None:
        parent_id = node.span.parent_span_id or ""
        if node.span.flags & _REMOTE_IS_KNOWN:
            process = "another" if has_remote_parent(node.span) else "the same"
            where = f" of {process} process"
    verdict = "never arrived" if settled else "not received yet"
    return f"parent {parent_id[:_SHOWN_ID_DIGITS]}…{where} {verdict}"


def main_root(nodes: Sequence[TreeNode]) -> int | None:
    """Return the index of the span that speaks for the whole trace.

    Args:
        nodes: The rows that `assemble` returned.

    Returns:
        The earliest span without a parent id, else the earliest orphan, else the
        earliest row that was cut loose; None when there are no rows.  A span
        without start comes after all others of its sort.

    Source:
        docs/analysis.md, "Main root".
    """
    best: tuple[int, bool, int, int] | None = None
    for index, node in _heads(nodes):
        start = node.span.start_time_unix_nano if node.span else 0
        rank = (_HEAD_RANKS.get(node.placement, 2), not start, start, index)
        if best is None or rank < best:
            best = rank
    return None if best is None else best[-1]


_HEAD_RANKS = {Placement.ROOT: 0, Placement.ORPHAN: 1}


def _heads(nodes: Sequence[TreeNode]) -> Iterator[tuple[int, TreeNode]]:
    """Yield the topmost span rows: those that hang under nothing or under a placeholder."""
    index = 0
    while index < len(nodes):
        node = nodes[index]
        if node.placement is Placement.MISSING:
            index += 1
            continue
        yield index, node
        index += node.size


def children(nodes: Sequence[TreeNode], index: int) -> Iterator[int]:
    """Yield the indexes of the rows directly under row *index*, in order."""
    child = index + 1
    end = index + nodes[index].size
    while child < end:
        yield child
        child += nodes[child].size


def subtree(nodes: Sequence[TreeNode], index: int) -> tuple[TreeNode, ...]:
    """Return row *index* and everything below it as a tree of its own."""
    top = nodes[index]
    rows = [
        node._replace(depth=node.depth - top.depth, parent=node.parent - index)
        for node in nodes[index : index + top.size]
    ]
    rows[0] = rows[0]._replace(parent=TOP_LEVEL, is_last=True)
    return tuple(rows)


class _Forest:
    """Spans by number, in sibling order, and for each the number of its parent.

    Placeholders are numbered after the spans.

    Args:
        spans: In sibling order.
    """

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._placements = [Placement.CHILD] * len(spans)
        self._missing: dict[str, int] = {}  # number of the first orphan, by id
        self._span_ids = [span.span_id for span in spans]
        self._duplicates: set[int] = set()
        self._halves: dict[int, int] = {}  # SERVER half to its CLIENT half
        self._parents: list[int] = []

    def _number_by_id(self) -> dict[str, int]:
        """Return which span each id means as a parent."""
        count = len(self._spans)
        backwards = range(count - 1, -1, -1)
        numbers = dict(zip(reversed(self._span_ids), backwards, strict=True))
        if len(numbers) < count:
            self._resolve_duplicates(numbers)
        return numbers

    def _resolve_duplicates(self, number_by_id: dict[str, int]) -> None:
        numbers_by_id: defaultdict[str, list[int]] = defaultdict(list)
        for number, span in enumerate(self._spans):
            numbers_by_id[span.span_id].append(number)
        for span_id, numbers in numbers_by_id.items():
            if len(numbers) == 1:
                continue
            numbers.sort(key=lambda number: not self._spans[number].start_time_unix_nano)
            clients = self._of_kind(numbers, SpanKind.CLIENT)
            servers = self._of_kind(numbers, SpanKind.SERVER)
            are_halves = bool(clients and servers)
            if are_halves:
                self._halves.update(dict.fromkeys(servers, clients[0]))
            number_by_id[span_id] = servers[0] if are_halves else numbers[0]
            if not are_halves or len(numbers) > 2:
                self._duplicates.update(numbers)

    def _of_kind(self, numbers: list[int], kind: SpanKind) -> list[int]:
        return [number for number in numbers if self._spans[number].kind == kind]

    def find_parents(self) -> Steps[None]:
        """Find the parent of each span, and give each that is missing a placeholder."""
        number_by_id = self._number_by_id()
        yield
        count = len(self._spans)
        placements, missing, parents = self._placements, self._missing, self._parents
        placeholder_by_id: dict[str, int] = {}
        for number, span in enumerate(self._spans):
            span_id, parent_id = self._span_ids[number], span.parent_span_id
            parent = number_by_id.get(parent_id or "", TOP_LEVEL)
            if number in self._halves:
                parent = self._halves[number]
            elif parent_id == span_id:
                placements[number] = Placement.SELF_PARENT
                parent = TOP_LEVEL
            elif parent == TOP_LEVEL and parent_id is None:
                placements[number] = Placement.ROOT
            elif parent == TOP_LEVEL and parent_id is not None:
                placements[number] = Placement.ORPHAN
                missing.setdefault(parent_id, number)
                parent = placeholder_by_id.setdefault(parent_id, count + len(placeholder_by_id))
            parents.append(parent)
            if number % _AT_ONCE == 0:
                yield
        parents.extend([TOP_LEVEL] * len(missing))

    def cut_cycles(self) -> Steps[None]:
        """Make the span that starts first in each cycle a top-level row."""
        parents = self._parents
        walked = bytearray(len(parents))
        for number, parent in enumerate(parents):
            if number % _AT_ONCE == 0:
                yield
            # Numbers must rise somewhere along a cycle, so every cycle is met there.
            if parent <= number or walked[number]:
                continue
            path = []
            here = number
            while here != TOP_LEVEL and not walked[here]:
                walked[here] = True
                path.append(here)
                here = parents[here]
            if here != TOP_LEVEL and here in path:
                self._cut(path[path.index(here) :])

    def _cut(self, cycle: list[int]) -> None:
        first = min(
            cycle, key=lambda number: (not self._spans[number].start_time_unix_nano, number)
        )
        self._parents[first] = TOP_LEVEL
        self._placements[first] = Placement.CYCLE

    def rows(self) -> Steps[tuple[TreeNode, ...]]:
        """Return the rows, depth first; `cut_cycles` must have run."""
        children = yield from self._children()
        numbers: list[int] = []  # by row
        waiting = children[TOP_LEVEL][::-1]
        while waiting:
            number = waiting.pop()
            numbers.append(number)
            if len(numbers) % _AT_ONCE == 0:
                yield
            if below := children[number]:
                waiting += below[::-1]

        yield
        row_by_number = [TOP_LEVEL] * len(children)
        for row, number in enumerate(numbers):
            row_by_number[number] = row
        yield
        parents = [row_by_number[self._parents[number]] for number in numbers]
        depths = [-1] * len(children)
        for row, parent in enumerate(parents):
            depths[row] = depths[parent] + 1
        yield
        sizes = [1] * len(children)
        for row in range(len(numbers) - 1, -1, -1):
            sizes[parents[row]] += sizes[row]

        yield
        lasts = {group[-1] for group in children if group}
        spans = [*self._spans, *repeat(None, len(self._missing))]
        span_ids = [*self._span_ids, *self._missing]
        placements = [*self._placements, *repeat(Placement.MISSING, len(self._missing))]
        columns = zip(
            map(spans.__getitem__, numbers),
            map(span_ids.__getitem__, numbers),
            map(placements.__getitem__, numbers),
            depths,
            parents,
            map(len, map(children.__getitem__, numbers)),
            sizes,
            map(lasts.__contains__, numbers),
            map(self._duplicates.__contains__, numbers),
            strict=False,
        )
        # What `TreeNode._make` does, in a third of its time.
        made = map(tuple.__new__, repeat(TreeNode), columns)
        rows: list[TreeNode] = []
        while portion := list(islice(made, _AT_ONCE)):
            rows += portion
            yield
        return tuple(rows)

    def _children(self) -> Steps[list[list[int]]]:
        """Work out the children of each number, in order; the last are those of TOP_LEVEL."""
        children: list[list[int]] = [[] for _ in range(len(self._parents) + 1)]
        yield
        for number, parent in enumerate(self._parents):
            children[parent].append(number)
        if self._missing:
            place = [*range(len(self._spans)), *self._missing.values()]
            children[TOP_LEVEL].sort(key=place.__getitem__)
        yield
        return children
