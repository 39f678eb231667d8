"""Logs are seen as they come, and every record leads to the span it was written in."""

from devtrace.store.ring import TraceStore
from devtrace.tui.screens.logs import LogsScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.log_detail import LogDetail
from devtrace.tui.widgets.log_list import LogList
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_log, a_log_batch, a_span, span_id_of, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_logs import shop_logs
from tests.tui.shop_trace import send, shop_trace


def a_store() -> TraceStore:
    """Return what is held after the declined checkout."""
    store = TraceStore()
    send(store, shop_trace("failed_charge", name="three", start_ms=5_200))
    return store


def selected_span(rig: Rig) -> str:
    """Return the id of the span under the cursor of an open trace."""
    tree: SpanTree = rig.one(SpanTree)
    assert tree.selected_node is not None
    waterfall = tree._waterfall
    assert waterfall is not None
    return waterfall.keys[tree.selected_node]


def selected_line(rig: Rig) -> str:
    """Return the line of the list under the cursor."""
    (line,) = [line for line in rig.lines if line.startswith("▌")]
    return line


async def test_records_appear_without_a_key_being_pressed() -> None:
    """The first takes the place of the welcome, the next come below."""
    async with opened() as rig:
        await rig.press("4")
        assert "No log record received yet." in rig.text

        rig.logs.consume_logs(a_log_batch(a_log("one")))
        await rig.settle()
        rig.logs.consume_logs(a_log_batch(a_log("two", severity=17)))
        await rig.settle()

        await rig.until(lambda: "shop    two" in rig.text)
        assert "INFO  ● shop    one" in rig.text
        assert selected_line(rig).startswith("▌✘ 08:53:20.000 ERROR ● shop    two")
        assert "following  ● live" in rig.lines[0]
        assert "2 log records" in rig.lines[1]


async def test_enter_opens_the_trace_at_the_span_of_the_record() -> None:
    """And Escape leads back to the record."""
    async with opened(a_store(), logs=shop_logs()) as rig:
        await rig.press("4", "up", "E", "enter")

        assert isinstance(rig.screen, TraceScreen)
        assert selected_span(rig) == span_id_of("order.process")
        assert "Logs  1" in rig.text

        await rig.press("escape")
        assert isinstance(rig.screen, LogsScreen)
        assert "ERROR ● orders" in selected_line(rig)


async def test_a_span_that_comes_later_is_gone_to_when_it_comes() -> None:
    """Logs are often exported before the span in which they were written has ended."""
    store = TraceStore()
    store.consume(a_batch(a_span("root")))
    async with opened(store) as rig:
        rig.logs.consume_logs(a_log_batch(a_log("early", span="child")))
        await rig.press("4", "enter")
        assert selected_span(rig) == span_id_of("root")

        store.consume(a_batch(a_span("child", parent="root")))
        await rig.until(lambda: selected_span(rig) == span_id_of("child"))

        store.consume(a_batch(a_span("other", parent="root")))
        await rig.press("up")
        assert selected_span(rig) == span_id_of("root")


async def test_a_user_who_moved_is_not_moved_again() -> None:
    """What was sought before is no longer."""
    store = TraceStore()
    store.consume(a_batch(a_span("root"), a_span("a", parent="root")))
    async with opened(store) as rig:
        rig.logs.consume_logs(a_log_batch(a_log("early", span="child")))
        await rig.press("4", "enter", "down")

        store.consume(a_batch(a_span("child", parent="root", start_ms=5)))
        await rig.until(lambda: "child" in rig.text)

        assert selected_span(rig) == span_id_of("a")


async def test_a_record_that_leads_nowhere_says_why() -> None:
    """Its trace is gone, or it never had one."""
    async with opened(a_store(), logs=shop_logs()) as rig:
        await rig.press("4", "enter")
        assert rig.toasts[-1].startswith(f"trace {trace_id_of('gone')} is not held")
        assert "not held: evicted, or not arrived" in rig.text

        await rig.press("home", "enter")
        assert rig.toasts[-1] == "this record belongs to no trace: it has no trace id"
        assert isinstance(rig.screen, LogsScreen)


