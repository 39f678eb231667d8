"""What the user plays: the shop, its scenarios, and what came of each.

Pure of Textual.  It owns the order of things (the shop first, then the request) and
remembers results; screens read it and are told of changes by one callback.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from devtrace.errors import DevtraceError
from devtrace.scenarios.player import Player, PlayResult, Progress
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """The newest play of one scenario."""

    is_playing: bool = False
    done: int = 0
    """Requests answered so far."""
    total: int = 0
    result: PlayResult | None = None
    failure: str | None = None
    """Why it could not be played, or did not go as it should; None while all is well."""


class Stage:
    """Plays scenarios on the shop, starting it when it does not run.

    Args:
        shop: Started when first needed.
        scenarios: What can be played, in the order they are listed.
        problems: Why some scenario files could not be read.
        on_change: Called whenever something here or in the shop is different.
    """

    def __init__(
        self,
        shop: Shop,
        scenarios: Sequence[Scenario],
        *,
        problems: Sequence[str] = (),
        on_change: Callable[[], None] | None = None,
    ) -> None:
        self.shop = shop
        self.scenarios = tuple(scenarios)
        self.problems = tuple(problems)
        self.on_change = on_change
        self.showings: dict[str, Showing] = {}
        self.last_played: Scenario | None = None
        shop.on_change = self._changed

    async def open(self) -> None:
        """Start the shop and wait until it takes requests.

        Raises:
            DevtraceError: If it cannot be started.
        """
        await self.shop.start()
        await self.shop.ready()

    async def play(self, scenario: Scenario) -> Showing:
        """Play *scenario* once; what goes wrong is in the result.

        Returns:
            How it went.
        """
        self.last_played = scenario
        total = sum(step.count for step in scenario.steps)
        self._set(scenario, Showing(is_playing=True, total=total))

        def on_progress(progress: Progress) -> None:
            self._set(scenario, replace(self.showings[scenario.id], done=progress.done))

        try:
            await self.open()
            result = await Player(self.shop.gateway or "").play(scenario, on_progress)
        except DevtraceError as error:
            showing = Showing(total=total, failure=f"{error}. {error.hint}".rstrip(". "))
        else:
            showing = Showing(
                done=len(result.statuses), total=total, result=result, failure=result.failure
            )
        self._set(scenario, showing)
        return showing

    async def play_in_order(
        self, scenarios: Sequence[Scenario], *, pause_seconds: float
    ) -> None:
        """Play several scenarios, each after the one before and a pause to look at it."""
        for number, scenario in enumerate(scenarios):
            if number:
                await asyncio.sleep(pause_seconds)
            await self.play(scenario)

    def _set(self, scenario: Scenario, showing: Showing) -> None:
        self.showings[scenario.id] = showing
        self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()
