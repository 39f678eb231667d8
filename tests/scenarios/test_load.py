"""A load is typed in a few ways, bounded, and played at its rate."""

import asyncio

import pytest

from devtrace.errors import UsageError
from devtrace.scenarios import load as loads
from devtrace.scenarios.load import MAX_TRACE_IDS, Load, play_many, read_load
from devtrace.scenarios.player import Player, PlayResult
from devtrace.scenarios.scenario import Scenario, Step

LESSON = Scenario(
    id="lesson",
    title="",
    group="",
    lesson="",
    look_for="",
    faults=(),
    steps=(Step(method="GET", path="/"),),
)


class Counting(Player):
    """Answers without asking anybody; every third play fails."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9")
        self.plays = 0
        self.at_once = 0
        self.most_at_once = 0

    async def play(self, scenario: Scenario, _on_progress: object = None) -> PlayResult:
        """Take a moment."""
        self.plays += 1
        number = self.plays
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.01)
        self.at_once -= 1
        return PlayResult(
            scenario_id=scenario.id,
            trace_ids=(f"{number:032x}",),
            statuses=(200,),
            seconds=0.01,
            failure=None if number % 3 else f"play {number} failed",
        )


@pytest.mark.parametrize(
    ("text", "load"),
    [
        ("50", Load(times=50, per_second=1)),
        (" 50 10 ", Load(times=50, per_second=10)),
        ("50 at 10/s", Load(times=50, per_second=10)),
        ("50 × 0.5", Load(times=50, per_second=0.5)),
        ("50x2", Load(times=50, per_second=2)),
        ("50@2", Load(times=50, per_second=2)),
    ],
)
def test_a_load_is_read_as_people_write_it(text: str, load: Load) -> None:
    """A count, and a rate if it is not one a second."""
    assert read_load(text) == load


def test_a_load_reads_as_it_is_written() -> None:
    """What is shown can be typed."""
    assert read_load(str(Load(times=7, per_second=2.5))) == Load(times=7, per_second=2.5)


@pytest.mark.parametrize("text", ["", "many", "-1", "0", "5 0", "10001", "5 101", "5 at"])
def test_what_is_no_load_is_told_with_one_that_is(text: str) -> None:
    """And so is what would be too much."""
    with pytest.raises(UsageError) as caught:
        read_load(text)

    assert caught.value.hint == "type 50 at 10/s"


async def test_every_play_is_counted_with_those_that_failed() -> None:
    """The first failure says why."""
    player = Counting()
    seen: list[tuple[int, int]] = []

    result = await play_many(
        LESSON, player, Load(times=9, per_second=100), lambda *each: seen.append(each)
    )

    assert (result.failed, result.failure) == (3, "play 3 failed")
    assert seen[-1] == (9, 3)
    assert [done for done, _ in seen] == list(range(1, 10))
    assert len(result.trace_ids) == 9


async def test_no_more_than_so_many_are_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that does not keep up is not buried; the rate suffers instead."""
    monkeypatch.setattr(loads, "MAX_AT_ONCE", 3)
    player = Counting()

    await play_many(LESSON, player, Load(times=30, per_second=10_000))

    assert player.plays == 30
    assert player.most_at_once == 3


async def test_only_the_newest_traces_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long load takes no more memory than a short one."""
    monkeypatch.setattr(loads, "MAX_TRACE_IDS", 5)

    result = await play_many(LESSON, Counting(), Load(times=20, per_second=10_000))

    assert len(result.trace_ids) == 5 < MAX_TRACE_IDS
    assert f"{20:032x}" in result.trace_ids
