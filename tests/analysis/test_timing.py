"""Times follow from intervals alone: never negative, never counted twice, never lost."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.timing import (
    CriticalSegment,
    bounds,
    critical_path,
    critical_share,
    self_intervals,
    self_time_nano,
    self_times_nano,
    time_notes,
)
from devtrace.analysis.tree import TreeNode, assemble, children, main_root
from devtrace.model.span import Span, SpanKind
from tests.builders import MILLISECOND, T0, a_span, a_trace

DAY = 86_400 * 1_000 * MILLISECOND


def spans_of(*spans: Any) -> tuple[Span, ...]:
    """Return *spans* as read from the wire."""
    return a_trace(*spans).spans


def tree_of(*spans: Any) -> tuple[TreeNode, ...]:
    """Return the rows of *spans*."""
    return assemble(spans_of(*spans))


def path_of(nodes: Sequence[TreeNode]) -> list[tuple[str, float, float]]:
    """Return the critical path as names and milliseconds from `T0`."""
    return [
        (_name(nodes, segment.index), *_milliseconds(segment))
        for segment in critical_path(nodes)
    ]


def _name(nodes: Sequence[TreeNode], index: int) -> str:
    span = nodes[index].span
    assert span is not None
    return span.name


def _milliseconds(segment: CriticalSegment) -> tuple[float, float]:
    return (
        (segment.start_time_unix_nano - T0) / MILLISECOND,
        (segment.end_time_unix_nano - T0) / MILLISECOND,
    )


# -- bounds --------------------------------------------------------------------------


def test_bounds_are_the_earliest_start_and_the_latest_end() -> None:
    """R113: a child may start before its parent and outlive it."""
    spans = spans_of(
        a_span("root", start_ms=5, duration_ms=10),
        a_span("skewed", parent="root", start_ms=3, duration_ms=1),
        a_span("async", parent="root", start_ms=9, duration_ms=20),
    )

    assert bounds(spans) == (T0 + 3 * MILLISECOND, T0 + 29 * MILLISECOND)


def test_bounds_leave_out_spans_without_start() -> None:
    """R111: one missing time does not stretch the axis to 1970."""
    spans = spans_of(
        a_span("root", start_ms=5, duration_ms=10),
        a_span("no start", start_time_unix_nano=0),
        a_span("no end", start_ms=50, end_time_unix_nano=0),
    )

    assert bounds(spans) == (T0 + 5 * MILLISECOND, T0 + 50 * MILLISECOND)


def test_bounds_of_spans_without_any_start_are_empty() -> None:
    """R111: such a trace is listed, without a place in time."""
    assert bounds(spans_of(a_span(start_time_unix_nano=0))) == (0, 0)
    assert bounds(()) == (0, 0)


def test_an_end_before_the_start_does_not_move_the_bounds() -> None:
    """R110: the start is believed, and a duration is never negative."""
    assert bounds(spans_of(a_span(start_ms=5, end_time_unix_nano=T0))) == (
        T0 + 5 * MILLISECOND,
        T0 + 5 * MILLISECOND,
    )


def test_bounds_hold_for_the_largest_times() -> None:
    """R112: the year 2554 overflows nothing."""
    last = 2**64 - 1
    assert bounds(spans_of(a_span(start_time_unix_nano=last, end_time_unix_nano=last))) == (
        last,
        last,
    )


# -- self time -----------------------------------------------------------------------


def test_overlapping_children_are_counted_once() -> None:
    """Parallel fan-out cannot make a parent's own time negative."""
    parent, *below = spans_of(
        a_span("p", duration_ms=100),
        a_span("c1", parent="p", start_ms=10, duration_ms=30),
        a_span("c2", parent="p", start_ms=20, duration_ms=40),
        a_span("c3", parent="p", start_ms=25, duration_ms=5),
    )

    assert self_time_nano(parent, below) == 50 * MILLISECOND


