"""Who calls whom, as a map one walks in."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.analysis.services import Edge, call_samples, spans_of_calls
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.call_text import choice_text
from devtrace.tui.desk import Desk
from devtrace.tui.found_view import FoundView
from devtrace.tui.screens.across import AcrossScreen
from devtrace.tui.screens.found import FoundScreen
from devtrace.tui.service_view import ServiceView
from devtrace.tui.widgets.choice_line import ChoiceLine
from devtrace.tui.widgets.service_map import ServiceMap
from devtrace.tui.widgets.traces_welcome import TracesWelcome


class ServicesScreen(AcrossScreen[Edge]):
    """Mode 2: services, and who calls whom."""

    SCOPE = Scope.SERVICES
    mode = "Services"
    BINDINGS: ClassVar = bindings_in(Scope.SERVICES)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, call_samples)
        self._view = ServiceView(self.reading)
        self._map = ServiceMap(self._view, desk.hues)
        self._choice = ChoiceLine(desk.hues)
        self._welcome = TracesWelcome()

    def body(self) -> Iterable[Widget]:
        """Return the map and what is chosen in it, or the welcome while nothing has arrived."""
        yield self._welcome
        yield Container(self._map, self._choice, id="services", classes="listing")

    def main(self) -> Widget:
        """Return the map."""
        return self._map

    def tick(self) -> None:
        """Show what was read."""
        if not self._is_paused and self.is_current:
            self.reading.step()
        is_empty = not len(self.desk.session.store) and not self._view.nodes
        self.set_class(is_empty, "-empty")
        if is_empty:
            self._welcome.show(self.desk)
        if not self._is_paused and self._view.refresh():
            self._map.take_changes()
        self._show_choice()
        forgotten = self.reading.tallies.forgotten
        live = f"{forgotten} calls forgotten" if forgotten else self.live
        no_picture = not self._map.is_picture and not self._map.wants_list
        self.say_progress(
            f"too dense or narrow for a map  {live}".rstrip()
            if no_picture and self._view.edges
            else live
        )

    @on(ServiceMap.Highlighted)
    def _show_choice(self) -> None:
        view = self._view
        if view.selected is not None:
            self._choice.show(
                view.selected, view.calls_of(view.selected), view.reading.tallies.seconds
            )

    # -- what keys do ----------------------------------------------------------------

    @on(ServiceMap.Opened)
    def action_open_calls(self) -> None:
        """List the traces with calls of the chosen node or edge."""
        choice = self._view.selected
        if choice is None:
            return
        edges = self._view.edges_of(choice)
        self.app.push_screen(
            FoundScreen(
                self.desk,
                f" {choice_text(choice)}",
                FoundView(self.reading.tallies, edges),
                partial(spans_of_calls, edges=edges),
                mode=self.mode,
            )
        )

    def action_next_call(self) -> None:
        """Choose the next call at the node."""
        self._map.step_edge(1)

    def action_previous_call(self) -> None:
        """Choose the call before at the node."""
        self._map.step_edge(-1)

    def action_node_left(self) -> None:
        """Go to the node at the left."""
        self._map.walk(places=-1)

    def action_node_right(self) -> None:
        """Go to the node at the right."""
        self._map.walk(places=1)

    def action_toggle_map(self) -> None:
        """Show a list in the place of the map, or the map."""
        self._map.wants_list = not self._map.wants_list
        self._map.take_changes()
        self._map.reveal()
        self.tick()
