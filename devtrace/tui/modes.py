"""The modes of the UI: which screens there are, and going from one to another."""

from collections.abc import Awaitable, Callable
from functools import partial
from importlib import import_module

from textual import work

from devtrace.tui.desk import Desk
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.toasts import BriefToasts
from devtrace.tui.typed_ahead import KeysInTurn

MODES = ("traces", "services", "operations", "scenarios", "logs", "metrics")
"""Each has a first screen of its name, in a module of its name."""


def home_of(mode: str) -> type[LiveScreen]:
    """Return the first screen of *mode*, imported now if it was not before."""
    module = import_module(f"devtrace.tui.screens.{mode}")
    home: type[LiveScreen] = getattr(module, f"{mode.capitalize()}Screen")
    return home


class ModesApp(KeysInTurn, BriefToasts):
    """An application with all modes over one desk."""

    def add_modes(self, desk: Desk) -> None:
        """Make every mode; its screen is made when it is first shown."""
        for mode in MODES:
            self.add_mode(mode, partial(_at_home, mode, desk))

    @work(exit_on_error=False, description="")
    async def do_aside(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do *work* beside the keys; left before its turn, it has made nothing to be awaited."""
        await work()

    def action_show_traces(self) -> None:
        """Go to the list of traces."""
        self._show("traces")

    def action_show_services(self) -> None:
        """Go to the map of services."""
        self._show("services")

    def action_show_operations(self) -> None:
        """Go to the operations."""
        self._show("operations")

    def action_show_scenarios(self) -> None:
        """Go to the scenarios."""
        self._show("scenarios")

    def action_show_logs(self) -> None:
        """Go to the logs."""
        self._show("logs")

    def action_show_metrics(self) -> None:
        """Go to the metrics."""
        self._show("metrics")

    def _show(self, mode: str) -> None:
        """Switch to *mode*; in it already, go back to its first screen."""
        if self.current_mode != mode:
            self.switch_mode(mode)
        elif not isinstance(self.screen, home_of(mode)):
            self.pop_screen()


def _at_home(mode: str, desk: Desk) -> LiveScreen:
    return home_of(mode)(desk)
