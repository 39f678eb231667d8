"""The JSON values of a text: one on each line, or one laid out over many.

Lines are read one by one, so a file of any size costs the memory of its longest
line.  A broken line is reported with its number and costs nothing but itself.

Source: OpenTelemetry specification, `protocol/file-exporter.md`.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedReader
from itertools import chain
from typing import NamedTuple

from devtrace.formats.detect import BYTE_ORDER_MARK, UnreadableError
from devtrace.otlp.json import parse_json
from devtrace.otlp.status import MalformedError

MAX_DOCUMENT_BYTES = 256 * 1024 * 1024
"""The longest line or document; four times what a receiver takes in one request."""

_TELEMETRY = r'^\s*\{\s*"(resource|scope)_?([Ss]pans|[Mm]etrics|[Ll]ogs)"\s*:.*\}\s*$'
_TELEMETRY_LINE = re.compile(_TELEMETRY.encode(), re.MULTILINE)
_NEXT_TELEMETRY_LINE = re.compile(_TELEMETRY, re.MULTILINE)


class JsonValue(NamedTuple):
    """A value and where it begins."""

    line: int
    value: object


class BrokenJson(NamedTuple):
    """A line that holds no JSON."""

    line: int
    cause: str


class _Line(NamedTuple):
    number: int
    text: bytes
    """Without blanks around it, never empty; longer than the bound if the line is."""


def json_values(
    stream: BufferedReader, notes: Counter[str]
) -> Iterator[JsonValue | BrokenJson]:
    """Yield the values of *stream* in order, and what of it is broken.

    A text whose first line is no JSON by itself is read as documents laid out over many
    lines, unless the second line looks as a file exporter writes it.

    Args:
        stream: UTF-8 text, from its beginning.
        notes: Gains a sentence for each kind of leniency used.

    Raises:
        UnreadableError: If it is one document, and that is broken.
    """
    lines = _lines(stream)
    if (first := next(lines, None)) is None:
        return
    values = _values_on(first, notes)
    if isinstance(values[0], JsonValue) or not first.text.startswith((b"{", b"[")):
        yield from values  # before the next line is waited for
        yield from _values_of(lines, notes)
        return
    second = next(lines, None)
    if second is None or _TELEMETRY_LINE.match(second.text):
        yield from values
        yield from _values_of(chain(filter(None, (second,)), lines), notes)
    else:
        yield from _document([first, second, *_bounded(lines)], notes)


def json_lines(stream: BufferedReader, notes: Counter[str]) -> Iterator[JsonValue | BrokenJson]:
    """Yield what is on each line of *stream*, as soon as the line is whole.

    Args:
        stream: UTF-8 text, from its beginning.
        notes: Gains a sentence for each kind of leniency used.
    """
    return _values_of(_lines(stream), notes)


def _lines(stream: BufferedReader) -> Iterator[_Line]:
    """Yield the lines that are not blank."""
    number = 0
    while text := stream.readline(MAX_DOCUMENT_BYTES + 1):
        number += 1
        if number == 1:
            text = text.removeprefix(BYTE_ORDER_MARK)
        if len(text) > MAX_DOCUMENT_BYTES:
            _skip_line(stream)
        elif not (text := text.strip()):
            continue
        yield _Line(number, text)


def _skip_line(stream: BufferedReader) -> None:
    while (text := stream.readline(1024 * 1024)) and not text.endswith(b"\n"):
        pass


def _values_of(lines: Iterable[_Line], notes: Counter[str]) -> Iterator[JsonValue | BrokenJson]:
    for line in lines:
        yield from _values_on(line, notes)


def _values_on(line: _Line, notes: Counter[str]) -> list[JsonValue | BrokenJson]:
    """Return what a line holds: one value as a rule, or values without a line feed between."""
    if len(line.text) > MAX_DOCUMENT_BYTES:
        return [BrokenJson(line.number, f"longer than {MAX_DOCUMENT_BYTES} bytes")]
    try:
        return [JsonValue(line.number, parse_json(line.text, lenient=True, notes=notes))]
    except MalformedError as error:
        if line.text.startswith((b"{", b"[")):
            several = list(_documents(line.text.decode("utf-8", "replace"), [line], notes))
            if len(several) > 1:
                return several
        return [BrokenJson(line.number, str(error).replace("the body", "the line", 1))]


def _bounded(lines: Iterator[_Line]) -> Iterator[_Line]:
    room = MAX_DOCUMENT_BYTES
    for line in lines:
        room -= len(line.text)
        if room < 0:
            raise UnreadableError(
                f"it is one JSON document of more than {MAX_DOCUMENT_BYTES} bytes",
                hint="write it as lines of JSON: jq -c . FILE",
            )
        yield line


def _document(lines: Sequence[_Line], notes: Counter[str]) -> Iterator[JsonValue | BrokenJson]:
    """Yield what a text holds that is laid out over many lines."""
    text = b"\n".join(line.text for line in lines)  # no JSON string spans two lines
    try:
        value = parse_json(text, lenient=True, notes=notes)
    except MalformedError:
        documents = _documents(text.decode("utf-8", "replace"), lines, notes)
        yield from documents if _TELEMETRY_LINE.search(text) else _not_broken_at_once(documents)
    else:
        yield JsonValue(lines[0].number, value)


def _not_broken_at_once(
    documents: Iterator[JsonValue | BrokenJson],
) -> Iterator[JsonValue | BrokenJson]:
    """Yield *documents*, of which the first must not be broken."""
    first = next(documents)
    if isinstance(first, BrokenJson):
        raise UnreadableError(
            f"it is no JSON from line {first.line} on", hint="look whether it is cut short"
        )
    yield first
    yield from documents


def _documents(
    text: str, lines: Sequence[_Line], notes: Counter[str]
) -> Iterator[JsonValue | BrokenJson]:
    """Yield documents that follow each other, as `jq .` lays out a file of lines.

    After a broken one reading goes on at the next line as a file exporter writes it.

    Args:
        text: Begins with no blank.
        lines: The same, line by line.
        notes: Gains a sentence for each kind of leniency used.
    """
    decoder = json.JSONDecoder(parse_constant=str)
    position, line_index = 0, 0
    while position < len(text):
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            line_end = text.find("\n", position)
            next_line = _NEXT_TELEMETRY_LINE.search(text, line_end) if line_end > 0 else None
            if next_line is None:
                at = getattr(error, "pos", position)
                number = lines[line_index + text.count("\n", position, at)].number
                yield BrokenJson(number, "it is no JSON from here on")
                return
            end = next_line.start() + len(next_line[0]) - len(next_line[0].lstrip())
            passed = line_index + text.count("\n", position, end)
            yield from _values_of(lines[line_index:passed], notes)
            line_index = passed
        else:
            yield JsonValue(lines[line_index].number, value)
            while end < len(text) and text[end].isspace():
                end += 1
            line_index += text.count("\n", position, end)
        position = end
