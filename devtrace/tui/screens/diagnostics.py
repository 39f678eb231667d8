"""What is wrong with senders and how to mend them, and everything that is counted."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.clipboard import copy
from devtrace.tui.desk import Desk
from devtrace.tui.diagnostic_text import counted, plain_text
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.widgets.diagnosis_detail import DiagnosisDetail
from devtrace.tui.widgets.diagnosis_list import DiagnosisList


class DiagnosticsScreen(LiveScreen):
    """Opened over any mode; what it has shown counts as seen.

    Args:
        desk: What the screen works on.
        mode: Title of the mode it is opened in.
    """

    SCOPE = Scope.DIAGNOSTICS
    BINDINGS: ClassVar = bindings_in(Scope.DIAGNOSTICS)

    def __init__(self, desk: Desk, *, mode: str) -> None:
        super().__init__(desk)
        self.mode = mode
        self._list = DiagnosisList(desk.diagnoses)
        self._detail = DiagnosisDetail(desk.session, desk.hues)

    @property
    def chosen(self) -> str | None:
        """None: nothing here belongs to one trace."""
        return None

    def body(self) -> Iterable[Widget]:
        """Return the list and the remedy beside it."""
        yield Container(self._list, self._detail, id="diagnostics")

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def tick(self) -> None:
        """Take in what was found since."""
        self._list.show(self.desk.wall_clock())
        self._detail.show(self._list.selected)
        self.desk.see_diagnoses()
        count = len(self.desk.diagnoses)
        if not self.desk.session.is_receiving:
            self.say("nothing is received")
        elif count:
            self.say(counted(count, "diagnostic"), tone="warning")
        else:
            self.say("nothing is wrong", tone="success")

    # -- what keys do ----------------------------------------------------------------

    @on(DiagnosisList.Highlighted)
    def _highlighted(self) -> None:
        self._detail.show(self._list.selected)

    def action_copy(self) -> None:
        """Copy the selected diagnostic with its remedy."""
        if (diagnosis := self._list.selected) is None:
            self.app.notify("select a diagnostic first")
            return
        text = plain_text(diagnosis, self.desk.session.endpoints)
        copy(self.app, text, what="diagnostic and remedy")

    def action_switch_pane(self) -> None:
        """Move the keys between list and detail."""
        (self._list if self._detail.has_focus else self._detail).focus()

    def action_go_back(self) -> None:
        """Go back to where it was opened."""
        self.app.pop_screen()
