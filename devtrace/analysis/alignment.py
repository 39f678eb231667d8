"""Two trees laid over each other: which span of one is which span of the other.

A span's place is its chain of ancestors, so trees are aligned from the top: children of
spans that belong together are paired by service, name and kind, the rest stands alone with
everything below it.  Nothing is asked of times or ids, which differ between any two runs.

Source: docs/analysis.md, "Difference".
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from devtrace.analysis.tree import TOP_LEVEL, TreeNode, children

_VARIABLE = re.compile(r"[0-9a-f]*\d[0-9a-f-]*", re.IGNORECASE)
"""What makes one name out of another without changing its meaning: numbers, ids."""
_LONGEST_NAME = 256
"""Characters in which it is looked for; beyond them names have to be equal to be kin."""

_Number = Callable[[Hashable], int]


class AlignedRow(NamedTuple):
    """One row of two trees laid over each other, depth first."""

    before: int | None
    """Row of the first tree; None when only the second has it."""
    after: int | None
    """Row of the second tree; None when only the first has it."""
    depth: int
    parent: int
    """Index of the aligned row it hangs under, or `TOP_LEVEL`."""
    child_count: int
    size: int
    """Aligned rows of its subtree, itself included."""
    is_last: bool
    """Whether no sibling follows."""


def align(before: Sequence[TreeNode], after: Sequence[TreeNode]) -> tuple[AlignedRow, ...]:
    """Return the rows of two trees, those that belong together as one.

    Args:
        before: The rows that `assemble` returned for the first trace.
        after: The same for the second.

    Returns:
        Each row of both trees exactly once.  Siblings stand in the order of the second
        tree, those that only the first has after the sibling they followed there.

    Source:
        docs/analysis.md, "Difference".
    """
    first, second = _likenesses(before, after)
    rows: list[list[int]] = []  # before, after, depth, parent; TOP_LEVEL for neither
    waiting: list[tuple[int, int, int, int]] = []
    tops = _tops(before), _tops(after)
    waiting.extend((a, b, 0, TOP_LEVEL) for a, b in reversed(_merged(*tops, first, second)))
    while waiting:
        a, b, depth, parent = waiting.pop()
        row = len(rows)
        rows.append([a, b, depth, parent])
        below_a = list(children(before, a)) if a >= 0 and before[a].child_count else []
        below_b = list(children(after, b)) if b >= 0 and after[b].child_count else []
        if below_a or below_b:
            below = _merged(below_a, below_b, first, second)
            waiting.extend((a, b, depth + 1, row) for a, b in reversed(below))
    return _finished(rows)


def _finished(rows: Sequence[Sequence[int]]) -> tuple[AlignedRow, ...]:
    """Add to each row what only those after it tell."""
    sizes, counts = [1] * len(rows), [0] * len(rows)
    lasts = {parent: row for row, (_, _, _, parent) in enumerate(rows)}
    for row in range(len(rows) - 1, -1, -1):
        if (parent := rows[row][3]) != TOP_LEVEL:
            sizes[parent] += sizes[row]
            counts[parent] += 1
    return tuple(
        AlignedRow(
            None if a == TOP_LEVEL else a,
            None if b == TOP_LEVEL else b,
            depth,
            parent,
            counts[row],
            sizes[row],
            lasts[parent] == row,
        )
        for row, (a, b, depth, parent) in enumerate(rows)
    )


def _tops(nodes: Sequence[TreeNode]) -> list[int]:
    return [index for index, node in enumerate(nodes) if node.parent == TOP_LEVEL]


class _Likeness(NamedTuple):
    """What is compared of the rows of one tree; equal numbers mean equal things."""

    shapes: list[int]
    """The row with all that hangs below it."""
    keys: list[int]
    """Service, name and kind."""
    kinships: list[int]
    """The same without what varies in the name."""


def _likenesses(
    before: Sequence[TreeNode], after: Sequence[TreeNode]
) -> tuple[_Likeness, _Likeness]:
    numbers: defaultdict[Hashable, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    number = numbers.__getitem__
    return _likeness(before, number), _likeness(after, number)


def _likeness(nodes: Sequence[TreeNode], number: _Number) -> _Likeness:
    known: dict[Hashable, tuple[int, int]] = {}
    told: list[tuple[int, int]] = []
    for node in nodes:
        span = node.span
        what: Hashable = (id(span.scope), span.kind, span.name) if span else None
        if (numbers := known.get(what)) is None:
            key = kinship = number(node.placement)
            if span is not None:
                service, kind, name = span.service_name, span.kind, span.name
                key = number((service, kind, name))
                head, rest = name[:_LONGEST_NAME], name[_LONGEST_NAME:]
                kinship = number((service, kind, _VARIABLE.sub("#", head), rest))
            numbers = known[what] = key, kinship
        told.append(numbers)
    keys, kinships = [key for key, _ in told], [kinship for _, kinship in told]
    below: list[list[int]] = [[] for _ in nodes]
    shapes = [0] * len(nodes)
    for row in range(len(nodes) - 1, -1, -1):
        shapes[row] = number(("shape", keys[row], *sorted(below[row])))
        if (parent := nodes[row].parent) != TOP_LEVEL:
            below[parent].append(shapes[row])
    return _Likeness(shapes, keys, kinships)


def _merged(
    before: list[int], after: list[int], first: _Likeness, second: _Likeness
) -> list[tuple[int, int]]:
    """Return siblings paired and in order; `TOP_LEVEL` stands for no partner."""
    if not before or not after:
        return [(row, TOP_LEVEL) for row in before] or [(TOP_LEVEL, row) for row in after]
    if list(map(first.shapes.__getitem__, before)) == list(
        map(second.shapes.__getitem__, after)
    ):
        return list(zip(before, after, strict=True))
    partners = dict(_pairs(before, after, first, second))
    followers: defaultdict[int, list[int]] = defaultdict(list)
    anchor = TOP_LEVEL  # the sibling of the second tree that came last
    for row in before:
        if row in partners:
            anchor = partners[row]
        else:
            followers[anchor].append(row)
    partner_of = {b: a for a, b in partners.items()}
    merged = [(row, TOP_LEVEL) for row in followers[TOP_LEVEL]]
    for row in after:
        merged.append((partner_of.get(row, TOP_LEVEL), row))
        merged.extend((alone, TOP_LEVEL) for alone in followers.get(row, ()))
    return merged


def _pairs(
    before: list[int], after: list[int], first: _Likeness, second: _Likeness
) -> Iterator[tuple[int, int]]:
    """Yield which siblings belong together: the likest first, equally like ones in order."""
    for alike, to in zip(first, second, strict=True):
        if not (before and after):
            return
        candidates: defaultdict[int, list[int]] = defaultdict(list)
        for row in reversed(after):
            candidates[to[row]].append(row)
        left: list[int] = []
        taken: set[int] = set()
        for row in before:
            if partners := candidates.get(alike[row]):
                partner = partners.pop()
                taken.add(partner)
                yield row, partner
            else:
                left.append(row)
        before, after = left, [row for row in after if row not in taken]
