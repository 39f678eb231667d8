"""Every operation of every service: how often, how long, how often in vain."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.analysis.operations import Operation, operation_samples, spans_of_operation
from devtrace.analysis.title import NO_NAME
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.found_view import FoundView
from devtrace.tui.operation_view import OperationView
from devtrace.tui.screens.across import AcrossScreen
from devtrace.tui.screens.contrast import compare_sets
from devtrace.tui.screens.found import FoundScreen
from devtrace.tui.widgets.operation_list import OperationList
from devtrace.tui.widgets.query_bar import QueryBar
from devtrace.tui.widgets.traces_welcome import TracesWelcome

_MAX_REMEMBERED = 50
"""Names that were typed in this run."""


class OperationsScreen(AcrossScreen[Operation]):
    """Mode 3: what services do, added up."""

    SCOPE = Scope.OPERATIONS
    mode = "Operations"
    BINDINGS: ClassVar = bindings_in(Scope.OPERATIONS)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, operation_samples)
        self._view = OperationView(self.reading)
        self._list = OperationList(self._view, desk.hues)
        self._welcome = TracesWelcome()
        self._bar = QueryBar(
            "a part of a service, operation or kind", history=lambda: self._typed
        )
        self._typed: list[str] = []

    def body(self) -> Iterable[Widget]:
        """Return the list, or the welcome while nothing has arrived."""
        yield self._welcome
        yield self._bar
        yield Container(self._list, id="operations", classes="listing")

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def tick(self) -> None:
        """Show what was read."""
        if not self._is_paused and self.is_current:
            self.reading.step()
        is_empty = not len(self.desk.session.store) and not len(self._view)
        self.set_class(is_empty, "-empty")
        if is_empty:
            self._welcome.show(self.desk)
        if self._view.refresh():
            self._list.take_changes()
        self._say_state()
        self._say_tally()

    def _say_tally(self) -> None:
        view = self._view
        if not self._bar.is_open:
            self._bar.show(view.wanted)
        total, found = (f"{count:,}".replace(",", " ") for count in (view.total, len(view)))
        tally = f"{found} of {total} operation{'' if view.total == 1 else 's'} "
        self._bar.say(tally if view.wanted else "")

    @on(OperationList.Highlighted)
    def _say_state(self) -> None:
        forgotten = self.reading.tallies.forgotten
        order = f"by {self._view.sorting.value}"
        if not self._view.following:
            order += ", held"
        state = f"{order}  {self.live}".rstrip()
        self.say_progress(f"{forgotten} names forgotten" if forgotten else state)

    # -- what keys do ----------------------------------------------------------------

    @on(OperationList.Opened)
    def action_open_operation(self) -> None:
        """List the traces that have the operation under the cursor."""
        operation = self._view.selected
        if operation is None:
            return
        name = operation.name or NO_NAME
        self.app.push_screen(
            FoundScreen(
                self.desk,
                f" {operation.service_name}  {name}  {operation.kind.name.lower()}",
                FoundView(self.reading.tallies, [operation]),
                partial(spans_of_operation, operation=operation),
                mode=self.mode,
            )
        )

    def action_sort_rows(self) -> None:
        """Put the rows in the next order."""
        self._sort(1)

    def action_sort_back(self) -> None:
        """Put the rows in the order before."""
        self._sort(-1)

    def _sort(self, by: int) -> None:
        self._view.sort_by(self._view.sorting.step(by))
        self._list.take_changes()
        self.tick()

    def action_open_filter(self) -> None:
        """Let the user type a part of a name."""
        if not self.has_class("-empty"):
            self._bar.open(self._view.wanted)

    def action_clear_filter(self) -> None:
        """List every operation again."""
        if self._view.wanted:
            self._bar.clear()

    @on(QueryBar.Asked)
    def _asked(self, event: QueryBar.Asked) -> None:
        if self._bar.is_open:
            self._narrow(event.text)

    @on(QueryBar.Kept)
    def _kept(self, event: QueryBar.Kept) -> None:
        self._narrow(event.text)
        self._remember(event.text)
        self._list.focus()

    @on(QueryBar.Cleared)
    def _cleared(self, event: QueryBar.Cleared) -> None:
        self._remember(event.text)
        self._narrow("")
        self._list.focus()

    def _remember(self, text: str) -> None:
        """Have Up bring back what was typed."""
        if text:
            others = (each for each in self._typed if each != text)
            self._typed = [*others, text][-_MAX_REMEMBERED:]

    def _narrow(self, text: str) -> None:
        self._view.narrow(text)
        self._list.take_changes()
        self.tick()

    def action_compare_sets(self) -> None:
        """Ask for two queries, and compare the operations of their traces."""
        compare_sets(self)
