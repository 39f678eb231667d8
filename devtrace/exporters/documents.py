"""Traces as documents, in each format that devtrace writes.

Documents are made piece by piece: traces are read when their turn comes, and what is
written is not held as well.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

import orjson

from devtrace.exporters.archive import scope_groups, trace_line
from devtrace.formats.jaeger import jaeger_json, jaeger_trace
from devtrace.formats.zipkin import zipkin_span
from devtrace.model.trace import Trace
from devtrace.otlp.encode import traces_proto


class Format(StrEnum):
    """What a document can be written as."""

    OTLP = "otlp"
    """Lines of OTLP/JSON, one trace each."""
    OTLP_PROTO = "otlp-proto"
    """One serialized `TracesData`; nothing of what was sent is lost."""
    JAEGER = "jaeger"
    """One document as Jaeger's UI opens it."""
    ZIPKIN = "zipkin"
    """One list of Zipkin v2 spans."""


def document(traces: Iterable[Trace], form: Format) -> Iterator[bytes]:
    """Yield the pieces of one document with *traces*.

    Args:
        traces: May be read lazily.
        form: What to write.
    """
    match form:
        case Format.OTLP:
            yield from map(trace_line, traces)
        case Format.OTLP_PROTO:  # messages that follow each other are one
            yield from (traces_proto(scope_groups(trace)) for trace in traces)
        case Format.JAEGER:
            envelope = orjson.dumps(jaeger_json(()))
            opening, between, closing = envelope.partition(b"[")
            yield opening + between
            yield from _separated(orjson.dumps(jaeger_trace(trace)) for trace in traces)
            yield closing + b"\n"
        case Format.ZIPKIN:
            spans = (span for trace in traces for span in trace.spans)
            yield b"["
            yield from _separated(orjson.dumps(zipkin_span(span)) for span in spans)
            yield b"]\n"


def _separated(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *parts* with commas between them, each on a line of its own."""
    separator = b"\n"
    for part in parts:
        yield separator + part
        separator = b",\n"
