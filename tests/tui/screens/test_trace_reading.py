"""A trace is shown with those that links tie to it, and alone again."""

import pytest

from devtrace.store.ring import TraceStore
from devtrace.tui.joined_waterfall import JoinedWaterfall
from devtrace.tui.screens import trace_reading
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.moment_list import MomentList
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_log, a_log_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.test_back_links import a_consumer


def a_store() -> TraceStore:
    """Return a store with an order and the mail that its message caused 94 ms later."""
    store = TraceStore()
    store.consume(
        a_batch(
            a_span("request", trace="order", duration_ms=20),
            a_span("publish", trace="order", parent="request", start_ms=5, duration_ms=1),
            a_consumer("mail", "mail", ("order", "publish"), start_ms=100, status=2),
        )
    )
    return store


async def show(rig: Rig, trace: str) -> SpanTree:
    """Open a trace and wait until it is drawn."""
    screen = TraceScreen(rig.app._desk, trace_id_of(trace), mode="Traces")
    rig.app.push_screen(screen)
    await rig.until(lambda: rig.screen is screen and screen._tree.row_count() > 0)
    return screen._tree


async def test_one_key_joins_and_the_same_separates() -> None:
    """The title says how many there are; the span under the cursor stays."""
    async with opened(a_store(), size=(160, 30)) as rig:
        tree = await show(rig, "mail")
        await rig.press("J")
        await rig.until(lambda: tree.row_count() == 3)
        assert "2 traces as one" in rig.text
        assert "↗ linked, 94ms later" in rig.text
        assert tree.selected_node == 2
        await rig.press("J")
        assert tree.row_count() == 1
        assert "as one" not in rig.lines[1]


async def test_find_errors_folds_and_links_go_through_all_of_them() -> None:
    """What can be seen can be gone to, without another screen."""
    async with opened(a_store(), size=(160, 30)) as rig:
        tree = await show(rig, "order")
        await rig.press("J")
        await rig.until(lambda: tree.row_count() == 3)
        await rig.press("e")
        assert tree.selected_node == 2
        screens = len(rig.app.screen_stack)
        await rig.press("o")
        assert (tree.selected_node, len(rig.app.screen_stack)) == (1, screens)
        await rig.press("escape")
        assert (tree.selected_node, len(rig.app.screen_stack)) == (2, screens)
        await rig.press("p", "left")
        assert tree.row_count() == 2


async def test_of_a_span_of_another_trace_its_own_logs_are_shown() -> None:
    """Each trace has its own."""
    async with opened(a_store(), size=(160, 40)) as rig:
        rig.app._desk.session.logs.consume_logs(
            a_log_batch(a_log("mail is out", trace="mail", span="mail"))
        )
        tree = await show(rig, "order")
        await rig.press("J")
        await rig.until(lambda: tree.row_count() == 3)
        await rig.press("end")
        await rig.until(lambda: "mail is out" in rig.text)


async def test_the_logs_of_all_of_them_are_listed_in_one_order() -> None:
    """What one said lies between what the other said; alone again, it is left out."""
    async with opened(a_store(), size=(160, 40)) as rig:
        rig.logs.consume_logs(
            a_log_batch(
                a_log("late", trace="order", at_ms=200),
                a_log("mail is out", trace="mail", span="mail", at_ms=100),
                a_log("early", trace="order", at_ms=1),
            )
        )
        tree = await show(rig, "order")
        await rig.press("J")
        await rig.until(lambda: tree.row_count() == 3)
        await rig.press("L")
        moments = rig.one(MomentList)
        await rig.until(lambda: moments.row_count() == 3)
        assert [moment.said.summary for moment in moments._moments] == [
            "early",
            "mail is out",
            "late",
        ]


async def test_without_links_it_says_so_and_waits() -> None:
    """What comes later joins."""
    store = TraceStore()
    store.consume(a_batch(a_span("publish", trace="order")))
    async with opened(store, size=(160, 30)) as rig:
        tree = await show(rig, "order")
        await rig.press("J")
        assert "no held trace is tied" in rig.toasts[-1]
        store.consume(a_batch(a_consumer("mail", "mail", ("order", "publish"), start_ms=100)))
        await rig.until(lambda: isinstance(tree._waterfall, JoinedWaterfall))


async def test_a_long_trace_is_shown_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says where to go instead."""
    monkeypatch.setattr(trace_reading, "MAX_JOINED_SPANS", 1)
    async with opened(a_store(), size=(160, 30)) as rig:
        tree = await show(rig, "order")
        await rig.press("J")
        assert "are shown alone" in rig.toasts[-1]
        assert tree.row_count() == 2
