"""What a document is, told from its content: names of files say nothing reliable.

Bytes are told by how they begin, JSON by its keys.  What is recognised but not read
is refused by name, with what to do about it.
"""

import re
from collections.abc import Iterator
from enum import Enum, auto
from itertools import islice
from typing import Any

MAX_RECORD_BYTES = 128 * 1024 * 1024
"""The longest record of a file of length-delimited messages; twice what a receiver takes."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP = b"\x1f\x8b"
ZSTD = b"\x28\xb5\x2f\xfd"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

_FIRST_FIELD = 0x0A  # field 1, length-delimited: how every OTLP request begins
MAX_VARINT_BYTES = 5
_NOT_IN_TEXT = re.compile(rb"[^\t\n\r\x20-\xff]")
_JSON_LINE = re.compile(rb"^[ \t]*[{\[]", re.MULTILINE)


class Container(Enum):
    """How a file holds its documents."""

    EMPTY = auto()
    """Blank."""
    JSON = auto()
    """Text: lines of JSON, or one document on many lines."""
    MESSAGE = auto()
    """One serialized request."""
    BIG_ENDIAN_RECORDS = auto()
    """Requests, each after its length in 4 bytes, as the Collector's file exporter writes.

    With zstd it packs each by itself, and those of its JSON format as well.
    """
    VARINT_RECORDS = auto()
    """Requests, each after its length as varint, as protobuf libraries write."""


class UnreadableError(Exception):
    """A document that cannot be read at all.

    Args:
        cause: What it is instead, to stand after `cannot read FILE: `.
        hint: What to do about it, in the imperative.
    """

    def __init__(self, cause: str, *, hint: str = "") -> None:
        super().__init__(cause)
        self.hint = hint


def container_of(head: bytes) -> Container:
    """Return how a file holds its documents.

    Args:
        head: Its first few thousand bytes, decompressed; all of a shorter file.

    Raises:
        UnreadableError: If it holds nothing that devtrace reads.
    """
    text = head.removeprefix(BYTE_ORDER_MARK)
    if not text.strip():
        return Container.EMPTY
    if _JSON_LINE.search(text) and not _NOT_IN_TEXT.search(text):
        return Container.JSON
    length = int.from_bytes(head[:4])
    if _holds_first_field(head[4:], length) or head[4:8] == ZSTD:
        return Container.BIG_ENDIAN_RECORDS
    if head[0] == _FIRST_FIELD:
        return Container.MESSAGE
    length, begin = _varint(head)
    if _holds_first_field(head[begin:], length):
        return Container.VARINT_RECORDS
    raise _unknown(head)


def _holds_first_field(record: bytes, length: int) -> bool:
    """Return whether a record of *length* bytes that begins so can be an OTLP request."""
    if not 2 <= length <= MAX_RECORD_BYTES or record[:1] != bytes((_FIRST_FIELD,)):
        return False
    field_length, begin = _varint(record[1:])
    return 1 + begin + field_length <= length


def _varint(head: bytes) -> tuple[int, int]:
    """Return the varint that *head* begins with, and how many bytes it takes; 0, 0 for none."""
    value = 0
    for index, byte in enumerate(head[:MAX_VARINT_BYTES]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, index + 1
    return 0, 0


def _unknown(head: bytes) -> UnreadableError:
    if head.startswith(_UTF16):
        return UnreadableError("it is text in UTF-16", hint="save it as UTF-8")
    return UnreadableError(
        "it holds neither OTLP nor JSON of Jaeger or Zipkin",
        hint="name a file that an OTLP file exporter or devtrace serve --output wrote",
    )


class ForeignFormat(Enum):
    """A format of another tracing system, known by its keys."""

    JAEGER_UI = "Jaeger UI JSON"
    JAEGER_MODEL = "Jaeger's protobuf model as JSON"
    ZIPKIN_V2 = "Zipkin v2 JSON"
    ZIPKIN_V1 = "Zipkin v1 JSON"


_TELLING_OBJECTS = 8
_MAX_OBJECTS = 200
_MAX_LEVELS = 6


def foreign_format(document: object) -> ForeignFormat | None:
    """Return which other system's format *document* is in, or None.

    Args:
        document: A parsed JSON value.
    """
    found = list(
        islice(filter(None, map(_format_of_object, _objects_in(document))), _TELLING_OBJECTS)
    )
    if ForeignFormat.ZIPKIN_V1 in found:  # not each of its spans shows which version it is
        return ForeignFormat.ZIPKIN_V1
    return next(iter(found), None)


def _objects_in(document: object) -> Iterator[dict[str, Any]]:
    """Yield what can tell the format: spans, and what holds them, an outer one after them."""
    waiting = [(document, 0)]
    for _ in range(_MAX_OBJECTS):
        if not waiting:
            return
        value, depth = waiting.pop()
        if isinstance(value, list):
            if depth < _MAX_LEVELS:
                waiting.extend((each, depth + 1) for each in reversed(value[:_MAX_OBJECTS]))
        elif isinstance(value, dict):
            inner = value.get("data", value.get("spans"))
            if isinstance(inner, list | dict) and inner and depth < _MAX_LEVELS:
                waiting.append((inner, depth + 1))
            else:
                yield value


def _format_of_object(value: dict[str, Any]) -> ForeignFormat | None:
    is_empty_answer = "data" in value and {"total", "errors"} <= value.keys()
    is_empty_trace = "spans" in value and "traceID" in value
    if is_empty_answer or is_empty_trace:
        return ForeignFormat.JAEGER_UI
    return _format_of_span(value)


def _format_of_span(span: dict[str, Any]) -> ForeignFormat | None:
    if "traceID" in span and "spanID" in span:
        return ForeignFormat.JAEGER_UI
    if "traceId" not in span:
        return None
    if "operationName" in span:
        return ForeignFormat.JAEGER_MODEL
    if "id" not in span:
        return None
    annotations = span.get("annotations")
    has_endpoint = isinstance(annotations, list) and any(
        isinstance(each, dict) and "endpoint" in each for each in annotations
    )
    is_v1 = has_endpoint or "binaryAnnotations" in span
    return ForeignFormat.ZIPKIN_V1 if is_v1 else ForeignFormat.ZIPKIN_V2


_REQUEST_KEYS = frozenset(
    f"resource{name}" for name in ("Spans", "_spans", "Metrics", "_metrics", "Logs", "_logs")
)
_REQUEST_KEY_BY_SCOPE_KEY = {
    scope_key: f"resource{signal}"
    for signal in ("Spans", "Metrics", "Logs")
    for scope_key in (
        f"scope{signal}",
        f"scope_{signal.lower()}",
        f"instrumentationLibrary{signal}",
        f"instrumentation_library_{signal.lower()}",
    )
}
_ENVELOPE_KEYS = ("result", "trace")


def requests_in(document: object) -> list[dict[str, Any]]:
    """Return the OTLP requests that *document* holds, out of their envelopes.

    Known envelopes are a list, a bare `ResourceSpans` or its like, `result` (Jaeger's
    API), `batches` and `trace` (Tempo's).

    Args:
        document: A parsed JSON value.

    Returns:
        Objects with `resourceSpans`, `resourceMetrics` or `resourceLogs`, and empty
        ones; none when it holds something else.
    """
    requests: list[dict[str, Any]] = []
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            if not value or not _REQUEST_KEYS.isdisjoint(value):
                requests.append(value)
            elif isinstance(value.get("batches"), list):
                requests.append({"resourceSpans": value["batches"]})
            elif scope_keys := _REQUEST_KEY_BY_SCOPE_KEY.keys() & value.keys():
                requests.append({_REQUEST_KEY_BY_SCOPE_KEY[min(scope_keys)]: [value]})
            else:
                waiting.extend(value[key] for key in _ENVELOPE_KEYS if key in value)
    return requests
