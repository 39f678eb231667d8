"""Every span has one row, whatever order they came in and whatever their ids claim."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.tree import (
    TOP_LEVEL,
    Placement,
    TreeNode,
    assemble,
    children,
    explain,
    main_root,
    subtree,
)
from devtrace.model.span import Span, SpanKind
from tests.builders import T0, a_span, a_trace, span_id_of

CLIENT, SERVER, INTERNAL = SpanKind.CLIENT, SpanKind.SERVER, SpanKind.INTERNAL
KNOWN_LOCAL, KNOWN_REMOTE = 0x100, 0x300


def spans_of(*spans: object) -> tuple[Span, ...]:
    """Return *spans* as read from the wire."""
    return a_trace(*spans).spans  # type: ignore[arg-type]


def outline(nodes: Sequence[TreeNode]) -> list[str]:
    """Return each row's name, indented by its depth, with what is odd about it."""
    lines = []
    for node in nodes:
        odd = (
            "" if node.placement in {Placement.ROOT, Placement.CHILD} else f" {node.placement}"
        )
        name = node.span.name if node.span else "?"
        lines.append(
            "  " * node.depth + name + odd + (" twice" if node.is_duplicate_id else "")
        )
    return lines


def test_children_hang_under_their_parents_by_start() -> None:
    """A row's descendants follow it, siblings in order of time."""
    nodes = assemble(
        spans_of(
            a_span("insert", parent="orders", start_ms=6),
            a_span("charge", parent="orders", start_ms=3),
            a_span("orders", parent="gateway", start_ms=2),
            a_span("auth", parent="gateway", start_ms=1),
            a_span("gateway"),
        )
    )

    assert outline(nodes) == ["gateway", "  auth", "  orders", "    charge", "    insert"]


def test_a_row_knows_its_subtree() -> None:
    """Sizes, counts and parents let a reader skip, fold and climb without searching."""
    nodes = assemble(
        spans_of(
            a_span("a"),
            a_span("b", parent="a", start_ms=1),
            a_span("c", parent="b", start_ms=2),
            a_span("d", parent="a", start_ms=3),
        )
    )

    assert [node.size for node in nodes] == [4, 2, 1, 1]
    assert [node.child_count for node in nodes] == [2, 1, 0, 0]
    assert [node.parent for node in nodes] == [TOP_LEVEL, 0, 1, 0]
    assert [node.is_last for node in nodes] == [True, False, True, True]
    assert list(children(nodes, 0)) == [1, 3]


def test_nothing_makes_no_rows() -> None:
    """A trace that was evicted under its viewer is drawn as empty, not as an error."""
    assert assemble(()) == ()
    assert main_root(()) is None


def test_equal_starts_are_ordered_by_span_id() -> None:
    """Clocks are coarse; the order of arrival must not show through them."""
    spans = spans_of(a_span("r"), *(a_span(f"s{i}", parent="r", start_ms=1) for i in range(9)))
    below = [node.span_id for node in assemble(spans)[1:]]

    assert below == sorted(below)


def test_a_span_without_start_stands_before_its_siblings() -> None:
    """R111: it has the earliest start among them, for want of its own."""
    nodes = assemble(
        spans_of(
            a_span("r"),
            a_span("first", parent="r", start_ms=1),
            a_span("unknown", parent="r", start_time_unix_nano=0),
        )
    )

    assert outline(nodes) == ["r", "  unknown", "  first"]


def test_orphans_hang_under_one_placeholder_for_each_missing_parent() -> None:
    """R100, R101: what was not received has a place, which its children share."""
    nodes = assemble(
        spans_of(
            a_span("root", start_ms=5),
            a_span("o1", parent="lost", start_ms=8),
            a_span("o2", parent="lost", start_ms=7),
            a_span("below", parent="o1", start_ms=9),
            a_span("o3", parent="gone", start_ms=1),
        )
    )

    assert outline(nodes) == [
        "? missing",
        "  o3 orphan",
        "root",
        "? missing",
        "  o2 orphan",
        "  o1 orphan",
        "    below",
    ]
    assert [node.span_id for node in nodes if node.span is None] == [
        span_id_of("gone"),
        span_id_of("lost"),
    ]


