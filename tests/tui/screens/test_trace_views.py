"""One trace in five ways over one selection, and no shape of it is too much for any of them."""

from collections.abc import Callable
from typing import Any

import pytest

from devtrace.store.ring import TraceStore
from devtrace.tui.screens.ask import AskScreen
from devtrace.tui.screens.trace import VIEWS
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.flame import Flame
from devtrace.tui.widgets.group_table import GroupTable
from devtrace.tui.widgets.minimap import Minimap
from devtrace.tui.widgets.moment_list import MomentList
from devtrace.tui.widgets.raw_pane import RawPane
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.view_tabs import ViewTabs
from tests.builders import a_batch, a_span, span_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import send, shop_trace

MAINS = (SpanTree, Flame, GroupTable, MomentList, RawPane)


def a_store(*spans: Any) -> TraceStore:
    """Return a store with one trace; a checkout if nothing else is given."""
    store = TraceStore()
    if spans:
        store.consume(a_batch(*spans))
    else:
        send(store, shop_trace())
    return store


def at(rig: Rig) -> str:
    """Return the name of the selected span."""
    tree = rig.one(SpanTree)
    span = tree._waterfall.nodes[tree.selected_node].span
    return str(span.name) if span else "?"


def a_loop(count: int = 6) -> TraceStore:
    """Return a trace with look-alikes."""
    calls = [
        a_span(f"c{n}", parent="root", name="SELECT", start_ms=10 * n, duration_ms=5)
        for n in range(count)
    ]
    return a_store(
        a_span("root", duration_ms=90), *calls, a_span("end", parent="root", start_ms=80)
    )


async def test_v_goes_through_the_views_and_shift_v_back() -> None:
    """Each has the keys and the whole room."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        for number in range(1, 6):
            await rig.press("v")
            view = MAINS[number % 5]
            assert rig.screen.focused is rig.one(view)
            assert [kind for kind in (Flame, GroupTable, RawPane) if rig.one(kind).display] == [
                kind for kind in (Flame, GroupTable, RawPane) if kind is view
            ]
        await rig.press("V")
        assert rig.screen.focused is rig.one(RawPane)


async def test_a_view_is_one_click_away() -> None:
    """Its name beside the title."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        tabs = rig.one(ViewTabs)
        at_table = sum(len(title) + 2 for title in VIEWS[:2]) + 1
        await rig.pilot.click(tabs, offset=(at_table, 0))
        await rig.until(lambda: rig.screen.focused is rig.one(GroupTable))


async def test_the_selected_span_is_the_same_in_every_view() -> None:
    """What one goes to in one is where the others are."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "v", "down", "down")
        assert at(rig) == "order.process"
        await rig.press("V")
        assert at(rig) == "order.process"
        await rig.press("V")
        assert any(span_id_of("order.process") in line for line in rig.one(RawPane)._lines)


async def test_a_group_leads_to_its_spans_in_the_timeline() -> None:
    """Enter twice: the group, then its longest span."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "v", "v", "down", "down", "enter", "enter")
        assert rig.screen.focused is rig.one(SpanTree)
        assert at(rig) == "order.process"


async def test_spans_are_grouped_by_an_attribute_that_is_asked_for() -> None:
    """What is typed is taken; Esc leaves it as it was."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "v", "v", "a")
        assert isinstance(rig.screen, AskScreen)
        await rig.press("escape")
        assert rig.one(GroupTable).grouped_by == "operation"
        await rig.press("a", *"http.route", "enter")
        assert rig.one(GroupTable).grouped_by == "http.route"
        assert "/checkout" in rig.text


async def test_escape_goes_one_step_back() -> None:
    """Out of a zoom, out of a group, then out of the trace."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "v", "down", "enter", "escape")
        assert rig.one(Flame).display
        await rig.press("v", "enter", "escape")
        assert rig.one(GroupTable).display
        await rig.press("escape")
        assert isinstance(rig.screen, TracesScreen)


