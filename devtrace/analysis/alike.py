"""Siblings that are one thing done many times: the loop that asks once per order.

Source: docs/analysis.md, "Look-alikes".
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from devtrace.analysis.timing import bounds
from devtrace.analysis.tree import TOP_LEVEL, TreeNode
from devtrace.model.span import StatusCode
from devtrace.model.steps import Steps, finish

LEAST_ALIKE = 4
"""So many siblings are read one by one; more are read as one thing done many times."""

_AT_ONCE = 4_000
"""Rows that are read between two places where the work may be left for a while."""

_Shape = tuple[int, str, str, int, int]
"""Parent row, service, name, kind and status."""


class AlikeRun(NamedTuple):
    """Siblings with one service, name, kind and status."""

    nodes: tuple[int, ...]
    """Their rows, in order; at least `LEAST_ALIKE`."""
    total_nano: int
    """The sum of their durations."""
    max_nano: int
    """The longest of their durations."""
    start_time_unix_nano: int
    """When the first of them began; 0 if none has a start."""
    end_time_unix_nano: int
    """When the last of them ended."""
    error_count: int
    """Spans with status ERROR among them and below them."""
    span_count: int
    """Rows of their subtrees, themselves included."""


def alike_runs(nodes: Sequence[TreeNode]) -> tuple[AlikeRun, ...]:
    """Return the runs of look-alike siblings, in order of their first rows.

    Others may stand between them.  Spans at the top level and spans whose id occurs
    twice are never part of one: they are looked at one by one.

    Args:
        nodes: The rows that `assemble` returned.

    Source:
        docs/analysis.md, "Look-alikes".
    """
    return finish(alike_steps(nodes))


def alike_steps(nodes: Sequence[TreeNode]) -> Steps[tuple[AlikeRun, ...]]:
    """Work out what `alike_runs` returns, stopping now and then."""
    by_shape: dict[_Shape, list[int]] = {}
    for number, (index, shape) in enumerate(_shapes(nodes), 1):
        by_shape.setdefault(shape, []).append(index)
        if number % _AT_ONCE == 0:
            yield
    runs = [rows for rows in by_shape.values() if len(rows) >= LEAST_ALIKE]
    if not runs:
        return ()
    yield
    errors = [
        index
        for index, node in enumerate(nodes)
        if node.span is not None and node.span.status_code is StatusCode.ERROR
    ]
    found = []
    read = 0
    for rows in runs:
        if read // _AT_ONCE != (read := read + len(rows)) // _AT_ONCE:
            yield
        found.append(_run(nodes, rows, errors))
    return tuple(sorted(found))


def _shapes(nodes: Sequence[TreeNode]) -> Iterator[tuple[int, _Shape]]:
    for index, node in enumerate(nodes):
        parent, span = node.parent, node.span
        if (
            parent != TOP_LEVEL
            and span is not None
            and nodes[parent].child_count >= LEAST_ALIKE
            and not node.is_duplicate_id
        ):
            shape = (parent, span.service_name, span.name, span.kind, span.status_code)
            yield index, shape


def _run(nodes: Sequence[TreeNode], rows: Sequence[int], errors: Sequence[int]) -> AlikeRun:
    spans = [span for row in rows if (span := nodes[row].span) is not None]
    durations = [span.duration_nano for span in spans]
    return AlikeRun(
        tuple(rows),
        sum(durations),
        max(durations),
        *bounds(spans),
        sum(
            bisect_left(errors, row + nodes[row].size) - bisect_left(errors, row)
            for row in rows
        ),
        sum(nodes[row].size for row in rows),
    )
