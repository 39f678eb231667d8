"""The nodes and edges of the map, and what is chosen of them."""

from devtrace.analysis.peers import Node, NodeKind
from devtrace.analysis.services import CLIENTS, Edge, call_samples
from devtrace.store.ring import TraceStore
from devtrace.tui.across import AcrossReading
from devtrace.tui.service_view import ServiceView
from tests.tui.shop_trace import send, shop_trace


def service(name: str) -> Node:
    """Return the node of a service."""
    return Node(NodeKind.SERVICE, name)


def a_view(*, fails: bool = False) -> ServiceView:
    """Return a view of one checkout, or of two of which one was declined."""
    store = TraceStore()
    send(store, shop_trace(name="one"))
    if fails:
        send(store, shop_trace("failed_charge", name="two"))
    view = ServiceView(AcrossReading(store, call_samples, clock=lambda: 0.0))
    view.reading.step(1.0)
    view.refresh()
    return view


def test_the_entry_is_chosen_first() -> None:
    """One begins to read where requests come in."""
    view = a_view()

    assert view.selected == CLIENTS
    assert not view.refresh()


def test_a_node_stands_for_the_calls_it_takes() -> None:
    """Clients, which take none, for those they make."""
    view = a_view(fails=True)

    assert view.calls_of(service("payments")).errors == 1
    assert view.edges_of(service("payments")) == [Edge(service("orders"), service("payments"))]
    assert view.edges_of(CLIENTS) == [Edge(CLIENTS, service("gateway"))]
    assert view.calls_of(CLIENTS).count == 2
    assert view.tally(CLIENTS).count == 0


def test_the_calls_of_a_node_are_walked_in_a_ring() -> None:
    """Those it makes, those it takes, and back to the node."""
    view = a_view()
    view.selected = users = service("users")
    seen = []
    for _ in range(3):
        view.select_next_edge(1)
        seen.append(view.selected)

    assert seen == [
        Edge(users, Node(NodeKind.DATABASE, "sqlite")),
        Edge(service("gateway"), users),
        users,
    ]


def test_a_choice_that_leaves_is_replaced() -> None:
    """By the entry of what is left; by nothing when nothing is."""
    view = a_view()
    view.selected = service("payments")
    store = view.reading._store
    store.clear()
    view.reading.step(1.0)
    assert view.refresh()

    assert view.selected is None
    view.select_next_edge(1)
    assert not view.nodes