async def test_look_alikes_are_one_row_that_opens() -> None:
    """With Enter or right; left closes it again, from within too."""
    async with opened(a_loop()) as rig:
        await rig.press("enter", "down")
        tree = rig.one(SpanTree)
        assert "×6 SELECT max 5ms" in rig.text
        assert tree.row_count() == 3
        await rig.press("right")
        assert (tree.row_count(), "▾×6" in rig.text) == (9, True)
        await rig.press("right", "down")
        assert tree.cursor == 3
        await rig.press("left")
        assert (tree.row_count(), tree.cursor) == (3, 1)
        await rig.press("enter", "enter", "left")
        assert at(rig) == "root"


async def test_an_error_in_a_run_is_told_and_gone_to() -> None:
    """`e` opens the run round it."""
    spans = [a_span(f"c{n}", parent="root", name="call", start_ms=n) for n in range(5)]
    failed = a_span("failed", parent="c3", start_ms=3, status=2)
    async with opened(a_store(a_span("root"), *spans, failed)) as rig:
        await rig.press("enter")
        assert "✘ 1" in rig.text
        await rig.press("e")
        assert at(rig) == "failed"


async def test_the_time_axis_zooms_round_the_selected_span() -> None:
    """In, out, and back to all of it; the map shows what is in view."""
    async with opened(a_loop()) as rig:
        await rig.press("enter", "G", "plus", "plus")
        tree = rig.one(SpanTree)
        start, end = tree.window
        assert 4 * (end - start) == 90_000_000
        assert rig.one(Minimap)._window == (start, end)
        await rig.press("minus")
        assert tree.window[1] - tree.window[0] == 2 * (end - start)
        await rig.press("0")
        assert tree.window is None


async def test_brushing_the_map_zooms() -> None:
    """From where the mouse went down to where it came up."""
    async with opened(a_loop()) as rig:
        await rig.press("enter")
        await rig.pilot.mouse_down(rig.one(Minimap), offset=(20, 0))
        await rig.pilot.mouse_up(rig.one(Minimap), offset=(40, 0))
        await rig.until(lambda: rig.one(SpanTree).window is not None)


async def test_i_puts_peers_beside_their_callers_and_back() -> None:
    """A peer under the cursor gives way to its caller."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "down", "down", "down", "down")
        tree = rig.one(SpanTree)
        assert tree._rows[tree.cursor].peer is not None
        assert "database, sent no" in rig.text
        await rig.press("i")
        assert (tree.row_count(), tree._rows[tree.cursor].peer, at(rig)) == (15, None, "SELECT")
        assert "SELECT users ◇ sqlite" in rig.text
        await rig.press("i")
        assert tree.row_count() == 17


async def test_z_shows_one_branch_alone_and_back() -> None:
    """On its own time; an error elsewhere brings all of it back."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "down", "down", "z")
        tree = rig.one(SpanTree)
        assert (tree.row_count(), at(rig)) == (3, "GET /users/{id}")
        assert tree.window is not None
        await rig.press("z")
        assert (tree.row_count(), tree.window) == (17, None)


