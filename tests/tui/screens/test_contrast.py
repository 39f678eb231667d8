"""Comparing sets: two queries, what each operation adds, and the traces behind a row."""

from devtrace.store.ring import TraceStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.screens.ask_query import AskQueryScreen
from devtrace.tui.screens.contrast import ContrastScreen
from devtrace.tui.screens.found import FoundScreen
from devtrace.tui.screens.operations import OperationsScreen
from devtrace.tui.widgets.contrast_list import ContrastList
from devtrace.tui.widgets.found_list import FoundList
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import send, shop_trace


def a_store() -> TraceStore:
    """Return what is held after three checkouts, of which one was declined and one was slow."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    send(store, shop_trace("failed_charge", name="two", start_ms=900))
    send(store, shop_trace("slow_payment", name="three", start_ms=1_900))
    return store


async def compare(rig: Rig, before: str, after: str = "") -> None:
    """Ask for two sets from the operations, and wait until they are read."""
    await rig.press("3")
    await rig.until(lambda: "card.charge" in rig.text)
    await rig.press("equals_sign")
    await rig.until(lambda: "which traces (A)" in rig.text)
    await rig.press(*before, "enter")
    await rig.until(lambda: "which traces (B)" in rig.text)
    await rig.press(*after, "enter")
    await rig.until(
        lambda: isinstance(rig.screen, ContrastScreen) and rig.screen.reading.is_done
    )
    await rig.until(lambda: rig.one(ContrastList).row_count() > 0)


async def test_the_cause_stands_in_front_and_leads_to_its_traces() -> None:
    """Enter lists those of B, after Tab those of A, and Escape goes back."""
    async with opened(a_store()) as rig:
        await compare(rig, "status=error")
        await rig.until(lambda: "every other trace" in rig.text)
        row = rig.one(ContrastList).selected
        assert row.operation.name == "card.charge"
        await rig.press("enter")
        assert isinstance(rig.screen, FoundScreen)
        await rig.until(lambda: rig.one(FoundList).row_count() == 2)
        assert rig.screen.chosen == trace_id_of("three")
        await rig.press("escape", "tab", "enter")
        await rig.until(lambda: rig.one(FoundList).row_count() == 1)
        assert rig.screen.chosen == trace_id_of("two")
        await rig.press("escape", "escape")
        assert isinstance(rig.screen, OperationsScreen)


async def test_the_sides_are_swapped_and_read_again() -> None:
    """What was slower is faster; what arrived since counts when it is asked for."""
    async with opened(a_store()) as rig:
        await compare(rig, "duration>1s", "status=error")
        screen = rig.screen
        assert isinstance(screen, ContrastScreen)
        before = screen.reading.contrast.delta_nano
        await rig.press("w")
        await rig.until(lambda: screen.reading.is_done)
        assert screen.reading.contrast.delta_nano == -before
        rig.store.consume(a_batch(a_span(trace="late", status=2)))
        await rig.press("u")
        await rig.until(lambda: screen.reading.is_done)
        assert len(screen.reading.contrast.before) == 2


async def test_what_is_muted_is_in_no_set() -> None:
    """As in the list and the figures that it is opened from; how much that is, is said."""
    store = a_store()
    store.consume(a_batch(a_span(trace="probe", name="GET /healthz")))
    state = KeptState()
    async with opened(store, state=state) as rig:
        state.mute(("shop", "GET /healthz"))
        await compare(rig, "status=error")
        screen = rig.screen
        assert isinstance(screen, ContrastScreen)
        assert len(screen.reading.contrast.after) == 2
        await rig.until(lambda: "  1 muted" in rig.text)


async def test_a_set_without_traces_is_said() -> None:
    """And the queries are one key away, with what was typed."""
    async with opened(a_store()) as rig:
        await compare(rig, "status=error", "nowhere")
        await rig.until(lambda: "no trace held is in B" in rig.text)
        await rig.press("slash")
        await rig.until(lambda: isinstance(rig.screen, AskQueryScreen))
        assert "status=error" in rig.text
        await rig.press("escape")
        await rig.until(lambda: isinstance(rig.screen, ContrastScreen))


async def test_reading_says_how_far_it_is_and_ends_with_escape() -> None:
    """No trace is looked at after that."""
    async with opened(a_store()) as rig:
        await compare(rig, "status=error")
        screen = rig.screen
        assert isinstance(screen, ContrastScreen)
        screen.reading = screen._begin()
        screen._list.show(None)
        screen.tick()
        reading = screen.reading
        reading.step = lambda _: False  # type: ignore[method-assign]  # it takes long
        await rig.until(lambda: "looked at 0 of 3 traces; Esc ends it" in rig.text)
        await rig.press("escape")
        await rig.until(lambda: isinstance(rig.screen, OperationsScreen))
        await rig.until(lambda: reading.is_done)
        assert reading.looked_at == 0


async def test_orders_keep_the_row_under_the_cursor() -> None:
    """What is looked at stays."""
    async with opened(a_store()) as rig:
        await compare(rig, "status=error")
        await rig.press("down", "down")
        selected = rig.one(ContrastList).selected
        for _ in range(4):
            await rig.press("o")
            assert rig.one(ContrastList).selected == selected
