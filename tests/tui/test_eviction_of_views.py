"""Whatever shows a trace goes on showing it when it is evicted, and says so."""

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.trace import VIEWS, TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.view import TraceView
from tests.builders import a_batch, a_span, span_id_of, trace_id_of
from tests.tui.rig import Rig, opened

MAX_SPANS = 12
HELD = ("a", "b", "c", "d")
A = trace_id_of("a")


def arrive(store: TraceStore, trace: str, *, word: str = "charge", link: str = "") -> None:
    """Let a trace of three spans arrive; its second may link to the second of another."""
    links = []
    if link:
        ids = bytes.fromhex(trace_id_of(link)), bytes.fromhex(span_id_of("x"))
        links.append(Span.Link(trace_id=ids[0], span_id=ids[1]))
    store.consume(
        a_batch(
            a_span("root", trace=trace, name=f"POST /{trace}", duration_ms=100, links=links),
            a_span("x", trace=trace, parent="root", name=f"{word} {trace}", duration_ms=60),
            a_span("y", trace=trace, parent="root", name=f"ship {trace}"),
        )
    )


def a_full_store(*, link_from_a: str = "") -> TraceStore:
    """Return a store in which four traces of three spans leave no room."""
    store = TraceStore(Limits(max_spans=MAX_SPANS))
    for name in HELD:
        arrive(store, name, link=link_from_a if name == "a" else "")
    return store


def flood(rig: Rig, *, word: str = "charge") -> None:
    """Let so many traces arrive that none of those before is left."""
    for number in range(20):
        arrive(rig.store, f"new {number}", word=word)


def view_of(rig: Rig) -> TraceView:
    """Return what the screen on top reads."""
    view: TraceView = rig.screen.desk.view
    return view


async def open_a(rig: Rig) -> None:
    """Open the trace that is evicted first."""
    await rig.press("home")
    await rig.until(lambda: view_of(rig).selected == A)
    await rig.press("enter")
    await rig.until(lambda: isinstance(rig.screen, TraceScreen) and "charge a" in rig.text)


async def is_said_to_be_evicted(rig: Rig) -> None:
    """Wait until the open trace says so."""
    await rig.until(lambda: isinstance(rig.screen, TraceScreen) and "evicted" in rig.lines[0])


async def go_back_to_list(rig: Rig) -> None:
    """Leave the trace, through whatever is open in it."""
    for _ in range(4):
        if isinstance(rig.screen, TracesScreen):
            break
        await rig.press("escape")
    await rig.until(lambda: isinstance(rig.screen, TracesScreen))


@pytest.mark.parametrize("number", range(1, len(VIEWS)), ids=VIEWS[1:])
async def test_a_view_of_an_evicted_trace_stays(number: int) -> None:
    """Its keys go on working, and the way back leads to the same trace."""
    async with opened(a_full_store()) as rig:
        await open_a(rig)
        await rig.press(*["v"] * number)
        flood(rig)
        await is_said_to_be_evicted(rig)
        assert A not in rig.store

        await rig.press("down", "right", "enter", "b", "greater_than_sign", "end", "home", "up")
        await rig.until(lambda: "/a" in rig.text)
        await go_back_to_list(rig)
        assert view_of(rig).selected == A


async def test_what_was_found_in_an_evicted_trace_stays_found() -> None:
    """The next match and the one before are those of the trace on screen."""
    async with opened(a_full_store()) as rig:
        await open_a(rig)
        await rig.press("slash", *"a", "enter")
        await rig.until(lambda: "1 of 3" in rig.text)
        flood(rig)
        await is_said_to_be_evicted(rig)

        await rig.press("n")
        await rig.until(lambda: "2 of 3" in rig.text)
        await rig.press("N", "N")
        await rig.until(lambda: "3 of 3" in rig.text)


async def test_finding_begins_in_an_evicted_trace_too() -> None:
    """What is on screen can be looked through."""
    async with opened(a_full_store()) as rig:
        await open_a(rig)
        flood(rig)
        await is_said_to_be_evicted(rig)
        await rig.press("slash", *"ship", "enter")

        await rig.until(lambda: "1 of 1" in rig.text)


async def test_the_critical_path_of_an_evicted_trace_leads_to_its_spans() -> None:
    """The list was opened while the trace was held."""
    async with opened(a_full_store()) as rig:
        await open_a(rig)
        await rig.press("C")
        await rig.until(lambda: isinstance(rig.screen, PickScreen))
        flood(rig)
        await rig.press("enter")

        await is_said_to_be_evicted(rig)
        assert "charge a" in rig.text


async def test_a_span_reached_by_a_link_outlives_its_trace() -> None:
    """And so does the trace that one came from."""
    async with opened(a_full_store(link_from_a="b")) as rig:
        await open_a(rig)
        await rig.press("home", "o")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen) and "charge b" in rig.text)
        flood(rig)
        await is_said_to_be_evicted(rig)
        assert "charge b" in rig.text

        await rig.press("escape")
        await rig.until(lambda: "charge a" in rig.text)
        await is_said_to_be_evicted(rig)


async def test_a_link_into_an_evicted_trace_leads_nowhere_and_says_so() -> None:
    """The screen stays where it is."""
    async with opened(a_full_store(link_from_a="b")) as rig:
        await open_a(rig)
        flood(rig)
        await is_said_to_be_evicted(rig)
        await rig.press("home", "o")

        await rig.until(lambda: any("is not held" in toast for toast in rig.toasts))
        assert "charge a" in rig.text


@pytest.mark.parametrize("word", ["charge", "other"])
async def test_the_selection_of_a_filtered_list_outlives_its_trace(word: str) -> None:
    """Whether what arrives matches the query or not."""
    async with opened(a_full_store(), size=(160, 40)) as rig:
        await rig.press("slash", *"charge", "enter")
        await rig.until(lambda: view_of(rig).is_narrowed and len(view_of(rig)) == len(HELD))
        await rig.press("home")
        await rig.until(lambda: view_of(rig).selected == A)
        flood(rig, word=word)
        await rig.settle()

        await rig.until(lambda: "POST /a" in rig.text and "✂ evicted" in rig.text)
        assert view_of(rig).selected == A
        await rig.press("enter")
        await rig.settle()
        assert view_of(rig).selected == A


async def test_a_pinned_trace_that_is_open_is_not_evicted() -> None:
    """It says nothing of the kind, however much arrives."""
    async with opened(a_full_store()) as rig:
        await open_a(rig)
        await rig.press("P")
        flood(rig)
        await rig.settle()

        assert A in rig.store
        assert "evicted" not in rig.lines[0]


async def test_a_pin_beyond_their_bound_is_refused_and_says_so() -> None:
    """Half of the ring stays for what arrives."""
    async with opened(a_full_store()) as rig:
        await rig.press("home", "p", "down", "p", "down", "p")

        await rig.until(lambda: any("half of the ring" in toast for toast in rig.toasts))
        held = [rig.store.trace(trace_id_of(name)) for name in HELD]
        assert [each.is_pinned for each in held if each] == [True, True, False, False]
