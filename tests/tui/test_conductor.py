"""The programme begins once the scenarios are read, and does what was asked for."""

import asyncio
import json
from pathlib import Path

import pytest

from devtrace.scenarios import chaos
from devtrace.scenarios.chaos import Chaos
from devtrace.scenarios.folder import shop_folder
from devtrace.scenarios.programme import Programme
from devtrace.scenarios.shop import Status
from devtrace.store.ring import TraceStore
from devtrace.tui.conductor import Conductor
from devtrace.tui.screens.scenarios import ScenariosScreen
from devtrace.tui.stage import Stage
from tests.tui.rig import OpenShop, a_session, a_stage, opened


async def conducted(stage: Stage, programme: Programme) -> list[str]:
    """Let *programme* run to its end on a stage without files, and return what was told."""
    news: list[str] = []
    stage.on_news = lambda told, _is_problem: news.append(told)
    async with asyncio.timeout(30):
        await Conductor(stage, programme).run()
    return news


async def test_the_catalogue_is_read_when_the_stage_is_there_and_not_before() -> None:
    """Nobody waits for thirty files before there is anything to see."""
    stage = Stage(OpenShop(), a_session(TraceStore()), folder=shop_folder())
    assert not stage.is_loaded
    assert stage.scenarios == ()

    await stage.load()

    assert stage.is_loaded
    assert len(stage.scenarios) == 30


async def test_without_a_programme_nothing_is_started() -> None:
    """The shop waits for a key."""
    shop = OpenShop()

    await conducted(a_stage(shop), Programme())

    assert shop.status is Status.STOPPED


async def test_a_scenario_that_turns_out_to_be_defective_is_told() -> None:
    """Its name was there, its contents were not."""
    (news,) = await conducted(a_stage(), Programme(autoplay=("chekout",)))

    assert news.startswith("cannot play 'chekout': there is no such scenario; did you mean")


async def test_a_tour_begins_with_the_first_scenario_on_its_screen() -> None:
    """And leaves the others to a key."""
    async with opened(programme=Programme(is_tour=True)) as rig:
        await rig.until(lambda: isinstance(rig.screen, ScenariosScreen))
        await rig.until(lambda: rig.stage.showings)

        assert list(rig.stage.showings) == ["checkout"]


async def test_chaos_runs_and_says_where_what_was_on_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made of what the shop says that it can."""
    monkeypatch.setattr(chaos, "REQUESTS_PER_SECOND", 50)
    shop = OpenShop()
    shop.log_dir, shop.faults = tmp_path, frozenset({"slow_payment"})
    stage = a_stage(shop)

    news = await conducted(stage, Programme(chaos=lambda faults: Chaos(1, 0.5, faults)))

    journal = tmp_path / "chaos.jsonl"
    assert news[-1] == f"chaos is over: what was on stands in {journal}"
    faults = {json.loads(line)["fault"] for line in journal.read_text().splitlines()}
    assert faults == {"slow_payment"}
    assert stage.chaos is not None
