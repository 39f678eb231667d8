"""Whatever shape a trace has, every way to look at it opens, scrolls to its end and closes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.trace import VIEWS, TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.group_table import GroupTable
from devtrace.tui.widgets.moment_list import MomentList
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_log, a_log_batch, a_span, trace_id_of
from tests.tui.hostile_traces import SHAPES, Shape, cycles, deep, fill, orphans, wide
from tests.tui.rig import Rig, opened, press
from tests.tui.test_back_links import a_consumer

FEW = 60
"""Spans of a trace that is looked at in every way."""
MANY = {"deep": (deep, 5_000), "wide": (wide, 2_000), "orphans": (orphans, 20_000)}
"""Traces that are looked at in one way each."""


@asynccontextmanager
async def looking_at(shape: Shape, count: int, *, services: int = 3) -> AsyncIterator[Rig]:
    """Open a trace of a shape that links tie to another one, and that has a log record."""
    store, logs = TraceStore(), LogStore()
    store.consume(a_batch(a_span("first", trace="other")))
    fill(store, shape(count), services=services)
    store.consume(a_batch(a_consumer("mail", "mail", ("hostile", "1"), start_ms=500)))
    logs.consume_logs(a_log_batch(a_log("said", trace="hostile", span="1")))
    async with opened(store, logs=logs, size=(100, 24)) as rig:
        await open_trace(rig)
        yield rig


async def open_trace(rig: Rig) -> SpanTree:
    """Open the trace, and wait until its tree is there."""
    screen = TraceScreen(rig.app._desk, trace_id_of("hostile"), mode="Traces")
    rig.app.push_screen(screen)
    await rig.until(lambda: rig.screen is screen and screen._tree.row_count() > 0)
    return screen._tree


def span_count(rig: Rig) -> int:
    """Return how many spans of the trace are held."""
    totals = rig.store.totals(trace_id_of("hostile"))
    return 0 if totals is None else totals.span_count


async def keys(rig: Rig, *names: str) -> None:
    """Press keys and have each one drawn."""
    await press(rig.pilot, *names)
    assert rig.text.strip()


async def scroll(rig: Rig) -> None:
    """Go to the end and back."""
    await keys(rig, "end", "pageup", "home", "pagedown")


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
async def test_every_view_of_every_shape_opens_scrolls_and_closes(shape: Shape) -> None:
    """Each span has a row in the tree, and is counted in one group of the table."""
    async with looking_at(shape, FEW) as rig:
        tree = rig.one(SpanTree)
        await rig.press("right_curly_bracket", "i")
        shown = {row.node for row in tree._rows}
        assert tree._waterfall is not None
        assert len(shown) == len(tree._waterfall.nodes)
        assert sum(node.span is not None for node in tree._waterfall.nodes) == span_count(rig)
        for view in VIEWS:
            assert isinstance(rig.screen, TraceScreen)
            assert rig.screen._view == view
            if view == "Table":
                table = rig.one(GroupTable)
                await rig.until(table.row_count)
                assert sum(len(group.nodes) for group in table._groups) == span_count(rig)
                await keys(rig, "b", "greater_than_sign", "enter", "down", "escape")
            elif view == "Flame":
                await keys(rig, "down", "b", "enter", "escape", "b")
            elif view == "Logs":
                moments = rig.one(MomentList)
                await rig.until(moments.row_count)
                assert moments.row_count() == 1
            elif view == "Raw":
                await keys(rig, "w", "enter", "w")
            await scroll(rig)
            await rig.press("v")
        await rig.press("escape")
        await rig.until(lambda: isinstance(rig.screen, TracesScreen))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
async def test_every_key_of_the_tree_works_on_every_shape(shape: Shape) -> None:
    """Folds, jumps, zoom, brush, clocks, peers, find, lists: no row is lost."""
    async with looking_at(shape, FEW) as rig:
        tree = rig.one(SpanTree)
        rows = tree.row_count()
        await keys(rig, *["left_square_bracket"] * 2, "right_square_bracket")
        await keys(rig, "left_curly_bracket", "right_curly_bracket", "down", "enter", "enter")
        await keys(rig, "left", "right", "p", "e", "E", "c", "T", "end", "T", "i", "end", "i")
        await keys(rig, "home", "z", "end", "z", "plus", "plus", "minus", "0")
        await rig.pilot.mouse_down(tree, offset=(80, 0))
        await rig.pilot.mouse_up(tree, offset=(90, 0))
        await keys(rig, "end", "0")
        await keys(rig, "slash", "o", "enter", "n", "N", "escape")
        await rig.press("C")
        if isinstance(rig.screen, PickScreen):
            await rig.press("escape")
        assert isinstance(rig.screen, TraceScreen)
        await rig.press("right_curly_bracket", "home")
        assert tree.row_count() >= rows


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
async def test_every_shape_can_be_copied_joined_and_compared(shape: Shape) -> None:
    """As text, Markdown and diagram; with what links to it; with a ring."""
    async with looking_at(shape, FEW) as rig:
        tree = rig.one(SpanTree)
        alone = len(tree._waterfall.nodes) if tree._waterfall else 0
        for text in "Jmxd":
            await rig.press("y")
            await rig.press(text)
            await rig.until(lambda: isinstance(rig.screen, TraceScreen))
        await rig.press("J")
        joined = alone + 1
        await rig.until(lambda: tree._waterfall and len(tree._waterfall.nodes) == joined)
        await scroll(rig)
        await rig.press("T", "L", "end", "L", "J")
        await rig.until(lambda: tree._waterfall and len(tree._waterfall.nodes) == alone)
        fill(rig.store, [a_span(str(n), trace="ring", parent=str(n ^ 1)) for n in range(FEW)])
        await rig.press("m", "equals_sign")
        assert isinstance(rig.screen, TraceScreen)  # there is nothing to compare it with
        rig.app._desk.view.marked = trace_id_of("ring")
        await rig.press("equals_sign")
        await rig.until(lambda: not isinstance(rig.screen, TraceScreen))
        await keys(rig, "e", "E", "c", "u", "end", "home")
        await rig.press("escape")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))


@pytest.mark.parametrize("name", MANY)
async def test_a_view_of_a_large_trace_opens_scrolls_and_closes(name: str) -> None:
    """A chain of 5,000, 2,000 children, 20,000 orphans; each of 300 services."""
    shape, count = MANY[name]
    async with looking_at(shape, count, services=300) as rig:
        tree = rig.one(SpanTree)
        await rig.press("right_curly_bracket")
        assert tree.row_count() >= count
        for view in VIEWS:
            assert isinstance(rig.screen, TraceScreen)
            assert rig.screen._view == view
            await scroll(rig)
            await rig.press("v")
        await rig.press("left_square_bracket", "escape")
        await rig.until(lambda: isinstance(rig.screen, TracesScreen))


async def test_rings_are_cut_once_each() -> None:
    """A ring has one row at the top."""
    async with looking_at(cycles, FEW) as rig:
        waterfall = rig.one(SpanTree)._waterfall
        assert waterfall is not None
        assert len(waterfall.nodes) == FEW
