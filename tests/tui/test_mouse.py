"""Whatever a key does on a screen, the mouse does as well."""

import pytest
from textual.events import MouseScrollDown
from textual.widget import Widget

from devtrace.tui.operation_view import Sorting
from devtrace.tui.screens.logs import LogsScreen
from devtrace.tui.screens.operations import OperationsScreen
from devtrace.tui.screens.scenarios import ScenariosScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.chrome import HeaderLine, KeyLine
from devtrace.tui.widgets.flame import Flame
from devtrace.tui.widgets.found_list import FoundList
from devtrace.tui.widgets.group_table import GroupTable
from devtrace.tui.widgets.lines import Lines
from devtrace.tui.widgets.log_list import LogList
from devtrace.tui.widgets.metric_list import MetricList
from devtrace.tui.widgets.operation_list import OperationList
from devtrace.tui.widgets.raw_pane import RawPane
from devtrace.tui.widgets.scenario_list import ScenarioList
from devtrace.tui.widgets.service_map import ServiceMap
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.trace_list import TraceList
from tests.tui.rig import Rig, opened
from tests.tui.shop_logs import shop_logs
from tests.tui.shop_metrics import shop_metrics
from tests.tui.test_goldens import loop_store, shop_store

SCREENS: dict[str, tuple[list[str], type[Widget]]] = {
    "traces": ([], TraceList),
    "trace": (["enter"], SpanTree),
    "flame": (["enter", "v"], Flame),
    "table": (["enter", "v", "v"], GroupTable),
    "raw": (["enter", "V"], RawPane),
    "services": (["2"], ServiceMap),
    "operations": (["3"], OperationList),
    "found": (["3", "enter"], FoundList),
    "logs": (["4"], LogList),
    "metrics": (["5"], MetricList),
    "scenarios": (["6"], ScenarioList),
}


async def click(rig: Rig, widget: Widget, x: int, y: int, *, times: int = 1) -> None:
    """Click a cell of a widget and let the screen show the effect."""
    await rig.pilot.click(widget, offset=(x, y), times=times)
    await rig.settle()


def words(rig: Rig, widget: Widget) -> str:
    """Return the text of a widget's first line."""
    return str(widget.render_line(0).text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", SCREENS)
async def test_a_row_is_selected_by_a_click_and_the_wheel_moves_the_view(name: str) -> None:
    """On every screen with rows."""
    keys, kind = SCREENS[name]
    async with opened(
        shop_store(), logs=shop_logs(), metrics=shop_metrics(), size=(120, 12)
    ) as rig:
        await rig.press(*keys)
        rows = rig.one(kind)
        assert isinstance(rows, Lines)
        await rig.until(lambda: rows.row_count() > 2)
        await rig.press("home")
        if kind is not ServiceMap:
            await click(rig, rows, 12, rows.HEAD_ROWS + 1)
            await rig.until(lambda: rows.cursor == 1 or kind is Flame)
        if rows.row_count() > rows.page_rows:
            rows.place(top=0)
            await rig.pilot._post_mouse_events([MouseScrollDown], rows, offset=(5, 3))
            await rig.until(lambda: rows.top > 0)


@pytest.mark.parametrize("name", SCREENS)
async def test_every_key_of_the_footer_can_be_clicked(name: str) -> None:
    """It does what the key does: the screen that is then on top is the same."""
    keys, _ = SCREENS[name]
    shown: list[str] = []
    for is_clicked in (True, False):
        async with opened(shop_store(), logs=shop_logs(), metrics=shop_metrics()) as rig:
            await rig.press(*keys)
            line = rig.one(KeyLine)
            action, key, _ = line._shown(line.size.width)[0]
            if is_clicked:
                await click(rig, line, words(rig, line).index(f"{key} {action.label}"), 0)
            else:
                await rig.press(action.keys.split(",")[0])
            shown.append(type(rig.screen).__name__)

    assert shown[0] == shown[1]


async def test_modes_and_views_are_a_click_away() -> None:
    """The header leads to every screen, the tabs of a trace to every view."""
    async with opened(shop_store()) as rig:
        for title, kind in (("Logs", LogsScreen), ("Scenarios", ScenariosScreen)):
            header = rig.one(HeaderLine)
            await click(rig, header, words(rig, header).index(title), 0)
            await rig.until(lambda kind=kind: isinstance(rig.screen, kind))


async def test_a_double_click_opens_and_a_click_on_a_fold_folds() -> None:
    """A run of look-alikes unfolds at its mark, at once."""
    async with opened(loop_store()) as rig:
        await click(rig, rig.one(TraceList), 12, 1, times=2)
        assert isinstance(rig.screen, TraceScreen)
        tree = rig.one(SpanTree)
        before = tree.row_count()
        head = tree.HEAD_ROWS
        lines = [tree.render_line(head + row).text for row in range(before)]
        run = next(row for row, line in enumerate(lines) if "×" in line)
        x = lines[run].index("×")
        await click(rig, tree, x, head + run)
        await rig.until(lambda: tree.row_count() > before)
        await click(rig, tree, x, head + run)
        await rig.until(lambda: tree.row_count() == before)


async def test_the_head_of_a_column_sorts_by_it() -> None:
    """The operations and the table of a trace; a head that cannot be sorted by does nothing."""
    async with opened(shop_store()) as rig:
        await rig.press("3")
        assert isinstance(rig.screen, OperationsScreen)
        rows = rig.one(OperationList)
        await rig.until(lambda: rows.row_count() > 2)
        for title, sorting in (
            ("calls", Sorting.CALLS),
            ("service", Sorting.CALLS),
            ("errors", Sorting.ERRORS),
        ):
            await click(rig, rows, words(rig, rows).index(title), 0)
            assert rows._view.sorting is sorting

        await rig.press("1", "enter", "v", "v")
        table = rig.one(GroupTable)
        head = table.render_line(1).text
        await click(rig, table, head.index("max") + 1, 1)
        assert "max▾" in table.render_line(1).text
