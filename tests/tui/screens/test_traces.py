"""The live list: every key does what it says, and nothing that arrives disturbs the reader."""

import asyncio
import gc
import time
import warnings

from textual.events import MouseScrollUp

from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.view import TraceView
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.trace_list import TraceList
from devtrace.tui.widgets.traces_welcome import TracesWelcome
from tests.builders import SECOND, a_batch, a_span, trace_id_of
from tests.tui.rig import Rig, opened
from tests.tui.shop_trace import send, shop_trace


def receive(rig: Rig, *traces: str, **fields: int) -> None:
    """Let one span of each trace arrive."""
    for trace in traces:
        rig.store.consume(a_batch(a_span(trace=trace, name=f"span {trace}", **fields)))


def view_of(rig: Rig) -> TraceView:
    """Return the view behind the list."""
    assert isinstance(rig.screen, TracesScreen)
    return rig.screen.desk.view


def a_store(names: str = "abc", **limits: int) -> TraceStore:
    """Return a store with one span of each of the traces *names*."""
    store = TraceStore(Limits(**limits))
    for name in names:
        store.consume(a_batch(a_span(trace=name, name=f"span {name}")))
    return store


def selected(rig: Rig) -> str:
    """Return the one-letter name of the selected trace."""
    names = {trace_id_of(chr(code)): chr(code) for code in range(ord("a"), ord("z"))}
    return names[view_of(rig).selected or ""]


# -- empty and first -----------------------------------------------------------------


async def test_the_first_trace_takes_the_place_of_the_welcome() -> None:
    """And the list has the keys at once, though it was not there before."""
    async with opened() as rig:
        assert rig.one(TracesWelcome).display
        assert "Nothing received yet." in rig.text

        receive(rig, *"abc")
        await rig.until(lambda: "span c" in rig.text)
        assert "Nothing received yet." not in rig.text

        await rig.press("up")
        assert selected(rig) == "b"


async def test_many_first_traces_fill_the_list_from_its_first_frame_on() -> None:
    """It is not drawn as if it had one line and then again."""
    async with opened() as rig:
        receive(rig, *(f"t{number}" for number in range(20)))
        assert isinstance(rig.screen, TracesScreen)
        rig.screen.tick()
        counts: set[int] = set()

        def count() -> int:
            counts.add(sum("● shop" in line for line in rig.lines))
            return max(counts)

        await rig.until(count)
        await rig.settle()
        count()
        assert counts - {0} == {20}


async def test_no_key_harms_an_empty_list() -> None:
    """There is nothing to open, copy, pin or look for."""
    async with opened() as rig:
        await rig.press(
            "enter", "space", "space", "f", "o", "p", "e", "E", "y", "X", "down", "end"
        )

        assert isinstance(rig.screen, TracesScreen)
        assert "Nothing received yet." in rig.text


async def test_traces_that_are_there_already_are_shown_at_once() -> None:
    """The newest is selected and its tree stands beside the list."""
    store = TraceStore()
    send(store, shop_trace())
    async with opened(store) as rig:
        assert "● gateway POST /checkout → 200" in rig.text
        assert "payments POST /charge" in rig.text


# -- keys ----------------------------------------------------------------------------


async def test_enter_opens_the_selected_trace() -> None:
    """The one under the cursor."""
    async with opened(a_store()) as rig:
        await rig.press("up", "enter")

        assert isinstance(rig.screen, TraceScreen)
        assert "span b" in rig.text


async def test_space_holds_the_list_still_and_counts() -> None:
    """Receiving goes on; a second press shows what came."""
    async with opened(a_store()) as rig:
        await rig.press("space")
        receive(rig, "d", "e")
        await rig.settle()
        assert "‖ paused  +2 new" in rig.text
        assert "span e" not in rig.text
        assert len(rig.store) == 5

        await rig.press("space")
        assert "paused" not in rig.text
        assert "span e" in rig.text


async def test_f_follows_the_newest_and_a_second_press_stops_that() -> None:
    """The state stands in the header."""
    async with opened(a_store()) as rig:
        assert "following  ● live" in rig.text
        await rig.press("up", "up")
        assert "following" not in rig.text

        await rig.press("f")
        assert "following" in rig.text
        assert selected(rig) == "c"
        receive(rig, "d")
        await rig.settle()
        assert selected(rig) == "d"

        await rig.press("f")
        receive(rig, "e")
        await rig.settle()
        assert selected(rig) == "d"


async def test_f_ends_a_pause() -> None:
    """Following the newest means seeing it."""
    async with opened(a_store()) as rig:
        await rig.press("space")
        receive(rig, "d")
        await rig.press("f")

        assert "paused" not in rig.text
        assert selected(rig) == "d"


async def test_o_puts_the_newest_at_the_other_end() -> None:
    """The selection stays on its trace."""
    async with opened(a_store()) as rig:
        await rig.press("up", "o")
        rows = [rig.one(TraceList).render_line(y).text for y in (1, 2, 3)]
        assert ["span c" in rows[0], "span b" in rows[1], "span a" in rows[2]] == [True] * 3
        assert selected(rig) == "b"
        assert rig.toasts[-1] == "newest at the top"

        await rig.press("o")
        assert rig.toasts[-1] == "newest at the end"


