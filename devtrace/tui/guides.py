"""The lines that lead to a row of a trace's tree, and the arrows that say what kind it is.

An arrow into the service's dot is work that was asked for from outside, one out of it
asks somebody else; a dashed one is a message.  A doubled branch enters another process.
"""

from devtrace.analysis.tree import TreeNode
from devtrace.model.span import SpanKind
from devtrace.tui.waterfall import Waterfall

_LEAST_LABEL_CELLS = 12
INWARD = {SpanKind.SERVER: "→", SpanKind.CONSUMER: "⇢"}
"""Stands before the dot."""
OUTWARD = {SpanKind.CLIENT: "→", SpanKind.PRODUCER: "⇢"}
"""Stands after the dot."""


def kind_word(kind: SpanKind) -> str:
    """Return the name of a span's kind in small letters."""
    return kind.name.lower().replace("_", " ")


class Guides:
    """Draws guides in one width.

    Args:
        waterfall: The trace.
        cells: What guides and labels share.
        root: The row the tree begins at; None is the whole trace.
    """

    def __init__(self, waterfall: Waterfall, cells: int, root: int | None) -> None:
        self._waterfall = waterfall
        self._room = max(2, (cells - _LEAST_LABEL_CELLS) // 2)
        self._root_depth = waterfall.nodes[root].depth if root is not None else 0
        self._wide_levels = cells // 6
        """Levels that are indented by two cells; deeper ones by one, so that names keep room.

        It follows from the width alone: rows stay where they are while the tree grows.
        """

    def to(self, index: int, *, below: str = "") -> str:
        """Return the lines to a row; only the nearest levels if not all fit.

        Args:
            index: The row.
            below: The guide at the place of its children, if what is drawn stands there.
        """
        nodes = self._waterfall.nodes
        room, top = self._room, self._root_depth
        parts = [self._guide(below, nodes[index].depth + 1 - top)] if below else []
        at = index
        while nodes[at].depth > top and room > 0:
            if at == index and not below:
                guide = self._branch(index, nodes[index])
            else:
                guide = " " if nodes[at].is_last else "│"
            parts.append(self._guide(guide, nodes[at].depth - top))
            room -= len(parts[-1])
            at = nodes[at].parent
        if nodes[at].depth > top:
            parts.append(f"⋯{nodes[at].depth - top} ")
        return "".join(reversed(parts))

    def _branch(self, index: int, node: TreeNode) -> str:
        is_under_span = self._waterfall.nodes[node.parent].span is not None
        if is_under_span and self._waterfall.is_hop(index):
            return "╘" if node.is_last else "╞"
        return "└" if node.is_last else "├"

    def _guide(self, guide: str, depth: int) -> str:
        """Return a guide with the blank that the level at *depth* has room for."""
        return guide + " " if depth <= self._wide_levels else guide
