"""Where the time of a trace went: self time, working intervals, critical path.

All times are integers in nanoseconds.  A span's own interval runs from its start to
its end.  One that ends before it starts, or has no end, is a moment at its start; one
without start has no interval and takes part in nothing here.

Source: docs/analysis.md, which defines each of these with worked examples.
OpenTelemetry defines none of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from devtrace.analysis.tree import TOP_LEVEL, TreeNode, children, main_root
from devtrace.model.span import Span, SpanKind
from devtrace.model.steps import Steps, finish
from devtrace.model.time import DAY_NANO, duration_text, suspected_unit

_Interval = tuple[int, int]
_AT_ONCE = 4_000
"""Rows that are read between two places where the work may be left for a while."""


class CriticalSegment(NamedTuple):
    """A piece of the critical path: from when to when one span held up the root."""

    index: int  # type: ignore[assignment]  # hides what a tuple looks for values with
    """The span's row."""
    start_time_unix_nano: int
    end_time_unix_nano: int
    """Later than the start."""


def bounds(spans: Iterable[Span]) -> tuple[int, int]:
    """Return the earliest start and the latest end of *spans*.

    A span without start is left out: it cannot be drawn at a place of its own.

    Returns:
        Unix nanoseconds, the end not before the start; (0, 0) when no span has a start.
    """
    with_start = [span for span in spans if span.start_time_unix_nano]
    if not with_start:
        return 0, 0
    starts = list(map(attrgetter("start_time_unix_nano"), with_start))
    latest_end = max(map(attrgetter("end_time_unix_nano"), with_start))
    return min(starts), max(latest_end, *starts)


def _interval(span: Span | None) -> _Interval:
    """Return when *span* ran; empty at 0 when that is unknown."""
    if span is None or not span.start_time_unix_nano:
        return 0, 0
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    if end < start:
        return start, start
    return start, end


def self_time_nano(span: Span, children: Iterable[Span]) -> int:
    """Return how long *span* ran while none of *children* was running.

    Children are clipped to the parent's interval and overlapping children are
    counted once, so parallel fan-out never yields a negative answer.

    Args:
        span: The parent.
        children: Its direct children, in any order; may be empty.

    Returns:
        Nanoseconds, from 0 to `span.duration_nano`.

    Source:
        docs/analysis.md, "Self time".
    """
    return _length(_gaps(_interval(span), sorted(map(_interval, children))))


def self_times_nano(nodes: Sequence[TreeNode]) -> list[int]:
    """Return the self time of every row.

    Args:
        nodes: The rows that `assemble` returned.

    Returns:
        Nanoseconds in the order of the rows; 0 for placeholders.
    """
    return finish(self_times_steps(nodes))


def self_times_steps(nodes: Sequence[TreeNode]) -> Steps[list[int]]:
    """Work out what `self_times_nano` returns, stopping now and then."""
    intervals: list[_Interval] = []
    for first in range(0, len(nodes), _AT_ONCE):
        intervals += [_interval(node.span) for node in nodes[first : first + _AT_ONCE]]
        yield
    covered = [start for start, _ in intervals]  # up to when the rows so far explain each
    self_times = [end - start for start, end in intervals]
    for index, node in enumerate(nodes):
        if index % _AT_ONCE == 0:
            yield
        (start, end), parent = intervals[index], node.parent
        if parent == TOP_LEVEL:
            continue
        # Siblings come by start, so one moment per parent tells what is covered already.
        lower, upper = covered[parent], intervals[parent][1]
        if lower <= start and end <= upper:
            lower, upper = start, end
        else:
            lower, upper = max(start, lower), min(end, upper)
        if upper > lower:
            self_times[parent] -= upper - lower
            covered[parent] = upper
    return self_times


def self_intervals(nodes: Sequence[TreeNode], index: int) -> tuple[_Interval, ...]:
    """Return when the span of row *index* ran while none of its children did.

    These are the solid pieces of its bar; their lengths add up to its self time.

    Returns:
        (start, end) in Unix nanoseconds, in order, none empty; none for a placeholder.
    """
    below = sorted(_interval(nodes[child].span) for child in children(nodes, index))
    return tuple(_gaps(_interval(nodes[index].span), below))


def _gaps(interval: _Interval, covers: Iterable[_Interval]) -> Iterator[_Interval]:
    """Yield what *covers*, in order of start, leave of *interval*."""
    cursor, end = interval
    for cover_start, cover_end in covers:
        if cover_start == cover_end:
            continue
        if cursor < min(cover_start, end):
            yield cursor, min(cover_start, end)
        cursor = max(cursor, cover_end)
    if cursor < end:
        yield cursor, end


