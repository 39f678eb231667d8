"""Every span with a start is a frame of an icicle, and frames of one line never overlap."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.flame import Frame, merged_frames, timed_frames
from devtrace.analysis.timing import self_times_nano
from devtrace.analysis.tree import TOP_LEVEL, TreeNode, assemble
from devtrace.model.steps import finish
from tests.builders import MILLISECOND, T0, a_span, a_trace


def frames_of(make: Any, *spans: Any, root: int = TOP_LEVEL) -> list[Frame]:
    """Return the frames of a trace of *spans*."""
    nodes = assemble(a_trace(*spans).spans)
    found: list[Frame] = finish(make(nodes, self_times_nano(nodes), root))
    return found


def in_ms(frame: Frame) -> tuple[int, int, int]:
    """Return line, start and end of a frame that lies in time."""
    return (
        frame.level,
        (frame.start - T0) // MILLISECOND,
        (frame.end - T0) // MILLISECOND,
    )


FORK = (
    a_span("root", duration_ms=100),
    a_span("a", parent="root", start_ms=10, duration_ms=50),
    a_span("b", parent="root", start_ms=40, duration_ms=50),
    a_span("c", parent="root", start_ms=60, duration_ms=10),
    a_span("under", parent="b", start_ms=45, duration_ms=5, status=2),
)


def test_what_ran_at_the_same_time_has_lines_of_its_own() -> None:
    """And what came after takes the first line that is free."""
    frames = frames_of(timed_frames, *FORK)

    assert [in_ms(frame) for frame in frames] == [
        (0, 0, 100), (1, 10, 60), (2, 40, 90), (3, 45, 50), (1, 60, 70),
    ]  # fmt: skip
    assert [frame.parent for frame in frames] == [TOP_LEVEL, 0, 0, 2, 0]
    assert [frame.is_failed for frame in frames] == [False, False, False, True, False]


def test_a_part_is_alone() -> None:
    """What is zoomed to begins at the top."""
    frames = frames_of(timed_frames, *FORK, root=2)

    assert [in_ms(frame) for frame in frames] == [(0, 40, 90), (1, 45, 50)]
    assert frames[0].parent == TOP_LEVEL


def test_a_span_without_start_has_no_place_in_time() -> None:
    """Its children hang under what is above it."""
    frames = frames_of(
        timed_frames,
        a_span("root", duration_ms=9),
        a_span("no", parent="root", start_time_unix_nano=0),
        a_span("child", parent="no"),
    )

    assert [frame.parent for frame in frames] == [TOP_LEVEL, 0]


def test_siblings_of_one_name_are_one_frame() -> None:
    """As wide as all of them, the widest first."""
    frames = frames_of(
        merged_frames,
        a_span("root", duration_ms=100),
        a_span("x", parent="root", name="x", duration_ms=10),
        a_span("y1", parent="root", name="y", start_ms=10, duration_ms=20),
        a_span("y2", parent="root", name="y", start_ms=30, duration_ms=20),
    )

    assert [(frame.nodes, frame.start // MILLISECOND, frame.end // MILLISECOND) for frame in frames] == [
        ((0,), 0, 100), ((2, 3), 0, 40), ((1,), 40, 50),
    ]  # fmt: skip
    assert frames[1].total_nano == frames[1].self_nano == 40 * MILLISECOND


def test_children_that_took_longer_together_share_the_width() -> None:
    """Parallel work is not drawn out of its parent."""
    frames = frames_of(
        merged_frames,
        a_span("root", duration_ms=10),
        a_span("a", parent="root", duration_ms=10),
        a_span("b", parent="root", duration_ms=10),
    )

    assert [(frame.start, frame.end) for frame in frames[1:]] == [
        (0, 5 * MILLISECOND), (5 * MILLISECOND, 10 * MILLISECOND),
    ]  # fmt: skip


def test_a_missing_parent_is_as_wide_as_what_is_known_of_it() -> None:
    """From the start of its first child to the end of its last."""
    frames = frames_of(
        merged_frames,
        a_span("a", parent="lost", duration_ms=10),
        a_span("b", parent="lost", start_ms=20, duration_ms=10),
    )

    assert frames[0].total_nano == 30 * MILLISECOND


SHAPES = st.lists(
    st.tuples(
        st.integers(0, 6), st.integers(0, 50), st.integers(-3, 60), st.sampled_from("abc")
    ),
    max_size=30,
)


@given(SHAPES)
def test_frames_of_one_line_never_overlap(shape: list[tuple[int, int, int, str]]) -> None:
    """In time and merged, whatever the times; and every timed span is in one frame."""
    spans = [
        a_span(f"s{number}", parent=f"s{parent}" if parent != number else None, name=name,
               start_ms=start, duration_ms=took)
        for number, (parent, start, took, name) in enumerate(shape)
    ]  # fmt: skip
    if not spans:
        return
    nodes: tuple[TreeNode, ...] = assemble(a_trace(*spans).spans)
    for make in (timed_frames, merged_frames):
        frames: list[Frame] = finish(make(nodes, self_times_nano(nodes), TOP_LEVEL))
        rows = [row for frame in frames for row in frame.nodes if nodes[row].span]
        assert len(rows) == len(set(rows)) == len(spans)
        levels: dict[int, list[Frame]] = {}
        for frame in frames:
            assert frame.parent == TOP_LEVEL or frames[frame.parent].level < frame.level
            levels.setdefault(frame.level, []).append(frame)
        for line in levels.values():
            ordered = sorted(line, key=lambda frame: (frame.start, frame.end))
            assert all(left.end <= right.start for left, right in pairwise(ordered))


@pytest.mark.parametrize("make", [timed_frames, merged_frames])
@pytest.mark.parametrize("name", ["call", None], ids=["alike", "different"])
def test_a_large_trace_can_be_left_while_it_is_laid_out(make: Any, name: str | None) -> None:
    """No piece of the work is longer than some hundred rows, whatever the shape."""
    count = 4_000
    wide = (a_span(f"w{n}", parent="root", name=name, start_ms=n) for n in range(count))
    nodes = assemble(a_trace(a_span("root", duration_ms=count), *wide).spans)
    pauses = sum(1 for _ in make(nodes, self_times_nano(nodes), TOP_LEVEL))

    assert pauses >= count // 500
