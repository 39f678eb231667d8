"""What is looked at may be evicted: it is said, nothing crashes, and no other takes its place."""

from collections.abc import Awaitable, Callable

import pytest

from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.view import TraceView
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened

MAX_SPANS = 12
HELD = ("a", "b", "c", "d")
Step = Callable[[Rig], Awaitable[None]]


def a_full_store() -> TraceStore:
    """Return a store in which four traces of three spans leave no room."""
    store = TraceStore(Limits(max_spans=MAX_SPANS))
    for name in HELD:
        arrive(store, name)
    return store


def arrive(store: TraceStore, trace: str) -> None:
    """Let a trace of three spans arrive, one of which failed."""
    store.consume(
        a_batch(
            a_span("root", trace=trace, name=f"POST /{trace}", duration_ms=100),
            a_span("charge", trace=trace, parent="root", name=f"charge {trace}", status=2),
            a_span("ship", trace=trace, parent="root", name=f"ship {trace}"),
        )
    )


def flood(rig: Rig) -> None:
    """Let so many traces arrive that none of those before is left."""
    for number in range(20):
        arrive(rig.store, f"new {number}")


def view_of(rig: Rig) -> TraceView:
    """Return what the screen on top reads."""
    view: TraceView = rig.screen.desk.view
    return view


async def select_first(rig: Rig) -> None:
    """Put the cursor on the trace that is evicted first."""
    await rig.press("home")
    await rig.until(lambda: view_of(rig).selected == trace_id_of("a"))


async def open_first(rig: Rig) -> None:
    """Open the trace that is evicted first."""
    await select_first(rig)
    await rig.press("enter")
    await rig.until(lambda: isinstance(rig.screen, TraceScreen) and "charge a" in rig.text)


async def test_a_selected_trace_that_is_evicted_stays_selected_and_says_so() -> None:
    """Its row, its preview and its title are what was last seen of it."""
    async with opened(a_full_store(), size=(160, 40)) as rig:
        await select_first(rig)
        flood(rig)
        await rig.settle()

        assert view_of(rig).selected == trace_id_of("a")
        assert trace_id_of("a") not in rig.store
        await rig.until(lambda: "evicted" in rig.text.split("evicted 2")[0])
        await rig.until(lambda: "charge a" in rig.text)


async def test_moving_off_an_evicted_trace_goes_to_its_neighbour() -> None:
    """The row disappears with the next change, and the list goes on from there."""
    async with opened(a_full_store(), size=(160, 40)) as rig:
        await select_first(rig)
        flood(rig)
        await rig.settle()
        await rig.press("down")

        view = view_of(rig)
        await rig.until(lambda: view.selected == trace_id_of("new 16"))
        arrive(rig.store, "one more")
        await rig.until(lambda: view.row_of(trace_id_of("a")) is None)


async def test_an_open_trace_that_is_evicted_stays_on_screen_and_says_so() -> None:
    """Whoever reads it goes on reading."""
    async with opened(a_full_store()) as rig:
        await open_first(rig)
        await rig.press("down")
        flood(rig)
        await rig.settle()

        await rig.until(lambda: "charge a" in rig.text and "evicted" in rig.text)
        assert isinstance(rig.screen, TraceScreen)
        await rig.press("up", "down", "down")
        assert "ship a" in rig.text
        await rig.press("escape")
        await rig.until(lambda: isinstance(rig.screen, TracesScreen))
        assert view_of(rig).selected == trace_id_of("a")


async def test_a_late_span_of_an_open_evicted_trace_begins_a_partial_one() -> None:
    """The trace is back, and is not taken for whole."""
    async with opened(a_full_store()) as rig:
        await open_first(rig)
        flood(rig)
        await rig.settle()
        rig.store.consume(a_batch(a_span("late", trace="a", name="late a", parent="root")))
        await rig.settle()

        await rig.until(lambda: "late a" in rig.text)
        trace = rig.store.trace(trace_id_of("a"))
        assert trace is not None
        assert trace.is_partial
        assert "partial" in rig.text


@pytest.mark.parametrize(
    "key",
    ["p", "c", "e", "y", "l", "L", "o", "f", "space", "enter", "tab", "left_curly_bracket"],
)
async def test_no_key_fails_on_an_evicted_trace(key: str) -> None:
    """Selected or open: whatever a key does with a trace, it may be gone by then."""
    for prepare in (select_first, open_first):
        async with opened(a_full_store()) as rig:
            await prepare(rig)
            flood(rig)
            await rig.press(key)
            await rig.settle()
            assert rig.app.is_running


async def test_traces_evicted_during_a_search_are_passed_over() -> None:
    """The search for an error ends at a trace that is held, or says that none has one."""
    store = TraceStore(Limits(max_spans=MAX_SPANS))
    for name in HELD:
        store.consume(a_batch(*(a_span(f"{name} {number}", trace=name) for number in range(3))))
    async with opened(store) as rig:
        await select_first(rig)
        await rig.press("e")
        flood(rig)
        await rig.settle()
        await rig.press("e")

        view = view_of(rig)
        await rig.until(lambda: view.selected in rig.store or rig.toasts)
        assert rig.app.is_running


async def test_what_is_copied_outlives_its_trace() -> None:
    """The menu was opened over a trace that is gone when its answer comes."""
    async with opened(a_full_store()) as rig:
        await open_first(rig)
        await rig.press("y")
        if not isinstance(rig.screen, CopyScreen):
            await rig.press("c")
        await rig.until(lambda: isinstance(rig.screen, CopyScreen))
        flood(rig)
        await rig.press("enter")
        await rig.until(lambda: isinstance(rig.screen, TraceScreen))


async def test_a_paused_list_over_evicted_traces_opens_and_resumes() -> None:
    """Pausing holds the rows, not the traces."""
    async with opened(a_full_store()) as rig:
        await select_first(rig)
        view = view_of(rig)
        view.pause()
        flood(rig)
        await rig.settle()
        for key in ("down", "enter", "escape", "down", "end", "home"):
            await rig.press(key)
        assert view.selected == trace_id_of("a")

        view.resume()
        await rig.settle()
        await rig.until(lambda: len(view) == len(rig.store) + 1)
