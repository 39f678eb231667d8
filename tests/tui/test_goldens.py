"""What each screen looks like at three sizes, as text.

`make goldens` draws them anew; look at the difference before committing it.
"""

from collections.abc import Awaitable, Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.events import Paste

from devtrace.scenarios.scenario import Catalogue
from devtrace.scenarios.shop import ServiceState, Status
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.contrast import ContrastScreen
from devtrace.tui.widgets.contrast_list import ContrastList
from devtrace.tui.widgets.found_list import FoundList
from devtrace.tui.widgets.group_table import GroupTable
from devtrace.tui.widgets.log_list import LogList
from devtrace.tui.widgets.moment_list import MomentList
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.trace_list import TraceList
from tests.builders import a_span
from tests.tui.bad_senders import NOW, bad_senders
from tests.tui.rig import SCENARIOS, Rig, opened
from tests.tui.shop_logs import shop_logs
from tests.tui.shop_metrics import shop_metrics
from tests.tui.shop_plays import LOST_CONTEXT, settled
from tests.tui.shop_trace import send, shop_trace

_HOSTILE = "\x1b[2J[red]x[/red]\u202eevil\n價格 👩‍👩‍👧 " + "long " * 50

SIZES = ((120, 40), (80, 24), (60, 20))


class _Text(SingleFileSnapshotExtension):
    """A screen as the text it shows."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


def shop_store() -> TraceStore:
    """Return what is held after the three scenarios were played."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    send(store, shop_trace("slow_payment", name="two", start_ms=1_900))
    send(store, shop_trace("failed_charge", name="three", start_ms=5_200))
    send(store, shop_trace(name="four", start_ms=7_100))
    return store


def broken_store() -> TraceStore:
    """Return a trace whose call to orders was never received."""
    store = TraceStore()
    send(store, [sent for sent in shop_trace() if sent[1].name != "POST /orders"])
    return store


def loop_store() -> TraceStore:
    """Return a trace that asks the database once for each of twelve orders, and fails twice."""
    store = TraceStore()
    asked = [
        a_span(f"ask{number}", parent="list", name="SELECT order", kind=3, start_ms=6 + 7 * number,
               duration_ms=5, attributes={"db.system": "sqlite", "shop.shard": f"{number % 3}"},
               status=2 if number in {5, 9} else 0, message="locked" if number in {5, 9} else "")
        for number in range(12)
    ]  # fmt: skip
    others = [
        a_span(
            f"log{number}", parent="list", name="audit", start_ms=12 + 7 * number, duration_ms=1
        )
        for number in range(5)
    ]
    send(store, [
        ("gateway", a_span("root", name="GET /orders", kind=2, duration_ms=104)),
        ("orders", a_span("list", parent="root", name="list orders", start_ms=3, duration_ms=95)),
        *(("orders", span) for span in (*asked, *others)),
    ])  # fmt: skip
    return store


def hostile_store() -> TraceStore:
    """Return a trace made of text that tries to do something to the terminal."""
    store = TraceStore()
    spans = [
        (
            _HOSTILE,
            a_span("root", name=_HOSTILE, duration_ms=40, attributes={_HOSTILE: _HOSTILE}),
        ),
        ("價格", a_span("child", parent="root", name="GET /posts/[id]", duration_ms=20)),
    ]
    send(store, spans)
    return store


async def traces(rig: Rig) -> None:
    """Select the declined checkout in the list."""
    await rig.press("up")


async def query(rig: Rig) -> None:
    """Keep a query that one trace matches."""
    await rig.press("slash", *"status=error")
    await rig.until(lambda: "1 of 4 traces" in rig.text)
    await rig.press("enter")
    await rig.until(lambda: rig.one(TraceList).has_focus)
    await rig.settle()


async def wrong_query(rig: Rig) -> None:
    """Slip in a query; pasted, so that nothing is asked for half-way."""
    await rig.press("slash")
    rig.app.post_message(Paste("status=eror"))
    await rig.until(lambda: "no status 'eror'" in rig.text and "4 of 4 traces" in rig.text)
    await rig.settle()


async def trace(rig: Rig) -> None:
    """Open the slow checkout with its critical path, on the slow hop."""
    await rig.press("up", "up", "enter", "c")
    await rig.press(*["down"] * 10)


async def finding(rig: Rig) -> None:
    """Find the spans of the charge in the declined checkout."""
    await rig.press("up", "enter", "slash", *"charge", "enter")
    await rig.until(lambda: "1 of 3" in rig.text and rig.one(SpanTree).has_focus)
    await rig.press("n")


async def failed(rig: Rig) -> None:
    """Open the declined checkout on its innermost error."""
    await rig.press("up", "enter", "E")


async def first_trace(rig: Rig) -> None:
    """Open the only trace there is."""
    await rig.press("enter")


async def compared(rig: Rig) -> None:
    """Compare the slow checkout with the first, on the slow hop."""
    await rig.press("home", "m", "down", "equals_sign", "c")


