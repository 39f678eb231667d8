"""The tree grows, folds and is walked through, and its cursor stays on its span."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from opentelemetry.proto.trace.v1 import trace_pb2
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.model.trace import Trace
from devtrace.tui.theme import ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_span, a_trace
from tests.tui.rig import press
from tests.tui.shop_trace import shop_trace

ERROR = 2


class Host(App[None]):
    """Shows one tree; it counts what it was told."""

    def __init__(self, tree: SpanTree) -> None:
        super().__init__()
        self.span_tree = tree
        self.highlighted: list[int] = []
        self.activations = 0

    def compose(self) -> ComposeResult:
        """Show the tree."""
        yield self.span_tree

    def on_span_tree_highlighted(self, event: SpanTree.Highlighted) -> None:
        """Note the node."""
        self.highlighted.append(event.node)

    def on_span_tree_activated(self, _: SpanTree.Activated) -> None:
        """Count it."""
        self.activations += 1

    def show(self, trace: Trace, *, is_settled: bool = True) -> None:
        """Show another reading of a trace."""
        self.span_tree.show(Waterfall(trace), is_settled=is_settled)

    @property
    def names(self) -> list[str]:
        """The spans in view, each without its guides; `?` is a placeholder."""
        waterfall = self.span_tree._waterfall
        assert waterfall is not None
        spans = [waterfall.nodes[row.node].span for row in self.span_tree._rows]
        return [span.name if span is not None else "?" for span in spans]

    @property
    def at(self) -> str:
        """The name of the span under the cursor."""
        return self.names[self.span_tree.cursor]


@asynccontextmanager
async def shown(
    *spans: trace_pb2.Span | tuple[str, trace_pb2.Span],
    size: tuple[int, int] = (90, 21),
    is_preview: bool = False,
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host with the tree of *spans*: twenty rows below the head."""
    app = Host(SpanTree(ServiceHues(), is_preview=is_preview))
    async with app.run_test(size=size) as pilot:
        app.span_tree.focus()
        if spans:
            app.show(a_trace(*spans))
        await pilot.pause(0)
        yield app, pilot


def chain(*names: str) -> list[trace_pb2.Span]:
    """Return spans each of which is the parent of the next."""
    return [
        a_span(name, parent=names[place - 1] if place else None, start_ms=place)
        for place, name in enumerate(names)
    ]


#      a ─ b ─ c
#        └ d ─ e
TREE = (
    *chain("a", "b", "c"),
    a_span("d", parent="a", start_ms=5),
    a_span("e", parent="d", start_ms=6),
)


# -- growing -------------------------------------------------------------------------


async def test_the_cursor_stays_on_its_span_while_others_arrive() -> None:
    """Above it, below it, and under it."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "down", "down", "down")
        assert app.at == "d"

        app.show(
            a_trace(
                *TREE,
                a_span("new", parent="b", start_ms=3),
                a_span("f", parent="d", start_ms=7),
            )
        )

        assert app.names == ["a", "b", "c", "new", "d", "e", "f"]
        assert app.at == "d"


async def test_the_row_under_the_cursor_does_not_move_on_the_screen() -> None:
    """What comes in above it is scrolled away, not pushed down."""
    spans = [a_span("root", duration_ms=1_000), *(
        a_span(f"s{number}", parent="root", start_ms=10 * number) for number in range(40)
    )]  # fmt: skip
    async with shown(*spans) as (app, pilot):
        await press(pilot, "pagedown", "pagedown", "up")
        line = app.span_tree.cursor - app.span_tree.top
        at = app.at

        early = [a_span(f"early{number}", parent="root", start_ms=1) for number in range(7)]
        app.show(a_trace(*spans, *early))

        assert app.at == at
        assert app.span_tree.cursor - app.span_tree.top == line


async def test_a_preview_keeps_its_place_by_its_first_row() -> None:
    """It has no cursor to keep."""
    spans = [a_span("root", duration_ms=1_000), *(
        a_span(f"s{number}", parent="root", start_ms=10 * number) for number in range(40)
    )]  # fmt: skip
    async with shown(*spans, is_preview=True) as (app, _):
        app.span_tree.place(top=12)
        first = app.names[app.span_tree.top]

        app.show(a_trace(*spans, a_span("early", parent="root", start_ms=1)))

        assert app.names[app.span_tree.top] == first


async def test_an_orphan_moves_under_its_parent_when_that_comes() -> None:
    """The selection goes with it, and the fold of the placeholder becomes the parent's."""
    orphans = [
        a_span("kid", parent="late", start_ms=5),
        a_span("kid2", parent="late", start_ms=6),
    ]
    async with shown(a_span("root"), *orphans) as (app, pilot):
        assert app.names == ["root", "?", "kid", "kid2"]
        await press(pilot, "end")
        assert app.at == "kid2"

        app.show(a_trace(a_span("root"), *orphans, a_span("late", parent="root", start_ms=4)))
        assert app.names == ["root", "late", "kid", "kid2"]
        assert app.at == "kid2"

    async with shown(a_span("root"), *orphans) as (app, pilot):
        await press(pilot, "down")
        app.span_tree.toggle_fold()
        assert app.names == ["root", "?"]

        app.show(a_trace(a_span("root"), *orphans, a_span("late", parent="root", start_ms=4)))
        assert app.names == ["root", "late"]
        assert app.at == "late"


