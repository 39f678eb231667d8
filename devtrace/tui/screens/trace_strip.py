"""The strip over the list of traces: shown where there is room, and a way to walk the list."""

from typing import TYPE_CHECKING

from devtrace.tui.actions import Scope
from devtrace.tui.desk import Desk
from devtrace.tui.screens.trace_sorting import SortingScreen

if TYPE_CHECKING:
    from devtrace.tui.trace_chart import ChartReading
    from devtrace.tui.widgets.time_strip import TimeStrip

_LEAST_ROWS = 22
_ROOMY_ROWS = 36


class StripScreen(SortingScreen):
    """A list of traces under a strip of arrivals and latency, made when it is first shown.

    Args:
        desk: What the screen works on.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._strip: TimeStrip | None = None
        self._reading: ChartReading | None = None

    def scopes_here(self) -> tuple[Scope, ...]:
        """Put the keys of the strip before those of the list while it has them."""
        if self._strip is not None and self._strip.has_focus:
            return (Scope.STRIP, self.SCOPE, Scope.APP)
        return super().scopes_here()

    def tick(self) -> None:
        """Show what arrived in the strip as well."""
        super().tick()
        self._show_strip()

    def show_selected(self) -> None:
        """Mark the selected trace in the strip."""
        self._mark_selected()

    def _mark_selected(self) -> None:
        if self._strip is not None and self._reading is not None:
            self._strip.show(self._reading.chart, self.desk.view.selected)

    def _show_strip(self) -> None:
        rows = self.app.size.height
        fits = rows >= _LEAST_ROWS and not self.has_class("-tiny")
        is_shown = self.desk.state.shows_strip and fits and not self.is_bare()
        if not is_shown and self._strip is None:
            return
        from devtrace.tui.trace_chart import ChartReading
        from devtrace.tui.widgets.time_strip import HIGH_ROWS, LOW_ROWS, TimeStrip

        if self._strip is None or self._reading is None:
            self._strip, self._reading = TimeStrip(), ChartReading(self.desk.view)
            self.mount(self._strip, after=self._bar)
        if is_shown:
            self._reading.refresh()
        self._strip.styles.height = HIGH_ROWS if rows >= _ROOMY_ROWS else LOW_ROWS
        self._strip.display = is_shown
        self._mark_selected()

    def action_toggle_strip(self) -> None:
        """Show or hide the strip."""
        state = self.desk.state
        state.show_strip(shown=not state.shows_strip)
        self.tick()

    def action_switch_pane(self) -> None:
        """Give the keys to the scatter, or back to the list."""
        if self._strip is None or not self._strip.display:
            key = self.key("toggle_strip")
            self.app.notify(f"the strip is hidden: {key} shows it where there are rows enough")
        elif self._strip.has_focus:
            self._list.focus()
        else:
            self._strip.focus()

    def on_time_strip_left(self) -> None:
        """Give the keys back to the list."""
        self._list.focus()

    def on_time_strip_chosen(self, event: "TimeStrip.Chosen") -> None:
        """Select the trace of the dot."""
        self._list.select(event.trace_id)
