"""A row says what was said, by whom and how bad it is; the list never jumps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from opentelemetry.proto.logs.v1 import logs_pb2
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.pilot import Pilot

from devtrace.store.limits import LogLimits
from devtrace.store.logs import LogStore
from devtrace.tui.log_view import LogView
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.log_list import LogList
from tests.builders import a_log, a_log_batch
from tests.tui.test_text import HOSTILE, acts


class Host(App[None]):
    """Shows one list; it notes what it was told."""

    def __init__(self, view: LogView) -> None:
        super().__init__()
        self.view = view
        self.logs = LogList(view, ServiceHues())
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield self.logs

    def on_live_list_highlighted(self) -> None:
        """Note it."""
        self.told.append("highlighted")

    def on_live_list_opened(self) -> None:
        """Note it."""
        self.told.append("opened")

    def receive(self, *records: logs_pb2.LogRecord, service: str = "orders") -> None:
        """Let records arrive, and show them."""
        if records:
            self.view.store.consume_logs(a_log_batch(*records, service=service))
        if self.view.refresh():
            self.logs.take_changes()

    @property
    def rows(self) -> list[str]:
        """What the list shows below its head, without its emptiness."""
        lines = [self.logs.render_line(y).text for y in range(self.logs.size.height)]
        return [line.rstrip() for line in lines[1:] if line.strip()]


@asynccontextmanager
async def shown(
    *records: logs_pb2.LogRecord, size: tuple[int, int] = (80, 6), max_records: int = 1_000
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host whose store has received *records*."""
    app = Host(LogView(LogStore(LogLimits(max_records=max_records))))
    async with app.run_test(size=size) as pilot:
        app.logs.focus()
        app.receive(*records)
        await pilot.pause(0)
        yield app, pilot


def numbered(count: int, start: int = 0) -> list[logs_pb2.LogRecord]:
    """Return records that say their number."""
    return [a_log(f"number {start + each}") for each in range(count)]


# -- rows ----------------------------------------------------------------------------


async def test_a_row_says_when_how_bad_who_and_what() -> None:
    """With its exception or attributes where there is room, and a mark if it has a trace."""
    exception = {"exception.type": "E", "exception.message": "no", "k": "v"}
    records = (
        a_log("plain", attributes={"k": "v", "code.function.name": "f"}),
        a_log("failed", severity=17, attributes=exception),
        a_log("alone\nand two", trace=None, severity=5),
        a_log(None, severity=0, severity_text="notice"),
        a_log("E: no", severity=21, attributes=exception),
    )
    async with shown(*records, size=(70, 7)) as (app, _):
        rows = app.rows

        assert rows[0].startswith("   08:53:20.000 INFO  ● orders  plain  k=v   ")
        assert rows[0].endswith(" ↗")
        assert rows[1].startswith(" ✘ 08:53:20.000 ERROR ● orders  failed  E: no ")
        assert rows[2] == "   08:53:20.000 DEBUG ● orders  alone␊and two"
        assert "notic ● orders  <no body>" in rows[3].replace("noti…", "notic")
        assert rows[4].startswith("▌✘ 08:53:20.000 FATAL ● orders  E: no  k=v")


@pytest.mark.parametrize("width", [40, 48, 56, 64, 80, 120, 200])
async def test_rows_fill_every_width(width: int) -> None:
    """Columns leave one after the other, the message never."""
    async with shown(a_log("x" * 300), a_log("short"), size=(width, 4)) as (app, _):
        lines = [app.logs.render_line(y).text for y in range(4)]

        assert {cell_len(line) for line in lines} == {width}
        assert "xxxx" in lines[1]
        assert lines[1].index("xxxx") == lines[2].index("short") == lines[0].index("message")


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_text_moves_no_column(hostile: str) -> None:
    """R126: neither as body, nor as service, severity or attribute."""
    text = hostile.encode("utf-8", "replace").decode()
    record = a_log(text, severity=0, severity_text=text, attributes={text: text})
    async with shown(size=(80, 4)) as (app, _):
        app.receive(record, service=text)
        app.receive(a_log(None, attributes={text: text}))
        lines = [app.logs.render_line(y).text for y in range(4)]

        assert {cell_len(line) for line in lines} == {80}
        assert not any(acts(line) for line in lines)