def test_children_are_clipped_to_their_parent() -> None:
    """What an asynchronous child does after the parent ended is not the parent's waiting."""
    parent, *below = spans_of(
        a_span("p", start_ms=10, duration_ms=100),
        a_span("before", parent="p", start_ms=0, duration_ms=20),
        a_span("after", parent="p", start_ms=100, duration_ms=50),
        a_span("outside", parent="p", start_ms=300, duration_ms=50),
    )

    assert self_time_nano(parent, below) == 80 * MILLISECOND


@pytest.mark.parametrize(
    "times",
    [
        {"start_time_unix_nano": 0},
        {"end_time_unix_nano": 0},
        {"end_time_unix_nano": T0 - 1},
        {"start_time_unix_nano": 0, "end_time_unix_nano": 0},
    ],
)
def test_a_span_of_unknown_duration_has_no_self_time(times: dict[str, int]) -> None:
    """R110, R111: and as a child it covers nothing."""
    (odd,) = spans_of(a_span("odd", **times))
    parent, child = spans_of(a_span("p", duration_ms=10), a_span("c", parent="p", **times))

    assert self_time_nano(odd, ()) == 0
    assert self_time_nano(parent, [child]) == 10 * MILLISECOND


def test_placeholders_have_no_self_time() -> None:
    """What was not received cannot have worked."""
    nodes = tree_of(a_span("o", parent="lost", duration_ms=7))

    assert self_times_nano(nodes) == [0, 7 * MILLISECOND]
    assert self_intervals(nodes, 0) == ()


def test_self_intervals_are_the_solid_pieces_of_a_bar() -> None:
    """A moment without length does not cut a piece in two."""
    nodes = tree_of(
        a_span("p", duration_ms=100),
        a_span("c1", parent="p", start_ms=10, duration_ms=30),
        a_span("tick", parent="p", start_ms=60, duration_ms=0),
        a_span("c2", parent="p", start_ms=80, duration_ms=20),
    )

    assert self_intervals(nodes, 0) == (
        (T0, T0 + 10 * MILLISECOND),
        (T0 + 40 * MILLISECOND, T0 + 80 * MILLISECOND),
    )


# -- critical path ---------------------------------------------------------------------


def test_the_critical_path_follows_the_child_that_finishes_last() -> None:
    """The time before, between and after the children is the parent's own."""
    nodes = tree_of(
        a_span("p", duration_ms=100),
        a_span("c1", parent="p", start_ms=10, duration_ms=20),
        a_span("c2", parent="p", start_ms=40, duration_ms=50),
        a_span("deep", parent="c2", start_ms=50, duration_ms=30),
    )

    assert path_of(nodes) == [
        ("p", 0, 10),
        ("c1", 10, 30),
        ("p", 30, 40),
        ("c2", 40, 50),
        ("deep", 50, 80),
        ("c2", 80, 90),
        ("p", 90, 100),
    ]


def test_of_parallel_children_only_the_last_to_finish_counts() -> None:
    """Making the quick ones quicker would change nothing."""
    nodes = tree_of(
        a_span("p", duration_ms=100),
        a_span("quick", parent="p", start_ms=10, duration_ms=30),
        a_span("slow", parent="p", start_ms=10, duration_ms=80),
    )

    assert path_of(nodes) == [("p", 0, 10), ("slow", 10, 90), ("p", 90, 100)]


def test_before_a_late_starter_the_earlier_child_counts() -> None:
    """While any child runs the parent is not what is waited for."""
    nodes = tree_of(
        a_span("p", duration_ms=100),
        a_span("long", parent="p", start_ms=0, duration_ms=90),
        a_span("late", parent="p", start_ms=80, duration_ms=20),
    )

    assert path_of(nodes) == [("long", 0, 80), ("late", 80, 100)]


def test_work_left_behind_in_the_same_process_is_not_critical() -> None:
    """A parent that ended first cannot have waited: by one clock there is no doubt."""
    nodes = tree_of(
        a_span("p", duration_ms=100),
        a_span("background", parent="p", start_ms=20, duration_ms=300),
    )

    assert path_of(nodes) == [("p", 0, 100)]


