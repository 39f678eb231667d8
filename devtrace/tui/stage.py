"""What the user plays: the shop, its scenarios, and what came of each.

Pure of Textual.  It owns the order of things (the shop first, then the request, then the
wait until no more is to come) and remembers results; screens read it and are told of
changes by one callback, of what happened besides by another.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from devtrace.errors import DevtraceError
from devtrace.scenarios.shop import Shop, Status

if TYPE_CHECKING:  # nothing of it is needed before the scenarios are read
    from devtrace.scenarios.chaos import Chaos
    from devtrace.scenarios.load import Load, LoadResult
    from devtrace.scenarios.outcome import Outcome
    from devtrace.scenarios.performance import Receiver
    from devtrace.scenarios.player import PlayResult, Progress
    from devtrace.scenarios.scenario import Catalogue, Scenario

RESTART_SECONDS = 20.0
"""How long a service may take to be ready again before that is no news any more."""


class Phase(StrEnum):
    """How far a play has come."""

    OPENING = "opening the shop"
    PLAYING = "playing"
    SETTLING = "waiting for the last spans"
    OVER = "over"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """The newest play of one scenario."""

    phase: Phase = Phase.OVER
    done: int = 0
    """Requests answered so far; of a load, plays."""
    total: int = 0
    load: "Load | None" = None
    """How often it is played, if more than once."""
    result: "PlayResult | None" = None
    outcome: "Outcome | None" = None
    """What it has shown; None before it is settled, and for a load."""
    load_result: "LoadResult | None" = None
    failure: str | None = None
    """Why it could not be played, or did not go as it should; None while all is well."""

    @property
    def is_playing(self) -> bool:
        """Whether there is more to come."""
        return self.phase in {Phase.OPENING, Phase.PLAYING, Phase.SETTLING}

    @property
    def trace_ids(self) -> tuple[str, ...]:
        """What came of it, as far as that is known."""
        made = self.outcome or self.load_result or self.result
        return made.trace_ids if made is not None else ()


class Stage:
    """Plays scenarios on the shop, starting it when it does not run.

    Args:
        shop: Started when first needed.
        receiver: Where the telemetry of the shop arrives.
        catalogue: What can be played, in the order it is listed.
        folder: The shop's sources with its scenarios, to be read by `load`; None:
            *catalogue* is all there is.
        on_change: Called whenever something here or in the shop is different.
        on_news: Called with what a user should be told, and whether it is a problem.
    """

    def __init__(
        self,
        shop: Shop,
        receiver: "Receiver",
        *,
        catalogue: "Catalogue | None" = None,
        folder: Path | None = None,
        on_change: Callable[[], None] | None = None,
        on_news: Callable[[str, bool], None] | None = None,
    ) -> None:
        self.shop = shop
        if catalogue is not None:
            self.catalogue = catalogue
        self.on_change = on_change
        self.on_news = on_news
        self.is_loaded = folder is None
        """Whether the scenarios have been read."""
        self.is_opened = asyncio.Event()
        """Set once the shop has been asked for."""
        self.showings: dict[str, Showing] = {}
        self.last_played: Scenario | None = None
        self.chaos: Chaos | None = None
        """What goes wrong by itself, or has; None without."""
        self._receiver = receiver
        self.folder = folder
        self._plays: dict[str, asyncio.Task[None]] = {}
        self._named: dict[str, set[str]] = {}
        """The traces that the answers of each play have named, while any play is under way."""
        shop.on_change = self._changed

    @cached_property
    def catalogue(self) -> "Catalogue":
        """What can be played, and what cannot and why; nothing before it was read."""
        from devtrace.scenarios.scenario import Catalogue

        return Catalogue((), ())

    @property
    def scenarios(self) -> "tuple[Scenario, ...]":
        """What can be played, in the order it is listed."""
        return self.catalogue.scenarios

    # -- the catalogue ---------------------------------------------------------------

    async def load(self) -> None:
        """Read the scenarios, again if they have been; what is defective stays what it was.

        In a thread: it takes a few hundred milliseconds, and somebody may be typing.
        """
        if self.folder is not None:
            self.catalogue = await asyncio.to_thread(self._read, self.folder / "scenarios")
        self.is_loaded = True
        self._changed()

    def _read(self, folder: Path) -> "Catalogue":
        from devtrace.scenarios.scenario import load_scenarios

        return load_scenarios(folder, before=self.scenarios)

    # -- the shop --------------------------------------------------------------------

    async def open(self) -> None:
        """Start the shop and wait until it takes requests.

        Raises:
            DevtraceError: If it cannot be started.
        """
        self.is_opened.set()
        await self.shop.start()
        await self.shop.ready()

    @property
    def gone(self) -> list[str]:
        """The services that have ended."""
        services = self.shop.services.items()
        return [name for name, state in services if state.status is Status.EXITED]

    async def restart(self, name: str) -> None:
        """Start the service *name* anew and tell when it is ready, or why not."""
        began = asyncio.get_running_loop().time()
        before = self.shop.services.get(name)
        try:
            self.shop.replace(name)
        except DevtraceError as error:
            self.tell(f"{error}. {error.hint}".rstrip(". "), is_problem=True)
            return
        self.tell(f"restarting {name}")
        while (state := self.shop.services.get(name)) is not None:
            seconds = asyncio.get_running_loop().time() - began
            if state is not before and state.status is Status.READY:
                self.tell(f"{name} is ready again after {seconds:.1f} s")
                return
            if state is not before and state.status is Status.EXITED:
                self.tell(f"{name} {state.message}", is_problem=True)
                return
            if seconds > RESTART_SECONDS:
                return
            await asyncio.sleep(0.05)

    # -- plays -----------------------------------------------------------------------

    @property
    def playing(self) -> list[str]:
        """Ids of what is played at the moment."""
        return [name for name, showing in self.showings.items() if showing.is_playing]

    async def play(self, scenario: "Scenario", load: "Load | None" = None) -> Showing:
        """Play *scenario*, once or as a load; what goes wrong is in the result.

        While it is played it is not begun again.

        Returns:
            How it went.
        """
        if scenario.id in self._plays:
            return self.showings[scenario.id]
        self.last_played = scenario
        total = load.times if load else sum(step.count for step in scenario.steps)
        self._set(scenario, Showing(phase=Phase.OPENING, total=total, load=load))
        try:
            async with asyncio.TaskGroup() as tasks:
                self._plays[scenario.id] = tasks.create_task(self._play(scenario, load))
        finally:
            del self._plays[scenario.id]
            if not self._plays:
                self._named.clear()
        return self.showings[scenario.id]

    async def play_in_order(
        self, scenarios: "Sequence[Scenario]", *, pause_seconds: float
    ) -> None:
        """Play several scenarios, each after the one before and a pause to look at it."""
        for number, scenario in enumerate(scenarios):
            if number:
                await asyncio.sleep(pause_seconds)
            await self.play(scenario)

    def stop(self, scenario: "Scenario") -> bool:
        """End the play of *scenario*; tell whether there was one."""
        play = self._plays.get(scenario.id)
        return play is not None and play.cancel()

    async def _play(self, scenario: "Scenario", load: "Load | None") -> None:
        from devtrace.scenarios.load import play_many
        from devtrace.scenarios.outcome import Observer
        from devtrace.scenarios.performance import play_through
        from devtrace.scenarios.player import Player

        named = self._named.setdefault(scenario.id, set())

        def on_progress(progress: "Progress") -> None:
            named.add(progress.trace_id)
            if load is None:
                self._update(scenario, done=progress.done)

        def on_done(done: int, _failed: int) -> None:
            self._update(scenario, done=done)

        try:
            await self.open()
            self.shop.require_faults(scenario)
            self._update(scenario, phase=Phase.PLAYING)
            player = Player(self.shop.gateway or "")
            if load is not None:
                total = await play_many(scenario, player, load, on_done, on_progress)
                self._update(scenario, load_result=total, failure=total.failure)
            else:
                observer = Observer(self._receiver.store, self._receiver.logs)
                result = await play_through(scenario, player, self._receiver, on_progress)
                self._update(
                    scenario, phase=Phase.SETTLING, result=result, failure=result.failure
                )
                outcome = await observer.outcome(
                    scenario, result, of_others=lambda: self._named_by_others(scenario)
                )
                self._update(scenario, outcome=outcome)
            self._update(scenario, phase=Phase.OVER)
        except DevtraceError as error:
            failure = f"{error}. {error.hint}".rstrip(". ")
            self._update(scenario, phase=Phase.OVER, failure=failure)
        except asyncio.CancelledError:
            self._update(scenario, phase=Phase.STOPPED)
            raise

    def _named_by_others(self, scenario: "Scenario") -> Iterator[str]:
        for name, trace_ids in self._named.items():
            if name != scenario.id:
                yield from trace_ids

    # -- telling ---------------------------------------------------------------------

    def _update(self, scenario: "Scenario", **changes: object) -> None:
        self._set(scenario, replace(self.showings[scenario.id], **changes))  # type: ignore[arg-type]  # as its fields are

    def _set(self, scenario: "Scenario", showing: Showing) -> None:
        self.showings[scenario.id] = showing
        self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    def tell(self, news: str, *, is_problem: bool = False) -> None:
        """Pass *news* on to whoever shows it."""
        if self.on_news is not None:
            self.on_news(news, is_problem)
