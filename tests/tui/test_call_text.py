"""The figures of calls in words."""

import pytest

from devtrace.analysis.peers import Node, NodeKind
from devtrace.analysis.services import CLIENTS, Edge
from devtrace.analysis.tally import Tally
from devtrace.tui.call_text import (
    call_figures,
    choice_text,
    full_figures,
    node_figures,
    node_mark,
    rate_text,
)
from devtrace.tui.text import Piece
from devtrace.tui.theme import DARK, ServiceHues, palette_of
from tests.builders import MILLISECOND

PALETTE = palette_of(DARK.name)
ORDERS = Node(NodeKind.SERVICE, "orders")


def a_tally(calls: int, errors: int = 0) -> Tally:
    """Return calls of 10 ms, of which the first failed."""
    tally = Tally()
    for number in range(calls):
        tally.add(10 * MILLISECOND, is_error=number < errors, self_nano=0)
    return tally


def text(pieces: list[Piece]) -> str:
    """Return what is written."""
    return "".join(text for text, _ in pieces)


def test_errors_are_said_only_where_there_are_any() -> None:
    """With a mark, since colour is never the only sign."""
    assert text(call_figures(a_tally(4), PALETTE)) == "4 10ms"
    assert text(call_figures(a_tally(4, 1), PALETTE)) == "4 ✘25% 10ms"
    assert text(call_figures(Tally(), PALETTE)) == ""


def test_a_node_tells_its_rate_or_why_it_has_none() -> None:
    """Clients send no spans; a service may only call others."""
    assert text(node_figures(ORDERS, a_tally(4), 8, PALETTE)) == "0.5/s 10ms"
    assert text(node_figures(CLIENTS, Tally(), 8, PALETTE)) == "sent no spans"
    assert text(node_figures(ORDERS, Tally(), 8, PALETTE)) == "takes no calls"


def test_a_choice_is_called_by_its_ends() -> None:
    """Work that nobody called has one."""
    assert choice_text(ORDERS) == "orders"
    assert choice_text(Edge(CLIENTS, ORDERS)) == "clients → orders"
    assert choice_text(Edge(ORDERS, ORDERS)) == "orders, by itself"


def test_everything_known_is_one_line() -> None:
    """One call is not calls."""
    assert text(full_figures(a_tally(1), 4, PALETTE)).startswith("1 call  0.25/s  0 % errors")
    assert "✘ 50 % errors" in text(full_figures(a_tally(2, 1), 4, PALETTE))
    assert text(full_figures(Tally(), 4, PALETTE)) == "no calls are held any more"


@pytest.mark.parametrize(
    ("count", "seconds", "expected"),
    [(0, 1, "0"), (3, 8, "0.375"), (1, 3, "0.333"), (157, 10, "15.7"), (31_000, 10, "3100")],
)
def test_a_rate_has_three_digits(count: int, seconds: int, expected: str) -> None:
    """More would change all the time and tell nothing."""
    assert rate_text(count, seconds) == expected


def test_each_kind_of_node_has_a_mark_of_its_own() -> None:
    """Without colour they are still told apart."""
    hues = ServiceHues()
    marks = {node_mark(Node(kind, "x"), PALETTE, hues)[0] for kind in NodeKind}

    assert len(marks) == len(NodeKind)
