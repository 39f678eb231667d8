"""Places for boxes and lines, whatever the graph."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from devtrace.tui.graph_layout import BOX_ROWS, MAX_NODES, MIN_BOX_CELLS, Layout, laid_out

NODES = range(9)
graphs = st.sets(
    st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    max_size=16,
).map(sorted)
WIDTH = 300


def laid(edges: list[tuple[int, int]], width: int = WIDTH) -> Layout[int]:
    """Return the layout of a graph that fits."""
    layout = laid_out(NODES, edges, width)
    assert layout is not None
    return layout


@settings(max_examples=100, deadline=None)
@given(graphs)
def test_boxes_lie_side_by_side_in_the_grid(edges: list[tuple[int, int]]) -> None:
    """None over another, none outside."""
    layout = laid(edges)

    for box in layout.boxes.values():
        assert box.x >= 0
        assert box.x + box.width <= WIDTH
        assert box.y + BOX_ROWS <= layout.height
    for one, other in combinations(layout.boxes.values(), 2):
        beside = one.x + one.width <= other.x or other.x + other.width <= one.x
        below = one.y + BOX_ROWS <= other.y or other.y + BOX_ROWS <= one.y
        assert beside or below


@settings(max_examples=100, deadline=None)
@given(graphs)
def test_lines_join_their_boxes_and_go_through_no_other(edges: list[tuple[int, int]]) -> None:
    """Each runs downwards, level or upright, from one box to the row above the other."""
    layout = laid(edges)

    for edge in edges:
        upper, lower = edge[::-1] if edge in layout.upward else edge
        points = layout.paths[edge]
        above, below = layout.boxes[upper], layout.boxes[lower]
        assert above.x <= points[0].x < above.x + above.width
        assert points[0].y == above.y + BOX_ROWS - 1
        assert below.x <= points[-1].x < below.x + below.width
        assert points[-1].y == below.y - 1
        for begin, end in pairwise(points):
            assert begin.x == end.x or begin.y == end.y
            assert begin.y <= end.y
            for node, box in layout.boxes.items():
                xs, ys = sorted((begin.x, end.x)), sorted((begin.y, end.y))
                is_through = (
                    xs[0] < box.x + box.width and xs[1] >= box.x
                    and ys[0] < box.y + BOX_ROWS and ys[1] >= box.y
                )  # fmt: skip
                assert not is_through or node == upper


@settings(max_examples=50, deadline=None)
@given(graphs)
def test_callers_stand_above_unless_a_cycle_forbids_it(edges: list[tuple[int, int]]) -> None:
    """An edge that closes a cycle is the only one that points upwards."""
    layout = laid(edges)

    for edge in edges:
        caller, callee = (layout.boxes[node] for node in edge)
        assert (caller.rank < callee.rank) is (edge not in layout.upward)


def test_the_same_graph_is_laid_out_alike() -> None:
    """A picture that changes by itself cannot be learned."""
    edges = [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]

    assert laid(edges) == laid(edges)
    assert not laid(edges).upward


def test_what_does_not_fit_has_no_layout() -> None:
    """Too narrow, too many, or nothing at all: a list serves better."""
    star = [(0, lower) for lower in range(1, 9)]
    assert laid_out(NODES, star, 8 * MIN_BOX_CELLS) is None
    assert laid_out(range(MAX_NODES + 1), [], 10_000) is None
    assert laid_out([], [], 100) is None
    every = [(one, other) for one, other in combinations(NODES, 2)]
    assert laid_out(NODES, every, 10_000) is None
    assert laid_out([0], [], 100) is not None


def test_a_cycle_is_drawn_with_one_edge_upwards() -> None:
    """Services call each other."""
    layout = laid([(0, 1), (1, 2), (2, 0)])

    assert layout.upward == {(2, 0)}