def test_a_message_is_not_waited_for() -> None:
    """A consumer under its producer is work that somebody else does later."""
    nodes = tree_of(
        a_span("p", duration_ms=100),
        ("mail", a_span("c", parent="p", kind=SpanKind.CONSUMER, start_ms=50, duration_ms=99)),
        a_span("publish", parent="p", kind=SpanKind.PRODUCER, start_ms=90, duration_ms=5),
        ("mail", a_span("work", parent="publish", start_ms=92, duration_ms=50)),
    )

    assert path_of(nodes) == [("p", 0, 90), ("publish", 90, 95), ("p", 95, 100)]


def test_a_remote_call_is_clipped_when_clocks_disagree() -> None:
    """A call was waited for, whatever the other machine's clock says of its end."""
    nodes = tree_of(
        a_span("call", kind=SpanKind.CLIENT, duration_ms=100),
        (
            "other",
            a_span("serve", parent="call", kind=SpanKind.SERVER, start_ms=20, duration_ms=90),
        ),
    )

    assert path_of(nodes) == [("call", 0, 20), ("serve", 20, 100)]


def test_a_server_half_is_waited_for_in_the_same_process_too() -> None:
    """A service that calls itself may finish its answer after the caller has read it."""
    nodes = tree_of(
        a_span("call", kind=SpanKind.CLIENT, duration_ms=100),
        a_span("serve", parent="call", kind=SpanKind.SERVER, start_ms=20, duration_ms=90),
    )

    assert path_of(nodes) == [("call", 0, 20), ("serve", 20, 100)]


def test_only_the_main_root_has_a_critical_path() -> None:
    """A second root did not hold up the first."""
    nodes = tree_of(
        a_span("main", duration_ms=10), a_span("other", start_ms=5, duration_ms=100)
    )

    assert path_of(nodes) == [("main", 0, 10)]


@pytest.mark.parametrize("times", [{"end_time_unix_nano": 0}, {"start_time_unix_nano": 0}])
def test_a_root_of_unknown_duration_has_no_critical_path(times: dict[str, int]) -> None:
    """Without an end there is nothing to walk back from."""
    assert critical_path(tree_of(a_span(**times))) == ()


def test_no_rows_have_no_critical_path() -> None:
    """An emptied trace is drawn as empty."""
    assert critical_path(()) == ()
    assert critical_share(()) == []


