"""The tree's axis is brushed with the mouse, and its scroll bar tells where matches are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.tui.theme import ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import MILLISECOND, T0, a_span, a_trace

_HEIGHT = 11


class Host(App[None]):
    """Shows one tree, and writes down what it tells."""

    CSS = "SpanTree { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.tree_lines = SpanTree(ServiceHues())
        self.heard: list[tuple[int, ...] | None] = []

    def compose(self) -> ComposeResult:
        """Show the tree alone."""
        yield self.tree_lines

    def on_tree_lines_time_chosen(self, event: SpanTree.TimeChosen) -> None:
        """Write down which time was chosen, in milliseconds."""
        piece = event.piece
        self.heard.append(piece and tuple((time - T0) // MILLISECOND for time in piece))


@asynccontextmanager
async def shown(count: int, *, failed: int = -1) -> AsyncIterator[tuple[SpanTree, Pilot[None]]]:
    """Show a trace of 100 ms with *count* rows under its root."""
    spans = [a_span("root", duration_ms=100)]
    spans += [
        a_span(f"s{n}", name=f"s{n}", parent="root", start_ms=1 + n / 100, duration_ms=1,
               status=2 if n == failed else 0)
        for n in range(count)
    ]  # fmt: skip
    app = Host()
    async with app.run_test(size=(100, _HEIGHT)) as pilot:
        app.tree_lines.show(Waterfall(a_trace(*spans)), is_settled=True)
        await pilot.pause(0)
        yield app.tree_lines, pilot


def bar(tree: SpanTree) -> str:
    """Return the scroll bar from top to bottom."""
    return "".join(tree.render_line(y).text[-1] for y in range(1, _HEIGHT))


async def test_drawing_over_the_axis_tells_which_time() -> None:
    """From left to right or back, on the axis or over bars; the cursor stays."""
    async with shown(3) as (tree, pilot):
        begin, cells = tree._bars()
        for y, first, last in ((0, 5, 14), (2, 14, 5)):
            await pilot.mouse_down(tree, offset=(begin + first, y))
            await pilot.hover(tree, offset=(begin + last, y))
            assert "┠────────┨" in tree.render_line(0).text
            await pilot.mouse_up(tree, offset=(begin + last, y))
            await pilot.pause(0)
        expected = (5 * 100 // cells, 15 * 100 // cells)
        assert pilot.app.heard == [expected, expected]  # type: ignore[attr-defined]
        assert tree.cursor == 0
        assert "┠" not in tree.render_line(0).text


async def test_a_click_with_an_unsteady_hand_is_a_click() -> None:
    """It selects the row, on whose bar it was."""
    async with shown(3) as (tree, pilot):
        begin, _ = tree._bars()
        await pilot.click(tree, offset=(begin + 5, 3))
        await pilot.pause(0)
        assert tree.cursor == 2
        assert pilot.app.heard == []  # type: ignore[attr-defined]


async def test_a_double_click_on_the_axis_asks_for_all_of_the_time() -> None:
    """As the key 0 does."""
    async with shown(3) as (tree, pilot):
        begin, _ = tree._bars()
        await pilot.click(tree, offset=(begin + 5, 0), times=2)
        await pilot.pause(0)
        assert pilot.app.heard == [None]  # type: ignore[attr-defined]


async def test_a_piece_of_a_piece_is_smaller_still() -> None:
    """What is drawn over is measured on the time that is shown."""
    async with shown(3) as (tree, pilot):
        tree.show_time((T0 + 50 * MILLISECOND, T0 + 60 * MILLISECOND))
        await pilot.pause(0)
        begin, cells = tree._bars()
        await pilot.mouse_down(tree, offset=(begin, 0))
        await pilot.mouse_up(tree, offset=(begin + cells // 2 - 1, 0))
        await pilot.pause(0)
        assert pilot.app.heard == [(50, 55)]  # type: ignore[attr-defined]
        tree.show_time(None)
        assert tree.window is None


async def test_the_scroll_bar_marks_matches_before_errors() -> None:
    """Each at its share of the way down; folded ones where they would come out."""
    async with shown(99, failed=55) as (tree, _):
        assert bar(tree) == "▐▐▐▐▐✘▐▐▐▐"
        tree.mark((1, 56, 99))
        assert bar(tree) == "»▐▐▐▐»▐▐▐»"
        tree.mark(())
        assert bar(tree).count("»") == 0
