"""What each screen looks like at three sizes, as text.

`make goldens` draws them anew; look at the difference before committing it.
"""

from collections.abc import Awaitable, Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from devtrace.scenarios.scenario import Catalogue
from devtrace.scenarios.shop import ServiceState, Status
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore
from devtrace.tui.widgets.found_list import FoundList
from devtrace.tui.widgets.moment_list import MomentList
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


async def trace(rig: Rig) -> None:
    """Open the slow checkout with its critical path, on the slow hop."""
    await rig.press("up", "up", "enter", "c")
    await rig.press(*["down"] * 10)


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


async def help_page(rig: Rig) -> None:
    """Ask for every key."""
    await rig.press("question_mark")


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
    "trace": (shop_store, trace),
    "failed": (shop_store, failed),
    "compared": (shop_store, compared),
    "missing": (shop_store, missing),
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
    "help": (shop_store, help_page),
    "wrong-port": (TraceStore, as_it_opens),
    "notice": (shop_store, traces),
    "diagnostics": (shop_store, diagnostics),
    "counters": (shop_store, counted),
}
LOGS: dict[str, Callable[[], LogStore]] = {"logs": shop_logs, "moments": shop_logs}
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
