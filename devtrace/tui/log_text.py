"""Everything a log record has, as lines: whole for its own pane, brief within a span's."""

from collections.abc import Iterator

from rich.style import Style

from devtrace.model.attributes import value_text
from devtrace.model.log import LogRecord, Severity
from devtrace.model.time import duration_text
from devtrace.tui.attribute_text import (
    AttributeText,
    flags_text,
    is_exception,
    local_moment,
    without_exception,
)
from devtrace.tui.sheet import Line, Sheet
from devtrace.tui.text import Piece, display, fit, wrap
from devtrace.tui.theme import Mark, Palette, ServiceHues

MAX_BODY_LINES = 200
"""Lines that a body takes in its own pane; `y` copies the whole of it."""
NO_BODY = "<no body>"


class LogText:
    """Writes log records.

    Args:
        palette: The styles of the current theme.
        hues: The hue of each service.
        width: Cells of a line.
    """

    def __init__(self, *, palette: Palette, hues: ServiceHues, width: int) -> None:
        self._palette = palette
        self._hues = hues
        self._width = max(20, width)
        self._sheet = Sheet(palette, self._width)
        self._written = AttributeText(self._sheet, palette, self._width)

    def lines(self, record: LogRecord, *, trace: str = "") -> list[Line]:
        """Return all of *record*.

        Args:
            record: What is written.
            trace: What is known here of its trace; empty if it belongs to none.
        """
        return list(self._whole(record, trace))

    def _whole(self, record: LogRecord, trace: str) -> Iterator[Line]:
        palette = self._palette
        hue = palette.service(self._hues[record.service_name])
        yield [(Mark.SERVICE + " ", hue), (display(record.service_name, self._width - 2), hue)]
        mark, style = severity_mark(record.severity, palette)
        text = f"{mark} {severity_text(record)}".strip()
        yield [(display(text, self._width), style)]
        yield []
        yield from self._body(record)
        for note in record.notes:
            yield from self._sheet.paragraph(f"{Mark.FINDING} {note}", palette.warning)
        if is_exception(record.attributes):
            yield []
            yield from self._written.exception(record.attributes, indent=0)
        yield []
        yield from self._sheet.pairs(self._facts(record, trace))
        yield from self._written.section(
            "Attributes",
            without_exception(record.attributes),
            record.dropped_attributes_count,
        )
        yield from self._written.origin(record.scope)

    def _body(self, record: LogRecord) -> Iterator[Line]:
        """Write the body: a map as its pairs, anything else as text with its own lines."""
        palette, body = self._palette, record.body
        if isinstance(body, dict):
            yield from self._written.values(body, indent=0)
            return
        if body is None or body == "":
            yield [(display(record.event_name or NO_BODY, self._width), palette.muted)]
            return
        text = body if isinstance(body, str) else value_text(body)
        for line in wrap(text.strip("\n"), self._width, max_lines=MAX_BODY_LINES):
            yield [(line, palette.strong)]

    def _facts(self, record: LogRecord, trace: str) -> dict[str, str]:
        facts = {"time": local_moment(record.at_unix_nano)}
        if record.observed_time_unix_nano not in (0, record.at_unix_nano):
            facts["observed"] = local_moment(record.observed_time_unix_nano)
        if record.event_name:
            facts["event"] = record.event_name
        if trace:
            facts["trace"] = trace
        facts["trace id"] = record.trace_id or "none: written outside of any trace"
        if record.trace_id:
            facts["span id"] = record.span_id or "none"
        if record.flags:
            facts["flags"] = flags_text(record.flags)
        return facts

    def brief(self, record: LogRecord, *, since_unix_nano: int) -> Iterator[Line]:
        """Write *record* as a part of its span: when, what, exception and attributes.

        Args:
            record: What is written.
            since_unix_nano: The start of its span.
        """
        palette = self._palette
        at = offset_text(record.at_unix_nano, since_unix_nano)
        head, *more = wrap(record.summary or NO_BODY, self._width - 13, max_lines=12)
        yield [
            ("  ", palette.muted),
            log_mark(record.severity, palette),
            (f" {fit(at, 8)} ", palette.muted),
            (head, body_style(record.severity, palette)),
        ]
        for line in more:
            yield [(" " * 13, palette.muted), (line, palette.text)]
        attributes = record.attributes
        if is_exception(attributes):
            yield from self._written.exception(attributes, indent=4)
            attributes = without_exception(attributes)
        yield from self._written.values(attributes, indent=4)
        yield from self._sheet.dropped(record.dropped_attributes_count)


def severity_mark(severity: Severity, palette: Palette) -> Piece:
    """Return mark and style of a severity; nothing marks what is not worth a look."""
    match severity:
        case Severity.FATAL | Severity.ERROR:
            return Mark.ERROR, palette.error
        case Severity.WARN:
            return Mark.FINDING, palette.warning
        case Severity.INFO | Severity.UNSPECIFIED:
            return " ", palette.muted
        case _:
            return " ", palette.faint


def log_mark(severity: Severity, palette: Palette) -> Piece:
    """Return the mark of a log record among other things that have a time."""
    mark, style = severity_mark(severity, palette)
    return (Mark.LOG, palette.accent) if mark == " " else (mark, style)


def body_style(severity: Severity, palette: Palette) -> Style:
    """Return how to draw what a record of a severity says, in one line."""
    match severity:
        case Severity.FATAL | Severity.ERROR:
            return palette.error
        case Severity.TRACE | Severity.DEBUG:
            return palette.muted
        case _:
            return palette.text


def severity_text(record: LogRecord) -> str:
    """Return the severity as the protocol and as the sender name it: `ERROR2  error`."""
    severity, said = record.severity, record.severity_text
    if severity is Severity.UNSPECIFIED:
        return said or "no severity"
    nth = record.severity_number - severity + 1
    named = severity.name if nth == 1 else f"{severity.name}{nth}"
    return named if said.upper() in ("", named, severity.name) else f"{named}  {said}"


def offset_text(unix_nano: int, since_unix_nano: int) -> str:
    """Return how long after another moment something was; `no time` if either is unknown."""
    if not unix_nano or not since_unix_nano:
        return "no time"
    offset = unix_nano - since_unix_nano
    return f"+{duration_text(offset)}" if offset >= 0 else duration_text(offset)
