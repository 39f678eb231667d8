"""Files of telemetry, counted, and what they hold handed on.

What a file holds takes the same road as what is received: translated to OTLP bytes,
accepted or refused by the same rules, and given to the consumer of its signal.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto
from pathlib import Path
from threading import Event

from devtrace.errors import ArchiveError
from devtrace.formats.counts import BrokenLine, FileCounts
from devtrace.formats.detect import (
    MAX_RECORD_BYTES,
    Container,
    ForeignFormat,
    UnreadableError,
    container_of,
    foreign_format,
    requests_in,
)
from devtrace.formats.intake import Consumers, Intake
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
from devtrace.formats.source import Source, followed, is_stream, opened
from devtrace.formats.tail import POLL_SECONDS
from devtrace.formats.zipkin import read_zipkin
from devtrace.model.consumer import LogConsumer, MetricConsumer, SpanConsumer
from devtrace.otlp import mistakes
from devtrace.otlp.json import parse_json
from devtrace.otlp.status import MalformedError

NO_TELEMETRY = mistakes.NO_TELEMETRY.note("JSON without telemetry; passed over")

_FOREIGN_READERS = {
    ForeignFormat.JAEGER_UI: read_jaeger,
    ForeignFormat.JAEGER_MODEL: read_jaeger,
    ForeignFormat.ZIPKIN_V2: read_zipkin,
}
_V1_HINT = "send it through an OpenTelemetry Collector with a zipkin receiver"
_BROKEN_HINT = "name a file that an OTLP file exporter or devtrace serve --output wrote"
_FOLLOW_HINT = "open it without --follow"


Progress = Callable[[str, int, int], None]
"""Called with a file's name, its bytes read so far, and its size (0: unknown)."""


