"""The list of operations and the traces behind a row."""

from devtrace.store.ring import TraceStore
from devtrace.tui.screens.found import FoundScreen
from devtrace.tui.screens.operations import OperationsScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.found_list import FoundList
from devtrace.tui.widgets.operation_list import OperationList
from devtrace.tui.widgets.query_bar import QueryBar
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import opened
from tests.tui.shop_trace import send, shop_trace


def a_store() -> TraceStore:
    """Return what is held after three checkouts, of which one was declined."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    send(store, shop_trace("failed_charge", name="two", start_ms=900))
    send(store, shop_trace("slow_payment", name="three", start_ms=1_900))
    return store


async def test_a_row_leads_to_the_failed_span_in_two_keys() -> None:
    """Enter lists the traces, failed first, and Enter opens that at the span."""
    async with opened(a_store()) as rig:
        await rig.press("3")
        await rig.until(lambda: "card.charge" in rig.text)
        assert isinstance(rig.screen, OperationsScreen)
        while rig.screen._view.selected.name != "card.charge":
            await rig.press("down")
        await rig.press("enter")
        assert isinstance(rig.screen, FoundScreen)
        await rig.until(lambda: rig.one(FoundList).selected == trace_id_of("two"))
        await rig.press("enter")
        assert isinstance(rig.screen, TraceScreen)
        await rig.until(lambda: rig.one(SpanTree).size.height > 1)
        await rig.until(lambda: "CardDeclinedError" in rig.text)
        assert rig.screen.chosen == trace_id_of("two")
        await rig.press("escape", "escape")
        assert isinstance(rig.screen, OperationsScreen)


async def test_figures_follow_what_arrives_unless_paused() -> None:
    """Pausing stops the reading, and going on catches up."""
    store = TraceStore()
    store.consume(a_batch(a_span("one", trace="1", name="first operation")))
    async with opened(store) as rig:
        await rig.press("3")
        await rig.until(lambda: "first operation" in rig.text)
        await rig.press("space")
        rig.store.consume(a_batch(a_span("two", trace="2", name="second operation")))
        await rig.settle()
        assert "second operation" not in rig.text
        assert "paused" in rig.text
        await rig.press("space")
        await rig.until(lambda: "second operation" in rig.text)


async def test_an_empty_screen_helps() -> None:
    """It says where to send spans, as the list of traces does."""
    async with opened() as rig:
        await rig.press("3")
        await rig.until(lambda: "OTEL_EXPORTER_OTLP_ENDPOINT" in rig.text)
        rig.store.consume(a_batch(a_span("one", name="an operation")))
        await rig.until(lambda: "an operation" in rig.text)


async def test_nothing_is_read_while_the_screen_is_closed() -> None:
    """Ten thousand operations cost whoever looks at them."""
    async with opened(a_store()) as rig:
        await rig.press("3")
        await rig.until(lambda: "card.charge" in rig.text)
        reading = rig.screen.reading
        await rig.until(lambda: reading.is_idle)
        await rig.press("1")
        before = reading.traces_read
        rig.store.consume(a_batch(a_span("late", trace="four")))
        for _ in range(3):
            await rig.settle()
        assert reading.traces_read == before
        await rig.press("3")
        await rig.until(lambda: reading.traces_read == before + 1)


async def test_a_hostile_name_is_a_name() -> None:
    """Nobody writes to the terminal but the list."""
    store = TraceStore()
    store.consume(a_batch(a_span("one", name="\x1b[2J[red]x[/red]\u202e" + "long " * 2_000)))
    async with opened(store, size=(60, 20)) as rig:
        await rig.press("3")
        await rig.until(lambda: "[red]x" in rig.text)
        assert "\x1b" not in rig.text
        await rig.press("enter")
        await rig.until(lambda: isinstance(rig.screen, FoundScreen))
        await rig.until(lambda: rig.one(FoundList).row_count() == 1)
        assert "\x1b" not in rig.text


async def test_a_part_of_a_name_narrows_the_list_while_it_is_typed() -> None:
    """With a count; Enter keeps it, Escape takes it away, Up brings it back."""
    async with opened(a_store()) as rig:
        await rig.press("3")
        await rig.until(lambda: "card.charge" in rig.text)
        await rig.press("slash", *"payments card")
        await rig.until(lambda: "1 of " in rig.text)
        assert "shop.Auth/Verify" not in rig.text
        await rig.press("enter")
        await rig.until(lambda: rig.one(OperationList).has_focus)
        assert "card.charge" in rig.text
        await rig.press("escape")
        await rig.until(lambda: "shop.Auth/Verify" in rig.text)
        await rig.press("slash", "up")
        await rig.until(lambda: rig.one(QueryBar).text == "payments card")


async def test_the_order_is_named_and_goes_back() -> None:
    """In the header, and by the mark of its column."""
    async with opened(a_store(), size=(200, 30)) as rig:
        await rig.press("3")
        await rig.until(lambda: "p95▾" in rig.text)
        await rig.press("o", "o")
        await rig.until(lambda: "failed▾" in rig.text)
        assert "by greatest share of errors" in rig.text
        await rig.press("less_than_sign")
        await rig.until(lambda: "errors▾" in rig.text)
