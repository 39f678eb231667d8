"""The map of services: walked in by keys and mouse, and the traces behind it."""

from devtrace.analysis.services import CLIENTS, Edge
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.found import FoundScreen
from devtrace.tui.screens.services import ServicesScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.service_view import ServiceView
from devtrace.tui.widgets.found_list import FoundList
from devtrace.tui.widgets.service_map import ServiceMap
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import send, shop_trace


def a_store() -> TraceStore:
    """Return what is held after two checkouts, of which one was declined."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    send(store, shop_trace("failed_charge", name="two", start_ms=900))
    return store


async def show_map(rig: Rig) -> ServiceView:
    """Go to the map and wait until it is drawn."""
    await rig.press("2")
    await rig.until(lambda: "notifications" in rig.text)
    view: ServiceView = rig.screen._view
    return view


def name_of(view: ServiceView) -> str:
    """Return the name of the chosen node or of its callee."""
    assert view.node is not None
    return view.node.name


async def test_one_walks_through_the_map_to_a_failed_span() -> None:
    """Down to orders, along its call to payments, to the trace that failed, at the span."""
    async with opened(a_store()) as rig:
        view = await show_map(rig)
        assert view.selected == CLIENTS
        await rig.press("down", "down")
        assert name_of(view) == "orders"
        while name_of(view) != "payments":
            await rig.press("tab")
        assert isinstance(view.selected, Edge)
        assert "orders → payments" in rig.text
        await rig.press("enter")
        assert isinstance(rig.screen, FoundScreen)
        await rig.until(lambda: rig.one(FoundList).selected == trace_id_of("two"))
        await rig.press("enter")
        assert isinstance(rig.screen, TraceScreen)
        await rig.until(lambda: "card declined" in rig.text)
        await rig.press("escape", "escape")
        assert isinstance(rig.screen, ServicesScreen)


async def test_arrows_lead_from_box_to_box() -> None:
    """And stop at the border."""
    async with opened(a_store()) as rig:
        view = await show_map(rig)
        await rig.press("up", "left", "down", "down", "left")
        left = name_of(view)
        await rig.press("left", "right")
        assert left == "auth"
        assert name_of(view) == "orders"
        await rig.press("right", "tab", "down")
        assert name_of(view) == "sqlite"
        await rig.press("up", "up")
        assert name_of(view) == "gateway"


async def test_a_click_chooses_what_is_under_it() -> None:
    """A box, or a line."""
    async with opened(a_store()) as rig:
        view = await show_map(rig)
        row = next(y for y, line in enumerate(rig.lines) if "● gateway ─" in line)
        column = rig.lines[row].index("gateway")
        await rig.pilot.click(ServiceMap, offset=(column, row - 1))
        await rig.until(lambda: name_of(view) == "gateway")
        arrow = next(y for y, line in enumerate(rig.lines) if "▼" in line)
        await rig.pilot.click(ServiceMap, offset=(rig.lines[arrow].index("▼"), arrow - 1))
        await rig.until(lambda: isinstance(view.selected, Edge))


async def test_the_list_shows_the_same_calls() -> None:
    """On demand, and where there is no room for a map."""
    async with opened(a_store()) as rig:
        view = await show_map(rig)
        await rig.press("v")
        assert not rig.one(ServiceMap).is_picture
        assert "caller" in rig.text
        await rig.press("home", "down")
        assert view.selected == view.edges[1]
        await rig.press("v")
        assert rig.one(ServiceMap).is_picture
        await rig.resize(44, 20)
        await rig.until(lambda: "caller" in rig.text)
        assert not rig.one(ServiceMap).is_picture
        await rig.resize(120, 40)
        await rig.until(lambda: rig.one(ServiceMap).is_picture)


async def test_figures_change_in_place() -> None:
    """A picture is laid out once for what is in it, however often figures change."""
    async with opened(a_store()) as rig:
        await show_map(rig)
        reading, picture = rig.screen.reading, rig.one(ServiceMap)._picture
        await rig.until(lambda: reading.is_idle)
        await rig.settle()
        before = picture.layouts_made
        send(rig.store, shop_trace(name="three"))
        await rig.until(lambda: len(reading.tallies) == 3 and reading.is_idle)
        await rig.settle()
        assert rig.screen._view.calls_of(CLIENTS).count == 3
        assert picture.layouts_made <= before + 4  # the trace arrived in pieces


async def test_the_picture_has_the_colours_of_the_theme() -> None:
    """Also when no figure changes after another was chosen."""
    async with opened(a_store()) as rig:
        await show_map(rig)
        reading = rig.screen.reading
        await rig.until(lambda: reading.is_idle)
        await rig.settle()
        canvas = rig.one(ServiceMap)._canvas
        await rig.press("t")
        await rig.until(lambda: rig.one(ServiceMap)._canvas is not canvas)


async def test_many_services_are_a_list() -> None:
    """Three hundred boxes are no picture."""
    store = TraceStore()
    for number in range(300):
        root = a_span("root", trace=str(number), kind=3)
        store.consume(a_batch(root, service="hub"))
        called = a_span("called", trace=str(number), parent="root", kind=2)
        store.consume(a_batch(called, service=f"service {number}"))
    async with opened(store) as rig:
        await rig.press("2")
        await rig.until(lambda: "too dense" in rig.text)
        await rig.until(lambda: len(rig.screen._view.edges) == 300)
        await rig.press("end")
        await rig.until(lambda: "service 99" in rig.text)


async def test_an_empty_map_helps() -> None:
    """It says where to send spans, as the list of traces does."""
    async with opened() as rig:
        await rig.press("2")
        await rig.until(lambda: "OTEL_EXPORTER_OTLP_ENDPOINT" in rig.text)