def read_documents(
    paths: Iterable[Path],
    *,
    consumer: SpanConsumer | None = None,
    log_consumer: LogConsumer | None = None,
    metric_consumer: MetricConsumer | None = None,
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
        log_consumer: Takes the log records.
        metric_consumer: Takes the metrics.
        on_progress: Called after each line, document or message.
        on_unreadable: Called for a file that cannot be read at all or to its end, and
            reading goes on with the next; without it, such a file raises.
        counts: Where to count, for whoever looks meanwhile; it is returned as well.

    Raises:
        ArchiveError: If a file cannot be read at all, is damaged from some place on,
            or has nothing but broken lines.  What was read before counts.
    """
    reading = _Reading(Consumers(consumer, log_consumer, metric_consumer), counts=counts)
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
    path: Path,
    *,
    consumer: SpanConsumer,
    log_consumer: LogConsumer | None = None,
    metric_consumer: MetricConsumer | None = None,
    stopping: Event,
    counts: FileCounts,
) -> None:
    """Read a file as it grows, until it is told to stop.

    A line or record is taken as soon as it is whole.  When the file is replaced or cut
    short, as a rotation does, reading begins anew with what bears its name.  Copies of
    spans are not looked for, so that memory does not grow with the file.

    Args:
        path: The file; when it does not exist yet, it is waited for.
        consumer: Takes the spans, on this thread.
        log_consumer: Takes the log records, on this thread.
        metric_consumer: Takes the metrics, on this thread.
        stopping: Ends the reading; may be set by another thread.
        counts: Counts what was read, for whoever looks meanwhile.

    Raises:
        ArchiveError: If it cannot be read, or is not of a kind that grows.
    """
    reading = _Reading(
        Consumers(consumer, log_consumer, metric_consumer), counts=counts, finds_copies=False
    )
    while not stopping.is_set():
        if not path.exists():
            stopping.wait(POLL_SECONDS)
            continue
        with followed(path, stopping) as source:
            for _ in reading.parts(source):
                if stopping.is_set():
                    return


def check_readable(path: Path, *, grows: bool = False) -> None:
    """Look whether a file holds something that can be read, without reading it.

    Nothing is known of a pipe: to look at its content would be to take it.

    Args:
        path: A file, not standard input.
        grows: Whether it is to be followed; then it need not exist yet.

    Raises:
        ArchiveError: If it cannot be opened or holds something else.
    """
    if is_stream(path):
        if grows:
            raise ArchiveError(
                f"cannot follow '{path}': it is a pipe or a device, which is read to its "
                "end anyway",
                hint="leave --follow out",
            )
        return
    if grows and not path.exists() and path.parent.is_dir():
        return
    with opened(path) as source:
        if grows:
            _growing_container(source)
        else:
            container_of(source.head)


class _Outcome(Enum):
    """What became of one part of a file."""

    TAKEN = auto()
    BROKEN = auto()
    """It is listed as such."""
    EMPTY = auto()
    """It is something else than telemetry."""


class _Reading:
    """The state that all files of one call share."""

    def __init__(
        self, consumers: Consumers, *, counts: FileCounts | None, finds_copies: bool = True
    ) -> None:
        self.counts = FileCounts() if counts is None else counts
        self._intake = Intake(consumers, self.counts, finds_copies=finds_copies)
        self._name = ""

    def parts(self, source: Source) -> Iterator[None]:
        """Read *source*, and yield after each part of it."""
        self._name = source.name
        what = "lines"
        match _growing_container(source) if source.grows else container_of(source.head):
            case Container.EMPTY | Container.JSON:  # blanks may be followed by something
                parts = self._json_parts(source)
            case Container.MESSAGE:
                parts = self._message(source)
            case framing:
                what = "records"
                parts = self._record_parts(records(source.stream, framing))
        broken_before = len(self.counts.broken_lines)
        outcomes: Counter[_Outcome] = Counter()
        for outcome in parts:
            if outcome is not _Outcome.EMPTY and outcomes.keys() <= {_Outcome.EMPTY}:
                self.counts.files += 1
            outcomes[outcome] += 1
            yield
        if not outcomes:
            self.counts.files += 1
        elif not source.grows and not outcomes[_Outcome.TAKEN]:
            raise self._nothing_taken(
                what, broken_before, is_broken=bool(outcomes[_Outcome.BROKEN])
            )
        if outcomes[_Outcome.EMPTY]:
            self.counts.diagnostics[NO_TELEMETRY] += outcomes[_Outcome.EMPTY]

    def _nothing_taken(
        self, what: str, broken_before: int, *, is_broken: bool
    ) -> UnreadableError:
        """Return what to say of a file that holds something, but nothing to be taken."""
        if not is_broken:
            return UnreadableError(
                "it is JSON, but holds no resourceSpans, resourceMetrics or resourceLogs",
                hint=_BROKEN_HINT,
            )
        cause = "".join(
            f"; {what.removesuffix('s')} {broken.line}: {broken.message}"
            for broken in self.counts.broken_lines[broken_before : broken_before + 1]
        )
        return UnreadableError(f"none of its {what} can be read{cause}", hint=_BROKEN_HINT)

    # -- JSON ------------------------------------------------------------------

    def _json_parts(self, source: Source) -> Iterator[_Outcome]:
        is_first = True
        values = json_lines if source.grows else json_values
        for part in values(source.stream, self.counts.diagnostics):
            if isinstance(part, BrokenJson):
                yield self._broken(*part)
                continue
            outcome = self._json_value(part, is_first=is_first)
            is_first = is_first and outcome is not _Outcome.TAKEN
            yield outcome

    def _json_value(self, part: JsonValue, *, is_first: bool) -> _Outcome:
        """Take the telemetry of one value."""
        foreign = foreign_format(part.value)
        if foreign is None:
            requests = requests_in(part.value)
        elif (read := _FOREIGN_READERS.get(foreign)) is not None:
            requests = [read(part.value, self.counts.diagnostics)]
        elif is_first:
            raise UnreadableError(f"it holds {foreign.value}, which is not read", hint=_V1_HINT)
        else:
            return self._broken(part.line, f"cannot read the line: it holds {foreign.value}")
        if not requests:
            return _Outcome.TAKEN if part.value == [] else _Outcome.EMPTY
        outcome = _Outcome.BROKEN
        for request in requests:
            taken = self._intake.take_json(request)
            for failure in taken.failures:
                self._broken(part.line, failure)
            if taken.signals or not taken.failures:
                outcome = _Outcome.TAKEN
        return outcome

    # -- protobuf --------------------------------------------------------------

    def _message(self, source: Source) -> Iterator[_Outcome]:
        message = source.stream.read(MAX_DOCUMENT_BYTES + 1)
        if len(message) > MAX_DOCUMENT_BYTES:
            raise UnreadableError(f"it is one message of more than {MAX_DOCUMENT_BYTES} bytes")
        try:
            self._intake.take_message(message)
        except MalformedError as error:
            raise UnreadableError(str(error)) from None
        yield _Outcome.TAKEN

    def _record_parts(self, parts: Iterator[Record]) -> Iterator[_Outcome]:
        for record in parts:
            if record.message is None:
                yield self._broken(
                    record.number, "cannot read the record: the file ends within it"
                )
                continue
            try:
                yield self._record(record.number, record.message)
            except MalformedError as error:
                yield self._broken(record.number, str(error))
            except UnreadableError as error:
                yield self._broken(record.number, f"cannot read the record: {error}")

    def _record(self, number: int, message: bytes) -> _Outcome:
        content = unpacked(message, max_bytes=MAX_RECORD_BYTES)
        if content[:1] == b"{":
            value = parse_json(content, lenient=True, notes=self.counts.diagnostics)
            return self._json_value(JsonValue(number, value), is_first=False)
        self._intake.take_message(content)
        return _Outcome.TAKEN

    # -- both ------------------------------------------------------------------

    def _broken(self, line: int, message: str) -> _Outcome:
        self.counts.add_broken_line(BrokenLine(self._name, line, message))
        return _Outcome.BROKEN


def _growing_container(source: Source) -> Container:
    """Return how a file that grows holds its documents.

    Raises:
        UnreadableError: If it cannot be taken part by part.
    """
    if source.packing:
        raise UnreadableError(
            f"it is packed with {source.packing}, which cannot be followed",
            hint=_FOLLOW_HINT,
        )
    container = container_of(source.head)
    if container is Container.MESSAGE:
        raise UnreadableError("it is one message, which does not grow", hint=_FOLLOW_HINT)
    return container