def test_an_orphan_is_attached_when_its_parent_arrives() -> None:
    """R100: however late the parent comes, the tree is that of the whole trace."""
    root, parent, child = spans_of(
        a_span("root"),
        a_span("p", parent="root", start_ms=1),
        a_span("c", parent="p", start_ms=2),
    )

    assert outline(assemble([child, root])) == ["root", "? missing", "  c orphan"]
    assert outline(assemble([child, root, parent])) == ["root", "  p", "    c"]


def test_several_roots_are_all_shown_by_start() -> None:
    """R101: a second root is a fact about the instrumentation, not an error of ours."""
    nodes = assemble(spans_of(a_span("late", start_ms=9), a_span("early", start_ms=1)))

    assert outline(nodes) == ["early", "late"]
    assert [node.is_last for node in nodes] == [False, True]


def test_a_self_parent_is_a_top_level_row() -> None:
    """R102: its children hang under it all the same."""
    nodes = assemble(
        spans_of(a_span("a", parent="a"), a_span("b", parent="a", start_ms=1)),
    )

    assert outline(nodes) == ["a self-parent", "  b"]


@pytest.mark.parametrize("length", [2, 3, 7])
def test_a_cycle_is_cut_at_the_span_that_starts_first(length: int) -> None:
    """R102: A names B and B names A; one of them must come first, so the earliest does."""
    starts = [(number + 2) % length for number in range(length)]
    spans = spans_of(
        *(
            a_span(f"s{number}", parent=f"s{(number + 1) % length}", start_ms=start)
            for number, start in enumerate(starts)
        )
    )

    nodes = assemble(spans)

    assert nodes[0].placement is Placement.CYCLE
    assert nodes[0].span is spans[starts.index(0)]
    assert [node.depth for node in nodes] == list(range(length))
    assert {node.placement for node in nodes[1:]} == {Placement.CHILD}


def test_what_hangs_below_a_cycle_stays_there() -> None:
    """Only the cycle is cut, not the branches that lead into it."""
    nodes = assemble(
        spans_of(
            a_span("a", parent="b", start_ms=1),
            a_span("b", parent="a", start_ms=2),
            a_span("x", parent="b", start_ms=0),
            a_span("y", parent="x", start_ms=4),
        )
    )

    assert outline(nodes) == ["a cycle", "  b", "    x", "      y"]


def test_a_cycle_is_not_cut_at_a_span_whose_start_is_unknown() -> None:
    """An unknown start is the last resort, not the earliest."""
    nodes = assemble(
        spans_of(
            a_span("known", parent="unknown", start_ms=5),
            a_span("unknown", parent="known", start_time_unix_nano=0),
        )
    )

    assert outline(nodes) == ["known cycle", "  unknown"]


def test_the_server_half_of_a_shared_id_hangs_under_the_client_half() -> None:
    """R104: Zipkin's two halves of one call; what the server did hangs under the server."""
    nodes = assemble(
        spans_of(
            a_span("root"),
            a_span("shared", parent="root", name="serve", kind=SERVER, start_ms=2),
            a_span("shared", parent="root", name="call", kind=CLIENT, start_ms=1),
            a_span("work", parent="shared", start_ms=3),
        )
    )

    assert outline(nodes) == ["root", "  call", "    serve", "      work"]


def test_the_halves_of_a_shared_root_are_one_tree() -> None:
    """In B3 both halves of the first call have no parent."""
    nodes = assemble(
        spans_of(
            a_span("shared", name="serve", kind=SERVER, start_ms=0),
            a_span("shared", name="call", kind=CLIENT, start_ms=1),
        )
    )

    assert outline(nodes) == ["call", "  serve"]
    assert main_root(nodes) == 0


def test_other_spans_with_one_id_are_kept_and_marked() -> None:
    """R104: neither overwrites the other; children hang under the one that starts first."""
    nodes = assemble(
        spans_of(
            a_span("root"),
            a_span("x", parent="root", name="second", start_ms=5),
            a_span("x", parent="root", name="first", start_ms=3),
            a_span("x", parent="root", name="unknown", start_time_unix_nano=0),
            a_span("child", parent="x", start_ms=6),
        )
    )

    assert outline(nodes) == [
        "root",
        "  unknown twice",
        "  first twice",
        "    child",
        "  second twice",
    ]


