"""What is held as documents, in each format that devtrace writes.

Documents are made piece by piece: what is written is read when its turn comes, and not
held as well.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

import orjson

from devtrace.exporters.archive import (
    log_groups,
    log_line,
    metric_groups,
    metric_line,
    scope_groups,
    trace_line,
)
from devtrace.exporters.entries import MAX_ITEMS_AT_ONCE, Entry
from devtrace.formats.jaeger import jaeger_json, jaeger_trace
from devtrace.formats.zipkin import zipkin_span
from devtrace.model.log import LogRecord
from devtrace.model.trace import Trace
from devtrace.otlp.encode import traces_proto
from devtrace.otlp.encode_logs import logs_proto


class Format(StrEnum):
    """What a document can be written as."""

    OTLP = "otlp"
    """Lines of OTLP/JSON: each trace one, its log records the next; metrics at the end."""
    OTLP_RECORDS = "otlp-records"
    """The same as serialized messages, each after its length in four bytes, big-endian.

    Nothing of what was sent is lost.
    """
    OTLP_PROTO = "otlp-proto"
    """One serialized `TracesData`; nothing of the traces is lost."""
    JAEGER = "jaeger"
    """One document as Jaeger's UI opens it."""
    ZIPKIN = "zipkin"
    """One list of Zipkin v2 spans."""

    @property
    def has_all_signals(self) -> bool:
        """Whether log records and metrics have a place in it."""
        return self in {Format.OTLP, Format.OTLP_RECORDS}


def document(entries: Iterable[Entry], form: Format) -> Iterator[bytes]:
    """Yield the pieces of one document with *entries*.

    Args:
        entries: May be read lazily; log records and metrics are left out where
            *form* has no place for them.
        form: What to write.
    """
    match form:
        case Format.OTLP:
            for entry in entries:
                yield from _lines(entry)
        case Format.OTLP_RECORDS:
            for entry in entries:
                for message in _messages(entry):
                    yield len(message).to_bytes(4) + message
        case Format.OTLP_PROTO:  # messages that follow each other are one
            yield from (traces_proto(scope_groups(trace)) for trace in _traces(entries))
        case Format.JAEGER:
            envelope = orjson.dumps(jaeger_json(()))
            opening, between, closing = envelope.partition(b"[")
            yield opening + between
            yield from _separated(orjson.dumps(jaeger_trace(each)) for each in _traces(entries))
            yield closing + b"\n"
        case Format.ZIPKIN:
            spans = (span for trace in _traces(entries) for span in trace.spans)
            yield b"["
            yield from _separated(orjson.dumps(zipkin_span(span)) for span in spans)
            yield b"]\n"


def _traces(entries: Iterable[Entry]) -> Iterator[Trace]:
    return (entry.trace for entry in entries if entry.trace is not None)


def _lines(entry: Entry) -> Iterator[bytes]:
    if entry.trace is not None:
        yield trace_line(entry.trace)
    yield from map(log_line, _few_at_once(entry.logs))
    if entry.metrics:
        yield metric_line(entry.metrics)


def _messages(entry: Entry) -> Iterator[bytes]:
    if entry.trace is not None:
        yield traces_proto(scope_groups(entry.trace))
    for records in _few_at_once(entry.logs):
        yield logs_proto(log_groups(records))
    if entry.metrics:  # the levels above the items have the same fields
        yield traces_proto(metric_groups(entry.metrics))


def _few_at_once(records: Sequence[LogRecord]) -> Iterator[Sequence[LogRecord]]:
    return (
        records[begin : begin + MAX_ITEMS_AT_ONCE]
        for begin in range(0, len(records), MAX_ITEMS_AT_ONCE)
    )


def _separated(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *parts* with commas between them, each on a line of its own."""
    separator = b"\n"
    for part in parts:
        yield separator + part
        separator = b",\n"
