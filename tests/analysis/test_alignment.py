"""Trees are laid over each other by service, name, kind and place."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.analysis.alignment import AlignedRow, align
from devtrace.analysis.tree import TOP_LEVEL, TreeNode, assemble
from tests.builders import a_span, a_trace

Nodes = tuple[TreeNode, ...]


def tree(outline: str, *, trace: str = "trace") -> Nodes:
    """Return the rows of an outline: one name per line, indented by two under its parent."""
    path: list[str] = []
    spans: list[trace_pb2.Span] = []
    for number, line in enumerate(outline.strip("\n").splitlines()):
        depth = (len(line) - len(line.lstrip())) // 2
        del path[depth:]
        parent = path[-1] if path else None
        path.append(f"{trace}{number}")
        name = line.strip()
        spans.append(a_span(path[-1], trace=trace, parent=parent, name=name, start_ms=number))
    return assemble(a_trace(*spans).spans)


def shown(rows: tuple[AlignedRow, ...], before: Nodes, after: Nodes) -> list[str]:
    """Return aligned rows as an outline, `+` before what is new and `-` before what is gone."""
    lines = []
    for row in rows:
        at = after[row.after] if row.after is not None else before[row.before or 0]
        mark = "+" if row.before is None else "-" if row.after is None else " "
        name = at.span.name if at.span else "missing"
        lines.append(mark + "  " * row.depth + name)
    return lines


@pytest.mark.parametrize(
    ("before", "after", "aligned"),
    [
        ("a\n  b\n  c", "a\n  c\n  b", [" a", "   c", "   b"]),
        ("a\n  b\n  c", "a\n  b\n  d", [" a", "   b", "-  c", "+  d"]),
        ("a\n  x\n  x", "a\n  x\n  x\n  x", [" a", "   x", "   x", "+  x"]),
        ("a\n  b\n    c", "a\n  d\n    c", [" a", "-  b", "-    c", "+  d", "+    c"]),
        ("GET /users/42", "GET /users/1f", [" GET /users/1f"]),
        ("a", "b", ["-a", "+b"]),
        ("a", "a\na", [" a", "+a"]),
    ],
)
def test_siblings_are_paired_by_name_and_the_rest_stands_alone(
    before: str, after: str, aligned: list[str]
) -> None:
    """With everything below it; numbers in a name do not tell spans apart."""
    first, second = tree(before), tree(after, trace="other")

    assert shown(align(first, second), first, second) == aligned


def test_of_siblings_with_one_name_the_likest_are_paired() -> None:
    """The one with a query below it is the one with a query below it, wherever it stands."""
    first = tree("a\n  x\n  x\n    query")
    second = tree("a\n  x\n    query\n  y", trace="other")

    assert shown(align(first, second), first, second) == [
        " a",
        "-  x",
        "   x",
        "     query",
        "+  y",
    ]


def test_exact_names_go_before_kin() -> None:
    """`page 2` is `page 2` even if `page 1` asks first."""
    first, second = tree("a\n  page 1\n  page 2"), tree("a\n  page 2\n  page 3", trace="other")

    pairs = [(row.before, row.after) for row in align(first, second)]

    assert pairs == [(0, 0), (2, 1), (1, 2)]


@pytest.mark.parametrize("field", ["service", "kind"])
def test_service_and_kind_tell_spans_apart(field: str) -> None:
    """A client and a server of one name are two things, and so are two services."""
    kind = 3 if field == "kind" else 1
    service = "other" if field == "service" else "shop"
    first = assemble(a_trace(a_span("a")).spans)
    second = assemble(a_trace((service, a_span("a", kind=kind))).spans)

    assert [(row.before, row.after) for row in align(first, second)] == [(0, None), (None, 0)]


@st.composite
def forests(draw: st.DrawFn) -> Nodes:
    """Trees with few names, missing parents among them."""
    count = draw(st.integers(1, 12))
    spans = [
        a_span(
            str(number),
            parent=draw(st.sampled_from([None, "lost", *map(str, range(number))])),
            name=draw(st.sampled_from(["a", "b", "get 1", "get 2"])),
            kind=draw(st.sampled_from([1, 2])),
            start_ms=draw(st.integers(0, 5)),
            duration_ms=draw(st.integers(0, 50)),
            status=draw(st.sampled_from([0, 2])),
        )
        for number in range(count)
    ]
    return assemble(a_trace(*spans).spans)


@given(forests(), forests())
def test_every_row_of_both_is_there_once_and_is_a_tree(before: Nodes, after: Nodes) -> None:
    """Sizes, parents and last siblings fit together as those of an assembled tree do."""
    rows = align(before, after)

    assert sorted(row.before for row in rows if row.before is not None) == list(
        range(len(before))
    )
    assert sorted(row.after for row in rows if row.after is not None) == list(range(len(after)))
    for index, row in enumerate(rows):
        within = rows[index + 1 : index + row.size]
        direct = [each for each in within if each.parent == index]
        assert all(each.depth > row.depth for each in within)
        assert len(direct) == row.child_count
        assert [each.is_last for each in direct] == [False] * (len(direct) - 1) + [True] * bool(
            direct
        )
        for at, nodes in ((row.before, before), (row.after, after)):
            if at is not None and nodes[at].parent != TOP_LEVEL:
                above = rows[row.parent]
                assert nodes[at].parent == (above.before if nodes is before else above.after)


@given(forests(), forests())
def test_it_is_symmetric(before: Nodes, after: Nodes) -> None:
    """What belongs together does so from either side."""
    there = {(row.before, row.after) for row in align(before, after)}
    back = {(row.after, row.before) for row in align(after, before)}

    assert there == back


@given(forests())
def test_a_tree_is_laid_over_itself(nodes: Nodes) -> None:
    """Row for row."""
    assert [(row.before, row.after) for row in align(nodes, nodes)] == [
        (index, index) for index in range(len(nodes))
    ]


def work_of(call: Callable[[], Any]) -> int:
    """Return how many functions *call* calls in all."""
    count = 0

    def profile(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shape", ["chain", "star", "repeated"])
def test_its_work_grows_with_the_spans(shape: str) -> None:
    """Deep, wide or all alike: twice the spans are twice the work."""

    def nodes(count: int) -> Nodes:
        spans = [a_span("0", name="0")]
        for number in range(1, count):
            parent = str(number - 1) if shape == "chain" else "0"
            name = "same" if shape == "repeated" else str(number)
            spans.append(a_span(str(number), parent=parent, name=name, start_ms=number))
        return assemble(a_trace(*spans).spans)

    small, large = nodes(200), nodes(400)

    assert work_of(lambda: align(large, large)) < 2.5 * work_of(lambda: align(small, small))
