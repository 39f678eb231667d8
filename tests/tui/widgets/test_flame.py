"""The flame is walked by keys and mouse, zooms and comes back, and draws one screen of frames."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.tui.theme import ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.flame import Flame
from tests.builders import a_span, a_trace
from tests.tui.rig import press
from tests.tui.shop_trace import shop_trace
from tests.tui.test_text import HOSTILE, acts


class Host(App[None]):
    """Shows one flame and goes where it goes."""

    def __init__(self, waterfall: Waterfall) -> None:
        super().__init__()
        self.flame = Flame(ServiceHues())
        self.waterfall = waterfall
        self.backs = 0

    def compose(self) -> ComposeResult:
        """Show the flame."""
        yield self.flame

    def on_mount(self) -> None:
        """Show the trace from its root."""
        self.flame.show(self.waterfall, 0)
        self.flame.focus()

    def on_flame_selected(self, event: Flame.Selected) -> None:
        """Keep the selection, as the screen does."""
        self.flame.show(self.waterfall, event.node)

    BINDINGS = [("escape", "note_back")]  # noqa: RUF012  # Textual's

    def action_note_back(self) -> None:
        """Count what the flame left to the screen."""
        self.backs += 1

    @property
    def at(self) -> str:
        """The name of the selected span."""
        frame = self.flame.selected_frame
        assert frame is not None
        span = self.waterfall.nodes[frame.nodes[0]].span
        return span.name if span else "?"

    @property
    def lines(self) -> list[str]:
        """What is drawn."""
        return [self.flame.render_line(y).text.rstrip() for y in range(self.flame.size.height)]


@asynccontextmanager
async def shown(
    *spans: Any, size: tuple[int, int] = (100, 20)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a terminal with the flame of a trace."""
    app = Host(Waterfall(a_trace(*spans)))
    async with app.run_test(size=size) as pilot:
        await pilot.pause(0)
        yield app, pilot


async def test_arrows_go_to_parent_child_and_sibling() -> None:
    """Down is the child that took longest."""
    async with shown(*shop_trace()) as (app, pilot):
        for key, name in (
            ("down", "POST /orders"), ("down", "order.process"), ("down", "POST"),
            ("right", "INSERT orders"), ("left", "POST"), ("up", "order.process"),
            ("home", "POST /checkout"), ("up", "POST /checkout"), ("left", "POST /checkout"),
            ("end", "card.charge"),
        ):  # fmt: skip
            await press(pilot, key)
            assert app.at == name, key


async def test_enter_zooms_and_escape_comes_back() -> None:
    """Step by step; what is left is for the screen."""
    async with shown(*shop_trace()) as (app, pilot):
        rows = len(app.flame._levels)
        await press(pilot, "down", "down", "enter")
        assert "zoomed 1×" in app.lines[0]
        assert len(app.flame._levels) < rows
        await press(pilot, "down", "enter", "enter", "escape", "escape")
        assert (len(app.flame._levels), app.backs) == (rows, 0)
        await press(pilot, "escape")
        assert app.backs == 1


async def test_siblings_merge_by_name_and_back() -> None:
    """The selected span stays selected."""
    loop = [
        a_span(f"c{n}", parent="root", name="SELECT", start_ms=10 * n, duration_ms=5)
        for n in range(6)
    ]
    async with shown(a_span("root", duration_ms=90), *loop) as (app, pilot):
        await press(pilot, "down", "b")
        assert "×6  30ms  33 %  self 30ms" in app.lines[0]
        assert app.lines[3].count("SELECT") == 1
        await press(pilot, "b")
        assert app.lines[3].count("SEL") == 6


async def test_a_click_selects_and_a_double_click_zooms() -> None:
    """Where the frame is drawn."""
    async with shown(a_span("root", duration_ms=100), a_span("a", parent="root")) as (
        app,
        pilot,
    ):
        await pilot.click(offset=(1, 3))
        assert app.at == "a"
        await pilot.click(offset=(50, 3))
        assert app.at == "a"
        await pilot.click(offset=(1, 3), times=2)
        assert app.flame._zoomed
        await pilot.click(offset=(1, 0))


async def test_no_frame_is_left_out_that_has_a_cell_of_its_own() -> None:
    """One that begins in a cell that is taken begins after it."""
    loop = [
        a_span(f"c{n}", parent="root", name="SELECT", start_ms=n * 5.01, duration_ms=5)
        for n in range(18)
    ]
    async with shown(a_span("root", duration_ms=97), *loop) as (app, _):
        assert app.lines[3].count("▏") == 18


async def test_hostile_names_do_nothing() -> None:
    """Frames are as wide as their time, whatever their name."""
    spans = [
        a_span(
            str(n),
            parent="0" if n else None,
            name=name.encode("utf-8", "replace").decode(),
            start_ms=n,
        )
        for n, name in enumerate(HOSTILE)
    ]
    async with shown(*spans) as (app, _):
        assert not any(acts(line) for line in app.lines)


async def test_a_trace_without_times_says_so() -> None:
    """And no key harms it."""
    async with shown(a_span("a", start_time_unix_nano=0)) as (app, pilot):
        assert "no span has a start" in app.lines[0]
        await press(pilot, "down", "up", "left", "enter", "b", "b", "end", "pagedown")


async def test_very_many_spans_draw_one_screen() -> None:
    """Two thousand at once, and a chain of five hundred."""
    wide = [a_span(f"w{n}", parent="root", duration_ms=9) for n in range(2_000)]
    deep = [a_span(f"d{n}", parent=f"d{n - 1}" if n else "root") for n in range(500)]
    async with shown(a_span("root", duration_ms=10), *wide, *deep, size=(80, 24)) as (
        app,
        pilot,
    ):
        drawn = app.flame.lines_drawn
        await press(pilot, "end")
        assert app.flame.lines_drawn - drawn <= 2 * 24
        drawn = app.flame.lines_drawn
        await press(pilot, "up", "down")
        assert app.flame.lines_drawn - drawn <= 4 * 24