async def missing(rig: Rig) -> None:
    """Compare the declined checkout with the first, only what differs, on a missing span."""
    await rig.press("home", "m", "down", "down", "equals_sign", "u", "E")


async def alike(rig: Rig) -> None:
    """Open one of two runs of look-alikes and stand in it, zoomed to the second half."""
    await rig.press(
        "enter", "right_curly_bracket", "down", "down", "left", "down", "down", "plus"
    )


async def flame(rig: Rig) -> None:
    """Look at the slow checkout as a flame, at the call to payments."""
    await rig.press("up", "up", "enter", "v", "down", "down", "down", "down")


async def merged(rig: Rig) -> None:
    """Look at the loop as a flame merged by name, zoomed to the list."""
    await rig.press("enter", "v", "b", "down", "enter", "down")


async def table(rig: Rig) -> None:
    """Group the loop by operation, by what failed."""
    await rig.press("enter", "v", "v")
    await rig.until(lambda: rig.one(GroupTable).row_count() == 4)
    await rig.press(*["greater_than_sign"] * 3)


async def table_spans(rig: Rig) -> None:
    """Open a group and go to its second span."""
    await rig.press("enter", "v", "v")
    await rig.until(lambda: rig.one(GroupTable).row_count() == 4)
    await rig.press("down", "down", "enter", "down")


async def raw(rig: Rig) -> None:
    """Look at the root as it was sent, its resource folded."""
    await rig.press("up", "enter", "V", *["down"] * 3, "enter")


async def scenarios(rig: Rig) -> None:
    """Look at the second scenario."""
    await rig.press("6", "down")


async def settled_play(rig: Rig) -> None:
    """Look at a play that has not shown all it promises, and at a service that is gone."""
    await rig.stage.open()
    shop = rig.stage.shop
    shop.services["payments"] = ServiceState(status=Status.EXITED, message="killed by signal 9")
    shop.failure = "payments was killed by signal 9"
    rig.stage.catalogue = Catalogue((*SCENARIOS, LOST_CONTEXT), ())
    rig.stage.showings["lost_context"] = settled(
        LOST_CONTEXT,
        (False, "2 traces (not 1)", "", ""),
        (True, "1 span", "ab" * 16, "cd" * 8),
    )
    await rig.press("6", "end", "tab")


async def no_logs(rig: Rig) -> None:
    """Look at the logs before there is one."""
    await rig.press("4")


async def logs(rig: Rig) -> None:
    """Look at the error with an exception in the list of logs."""
    await rig.press("4", "up", "E")


async def moments(rig: Rig) -> None:
    """Open a trace from its log record and show what else was said."""
    await rig.press("4", "up", "E", "enter", "L")
    await rig.until(lambda: rig.one(MomentList).size.height > 1)
    await rig.press("home", "down", "down", "down")


async def no_metrics(rig: Rig) -> None:
    """Look at the metrics before there is one."""
    await rig.press("5")


async def metrics(rig: Rig) -> None:
    """Look at the histogram in the list of metrics."""
    await rig.press("5")


async def quantiles(rig: Rig) -> None:
    """Open the histogram as a chart, on its first exemplar."""
    await rig.press("5", "enter")


async def buckets(rig: Rig) -> None:
    """Open the exponential histogram as bars."""
    await rig.press("5", "end", "up", "up", "up", "enter", "v")


async def rate(rig: Rig) -> None:
    """Open a counter, which is drawn as how fast it grows."""
    await rig.press("5", "down", "down", "enter")


async def services(rig: Rig) -> None:
    """Choose the call from orders to payments on the map."""
    await rig.press("2")
    await rig.until(lambda: "gateway" in rig.text)
    await rig.press("down", "down")
    while "orders → payments" not in rig.text:
        await rig.press("tab")


async def calls(rig: Rig) -> None:
    """Look at who calls whom as a list."""
    await rig.press("2")
    await rig.until(lambda: "gateway" in rig.text)
    await rig.press("v", "down")


async def no_operations(rig: Rig) -> None:
    """Look at the operations before there is one."""
    await rig.press("3")


async def operations(rig: Rig) -> None:
    """Look at the third operation of the list."""
    await rig.press("3")
    await rig.until(lambda: "card.charge" in rig.text)
    await rig.press("down", "down")


async def found(rig: Rig) -> None:
    """List the traces of the slowest operation."""
    await rig.press("3")
    await rig.until(lambda: "card.charge" in rig.text)
    await rig.press("enter")
    await rig.until(lambda: rig.one(FoundList).row_count() == 4)


async def contrast(rig: Rig) -> None:
    """Compare the checkouts that failed with all others, and go to the second operation."""
    await operations(rig)
    await rig.press("equals_sign", *"status=error", "enter")
    await rig.until(lambda: "which traces (B)" in rig.text)
    await rig.press("enter")
    await rig.until(
        lambda: isinstance(rig.screen, ContrastScreen) and rig.screen.reading.is_done
    )
    await rig.until(lambda: rig.one(ContrastList).row_count() > 0)
    await rig.press("down")


