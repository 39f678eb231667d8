"""Find in an open trace: matches are counted, marked and gone to, whatever is folded."""

import pytest
from textual.events import Paste

from devtrace.store.ring import TraceStore
from devtrace.tui import trace_find
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.query_bar import QueryBar
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_span
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import send, shop_trace


def a_store() -> TraceStore:
    """Return a store of one checkout."""
    store = TraceStore()
    send(store, shop_trace("failed_charge"))
    return store


async def find(rig: Rig, text: str) -> None:
    """Open the trace and look for a text."""
    await rig.press("enter")
    await rig.until(lambda: isinstance(rig.screen, TraceScreen))
    await rig.press("slash", *text, "enter")
    await rig.until(lambda: rig.one(SpanTree).has_focus)
    await rig.settle()


def row(rig: Rig) -> str:
    """Return the line under the cursor."""
    tree = rig.one(SpanTree)
    return str(tree.render_line(tree.cursor - tree.top + 1).text)


async def test_n_and_shift_n_go_through_the_matches() -> None:
    """Which of how many stands in the bar; the other matches are marked."""
    async with opened(a_store()) as rig:
        await find(rig, "charge")
        assert "1 of 3" in rig.lines[2]
        assert sum(line.startswith("»") for line in rig.lines) == 2
        first = row(rig)
        assert "charge" in first

        await rig.press("n")
        assert "2 of 3" in rig.lines[2]
        assert row(rig) != first
        await rig.press("N", "N")
        assert "3 of 3" in rig.lines[2]


async def test_a_folded_match_is_unfolded_when_one_goes_there() -> None:
    """Wherever it is."""
    async with opened(a_store()) as rig:
        await find(rig, "card.charge")
        await rig.press("left_curly_bracket", "home")
        assert "card.charge" not in row(rig)
        await rig.press("n")

        assert "card.charge" in row(rig)


async def test_esc_stops_finding_and_a_second_one_goes_back() -> None:
    """One step each; the selection stays where it is."""
    async with opened(a_store()) as rig:
        await find(rig, "charge")
        here = row(rig)
        await rig.press("escape")
        await rig.until(lambda: not rig.one(QueryBar).has_class("-shown"))
        await rig.settle()
        assert "»" not in rig.text
        assert row(rig) == here

        await rig.press("escape")
        assert isinstance(rig.screen, TracesScreen)


async def test_without_a_match_n_says_so() -> None:
    """And nothing moves."""
    async with opened(a_store()) as rig:
        await find(rig, "nowhere")
        assert "0 matches" in rig.lines[2]
        before = row(rig)
        await rig.press("n")

        assert rig.toasts == ["no span of this trace matches"]
        assert row(rig) == before


async def test_n_without_a_search_asks_for_one() -> None:
    """It is what one wants."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "n")
        await rig.until(lambda: rig.one(QueryBar).is_open)


async def test_an_error_in_what_is_to_be_found_is_said() -> None:
    """In the bar, which keeps the keys."""
    async with opened(a_store()) as rig:
        await rig.press("enter", "slash", *"statuss=error")
        await rig.until(lambda: "did you mean 'status'" in rig.text)
        await rig.press("enter")

        assert rig.one(QueryBar).is_open


async def test_a_search_in_a_long_trace_goes_on_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It does not wait for the next tick, and needs many steps."""
    monkeypatch.setattr(trace_find, "FIND_SECONDS", 1e-9)
    store = TraceStore()
    children = (a_span(f"child {n}", parent="root", name="needle") for n in range(1_000))
    store.consume(a_batch(a_span("root"), *children))
    async with opened(store) as rig:
        await rig.press("enter")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))
        await rig.press("slash")
        monkeypatch.setattr(TraceScreen, "tick", lambda _: None)
        rig.app.post_message(Paste("needle"))

        await rig.until(lambda: "1 of 1000" in rig.lines[2])
