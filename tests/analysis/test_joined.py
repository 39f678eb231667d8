"""Traces that links tie are one tree in which every row of each has its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.analysis.joined import Host, join, links_of
from devtrace.analysis.tree import TreeNode, assemble, subtree
from tests.builders import a_span, a_trace, span_id_of, trace_id_of


def a_chain(name: str, length: int, start_ms: int = 0) -> tuple[TreeNode, ...]:
    """Return a trace of spans that each hang under the one before."""
    return assemble(
        a_trace(
            *(
                a_span(
                    f"{name}{level}",
                    trace=name,
                    parent=f"{name}{level - 1}" if level else None,
                    start_ms=start_ms + level,
                )
                for level in range(length)
            )
        ).spans
    )


def outline(nodes: tuple[TreeNode, ...]) -> list[tuple[int, str]]:
    """Return depth and name of each row."""
    return [(node.depth, node.span.name if node.span else "?") for node in nodes]


def test_a_trace_hangs_under_the_row_it_is_tied_to() -> None:
    """After that row's own children, the one that began first before the other."""
    parts = [a_chain("a", 3), a_chain("late", 1, 9), a_chain("soon", 2, 5)]
    joined = join(parts, [None, Host(0, 1), Host(0, 1)])

    assert outline(joined.nodes) == [
        (0, "a0"), (1, "a1"), (2, "a2"), (2, "soon0"), (3, "soon1"), (2, "late0"),
    ]  # fmt: skip
    assert joined.origins[3:] == (Host(2, 0), Host(2, 1), Host(1, 0))
    assert [node.is_last for node in joined.nodes] == [True, True, False, False, True, True]
    assert [node.size for node in joined.nodes] == [6, 5, 1, 2, 1, 1]


def test_one_trace_alone_stays_what_it_is() -> None:
    """Nothing about its rows is another."""
    nodes = assemble(
        a_trace(a_span("a"), a_span("b", parent="gone"), a_span("c", parent="a")).spans
    )
    assert join([nodes], [None]).nodes == nodes


@given(st.data())
def test_joined_rows_are_a_tree(data: st.DataObject) -> None:
    """Every row of every part is there once, and each subtree is a slice."""
    lengths = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    parts = [a_chain(f"t{number}", length) for number, length in enumerate(lengths)]
    hosts: list[Host | None] = [None]
    for number in range(1, len(parts)):
        part = data.draw(st.integers(0, number - 1))
        hosts.append(Host(part, data.draw(st.integers(0, lengths[part] - 1))))
    nodes, origins = join(parts, hosts)

    assert sorted(origins) == [
        Host(part, row) for part, length in enumerate(lengths) for row in range(length)
    ]
    for index, node in enumerate(nodes):
        below = subtree(nodes, index)
        assert all(each.depth > 0 for each in below[1:])
        assert node.child_count == sum(each.parent == 0 for each in below[1:])
        assert node.parent < index


@pytest.mark.parametrize("is_linking", [True, False])
def test_links_are_read_with_their_spans(*, is_linking: bool) -> None:
    """From a payload whose bytes look as if there were links none is invented."""
    link = trace_pb2.Span.Link(
        trace_id=bytes.fromhex(trace_id_of("other")), span_id=bytes.fromhex(span_id_of("x"))
    )
    links = [link] if is_linking else []
    trace = a_trace(a_span("a", name="job", attributes={"http.status_code": 1}, links=links))

    found = [(span.name, each.trace_id, each.span_id) for span, each in links_of(trace)]
    assert found == [("job", trace_id_of("other"), span_id_of("x"))] * is_linking
