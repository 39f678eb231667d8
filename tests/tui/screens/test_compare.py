"""Two traces compared: marked in the list, laid over each other, and followed into either."""

import pytest

from devtrace.store.ring import TraceStore
from devtrace.tui.screens import compare
from devtrace.tui.screens.compare import CompareScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.widgets.diff_detail import DiffDetail
from devtrace.tui.widgets.diff_tree import DiffTree
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import send, shop_trace


def a_store() -> TraceStore:
    """Return a checkout as it should be, a slow one and a declined one."""
    store = TraceStore()
    send(store, shop_trace(name="fine"))
    send(store, shop_trace("slow_payment", name="slow", start_ms=2_000))
    send(store, shop_trace("failed_charge", name="declined", start_ms=5_000))
    return store


async def compared(rig: Rig, *, down: int = 1) -> CompareScreen:
    """Compare the first trace with the one *down* rows below it."""
    await rig.press("home", "m", *["down"] * down, "equals_sign")
    assert isinstance(rig.screen, CompareScreen)
    return rig.screen


async def test_two_keys_compare_two_traces() -> None:
    """The screen says by how much, why, and where."""
    async with opened(a_store()) as rig:
        await rig.press("home", "m")
        assert "▌  A " in rig.text
        await rig.press("down", "equals_sign")

        assert "A 243ms  B 1.61s" in rig.text
        assert "payments card.charge  +1.37s, 100 % of the difference" in rig.text
        assert "▲ 6 slower" in rig.text
        await rig.press("escape")
        assert isinstance(rig.screen, TracesScreen)


async def test_a_trace_is_marked_and_compared_where_it_is_open_too() -> None:
    """The same two keys."""
    async with opened(a_store()) as rig:
        await rig.press("home", "enter", "m", "escape", "down", "enter", "equals_sign")

        assert isinstance(rig.screen, CompareScreen)
        await rig.press("escape")
        assert isinstance(rig.screen, TraceScreen)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (["equals_sign"], "mark a trace with m first, then press = on another"),
        (["m", "equals_sign"], "this is the marked trace: press = on another"),
        (["m", "m"], "no trace is marked"),
    ],
)
async def test_what_is_missing_is_said(keys: list[str], told: str) -> None:
    """Nothing is compared with nothing, or with itself."""
    async with opened(a_store()) as rig:
        await rig.press("home", *keys)

        assert rig.toasts[-1] == told
        assert isinstance(rig.screen, TracesScreen)


async def test_enter_opens_the_span_in_the_trace_that_tab_chose() -> None:
    """B unless A was chosen; what only one has is opened there."""
    async with opened(a_store()) as rig:
        await compared(rig, down=2)
        assert "⏎ opens B" in rig.lines[0]
        await rig.press("enter")
        assert isinstance(rig.screen, TraceScreen)
        assert rig.screen.chosen == trace_id_of("declined")
        await rig.press("escape", "tab", "enter")
        assert rig.screen.chosen == trace_id_of("fine")
        await rig.press("escape", "tab", "end", "enter")

        assert rig.screen.chosen == trace_id_of("fine")
        tree = rig.one(SpanTree)
        assert tree._waterfall.nodes[tree.selected_node].span.name == "email.send"


async def test_the_detail_says_what_is_different_about_the_span() -> None:
    """Times, status, attributes and the exception, each as A and as B."""
    async with opened(a_store()) as rig:
        screen = await compared(rig, down=2)
        await rig.press("v")
        assert rig.one(DiffDetail).has_focus
        await rig.press("v", "home")

        assert "243ms → 218ms" in rig.text
        assert "UNSET → ERROR" in rig.text
        assert "http.response.status_code" in rig.text
        tree = rig.one(DiffTree)
        while screen._diff.spans(tree.selected)[0].name != "card.charge":  # type: ignore[union-attr]
            await rig.press("e")
        assert "CardDeclinedError: insufficient funds" in rig.text


async def test_keys_go_from_difference_to_difference() -> None:
    """Round the end; `c` goes to the cause; `u` hides what is the same and keeps the place."""
    async with opened(a_store()) as rig:
        screen = await compared(rig)
        tree = rig.one(DiffTree)
        seen = []
        for _ in range(7):
            await rig.press("e")
            seen.append(tree.selected)
        assert seen[-1] == seen[0]
        assert all(screen._diff.changes[row] for row in seen)  # type: ignore[union-attr]
        await rig.press("c")
        cause = tree.selected
        assert screen._diff.spans(cause)[1].name == "card.charge"  # type: ignore[union-attr]
        await rig.press("E")
        assert tree.selected == seen[3]
        await rig.press("e", "u")

        assert tree.row_count() == 6
        assert tree.selected == cause
        await rig.press("u")
        assert tree.row_count() == 15
        assert tree.selected == cause


async def test_sides_can_be_swapped() -> None:
    """What was slower is faster."""
    async with opened(a_store()) as rig:
        await compared(rig)
        await rig.press("w")

        assert "A 1.61s  B 243ms" in rig.text
        assert "▼ 6 faster" in rig.text


async def test_a_trace_compared_with_its_like_is_no_difference() -> None:
    """And that is said."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    send(store, shop_trace(name="two", start_ms=1_000))
    async with opened(store) as rig:
        await compared(rig)
        assert "no difference" in rig.text
        await rig.press("e", "c")

        assert rig.toasts == ["no span is different", "both took equally long"]


async def test_spans_that_arrive_are_taken_in() -> None:
    """The cursor stays on its pair."""
    async with opened(a_store()) as rig:
        screen = await compared(rig)
        await rig.press("c")
        tree = rig.one(DiffTree)
        before = tree._key(tree.selected)
        late = a_span("late", trace="slow", parent="checkout", name="late", start_ms=2_001)
        rig.store.consume(a_batch(late, service="gateway"))
        await rig.until(lambda: "+ 1 added" in rig.text)

        assert tree._key(tree.selected) == before
        assert len(screen._diff.rows) == 16  # type: ignore[union-attr]


async def test_an_evicted_trace_stays_compared_and_is_said_to_be_evicted() -> None:
    """Opening its span says why that cannot be."""
    async with opened(a_store()) as rig:
        await compared(rig)
        rig.store.clear()
        await rig.until(lambda: "A and B evicted" in rig.lines[0])
        await rig.press("e", "u", "w", "enter")

        assert "was evicted" in rig.toasts[-1]
        assert isinstance(rig.screen, CompareScreen)
        assert "card.charge" in rig.text


async def test_a_mark_whose_trace_was_evicted_is_said_to_be_gone() -> None:
    """Where nothing of it is remembered."""
    async with opened(a_store()) as rig:
        rig.app._desk.view.marked = trace_id_of("never read")
        await rig.press("equals_sign")

        assert rig.toasts[-1] == "the marked trace was evicted: mark another with m"


async def test_many_spans_are_compared_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and frames have their turn meanwhile."""
    monkeypatch.setattr(compare, "MAX_ROWS_AT_ONCE", 10)
    async with opened(a_store()) as rig:
        screen = await compared(rig)
        await rig.until(lambda: screen._diff is not None)
        await rig.until(lambda: "100 % of the difference" in rig.text)


async def test_it_is_whole_at_every_size() -> None:
    """From the smallest to wide, back and forth."""
    async with opened(a_store()) as rig:
        await compared(rig)
        for width, height in ((60, 20), (40, 10), (300, 60), (80, 24)):
            await rig.resize(width, height)
            await rig.until(lambda: "Δ" in rig.text and "POST /check" in rig.text)
            assert ("A       B        Δ" in rig.text) is (width > 40)
