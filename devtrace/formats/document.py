"""Files of telemetry, counted, and their spans handed on.

Spans of a file take the same road as received ones: translated to OTLP bytes,
accepted or refused by the same rules, and given to a `SpanConsumer`.  Logs and
metrics are counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from devtrace.errors import ArchiveError
from devtrace.formats.detect import (
    MAX_RECORD_BYTES,
    Container,
    ForeignFormat,
    UnreadableError,
    container_of,
    foreign_format,
    requests_in,
)
from devtrace.formats.jaeger import read_jaeger
from devtrace.formats.jsonl import MAX_DOCUMENT_BYTES, BrokenJson, JsonValue, json_values
from devtrace.formats.packing import unpacked
from devtrace.formats.records import Record, records
from devtrace.formats.source import Source, opened
from devtrace.formats.zipkin import read_zipkin
from devtrace.model.consumer import SpanBatch, SpanConsumer
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.json import parse_json, translate_traces_object
from devtrace.otlp.signals import Signal, item_count, signal_of
from devtrace.otlp.status import MalformedError

MAX_BROKEN_LINES = 1_000
"""Broken lines that are listed; further ones are counted in the diagnostics."""

NOT_LISTED = "broken line that is not listed"
NO_TELEMETRY = "JSON without telemetry; passed over"

_POINT_KEYS = (
    "gauge",
    "sum",
    "histogram",
    "exponentialHistogram",
    "exponential_histogram",
    "summary",
)


_FOREIGN_READERS = {
    ForeignFormat.JAEGER_UI: read_jaeger,
    ForeignFormat.JAEGER_MODEL: read_jaeger,
    ForeignFormat.ZIPKIN_V2: read_zipkin,
}
_V1_HINT = "send it through an OpenTelemetry Collector with a zipkin receiver"


class BrokenLine(NamedTuple):
    """A part of a file that could not be read."""

    file: str
    line: int
    """Its line, counted from 1; in a file of records, the number of the record."""
    message: str


@dataclass(slots=True, kw_only=True)
class FileCounts:
    """What some files held, all together."""

    files: int = 0
    """Files that could be read."""
    traces: int = 0
    """Distinct trace ids of accepted spans."""
    spans: int = 0
    """Accepted spans, each counted once."""
    logs: int = 0
    """Log records."""
    metrics: int = 0
    """Data points."""
    refused: Counter[str] = field(default_factory=Counter)
    """Spans refused, by reason."""
    broken_lines: list[BrokenLine] = field(default_factory=list)
    diagnostics: Counter[str] = field(default_factory=Counter)
    """What was not as the formats demand but taken as meant, by sentence."""
    duplicates: int = 0
    """Spans that were exact copies of earlier ones."""


Progress = Callable[[str, int, int], None]
"""Called with a file's name, its bytes read so far, and its size (0: unknown)."""


def read_documents(
    paths: Iterable[Path],
    *,
    consumer: SpanConsumer | None = None,
    on_progress: Progress | None = None,
    on_unreadable: Callable[[ArchiveError], None] | None = None,
) -> FileCounts:
    """Read files of telemetry in any form and in any order.

    Lines of OTLP/JSON as a file exporter writes them, single documents, lists and
    known envelopes of them; serialized messages, alone or after their length; JSON of
    Jaeger and Zipkin; all of these also packed with gzip or zstd.  What a file is, is
    told from its content.

    Args:
        paths: The files; `-` is standard input.
        consumer: Takes the spans, duplicates included, with a receive time of 0.
        on_progress: Called after each line, document or message.
        on_unreadable: Called for a file that cannot be read at all, and reading goes
            on with the next; without it, such a file raises.

    Raises:
        ArchiveError: If a file cannot be read at all.  What was read before counts.
    """
    reading = _Reading(consumer)
    for path in paths:
        try:
            with opened(path) as source:
                for _ in reading.parts(source):
                    if on_progress:
                        on_progress(source.name, source.read_bytes, source.total_bytes)
        except ArchiveError as error:
            if on_unreadable is None:
                raise
            on_unreadable(error)
    return reading.counts


