"""The pane with everything a log record has."""

from devtrace.model.log import LogRecord
from devtrace.tui.log_text import LogText
from devtrace.tui.sheet import Line
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.text_pane import TextPane


class LogDetail(TextPane):
    """Shows one log record.

    Args:
        hues: The hue of each service.
    """

    def __init__(self, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(hues, id=id)
        self._record: LogRecord | None = None
        self._trace = ""

    def show(self, record: LogRecord | None, *, trace: str = "") -> None:
        """Show *record*; the place is kept while it is the same one.

        Args:
            record: None shows nothing.
            trace: What is known here of its trace.
        """
        if record is self._record and trace == self._trace:
            return
        is_same = record is self._record
        self._record, self._trace = record, trace
        self.rewrite(keeps_place=is_same)

    def text_lines(self, width: int) -> list[Line]:
        """Return all of the record."""
        if self._record is None:
            return []
        text = LogText(palette=self.palette, hues=self.hues, width=width)
        return text.lines(self._record, trace=self._trace)