async def contrast_query(rig: Rig) -> None:
    """Begin to ask which traces to compare."""
    await operations(rig)
    await rig.press("equals_sign", *"stat")
    await rig.until(lambda: "status  Tab" in rig.text)


async def logs_query(rig: Rig) -> None:
    """List the log records that warn."""
    await rig.press("4", "slash", *"severity>=warn")
    await rig.until(lambda: " records" in rig.lines[1])
    await rig.press("enter")
    await rig.until(lambda: rig.one(LogList).has_focus)


async def help_page(rig: Rig) -> None:
    """Ask for every key."""
    await rig.press("question_mark")


async def completion(rig: Rig) -> None:
    """Begin to type a field."""
    await rig.press("slash", *"sta")
    await rig.until(lambda: "span:status" in rig.text and "0 of 4 traces" in rig.text)


async def copying(rig: Rig) -> None:
    """Ask what can be copied of a span."""
    await rig.press("enter", "y")


async def attributes(rig: Rig) -> None:
    """Ask by which attribute to narrow the list."""
    await rig.press("enter", "f")


async def files(rig: Rig) -> None:
    """Ask what was read."""
    await rig.press("ctrl+o")


async def load(rig: Rig) -> None:
    """Ask how often to play."""
    await rig.press("6", "plus")


async def diagnostics(rig: Rig) -> None:
    """Look at what is wrong with the sender of snake_case."""
    rig.app._desk.wall_clock = lambda: NOW
    await rig.press("exclamation_mark", "down")


async def counted(rig: Rig) -> None:
    """Look at everything that is counted."""
    rig.app._desk.wall_clock = lambda: NOW
    await rig.press("exclamation_mark", "home")


async def as_it_opens(rig: Rig) -> None:
    """Do nothing."""


SCENES: dict[str, tuple[Callable[[], TraceStore], Callable[[Rig], Awaitable[None]]]] = {
    "welcome": (TraceStore, as_it_opens),
    "traces": (shop_store, traces),
    "query": (shop_store, query),
    "wrong-query": (shop_store, wrong_query),
    "trace": (shop_store, trace),
    "finding": (shop_store, finding),
    "failed": (shop_store, failed),
    "compared": (shop_store, compared),
    "missing": (shop_store, missing),
    "alike": (loop_store, alike),
    "flame": (shop_store, flame),
    "flame-merged": (loop_store, merged),
    "table": (loop_store, table),
    "table-spans": (loop_store, table_spans),
    "raw": (shop_store, raw),
    "broken": (broken_store, first_trace),
    "hostile": (hostile_store, first_trace),
    "settled": (shop_store, settled_play),
    "scenarios": (shop_store, scenarios),
    "no-logs": (shop_store, no_logs),
    "logs": (shop_store, logs),
    "moments": (shop_store, moments),
    "no-metrics": (shop_store, no_metrics),
    "metrics": (shop_store, metrics),
    "quantiles": (shop_store, quantiles),
    "buckets": (shop_store, buckets),
    "rate": (shop_store, rate),
    "services": (shop_store, services),
    "calls": (shop_store, calls),
    "operations": (shop_store, operations),
    "no-operations": (TraceStore, no_operations),
    "found": (shop_store, found),
    "contrast": (shop_store, contrast),
    "contrast-query": (shop_store, contrast_query),
    "logs-query": (shop_store, logs_query),
    "help": (shop_store, help_page),
    "completion": (shop_store, completion),
    "copy": (shop_store, copying),
    "attributes": (shop_store, attributes),
    "files": (shop_store, files),
    "load": (shop_store, load),
    "wrong-port": (TraceStore, as_it_opens),
    "notice": (shop_store, traces),
    "diagnostics": (shop_store, diagnostics),
    "counters": (shop_store, counted),
}
LOGS: dict[str, Callable[[], LogStore]] = {
    "logs": shop_logs,
    "moments": shop_logs,
    "logs-query": shop_logs,
}
"""What is held of logs in the scenes that have any."""
METRICS = {"metrics", "quantiles", "buckets", "rate"}
"""The scenes in which metrics are held."""
BAD_SENDERS = {"wrong-port", "notice", "diagnostics", "counters"}
"""The scenes in which senders do something wrong."""


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", SCENES)
async def test_a_screen_is_laid_out_as_it_was(
    scene: str, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    """A change of layout is seen before it is shipped."""
    store, act = SCENES[scene]
    logs = LOGS.get(scene, LogStore)
    counters = bad_senders() if scene in BAD_SENDERS else None
    metrics = shop_metrics() if scene in METRICS else None
    async with opened(
        store(), logs=logs(), metrics=metrics, size=size, counters=counters
    ) as rig:
        await act(rig)
        assert rig.text == snapshot(extension_class=_Text)
