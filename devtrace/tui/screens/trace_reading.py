"""The trace that a screen is about as it is to be drawn: alone or with others, its clocks set."""

from functools import partial

from devtrace.model.log import LogRecord
from devtrace.model.span import Span
from devtrace.tui.desk import Desk
from devtrace.tui.joined_waterfall import JoinedWaterfall
from devtrace.tui.joining import MAX_JOINED_SPANS, Joining
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.stepping import Stepping
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
        self._setting: Stepping[Waterfall] = Stepping(self)
        self._set: tuple[Waterfall, Waterfall] | None = None
        """What clocks were last set of, and that with its clocks set."""
        self._will_tell = False
        self._joining: Joining | None = None
        self._logs_of_others = TraceLogs(desk.session.logs)
        self._logs_of_all = TraceLogs(desk.session.logs)

    def read(self) -> None:
        """Look at the trace as it is now."""
        shown = self._received = self.desk.view.waterfall(self._trace_id) or self._received
        if shown is not None and self._joining is not None:
            shown = self._joining.with_others(shown)
        if shown is not None and self._sets_clocks:
            shown = self._with_clocks_set(shown)
        self._waterfall = shown

    def _with_clocks_set(self, shown: Waterfall) -> Waterfall:
        """Return *shown* with its clocks set; until that is worked out, what was last."""
        if (self._set is None or self._set[0] is not shown) and not self._setting.is_working:
            self._setting.begin(shown.adjusted_steps(), partial(self._take_set, shown))
        return self._set[1] if self._set and type(self._set[0]) is type(shown) else shown

    def _take_set(self, received: Waterfall, adjusted: Waterfall) -> None:
        self._set = received, adjusted
        self._tell_if_nothing_moved()
        self.call_later(self.tick)

    def _tell_if_nothing_moved(self) -> None:
        if self._will_tell and self._set is not None and not self._setting.is_working:
            self._will_tell = False
            if self._set[0] is self._set[1]:
                self.app.notify("no clock disagrees: every call lies within its caller")

    def logs_about(self, span: Span | None) -> tuple[LogRecord, ...]:
        """Return the log records of the trace that a span is of; of none, all that belong here."""
        if span is None and isinstance(self._waterfall, JoinedWaterfall):
            traces = (part.waterfall.trace.trace_id for part in self._waterfall.parts)
            return self._logs_of_all.of(*traces)
        if span is None or self._joining is None or span.trace_id == self._trace_id:
            return self.desk.trace_logs.of(self._trace_id)
        return self._logs_of_others.of(span.trace_id)

    def action_toggle_clocks(self) -> None:
        """Draw spans as if the clocks of all hosts agreed, or as they were received."""
        self._sets_clocks = self._will_tell = not self._sets_clocks
        self.tick()
        self._tell_if_nothing_moved()

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
