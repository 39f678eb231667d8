"""A row says what a trace was, how it went and how long it took; the list never jumps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.theme import ServiceHues
from devtrace.tui.view import TraceView
from devtrace.tui.widgets.trace_list import TraceList
from tests.builders import SECOND, T0, a_batch, a_span, an_event, trace_id_of
from tests.tui.rig import press
from tests.tui.shop_trace import send, shop_trace
from tests.tui.test_text import HOSTILE, acts

SETTLED = T0 + 60 * SECOND


class Host(App[None]):
    """Shows one list; it notes what it was told."""

    def __init__(self, view: TraceView) -> None:
        super().__init__()
        self.view = view
        self.traces = TraceList(view, ServiceHues())
        self.told: list[tuple[str, str | None]] = []

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield self.traces

    def on_live_list_highlighted(self) -> None:
        """Note the trace."""
        self.told.append(("highlighted", self.view.selected))

    def on_live_list_opened(self) -> None:
        """Note the trace."""
        self.told.append(("opened", self.view.selected))

    def receive(self, *traces: str) -> None:
        """Let one span of each trace arrive, and show them."""
        for trace in traces:
            self.view.store.consume(a_batch(a_span(trace=trace)))
        self.look()

    def look(self) -> None:
        """Take in what has changed."""
        if self.view.refresh():
            self.traces.take_changes()

    @property
    def rows(self) -> list[str]:
        """What the list shows below its head, without its emptiness."""
        lines = [self.traces.render_line(y).text for y in range(self.traces.size.height)]
        return [line.rstrip() for line in lines[1:] if line.strip()]


@asynccontextmanager
async def shown(
    *traces: str,
    store: TraceStore | None = None,
    size: tuple[int, int] = (100, 11),
    now: int = SETTLED,
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host whose store has received one span of each of *traces*."""
    app = Host(TraceView(TraceStore() if store is None else store, clock=lambda: now))
    async with app.run_test(size=size) as pilot:
        app.traces.focus()
        app.receive(*traces)
        await pilot.pause(0)
        yield app, pilot


def column(line: str, text: str) -> int:
    """Return the cell in which the last *text* of a line begins."""
    return cell_len(line[: line.rindex(text)])


# -- rows ----------------------------------------------------------------------------


async def test_a_row_says_what_a_trace_was_and_how_it_went() -> None:
    """Marks, time, service, title, cause, bar, duration, spans, errors, services."""
    store = TraceStore()
    send(store, shop_trace("failed_charge"))
    async with shown(store=store, size=(120, 5)) as (app, _):
        (row,) = app.rows

        assert row.startswith("▌✘   08:53:20.000 ● gateway POST /checkout → 402  CardDeclined")
        assert row.split()[-4:] == ["218ms", "11", "6", "6"]


@pytest.mark.parametrize("width", [40, 48, 56, 64, 76, 90, 100, 120, 200])
async def test_rows_fill_every_width(width: int) -> None:
    """Columns leave one after the other, title and duration never."""
    store = TraceStore()
    send(store, shop_trace("slow_payment"))
    async with shown("a", store=store, size=(width, 6)) as (app, _):
        lines = [app.traces.render_line(y).text for y in range(6)]

        assert {cell_len(line) for line in lines} == {width}
        assert "POST /che" in lines[1]
        assert column(lines[0], "took") + 4 == column(lines[1], "1.66s") + 5
        assert column(lines[1], "1.66s") + 5 == column(lines[2], "10ms") + 4


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_names_move_no_column(hostile: str) -> None:
    """Neither as a name, nor as a service, nor as the message of an exception."""
    text = hostile.encode("utf-8", "replace").decode()
    event = an_event(
        "exception", attributes={"exception.type": text, "exception.message": text}
    )
    span = a_span(trace="b", name=text, status=2, events=[event])
    async with shown("a", size=(120, 6)) as (app, _):
        app.view.store.consume(a_batch(span, service=text))
        app.look()

        plain, odd = app.rows
        assert column(plain, "10ms") == column(odd, "10ms")
        assert not any(acts(segment.text) for segment in app.traces.render_line(2))


async def test_a_name_of_a_megabyte_is_measured_once() -> None:
    """Drawing costs what is shown: the longest text that reaches the screen is short."""
    event = an_event("exception", attributes={"exception.message": "y" * 2**20})
    span = a_span(trace="a", name="x" * 2**20, status=2, events=[event])
    async with shown(size=(120, 6)) as (app, _):
        app.view.store.consume(a_batch(span, service="z" * 2**20))
        app.look()

        assert all(len(text) <= 120 for text, _ in app.traces.row_pieces(0, 120))


