"""The scenarios of the shop: what each teaches, and one key to play it."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.scenario_detail import ScenarioDetail
from devtrace.tui.widgets.scenario_list import ScenarioList


class ScenariosScreen(LiveScreen):
    """Mode 2: pick one, play it, open what came of it."""

    SCOPE = Scope.SCENARIOS
    mode = "Scenarios"
    BINDINGS: ClassVar = bindings_in(Scope.SCENARIOS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._list = ScenarioList(desk.stage)
        self._detail = ScenarioDetail(desk.stage)

    def body(self) -> Iterable[Widget]:
        """Return the list and what is to be known of the selected scenario."""
        yield Container(self._list, self._detail, id="scenarios")

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def tick(self) -> None:
        """Show how far shop and plays have come."""
        shop = self.desk.stage.shop
        self._list.refresh()
        self._detail.show(self._list.selected)
        playing = [each for each in self.desk.stage.showings.values() if each.is_playing]
        if shop.failure:
            self.say("✘ the shop has a problem", tone="error")
        elif playing:
            self.say(f"▶ playing {len(playing)}", tone="accent")
        else:
            self.say(f"shop {shop.status}")

    @on(ScenarioList.Highlighted)
    def _highlighted(self) -> None:
        self._detail.show(self._list.selected)

    @on(ScenarioList.Activated)
    def action_play(self) -> None:
        """Play the selected scenario."""
        if (scenario := self._list.selected) is not None:
            self.run_worker(self.desk.stage.play(scenario), group="play", exit_on_error=False)
            self.tick()

    def action_open_result(self) -> None:
        """Open the newest trace of the selected scenario."""
        scenario = self._list.selected
        showing = self.desk.stage.showings.get(scenario.id) if scenario else None
        trace_ids = showing.result.trace_ids if showing and showing.result else ()
        if not trace_ids:
            self.app.notify("play it first: Enter")
        elif trace_ids[-1] not in self.desk.session.store:
            self.app.notify("its trace was evicted or has not arrived", severity="warning")
        else:
            self.app.push_screen(TraceScreen(self.desk, trace_ids[-1], mode=self.mode))