async def test_p_pins_and_unpins() -> None:
    """With a mark in the row and in the title of the preview."""
    async with opened(a_store()) as rig:
        await rig.press("p")
        assert "◆ pinned" in rig.text
        assert "▌  ◆ " in rig.text

        await rig.press("p")
        assert "◆" not in rig.text


async def test_a_trace_that_cannot_be_pinned_is_told() -> None:
    """Half of the ring stays for what arrives."""
    async with opened(a_store("abc", max_spans=4)) as rig:
        await rig.press("p", "up", "p", "up", "p")

        assert rig.toasts[-1] == "pinned traces already fill half of the ring"


async def test_e_goes_to_the_next_failed_trace() -> None:
    """And `E` to the one before, round the end."""
    store = a_store("ab")
    for name in "cef":
        store.consume(
            a_batch(a_span(trace=name, name=f"span {name}", status=2 if name in "cf" else 0))
        )
    store.consume(a_batch(a_span(trace="g", name="span g")))
    async with opened(store) as rig:
        for key, expected in zip("eeeEE", "cfcfc", strict=True):
            await rig.press(key)
            await rig.until(lambda expected=expected: selected(rig) == expected)


async def test_a_search_that_another_replaces_leaves_nothing_to_be_awaited() -> None:
    """However fast the key is pressed, Python has nothing to complain of."""
    async with opened(a_store()) as rig:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            for _ in range(3):
                rig.screen.action_next_failed()
            await rig.until(lambda: rig.toasts == ["no trace held has an error"])
            gc.collect()
        assert told == []


async def test_without_errors_e_says_so() -> None:
    """The selection stays."""
    async with opened(a_store()) as rig:
        await rig.press("up", "e")

        await rig.until(lambda: rig.toasts == ["no trace held has an error"])
        assert selected(rig) == "b"


async def test_y_copies_the_trace_id_or_the_tree() -> None:
    """One key for each; Enter takes the first."""
    store = TraceStore()
    send(store, shop_trace("failed_charge"))
    async with opened(store) as rig:
        await rig.press("y", "t")
        assert rig.app.clipboard == trace_id_of("checkout")
        assert rig.toasts[-1] == "copied trace id, 32 B"

        await rig.press("y", "x")
        assert rig.app.clipboard.startswith("✘ gateway POST /checkout → 402")
        assert "CardDeclinedError: insufficient funds" in rig.app.clipboard
        assert rig.toasts[-1].startswith("copied tree as text, ")

        await rig.press("y", "s")
        assert not isinstance(rig.screen, TracesScreen)  # there is no span to copy here
        await rig.press("escape")
        assert isinstance(rig.screen, TracesScreen)


async def test_x_forgets_everything_that_is_not_pinned() -> None:
    """What is left is followed."""
    async with opened(a_store()) as rig:
        await rig.press("up", "p", "X")

        assert len(rig.store) == 1
        assert "span b" in rig.text
        assert "span a" not in rig.text

        await rig.press("p", "X")
        await rig.until(lambda: "Nothing received yet." in rig.text)
        await rig.press("enter", "y")
        assert isinstance(rig.screen, TracesScreen)


async def test_x_clears_a_paused_list_too() -> None:
    """What the user forgets is gone from the screen, not shown as evicted."""
    async with opened(a_store()) as rig:
        await rig.press("space", "X")

        await rig.until(lambda: "Nothing received yet." in rig.text)


# -- mouse ---------------------------------------------------------------------------


async def test_a_click_selects_and_a_double_click_opens() -> None:
    """The preview goes with the selection."""
    async with opened(a_store()) as rig:
        traces = rig.one(TraceList)
        await rig.pilot.click(traces, offset=(30, 1))
        await rig.settle()
        assert selected(rig) == "a"
        assert "span a" in rig.one(SpanTree).render_line(1).text

        await rig.pilot.double_click(traces, offset=(30, 2))
        await rig.settle()
        assert isinstance(rig.screen, TraceScreen)
        assert "span b" in rig.text


async def test_clicks_on_the_frame_are_keys() -> None:
    """Footer and header are read by people with a mouse."""
    async with opened(a_store()) as rig:
        await rig.pilot.click(offset=(rig.lines[-1].index("Space"), 39))
        await rig.settle()
        assert "paused" in rig.text

        await rig.pilot.click(offset=(rig.lines[0].index("Scenarios"), 0))
        await rig.settle()
        assert "How it should look" in rig.text

        await rig.pilot.click(offset=(rig.lines[0].index("Traces"), 0))
        await rig.settle()
        assert isinstance(rig.screen, TracesScreen)

        await rig.pilot.click(offset=(rig.lines[-1].index("help"), 39))
        await rig.settle()
        assert "Hold the list still" in rig.text


