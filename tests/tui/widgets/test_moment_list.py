"""The logs of a trace grow under the cursor without moving it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.tui.theme import ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.moment_list import MomentList
from tests.builders import a_log, a_span, a_trace, an_event, log_record
from tests.tui.test_text import HOSTILE, acts


class Host(App[None]):
    """Shows one list; it notes what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.moments = MomentList(ServiceHues())
        self.told: list[int | None] = []

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield self.moments

    def on_moment_list_opened(self, event: MomentList.Opened) -> None:
        """Note the row of the span."""
        self.told.append(event.node)

    @property
    def lines(self) -> list[str]:
        """What the list shows."""
        height = self.moments.size.height
        return [self.moments.render_line(y).text.rstrip() for y in range(height)]


@asynccontextmanager
async def shown(size: tuple[int, int] = (60, 6)) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host with an empty list."""
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.moments.focus()
        await pilot.pause(0)
        yield app, pilot


async def test_events_and_records_are_told_apart_by_their_marks() -> None:
    """Each with how long after the start of the trace it was, and who said it."""
    error = an_event("exception", at_ms=5, attributes={"exception.type": "E"})
    waterfall = Waterfall(a_trace(a_span("a", events=[an_event("retry", at_ms=1), error])))
    logs = (
        log_record(a_log("info", span="a", at_ms=2)),
        log_record(a_log("warn", span="a", at_ms=6, severity=13)),
    )
    async with shown() as (app, _):
        app.moments.show(waterfall, logs)

        assert app.lines == [
            " Logs  2 records, 2 span events",
            "▌    +1ms • ● retry",
            "     +2ms ≡ ● info",
            "     +5ms ✘ ● E",
            "     +6ms ⚠ ● warn",
            "",
        ]


async def test_the_cursor_stays_on_what_it_was_on() -> None:
    """What arrives above it, read anew with all the rest, does not move it."""
    before = Waterfall(a_trace(a_span("a", events=[an_event("e", at_ms=3)])))
    child = a_span("b", parent="a", events=[an_event("new", at_ms=1)])
    after = Waterfall(a_trace(a_span("a", events=[an_event("e", at_ms=3)]), child))
    last = a_log("last", span="a", at_ms=9)
    async with shown() as (app, pilot):
        app.moments.show(before, (log_record(last),))
        await pilot.press("down")
        app.moments._patience._again_at = 0

        app.moments.show(after, (log_record(a_log("first", span="b")), log_record(last)))

        assert app.lines[4] == "▌    +9ms ≡ ● last"
        assert app.moments.selected_node == 0
        app.moments._patience._again_at = 0
        app.moments.show(after, ())
        assert app.lines[1] == "▌    +1ms • ● new"


async def test_a_double_click_asks_for_the_span() -> None:
    """Or says that there is none."""
    waterfall = Waterfall(a_trace(a_span("a"), a_span("b", parent="a")))
    logs = (log_record(a_log("1", span="b")), log_record(a_log("2", span="gone")))
    async with shown() as (app, pilot):
        app.moments.show(waterfall, logs)
        for row in (1, 2):
            await pilot.click(MomentList, offset=(5, row), times=2)
            await pilot.pause(0)

        assert app.told == [1, None]


async def test_a_trace_that_said_nothing_says_how_it_could() -> None:
    """Empty is a chance to help."""
    async with shown() as (app, pilot):
        app.moments.show(None, ())
        app.moments.show(Waterfall(a_trace(a_span("a"))), ())
        await pilot.press("down", "end")

        assert app.lines[0] == " Logs  0 records, 0 span events"
        assert "No span event and no log record" in app.lines[1]
        assert app.moments.selected_node is None


async def test_unchanged_moments_are_not_read_again() -> None:
    """Ten times a second nothing is done for nothing, and what is costly waits."""
    waterfall, logs = Waterfall(a_trace(a_span("a"))), (log_record(a_log("1")),)
    async with shown() as (app, _):
        app.moments.show(waterfall, logs)
        read = app.moments._moments
        app.moments.show(waterfall, logs)
        assert app.moments._moments is read

        app.moments._patience._again_at = float("inf")
        app.moments.show(waterfall, ())
        assert app.moments._moments is read


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width", [20, 60])
async def test_hostile_text_moves_nothing(hostile: str, width: int) -> None:
    """R126: neither as an event nor as a record."""
    text = hostile.encode("utf-8", "replace").decode()
    waterfall = Waterfall(a_trace(a_span("a", events=[an_event(text)])))
    async with shown((width, 6)) as (app, _):
        app.moments.show(waterfall, (log_record(a_log(text), service=text),))
        lines = [app.moments.render_line(y).text for y in range(6)]

        assert {cell_len(line) for line in lines} == {width}
        assert not any(acts(line) for line in lines)
