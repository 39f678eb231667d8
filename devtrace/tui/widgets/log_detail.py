"""The pane with everything a log record has."""

from dataclasses import dataclass
from typing import ClassVar

from textual.message import Message

from devtrace.model.log import LogRecord
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.log_text import LogText
from devtrace.tui.sheet import Line
from devtrace.tui.theme import ServiceHues
from devtrace.tui.widgets.text_pane import TextPane


class LogDetail(TextPane):
    """Shows one log record.

    Args:
        hues: The hue of each service.
    """

    BINDINGS: ClassVar = bindings_in(Scope.RECORD)

    @dataclass
    class PairWanted(Message):
        """The user wants the list narrowed by something that the record has."""

        is_excluded: bool
        """Whether to records without it."""

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

    def action_require_attribute(self) -> None:
        """List only records that have something of this one."""
        self.post_message(self.PairWanted(is_excluded=False))

    def action_exclude_attribute(self) -> None:
        """List only records that do not have something of this one."""
        self.post_message(self.PairWanted(is_excluded=True))
