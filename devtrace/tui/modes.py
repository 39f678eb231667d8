"""The modes of the UI: which screens there are, and going from one to another."""

from functools import partial

from devtrace.tui.desk import Desk
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.logs import LogsScreen
from devtrace.tui.screens.metrics import MetricsScreen
from devtrace.tui.screens.operations import OperationsScreen
from devtrace.tui.screens.scenarios import ScenariosScreen
from devtrace.tui.screens.services import ServicesScreen
from devtrace.tui.screens.traces import TracesScreen
from devtrace.tui.toasts import BriefToasts

HOMES: dict[str, type[LiveScreen]] = {
    "traces": TracesScreen,
    "services": ServicesScreen,
    "operations": OperationsScreen,
    "scenarios": ScenariosScreen,
    "logs": LogsScreen,
    "metrics": MetricsScreen,
}
"""The first screen of each mode."""


class ModesApp(BriefToasts):
    """An application with all modes over one desk."""

    def add_modes(self, desk: Desk) -> None:
        """Make every mode; its screen is made when it is first shown."""
        for mode, home in HOMES.items():
            self.add_mode(mode, partial(home, desk))

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
        elif not isinstance(self.screen, HOMES[mode]):
            self.pop_screen()
