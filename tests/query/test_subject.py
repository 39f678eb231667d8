"""A subject reads what is asked for, and tells of the whole trace what analysis does."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.timing import bounds
from devtrace.analysis.tree import Placement, assemble, main_root
from devtrace.model.steps import finish
from devtrace.query.subject import BLOCK_BYTES, BLOCK_SPANS, Subject
from tests.builders import a_span, a_trace


@given(
    parents=st.lists(
        st.none() | st.sampled_from(["0", "1", "2", "lost"]), min_size=1, max_size=6
    ),
    starts=st.lists(st.integers(0, 5), min_size=6, max_size=6),
    end=st.sampled_from([0, 1]),
)
def test_the_facts_are_those_of_analysis(
    parents: list[str | None], starts: list[int], end: int
) -> None:
    """The list and the query agree on duration and main root, where there is one."""
    trace = a_trace(
        *(
            a_span(
                str(number),
                parent=parent,
                start_time_unix_nano=start,
                end_time_unix_nano=(start + number) * end,
            )
            for number, (parent, start) in enumerate(zip(parents, starts, strict=False))
        )
    )
    facts = finish(Subject.of(trace).read_facts())

    earliest, latest = bounds(trace.spans)
    assert facts.duration_nano == latest - earliest
    assert facts.span_count == len(trace.spans)
    nodes = assemble(trace.spans)
    index = main_root(nodes)
    assert index is not None
    root, placement = nodes[index].span, nodes[index].placement
    if root and placement in {Placement.ROOT, Placement.ORPHAN}:
        ours = facts.root
        assert (ours.is_root, ours.start_time_unix_nano) == (
            root.is_root,
            root.start_time_unix_nano,
        )


def test_every_span_is_in_one_block() -> None:
    """A block ends after so many spans, or so many bytes."""
    trace = a_trace(
        *(a_span(str(number)) for number in range(BLOCK_SPANS + 1)),
        a_span("long", name="x" * (BLOCK_BYTES + 1)),
        a_span("last"),
    )
    blocks = list(Subject.of(trace).blocks())

    assert [index for indexes, _ in blocks for index in indexes] == list(
        range(len(trace.spans))
    )
    assert [len(indexes) for indexes, _ in blocks] == [BLOCK_SPANS, 2, 1]
    assert blocks[2][1].raw == trace.spans[-1].payload
