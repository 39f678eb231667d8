"""What happens when somebody saves a scenario or a source of the shop that is in use."""

import asyncio
from pathlib import Path

from devtrace.scenarios.edits import Edits, edits, services_of, syntax_problem
from devtrace.tui.stage import Stage


class Workshop:
    """Reads scenarios again and restarts services as their files are saved.

    Args:
        stage: What they are played on.
        folder: The shop's sources with its scenarios.
    """

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._folder = folder

    async def run(self) -> None:
        """Follow what is saved; never ends by itself."""
        async with asyncio.TaskGroup() as tasks:
            async for saved in edits(self._folder):
                if saved.scenarios:
                    await self._take_scenarios(saved)
                if saved.sources:
                    await self._take_sources(saved, tasks)

    async def _take_scenarios(self, saved: Edits) -> None:
        await self._stage.load()
        for name in saved.scenarios:
            found = self._stage.catalogue.problems
            problems = [each for each in found if each.startswith(f"{name}:")]
            for problem in problems:
                self._stage.tell(f"{problem}; it stays what it was", is_problem=True)
            if not problems:
                self._stage.tell(f"{name} was read again")

    async def _take_sources(self, saved: Edits, tasks: asyncio.TaskGroup) -> None:
        found = [await asyncio.to_thread(syntax_problem, each) for each in saved.sources]
        problems = [each for each in found if each is not None]
        for problem in problems:
            self._stage.tell(f"{problem}; what runs goes on", is_problem=True)
        services = self._stage.shop.services
        if problems or not services:
            return
        names = await asyncio.to_thread(
            services_of, saved.sources, self._folder, tuple(services)
        )
        if not names:
            self._stage.tell("what was saved takes effect when the shop is started again")
        for name in names:
            tasks.create_task(self._stage.restart(name))
