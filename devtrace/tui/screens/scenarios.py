"""The scenarios of the shop: what each teaches, one key to play it, and what it has shown."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.containers import Container
from textual.widget import Widget

from devtrace.scenarios.load import Load
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.verdict import Verdict, focus
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.load import LoadScreen
from devtrace.tui.screens.trace import open_span
from devtrace.tui.widgets.scenario_detail import ScenarioDetail
from devtrace.tui.widgets.scenario_list import ScenarioList


class ScenariosScreen(LiveScreen):
    """Mode 6: pick one, play it, open what came of it."""

    SCOPE = Scope.SCENARIOS
    mode = "Scenarios"
    BINDINGS: ClassVar = bindings_in(Scope.SCENARIOS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._stage = desk.stage
        self._list = ScenarioList(desk.stage)
        self._detail = ScenarioDetail(desk.stage, play_key=self.key("play"))
        self._load: Load | None = None

    def body(self) -> Iterable[Widget]:
        """Return the list and what is to be known of the selected scenario."""
        yield Container(self._list, self._detail, id="scenarios")

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def tick(self) -> None:
        """Show how far shop and plays have come."""
        self._list.take_changes()
        self._detail.show(self._list.selected)
        shop, chaos = self._stage.shop, self._stage.chaos
        if shop.failure:
            self.say("✘ the shop has a problem", tone="error")
        elif self.desk.session.is_away:
            self.say("nothing is received", tone="warning")
        elif playing := self._stage.playing:
            self.say(f"▶ playing {len(playing)}", tone="accent")
        elif chaos is not None and chaos.elapsed_seconds < chaos.seconds:
            left = chaos.seconds - chaos.elapsed_seconds
            self.say(f"chaos, {left:.0f} s left", tone="warning")
        else:
            self.say(f"shop {shop.status}")

    @on(ScenarioList.Highlighted)
    def _highlighted(self) -> None:
        self._detail.show(self._list.selected)

    # -- what keys do ----------------------------------------------------------------

    @on(ScenarioList.Activated)
    def action_play(self) -> None:
        """Play the selected scenario; on a verdict, open what it has found."""
        if self._detail.has_focus:
            self._open(self._detail.verdict)
        elif (scenario := self._list.selected) is not None:
            self._play(scenario)

    def _play(self, scenario: Scenario, load: Load | None = None) -> None:
        if scenario.id in self._stage.playing:
            self.app.notify("it is being played: x stops it")
            return
        self._begin(scenario, load)
        self.tick()

    @work(group="play", exit_on_error=False, description="")
    async def _begin(self, scenario: Scenario, load: Load | None) -> None:
        await self._stage.play(scenario, load)

    def action_play_many(self) -> None:
        """Ask how often and how fast, and play the selected scenario so."""
        scenario = self._list.selected
        if scenario is None:
            return

        def take(load: Load | None) -> None:
            if load is not None:
                self._load = load
                self._play(scenario, load)

        title = f"Play {scenario.id} many times"
        self.app.push_screen(LoadScreen(title, default=self._load), take)

    def action_play_next(self) -> None:
        """Go to the next scenario and play it."""
        scenarios, selected = self._stage.scenarios, self._list.selected
        if selected is None:
            return
        number = scenarios.index(selected) + 1
        if number == len(scenarios):
            self.app.notify("this is the last scenario")
            return
        self._list.select(scenarios[number].id)
        self._play(scenarios[number])

    def action_stop_play(self) -> None:
        """End the play of the selected scenario."""
        scenario = self._list.selected
        if scenario is None or not self._stage.stop(scenario):
            self.app.notify("it is not being played")

    def action_toggle_remedy(self) -> None:
        """Tell the remedy in the other language."""
        self._detail.toggle_language()

    @work(group="restart", exit_on_error=False)
    async def _restart(self, name: str) -> None:
        await self._stage.restart(name)

    def action_restart_services(self) -> None:
        """Start every service again that is gone."""
        gone = self._stage.gone
        for name in gone:
            self._restart(name)
        if not gone:
            self.app.notify("no service is gone")

    def action_switch_pane(self) -> None:
        """Move the keys between the list and the detail."""
        (self._list if self._detail.has_focus else self._detail).focus()

    def action_open_result(self) -> None:
        """Open what came of the selected scenario, at the span that matters."""
        scenario = self._list.selected
        showing = self._stage.showings.get(scenario.id) if scenario else None
        verdict = focus(showing.outcome.verdicts) if showing and showing.outcome else None
        if verdict is not None:
            self._open(verdict)
        elif showing is not None and showing.trace_ids:
            open_span(self, showing.trace_ids[-1], None, what="play")
        else:
            self.app.notify("play it first: Enter")

    @on(ScenarioDetail.Opened)
    def _verdict_opened(self, event: ScenarioDetail.Opened) -> None:
        self._open(event.verdict)

    def _open(self, verdict: Verdict | None) -> None:
        if verdict is None:
            self.app.notify("this line leads to no trace")
        else:
            open_span(self, verdict.trace_id, verdict.span_id or None, what="verdict")