async def test_a_selected_span_that_is_folded_away_leaves_the_cursor_above_it() -> None:
    """Its parent came and belongs under a fold: the cursor does not jump to the top."""
    spans = [*TREE, a_span("kid", parent="late", start_ms=9)]
    async with shown(*spans) as (app, pilot):
        app.span_tree.select_node(3)
        app.span_tree.toggle_fold()
        await press(pilot, "end")
        assert app.at == "kid"

        app.show(a_trace(*spans, a_span("late", parent="d", start_ms=8)))

        assert app.names == ["a", "b", "c", "d"]
        assert app.at == "d"


async def test_the_line_of_an_exception_can_go_without_losing_the_cursor() -> None:
    """The error turns out to be further in."""
    failed = a_span("b", parent="a", status=ERROR, message="outer")
    async with shown(a_span("a"), failed) as (app, pilot):
        await press(pilot, "end")
        assert app.at == "b"

        inner = a_span("c", parent="b", status=ERROR, message="inner", start_ms=1)
        app.show(a_trace(a_span("a"), failed, inner))

        assert app.span_tree.cursor == 1


async def test_another_trace_is_shown_from_its_beginning() -> None:
    """Folds, selection and place are of one trace."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "end")
        app.span_tree.fold_all(is_folded=True)

        app.show(a_trace(a_span("a", trace="other"), a_span("b", trace="other", parent="a")))

        assert app.names == ["a", "b"]
        assert app.at == "a"


async def test_verdicts_are_spoken_when_the_trace_has_settled() -> None:
    """The same reading is drawn anew for that."""
    trace = a_trace(a_span("kid", parent="lost"))
    async with shown() as (app, _):
        waterfall = Waterfall(trace)
        app.span_tree.show(waterfall, is_settled=False)
        assert "not received yet" in app.span_tree.render_line(1).text

        app.span_tree.show(waterfall, is_settled=True)
        assert "never arrived" in app.span_tree.render_line(1).text


# -- folds ---------------------------------------------------------------------------


async def test_folding_hides_and_unfolding_shows_again() -> None:
    """The fold is the span's: a leaf has none."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "down")
        app.span_tree.toggle_fold()
        assert app.names == ["a", "b", "d", "e"]
        assert "▸1" in app.span_tree.render_line(2).text

        app.span_tree.toggle_fold()
        assert app.names == ["a", "b", "c", "d", "e"]

        await press(pilot, "down")
        app.span_tree.toggle_fold()
        assert app.names == ["a", "b", "c", "d", "e"]


async def test_left_folds_then_climbs_and_right_unfolds_then_descends() -> None:
    """One key each walks the whole tree."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "end")
        seen = []
        for _ in range(4):
            app.span_tree.fold_or_parent()
            seen.append((app.at, len(app.names)))
        for _ in range(4):
            app.span_tree.unfold_or_child()
            seen.append((app.at, len(app.names)))

        assert seen == [
            ("d", 5), ("d", 4), ("a", 4), ("a", 1),
            ("a", 4), ("b", 4), ("c", 4), ("c", 4),
        ]  # fmt: skip


async def test_folding_everything_takes_the_cursor_to_what_is_left() -> None:
    """It stands on the span that hides the one it was on."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "end")
        app.span_tree.fold_all(is_folded=True)
        assert (app.names, app.at) == (["a"], "a")

        app.span_tree.fold_all(is_folded=False)
        assert (app.names, app.at) == (["a", "b", "c", "d", "e"], "a")


