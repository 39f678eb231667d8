"""The map of services as characters."""

from devtrace.analysis.peers import Node, NodeKind
from devtrace.analysis.services import CLIENTS, Edge, call_samples
from devtrace.store.ring import TraceStore
from devtrace.tui.across import AcrossReading
from devtrace.tui.service_picture import ServicePicture
from devtrace.tui.service_view import ServiceView
from devtrace.tui.theme import DARK, ServiceHues, palette_of
from tests.builders import a_batch, a_span
from tests.tui.shop_trace import send, shop_trace

PALETTE = palette_of(DARK.name)
WIDTH = 119


def a_picture(store: TraceStore) -> tuple[ServicePicture, ServiceView]:
    """Return the picture of everything in *store*."""
    view = ServiceView(AcrossReading(store, call_samples, clock=lambda: 0.0))
    view.reading.step(1.0)
    view.refresh()
    return ServicePicture(view, ServiceHues()), view


def drawn(picture: ServicePicture, width: int = WIDTH) -> str:
    """Return the picture as text."""
    canvas = picture.draw(width, PALETTE)
    assert canvas is not None
    rows = ("".join(text for text, _ in canvas.pieces(y)) for y in range(canvas.height))
    return "\n".join(rows)


def shop() -> TraceStore:
    """Return a checkout that went well and one that was declined."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    send(store, shop_trace("failed_charge", name="two"))
    return store


def test_every_node_and_every_call_is_in_the_picture() -> None:
    """With figures on each line, and errors marked."""
    picture, view = a_picture(shop())
    text = drawn(picture)

    assert all(f" {node.name} " in text for node in view.nodes)
    assert text.count("▼") == len(view.edges) == 10
    assert "▼ 2 ✘50%" in text


def test_services_that_call_each_other_have_an_arrow_upwards() -> None:
    """The line that closes the cycle."""
    store = TraceStore()
    for service, span in (
        ("a", a_span("one", kind=2)),
        ("b", a_span("two", parent="one", kind=2)),
        ("a", a_span("three", parent="two", kind=2)),
    ):
        store.consume(a_batch(span, service=service))
    text = drawn(a_picture(store)[0])

    assert text.count("▲") == 1
    assert text.count("▼") == 2


def test_what_is_under_a_cell_is_found() -> None:
    """Boxes and lines, and nothing beside them."""
    picture, view = a_picture(shop())
    layout = picture.layout(WIDTH)
    assert layout is not None
    for node, box in layout.boxes.items():
        assert picture.at(box.x + 1, box.y + 1, WIDTH) == node
    edge = Edge(CLIENTS, Node(NodeKind.SERVICE, "gateway"))
    end = layout.paths[edge.caller, edge.callee][-1]
    assert picture.at(end.x, end.y, WIDTH) == edge
    assert picture.at(0, 0, WIDTH) is None
    assert picture.row_of(edge, WIDTH) == end.y
    assert view.selected == CLIENTS


def test_a_picture_that_does_not_fit_is_none() -> None:
    """A list serves better."""
    picture, _ = a_picture(shop())

    assert picture.draw(40, PALETTE) is None
    assert picture.at(1, 1, 40) is None


def test_places_are_looked_for_once() -> None:
    """Ten ticks a second would otherwise lay out the same graph."""
    picture, _ = a_picture(shop())
    for _ in range(3):
        drawn(picture)

    assert picture.layouts_made == 1
