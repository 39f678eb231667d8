"""A scenario reads itself out, with its newest play and the state of the shop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult

from devtrace.scenarios.player import PlayResult
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import ServiceState, Status
from devtrace.tui.stage import Phase, Showing, Stage
from devtrace.tui.widgets.scenario_detail import ScenarioDetail
from tests.tui.rig import SCENARIOS, a_stage
from tests.tui.test_text import acts

CHECKOUT, SLOW, _ = SCENARIOS
RESULT = PlayResult(scenario_id="checkout", trace_ids=(), statuses=(200, 200), seconds=0.256)


class Host(App[None]):
    """Shows one pane."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.detail = ScenarioDetail(stage)

    def compose(self) -> ComposeResult:
        """Show the pane."""
        yield self.detail

    def read(self, scenario: Scenario | None) -> str:
        """Return what the pane says of *scenario*."""
        self.detail.show(scenario)
        lines = [self.detail.render_line(y).text for y in range(self.detail.size.height)]
        assert {cell_len(line) for line in lines} == {self.detail.size.width}
        return "\n".join(line.rstrip() for line in lines)


@asynccontextmanager
async def shown(
    *, size: tuple[int, int] = (70, 40), problems: tuple[str, ...] = ()
) -> AsyncIterator[Host]:
    """Run a host over a stage with the usual scenarios."""
    app = Host(a_stage(problems=problems))
    async with app.run_test(size=size):
        yield app


async def test_a_scenario_says_what_it_teaches() -> None:
    """Title, lesson, what to look for, how to mend it, and the key that plays it."""
    async with shown() as app:
        text = app.read(SLOW)

        assert text.startswith("Slow payment\nThe bank takes 1.5 s.")
        assert "Look for\nThe long solid piece is card.charge" in text
        assert "⏎ plays it." in text
        assert "Remedy in Python\nasync with asyncio.timeout(0.5):\n    await bank" in text
        assert "The shop  stopped" in text


@pytest.mark.parametrize(
    ("showing", "said"),
    [
        (Showing(phase=Phase.OPENING, total=3), "▶ opening the shop  0 of 3 requests answered"),
        (
            Showing(result=RESULT, done=2, total=2),
            "✔ played in 256ms, answered 200 200",
        ),
        (
            Showing(failure="POST /checkout answered 500, expected 200"),
            "✘ POST /checkout answered",
        ),
    ],
)
async def test_the_newest_play_is_told(showing: Showing, said: str) -> None:
    """Of this scenario, not of others."""
    async with shown() as app:
        app.stage.showings["checkout"] = showing

        assert said in app.read(CHECKOUT)
        assert said not in app.read(SLOW)


async def test_the_shop_is_shown_service_by_service() -> None:
    """How long each took, where it listens, why it failed, and where its output is."""
    async with shown(problems=("lost.toml: title: is missing",)) as app:
        shop = app.stage.shop
        shop.status, shop.failure = Status.FAILED, "payments ended with code 3"
        shop.services = {
            "gateway": ServiceState(
                status=Status.READY, seconds=2.1, address="127.0.0.1:41233"
            ),
            "payments": ServiceState(status=Status.EXITED, message="ended \x1b[2J with code 3"),
            "orders": ServiceState(status=Status.STARTING),
        }
        shop.log_dir = Path("/tmp/devtrace-shop-1")  # noqa: S108  # nothing is written there

        text = app.read(CHECKOUT)

        assert "The shop  failed\n✘ payments ended with code 3" in text
        assert "  ✔ gateway        2.1 s  127.0.0.1:41233" in text
        assert "  ✘ payments       ended ␛[2J with code 3" in text
        assert "  … orders" in text
        assert "what they print: /tmp/devtrace-shop-1" in text
        assert "⚠ lost.toml: title: is missing" in text
        assert not acts(text.replace("\n", ""))


async def test_without_scenarios_it_says_so() -> None:
    """And says why, where files could not be read."""
    async with shown(problems=("lost.toml: title: is missing",)) as app:
        text = app.read(None)

        assert text.startswith("No scenario can be played.")
        assert "lost.toml" in text


@pytest.mark.parametrize("width", [24, 40, 120])
async def test_every_line_is_as_wide_as_the_pane(width: int) -> None:
    """At any width the text is broken to fit."""
    async with shown(size=(width, 60)) as app:
        assert "1.5 s" in app.read(SLOW)
