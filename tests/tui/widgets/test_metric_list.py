"""A row says what is measured, how it goes and what it is now; the list never jumps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.store.metrics import MetricStore
from devtrace.tui.metric_view import MetricView
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.metric_list import MetricList
from tests.builders import a_metric, a_metric_batch, a_point
from tests.tui.rig import press
from tests.tui.shop_metrics import shop_metrics
from tests.tui.test_metric_view import receive
from tests.tui.test_text import HOSTILE, acts


class Host(App[None]):
    """Shows one list; it notes what it was told."""

    def __init__(self, view: MetricView) -> None:
        super().__init__()
        self.view = view
        self.metrics = MetricList(view, ServiceHues())
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield self.metrics

    def on_metric_list_highlighted(self) -> None:
        """Note it."""
        self.told.append("highlighted")

    def on_metric_list_opened(self) -> None:
        """Note it."""
        self.told.append("opened")

    def look(self) -> None:
        """Take in what has changed."""
        if self.view.refresh():
            self.metrics.take_changes()

    @property
    def rows(self) -> list[str]:
        """What the list shows below its head, without its emptiness."""
        lines = [self.metrics.render_line(y).text for y in range(self.metrics.size.height)]
        return [line.rstrip() for line in lines[1:] if line.strip()]


@asynccontextmanager
async def shown(
    store: MetricStore | None = None, *, size: tuple[int, int] = (90, 11)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host over *store*."""
    app = Host(MetricView(MetricStore() if store is None else store))
    async with app.run_test(size=size) as pilot:
        app.metrics.focus()
        app.look()
        await pilot.pause(0)
        yield app, pilot


async def test_a_row_says_what_is_measured_and_what_it_is_now() -> None:
    """Kind, service, name or attributes, trend, and the newest figure at the right."""
    async with shown(shop_metrics(), size=(100, 11)) as (app, _):
        rows = app.rows

    assert rows[0].startswith("▌▥ ● gateway  http.server.request.duration  http.req")
    assert rows[0].endswith(" p95          180ms")
    assert rows[1] == " ▾ http.server.requests  ×2 series"
    assert rows[2].startswith(" Σ ● gateway    http.route=/checkout  ")
    assert [row.split()[0] for row in rows[4:]] == ["▤", "±", "≈", "%"]
    assert {cell_len(row) for row in (rows[0], *rows[2:])} == {100}
    assert any(bar in rows[0] for bar in "▁▂▃▄▅▆▇█")


@pytest.mark.parametrize("width", [40, 44, 56, 64, 80, 90, 120, 200])
async def test_rows_fill_every_width(width: int) -> None:
    """Columns leave one after the other, name and value never."""
    async with shown(shop_metrics(), size=(width, 11)) as (app, _):
        lines = [app.metrics.render_line(y).text for y in range(9)]

    assert {cell_len(line) for line in lines} == {width}
    assert all("56.8 MiB" in line for line in lines if "process" in line)


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_text_moves_no_column(hostile: str) -> None:
    """R126: neither as name, nor as service, unit or attribute."""
    text = hostile.encode("utf-8", "replace").decode()
    store = MetricStore()
    for value in (1, 2):
        point = a_point(value, at_ms=value, attributes={text: text})
        store.consume_metrics(
            a_metric_batch(
                a_metric(point, name=text, unit=text, description=text), service=text
            )
        )
    async with shown(store, size=(80, 4)) as (app, _):
        lines = [app.metrics.render_line(y).text for y in range(4)]

    assert {cell_len(line) for line in lines} == {80}
    assert not any(acts(line) for line in lines)


async def test_what_is_under_the_cursor_stays_on_its_line() -> None:
    """Whatever comes above and below."""
    store = MetricStore()
    receive(store, *((f"m{n}", 0) for n in range(10, 40)))
    async with shown(store, size=(80, 11)) as (app, pilot):
        await press(pilot, *["down"] * 15)
        before = next(at for at, row in enumerate(app.rows) if row.startswith("▌"))
        name = app.rows[before].split()[3]

        receive(store, *((f"a{n}", 0) for n in range(5)), ("m20", 1), ("z", 0))
        app.look()

        row = app.rows[before]
        assert row.startswith("▌")
        assert name in row
        assert app.told == ["highlighted"] * 15


async def test_a_double_click_opens() -> None:
    """As Enter does."""
    async with shown(shop_metrics()) as (app, pilot):
        await pilot.click(MetricList, offset=(10, 3), times=2)
        await pilot.pause(0)

        assert app.told[-1] == "opened"
        assert app.view.selected == app.view.id_at(2)


async def test_an_empty_list_takes_every_key() -> None:
    """There is nothing to move to."""
    async with shown() as (app, pilot):
        await press(pilot, "down", "end", "home", "pageup")
        app.metrics.row_activated()
        await pilot.pause(0)

        assert (app.rows, app.told) == ([], [])


async def test_a_hundred_thousand_points_cost_what_is_shown_of_them() -> None:
    """Five thousand series of twenty points, counted in series read and rows drawn."""
    store = MetricStore()
    for step in range(20):
        points = [a_point(step, at_ms=step, attributes={"n": number}) for number in range(500)]
        store.consume_metrics(
            a_metric_batch(*(a_metric(*points, name=f"m{name}") for name in range(10)))
        )
    assert (len(store), store.point_count) == (5_000, 100_000)
    async with shown(store, size=(80, 40)) as (app, pilot):
        for row in range(10):
            app.view.toggle_fold(app.view.id_at(row * 501))
        app.metrics.take_changes()
        read, drawn = app.view.series_read, app.metrics.lines_drawn
        assert len(app.view) == 5_010

        await press(pilot, "down", "pagedown", "end", "home")

        assert app.view.series_read - read <= 4 * 40
        assert app.metrics.lines_drawn - drawn <= 4 * 3 * 40
