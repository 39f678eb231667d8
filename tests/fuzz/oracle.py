"""What must hold for any bytes, beyond that nothing raises.

Each function takes bytes and returns an outcome: a short text that is the same for
inputs which went the same way.  An input with a new outcome is worth keeping.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson

from devtrace.analysis.distribution import distribution_of
from devtrace.analysis.error import span_error
from devtrace.analysis.series import (
    bucket_label,
    last_text,
    measures_of,
    newest_distribution,
    samples,
    whole_distribution,
)
from devtrace.analysis.summary import summarise
from devtrace.analysis.text_tree import text_tree
from devtrace.analysis.timing import time_notes
from devtrace.analysis.title import span_title
from devtrace.analysis.tree import assemble
from devtrace.errors import DevtraceError
from devtrace.formats import read_documents
from devtrace.formats.jaeger import jaeger_json, read_jaeger
from devtrace.formats.zipkin import read_zipkin, zipkin_json
from devtrace.model.consumer import MetricBatch, SpanBatch
from devtrace.model.log import LogRecord
from devtrace.model.metric import Series
from devtrace.model.resource import InstrumentationScope, ScopeInterner
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.otlp.decode import DecodedSpans, decode_spans
from devtrace.otlp.decode_logs import DecodedLogs, decode_logs
from devtrace.otlp.decode_metrics import DecodedMetrics, decode_metrics
from devtrace.otlp.encode import traces_json_line, traces_proto
from devtrace.otlp.encode_logs import logs_json_line
from devtrace.otlp.encode_metrics import metric_payload, metrics_json_line
from devtrace.otlp.json import (
    translate_logs,
    translate_metrics,
    translate_traces,
    translate_traces_object,
)
from devtrace.otlp.points import ExponentialPoint, HistogramPoint
from devtrace.otlp.signals import signal_of
from devtrace.otlp.status import MAX_MESSAGE_BYTES, MalformedError, rpc_status
from devtrace.otlp.values import decode_span_detail
from devtrace.store.metrics import MetricStore

Oracle = Callable[[bytes], str]

_VARIABLE = re.compile(r'"[^"]*"|\d+|0x[0-9a-f]+')
_MAX_OUTCOME = 160


def from_protobuf(body: bytes) -> str:
    """Decode *body* as a request of every signal, and look at all that is accepted."""
    signal_of(body)
    outcome = f"{_metrics_of(body)} {_logs_of(body)}"
    try:
        decoded = decode_spans(body, scope_of=ScopeInterner())
    except MalformedError as error:
        return f"{outcome} {_check_told(error)}"
    return f"{outcome} {_look_at(decoded)} {sorted(decoded.refused)}"


def from_json(body: bytes) -> str:
    """Translate *body* as a sender's and as a file's, and look at all that is accepted."""
    outcome = ""
    for lenient in (False, True):
        try:
            translated = translate_traces(body, lenient=lenient)
        except MalformedError as error:
            outcome = _check_told(error)
            continue
        decoded = decode_spans(translated.payload, scope_of=ScopeInterner())
        notes = sorted(map(generalized, translated.notes))
        outcome = f"{_look_at(decoded)} {sorted(translated.refused)} {notes}"
    for translate, read in ((translate_logs, _logs_of), (translate_metrics, _metrics_of)):
        try:
            translated = translate(body)
        except MalformedError as error:
            outcome += f" {_check_told(error)}"
        else:
            outcome += f" {read(translated.payload)} {sorted(translated.notes)}"
    return outcome


def from_file(content: bytes) -> str:
    """Read *content* as a file of any format."""
    taken: list[SpanBatch] = []

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzz"
        path.write_bytes(content)
        try:
            counts = read_documents([path], consumer=_Taking(taken))
        except DevtraceError as error:
            return generalized(str(error))
    for batch in taken:
        decoded = DecodedSpans(list(batch.slices))
        decoded.span_count = sum(len(part.payloads) for part in batch.slices)
        _look_at(decoded)
    broken = sorted({generalized(line.message) for line in counts.broken_lines})
    return f"{min(counts.spans, 3)} spans {broken} {sorted(counts.diagnostics)}"[:_MAX_OUTCOME]


class _Taking:
    """A consumer that keeps what it gets in *taken*."""

    def __init__(self, taken: list[SpanBatch]) -> None:
        self._taken = taken

    def consume(self, batch: SpanBatch) -> None:
        """Keep *batch*."""
        self._taken.append(batch)


def generalized(message: str) -> str:
    """Return *message* without what differs between inputs that go the same way."""
    return _VARIABLE.sub("#", message)[:_MAX_OUTCOME]


def _logs_of(body: bytes) -> str:
    """Decode *body* as a request of logs, and do with its records all that a screen does."""
    try:
        decoded: DecodedLogs[InstrumentationScope] = decode_logs(body, scope_of=ScopeInterner())
    except MalformedError as error:
        return _check_told(error)
    remarks = {generalized(note) for note in decoded.notes}
    for wire in decoded.records:
        record = LogRecord(wire.payload, wire.scope)
        assert record.trace_id == wire.trace_id
        remarks.update(map(generalized, record.notes))
        assert isinstance(record.summary + record.exception + record.severity_text, str)
        line = logs_json_line([(wire.scope.wire, [wire.payload])])
        again = decode_logs(translate_logs(line).payload, scope_of=ScopeInterner())
        assert [each.trace_id for each in again.records] == [wire.trace_id]
    return f"{min(len(decoded.records), 3)} records {sorted(remarks)}"


def _metrics_of(body: bytes) -> str:
    """Decode *body* as a request of metrics, keep them, and do all that a screen does."""
    try:
        decoded: DecodedMetrics[InstrumentationScope] = decode_metrics(
            body, scope_of=ScopeInterner()
        )
    except MalformedError as error:
        return _check_told(error)
    store = MetricStore()
    store.consume_metrics(MetricBatch(decoded.slices))
    assert store.point_count + store.counters.duplicate_points == decoded.point_count
    remarks = set(decoded.refused)
    for key in store.changes_since(0).updated:
        series = store.series(key)
        assert series is not None
        remarks.update(map(generalized, series.notes))
        remarks.add(series.kind)
        _look_at_series(series, store)
    for part in decoded.slices:
        whole = metric_payload(part.metric, [point.payload for point in part.points])
        line = metrics_json_line([(part.scope.wire, [whole])])
        again = decode_metrics(translate_metrics(line).payload, scope_of=ScopeInterner())
        assert again.point_count == len(part.points)
    return f"{min(decoded.point_count, 3)} points {sorted(remarks)}"


def _look_at_series(series: Series, store: MetricStore) -> None:
    assert isinstance(series.description, str)
    for measure in measures_of(series):
        assert all(value is None or value - value == 0 for _, value in samples(series, measure))
        assert isinstance(last_text(series, measure), str)
    for found in (newest_distribution(series), whole_distribution(series)):
        for bucket in found.coarser(20) if found is not None else ():
            assert bucket_label(bucket, series.unit)
    for point in series.points:
        if isinstance(point, HistogramPoint | ExponentialPoint):
            buckets = distribution_of(point).buckets
            assert all(bucket.lower <= bucket.upper for bucket in buckets)
        for exemplar in point.exemplars:
            if exemplar.trace_id is not None:
                assert store.naming_span(exemplar.trace_id, exemplar.span_id)


def _check_told(error: MalformedError) -> str:
    """Check that what is said about a malformed request can be said in both encodings."""
    message = str(error)
    assert message.startswith("cannot "), message
    for as_json in (False, True):
        status = rpc_status(3, message, field=error.field, as_json=as_json)  # type: ignore[arg-type]
        assert len(status) < 8 * MAX_MESSAGE_BYTES
    return generalized(message)


def _look_at(decoded: DecodedSpans[InstrumentationScope]) -> str:
    """Do with accepted spans all that a screen or a command does."""
    assert decoded.span_count == sum(len(part.payloads) for part in decoded.slices)
    remarks: set[str] = set()
    spans: list[Span] = []
    for part in decoded.slices:
        for payload in part.payloads:
            span = Span(payload, part.scope)
            assert span.trace_id == part.trace_id
            remarks.update(map(generalized, decode_span_detail(payload).notes))
            remarks.update(map(generalized, time_notes(span)))
            span_title(span)
            span_error(span)
            assert span.service_name
            spans.append(span)
    for trace_id in {span.trace_id for span in spans}:
        _draw([span for span in spans if span.trace_id == trace_id])
    _write_and_read_back(decoded)
    return f"{min(len(spans), 3)} spans {sorted(remarks)}"


def _draw(spans: Sequence[Span]) -> None:
    trace = Trace(trace_id=spans[0].trace_id, spans=tuple(spans))
    rows = assemble(trace.spans)
    assert sum(row.span is not None for row in rows) == len(spans)
    text = text_tree(rows, width=80)
    assert not any(ord(letter) < 32 and letter != "\n" for letter in text)
    summarise(trace)
    for written, read in ((jaeger_json, read_jaeger), (zipkin_json, read_zipkin)):
        document = orjson.loads(orjson.dumps(written([trace])))
        translated = translate_traces_object(read(document, Counter()))
        read_back = decode_spans(translated.payload, scope_of=ScopeInterner())
        assert read_back.span_count == len(spans), written


def _write_and_read_back(decoded: DecodedSpans[InstrumentationScope]) -> None:
    """Check that what is kept can leave and come back, in both forms."""
    groups = [(part.scope.wire, part.payloads) for part in decoded.slices]
    again = decode_spans(traces_proto(groups), scope_of=ScopeInterner())
    assert _payloads(again) == _payloads(decoded)
    line = traces_json_line(groups)
    assert line.count(b"\n") == 1
    assert isinstance(orjson.loads(line), dict)
    translated = translate_traces(line)
    assert not translated.refused
    assert not translated.notes
    read_back = decode_spans(translated.payload, scope_of=ScopeInterner())
    assert read_back.span_count == decoded.span_count


def _payloads(decoded: DecodedSpans[InstrumentationScope]) -> list[bytes]:
    return sorted(payload for part in decoded.slices for payload in part.payloads)


ORACLES: dict[str, Oracle] = {
    "protobuf": from_protobuf,
    "json": from_json,
    "file": from_file,
}
"""What needs no socket, by the folder of its corpus."""
