"""Files are counted as they are, and their spans take the road of received ones."""

import gzip
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self

import pytest
import zstandard
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData

from devtrace.errors import ArchiveError
from devtrace.formats import (
    BrokenLine,
    FileCounts,
    check_readable,
    document,
    follow_document,
    read_documents,
)
from devtrace.formats import counts as counts_module
from devtrace.model.consumer import SpanBatch
from devtrace.otlp.decode import WireScope
from devtrace.otlp.diagnostic import counts_by_id
from devtrace.otlp.encode import traces_json, traces_json_line
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore
from tests.builders import a_log, a_logs_request, a_request, a_span, trace_id_of

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the collection of real documents is not beside the checkout"
)

DEADLINE_SECONDS = 20
LOG_LINE = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{}]}]}]}\n'


class Recorder:
    """A `SpanConsumer` that keeps every batch."""

    def __init__(self) -> None:
        self.batches: list[SpanBatch] = []

    def consume(self, batch: SpanBatch) -> None:
        """Keep *batch*."""
        self.batches.append(batch)


def line(*names: str, trace: str = "trace") -> bytes:
    """Return a line of a file with a span for each of *names*."""
    payloads = [a_span(name, trace=trace).SerializeToString() for name in names]
    return traces_json_line([(WireScope(b"", b"", b"", b""), payloads)])


def a_file(folder: Path, *content: bytes, name: str = "file") -> Path:
    """Return a file of *content*."""
    path = folder / name
    path.write_bytes(b"".join(content))
    return path


def counted(folder: Path, *content: bytes) -> FileCounts:
    """Return what a file of *content* holds."""
    return read_documents([a_file(folder, *content)])


# -- counting -----------------------------------------------------------------------


def test_a_trace_over_several_lines_and_files_is_one(tmp_path: Path) -> None:
    """A trace is every span with its id, wherever it is written."""
    files = [
        a_file(tmp_path, line("a"), line("b"), line("x", trace="other"), name="one"),
        a_file(tmp_path, line("c"), name="two"),
    ]

    counts = read_documents(files)

    assert (counts.files, counts.traces, counts.spans) == (2, 2, 4)


def test_copies_are_counted_apart(tmp_path: Path) -> None:
    """The same file named twice holds nothing new."""
    path = a_file(tmp_path, line("a", "b"))

    counts = read_documents([path, path])

    assert (counts.spans, counts.duplicates) == (2, 2)


def test_signals_may_be_mixed(tmp_path: Path) -> None:
    """Lines of traces, metrics and logs in one file are each counted as what they are."""
    point_line = json.dumps(
        {
            "resourceMetrics": [
                {
                    "scopeMetrics": [
                        {
                            "metrics": [
                                {"name": "a", "sum": {"dataPoints": [{}, {}]}},
                                {"name": "b", "exponentialHistogram": {"dataPoints": [{}]}},
                                {"name": "c", "gauge": None},
                            ]
                        }
                    ]
                }
            ]
        }
    ).encode()

    counts = counted(tmp_path, line("a"), LOG_LINE, point_line)

    assert (counts.spans, counts.logs, counts.metrics) == (1, 2, 3)


def test_nonsense_in_logs_and_metrics_counts_nothing(tmp_path: Path) -> None:
    """Reading survives any JSON where lists and objects belong, and it is told."""
    counts = counted(
        tmp_path,
        line("a"),
        b'{"resourceLogs":5,"resourceMetrics":[{"scopeMetrics":{}},7]}\n',
        b'{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"sum":{"dataPoints":9}}]}]}]}\n',
    )

    assert (counts.spans, counts.logs, counts.metrics) == (1, 0, 0)
    assert [broken.line for broken in counts.broken_lines] == [2, 2, 3]
    assert counts.broken_lines[0].message.startswith("cannot read resourceLogs: ")


def test_refused_spans_are_counted_by_reason(tmp_path: Path) -> None:
    """Spans without valid ids are no spans, and it is said why."""
    spans: list[dict[str, Any]] = [{}, {"traceId": "00"}, {"traceId": "xyz", "spanId": "?"}]
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()

    counts = counted(tmp_path, text)

    assert counts.spans == 0
    assert counts.refused.total() == 3
    assert counts.refused["trace_id is missing"] == 1


