"""What spans and log records have alike, as lines: attributes, exceptions, who sent them."""

from collections.abc import Iterator, Mapping

from devtrace.model.attributes import value_text
from devtrace.model.resource import InstrumentationScope
from devtrace.model.semconv import (
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
    first,
)
from devtrace.model.time import moment_text
from devtrace.otlp.values import Value
from devtrace.tui.sheet import Line, Sheet
from devtrace.tui.text import wrap
from devtrace.tui.theme import Mark, Palette

MAX_STACK_LINES = 60
_EXCEPTION_KEYS = {*EXCEPTION_TYPE, *EXCEPTION_MESSAGE, *EXCEPTION_STACKTRACE}


class AttributeText:
    """Writes attributes and what is told by them.

    Args:
        sheet: Lays them out.
        palette: The styles of the current theme.
        width: Cells of a line, at least 20.
    """

    def __init__(self, sheet: Sheet, palette: Palette, width: int) -> None:
        self._sheet = sheet
        self._palette = palette
        self._width = width

    def section(
        self, title: str, attributes: Mapping[str, Value], dropped: int
    ) -> Iterator[Line]:
        """Write attributes under a heading."""
        yield from self._sheet.section(title, len(attributes), dropped)
        yield from self.values(attributes, indent=2)

    def values(self, attributes: Mapping[str, Value], *, indent: int) -> Iterator[Line]:
        """Write keys and values in two columns."""
        texts = {key or '""': value_text(value) for key, value in attributes.items()}
        yield from self._sheet.pairs(texts, indent=indent)

    def exception(self, attributes: Mapping[str, Value], *, indent: int) -> Iterator[Line]:
        """Write the exception that *attributes* tell of, its stack as it was printed."""
        palette = self._palette
        kind = value_text(first(attributes, EXCEPTION_TYPE) or "exception")
        message = first(attributes, EXCEPTION_MESSAGE)
        text = message if isinstance(message, str) else value_text(message)
        head = f"{kind}: {text}" if message is not None else kind
        yield from self._sheet.paragraph(head, palette.error, indent=indent)
        stack = first(attributes, EXCEPTION_STACKTRACE)
        if stack is not None:
            text = stack if isinstance(stack, str) else value_text(stack)
            for line in wrap(text.strip("\n"), self._width - indent, max_lines=MAX_STACK_LINES):
                yield [(" " * indent, palette.muted), (line, palette.muted)]

    def origin(self, scope: InstrumentationScope) -> Iterator[Line]:
        """Say who sent something: its resource and its scope."""
        resource = scope.resource
        yield from self.section(
            "Resource", resource.attributes, resource.dropped_attributes_count
        )
        if resource.schema_url:
            yield from self._sheet.pairs({"schema url": resource.schema_url})
        yield from self._sheet.section(
            "Scope", 1, scope.dropped_attributes_count, counted=False
        )
        yield from self._sheet.pairs(
            {"name": scope.name or "none", "version": scope.version or "none"}
            | ({"schema url": scope.schema_url} if scope.schema_url else {})
        )
        yield from self.values(scope.attributes, indent=2)
        for note in (*resource.notes, *scope.notes):
            yield from self._sheet.paragraph(f"{Mark.FINDING} {note}", self._palette.warning)


def is_exception(attributes: Mapping[str, Value]) -> bool:
    """Return whether *attributes* tell of an exception."""
    return first(attributes, EXCEPTION_TYPE, EXCEPTION_MESSAGE) is not None


def without_exception(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Return *attributes* without those that `AttributeText.exception` writes."""
    return {key: value for key, value in attributes.items() if key not in _EXCEPTION_KEYS}


def local_moment(unix_nano: int) -> str:
    """Return local date and time to the microsecond, without the offset from UTC."""
    return moment_text(unix_nano)[:26].replace("T", " ")


def flags_text(flags: int, what: str = "") -> str:
    """Return trace flags with what their bits say.

    Args:
        flags: As sent.
        what: Whose remoteness the bits above the first eight tell of; empty ignores them.

    Source:
        opentelemetry-proto `trace/v1/trace.proto`, SpanFlags; `logs/v1/logs.proto`,
        LogRecordFlags.
    """
    parts = [f"0x{flags:x}"]
    if flags & 0x01:
        parts.append("sampled")
    if flags & 0x02:
        parts.append("random trace id")
    if what and flags & 0x100:
        parts.append(f"{what} is remote" if flags & 0x200 else f"{what} is local")
    return "  ".join(parts)