@pytest.mark.parametrize(
    ("state", "marks"),
    [
        ("plain", "    "),
        ("failed", "✘   "),
        ("orphan", " ◌  "),
        ("pinned", "  ◆ "),
        ("truncated", " ✂  "),
        ("probable", "⚠   "),
    ],
)
async def test_marks_stand_in_columns_of_their_own(state: str, marks: str) -> None:
    """Error, doubt, state: each can be there with the others."""
    spans = {
        "failed": [a_span(trace="a", status=2)],
        "orphan": [a_span(trace="a", parent="lost")],
        "truncated": [a_span(f"s{number}", trace="a", parent="s0" if number else None)
                      for number in range(6)],
        "probable": [a_span(trace="a", kind=3, attributes={"http.request.method": "GET",
                                                           "http.response.status_code": 500})],
    }.get(state, [a_span(trace="a")])  # fmt: skip
    store = TraceStore(Limits(max_spans=8))
    async with shown(store=store) as (app, _):
        for span in spans:
            store.consume(a_batch(span))
        if state == "pinned":
            store.pin(trace_id_of("a"))
        app.look()

        assert app.rows[0][1:5] == marks


async def test_a_trace_that_still_arrives_is_marked_and_not_judged() -> None:
    """A parent may come yet."""
    async with shown(now=T0 + SECOND) as (app, _):
        app.view.store.consume(a_batch(a_span(trace="a", parent="later")))
        app.look()

        assert app.rows[0][1:5] == "  … "


async def test_a_partial_trace_is_marked() -> None:
    """Its beginning was evicted."""
    store = TraceStore(Limits(max_spans=3))
    async with shown(*"abcda", store=store) as (app, _):
        assert app.rows[-1][1:5] == " ✂  "


async def test_bars_compare_what_is_in_view() -> None:
    """The longest of the traces in view has the full bar."""
    store = TraceStore()
    store.consume(a_batch(a_span(trace="a", duration_ms=100)))
    store.consume(a_batch(a_span(trace="b", duration_ms=50)))
    async with shown(store=store, size=(100, 6)) as (app, _):
        first, second = app.rows

        assert (first.count("█"), second.count("█")) == (8, 4)


async def test_what_takes_long_beside_the_others_stands_out() -> None:
    """Its duration is bold and its bar bright; the others are drawn quietly."""
    store = TraceStore()
    for trace, took in (("a", 100), ("b", 60), ("c", 20)):
        store.consume(a_batch(a_span(trace=trace, duration_ms=took)))
    async with shown(store=store) as (app, _):
        palette = app.traces.palette
        loud = []
        for row in range(3):
            styles = {text.strip(): style for text, style in app.traces.row_pieces(row, 100)}
            took = next(style for text, style in styles.items() if text.endswith("ms"))
            bar = next(style for text, style in styles.items() if text.startswith("█"))
            loud.append((took == palette.strong, bar == palette.accent))
        assert loud == [(True, True), (True, True), (False, False)]


async def test_a_title_that_is_cut_says_how_it_went() -> None:
    """The path gives way to the status."""
    store = TraceStore()
    attributes = {
        "http.request.method": "GET",
        "http.route": "/a/rather/long/path/{id}",
        "http.response.status_code": 404,
    }
    store.consume(a_batch(a_span(trace="a", kind=2, attributes=attributes)))
    async with shown(store=store, size=(60, 6)) as (app, _):
        assert "… → 404" in app.rows[0]


# -- place ---------------------------------------------------------------------------


async def test_the_list_follows_the_newest_until_the_user_moves() -> None:
    """Then the view stands still, and what arrives beyond its edge is counted."""
    names = [f"t{number}" for number in range(30)]
    async with shown(*names) as (app, pilot):
        assert (app.traces.cursor, app.traces.top) == (29, 20)

        await press(pilot, "up")
        app.receive("new", "newer")

        assert (app.traces.cursor, app.traces.top) == (28, 20)
        assert app.view.selected == trace_id_of("t28")
        assert app.traces.unseen == 2
        assert app.told == [("highlighted", trace_id_of("t28"))]


async def test_the_wheel_is_a_move_too() -> None:
    """Who scrolls up to read is not thrown back by the next trace."""
    names = [f"t{number}" for number in range(30)]
    async with shown(*names) as (app, pilot):
        await pilot._post_mouse_events([MouseScrollUp], app.traces, offset=(5, 5))
        app.receive("new")

        assert app.traces.top == 17
        assert app.traces.unseen == 1
        assert app.view.selected == trace_id_of("t29")


