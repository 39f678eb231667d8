"""Traces that are tied by links as one tree: a consumer's under what it was sent by.

Source: docs/analysis.md, "Traces as one".
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from devtrace.analysis.tree import TOP_LEVEL, TreeNode
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.otlp.values import Link

_ID_FIELD = b"\n\x10"
"""Begins the trace id of a span, and that of each of its links."""
_LINK_TAG = b"j"


class Host(NamedTuple):
    """The row that a trace hangs under."""

    part: int
    row: int


class Joined(NamedTuple):
    """Several trees as one."""

    nodes: tuple[TreeNode, ...]
    origins: tuple[Host, ...]
    """For each row, which part it is of, and its row there."""


def links_of(trace: Trace) -> Iterator[tuple[Span, Link]]:
    """Yield each link of a trace with its span; decodes only what may have any."""
    for span in trace.spans:
        if _LINK_TAG in span.payload and span.payload.count(_ID_FIELD) > 1:
            for link in span.links:
                yield span, link


def join(parts: Sequence[Sequence[TreeNode]], hosts: Sequence[Host | None]) -> Joined:
    """Return the rows of several trees as one tree.

    What hangs under a row of another tree stands after that row's own children, by start.

    Args:
        parts: The rows that `assemble` returned, of each trace.
        hosts: For each of them the row that its top-level rows hang under, of an earlier
            part; None leaves them at the top.
    """
    offsets = [0, *accumulate(map(len, parts))]
    flat = [node for nodes in parts for node in nodes]
    below: defaultdict[int, list[int]] = defaultdict(list)
    attached: list[tuple[int, int, int]] = []
    for offset, nodes, host in zip(offsets, parts, hosts, strict=False):
        for index, node in enumerate(nodes, offset):
            if node.parent != TOP_LEVEL:
                below[offset + node.parent].append(index)
            elif host is None:
                below[TOP_LEVEL].append(index)
            else:
                attached.append((_start(nodes), index, offsets[host.part] + host.row))
    for _, index, parent in sorted(attached):
        below[parent].append(index)
    rows: list[TreeNode] = []
    order: list[int] = []
    waiting = [(index, TOP_LEVEL) for index in reversed(below[TOP_LEVEL])]
    while waiting:
        index, parent = waiting.pop()
        children = below.get(index, [])
        depth = 0 if parent == TOP_LEVEL else rows[parent].depth + 1
        is_last = index == below[TOP_LEVEL if parent == TOP_LEVEL else order[parent]][-1]
        waiting.extend((child, len(rows)) for child in reversed(children))
        rows.append(
            flat[index]._replace(
                depth=depth, parent=parent, child_count=len(children), is_last=is_last
            )
        )
        order.append(index)
    part_of = [part for part, nodes in enumerate(parts) for _ in nodes]
    origins = (Host(part_of[index], index - offsets[part_of[index]]) for index in order)
    return Joined(tuple(_sized(rows)), tuple(origins))


def _start(nodes: Sequence[TreeNode]) -> int:
    """Return when the first span of a tree began."""
    return next((node.span.start_time_unix_nano for node in nodes if node.span), 0)


def _sized(rows: Sequence[TreeNode]) -> Iterator[TreeNode]:
    """Yield *rows* with the sizes that follow from their parents."""
    sizes = [1] * len(rows)
    for index in range(len(rows) - 1, 0, -1):
        if rows[index].parent != TOP_LEVEL:
            sizes[rows[index].parent] += sizes[index]
    for row, size in zip(rows, sizes, strict=True):
        yield row._replace(size=size)