async def test_levels_fold_one_at_a_time() -> None:
    """From the inside, and open from the outside."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "end")
        app.span_tree.fold_level(-1)
        assert (app.names, app.at) == (["a", "b", "d"], "d")
        app.span_tree.fold_level(-1)
        assert (app.names, app.at) == (["a"], "a")
        app.span_tree.fold_level(1)
        assert (app.names, app.at) == (["a", "b", "d"], "a")


async def test_going_to_a_hidden_span_unfolds_what_hides_it() -> None:
    """And nothing else."""
    async with shown(*TREE) as (app, _):
        app.span_tree.fold_all(is_folded=True)

        app.span_tree.select_node(2)

        assert (app.names, app.at) == (["a", "b", "c", "d"], "c")


async def test_an_empty_tree_takes_every_command() -> None:
    """Before the first reading there is nothing to fold and nowhere to go."""
    async with shown() as (app, pilot):
        tree = app.span_tree
        tree.toggle_fold()
        tree.fold_or_parent()
        tree.unfold_or_child()
        tree.fold_level(-1)
        tree.fold_all(is_folded=True)
        tree.select_node(0)
        await press(pilot, "down", "end", "home")

        assert not tree.select_error(1)
        assert tree.selected_node is None
        tree.show(None, is_settled=True)
        assert tree.row_count() == 0


# -- errors --------------------------------------------------------------------------


async def test_errors_are_walked_round_and_round() -> None:
    """Forwards and backwards, unfolding what hides them."""
    spans = [
        a_span("a"),
        a_span("b", parent="a", status=ERROR, start_ms=1),
        a_span("c", parent="b", start_ms=2),
        a_span("d", parent="a", start_ms=3),
        a_span("e", parent="d", status=ERROR, start_ms=4),
    ]
    async with shown(*spans) as (app, _):
        app.span_tree.fold_all(is_folded=True)
        seen = []
        for step in (1, 1, 1, -1, -1):
            assert app.span_tree.select_error(step)
            seen.append(app.at)

        assert seen == ["b", "e", "b", "e", "b"]


async def test_an_exception_is_in_view_with_its_span() -> None:
    """Going to an error means reading it."""
    spans = [
        a_span("root", duration_ms=1_000),
        *(a_span(f"s{number}", parent="root", start_ms=number) for number in range(25)),
        a_span("bad", parent="root", start_ms=50, status=ERROR, message="no funds"),
        a_span("after", parent="root", start_ms=60),
    ]
    async with shown(*spans) as (app, _):
        app.span_tree.select_error(1)

        assert app.at == "bad"
        assert "no funds" in app.span_tree.render_line(20).text


async def test_spans_that_share_an_id_are_all_reached() -> None:
    """Two halves of one call, as Zipkin writes them, are two rows."""
    halves = [
        a_span("root", duration_ms=50),
        a_span("call", parent="root", name="client", kind=3, status=ERROR, start_ms=1),
        a_span("call", parent="root", name="server", kind=2, status=ERROR, start_ms=2),
        a_span("inner", parent="call", start_ms=3),
    ]
    async with shown(*halves) as (app, _):
        assert app.names == ["root", "client", "server", "inner"]
        seen = []
        for _ in range(3):
            app.span_tree.select_error(1)
            seen.append(app.at)
        assert seen == ["client", "server", "client"]

        app.span_tree.unfold_or_child()
        assert app.at == "server"
        app.span_tree.toggle_fold()
        assert app.names == ["root", "client", "server"]
        assert app.at == "server"


async def test_a_trace_without_errors_says_so() -> None:
    """The cursor stays."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "down")

        assert not app.span_tree.select_error(1)
        assert app.at == "b"


# -- drawing -------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 46, 59, 80, 120])
async def test_every_line_is_as_wide_as_the_tree(width: int) -> None:
    """With a scroll bar and without."""
    for height in (6, 30):
        async with shown(*shop_trace("failed_charge"), size=(width, height)) as (app, _):
            lines = [app.span_tree.render_line(y).text for y in range(height)]

            assert {cell_len(line) for line in lines} == {width}
            assert "total" in lines[0]
            assert lines[1].startswith("▌✘→● gateway")


async def test_a_preview_has_no_cursor_and_no_keys() -> None:
    """It is read beside the list."""
    async with shown(*TREE, is_preview=True) as (app, pilot):
        await press(pilot, "down", "end")
        await pilot.click(app.span_tree, offset=(5, 3))

        assert app.span_tree.cursor == 0
        assert app.highlighted == []
        assert "▌" not in app.span_tree.render_line(1).text[:1]


async def test_what_is_selected_is_told() -> None:
    """By key, by click, by jump; a double click activates."""
    async with shown(*TREE) as (app, pilot):
        await press(pilot, "down")
        await pilot.click(app.span_tree, offset=(9, 4))
        app.span_tree.select_node(1)
        await pilot.double_click(app.span_tree, offset=(9, 5))
        await pilot.pause(0)

        assert app.highlighted == [1, 3, 1, 4]
        assert app.activations == 1


# -- work ----------------------------------------------------------------------------


async def test_ten_thousand_spans_cost_one_screen() -> None:
    """Opening draws what is in view, a step of the cursor two rows."""
    spans = [a_span("root", duration_ms=10_000), *(
        a_span(f"s{number}", parent="root" if number % 10 == 0 else f"s{number - number % 10}",
               start_ms=number) for number in range(10_000)
    )]  # fmt: skip
    async with shown(*spans, size=(120, 41)) as (app, pilot):
        assert app.span_tree.row_count() == 10_001
        assert app.span_tree.lines_drawn <= 3 * 40

        drawn = app.span_tree.lines_drawn
        await press(pilot, "down")
        assert app.span_tree.lines_drawn - drawn == 2

        drawn = app.span_tree.lines_drawn
        await press(pilot, "end")
        assert app.span_tree.lines_drawn - drawn <= 2 * 40
        assert app.at == "s9999"

        drawn = app.span_tree.lines_drawn
        app.show(a_trace(*spans, a_span("late", parent="root", start_ms=20_000)))
        await pilot.pause(0)
        assert app.span_tree.lines_drawn - drawn <= 2 * 40
        assert app.span_tree.selected_node is not None
        assert app.at == "s9999"