async def test_errors_are_one_key_apart() -> None:
    """Round the end if need be."""
    async with opened(logs=shop_logs()) as rig:
        await rig.press("4", "home", "e")
        assert "ERROR ● orders" in selected_line(rig)
        await rig.press("e")
        assert "FATAL ● notifications" in selected_line(rig)
        await rig.press("e")
        assert "ERROR ● orders" in selected_line(rig)


async def test_without_an_error_the_keys_say_so() -> None:
    """A key never does nothing."""
    async with opened() as rig:
        rig.logs.consume_logs(a_log_batch(a_log("fine")))
        await rig.press("4", "e")
        assert rig.toasts == ["no log record held is an error"]


async def test_pause_holds_the_list_and_counts_what_comes() -> None:
    """Receiving goes on."""
    async with opened() as rig:
        rig.logs.consume_logs(a_log_batch(a_log("one")))
        await rig.press("4", "space")
        rig.logs.consume_logs(a_log_batch(a_log("two"), a_log("three")))
        await rig.settle()
        assert "‖ paused  +2 new" in rig.lines[0]
        assert "two" not in rig.text

        await rig.press("space")
        assert "following  ● live" in rig.lines[0]
        assert " three " in selected_line(rig)


async def test_following_can_be_stopped_and_taken_up_again() -> None:
    """Taking it up shows the newest, also after a pause."""
    async with opened() as rig:
        rig.logs.consume_logs(a_log_batch(*(a_log(f"{number}") for number in range(60))))
        await rig.press("4", "f")
        rig.logs.consume_logs(a_log_batch(a_log("newest")))
        await rig.settle()
        assert "+1 ↓  ● live" in rig.lines[0]

        await rig.press("space", "f")
        assert " newest " in selected_line(rig)
        assert "following  ● live" in rig.lines[0]


async def test_the_detail_can_be_scrolled_with_the_keys() -> None:
    """Tab gives it the keys, and takes them back."""
    async with opened(logs=shop_logs()) as rig:
        await rig.press("4")
        await rig.press("tab")
        assert rig.one(LogDetail).has_focus
        await rig.press("tab")
        assert rig.one(LogList).has_focus


async def test_clearing_forgets_the_logs_and_nothing_else() -> None:
    """The welcome is back, the traces stay, and what comes next is shown."""
    store = a_store()
    async with opened(store, logs=shop_logs()) as rig:
        await rig.press("4", "space", "X")
        await rig.until(lambda: "No log record received yet." in rig.text)
        assert len(store) == 1

        rig.logs.consume_logs(a_log_batch(a_log("next")))
        await rig.settle()
        assert " next " in selected_line(rig)


async def test_copying_offers_what_the_record_has() -> None:
    """Body, JSON, and the ids that there are."""
    async with opened(logs=shop_logs()) as rig:
        await rig.press("4", "y", "b")
        assert rig.app.clipboard == "no such template\nreceipt.html"
        await rig.press("y", "t")
        assert rig.app.clipboard == trace_id_of("gone")
        await rig.press("y", "s")
        assert rig.app.clipboard == span_id_of("process")
        await rig.press("y", "j")
        assert '"severityNumber": 21' in rig.app.clipboard
        await rig.press("up", "y", "b")
        assert rig.app.clipboard == '{"what": "checkout refused", "status": 402}'

        await rig.press("home", "y", "t")
        assert "trace id" not in "\n".join(rig.lines[15:25])
        await rig.press("escape")
        assert isinstance(rig.screen, LogsScreen)


async def test_the_header_leads_to_the_logs() -> None:
    """A click is as good as a key; the same key leads back from a trace to the list."""
    async with opened(a_store(), logs=shop_logs()) as rig:
        await rig.pilot.click(offset=(rig.lines[0].index("4 Logs"), 0))
        await rig.settle()
        assert isinstance(rig.screen, LogsScreen)

        await rig.press("up", "E", "enter", "4")
        assert isinstance(rig.screen, LogsScreen)
