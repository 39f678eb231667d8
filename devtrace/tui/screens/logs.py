"""The live list of log records, with everything the selected one has."""

from collections.abc import Iterable
from typing import ClassVar

from textual.containers import Container
from textual.widget import Widget

from devtrace.otlp.signals import Signal
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.screens.asking_logs import LogAskingScreen
from devtrace.tui.screens.copy import CopyLogScreen
from devtrace.tui.screens.trace import open_span
from devtrace.tui.widgets.held_line import HeldLine, SignalHeld
from devtrace.tui.widgets.log_detail import LogDetail
from devtrace.tui.widgets.log_list import LogList
from devtrace.tui.widgets.welcome import SignalWelcome


class LogsScreen(LogAskingScreen):
    """Mode 4: what programs say, as they say it."""

    SCOPE = Scope.LOGS
    mode = "Logs"
    BINDINGS: ClassVar = bindings_in(Scope.LOGS)

    def __init__(self, desk: Desk) -> None:
        log_list = LogList(desk.log_view, desk.hues)
        welcome = SignalWelcome(
            Signal.LOGS,
            "log record",
            {"OTEL_LOGS_EXPORTER": "otlp"},
            python={"OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED": "true"},
            has_shop=True,
            hint="A record written within a span carries the ids of its trace, and leads there.",
        )
        super().__init__(desk, log_list, welcome)
        self._held = HeldLine(classes="listing")
        self._detail = LogDetail(desk.hues)

    def body(self) -> Iterable[Widget]:
        """Return list and detail, or the welcome while nothing has arrived."""
        yield self._welcome
        yield self._bar
        yield self._held
        yield Container(self._list, self._detail, id="logs", classes="listing")

    def tick(self) -> None:
        """Take in what arrived and show it."""
        super().tick()
        store = self.desk.log_view.store
        self._held.show(
            SignalHeld(
                ((len(store), "log records"),),
                store.byte_count,
                store.limits.max_bytes,
                store.counters.evicted_records,
                store.counters.oversized_records,
                store.counters.duplicate_records,
            )
        )

    def show_selected(self) -> None:
        """Show everything the selected record has."""
        record = self.selected_record()
        trace = ""
        if record is not None and record.trace_id is not None:
            summary = self.desk.view.summary(record.trace_id)
            trace = (
                f"{self.key('open_span')} {summary.title}"
                if summary
                else "not held: evicted, or not arrived"
            )
        self._detail.show(record, trace=trace)

    # -- what keys do ----------------------------------------------------------------

    def open_selected(self) -> None:
        """Open the trace of the selected record at its span; say so when that cannot be."""
        record = self.selected_record()
        if record is not None:
            open_span(self, record.trace_id, record.span_id, what="record")

    action_open_span = open_selected

    def action_next_error(self) -> None:
        """Select the next record of error severity."""
        self._select_error(1)

    def action_previous_error(self) -> None:
        """Select the previous record of error severity."""
        self._select_error(-1)

    def _select_error(self, step: int) -> None:
        number = self.desk.log_view.next_error(step)
        if number is None:
            where = "listed" if self.desk.log_view.is_narrowed else "held"
            self.app.notify(f"no log record {where} is an error")
        else:
            self._list.select(number)

    def action_switch_pane(self) -> None:
        """Move the keys between list and detail."""
        (self._list if self._detail.has_focus else self._detail).focus()

    def action_copy(self) -> None:
        """Offer what can be copied of the selected record."""
        record = self.selected_record()
        if record is not None:
            self.app.push_screen(CopyLogScreen(record))

    def action_clear_logs(self) -> None:
        """Forget every log record."""
        view = self.desk.log_view
        count = len(view.store)
        view.store.clear()
        self.app.notify(f"forgot {count} log record{'' if count == 1 else 's'}")
        view.following = True
        view.resume()
        self.tick()