def test_a_third_span_beside_two_halves_is_marked() -> None:
    """Two servers that answered one call are odd, and both hang under it."""
    nodes = assemble(
        spans_of(
            a_span("x", name="call", kind=CLIENT),
            a_span("x", name="serve", kind=SERVER, start_ms=1),
            a_span("x", name="serve again", kind=SERVER, start_ms=2),
        )
    )

    assert outline(nodes) == ["call twice", "  serve twice", "  serve again twice"]


def test_a_chain_of_50_000_spans_is_an_ordinary_trace() -> None:
    """Depth costs no recursion."""
    count = 50_000
    (root,) = spans_of(a_span("0"))
    chain = [root] + [
        Span(
            a_span(str(n), parent=str(n - 1), start_ms=n).SerializeToString(),
            root.scope,
        )
        for n in range(1, count)
    ]

    nodes = assemble(reversed(chain))

    assert [node.depth for node in nodes] == list(range(count))
    assert nodes[0].size == count


@pytest.mark.parametrize(
    ("flags", "settled", "expected"),
    [
        (0, True, "parent {id}… never arrived"),
        (0, False, "parent {id}… not received yet"),
        (KNOWN_LOCAL, True, "parent {id}… of the same process never arrived"),
        (KNOWN_REMOTE, False, "parent {id}… of another process not received yet"),
    ],
)
def test_an_orphan_says_which_parent_is_missing(
    flags: int, *, settled: bool, expected: str
) -> None:
    """R129: whether the parent was local tells whose exporter to look at."""
    nodes = assemble(spans_of(a_span("o", parent="lost", flags=flags)))
    missing_id = span_id_of("lost")[:8]

    assert explain(nodes[1], settled=settled) == expected.format(id=missing_id)


def test_each_odd_placement_has_its_reason() -> None:
    """Nothing is drawn oddly without saying why."""
    nodes = assemble(
        spans_of(
            a_span("ok"),
            a_span("child", parent="ok", start_ms=1),
            a_span("self", parent="self", start_ms=2),
            a_span("a", parent="b", start_ms=3),
            a_span("b", parent="a", start_ms=4),
            a_span("x", name="x1", parent="ok", start_ms=5),
            a_span("x", name="x2", parent="x", start_ms=6),
            a_span("o", parent="lost", start_ms=7),
        )
    )

    reasons = {node.span.name if node.span else "?": explain(node) for node in nodes}

    assert reasons == {
        "ok": None,
        "child": None,
        "x1": "span id occurs more than once",
        "self": "is its own parent",
        "a": "parent ids form a cycle; cut here",
        "b": None,
        "x2": "is its own parent; span id occurs more than once",
        "?": f"parent {span_id_of('lost')[:8]}… never arrived",
        "o": f"parent {span_id_of('lost')[:8]}… never arrived",
    }


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([("r2", None, 9), ("r1", None, 5), ("o", "lost", 1)], "r1"),
        ([("r", None, 0), ("r2", None, 5)], "r2"),
        ([("o2", "lost", 4), ("o1", "gone", 3), ("s", "s", 1)], "o1"),
        ([("s", "s", 4), ("a", "b", 3), ("b", "a", 2)], "b"),
        ([("r", None, 0)], "r"),
    ],
)
def test_the_main_root_is_the_earliest_root_else_the_earliest_orphan(
    spans: list[tuple[str, str | None, int]], expected: str
) -> None:
    """R101: one span speaks for the trace; a start of 0 is no early start."""
    nodes = assemble(
        spans_of(
            *(
                a_span(name, parent=parent, start_time_unix_nano=start and T0 + start)
                for name, parent, start in spans
            )
        )
    )

    index = main_root(nodes)

    assert index is not None
    assert (span := nodes[index].span) is not None
    assert span.name == expected


