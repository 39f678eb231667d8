"""What is exported is strict, whole, and the same when it is imported again."""

import base64
import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogramDataPoint,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    SummaryDataPoint,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from devtrace.errors import ArchiveError
from devtrace.exporters.archive import write_whole
from devtrace.exporters.documents import Format, document
from devtrace.exporters.entries import MAX_ITEMS_AT_ONCE, Entry, Stores, entries
from devtrace.formats import read_documents
from devtrace.model.metric import SeriesKey
from devtrace.model.trace import Trace
from devtrace.otlp.decode import WireScope
from devtrace.store.limits import Limits
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from tests.builders import (
    a_batch,
    a_log,
    a_log_batch,
    a_logs_request,
    a_metric,
    a_metric_batch,
    a_metrics_request,
    a_point,
    a_request,
    a_span,
    a_trace,
    an_event,
    an_exemplar,
    key_values,
)

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures"
REAL = sorted(
    path
    for folder in ("otlp-json", "otlp-jsonl", "otlp-proto", "jaeger-ui-json", "zipkin-v2-json")
    for path in (FIXTURES / folder).glob("*")
)
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the collection of real documents is not beside the checkout"
)

UNKNOWN = b"\xc2\x3e\x03new"  # field 1000, length-delimited
TRACES = [
    a_trace(
        a_span(
            attributes={"i": 2**53 + 1, "f": float("nan"), "b": b"\x00", "n": None, "l": [1]},
            events=[an_event("e", at_ms=1, attributes={"k": {"deep": [True]}})],
            links=[WireSpan.Link(trace_id=b"t" * 16, span_id=b"s" * 8, flags=0x300)],
            trace_state="a=b",
            flags=0x301,
            dropped_attributes_count=1,
            dropped_events_count=2,
            dropped_links_count=3,
            status=2,
            message="no",
        ),
        ("other", a_span("child", parent="root", kind=9)),
    ),
    a_trace(a_span(trace="second")),
]


def stored(paths: Iterable[Path]) -> dict[str, list[tuple[bytes, WireScope]]]:
    """Return what a store holds of files: each span's bytes with its scope's, by trace."""
    store = TraceStore(Limits(max_spans=100_000))
    read_documents(paths, consumer=store)
    traces = filter(None, map(store.trace, store.changes_since(0).updated))
    return {
        trace.trace_id: [(span.payload, span.scope.wire) for span in trace.spans]
        for trace in traces
    }


def traces_in(path: Path) -> list[Trace]:
    """Return the traces of a file."""
    store = TraceStore(Limits(max_spans=100_000))
    read_documents([path], consumer=store)
    return list(filter(None, map(store.trace, store.changes_since(0).updated)))


def written(path: Path, traces: Iterable[Trace], form: Format) -> Path:
    """Return *path* with *traces* in it."""
    write_whole(path, document(map(Entry, traces), form))
    return path


def new_stores() -> Stores:
    """Return stores with room for any test."""
    return Stores(TraceStore(Limits(max_spans=100_000)), LogStore(), MetricStore())


def read(*paths: Path) -> Stores:
    """Return what *paths* hold."""
    stores = new_stores()
    read_documents(
        paths,
        consumer=stores.traces,
        log_consumer=stores.logs,
        metric_consumer=stores.metrics,
    )
    return stores


def all_of(stores: Stores) -> Iterator[Entry]:
    """Return everything in *stores* as it is exported."""
    return entries(stores, stores.traces.changes_since(0).updated, is_all=True)


def log_records(stores: Stores) -> list[tuple[bytes, WireScope]]:
    """Return every log record with its scope, in an order that is the same for equal ones."""
    held = stores.logs.records(stores.logs.numbers)
    return sorted((record.payload, record.scope.wire) for record in held)


def series(stores: Stores) -> dict[SeriesKey, tuple[bytes, tuple[bytes, ...]]]:
    """Return every series with the bytes of its metric and of its points."""
    found = (stores.metrics.series(key) for key in stores.metrics.changes_since(0).updated)
    return {each.key: (each.metric.payload, each.payloads) for each in found if each}