class _Reading:
    """The state that all files of one call share."""

    def __init__(self, consumer: SpanConsumer | None) -> None:
        self.counts = FileCounts()
        self._consumer = consumer
        self._interner = ScopeInterner()
        self._trace_ids: set[str] = set()
        self._seen: set[int] = set()  # 64-bit hashes: a tenth of the payloads' memory
        self._name = ""

    def parts(self, source: Source) -> Iterator[None]:
        """Read *source*, and yield after each part of it."""
        self._name = source.name
        match container_of(source.head):
            case Container.EMPTY:
                pass
            case Container.JSON:
                yield from self._json_parts(source)
            case Container.MESSAGE:
                self._message(source.stream.read(MAX_DOCUMENT_BYTES + 1))
                yield
            case framing:
                yield from self._record_parts(records(source.stream, framing))
        self.counts.files += 1

    # -- JSON ------------------------------------------------------------------

    def _json_parts(self, source: Source) -> Iterator[None]:
        broken = empty = useful = 0
        for part in json_values(source.stream, self.counts.diagnostics):
            if isinstance(part, BrokenJson):
                self._break(*part)
                broken += 1
            elif self._json_value(part, is_first=not useful):
                useful += 1
            else:
                empty += 1
            yield
        if empty and not useful and not broken:
            raise UnreadableError(
                "it is JSON, but holds no resourceSpans, resourceMetrics or resourceLogs"
            )
        if empty:
            self.counts.diagnostics[NO_TELEMETRY] += empty

    def _json_value(self, part: JsonValue, *, is_first: bool) -> bool:
        """Take the telemetry of one value; return whether it was a document for it."""
        foreign = foreign_format(part.value)
        if foreign is None:
            requests = requests_in(part.value)
        elif (read := _FOREIGN_READERS.get(foreign)) is not None:
            requests = [read(part.value, self.counts.diagnostics)]
        elif is_first:
            raise UnreadableError(f"it holds {foreign.value}, which is not read", hint=_V1_HINT)
        else:
            self._break(part.line, f"cannot read the line: it holds {foreign.value}")
            return True
        for request in requests:
            self.counts.logs += _log_record_count(request)
            self.counts.metrics += _data_point_count(request)
            if not {"resourceSpans", "resource_spans"}.isdisjoint(request):
                try:
                    self._json_spans(request)
                except MalformedError as error:
                    self._break(part.line, str(error))
        return bool(requests) or part.value == []

    def _json_spans(self, request: dict[str, Any]) -> None:
        translated = translate_traces_object(request, lenient=True)
        self._spans(translated.payload)
        self.counts.diagnostics.update(translated.notes)
        self.counts.refused.update(translated.refused)

    # -- protobuf --------------------------------------------------------------

    def _message(self, message: bytes) -> None:
        if len(message) > MAX_DOCUMENT_BYTES:
            raise UnreadableError(f"it is one message of more than {MAX_DOCUMENT_BYTES} bytes")
        try:
            self._request(message)
        except MalformedError as error:
            raise UnreadableError(str(error)) from None

    def _record_parts(self, parts: Iterator[Record]) -> Iterator[None]:
        for record in parts:
            if record.message is None:
                self._break(record.number, "cannot read the record: the file ends within it")
            else:
                try:
                    self._record(record.number, record.message)
                except MalformedError as error:
                    self._break(record.number, str(error))
                except UnreadableError as error:
                    self._break(record.number, f"cannot read the record: {error}")
            yield

    def _record(self, number: int, message: bytes) -> None:
        content = unpacked(message, max_bytes=MAX_RECORD_BYTES)
        if content[:1] == b"{":
            value = parse_json(content, lenient=True, notes=self.counts.diagnostics)
            self._json_value(JsonValue(number, value), is_first=False)
        else:
            self._request(content)

    def _request(self, message: bytes) -> None:
        signal = signal_of(message)
        if signal is None:
            raise MalformedError(
                "cannot decode the message as OTLP: it is damaged, or of another type"
            )
        if signal is Signal.TRACES:
            self._spans(message)
        elif signal is Signal.METRICS:
            self.counts.metrics += item_count(message, signal)
        else:
            self.counts.logs += item_count(message, signal)

    # -- both ------------------------------------------------------------------

    def _spans(self, request: bytes) -> None:
        counts = self.counts
        decoded = decode_spans(request, scope_of=self._interner)
        counts.refused.update(decoded.refused)
        seen_before = len(self._seen)
        for part in decoded.slices:
            self._trace_ids.add(part.trace_id)
            self._seen.update(map(hash, part.payloads))
        fresh = len(self._seen) - seen_before
        counts.spans += fresh
        counts.duplicates += decoded.span_count - fresh
        counts.traces = len(self._trace_ids)
        if self._consumer is not None and decoded.slices:
            self._consumer.consume(SpanBatch(decoded.slices, 0))

    def _break(self, line: int, message: str) -> None:
        if len(self.counts.broken_lines) < MAX_BROKEN_LINES:
            self.counts.broken_lines.append(BrokenLine(self._name, line, message))
        else:
            self.counts.diagnostics[NOT_LISTED] += 1


def _log_record_count(request: dict[str, Any]) -> int:
    return sum(
        len(_elements(scope_logs, "logRecords", "log_records"))
        for resource_logs in _elements(request, "resourceLogs", "resource_logs")
        for scope_logs in _elements(
            resource_logs, "scopeLogs", "scope_logs", "instrumentationLibraryLogs"
        )
    )


def _data_point_count(request: dict[str, Any]) -> int:
    return sum(
        len(_elements(metric[key], "dataPoints", "data_points"))
        for resource_metrics in _elements(request, "resourceMetrics", "resource_metrics")
        for scope_metrics in _elements(
            resource_metrics, "scopeMetrics", "scope_metrics", "instrumentationLibraryMetrics"
        )
        for metric in _elements(scope_metrics, "metrics")
        for key in _POINT_KEYS
        if isinstance(metric.get(key), dict)
    )


def _elements(value: dict[str, Any], *keys: str) -> list[dict[str, Any]]:
    """Return the objects in the list under the first of *keys* that is there."""
    listed = next((value[key] for key in keys if key in value), None)
    return (
        [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    )