def test_any_order_of_arrival_gives_the_same_rows() -> None:
    """R99: here with shared halves in a cycle, by name; the property below tries many."""
    spans = spans_of(
        a_span("x", name="serve", kind=SERVER, parent="lost", start_ms=1),
        a_span("x", name="call", kind=CLIENT, parent="y", start_ms=0),
        a_span("y", parent="x", start_ms=2),
    )

    assert assemble(spans) == assemble(spans[::-1])
    assert outline(assemble(spans)) == ["call cycle", "  serve", "    y"]


@st.composite
def claims(draw: st.DrawFn) -> tuple[Span, ...]:
    """Spans whose parent ids claim anything, few ids and few moments."""
    ids = st.sampled_from("abcdefgh")
    count = draw(st.integers(1, 12))
    return spans_of(
        *(
            a_span(
                draw(ids),
                name=str(number),
                parent=draw(st.none() | ids),
                kind=draw(st.sampled_from([CLIENT, SERVER, INTERNAL])),
                start_time_unix_nano=draw(st.sampled_from([0, T0, T0 + 1, T0 + 2])),
            )
            for number in range(count)
        )
    )


@given(spans=claims(), data=st.data())
def test_arrival_order_never_shows(spans: tuple[Span, ...], data: st.DataObject) -> None:
    """R99: the rows follow from the spans alone."""
    assert assemble(data.draw(st.permutations(spans))) == assemble(spans)


@given(spans=claims())
def test_every_span_has_exactly_one_row(spans: tuple[Span, ...]) -> None:
    """Nothing is lost or shown twice; each missing id has one placeholder with orphans."""
    nodes = assemble(spans)
    held = {span.span_id for span in spans}

    assert Counter(node.span for node in nodes if node.span) == Counter(spans)
    missing = [node.span_id for node in nodes if node.span is None]
    assert len(set(missing)) == len(missing)
    assert held.isdisjoint(missing)
    assert all(node.child_count for node in nodes if node.span is None)


@given(spans=claims())
def test_rows_are_a_depth_first_walk(spans: tuple[Span, ...]) -> None:
    """Depth, parent, size, count and last agree with each other on every row."""
    nodes = assemble(spans)
    below: Counter[int] = Counter(node.parent for node in nodes)
    for index, node in enumerate(nodes):
        descendants = nodes[index + 1 : index + node.size]
        after = nodes[index + node.size] if index + node.size < len(nodes) else None
        assert node.parent < index
        assert node.depth == (0 if node.parent == TOP_LEVEL else nodes[node.parent].depth + 1)
        assert node.child_count == below[index] == len(list(children(nodes, index)))
        assert all(other.depth > node.depth for other in descendants)
        assert after is None or after.depth <= node.depth
        assert node.is_last == (after is None or after.parent != node.parent)
        if after is not None and after.parent == node.parent and node.span and after.span:
            assert node.span.start_time_unix_nano <= after.span.start_time_unix_nano


@given(spans=claims())
def test_every_placement_is_true(spans: tuple[Span, ...]) -> None:
    """What a row says of its parent is what its span says, or the cut of a cycle."""
    nodes = assemble(spans)
    for node in nodes:
        above = nodes[node.parent] if node.parent != TOP_LEVEL else None
        claimed = node.span.parent_span_id if node.span else None
        match node.placement:
            case Placement.ROOT:
                assert above is None
                assert claimed is None
            case Placement.CHILD:
                assert above is not None
                assert above.span is not None
                assert above.span_id in {claimed, node.span_id}
            case Placement.ORPHAN:
                assert above is not None
                assert above.placement is Placement.MISSING
                assert above.span_id == claimed
            case Placement.SELF_PARENT:
                assert above is None
                assert claimed == node.span_id
            case Placement.CYCLE | Placement.MISSING:
                assert above is None


def test_a_subtree_is_a_tree_of_its_own() -> None:
    """Depths, parents and last siblings count from its top."""
    nodes = assemble(
        a_trace(
            a_span("root"),
            a_span("left", parent="root", start_ms=1),
            a_span("kid", parent="left", start_ms=2),
            a_span("right", parent="root", start_ms=3),
        ).spans
    )

    rows = subtree(nodes, 1)

    assert [(row.depth, row.parent, row.is_last, row.size) for row in rows] == [
        (0, -1, True, 2),
        (1, 0, True, 1),
    ]
    assert subtree(nodes, 0) == nodes
