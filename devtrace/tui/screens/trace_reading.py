"""The trace that a screen is about as it is to be drawn: alone or with others, its clocks set."""

from devtrace.model.log import LogRecord
from devtrace.model.span import Span
from devtrace.tui.desk import Desk
from devtrace.tui.joining import MAX_JOINED_SPANS, Joining
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.trace_logs import TraceLogs
from devtrace.tui.waterfall import Waterfall


class TraceReading(LiveScreen):
    """A screen that shows one trace, or it and those that links tie to it.

    Args:
        desk: What the screen works on.
        trace_id: The trace.
    """

    _waterfall: Waterfall | None

    def __init__(self, desk: Desk, trace_id: str) -> None:
        super().__init__(desk)
        self._trace_id = trace_id
        self._received: Waterfall | None = None
        self._waterfall = None
        self._sets_clocks = False
        self._joining: Joining | None = None
        self._logs_of_others = TraceLogs(desk.session.logs)

    def read(self) -> None:
        """Look at the trace as it is now."""
        shown = self._received = self.desk.view.waterfall(self._trace_id) or self._received
        if shown is not None and self._joining is not None:
            shown = self._joining.with_others(shown)
        if shown is not None and self._sets_clocks:
            shown = shown.adjusted
        self._waterfall = shown

    def logs_about(self, span: Span | None) -> tuple[LogRecord, ...]:
        """Return the log records of the trace that a span is of; of none, those of this one."""
        if span is None or self._joining is None or span.trace_id == self._trace_id:
            return self.desk.trace_logs.of(self._trace_id)
        return self._logs_of_others.of(span.trace_id)

    def action_toggle_clocks(self) -> None:
        """Draw spans as if the clocks of all hosts agreed, or as they were received."""
        before = self._waterfall
        self._sets_clocks = not self._sets_clocks
        self.tick()
        if self._sets_clocks and self._waterfall is before:
            self.app.notify("no clock disagrees: every call lies within its caller")

    def action_toggle_joined(self) -> None:
        """Show the trace as one with those that links tie to it, or alone again."""
        if self._joining is not None:
            self._joining = None
            self.tick()
            return
        if self._received is not None and len(self._received.nodes) > MAX_JOINED_SPANS:
            self.app.notify(
                f"traces of more than {MAX_JOINED_SPANS:,} spans are shown alone; "
                "o follows a link",
                severity="warning",
            )
            return
        self._joining = Joining(self.desk.session.store, self._trace_id)
        self.tick()
        if self._waterfall is self._received:
            self.app.notify(
                "no held trace is tied to this one by a link; it joins when it comes"
            )