async def test_the_wheel_reads_back_while_traces_stream() -> None:
    """What is new is announced and does not scroll."""
    async with opened(a_store("abcdefghijklmnopqrstuvwxyz"), size=(120, 20)) as rig:
        traces = rig.one(TraceList)
        await rig.pilot._post_mouse_events([MouseScrollUp], traces, offset=(5, 5))
        top = traces.top
        receive(rig, "1", "2", "3")
        await rig.settle()

        assert traces.top == top
        assert "+3 ↓  ● live" in rig.text


# -- arriving and leaving --------------------------------------------------------------


async def test_the_preview_grows_with_the_selected_trace() -> None:
    """Span by span, without a key."""
    spans = shop_trace()
    store = TraceStore()
    send(store, spans[:3])
    async with opened(store) as rig:
        await rig.until(lambda: "users" in rig.text)
        assert "card.charge" not in rig.text

        send(store, spans[3:])

        await rig.until(lambda: "card.charge" in rig.text)
        await rig.until(lambda: "15" in rig.one(TraceList).render_line(1).text)


async def test_what_arrives_beyond_the_edge_is_announced() -> None:
    """Until the reader goes there."""
    async with opened(a_store("abcdefghijklmnopqrstuvwxyz"), size=(120, 20)) as rig:
        await rig.press("home")
        receive(rig, "1", "2")
        await rig.settle()
        assert "+2 ↓  ● live" in rig.text

        await rig.press("end")
        assert "+2" not in rig.text
        assert "following" in rig.text


async def test_an_evicted_trace_stays_while_it_is_selected_and_says_so() -> None:
    """In its row and over its tree; every key still works."""
    async with opened(a_store("abcd", max_spans=4)) as rig:
        await rig.press("home")
        receive(rig, *"efgh")
        await rig.settle()

        assert "span a  evicted" in rig.text
        assert "✂ evicted" in rig.text
        await rig.press("p")
        assert rig.toasts[-1] == "this trace was evicted"
        await rig.press("y", "t")
        assert rig.app.clipboard == trace_id_of("a")
        await rig.press("enter")
        assert isinstance(rig.screen, TraceScreen)
        assert "✂ evicted" in rig.text
        await rig.press("escape", "down")
        assert selected(rig) == "e"
        receive(rig, "i")
        await rig.settle()
        assert "span a" not in rig.text


async def test_the_list_goes_on_under_an_open_trace() -> None:
    """Coming back one sees what has arrived in the meantime."""
    async with opened(a_store()) as rig:
        await rig.press("enter")
        receive(rig, "d")
        await rig.press("escape")

        assert "span d" in rig.text


# -- size ----------------------------------------------------------------------------


async def test_everything_is_whole_after_every_change_of_size() -> None:
    """Also after a size at which nothing can be shown; the list has the keys again."""
    store = TraceStore()
    for number in range(30):
        send(store, shop_trace(name=f"checkout {number}", start_ms=1_000 * number))
    async with opened(store) as rig:
        first = rig.text
        for size in ((80, 24), (60, 20), (38, 9), (39, 40), (120, 9), (60, 20), (120, 40)):
            await rig.resize(*size)
            lines = rig.lines
            assert len(lines) == size[1]
            if size[0] < 40 or size[1] < 10:
                assert "devtrace needs at least" in rig.text
                assert "40 × 10" in rig.text
                assert "checkout" not in rig.text
            else:
                assert "POST /checkout" in rig.text
                assert "? help" in lines[-1]

        assert rig.text == first
        await rig.press("up")
        assert rig.one(TraceList).cursor == 28


async def test_a_short_terminal_leaves_the_preview_out() -> None:
    """The list comes first."""
    async with opened(a_store(), size=(100, 14)) as rig:
        assert not rig.one(SpanTree).region
        assert "span c" in rig.text


# -- work ----------------------------------------------------------------------------


async def test_ticks_without_news_draw_nothing() -> None:
    """A UI that is left open all day costs nothing while nothing arrives."""
    async with opened(a_store()) as rig:
        traces, preview = rig.one(TraceList), rig.one(SpanTree)
        view_of(rig)._clock = lambda: time.time_ns() + 60 * SECOND  # all rows have settled
        drawn = [0]
        while drawn[-8:] != [drawn[-1]] * 8:
            assert len(drawn) < 100
            await rig.settle()
            drawn.append(traces.lines_drawn + preview.lines_drawn)


async def test_looking_for_errors_among_very_many_traces_never_holds_up_a_key() -> None:
    """The search goes on in the background; another key ends it."""
    store = TraceStore()
    for first in range(0, 5_000, 1_000):
        store.consume(a_batch(*(a_span(trace=f"t{first + number}") for number in range(1_000))))
    async with opened(store) as rig:
        view, traces, read = view_of(rig), rig.one(TraceList), view_of(rig).traces_read
        screen = rig.screen
        assert isinstance(screen, TracesScreen)
        screen.action_next_failed()
        for _ in range(3):
            await asyncio.sleep(0)
        traces.action_move(-1)
        await rig.settle()
        assert rig.toasts == []
        assert traces.cursor == 4_998

        await rig.pilot.press("e")
        await rig.until(lambda: rig.toasts == ["no trace held has an error"])
        assert traces.cursor == 4_998
        assert view.traces_read - read < 100