async def test_going_to_the_newest_end_follows_again() -> None:
    """Whichever end that is."""
    names = [f"t{number}" for number in range(30)]
    async with shown(*names) as (app, pilot):
        await press(pilot, "up", "end")
        app.receive("new")
        assert app.view.selected == trace_id_of("new")

        app.view.newest_first = True
        app.traces.take_changes()
        await press(pilot, "down", "home")
        app.receive("newer")
        assert app.view.selected == trace_id_of("newer")
        assert app.traces.cursor == 0


async def test_newest_first_the_rows_in_view_stay_where_they_are() -> None:
    """What arrives comes in above the view and is announced."""
    names = [f"t{number}" for number in range(30)]
    async with shown(*names) as (app, pilot):
        app.view.newest_first = True
        app.traces.take_changes()
        await press(pilot, "home", "down", "down")
        before = app.rows

        app.receive("new", "newer")

        assert app.rows == before
        assert app.traces.unseen == 2
        await press(pilot, "home")
        assert app.traces.unseen == 0


async def test_eviction_above_the_view_leaves_every_row_where_it_was() -> None:
    """The place belongs to traces, not to row numbers."""
    store = TraceStore(Limits(max_spans=40))
    names = [f"t{number}" for number in range(40)]
    async with shown(*names, store=store) as (app, pilot):
        await press(pilot, "pageup", "up")
        before = app.rows

        app.receive("new", "newer", "newest")

        assert app.rows == before
        assert len(app.view) == 40


async def test_the_selected_trace_says_that_it_was_evicted() -> None:
    """Its row stays under the cursor, quiet, with what was known of it."""
    store = TraceStore(Limits(max_spans=4))
    async with shown(*"abcd", store=store) as (app, pilot):
        await press(pilot, "home")
        assert app.view.selected == trace_id_of("a")

        app.receive(*"efg")

        assert app.traces.cursor == 0
        assert app.rows[0].startswith("▌")
        assert "root  evicted" in app.rows[0]
        assert app.rows[0].split()[-3] == "10ms"


async def test_a_row_that_was_never_read_says_that_it_was_evicted() -> None:
    """Held nowhere any more, and never looked at before."""
    store = TraceStore(Limits(max_spans=4))
    async with shown(*"abcd", store=store) as (app, _):
        app.view.pause()
        app.view._summaries._known.clear()
        app.view._waterfalls._known.clear()
        for trace in "efgh":
            store.consume(a_batch(a_span(trace=trace)))
        app.traces.refresh()

        assert all("… evicted" in row for row in app.rows)


async def test_columns_keep_their_width_while_the_list_streams() -> None:
    """The service column grows with its longest name and does not shrink again."""
    store = TraceStore()
    async with shown(store=store, size=(120, 6)) as (app, pilot):
        store.consume(a_batch(a_span(trace="a"), service="notifications"))
        app.look()
        wide = column(app.rows[0], "root")
        for number in range(20):
            store.consume(a_batch(a_span(trace=f"t{number}"), service="auth"))
        app.look()
        await pilot.pause(0)

        assert {column(row, "root") for row in app.rows} == {wide}


async def test_a_double_click_opens() -> None:
    """The first click chooses, so that is what is opened."""
    async with shown(*"abc") as (app, pilot):
        await pilot.double_click(app.traces, offset=(20, 2))
        await pilot.pause(0)

        assert app.told == [("highlighted", trace_id_of("b")), ("opened", trace_id_of("b"))]


async def test_an_empty_list_tells_of_no_trace() -> None:
    """There is nothing to highlight and nothing to open."""
    async with shown() as (app, pilot):
        await press(pilot, "down", "end", "home")
        await pilot.double_click(app.traces, offset=(20, 2))

        assert app.told == []
        assert app.rows == []


# -- work ----------------------------------------------------------------------------


async def test_a_hundred_thousand_traces_cost_one_screen() -> None:
    """Rows drawn and traces read follow the screen, not the store."""
    store = TraceStore()
    for first in range(0, 100_000, 1_000):
        spans = [a_span(trace=f"t{first + number}") for number in range(1_000)]
        store.consume(a_batch(*spans))
    async with shown(store=store, size=(120, 41)) as (app, pilot):
        assert len(app.view) == 100_000
        assert app.traces.lines_drawn <= 3 * 40
        assert app.view.traces_read <= 2 * 40

        drawn, read = app.traces.lines_drawn, app.view.traces_read
        app.receive("new")
        await pilot.pause(0)
        assert app.traces.lines_drawn - drawn <= 2 * 40
        assert app.view.traces_read - read <= 3

        drawn, read = app.traces.lines_drawn, app.view.traces_read
        await press(pilot, "home")
        await pilot.pause(0)
        assert app.traces.lines_drawn - drawn <= 2 * 40
        assert app.view.traces_read - read <= 2 * 40
