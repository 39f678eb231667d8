"""The logs of a trace: its span events and log records in one order of time."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from devtrace.model.log import LogRecord
from devtrace.tui.log_text import NO_BODY, body_style, log_mark, offset_text
from devtrace.tui.moments import Moment, SpanEvent, moments
from devtrace.tui.patience import Patience
from devtrace.tui.stepping import Stepping
from devtrace.tui.text import Piece, display, fit
from devtrace.tui.theme import Mark, ServiceHues
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.lines import Lines

_OFFSET_CELLS = 8
_NOTHING = (
    "No span event and no log record of this trace.",
    "A record is of this trace when it carries its trace id:",
    "log through an OpenTelemetry handler within a span.",
)


class MomentList(Lines):
    """Draws what one trace said; the cursor belongs to an event or a record.

    Args:
        hues: The hue of each service.
    """

    HEAD_ROWS = 1

    @dataclass
    class Opened(Message):
        """The user asked for the span of a moment."""

        node: int | None

    def __init__(self, hues: ServiceHues, *, id: str | None = None) -> None:  # noqa: A002  # Textual's own name
        super().__init__(id=id)
        self._hues = hues
        self._waterfall: Waterfall | None = None
        self._logs: Sequence[LogRecord] = ()
        self._moments: list[Moment] = []
        self._patience = Patience()
        self._stepping: Stepping[list[Moment]] = Stepping(self)

    def show(self, waterfall: Waterfall | None, logs: Sequence[LogRecord]) -> None:
        """Show what a trace said; the cursor stays on what it was on.

        Args:
            waterfall: The trace; None shows nothing.
            logs: Its log records, in order of time.
        """
        if waterfall is self._waterfall and logs is self._logs:
            return
        is_first = self._waterfall is None
        if waterfall is None or self._stepping.is_working:
            return
        if not (is_first or self._patience.is_over):
            return

        def take(read: list[Moment]) -> None:
            at = self._moments[self.cursor].said if self._moments else None
            line = self.cursor - self.top
            self._waterfall, self._logs, self._moments = waterfall, logs, read
            cursor = self._row_of(at)
            self.place(cursor=cursor, top=cursor - line)
            self.refresh()

        self._stepping.begin(self._patience.over(moments(waterfall, logs)), take)
        self.refresh()

    def _row_of(self, said: SpanEvent | LogRecord | None) -> int:
        """Return the row of what was under the cursor; it was read anew since then."""
        if said is None:
            return 0
        name = _identity(said)
        rows = (row for row, each in enumerate(self._moments) if _identity(each.said) == name)
        return next(rows, 0)

    @property
    def selected_node(self) -> int | None:
        """Row of the waterfall under the cursor; None when its span is not there."""
        return self._moments[self.cursor].node if self._moments else None

    def row_count(self) -> int:
        """Return how many moments there are; without any, how many lines say so."""
        return len(self._moments) or len(_NOTHING)

    def row_activated(self) -> None:
        """Ask for the span of the moment that was double-clicked."""
        self.post_message(self.Opened(self.selected_node))

    # -- drawing -------------------------------------------------------------------

    def _is_lit(self, index: int) -> bool:
        return bool(self._moments) and super()._is_lit(index)

    def head_pieces(self, line: int, width: int) -> list[Piece]:  # noqa: ARG002  # one head line
        """Say what this is and how much of it there is."""
        records = len(self._logs)
        events = len(self._moments) - records
        text = f" Logs  {_counted(records, 'record')}, {_counted(events, 'span event')}"
        if self._stepping.is_working:
            text = " Logs  reading …"
        return [(display(text, width), self.palette.accent)]

    def row_pieces(self, index: int, width: int) -> list[Piece]:
        """Draw one event or record."""
        palette = self.palette
        if not self._moments:
            return [(display(" " + _NOTHING[index], width), palette.muted)]
        moment = self._moments[index]
        said = moment.said
        start = self._waterfall.start if self._waterfall else 0
        cursor = Mark.CURSOR if index == self.cursor else " "
        if isinstance(said, SpanEvent):
            is_error = said.is_error
            mark = (Mark.ERROR, palette.error) if is_error else (Mark.EVENT, palette.accent)
            style = palette.error if is_error else palette.text
        else:
            mark = log_mark(said.severity, palette)
            style = body_style(said.severity, palette)
        offset = fit(offset_text(said.at_unix_nano, start), _OFFSET_CELLS, right=True)
        hue = palette.service(self._hues[moment.service_name])
        room = width - _OFFSET_CELLS - 6
        return [
            (cursor, palette.accent),
            (offset + " ", palette.muted),
            mark,
            (" ", palette.muted),
            (Mark.SERVICE + " ", hue),
            (display(said.summary or NO_BODY, room), style),
        ]


def _identity(said: SpanEvent | LogRecord) -> tuple[object, ...]:
    """Return what names an event or a record also after it was read anew."""
    if isinstance(said, SpanEvent):
        return said.span.span_id, said.at_unix_nano, said.event.name
    return (said.payload,)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
