"""From a span along its links, and along the critical path, and back."""

from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.store.ring import TraceStore
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.span_tree import SpanTree
from tests.builders import a_batch, a_span, span_id_of, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import send, shop_trace


def at(rig: Rig) -> str:
    """Return the name of the selected span."""
    tree = rig.one(SpanTree)
    return str(tree._waterfall.nodes[tree.selected_node].span.name)


def a_link(trace: str, span: str) -> trace_pb2.Span.Link:
    """Return a link to a span of a trace."""
    return trace_pb2.Span.Link(
        trace_id=bytes.fromhex(trace_id_of(trace)), span_id=bytes.fromhex(span_id_of(span))
    )


def linking(*links: trace_pb2.Span.Link) -> TraceStore:
    """Return a store with two traces, the newer of which has links."""
    store = TraceStore()
    store.consume(
        a_batch(a_span("other", trace="old"), a_span("sent", trace="old", parent="other"))
    )
    store.consume(
        a_batch(
            a_span("root", trace="new", links=links), a_span("near", trace="new", parent="root")
        )
    )
    return store


async def test_a_link_leads_into_another_trace_and_escape_back() -> None:
    """To the very span, and back to the one that links."""
    async with opened(linking(a_link("old", "sent"))) as rig:
        await rig.press("enter")
        first = rig.screen
        await rig.press("o")
        await rig.until(lambda: at(rig) == "sent")
        await rig.press("escape")
        assert rig.screen is first
        assert at(rig) == "root"


async def test_a_link_within_the_trace_moves_the_cursor() -> None:
    """No second screen for the same trace."""
    async with opened(linking(a_link("new", "near"))) as rig:
        await rig.press("enter", "o")
        assert at(rig) == "near"
        assert len(rig.app.screen_stack) == 2


async def test_of_several_links_one_is_picked() -> None:
    """Each says where it leads; Esc goes nowhere."""
    async with opened(
        linking(a_link("lost", "x"), a_link("new", "near"), a_link("old", "sent"))
    ) as rig:
        await rig.press("enter", "o")
        assert isinstance(rig.screen, PickScreen)
        assert [word in rig.text for word in ("not held", "in this trace", "3 links")] == [
            True
        ] * 3
        await rig.press("escape")
        assert at(rig) == "root"
        await rig.press("o", "down", "enter")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))
        assert at(rig) == "near"


async def test_a_link_is_followed_back() -> None:
    """The row and the detail say that something links to it; the key goes there, Esc comes back."""
    async with opened(linking(a_link("old", "sent"))) as rig:
        rig.app.push_screen(TraceScreen(rig.app._desk, trace_id_of("old"), mode="Traces"))
        await rig.until(lambda: "other" in rig.text and "↙" in rig.text)
        await rig.press("down")
        await rig.until(lambda: "Linked from  1" in rig.text)
        await rig.press("o")
        await rig.until(lambda: at(rig) == "root")
        await rig.press("escape")
        assert at(rig) == "sent"


async def test_both_directions_are_offered_together() -> None:
    """Where links lead to comes before where they come from."""
    store = linking(a_link("old", "sent"))
    store.consume(
        a_batch(a_span("late", trace="third", links=[a_link("new", "root")], start_ms=9))
    )
    async with opened(store) as rig:
        rig.app.push_screen(TraceScreen(rig.app._desk, trace_id_of("new"), mode="Traces"))
        await rig.until(lambda: "↗ ↙" in rig.text)
        await rig.press("o")
        assert "2 links" in rig.text
        assert "↙ from shop late" in rig.text
        await rig.press("down", "enter")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen) and at(rig) == "late")


async def test_what_cannot_be_followed_says_why() -> None:
    """No link, a trace that is not held, a span that is not there."""
    for links, said in (
        ((), "no link leads from this span"),
        ((a_link("lost", "x"),), "is not held"),
        ((a_link("new", "gone"),), "has not arrived"),
    ):
        async with opened(linking(*links)) as rig:
            await rig.press("enter", "o")
            assert said in rig.toasts[-1]


async def test_the_critical_path_is_a_list_to_jump_from() -> None:
    """The heaviest first, each with its share."""
    store = TraceStore()
    send(store, shop_trace("slow_payment"))
    async with opened(store) as rig:
        await rig.press("enter", "C")
        assert "1.52s  91 %  ● payments card.charge" in rig.text
        await rig.press("enter")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))
        assert at(rig) == "card.charge"


async def test_a_trace_that_took_no_time_has_no_critical_path() -> None:
    """It says so."""
    store = TraceStore()
    store.consume(a_batch(a_span("root", duration_ms=0)))
    async with opened(store) as rig:
        await rig.press("enter", "C")
        assert "no critical path" in rig.toasts[-1]