def test_critical_shares_name_the_largest_first() -> None:
    """`payments.charge 1.52s 94%` is the first line of the answer."""
    nodes = tree_of(
        a_span("p", duration_ms=100),
        a_span("c", parent="p", start_ms=10, duration_ms=70),
        a_span("d", parent="p", start_ms=90, duration_ms=10),
    )

    shares = critical_share(critical_path(nodes))

    assert [(_name(nodes, index), nano // MILLISECOND) for index, nano in shares] == [
        ("c", 70),
        ("p", 20),
        ("d", 10),
    ]


def test_a_deep_chain_has_a_critical_path() -> None:
    """Depth costs no recursion here either."""
    depth = 3_000
    nodes = tree_of(
        *(
            a_span(
                str(n),
                parent=str(n - 1) if n else None,
                start_ms=n,
                duration_ms=2 * (depth - n),
            )
            for n in range(depth)
        )
    )

    assert len(critical_path(nodes)) == 2 * depth - 1
    assert len(self_times_nano(nodes)) == depth


# -- properties ------------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn) -> tuple[Span, ...]:
    """Spans of one tree over few nanoseconds; some times missing or reversed."""
    times = st.integers(1, 30).map(lambda n: T0 + n)
    services = st.sampled_from(["one", "two"])
    kinds = st.sampled_from(list(SpanKind))
    return spans_of(
        *(
            (
                draw(services),
                a_span(
                    str(number),
                    parent=str(draw(st.integers(0, number - 1))) if number else None,
                    kind=draw(kinds),
                    start_time_unix_nano=draw(times if draw(st.integers(0, 9)) else st.just(0)),
                    end_time_unix_nano=draw(times if draw(st.integers(0, 9)) else st.just(0)),
                ),
            )
            for number in range(draw(st.integers(1, 10)))
        )
    )


def covered(span: Span | None) -> set[int]:
    """Return the nanoseconds in which *span* ran."""
    if span is None or not span.start_time_unix_nano:
        return set()
    return set(range(span.start_time_unix_nano, span.end_time_unix_nano))


@given(spans=trees())
def test_self_time_is_what_no_child_covers(spans: tuple[Span, ...]) -> None:
    """Counted nanosecond by nanosecond, whichever of the three functions is asked."""
    nodes = assemble(spans)
    self_times = self_times_nano(nodes)
    for index, node in enumerate(nodes):
        assert node.span is not None
        below = [span for c in children(nodes, index) if (span := nodes[c].span) is not None]
        own = covered(node.span).difference(*map(covered, below))
        pieces = self_intervals(nodes, index)
        assert self_times[index] == self_time_nano(node.span, below) == len(own)
        assert set().union(*(range(start, end) for start, end in pieces)) == own
        assert all(a[1] < b[0] for a, b in pairwise(pieces))
        assert all(start < end for start, end in pieces)


@given(spans=trees())
def test_the_critical_path_adds_up_to_its_root(spans: tuple[Span, ...]) -> None:
    """Every moment of the root belongs to exactly one span, which was running then."""
    nodes = assemble(spans)
    segments = critical_path(nodes)
    root = main_root(nodes)
    assert root is not None
    assert (root_span := nodes[root].span) is not None
    moments = [
        moment
        for segment in segments
        for moment in range(segment.start_time_unix_nano, segment.end_time_unix_nano)
    ]

    assert moments == sorted(covered(root_span))
    for segment in segments:
        span = nodes[segment.index].span
        assert span is not None
        piece = set(range(segment.start_time_unix_nano, segment.end_time_unix_nano))
        assert piece <= covered(span)
        for child in children(nodes, segment.index):
            below = nodes[child].span
            if below is not None and below.end_time_unix_nano <= span.end_time_unix_nano:
                assert piece.isdisjoint(covered(below))
    assert sum(nano for _, nano in critical_share(segments)) == root_span.duration_nano


@given(spans=trees(), data=st.data())
def test_times_do_not_depend_on_the_order_of_arrival(
    spans: tuple[Span, ...], data: st.DataObject
) -> None:
    """R99 for everything that is derived from time."""
    shuffled = data.draw(st.permutations(spans))

    assert bounds(shuffled) == bounds(spans)
    assert self_times_nano(assemble(shuffled)) == self_times_nano(assemble(spans))
    assert critical_path(assemble(shuffled)) == critical_path(assemble(spans))


# -- odd times -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (T0, T0, ()),
        (T0, T0 + 5, ()),
        (0, T0, ("no start time",)),
        (T0, 0, ("no end time",)),
        (0, 0, ("no start time", "no end time")),
        (T0 + 3 * MILLISECOND, T0, ("ends before it starts by 3ms",)),
        (T0 // 10**9, T0 // 10**9 + 1, ("timestamp unit? looks like seconds",)),
        (T0 // 10**6, T0 // 10**6 + 1, ("timestamp unit? looks like milliseconds",)),
        (T0 // 10**3, T0 // 10**3 + 1, ("timestamp unit? looks like microseconds",)),
        (T0, T0 + DAY, ()),
        (T0, T0 + 2 * DAY, ("timestamp unit? lies 2d 00h in the future",)),
        (2**64 - 1, 2**64 - 1, ("timestamp unit? lies 528y in the future",)),
    ],
)
def test_odd_times_are_remarked_on(start: int, end: int, expected: tuple[str, ...]) -> None:
    """R110-R112: accepted as sent, with the oddity named beside it."""
    (span,) = spans_of(a_span(start_time_unix_nano=start, end_time_unix_nano=end))

    assert time_notes(span, received_unix_nano=T0) == expected


def test_the_future_is_not_judged_without_a_time_of_arrival() -> None:
    """A saved file says nothing of when it was received."""
    (span,) = spans_of(a_span(start_time_unix_nano=2**63, end_time_unix_nano=2**64 - 1))

    assert time_notes(span) == ()
