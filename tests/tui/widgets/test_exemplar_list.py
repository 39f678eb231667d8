"""Each exemplar says when, how much, and whether its trace can be opened."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.tui.series_reading import SeriesReading
from devtrace.tui.widgets.exemplar_list import ExemplarList
from tests.builders import SECOND, T0, a_point, a_series, an_exemplar, trace_id_of
from tests.tui.rig import press
from tests.tui.test_text import HOSTILE, acts


class Host(App[None]):
    """Shows one list over a store in which one trace is held."""

    def __init__(self) -> None:
        super().__init__()
        titles = {trace_id_of("held"): "POST /checkout"}
        self.exemplars = ExemplarList(lambda trace_id: titles.get(trace_id, ""))
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        """Show it."""
        yield self.exemplars

    def on_exemplar_list_opened(self) -> None:
        """Note it."""
        self.told.append("opened")

    @property
    def lines(self) -> list[str]:
        """What it shows."""
        height = self.exemplars.size.height
        return [self.exemplars.render_line(y).text for y in range(height)]


@asynccontextmanager
async def shown() -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host."""
    app = Host()
    async with app.run_test(size=(70, 6)) as pilot:
        app.exemplars.focus()
        yield app, pilot


def a_reading(*exemplars: Any, unit: str = "ms") -> SeriesReading:
    """Return the reading of a gauge with exemplars."""
    return SeriesReading(a_series(a_point(1, exemplars=exemplars), kind="gauge", unit=unit))


def exemplars(*seconds: int, trace: str | None = "held") -> list[Any]:
    """Return exemplars measured at so many seconds."""
    return [
        an_exemplar(each, trace=trace, time_unix_nano=T0 + each * SECOND) for each in seconds
    ]


async def test_a_row_says_what_was_measured_and_where_it_leads() -> None:
    """To a trace that is held, to one that is not, or nowhere."""
    async with shown() as (app, _):
        app.exemplars.show(
            a_reading(*exemplars(3), *exemplars(2, trace="gone"), *exemplars(1, trace=None))
        )
        head, held, gone, none, *_ = app.lines

    assert head.startswith(" 3 exemplars")
    assert held.startswith("▌◆ 08:53:23.000          3ms  ↗ POST /checkout")
    assert f"trace {trace_id_of('gone')[:8]}… not held" in gone
    assert "of no trace" in none


async def test_the_cursor_stays_on_its_exemplar() -> None:
    """New ones come at the top."""
    async with shown() as (app, pilot):
        app.exemplars.show(a_reading(*exemplars(1, 2, 3)))
        await press(pilot, "down")
        assert app.exemplars.selected is not None
        before = app.exemplars.selected.value

        app.exemplars.show(a_reading(*exemplars(1, 2, 3, 4, 5)))

        assert app.exemplars.selected.value == before == 2


async def test_without_an_exemplar_it_says_why() -> None:
    """And takes every key."""
    async with shown() as (app, pilot):
        app.exemplars.show(a_reading())
        await press(pilot, "down", "end")

        assert "no exemplar" in app.lines[0]
        assert app.exemplars.selected is None


async def test_a_double_click_opens() -> None:
    """As Enter does."""
    async with shown() as (app, pilot):
        app.exemplars.show(a_reading(*exemplars(1, 2)))
        await pilot.click(ExemplarList, offset=(10, 1), times=2)
        await pilot.pause(0)

        assert app.told == ["opened"]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_text_moves_no_column(hostile: str) -> None:
    """R126: neither as unit nor as attribute."""
    text = hostile.encode("utf-8", "replace").decode()
    point = a_point(1, attributes={text: text})
    exemplar = an_exemplar(1.0, filtered_attributes=point.attributes)
    async with shown() as (app, _):
        app.exemplars.show(a_reading(exemplar, unit=text))
        lines = app.lines

    assert {cell_len(line) for line in lines} == {70}
    assert not any(acts(line) for line in lines)
