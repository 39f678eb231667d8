"""What an open trace said is one key away, and leads back to the spans that said it."""

from devtrace.store.ring import TraceStore
from devtrace.tui.widgets.moment_list import MomentList
from devtrace.tui.widgets.span_detail import SpanDetail
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_log, a_log_batch, a_span, span_id_of
from tests.tui.rig import opened
from tests.tui.screens.test_logs import a_store, selected_span
from tests.tui.shop_logs import shop_logs


async def test_logs_take_the_place_of_the_detail_and_give_it_back() -> None:
    """With the keys, so that one can read at once."""
    async with opened(a_store(), logs=shop_logs()) as rig:
        await rig.press("enter", "L")
        assert rig.one(MomentList).has_focus
        assert not rig.one(SpanDetail).display
        assert "Logs  6 records, 2 span events" in rig.text

        await rig.press("tab")
        assert rig.one(SpanTree).has_focus
        await rig.press("tab", "L")
        assert rig.one(SpanTree).has_focus
        assert rig.one(SpanDetail).display
        assert not rig.one(MomentList).display


async def test_enter_on_a_record_goes_to_its_span() -> None:
    """And gives the keys to the tree; one without a span says so."""
    async with opened(a_store(), logs=shop_logs()) as rig:
        await rig.press("enter", "L", "down", "down", "enter")
        assert selected_span(rig) == span_id_of("check")
        assert rig.one(SpanTree).has_focus

        rig.logs.consume_logs(a_log_batch(a_log("no span", trace="three", span=None)))
        rig.one(MomentList)._patience._again_at = 0
        await rig.settle()
        await rig.press("tab", "home", "enter")
        assert rig.toasts == ["this record names no span of the trace"]


async def test_logs_appear_whichever_comes_first() -> None:
    """R135: spans of a running request are often exported after its logs."""
    store = TraceStore()
    store.consume(a_batch(a_span("root")))
    async with opened(store) as rig:
        await rig.press("enter")
        rig.logs.consume_logs(a_log_batch(a_log("of the root"), a_log("of a child", span="c")))
        await rig.until(lambda: "of the root" in rig.text)
        assert "of a child" not in rig.text

        store.consume(a_batch(a_span("c", parent="root")))
        await rig.until(lambda: "2 spans" in rig.text)
        await rig.press("down")
        assert "of a child" in rig.text
