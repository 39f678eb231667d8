"""Does by itself what the user has asked for on the command line."""

import asyncio

from devtrace.errors import DevtraceError
from devtrace.scenarios.chaos import JOURNAL, Chaos
from devtrace.scenarios.player import Player
from devtrace.scenarios.programme import Programme
from devtrace.tui.stage import Stage
from devtrace.tui.workshop import Workshop

PAUSE_BETWEEN_PLAYS_SECONDS = 1.0


class Conductor:
    """Does what the programme says.

    Args:
        stage: What it is played on.
        programme: What to do.
    """

    def __init__(self, stage: Stage, programme: Programme) -> None:
        self._stage = stage
        self._programme = programme

    async def run(self) -> None:
        """Read the scenarios, then do everything; follows edits without end."""
        await self._stage.load()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._begin())
            folder = self._stage.folder
            if folder is not None and folder.is_dir():
                await self._stage.is_opened.wait()  # nobody edits what is not used
                tasks.create_task(Workshop(self._stage, folder).run())

    async def _begin(self) -> None:
        programme, stage = self._programme, self._stage
        try:
            played = stage.catalogue.pick(programme.autoplay)
            if programme.is_tour:
                played = stage.scenarios[:1]
            if programme.opens_shop or played or programme.chaos:
                await stage.open()
            if programme.chaos is not None:
                await self._make_chaos(programme.chaos(stage.shop.faults))
            else:
                await stage.play_in_order(played, pause_seconds=PAUSE_BETWEEN_PLAYS_SECONDS)
        except DevtraceError as error:
            stage.tell(f"{error}\n{error.hint}".strip(), is_problem=True)

    async def _make_chaos(self, chaos: Chaos) -> None:
        stage = self._stage
        if stage.shop.log_dir is None or stage.shop.gateway is None:
            return
        journal = stage.shop.log_dir / JOURNAL
        stage.chaos = chaos
        stage.tell(f"chaos has begun; what is on is written to {journal} when it is over")
        await chaos.run(Player(stage.shop.gateway), journal)
        stage.tell(f"chaos is over: what was on stands in {journal}")
