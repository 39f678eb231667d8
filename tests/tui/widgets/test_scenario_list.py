"""The catalogue is walked scenario by scenario, and each says how its newest play went."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.scenarios.player import PlayResult
from devtrace.scenarios.scenario import Scenario
from devtrace.tui.stage import Phase, Showing, Stage
from devtrace.tui.widgets.scenario_list import ScenarioList
from tests.tui.rig import SCENARIOS, a_stage, press

RESULT = PlayResult(scenario_id="checkout", trace_ids=(), statuses=(200,), seconds=0.26)


class Host(App[None]):
    """Shows one list; it counts what it was told."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.listing = ScenarioList(stage)
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield self.listing

    def on_scenario_list_highlighted(self) -> None:
        """Note which."""
        selected = self.listing.selected
        self.told.append(selected.id if selected else "")

    def on_scenario_list_activated(self) -> None:
        """Note it."""
        self.told.append("activated")

    @property
    def rows(self) -> list[str]:
        """What the list shows."""
        lines = [self.listing.render_line(y).text for y in range(self.listing.size.height)]
        return [line.rstrip() for line in lines if line.strip()]


@asynccontextmanager
async def shown(
    scenarios: Sequence[Scenario] = SCENARIOS, *, size: tuple[int, int] = (34, 10)
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host with a list of *scenarios*."""
    app = Host(a_stage(None, scenarios))
    async with app.run_test(size=size) as pilot:
        app.listing.focus()
        await pilot.pause(0)
        yield app, pilot


async def test_scenarios_stand_under_their_groups() -> None:
    """The cursor begins on the first scenario, not on the name above it."""
    async with shown() as (app, _):
        assert app.rows == [
            " How it should look",
            "▌  checkout                     ·",
            " Slow",
            "   slow_payment                 ·",
            " Failing",
            "   failed_charge                ·",
        ]


async def test_a_group_is_named_once_whatever_the_order() -> None:
    """Scenarios of one group stand together."""
    apart = [
        replace(SCENARIOS[0], id="one", group="A"),
        replace(SCENARIOS[0], id="two", group="B"),
        replace(SCENARIOS[0], id="three", group="A"),
    ]
    async with shown(apart) as (app, _):
        assert [row.split()[0].strip("▌") or row.split()[1] for row in app.rows] == [
            "A", "one", "three", "B", "two",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "selected"),
    [
        (["down"], "slow_payment"),
        (["down", "down"], "failed_charge"),
        (["down", "down", "down"], "failed_charge"),
        (["up"], "checkout"),
        (["end", "up"], "slow_payment"),
        (["end", "up", "up", "up"], "checkout"),
        (["end", "home"], "checkout"),
        (["pagedown", "pageup"], "checkout"),
    ],
)
async def test_keys_skip_the_names_of_groups(keys: list[str], selected: str) -> None:
    """Every press comes to a scenario."""
    async with shown() as (app, pilot):
        await press(pilot, *keys)

        assert app.listing.selected is not None
        assert app.listing.selected.id == selected
        assert "" not in app.told


async def test_a_click_on_a_group_chooses_a_scenario_of_it_or_beside_it() -> None:
    """The cursor never stands on a name."""
    async with shown() as (app, pilot):
        await pilot.click(app.listing, offset=(3, 4))
        assert app.told == ["failed_charge"]
        await pilot.click(app.listing, offset=(3, 0))
        assert app.told == ["failed_charge", "checkout"]
        await pilot.double_click(app.listing, offset=(5, 3))
        await pilot.pause(0)
        assert app.told[2:] == ["slow_payment", "activated"]


async def test_a_catalogue_without_scenarios_takes_every_key() -> None:
    """The shop is not installed, or no file can be read."""
    async with shown(()) as (app, pilot):
        await press(pilot, "down", "up", "end", "home", "pagedown")
        await pilot.click(app.listing, offset=(3, 2))

        assert app.listing.selected is None
        assert app.rows == []


@pytest.mark.parametrize(
    ("showing", "said"),
    [
        (Showing(phase=Phase.PLAYING, done=2, total=5), "▶ 2/5"),
        (Showing(result=RESULT, done=1, total=1), "✔ 260ms"),
        (Showing(failure="the shop is not there"), "✘ failed"),
    ],
)
async def test_a_scenario_says_how_its_newest_play_went(showing: Showing, said: str) -> None:
    """Playing, played, failed; a mark for each."""
    async with shown() as (app, _):
        app.stage.showings["checkout"] = showing

        assert app.rows[1].endswith(said)
        assert app.rows[1].startswith("▌  checkout ")


@pytest.mark.parametrize("width", [20, 34, 60])
async def test_every_line_is_as_wide_as_the_list(width: int) -> None:
    """Also with ids longer than the line, and with a scroll bar."""
    long = [replace(SCENARIOS[0], id=f"a_scenario_with_a_very_long_id_{n}") for n in range(20)]
    async with shown(long, size=(width, 10)) as (app, _):
        assert {cell_len(app.listing.render_line(y).text) for y in range(10)} == {width}
