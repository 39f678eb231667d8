"""Faults come and go as a seed says, and what was on is written down."""

import asyncio
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.errors import DevtraceError
from devtrace.scenarios import chaos
from devtrace.scenarios.chaos import Chaos, Episode, plan
from devtrace.scenarios.player import Player, PlayResult
from devtrace.scenarios.scenario import Scenario

FAULTS = ("slow_payment", "failed_charge", "lost_context")


class Recorder(Player):
    """Notes what is to be sent instead of sending it."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.faults: list[tuple[str, ...]] = []
        self.paths: list[str] = []

    async def play(self, scenario: Scenario, _on_progress: object = None) -> PlayResult:
        """Note it and answer."""
        self.faults.append(scenario.faults)
        self.paths.append(scenario.steps[0].path)
        number = len(self.faults)
        return PlayResult(
            scenario_id="chaos", trace_ids=(f"{number:032x}",), statuses=(200,), seconds=0.0
        )


@given(
    seed=st.integers(),
    seconds=st.floats(1, 3600),
    faults=st.sets(st.text(min_size=1), max_size=9),
)
def test_a_plan_follows_from_its_seed_and_stays_within_its_time(
    seed: int, seconds: float, faults: set[str]
) -> None:
    """Whatever order the faults are given in; between two faults there is a pause."""
    episodes = plan(seed, seconds, faults)

    assert episodes == plan(seed, seconds, sorted(faults, reverse=True))
    assert bool(episodes) == bool(faults)
    ends = 0.0
    for each in episodes:
        assert each.fault in faults
        assert 0 < each.begins_seconds <= each.ends_seconds <= seconds + 0.001
        assert each.begins_seconds > ends or each.ends_seconds == ends
        ends = each.ends_seconds


def test_two_seeds_are_two_plans() -> None:
    """There is something to guess."""
    assert plan(1, 600, FAULTS) != plan(2, 600, FAULTS)


async def test_requests_carry_what_is_on_and_the_journal_tells_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked to go wrong can be looked up afterwards, with traces that show it."""
    monkeypatch.setattr(chaos, "REQUESTS_PER_SECOND", 100)
    journal = tmp_path / "chaos.jsonl"
    player = Recorder()
    running = Chaos(7, 0.6, FAULTS)
    changes: list[float] = []

    await running.run(player, journal, lambda: changes.append(running.elapsed_seconds))

    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [line["fault"] for line in lines] == [each.fault for each in running.episodes]
    asked = {fault for faults in player.faults for fault in faults}
    assert asked == {line["fault"] for line in lines if line["requests"]}
    assert () in player.faults
    assert all(1 <= len(line["trace_ids"]) <= 10 for line in lines if line["requests"])
    assert running.requests == len(player.faults)
    assert changes == sorted(changes)


async def test_what_is_stopped_early_is_written_down_as_far_as_it_came(tmp_path: Path) -> None:
    """Faults that were still to come are not told."""
    running = Chaos(7, 3600, FAULTS)
    running.episodes = (
        Episode(fault="slow_payment", begins_seconds=0, ends_seconds=1000),
        Episode(fault="failed_charge", begins_seconds=2000, ends_seconds=3000),
    )
    started = asyncio.Event()
    task = asyncio.ensure_future(running.run(Recorder(), tmp_path / "x.jsonl", started.set))
    await started.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    (line,) = (tmp_path / "x.jsonl").read_text().splitlines()
    assert json.loads(line)["fault"] == "slow_payment"


async def test_a_shop_that_does_not_keep_up_is_not_buried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left out is counted."""
    monkeypatch.setattr(chaos, "REQUESTS_PER_SECOND", 200)
    monkeypatch.setattr(chaos, "MAX_AT_ONCE", 2)

    class Stuck(Recorder):
        async def play(self, scenario: Scenario, _on_progress: object = None) -> PlayResult:
            while not running.left_out:  # noqa: ASYNC110  # it tells nobody
                await asyncio.sleep(0.01)
            return await super().play(scenario)

    running = Chaos(1, 0.3, ())
    await running.run(Stuck(), tmp_path / "x.jsonl")

    assert running.left_out
    assert (tmp_path / "x.jsonl").read_text() == ""


async def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    with pytest.raises(DevtraceError, match="cannot write what was on to"):
        await Chaos(1, 0, FAULTS).run(Recorder(), tmp_path / "no" / "x.jsonl")
