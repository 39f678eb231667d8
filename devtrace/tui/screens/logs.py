"""The live list of log records, with everything the selected one has."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.model.log import LogRecord
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.screens.copy import CopyLogScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.trace import TraceScreen
from devtrace.tui.widgets.log_detail import LogDetail
from devtrace.tui.widgets.log_list import LogList
from devtrace.tui.widgets.logs_held import LogsHeld
from devtrace.tui.widgets.logs_welcome import LogsWelcome


class LogsScreen(LiveScreen):
    """Mode 4: what programs say, as they say it."""

    SCOPE = Scope.LOGS
    mode = "Logs"
    BINDINGS: ClassVar = bindings_in(Scope.LOGS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._held = LogsHeld()
        self._list = LogList(desk.log_view, desk.hues)
        self._detail = LogDetail(desk.hues)
        self._welcome = LogsWelcome()

    def body(self) -> Iterable[Widget]:
        """Return list and detail, or the welcome while nothing has arrived."""
        yield self._welcome
        yield self._held
        yield Container(self._list, self._detail, id="logs")

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def tick(self) -> None:
        """Take in what arrived and show it."""
        view = self.desk.log_view
        has_changed = view.refresh()
        is_empty = not len(view)
        self.set_class(is_empty, "-empty")
        if is_empty:
            self._welcome.show(self.desk)
        if has_changed:
            self._list.take_changes()
        self._held.show(view.store)
        self._show_selected()
        self._say_state()

    def _show_selected(self) -> None:
        record = self._selected()
        trace = ""
        if record is not None and record.trace_id is not None:
            summary = self.desk.view.summary(record.trace_id)
            trace = f"⏎ {summary.title}" if summary else "not held: evicted, or not arrived"
        self._detail.show(record, trace=trace)

    def _selected(self) -> LogRecord | None:
        view = self.desk.log_view
        return None if view.selected is None else view.record(view.selected)

    def _say_state(self) -> None:
        view = self.desk.log_view
        if view.paused:
            self.say(f"‖ paused  +{view.held_back} new", tone="warning")
        elif self._list.unseen:
            self.say(f"+{self._list.unseen} ↓  ● live", tone="accent")
        else:
            self.say("following  ● live" if view.following else "● live", tone="success")

    # -- what keys do ----------------------------------------------------------------

    @on(LogList.Highlighted)
    def _highlighted(self) -> None:
        self._show_selected()
        self._say_state()

    @on(LogList.Opened)
    def action_open_span(self) -> None:
        """Open the trace of the selected record at its span; say so when that cannot be."""
        record = self._selected()
        if record is None:
            return
        if record.trace_id is None:
            self.app.notify("this record belongs to no trace: it has no trace id")
        elif record.trace_id not in self.desk.session.store:
            self.app.notify(
                f"trace {record.trace_id} is not held: it was evicted, or no span of it "
                "has arrived",
                severity="warning",
                markup=False,
            )
        else:
            screen = TraceScreen(
                self.desk, record.trace_id, mode=self.mode, span_id=record.span_id
            )
            self.app.push_screen(screen)

    def action_toggle_pause(self) -> None:
        """Hold the list still, or let it go on."""
        view = self.desk.log_view
        if view.paused:
            view.resume()
        else:
            view.pause()
        self.tick()

    def action_follow_newest(self) -> None:
        """Select the newest record and keep doing so; a second press stops it."""
        view = self.desk.log_view
        view.following = not view.following
        if view.following:
            view.resume()
            if len(view):
                view.selected = view.numbers[-1]
        self._list.take_changes()
        self.tick()

    def action_next_error(self) -> None:
        """Select the next record of error severity."""
        self._select_error(1)

    def action_previous_error(self) -> None:
        """Select the previous record of error severity."""
        self._select_error(-1)

    def _select_error(self, step: int) -> None:
        number = self.desk.log_view.next_error(step)
        if number is None:
            self.app.notify("no log record held is an error")
        else:
            self._list.select(number)

    def action_switch_pane(self) -> None:
        """Move the keys between list and detail."""
        (self._list if self._detail.has_focus else self._detail).focus()

    def action_copy(self) -> None:
        """Offer what can be copied of the selected record."""
        record = self._selected()
        if record is not None:
            self.app.push_screen(CopyLogScreen(record))

    def action_clear_logs(self) -> None:
        """Forget every log record."""
        view = self.desk.log_view
        view.store.clear()
        view.following = True
        view.resume()
        self.tick()
