"""Spans of a trace in groups: sorted by any column, drilled into, grouped piece by piece."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.tui import stepping
from devtrace.tui.theme import ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.group_table import GroupTable
from tests.builders import a_span, a_trace
from tests.tui.rig import press
from tests.tui.shop_trace import shop_trace


class Host(App[None]):
    """Shows one table; it notes what it was told."""

    BINDINGS = [("escape", "note_back")]  # noqa: RUF012  # Textual's

    def __init__(self, waterfall: Waterfall) -> None:
        super().__init__()
        self.table = GroupTable(ServiceHues())
        self.waterfall = waterfall
        self.selected: list[tuple[str, bool]] = []
        self.wanted: list[str] = []
        self.backs = 0

    def compose(self) -> ComposeResult:
        """Show the table."""
        yield self.table

    def on_mount(self) -> None:
        """Show the trace."""
        self.table.show(self.waterfall)
        self.table.focus()

    def on_group_table_selected(self, event: GroupTable.Selected) -> None:
        """Note the span."""
        span = self.waterfall.nodes[event.node].span
        self.selected.append((span.name if span else "?", event.is_opened))

    def on_group_table_attribute_wanted(self, event: GroupTable.AttributeWanted) -> None:
        """Note what it was grouped by."""
        self.wanted.append(event.current)

    def action_note_back(self) -> None:
        """Count what the table left to the screen."""
        self.backs += 1

    @property
    def lines(self) -> list[str]:
        """What is drawn."""
        return [self.table.render_line(y).text.rstrip() for y in range(self.table.size.height)]

    @property
    def keys(self) -> list[str]:
        """The groups from the top."""
        return [group.key for group in self.table._groups]


@asynccontextmanager
async def shown(
    *spans: Any, size: tuple[int, int] = (100, 20)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a terminal with the table of a trace."""
    app = Host(Waterfall(a_trace(*spans)))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0)
        yield app, pilot


def a_loop() -> list[Any]:
    """Return a root that calls twice and logs three times."""
    return [
        a_span("root", name="GET", duration_ms=100),
        a_span("c1", parent="root", name="SELECT", duration_ms=20, attributes={"shard": "a"}),
        a_span("c2", parent="root", name="SELECT", start_ms=30, duration_ms=30, status=2),
        *(
            a_span(f"l{n}", parent="root", name="log", start_ms=70, duration_ms=1)
            for n in range(3)
        ),
    ]


async def test_groups_are_sorted_by_any_column() -> None:
    """Forth and back; the cursor stays on its group."""
    async with shown(*a_loop()) as (app, pilot):
        assert app.keys == ["shop GET", "shop SELECT", "shop log"]
        await press(pilot, "down")
        orders = {}
        for _ in range(7):
            await press(pilot, "greater_than_sign")
            title = next(word for word in app.lines[1].split() if word.endswith("▾"))
            orders[title] = app.keys[0]
            assert app.keys[app.table.cursor] == "shop SELECT"
        assert orders == {
            "self▾": "shop SELECT", "spans▾": "shop log", "errors▾": "shop SELECT",
            "p50▾": "shop GET", "p95▾": "shop GET", "max▾": "shop GET", "total▾": "shop GET",
        }  # fmt: skip
        await press(pilot, "less_than_sign")
        assert "max▾" in app.lines[1]


async def test_a_group_opens_into_its_spans_and_a_span_into_the_timeline() -> None:
    """The longest first; Esc comes back to the group, and then goes to the screen."""
    async with shown(*a_loop()) as (app, pilot):
        await press(pilot, "down", "enter")
        assert app.lines[0].strip() == "2 spans of shop SELECT"
        assert "✘ SELECT" in app.lines[2]
        await press(pilot, "down", "enter")
        assert app.selected == [("SELECT", False), ("SELECT", False), ("SELECT", True)]
        await press(pilot, "escape")
        assert app.keys[app.table.cursor] == "shop SELECT"
        assert app.backs == 0
        await press(pilot, "escape")
        assert app.backs == 1


async def test_what_it_is_grouped_by_goes_round() -> None:
    """Also through the attribute that was asked for."""
    async with shown(*a_loop()) as (app, pilot):
        await press(pilot, "a")
        app.table.group_by("shard")
        assert (app.table.grouped_by, app.keys) == ("shard", ["(none)", "a"])
        seen = []
        for _ in range(4):
            await press(pilot, "b")
            seen.append(app.table.grouped_by)
        assert seen == ["operation", "service", "kind", "shard"]
        await press(pilot, "a")
        assert app.wanted == ["", "shard"]


@pytest.mark.parametrize("width", [28, 40, 60, 80, 120])
async def test_rows_fill_every_width(width: int) -> None:
    """The column that it is sorted by never leaves."""
    async with shown(*shop_trace(), size=(width, 20)) as (app, pilot):
        for _ in range(7):
            await press(pilot, "greater_than_sign")
            assert "▾" in app.lines[1]
            assert all(cell_len(line) <= width for line in app.lines)


async def test_very_many_spans_are_grouped_a_piece_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No key waits for them, and the progress is told."""
    monkeypatch.setattr(stepping, "AT_ONCE_SECONDS", 0.0)
    loop = [a_span(str(n), parent="root", name="x") for n in range(6_000)]
    async with shown(a_span("root"), *loop) as (app, pilot):
        app.table._regroup()
        assert app.table.row_count() == 0
        assert "spans read …" in app.lines[0]

        async with asyncio.timeout(10):
            while not app.table.row_count():
                await pilot.pause(0.01)
        assert sum(len(group.nodes) for group in app.table._groups) == 6_001


async def test_a_trace_of_nothing_but_its_root_harms_no_key() -> None:
    """Every key, twice."""
    async with shown(a_span("a", name="")) as (app, pilot):
        await press(pilot, *["enter", "escape", "b", "greater_than_sign", "down", "end"] * 2)
        assert app.table.row_count() == 1
