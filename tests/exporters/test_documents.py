"""What is exported is strict, whole, and the same when it is imported again."""

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

from devtrace.exporters.archive import write_whole
from devtrace.exporters.documents import Format, document
from devtrace.formats import read_documents
from devtrace.model.trace import Trace
from devtrace.otlp.decode import WireScope
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from tests.builders import a_request, a_span, a_trace, an_event

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
    write_whole(path, document(traces, form))
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
@pytest.mark.parametrize("form", [Format.OTLP, Format.OTLP_PROTO])
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_import_export_import_is_identical(tmp_path: Path, path: Path, form: Format) -> None:
    """Real documents come out with every byte of every span they went in with."""
    out = written(tmp_path / "out", traces_in(path), form)

    assert stored([out]) == stored([path])
    if form is Format.OTLP:
        for line in out.read_bytes().splitlines():
            strictly_read(line)