def exported(stores: Stores, path: Path, form: Format) -> Path:
    """Return *path* with all of *stores* in it."""
    write_whole(path, document(all_of(stores), form))
    return path


def strictly_read(line: bytes) -> TracesData:
    """Read a line as protobuf's own JSON reader does, which knows ids as base64 only."""

    def with_base64(value: Any) -> Any:
        if isinstance(value, list):
            return [with_base64(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            key: base64.b64encode(bytes.fromhex(item)).decode()
            if key in {"traceId", "spanId", "parentSpanId"}
            else with_base64(item)
            for key, item in value.items()
        }

    def refuse(name: str) -> None:
        raise AssertionError(name)

    parsed = json.loads(line, parse_constant=refuse)
    assert None not in _values(parsed)
    result = TracesData()
    json_format.ParseDict(with_base64(parsed), result, ignore_unknown_fields=False)
    return result


def _values(value: Any) -> Iterable[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _values(item)
    else:
        yield value


@pytest.mark.parametrize("form", Format)
def test_every_format_holds_every_span(tmp_path: Path, form: Format) -> None:
    """What devtrace writes it also reads."""
    counts = read_documents([written(tmp_path / "out", TRACES, form)])

    assert (counts.traces, counts.spans) == (2, 3)
    assert not counts.broken_lines
    assert not counts.diagnostics


@pytest.mark.parametrize("form", Format)
def test_no_traces_are_a_document_as_well(tmp_path: Path, form: Format) -> None:
    """An empty answer is valid in each format."""
    counts = read_documents([written(tmp_path / "out", [], form)])

    assert (counts.files, counts.spans, counts.broken_lines) == (1, 0, [])


def test_otlp_is_one_line_per_trace(tmp_path: Path) -> None:
    """A reader can take them one by one, and a strict one takes them all."""
    lines = written(tmp_path / "out", TRACES, Format.OTLP).read_bytes().splitlines()

    assert len(lines) == 2
    first = strictly_read(lines[0])
    spans = [
        span
        for resource_spans in first.resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
    ]
    assert [span.SerializeToString(deterministic=True) for span in spans] == [
        WireSpan.FromString(span.payload).SerializeToString(deterministic=True)
        for span in TRACES[0].spans
    ]


def test_jaeger_and_zipkin_are_strict_json(tmp_path: Path) -> None:
    """Other programs parse them, with a span or a trace on each line."""
    for form, lines in ((Format.JAEGER, 3), (Format.ZIPKIN, 4)):
        text = written(tmp_path / form, TRACES, form).read_text()
        assert json.loads(text, parse_constant=pytest.fail)
        assert len(text.splitlines()) == lines


def test_unknown_fields_survive_as_protobuf(tmp_path: Path) -> None:
    """A newer sender's fields leave as they came: of span, resource and scope."""
    span = WireSpan.FromString(a_span().SerializeToString() + UNKNOWN)
    request = a_request(span)
    resource_spans = request.resource_spans[0]
    resource_spans.schema_url = "https://resource"
    resource_spans.scope_spans[0].schema_url = "https://scope"
    resource_spans.resource.MergeFromString(UNKNOWN)
    resource_spans.scope_spans[0].scope.MergeFromString(UNKNOWN)
    sent = tmp_path / "sent"
    sent.write_bytes(request.SerializeToString())

    out = written(tmp_path / "out", traces_in(sent), Format.OTLP_PROTO)

    assert stored([out]) == stored([sent])
    assert out.read_bytes().count(UNKNOWN) == 3


@needs_fixtures
@pytest.mark.parametrize("form", [Format.OTLP, Format.OTLP_RECORDS])
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_import_export_import_is_identical(tmp_path: Path, path: Path, form: Format) -> None:
    """Real documents come out with every byte of every item they went in with."""
    try:
        first = read(path)
    except ArchiveError:
        pytest.skip("nothing of it can be read")

    out = exported(first, tmp_path / "out", form)

    assert stored([out]) == stored([path])
    assert (log_records(read(out)), series(read(out))) == (log_records(first), series(first))
    if form is Format.OTLP:
        for line in out.read_bytes().splitlines():
            if b"resourceSpans" in line:
                strictly_read(line)


def test_unknown_fields_of_log_records_survive_as_records(tmp_path: Path) -> None:
    """A newer sender's fields leave as they came."""
    record = LogRecord.FromString(a_log("said").SerializeToString() + UNKNOWN)
    sent = tmp_path / "sent"
    sent.write_bytes(a_logs_request(record, a_log("else", trace=None)).SerializeToString())

    out = exported(read(sent), tmp_path / "out", Format.OTLP_RECORDS)

    assert log_records(read(out)) == log_records(read(sent))
    assert out.read_bytes().count(UNKNOWN) == 1


def test_log_records_follow_their_trace(tmp_path: Path) -> None:
    """A line of their own, and at the end those that belong to no trace that is there."""
    stores = new_stores()
    for name in ("one", "two"):
        stores.traces.consume(a_batch(a_span(trace=name)))
    stores.logs.consume_logs(
        a_log_batch(a_log("lost", trace="other"), a_log("its", trace="one"), a_log(trace=None))
    )

    lines = exported(stores, tmp_path / "out", Format.OTLP).read_bytes().splitlines()

    kinds = [next(iter(json.loads(line))) for line in lines]
    assert kinds == ["resourceSpans", "resourceLogs", "resourceSpans", "resourceLogs"]
    assert (b"its" in lines[1], lines[3].count(b'"severityNumber"')) == (True, 2)


def test_points_of_a_metric_stand_together_at_the_end(tmp_path: Path) -> None:
    """However many series it has; so many points that they are several lines."""
    stores = new_stores()
    points = [
        a_point(number, attributes={"k": str(number % 3)})
        for number in range(MAX_ITEMS_AT_ONCE + 2)
    ]
    stores.metrics.consume_metrics(a_metric_batch(a_metric(*points)))
    stores.logs.consume_logs(a_log_batch(a_log()))

    out = exported(stores, tmp_path / "out", Format.OTLP)

    kinds = [next(iter(json.loads(line))) for line in out.read_bytes().splitlines()]
    assert kinds == ["resourceLogs", "resourceMetrics", "resourceMetrics"]
    assert out.read_bytes().count(b'"requests"') == 2
    assert series(read(out)) == series(stores)


def test_unknown_fields_of_metrics_survive_as_records(tmp_path: Path) -> None:
    """Of a metric and of its points."""
    point = NumberDataPoint.FromString(a_point(1).SerializeToString() + UNKNOWN)
    metric = Metric.FromString(a_metric(point).SerializeToString() + UNKNOWN)
    sent = tmp_path / "sent"
    sent.write_bytes(a_metrics_request(metric).SerializeToString())

    out = exported(read(sent), tmp_path / "out", Format.OTLP_RECORDS)

    assert series(read(out)) == series(read(sent))
    assert out.read_bytes().count(UNKNOWN) == 2


def test_many_log_records_are_several_lines(tmp_path: Path) -> None:
    """No line of a file takes more memory than it must."""
    stores = new_stores()
    count = 2 * MAX_ITEMS_AT_ONCE + 1
    stores.logs.consume_logs(
        a_log_batch(*(a_log(number, trace=None) for number in range(count)))
    )

    out = exported(stores, tmp_path / "out", Format.OTLP)

    assert len(out.read_bytes().splitlines()) == 3
    assert len(read(out).logs) == count


TEXT = st.text(max_size=8)
FLOATS = st.floats().map(lambda number: math.nan if math.isnan(number) else number)
"""With one NaN: JSON has no other."""
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | FLOATS
    | TEXT
    | st.binary(max_size=8),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(TEXT, children, max_size=3)
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(["one", "two", "three"])


@st.composite
def spans(draw: st.DrawFn) -> WireSpan:
    """Draw a span that can have anything."""
    attributes = st.dictionaries(TEXT, VALUES, max_size=3)
    links = [
        WireSpan.Link(
            trace_id=draw(st.binary(max_size=20)), attributes=key_values(draw(attributes))
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    return a_span(
        draw(NAMES),
        trace=draw(NAMES),
        parent=draw(st.none() | NAMES),
        name=draw(TEXT),
        kind=draw(st.integers(-(2**31), 2**31 - 1)),
        status=draw(st.integers(0, 2)),
        message=draw(TEXT),
        attributes=draw(attributes),
        events=[an_event(draw(TEXT), attributes=draw(attributes))],
        links=links,
        trace_state=draw(TEXT),
        flags=draw(st.integers(0, 2**32 - 1)),
        dropped_links_count=draw(st.integers(0, 2**32 - 1)),
    )


@st.composite
def logs(draw: st.DrawFn) -> LogRecord:
    """Draw a log record that can have anything."""
    return a_log(
        draw(VALUES),
        trace=draw(st.none() | NAMES),
        span=draw(st.none() | NAMES),
        severity=draw(st.integers(0, 24)),
        attributes=draw(st.dictionaries(TEXT, VALUES, max_size=3)),
        event_name=draw(TEXT),
        severity_text=draw(TEXT),
        flags=draw(st.integers(0, 2**32 - 1)),
    )


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    """Draw a metric of any kind."""
    attributes = st.dictionaries(TEXT, VALUES, max_size=2)
    kind = draw(st.sampled_from(["gauge", "sum", "histogram", "exponential", "summary"]))
    count = draw(st.integers(1, 3))
    times = [{"at_ms": number, "attributes": draw(attributes)} for number in range(count)]
    exemplars = [an_exemplar(draw(st.floats(allow_nan=False)))] if draw(st.booleans()) else []
    match kind:
        case "gauge" | "sum":
            numbers = st.integers(-(2**63), 2**63 - 1) | FLOATS
            points = [a_point(draw(numbers), exemplars=exemplars, **each) for each in times]
        case "histogram":
            points = [
                a_point(
                    of=HistogramDataPoint,
                    count=3,
                    bucket_counts=[1, draw(st.integers(0, 2**64 - 1))],
                    explicit_bounds=[draw(FLOATS)],
                    max=draw(FLOATS),
                    exemplars=exemplars,
                    **each,
                )
                for each in times
            ]
        case "exponential":
            buckets = ExponentialHistogramDataPoint.Buckets(offset=-3, bucket_counts=[1, 0, 2])
            points = [
                a_point(
                    of=ExponentialHistogramDataPoint,
                    scale=draw(st.integers(-10, 20)),
                    zero_count=1,
                    zero_threshold=draw(FLOATS),
                    positive=buckets,
                    exemplars=exemplars,
                    **each,
                )
                for each in times
            ]
        case _:
            quantile = SummaryDataPoint.ValueAtQuantile(quantile=0.5, value=draw(FLOATS))
            points = [
                a_point(of=SummaryDataPoint, quantile_values=[quantile], **each)
                for each in times
            ]
    return a_metric(
        *points,
        name=draw(NAMES),
        kind="gauge" if kind == "gauge" else None,
        temporality=draw(st.integers(0, 2)),
        monotonic=draw(st.booleans()),
        description=draw(TEXT),
        metadata=key_values(draw(attributes)),
    )


@settings(max_examples=60, deadline=None)
@given(
    spans=st.lists(spans(), max_size=4),
    logs=st.lists(logs(), max_size=4),
    metrics=st.lists(metrics(), max_size=3),
    form=st.sampled_from([Format.OTLP, Format.OTLP_RECORDS]),
)
def test_whatever_is_imported_is_the_same_after_export(
    spans: list[WireSpan], logs: list[LogRecord], metrics: list[Metric], form: Format
) -> None:
    """Both lossless forms give identical stores, whatever is in them."""
    with TemporaryDirectory() as folder:
        messages = (a_request(*spans), a_logs_request(*logs), a_metrics_request(*metrics))
        paths = [Path(folder) / name for name in ("spans", "logs", "metrics")]
        for path, message in zip(paths, messages, strict=True):
            path.write_bytes(message.SerializeToString(deterministic=True))
        first = read(*paths)

        out = exported(first, Path(folder) / "out", form)

        assert stored([out]) == stored(paths)
        assert (log_records(read(out)), series(read(out))) == (
            log_records(first),
            series(first),
        )