def test_what_was_meant_is_taken_and_counted(tmp_path: Path) -> None:
    """Leniency leaves a trace in the diagnostics."""
    span = {"traceId": trace_id_of("t"), "spanId": "11" * 8, "kind": "SPAN_KIND_SERVER"}
    text = json.dumps({"resource_spans": [{"scope_spans": [{"spans": [span]}]}]}).encode()

    counts = counted(tmp_path, text)

    assert counts.spans == 1
    assert counts_by_id(counts.diagnostics.items()) == {
        "snake-case-keys": 2,
        "enum-names": 1,
        "missing-times": 1,
        "unknown-service": 1,
    }


def test_ids_in_base64_are_read_from_files(tmp_path: Path) -> None:
    """Files of old exporters hold what no sender may send."""
    span = {"traceId": "W47/95gDgQPSabYzgT/GDA==", "spanId": "7uGbfsPBsXM="}
    text = json.dumps({"batches": [{"scopeSpans": [{"spans": [span]}]}]}).encode()

    assert counted(tmp_path, text).spans == 1


def test_what_is_odd_about_spans_has_an_id(tmp_path: Path) -> None:
    """Text is looked at in every span of a protobuf file, times and names in any."""
    odd = a_span("odd", name="x", start_ms=1)
    odd.start_time_unix_nano, odd.end_time_unix_nano = 1_700_000_000_000, 1_700_000_000_001
    sound = [a_span(str(number)) for number in range(9)]
    request = a_request(
        *sound, odd, a_span("last", name="TEXT"), service="unknown_service:node"
    )

    counts = counted(tmp_path, request.SerializeToString().replace(b"TEXT", b"\xff\xfe\xfd!"))

    assert counts.spans == 11
    assert counts_by_id(counts.diagnostics.items()) == {
        "unknown-service": 1,
        "time-unit": 1,
        "invalid-utf8": 1,
    }


def test_documents_need_no_line_of_their_own(tmp_path: Path) -> None:
    """Values that follow each other on one line, and a list of lists of documents."""
    one, two = (each.strip() for each in (line("a"), line("b")))

    counts = counted(tmp_path, one + two + b"  " + LOG_LINE, b"[[" + line("c").strip() + b"]]")

    assert (counts.spans, counts.logs, counts.broken_lines) == (3, 2, [])


def test_layouts_may_be_mixed(tmp_path: Path) -> None:
    """Documents over many lines before, between and after lines; a broken one costs itself."""
    first, second, third = (
        json.dumps(json.loads(line(name)), indent=2).encode() + b"\n" for name in "abc"
    )
    torn = first[: len(first) // 2] + b"\n"

    whole = counted(tmp_path, first, second, LOG_LINE, third)
    broken = counted(tmp_path, first, torn, line("d"), third)

    assert (whole.spans, whole.logs, whole.broken_lines) == (3, 2, [])
    assert broken.spans == 3
    assert {each.line for each in broken.broken_lines} <= set(
        range(first.count(b"\n") + 1, (first + torn).count(b"\n") + 1)
    )


def test_log_records_are_handed_on(tmp_path: Path) -> None:
    """From JSON, from a message and from records, packed or not; what came before, once."""
    request = a_logs_request(a_log("said"), a_log("else", trace=None))
    message = request.SerializeToString()
    files = [
        a_file(tmp_path, line("a"), LOG_LINE, name="json"),
        a_file(tmp_path, gzip.compress(message), name="message"),
        a_file(
            tmp_path, zstandard.compress(len(message).to_bytes(4) + message), name="records"
        ),
    ]
    store = LogStore()

    counts = read_documents(files, log_consumer=store)

    assert (counts.logs, len(store)) == (6, 4)
    assert store.counters.duplicate_records == 2
    assert [record.summary for record in store.of_trace(trace_id_of("trace"))] == ["said"]


# -- defects -------------------------------------------------------------------------


def test_a_broken_line_is_reported_and_the_rest_read(tmp_path: Path) -> None:
    """The report names file, line and cause."""
    path = a_file(tmp_path, line("a"), b"{broken\n", line("b"))

    counts = read_documents([path])

    assert counts.spans == 2
    (broken,) = counts.broken_lines
    assert broken[:2] == (str(path), 2)
    assert broken.message.startswith("cannot read the line as JSON: ")


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (
            b"{broken\n",
            "none of its lines can be read; line 1: cannot read the line as JSON",
        ),
        (b'{"resourceSpans":[{"scopeSpans":7}]}\n', "line 1: cannot read resourceSpans[0]."),
        (b'{"level":"info"}\n{broken\n', "none of its lines can be read; line 2: "),
        (b"\0\0\0\x09\x0a\x07\x12\x05\x12\x03\x0a\xff\xff", "none of its records can be read"),
    ],
)
def test_a_file_with_nothing_but_broken_parts_is_an_error(
    tmp_path: Path, content: bytes, cause: str
) -> None:
    """It does not pass for an empty one; each part is listed all the same."""
    errors: list[ArchiveError] = []

    counts = read_documents([a_file(tmp_path, content)], on_unreadable=errors.append)

    assert cause in str(errors[0])
    assert errors[0].hint
    assert (counts.files, bool(counts.broken_lines)) == (1, True)


