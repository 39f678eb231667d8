"""The pane with a diagnostic and its remedy, or with everything that is counted."""

from devtrace.receivers.diagnoses import Diagnosis
from devtrace.session import Session
from devtrace.tui.diagnostic_text import DiagnosticText
from devtrace.tui.sheet import Line
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.text_pane import TextPane


class DiagnosisDetail(TextPane):
    """Shows one diagnosis, or the counters.

    Args:
        session: What the counters are of.
        hues: The hue of each service.
    """

    def __init__(self, session: Session, hues: ServiceHues) -> None:
        super().__init__(hues)
        self._session = session
        self._diagnosis: Diagnosis | None = None
        self._state: object = None

    def show(self, diagnosis: Diagnosis | None) -> None:
        """Show *diagnosis*, or the counters for None; the place is kept while it is the same."""
        session = self._session
        if diagnosis is None:
            received = session.counters
            state: object = (
                received.requests.total(),
                received.problems.total,
                received.aborted_requests,
                session.store.revision,
                session.logs.revision,
                session.metrics.revision,
            )
        else:
            state = diagnosis.count
        if diagnosis is self._diagnosis and state == self._state:
            return
        is_same = diagnosis is self._diagnosis and self._state is not None
        self._diagnosis, self._state = diagnosis, state
        self.rewrite(keeps_place=is_same)

    def text_lines(self, width: int) -> list[Line]:
        """Return all of it."""
        text = DiagnosticText(palette=self.palette, width=width)
        if self._diagnosis is None:
            return text.counters(self._session)
        return text.lines(self._diagnosis, self._session.endpoints)
