"""The strip tells of the list what no row can, and its cursor is the list's."""

from pathlib import Path

from devtrace.store.ring import TraceStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.time_strip import TimeStrip
from devtrace.tui.widgets.trace_list import TraceList
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened

TOOK = {"a": 30, "b": 900, "c": 10, "d": 60, "e": 20}


def a_store() -> TraceStore:
    """Return a store with a trace a second, the third of which failed."""
    store = TraceStore()
    for number, (trace, took) in enumerate(TOOK.items()):
        status = 2 if trace == "c" else 0
        store.consume(
            a_batch(
                a_span(trace=trace, start_ms=1_000 * number, duration_ms=took, status=status)
            )
        )
    return store


def selected(rig: Rig) -> str:
    """Return the one-letter name of the selected trace."""
    assert isinstance(rig.screen, TracesScreen)
    names = {trace_id_of(name): name for name in TOOK}
    return names[rig.screen.desk.view.selected or ""]


async def test_the_strip_says_how_often_and_how_long() -> None:
    """Rates over the time that is drawn, and the ends of the scale; errors have a sign."""
    async with opened(a_store()) as rig:
        await rig.until(lambda: "p50 30ms  p95 900ms" in rig.text)
        assert "spans 1/s  ✘ 15/min" in rig.text
        assert "1s│" in rig.text
        assert "10ms│" in rig.text


async def test_arrows_walk_the_dots_and_take_the_list_along() -> None:
    """Left and right in time, up and down by duration; Enter opens, Esc goes back."""
    async with opened(a_store()) as rig:
        await rig.press("tab")
        await rig.until(lambda: rig.one(TimeStrip).has_focus)
        walked = ""
        for key in ("left", "left", "left", "right", "up", "up", "down", "up", "up", "down"):
            await rig.press(key)
            walked += selected(rig)
        assert walked == "dcbceaeada"

        await rig.press("enter")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))
        await rig.press("escape")
        await rig.until(lambda: isinstance(rig.screen, TracesScreen))
        await rig.press("escape")
        await rig.until(lambda: rig.one(TraceList).has_focus)
        assert selected(rig) == "a"


async def test_a_click_selects_the_nearest_dot() -> None:
    """The slow one stands alone at the top."""
    async with opened(a_store()) as rig:
        await rig.until(lambda: "p95" in rig.text)
        top = next(line for line in rig.lines if "1s│" in line)
        column = next(each for each, sign in enumerate(top) if sign in "▘▝▖▗")
        await rig.pilot.mouse_down(TimeStrip, offset=(column + 1, 0))
        await rig.until(lambda: selected(rig) == "b")


async def test_the_strip_is_hidden_by_a_key_and_stays_so(tmp_path: Path) -> None:
    """In the next run, too; and Tab says what is missing."""
    path = tmp_path / "state.json"
    async with opened(a_store(), state=KeptState(path)) as rig:
        await rig.press("v")
        assert "p95" not in rig.text
    async with opened(a_store(), state=KeptState(path)) as rig:
        assert "p95" not in rig.text
        await rig.press("tab")
        assert any("v shows it" in toast for toast in rig.toasts)
        await rig.press("v")
        await rig.until(lambda: "p95" in rig.text)


async def test_a_low_terminal_has_rows_instead() -> None:
    """Below 22 rows the list needs every one, and with room the strip is back."""
    async with opened(a_store(), size=(80, 21)) as rig:
        assert "p95" not in rig.text
        await rig.resize(80, 24)
        await rig.until(lambda: "p95" in rig.text)


async def test_help_lists_the_keys_of_the_strip_while_it_has_them() -> None:
    """And those of the list otherwise."""
    async with opened(a_store()) as rig:
        await rig.press("question_mark")
        await rig.until(lambda: "Keys that work here" in rig.text)
        assert "slower trace" not in rig.text
        await rig.press("escape", "tab")
        await rig.until(lambda: rig.one(TimeStrip).has_focus)
        await rig.press("question_mark")
        await rig.until(lambda: "slower trace" in rig.text)


async def test_what_began_long_before_is_counted_beside_the_scatter() -> None:
    """The scatter is of what came since, and says what it leaves out."""
    store = a_store()
    hours_later = 9 * 3_600_000
    for number, trace in enumerate("xy"):
        begin = hours_later + 1_000 * number
        store.consume(a_batch(a_span(trace=trace, start_ms=begin, duration_ms=40)))
    async with opened(store) as rig:
        await rig.until(lambda: "‹ 5 began long before" in rig.text)
        assert "p50 40ms  p95 40ms" in rig.text