async def test_p_goes_to_the_parent() -> None:
    """Up to the root, which has none."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "end", "p", "p")
        assert at(rig) == "send orders"
        await rig.press(*"ppp")
        assert at(rig) == "POST /checkout"
        await rig.press("p")
        assert rig.toasts == ["this span hangs under no other"]


async def test_the_detail_says_where_a_span_stands() -> None:
    """Among all held spans of its operation; the histogram has its column in brackets."""
    store = TraceStore()
    for number in range(4):
        send(store, shop_trace(name=str(number)))
    send(store, shop_trace("slow_payment", name="slow"))
    async with opened(store) as rig:
        await rig.press("enter", "G")
        await rig.until(lambda: "p100 of 5 held" in rig.text)
        await rig.press("home")
        await rig.until(lambda: "p100 of 5 held" in rig.text)
        assert "[▃]" in rig.text


# -- bad input -------------------------------------------------------------------------


def a_chain() -> list[Any]:
    """Five thousand spans, each under the one before."""
    return [
        a_span(f"d{n}", parent=f"d{n - 1}" if n else None, start_ms=n) for n in range(5_000)
    ]


def children() -> list[Any]:
    """Two thousand direct children, no two alike."""
    return [a_span("root", duration_ms=2_000)] + [
        a_span(f"w{n}", parent="root", start_ms=n) for n in range(2_000)
    ]


def orphans() -> list[Any]:
    """Spans whose parents never came, without a root."""
    return [a_span(f"o{n}", parent=f"lost{n}", start_ms=n) for n in range(300)]


def cycles() -> list[Any]:
    """Two that name each other, and one that names itself."""
    return [a_span("a", parent="b"), a_span("b", parent="a"), a_span("c", parent="c")]


def odd_times() -> list[Any]:
    """No start, no end, neither, the wrong way round, and a moment."""
    return [
        a_span("root", duration_ms=0),
        a_span("no start", parent="root", start_time_unix_nano=0),
        a_span("no end", parent="root", end_time_unix_nano=0),
        a_span("neither", parent="root", start_time_unix_nano=0, end_time_unix_nano=0),
        a_span("reversed", parent="root", start_ms=50, duration_ms=-40),
        a_span("far", parent="root", end_time_unix_nano=2**64 - 1),
    ]


def long_names() -> list[Any]:
    """Names of ten thousand characters, which look alike."""
    return [a_span("root")] + [
        a_span(f"n{n}", parent="root", name="n" * 10_000, start_ms=n) for n in range(8)
    ]


@pytest.mark.parametrize(
    "spans",
    [a_chain, children, orphans, cycles, odd_times, long_names],
    ids=lambda make: make.__name__,
)
@pytest.mark.parametrize("size", [(120, 40), (60, 20)], ids=["120x40", "60x20"])
async def test_every_view_stands_every_shape(
    spans: Callable[[], list[Any]], size: tuple[int, int]
) -> None:
    """Each opens, scrolls and closes, and a key draws no more than a few screens."""
    async with opened(a_store(*spans()), size=size) as rig:
        await rig.press("enter", "right_curly_bracket")
        for view in MAINS:
            widget = rig.one(view)
            for key in ("end", "up", "pageup", "home", "down", "enter", "plus", "b"):
                drawn = widget.lines_drawn
                await rig.press(key)
                assert widget.lines_drawn - drawn <= 5 * size[1], (view, key)
            await rig.press("v")
        await rig.press("0", "z", "end", "z", "e", "p")
        assert rig.text


async def test_three_hundred_services_are_listed() -> None:
    """By service, each with its own row."""
    store = TraceStore()
    send(store, [(f"s{n}", a_span(f"x{n}", parent="x0" if n else None)) for n in range(300)])
    async with opened(store) as rig:
        await rig.press("enter", "v", "v", "b")
        await rig.until(lambda: rig.one(GroupTable).row_count() == 300)


async def test_fifty_thousand_spans_stay_the_same_rows_for_every_key() -> None:
    """Going from span to span lays nothing out anew, and draws what is in view."""
    spans = [a_span("root", duration_ms=60_000)] + [
        a_span(f"s{n}", parent="root" if n % 100 == 0 else f"s{n - n % 100}",
               name=f"call {n % 7}", start_ms=n, status=2 * (n % 9_999 == 9_998))
        for n in range(50_000)
    ]  # fmt: skip
    async with opened(a_store(*spans), size=(120, 40)) as rig:
        await rig.press("enter")
        tree = rig.one(SpanTree)
        await rig.until(lambda: tree._rows)
        await rig.press("right_curly_bracket")
        rows = tree._rows
        for key in ("e", "p", "plus", "end", "pageup", "0", "E"):
            drawn = tree.lines_drawn
            await rig.press(key)
            assert tree._rows is rows, key
            assert tree.lines_drawn - drawn <= 4 * 40, key
        for view in (Flame, GroupTable):
            await rig.press("v")
            drawn = rig.one(view).lines_drawn
            await rig.press("end", "up", "down")
            assert rig.one(view).lines_drawn - drawn <= 8 * 40