# -- moving --------------------------------------------------------------------------


async def test_it_follows_the_newest_until_the_user_moves() -> None:
    """And again from the end on."""
    async with shown(*numbered(9)) as (app, pilot):
        assert app.rows[-1].startswith("▌")
        assert "number 8" in app.rows[-1]

        await pilot.press("up")
        before = app.rows
        app.receive(*numbered(3, start=9))
        assert app.rows == before
        assert (app.logs.unseen, app.told) == (3, ["highlighted"])

        await pilot.press("end")
        app.receive(*numbered(1, start=12))
        assert "number 12" in app.rows[-1]
        assert app.logs.unseen == 0


async def test_the_wheel_is_a_move_too() -> None:
    """What arrives does not scroll back."""
    async with shown(*numbered(20)) as (app, pilot):
        app.logs.post_message(
            MouseScrollUp(app.logs, 1, 2, 0, -1, 0, shift=False, meta=False, ctrl=False)
        )
        await pilot.pause(0)
        before = app.rows

        app.receive(*numbered(5, start=20))

        assert app.rows == before


async def test_eviction_above_leaves_the_rows_where_they_were() -> None:
    """The cursor belongs to a record, not to a row number."""
    async with shown(*numbered(20), max_records=20) as (app, pilot):
        await pilot.press("up", "up", "up")
        before = app.rows

        app.receive(*numbered(5, start=20))

        assert app.rows == before
        assert len(app.view) == 20


async def test_a_record_can_be_selected_by_its_number() -> None:
    """Wherever it is; one that is not held changes nothing."""
    async with shown(*numbered(20)) as (app, pilot):
        app.logs.select(app.view.numbers[2])
        await pilot.pause(0)
        assert app.view.selected == app.view.numbers[2]
        assert any(row.startswith("▌") and "number 2 " in f"{row} " for row in app.rows)

        app.logs.select(10_000)
        assert app.view.selected == app.view.numbers[2]


async def test_a_double_click_asks_for_the_span() -> None:
    """As Enter does."""
    async with shown(*numbered(3)) as (app, pilot):
        await pilot.click(LogList, offset=(10, 2), times=2)
        await pilot.pause(0)

        assert app.told[-1] == "opened"
        assert app.view.selected == app.view.numbers[1]


async def test_an_empty_list_takes_every_key() -> None:
    """There is nothing to move to."""
    async with shown() as (app, pilot):
        await pilot.press("down", "end", "home", "pageup")
        app.logs.row_activated()
        await pilot.pause(0)

        assert (app.rows, app.told) == ([], [])


async def test_a_row_whose_record_left_while_paused_says_so() -> None:
    """R139: evicting what is on screen is no defect."""
    async with shown(*numbered(20), max_records=20) as (app, pilot):
        app.view.pause()
        app.receive(*numbered(20, start=20))
        await pilot.press("home", "pagedown", "pagedown")

        (row,) = [row for row in app.rows if row.startswith("▌")]
        assert row.split() == ["▌", "evicted", "▐"]


async def test_a_hundred_thousand_rows_cost_what_is_shown_of_them() -> None:
    """Counted in records read and rows drawn, not in seconds."""
    batches = [a_log_batch(*numbered(1_000, start=1_000 * n)) for n in range(100)]
    async with shown(size=(80, 40)) as (app, pilot):
        app.view.store.limits = LogLimits()
        for batch in batches:
            app.view.store.consume_logs(batch)
        drawn = app.logs.lines_drawn

        app.receive()
        await pilot.pause(0)

        assert len(app.view) == 100_000
        assert app.view.records_read <= 3 * 40
        assert app.logs.lines_drawn - drawn <= 3 * 40