def test_a_broken_signal_does_not_cost_the_others_of_its_line(tmp_path: Path) -> None:
    """Each is read for itself."""
    spans = line("a").strip()[:-1]

    counts = counted(tmp_path, spans + b',"resourceLogs":[7]}\n')

    assert (counts.spans, counts.logs) == (1, 0)
    assert counts.broken_lines[0].message.startswith("cannot read resourceLogs[0]: ")


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_what_stands_before_the_damage_is_read(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    """A packed file that ends early gives its whole lines, and is complained of."""
    names = [str(number) for number in range(2_000)]
    packed = pack(b"".join(map(line, names)))
    errors: list[ArchiveError] = []

    counts = read_documents(
        [a_file(tmp_path, packed[: len(packed) // 2])], on_unreadable=errors.append
    )

    assert "data is damaged or ends early" in str(errors[0])
    assert counts.files == 1
    assert 100 < counts.spans < len(names)


def test_a_line_whose_fields_do_not_fit_is_broken(tmp_path: Path) -> None:
    """The report names the field; of such a line no span is taken."""
    counts = counted(tmp_path, line("a"), b'{"resourceSpans":[{"scopeSpans":7}]}\n', line("b"))

    assert counts.spans == 2
    assert counts.broken_lines[0].line == 2
    assert "resourceSpans[0].scopeSpans" in counts.broken_lines[0].message


def test_json_without_telemetry_among_lines_is_noted(tmp_path: Path) -> None:
    """A stray line is not broken, and not unseen either."""
    counts = counted(tmp_path, line("a"), b'{"level":"info"}\n')

    assert counts.broken_lines == []
    assert counts.diagnostics[document.NO_TELEMETRY] == 1


def test_the_list_of_broken_lines_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file full of garbage does not fill the memory, and the rest is counted."""
    monkeypatch.setattr(counts_module, "MAX_BROKEN_LINES", 3)

    counts = counted(tmp_path, line("a"), b"{\n" * 10)

    assert len(counts.broken_lines) == 3
    assert counts.diagnostics[counts_module.NOT_LISTED] == 7


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b'{"name":"devtrace","version":1}', "it is JSON, but holds no resourceSpans"),
        (
            b'[{"traceId":"1","id":"2","binaryAnnotations":[]}]',
            "it holds Zipkin v1 JSON, which is not read",
        ),
        (b"plain text\n", "it holds neither OTLP nor JSON of Jaeger or Zipkin"),
        (b'{\n "resourceSpans": oops', "it is no JSON from line 2 on"),
        (b"\x0a\x7fshort", "cannot decode the message as OTLP"),
        (b"\x0a\x09\x12\x07\x12\x05\x39\x01\x02\x03\x04", "cannot decode the "),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(
    tmp_path: Path, content: bytes, cause: str
) -> None:
    """The error names the file and what it is instead."""
    path = a_file(tmp_path, content)

    with pytest.raises(ArchiveError) as failure:
        read_documents([path])

    assert str(failure.value).startswith(f"cannot read '{path}': ")
    assert cause in str(failure.value)


def test_a_format_that_is_not_read_costs_its_line_among_others(tmp_path: Path) -> None:
    """Only a file that begins so is refused as a whole."""
    foreign = b'[{"traceId":"1","id":"2","binaryAnnotations":[]}]\n'

    counts = counted(tmp_path, line("a"), foreign, line("b"))

    assert counts.spans == 2
    assert counts.broken_lines[0].message == "cannot read the line: it holds Zipkin v1 JSON"


def test_the_other_files_are_read_when_one_cannot_be(tmp_path: Path) -> None:
    """A caller that wants to hear of it instead gets the rest."""
    errors: list[ArchiveError] = []

    counts = read_documents(
        [tmp_path / "missing", a_file(tmp_path, line("a"))], on_unreadable=errors.append
    )

    assert (counts.files, counts.spans) == (1, 1)
    assert [str(error) for error in errors] == [
        f"cannot read '{tmp_path / 'missing'}': no such file or directory"
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\n \n", b"{}", b"[]\n{}\n", b'{"data":[],"total":0,"errors":null}']
)
def test_an_empty_file_is_read(tmp_path: Path, content: bytes) -> None:
    """Nothing received makes a valid file."""
    assert counted(tmp_path, content) == FileCounts(files=1)


def test_blanks_at_the_beginning_hide_nothing(tmp_path: Path) -> None:
    """However many there are before the first line."""
    assert counted(tmp_path, b"\n" * 100_000, line("a")).spans == 1


# -- containers ----------------------------------------------------------------------


def contents() -> dict[str, bytes]:
    """Return the same request in every container there is."""
    message = a_request(a_span("a"), a_span("b", parent="a")).SerializeToString()
    (resource_spans,) = a_request(a_span("a"), a_span("b", parent="a")).resource_spans
    wire = WireScope(
        resource_spans.resource.SerializeToString(),
        b"",
        resource_spans.scope_spans[0].scope.SerializeToString(),
        b"",
    )
    payloads = [span.SerializeToString() for span in resource_spans.scope_spans[0].spans]
    as_json = traces_json([(wire, payloads)])
    line_of_json = json.dumps(as_json).encode()
    assert 127 < len(message) < 16_384
    packed = zstandard.compress(message)
    packed_json = zstandard.compress(line_of_json)
    return {
        "line": line_of_json,
        "document": json.dumps(as_json, indent=2).encode(),
        "list": json.dumps([as_json], indent=2).encode(),
        "bare": json.dumps(as_json["resourceSpans"][0]).encode(),
        "jaeger v3": json.dumps({"result": as_json}).encode(),
        "tempo": json.dumps({"batches": as_json["resourceSpans"]}).encode(),
        "tempo v2": json.dumps({"trace": as_json}).encode(),
        "message": message,
        "big-endian": len(message).to_bytes(4) + message,
        "varint": bytes((len(message) & 0x7F | 0x80, len(message) >> 7)) + message,
        "packed records": len(packed).to_bytes(4) + packed,
        "packed records of JSON": len(packed_json).to_bytes(4) + packed_json,
    }


def stored(path: Path) -> list[tuple[bytes, bytes, bytes]]:
    """Return what a store holds after *path* was read into it."""
    store = TraceStore()
    read_documents([path], consumer=store)
    trace = store.trace(trace_id_of("trace"))
    assert trace is not None
    return [(span.payload, span.scope.payload, span.resource.payload) for span in trace.spans]


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, zstandard.compress], ids=["plain", "gzip", "zstd"]
)
@pytest.mark.parametrize("container", contents())
def test_every_container_gives_the_same_spans(
    tmp_path: Path, container: str, pack: Callable[[bytes], bytes]
) -> None:
    """How a file was written changes nothing of what it holds."""
    every = contents()

    held = stored(a_file(tmp_path, pack(every[container]), name="as-is"))

    assert len(held) == 2
    assert held == stored(a_file(tmp_path, every["message"], name="message"))


def test_records_are_read_up_to_a_torn_one(tmp_path: Path) -> None:
    """The number of the record stands where a line number would."""
    one, two = (a_request(a_span(name)).SerializeToString() for name in "ab")
    path = a_file(tmp_path, *(len(each).to_bytes(4) + each for each in (one, two)), b"\0\0")

    counts = read_documents([path])

    assert counts.spans == 2
    assert counts.broken_lines == [
        BrokenLine(str(path), 3, "cannot read the record: the file ends within it")
    ]


def test_a_damaged_record_costs_only_itself(tmp_path: Path) -> None:
    """Its length still says where the next one begins."""
    good = a_request(a_span()).SerializeToString()
    logs = LogsData()
    logs.resource_logs.add().scope_logs.add().log_records.append(LogRecord(time_unix_nano=1))
    parts = [good, b"\x0a\x7fdamaged", logs.SerializeToString(), b""]

    counts = counted(tmp_path, *(len(part).to_bytes(4) + part for part in parts))

    assert (counts.spans, counts.logs) == (1, 1)
    assert [broken.line for broken in counts.broken_lines] == [2]


def test_a_packed_record_that_is_damaged_costs_only_itself(tmp_path: Path) -> None:
    """What its length spans is passed over and named."""
    torn = zstandard.compress(a_request(a_span("a")).SerializeToString())[:-3]
    no_json = zstandard.compress(b"{oops")
    whole = zstandard.compress(a_request(a_span("b")).SerializeToString())

    counts = counted(
        tmp_path, *(len(part).to_bytes(4) + part for part in (torn, no_json, whole))
    )

    assert counts.spans == 1
    first, second = counts.broken_lines
    assert first.message == "cannot read the record: its zstd data is damaged or ends early"
    assert second.message.startswith("cannot read the body as JSON")


def test_a_message_beyond_the_bound_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message must be held whole, so it is bounded."""
    monkeypatch.setattr(document, "MAX_DOCUMENT_BYTES", 64)

    with pytest.raises(ArchiveError, match="one message of more than 64 bytes"):
        counted(tmp_path, contents()["message"])


# -- the road -------------------------------------------------------------------------


def test_spans_are_handed_on_line_by_line(tmp_path: Path) -> None:
    """A consumer sees the file grow, and is told of no time of arrival."""
    recorder = Recorder()

    read_documents([a_file(tmp_path, line("a", "b"), LOG_LINE, line("c"))], consumer=recorder)

    assert [batch.received_unix_nano for batch in recorder.batches] == [0, 0]
    assert [len(part.payloads) for batch in recorder.batches for part in batch.slices] == [2, 1]


def test_progress_is_told_within_the_file(tmp_path: Path) -> None:
    """Who waits can see how much is left."""
    path = a_file(tmp_path, *(line(str(index)) for index in range(500)))
    seen: list[tuple[str, int, int]] = []

    read_documents([path], on_progress=lambda *progress: seen.append(progress))

    size = path.stat().st_size
    assert len(seen) == 500
    assert {(name, total) for name, _, total in seen} == {(str(path), size)}
    positions = [position for _, position, _ in seen]
    assert positions == sorted(positions)
    assert 0 < positions[0] < size == positions[-1]


# -- real documents ---------------------------------------------------------------------

TRACES = [  # accepted, duplicates, refused, traces
    ("otlp-json/hotrod-n_plus_one_near_miss.json", 12, 0, 0, 1),
    ("otlp-json/jaegerui-otlp-in-error.json", 1, 0, 0, 1),
    ("otlp-json/java-resourcespans.json", 2, 0, 0, 2),
    ("otlp-json/java-spans-wrapper.json", 2, 0, 0, 2),
    ("otlp-json/proto-trace.json", 1, 0, 0, 1),
    ("jaeger-ui-json/pair-otlp-in.json", 1, 1, 0, 1),
    ("otlp-jsonl/malformed.jsonl", 0, 0, 1, 0),
    ("otlp-jsonl/multifile_malformed_traces.jsonl", 0, 0, 0, 0),
    ("otlp-jsonl/multifile_valid_traces.jsonl", 1, 0, 0, 1),
    ("otlp-jsonl/single_trace.jsonl", 1, 0, 0, 1),
    ("otlp-jsonl/spec-file-exporter-traces.jsonl", 0, 0, 8, 0),
    ("otlp-jsonl/traces_deep_nesting.jsonl", 1, 0, 0, 1),
    ("otlp-jsonl/traces_large_attrs.jsonl", 1, 0, 0, 1),
    ("otlp-jsonl/traces_nulls.jsonl", 3, 0, 0, 3),
    ("otlp-jsonl/traces_simple.jsonl", 3, 0, 0, 1),
    ("otlp-jsonl/whitespace.jsonl", 0, 0, 0, 0),
    ("otlp-proto/traces.pb", 1, 0, 0, 1),
]
LOGS_AND_METRICS = [  # log records, data points
    ("otlp-json/java-logs-wrapper.json", 2, 0),
    ("otlp-json/java-metrics-wrapper.json", 0, 2),
    ("otlp-json/proto-events.json", 1, 0),
    ("otlp-json/proto-logs.json", 1, 0),
    ("otlp-json/proto-metrics.json", 0, 4),
    ("otlp-jsonl/logs_document.json", 1, 0),
    ("otlp-jsonl/logs_nulls.jsonl", 3, 0),
    ("otlp-jsonl/logs_simple.jsonl", 3, 0),
    ("otlp-jsonl/metrics_all_types.jsonl", 0, 5),
    ("otlp-jsonl/metrics_nulls.jsonl", 0, 3),
    ("otlp-jsonl/metrics_simple.jsonl", 0, 3),
    ("otlp-jsonl/metrics_temporality_strings.jsonl", 0, 1),
    ("otlp-jsonl/spec-file-exporter-logs.jsonl", 8, 0),
    ("otlp-jsonl/spec-file-exporter-metrics.jsonl", 0, 16),  # 8 metrics of 2 points each
    ("otlp-jsonl/ts_boundary_logs.jsonl", 1, 0),
    ("otlp-jsonl/ts_overflow_logs.jsonl", 1, 0),  # still an unsigned 64-bit number
    ("otlp-proto/logs.pb", 1, 0),
    ("otlp-proto/metrics.pb", 0, 1),
]
BROKEN_LINES = {
    "otlp-jsonl/malformed.jsonl": [2, 4],
    "otlp-jsonl/multifile_malformed_traces.jsonl": [1],
}
ALL_BROKEN = "otlp-jsonl/multifile_malformed_traces.jsonl"
FOREIGN = [  # accepted, duplicates, traces
    ("jaeger-ui-json/domain_01.json", 5, 0, 1),
    ("jaeger-ui-json/pair-jaeger-out.json", 1, 1, 1),
    ("jaeger-ui-json/ui-flamegraph-trace.json", 4, 0, 1),
    ("jaeger-ui-json/ui-genai-trace.json", 57, 0, 1),
    ("jaeger-ui-json/ui-testTrace.json", 11, 0, 1),
    ("jaeger-ui-json/ui_01.json", 5, 0, 1),
    ("zipkin-v2-json/collector-sample1.json", 1, 8, 1),
    ("zipkin-v2-json/collector-sample2.json", 1, 0, 1),
    ("zipkin-v2-json/contrib-sample3.json", 1, 0, 1),
    ("zipkin-v2-json/contrib-sample4.json", 1, 0, 1),
    ("zipkin-v2-json/envoy.json", 1, 0, 1),
    ("zipkin-v2-json/messaging-kafka.json", 28, 0, 1),
    ("zipkin-v2-json/messaging.json", 4, 0, 1),
    ("zipkin-v2-json/simple-db-p6.json", 5, 0, 1),
    ("zipkin-v2-json/skew.json", 4, 0, 1),
    ("zipkin-v2-json/smartthings-oauth-authorization.json", 175, 0, 1),
    ("zipkin-v2-json/yelp.json", 16, 0, 1),
    ("zipkin-v2-json/zipkin2-chinese.json", 1, 0, 1),
    ("zipkin-v2-json/zipkin2-client.json", 1, 0, 1),
    ("zipkin-v2-json/zipkin_01.json", 1, 0, 1),
]


@needs_fixtures
@pytest.mark.parametrize(("name", "spans", "duplicates", "refused", "traces"), TRACES)
def test_real_traces_are_counted(
    name: str, spans: int, duplicates: int, refused: int, traces: int
) -> None:
    """Documents of exporters, of the specification and of other tools give their counts."""
    errors: list[ArchiveError] = []
    counts = read_documents([FIXTURES / name], on_unreadable=errors.append)

    assert (counts.files, counts.spans, counts.duplicates) == (1, spans, duplicates)
    assert (counts.refused.total(), counts.traces) == (refused, traces)
    assert [broken.line for broken in counts.broken_lines] == BROKEN_LINES.get(name, [])
    assert bool(errors) == (name == ALL_BROKEN)


@needs_fixtures
@pytest.mark.parametrize(("name", "logs", "metrics"), LOGS_AND_METRICS)
def test_real_logs_and_metrics_are_counted(name: str, logs: int, metrics: int) -> None:
    """Logs count by record and metrics by data point."""
    counts = read_documents([FIXTURES / name])

    assert (counts.logs, counts.metrics, counts.spans) == (logs, metrics, 0)
    assert counts.broken_lines == []


@needs_fixtures
@pytest.mark.parametrize(("name", "spans", "duplicates", "traces"), FOREIGN)
def test_real_documents_of_other_systems_are_counted(
    name: str, spans: int, duplicates: int, traces: int
) -> None:
    """Every span of Jaeger's and Zipkin's documents is read, and none twice."""
    counts = read_documents([FIXTURES / name])

    assert (counts.spans, counts.duplicates, counts.traces) == (spans, duplicates, traces)
    assert (counts.refused.total(), counts.broken_lines) == (0, [])


@needs_fixtures
def test_every_real_document_is_accounted_for() -> None:
    """A document that joins the collection must be given its counts here."""
    known = {name for name, *_ in (*TRACES, *LOGS_AND_METRICS, *FOREIGN)}
    there = {
        path.relative_to(FIXTURES).as_posix()
        for path in FIXTURES.glob("*/*")
        if path.parent.name != "LICENSES"
    }
    assert there == known


# -- files that grow ----------------------------------------------------------------------


class Following:
    """A file that is followed by a thread.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts = FileCounts()
        self.error: ArchiveError | None = None
        self._stopping = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            follow_document(
                self.path, consumer=Recorder(), stopping=self._stopping, counts=self.counts
            )
        except ArchiveError as error:
            self.error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(DEADLINE_SECONDS)
        assert not self._thread.is_alive()

    def append(self, content: bytes) -> None:
        """Write *content* at the end of the file."""
        with self.path.open("ab") as file:
            file.write(content)

    def until(self, condition: Callable[[FileCounts], object]) -> None:
        """Wait until *condition* holds for what was read."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition(self.counts):
            assert time.monotonic() < deadline, self.counts
            time.sleep(0.01)


def test_a_line_is_taken_as_soon_as_it_is_whole(tmp_path: Path) -> None:
    """The one line there is at first does not wait for a second, half a line does."""
    with Following(a_file(tmp_path, line("a"))) as following:
        following.until(lambda counts: counts.spans == 1)
        second = line("b")
        following.append(second[:20])
        following.append(second[20:] + b"{broken\n")
        following.until(lambda counts: counts.broken_lines)
        following.append(line("c"))
        following.until(lambda counts: counts.spans == 3)

    assert [broken.line for broken in following.counts.broken_lines] == [3]


def test_a_file_that_is_empty_at_first_is_waited_for(tmp_path: Path) -> None:
    """The exporter may not have written anything yet."""
    with Following(a_file(tmp_path, b"\n")) as following:
        following.append(line("a"))
        following.until(lambda counts: counts.spans == 1)


def test_records_are_followed_as_well(tmp_path: Path) -> None:
    """The Collector also writes protobuf, each message after its length."""
    one, two = (a_request(a_span(name)).SerializeToString() for name in "ab")
    with Following(a_file(tmp_path, len(one).to_bytes(4) + one)) as following:
        following.until(lambda counts: counts.spans == 1)
        following.append(len(two).to_bytes(4) + two[:9])
        following.append(two[9:])
        following.until(lambda counts: counts.spans == 2)

    assert following.counts.broken_lines == []


@pytest.mark.parametrize("rotate", ["rename", "truncate"])
def test_rotation_begins_anew(tmp_path: Path, rotate: str) -> None:
    """Reading goes on with what has the name, whichever way it was made room for."""
    with Following(a_file(tmp_path, line("a", "b"))) as following:
        following.until(lambda counts: counts.spans == 2)
        if rotate == "rename":
            following.path.rename(tmp_path / "file.1")
        following.path.write_bytes(line("c"))
        following.until(lambda counts: counts.spans == 3)
        following.append(line("d"))
        following.until(lambda counts: counts.spans == 4)

    assert following.counts.broken_lines == []


def test_following_remembers_no_spans(tmp_path: Path) -> None:
    """A file that grows for weeks must not: a copy counts as a span, which stores drop."""
    with Following(a_file(tmp_path, line("a"), line("a"))) as following:
        following.until(lambda counts: counts.spans == 2)

    assert following.counts.duplicates == 0


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (gzip.compress(b"{}\n"), "packed with gzip, which cannot be followed"),
        (a_request(a_span()).SerializeToString(), "one message, which does not grow"),
        (b"plain text\n", "neither OTLP nor"),
    ],
    ids=["packed", "message", "text"],
)
def test_what_does_not_grow_cannot_be_followed(
    tmp_path: Path, content: bytes, cause: str
) -> None:
    """The user is told so, and what to do instead."""
    with Following(a_file(tmp_path, content)) as following:
        following._thread.join(DEADLINE_SECONDS)

    with pytest.raises(ArchiveError, match=cause):
        check_readable(following.path, grows=True)
    assert cause in str(following.error)
    assert following.error
    assert following.error.hint


def test_a_file_is_looked_at_before_it_is_read(tmp_path: Path) -> None:
    """Whether it is worth opening is known from its beginning."""
    check_readable(a_file(tmp_path, gzip.compress(line("a"))))

    with pytest.raises(ArchiveError, match="neither OTLP nor"):
        check_readable(a_file(tmp_path, b"plain text\n"))
    with pytest.raises(ArchiveError, match="no such file"):
        check_readable(tmp_path / "missing")


def test_a_pipe_is_not_looked_into(tmp_path: Path) -> None:
    """What is read of it is gone; and it has an end, so that it cannot be followed."""
    path = tmp_path / "pipe"
    os.mkfifo(path)

    check_readable(path)

    with pytest.raises(ArchiveError, match="it is a pipe or a device") as failure:
        check_readable(path, grows=True)
    assert failure.value.hint == "leave --follow out"


def test_a_file_to_be_followed_need_not_exist_yet(tmp_path: Path) -> None:
    """Its folder must: nobody will make that."""
    path = tmp_path / "later"
    check_readable(path, grows=True)
    with pytest.raises(ArchiveError, match="no such file"):
        check_readable(tmp_path / "no" / "such", grows=True)

    with Following(path) as following:
        path.write_bytes(line("a"))
        following.until(lambda counts: counts.spans == 1)


def test_a_followed_file_may_begin_with_broken_lines(tmp_path: Path) -> None:
    """Even if all of them are when it is rotated, what comes next is read."""
    with Following(a_file(tmp_path, b"{broken\n")) as following:
        following.until(lambda counts: counts.broken_lines)
        following.path.rename(tmp_path / "file.1")
        following.path.write_bytes(line("a"))
        following.until(lambda counts: counts.spans == 1)
