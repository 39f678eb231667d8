"""The leaves of a trace's tree that are no spans: whom a span called that sent none."""

from collections.abc import Set as AbstractSet

from devtrace.analysis.peers import Node
from devtrace.tui.waterfall import TreeRow, Waterfall

MAX_SPANS_WITH_LEAVES = 1_000
"""In a longer trace peers stand beside their callers: for leaves, every call would be decoded."""


def leaf_of(waterfall: Waterfall, index: int) -> Node | None:
    """Return the peer that has a line of its own under row *index*.

    Look-alikes have none: they call the same one, over and over.
    """
    if len(waterfall.nodes) > MAX_SPANS_WITH_LEAVES or index in waterfall.run_of:
        return None
    return waterfall.peers.of(index)


def with_leaves(
    rows: list[TreeRow], waterfall: Waterfall, folded: AbstractSet[str]
) -> list[TreeRow]:
    """Return *rows*, and after each the peer that its span called, unless that is folded."""
    nodes, keys = waterfall.nodes, waterfall.keys
    if len(nodes) > MAX_SPANS_WITH_LEAVES:
        return rows
    lines: list[TreeRow] = []
    for at, row in enumerate(rows):
        lines.append(row)
        index = row.node
        if row.run is not None or (at + 1 < len(rows) and rows[at + 1].node == index):
            continue
        is_folded = nodes[index].child_count > 0 and keys[index] in folded
        if not is_folded and (peer := leaf_of(waterfall, index)) is not None:
            lines.append(TreeRow(index, peer=peer))
    return lines
