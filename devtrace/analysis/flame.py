"""A trace as an icicle: every span a frame under its parent's, as wide as it took long.

Either where the spans were in time, or merged: siblings of one service and name are
one frame as wide as all of them together.

Source: docs/analysis.md, "Flame".
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from devtrace.analysis.timing import bounds
from devtrace.analysis.tree import TOP_LEVEL, TreeNode, children
from devtrace.model.span import Span, StatusCode
from devtrace.model.steps import Steps

_ROWS_AT_ONCE = 500
"""Rows that are read between two places where the work may be left for a while."""
_GROUPS_AT_ONCE = 100


class Frame(NamedTuple):
    """A piece of an icicle."""

    nodes: tuple[int, ...]
    """Rows of the spans it stands for; the first names it."""
    start: int
    """Its left edge, in nanoseconds: of Unix time, or from the left where frames are merged."""
    end: int
    """Its right edge, not before the left one."""
    level: int
    """The line it is drawn on, 0 being the top."""
    parent: int
    """Index of the frame it hangs under, or `TOP_LEVEL`."""
    total_nano: int
    self_nano: int
    is_failed: bool
    """Whether one of the spans has status ERROR."""


def timed_frames(
    nodes: Sequence[TreeNode], self_times: Sequence[int], root: int
) -> Steps[list[Frame]]:
    """Work out one frame for each span with a start, where it was in time.

    Spans of one depth that ran at the same time are on lines of their own, so none
    hides another.

    Args:
        nodes: The rows that `assemble` returned.
        self_times: Nanoseconds, parallel to *nodes*.
        root: The row to begin at; `TOP_LEVEL` is the whole trace.

    Returns:
        Frames in the order of the rows.
    """
    rows = _rows(nodes, root)
    timed: list[tuple[int, Span]] = []
    for index in rows:
        span = nodes[index].span
        if span is not None and span.start_time_unix_nano:
            timed.append((index, span))
        if index % _ROWS_AT_ONCE == 0:
            yield
    lane_of, first_lane = yield from _lanes(nodes, timed)
    frames: list[Frame] = []
    frame_of: dict[int, int] = {}
    for index, span in timed:
        if len(frames) % _ROWS_AT_ONCE == 0:
            yield
        above = nodes[index].parent
        while above in rows and above not in frame_of:
            above = nodes[above].parent
        frame_of[index] = len(frames)
        frames.append(
            Frame(
                (index,),
                span.start_time_unix_nano,
                max(span.start_time_unix_nano, span.end_time_unix_nano),
                first_lane[nodes[index].depth] + lane_of[index],
                frame_of.get(above, TOP_LEVEL),
                span.duration_nano,
                self_times[index],
                span.status_code is StatusCode.ERROR,
            )
        )
    return frames


def _rows(nodes: Sequence[TreeNode], root: int) -> range:
    return range(len(nodes)) if root == TOP_LEVEL else range(root, root + nodes[root].size)


def _lanes(
    nodes: Sequence[TreeNode], timed: Sequence[tuple[int, Span]]
) -> Steps[tuple[dict[int, int], dict[int, int]]]:
    """Work out the line of each row within its depth, and the first line of each depth."""
    busy: dict[int, list[tuple[int, int]]] = {}  # by depth: (until when, lane)
    free: dict[int, list[int]] = {}
    lane_of: dict[int, int] = {}
    starts = [span.start_time_unix_nano for _, span in timed]
    yield
    order = sorted(range(len(timed)), key=starts.__getitem__)
    for index, span in map(timed.__getitem__, order):
        if len(lane_of) % _ROWS_AT_ONCE == 0:
            yield
        depth, start = nodes[index].depth, span.start_time_unix_nano
        running, idle = busy.setdefault(depth, []), free.setdefault(depth, [])
        while running and running[0][0] <= start:
            heappush(idle, heappop(running)[1])
        lane = heappop(idle) if idle else len(running)
        lane_of[index] = lane
        heappush(running, (max(start + 1, span.end_time_unix_nano), lane))
    counts: dict[int, int] = {}
    for place, (index, lane) in enumerate(lane_of.items()):
        if place % _ROWS_AT_ONCE == 0:
            yield
        depth = nodes[index].depth
        counts[depth] = max(counts.get(depth, 0), lane + 1)
    yield
    first_lane, line = {}, 0
    for depth in sorted(counts):
        first_lane[depth] = line
        line += counts[depth]
    return lane_of, first_lane


def merged_frames(
    nodes: Sequence[TreeNode], self_times: Sequence[int], root: int
) -> Steps[list[Frame]]:
    """Work out one frame for all siblings of one service and name, the widest at the left.

    Where children took longer together than their parent, because they ran at the same
    time or outlived it, they share its width.

    Args:
        nodes: The rows that `assemble` returned.
        self_times: Nanoseconds, parallel to *nodes*.
        root: The row to begin at; `TOP_LEVEL` is the whole trace.

    Returns:
        Parents before their children.
    """
    tops = [root] if root != TOP_LEVEL else _top_rows(nodes)
    frames: list[Frame] = []
    begin = 0
    waiting: list[tuple[_Siblings, int, int, int, int]] = []
    for siblings in (yield from _merged(nodes, tops)):
        waiting.append((siblings, begin, begin + siblings.total, 0, TOP_LEVEL))
        begin += siblings.total
    waiting.reverse()
    while waiting:
        (group, total), start, end, level, parent = waiting.pop()
        number = len(frames)
        if number % _GROUPS_AT_ONCE == 0:
            yield
        own, failed = 0, False
        rows_below: list[int] = []
        for place, index in enumerate(group, 1):
            if place % _ROWS_AT_ONCE == 0:
                yield
            own += self_times[index]
            node = nodes[index]
            failed = failed or (
                node.span is not None and node.span.status_code is StatusCode.ERROR
            )
            if node.child_count:
                rows_below += children(nodes, index)
        frames.append(Frame(tuple(group), start, end, level, parent, total, own, failed))
        below = yield from _merged(nodes, rows_below)
        whole = max(sum(each.total for each in below), total, 1)
        left = 0
        placed = []
        for each in below:
            low = start + (end - start) * left // whole
            left += each.total
            high = start + (end - start) * left // whole
            placed.append((each, low, high, level + 1, number))
        waiting += placed[::-1]
    return frames


def _top_rows(nodes: Sequence[TreeNode]) -> list[int]:
    tops, index = [], 0
    while index < len(nodes):
        tops.append(index)
        index += nodes[index].size
    return tops


class _Siblings(NamedTuple):
    rows: list[int]
    total: int


def _merged(nodes: Sequence[TreeNode], rows: Sequence[int]) -> Steps[list[_Siblings]]:
    """Work out *rows* by service and name, what took longest first; placeholders by their ids."""
    groups: dict[tuple[str, str], list[int]] = {}
    for place, index in enumerate(rows, 1):
        if place % _ROWS_AT_ONCE == 0:
            yield
        span = nodes[index].span
        key = (span.service_name, span.name) if span else ("", nodes[index].span_id)
        groups.setdefault(key, []).append(index)
    merged = []
    read = 0
    for group in groups.values():
        if read // _ROWS_AT_ONCE != (read := read + len(group)) // _ROWS_AT_ONCE:
            yield
        merged.append(_Siblings(group, _total(nodes, group)))
    merged.sort(key=lambda siblings: -siblings.total)
    return merged


def _total(nodes: Sequence[TreeNode], group: Sequence[int]) -> int:
    """Return how long the spans of *group* took together; a placeholder as long as its children."""
    total = 0
    for index in group:
        span = nodes[index].span
        if span is not None:
            total += span.duration_nano
        else:
            start, end = bounds(
                below for child in children(nodes, index) if (below := nodes[child].span)
            )
            total += end - start
    return total