def _length(intervals: Iterable[_Interval]) -> int:
    return sum(end - start for start, end in intervals)


def critical_path(nodes: Sequence[TreeNode]) -> tuple[CriticalSegment, ...]:
    """Return the chain of work that determined the end of the main root.

    Walking back from the end of a span, each moment belongs to the child that was
    running then, the one that finishes last if there are several, and to the span
    itself when none was.  A child counts as far as it lies within its parent; one
    that its parent cannot have waited for does not count at all, see `_is_awaited`.

    Args:
        nodes: The rows that `assemble` returned.

    Returns:
        Pieces that do not overlap, in order of time, which add up to the duration
        of `main_root`; empty if that is 0.

    Source:
        docs/analysis.md, "Critical path".
    """
    return finish(critical_path_steps(nodes))


def critical_path_steps(nodes: Sequence[TreeNode]) -> Steps[tuple[CriticalSegment, ...]]:
    """Work out what `critical_path` returns, stopping now and then."""
    root = main_root(nodes)
    yield
    if root is None:
        return ()
    read = 0
    segments: list[CriticalSegment] = []
    unexplained = [(root, *_interval(nodes[root].span))]
    while unexplained:
        index, start, end = unexplained.pop()
        cursor = end
        read += 1
        if read % _AT_ONCE == 0:
            yield
        for child_end, child_start, child in (yield from _awaited_children(nodes, index)):
            if cursor <= start:
                break
            upper, lower = min(child_end, cursor), max(child_start, start)
            if upper <= lower:
                continue
            if upper < cursor:
                segments.append(CriticalSegment(index, upper, cursor))
            unexplained.append((child, lower, upper))
            cursor = lower
        if cursor > start:
            segments.append(CriticalSegment(index, start, cursor))
    yield
    return tuple(sorted(segments, key=attrgetter("start_time_unix_nano")))


def _awaited_children(
    nodes: Sequence[TreeNode], index: int
) -> Steps[list[tuple[int, int, int]]]:
    """Work out (end, start, row) of the children that count, the last to finish first."""
    parent = nodes[index].span
    if parent is None:
        return []
    parent_end = parent.end_time_unix_nano
    found = []
    for number, child in enumerate(children(nodes, index), 1):
        if number % _AT_ONCE == 0:
            yield
        span = nodes[child].span
        if span is not None and (
            span.end_time_unix_nano <= parent_end or _is_awaited(span, parent)
        ):
            start, end = _interval(span)
            found.append((-end, start, child))
    if len(found) > _AT_ONCE:
        yield
    found.sort()
    return [(-minus_end, start, child) for minus_end, start, child in found]


def _is_awaited(span: Span, parent: Span) -> bool:
    """Return whether *parent* can have waited for *span*, which seems to end later.

    Surely it can if the child ended first, which the caller has seen.  A child that seems
    to end later was not waited for if it is work left behind in the same process, or the
    handling of a message; a call to another process was, and only the clocks disagree.
    """
    if span.kind == SpanKind.CONSUMER or parent.kind == SpanKind.PRODUCER:
        return False
    return span.kind == SpanKind.SERVER or span.resource.payload != parent.resource.payload


def critical_share(segments: Iterable[CriticalSegment]) -> list[tuple[int, int]]:
    """Return how much of a critical path each row on it holds.

    Args:
        segments: What `critical_path` returned.

    Returns:
        (row index, nanoseconds), the largest first, equal ones in row order.
    """
    nano_by_index: dict[int, int] = {}
    for index, start, end in segments:
        nano_by_index[index] = nano_by_index.get(index, 0) + end - start
    return sorted(nano_by_index.items(), key=lambda share: (-share[1], share[0]))


def time_notes(span: Span, *, received_unix_nano: int = 0) -> tuple[str, ...]:
    """Return what is odd about the times of *span*, one remark each.

    Args:
        span: Any span.
        received_unix_nano: When it arrived; 0 when that is unknown.

    Source:
        docs/analysis.md, "Odd times".
    """
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    notes = []
    if not start:
        notes.append("no start time")
    if not end:
        notes.append("no end time")
    if end and end < start:
        notes.append(f"ends before it starts by {duration_text(start - end)}")
    first, last = min(filter(None, (start, end)), default=0), max(start, end)
    if unit := suspected_unit(first):
        notes.append(f"timestamp unit? looks like {unit}")
    if received_unix_nano and last > received_unix_nano + DAY_NANO:
        ahead = duration_text(last - received_unix_nano)
        notes.append(f"timestamp unit? lies {ahead} in the future")
    return tuple(notes)
