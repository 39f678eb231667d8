"""Files of telemetry, counted, and their spans handed on.

Spans of a file take the same road as received ones: translated to OTLP bytes,
accepted or refused by the same rules, and given to a `SpanConsumer`.  Logs and
metrics are counted.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

from devtrace.errors import ArchiveError
from devtrace.formats.counting import data_point_count, log_record_count
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
from devtrace.formats.jsonl import (
    MAX_DOCUMENT_BYTES,
    BrokenJson,
    JsonValue,
    json_lines,
    json_values,
)
from devtrace.formats.packing import unpacked
from devtrace.formats.records import Record, records
from devtrace.formats.source import Source, followed, opened
from devtrace.formats.tail import POLL_SECONDS
from devtrace.formats.zipkin import read_zipkin
from devtrace.model.consumer import SpanBatch, SpanConsumer
from devtrace.model.resource import InstrumentationScope, ScopeInterner
from devtrace.model.scrutiny import Scrutiny
from devtrace.otlp import mistakes
from devtrace.otlp.decode import TraceSlice, decode_spans
from devtrace.otlp.json import parse_json, translate_traces_object
from devtrace.otlp.signals import Signal, item_count, signal_of
from devtrace.otlp.status import MalformedError

MAX_BROKEN_LINES = 1_000
"""Broken lines that are listed; further ones are counted in the diagnostics."""

NOT_LISTED = mistakes.UNLISTED_BROKEN_LINES.note("broken line that is not listed")
NO_TELEMETRY = mistakes.NO_TELEMETRY.note("JSON without telemetry; passed over")


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
    """What was not as the formats demand but taken as meant, by sentence, each a `Note`."""
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
    counts: FileCounts | None = None,
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
        counts: Where to count, for whoever looks meanwhile; it is returned as well.

    Raises:
        ArchiveError: If a file cannot be read at all.  What was read before counts.
    """
    reading = _Reading(consumer, counts=counts)
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


def follow_document(
    path: Path, *, consumer: SpanConsumer, stopping: Event, counts: FileCounts
) -> None:
    """Read a file as it grows, until it is told to stop.

    A line or record is taken as soon as it is whole.  When the file is replaced or cut
    short, as a rotation does, reading begins anew with what bears its name.  Copies of
    spans are not looked for, so that memory does not grow with the file.

    Args:
        path: The file; it must exist.
        consumer: Takes the spans, on this thread.
        stopping: Ends the reading; may be set by another thread.
        counts: Counts what was read, for whoever looks meanwhile.

    Raises:
        ArchiveError: If it cannot be read, or is not of a kind that grows.
    """
    reading = _Reading(consumer, counts=counts, finds_copies=False)
    while not stopping.is_set():
        with followed(path, stopping) as source:
            for _ in reading.parts(source):
                if stopping.is_set():
                    return
        while not path.exists() and not stopping.wait(POLL_SECONDS):
            pass


def check_readable(path: Path, *, grows: bool = False) -> None:
    """Look whether a file holds something that can be read, without reading it.

    Args:
        path: A file, not standard input.
        grows: Whether it is to be followed.

    Raises:
        ArchiveError: If it cannot be opened or holds something else.
    """
    with opened(path) as source:
        if grows:
            _growing_container(source)
        else:
            container_of(source.head)


class _Reading:
    """The state that all files of one call share."""

    def __init__(
        self,
        consumer: SpanConsumer | None,
        *,
        counts: FileCounts | None = None,
        finds_copies: bool = True,
    ) -> None:
        self.counts = FileCounts() if counts is None else counts
        self._finds_copies = finds_copies
        self._consumer = consumer
        self._interner = ScopeInterner()
        self._scrutiny = Scrutiny()
        self._trace_ids: set[str] = set()
        self._seen: set[int] = set()  # 64-bit hashes: a tenth of the payloads' memory
        self._name = ""

    def parts(self, source: Source) -> Iterator[None]:
        """Read *source*, and yield after each part of it."""
        self._name = source.name
        match _growing_container(source) if source.grows else container_of(source.head):
            case Container.EMPTY | Container.JSON:  # blanks may be followed by something
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
        values = json_lines if source.grows else json_values
        for part in values(source.stream, self.counts.diagnostics):
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
            self.counts.logs += log_record_count(request)
            self.counts.metrics += data_point_count(request)
            if not {"resourceSpans", "resource_spans"}.isdisjoint(request):
                try:
                    self._json_spans(request)
                except MalformedError as error:
                    self._break(part.line, str(error))
        return bool(requests) or part.value == []

    def _json_spans(self, request: dict[str, Any]) -> None:
        translated = translate_traces_object(request, lenient=True)
        self._spans(translated.payload, is_text_checked=True)
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

    def _spans(self, request: bytes, *, is_text_checked: bool = False) -> None:
        counts = self.counts
        decoded = decode_spans(request, scope_of=self._interner)
        counts.refused.update(decoded.refused)
        counts.diagnostics.update(decoded.notes)
        samples = 0 if is_text_checked else None
        counts.diagnostics.update(self._scrutiny.notes_on(decoded.slices, samples=samples))
        fresh = self._fresh(decoded.slices) if self._finds_copies else decoded.span_count
        counts.spans += fresh
        counts.duplicates += decoded.span_count - fresh
        if self._consumer is not None and decoded.slices:
            self._consumer.consume(SpanBatch(decoded.slices, 0))

    def _fresh(self, slices: Iterable[TraceSlice[InstrumentationScope]]) -> int:
        """Return how many of these spans were not read before, and count new traces."""
        seen_before = len(self._seen)
        for part in slices:
            self._trace_ids.add(part.trace_id)
            self._seen.update(map(hash, part.payloads))
        self.counts.traces = len(self._trace_ids)
        return len(self._seen) - seen_before

    def _break(self, line: int, message: str) -> None:
        if len(self.counts.broken_lines) < MAX_BROKEN_LINES:
            self.counts.broken_lines.append(BrokenLine(self._name, line, message))
        else:
            self.counts.diagnostics[NOT_LISTED] += 1


def _growing_container(source: Source) -> Container:
    """Return how a file that grows holds its documents.

    Raises:
        UnreadableError: If it cannot be taken part by part.
    """
    if source.packing:
        raise UnreadableError(
            f"it is packed with {source.packing}, which cannot be followed",
            hint="open it without --follow",
        )
    container = container_of(source.head)
    if container is Container.MESSAGE:
        raise UnreadableError(
            "it is one message, which does not grow", hint="open it without --follow"
        )
    return container
