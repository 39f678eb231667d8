"""OTLP/JSON becomes the bytes that a protobuf sender would have sent."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.otlp.json import (
    TranslatedJson,
    parse_json,
    translate_logs,
    translate_logs_object,
    translate_metrics,
    translate_metrics_object,
    translate_traces,
    translate_traces_object,
)
from devtrace.otlp.status import MalformedError
from tests.builders import (
    a_log,
    a_logs_request,
    a_request,
    a_span,
    an_event,
    span_id_of,
    trace_id_of,
)

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "otlp-json"

SPAN: dict[str, Any] = {"traceId": trace_id_of("trace"), "spanId": span_id_of("root")}


def document(*spans: Any, **scope_spans: Any) -> dict[str, Any]:
    """Return a request with *spans* in one scope."""
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)} | scope_spans]}]}


def translated(value: Any, *, lenient: bool = False) -> TranslatedJson:
    """Translate *value* as a sender would write it."""
    return translate_traces(json.dumps(value).encode(), lenient=lenient)


def request_of(translation: TranslatedJson) -> ExportTraceServiceRequest:
    """Read the payload with the official parser."""
    return ExportTraceServiceRequest.FromString(translation.payload)


def spans_of(value: Any, *, lenient: bool = False) -> list[Any]:
    """Return the spans of the first scope of *value*, translated."""
    request = request_of(translated(value, lenient=lenient))
    return list(request.resource_spans[0].scope_spans[0].spans)


def malformed(body: bytes, *, lenient: bool = False) -> MalformedError:
    """Return what a sender is told about *body*."""
    with pytest.raises(MalformedError) as raised:
        translate_traces(body, lenient=lenient)
    return raised.value


def as_json(request: ExportTraceServiceRequest) -> Any:
    """Return *request* as OTLP/JSON, by the official printer and the rules for ids."""
    written = MessageToDict(request, use_integers_for_enums=True)
    for resource_spans, read in zip(
        written.get("resourceSpans", ()), request.resource_spans, strict=True
    ):
        for scope_spans, read_scope in zip(
            resource_spans.get("scopeSpans", ()), read.scope_spans, strict=True
        ):
            for span, read_span in zip(
                scope_spans.get("spans", ()), read_scope.spans, strict=True
            ):
                _write_ids(span, read_span)
                for link, read_link in zip(span.get("links", ()), read_span.links, strict=True):
                    _write_ids(link, read_link)
    return written


def _write_ids(written: dict[str, Any], read: Any) -> None:
    for key, name in (
        ("traceId", "trace_id"),
        ("spanId", "span_id"),
        ("parentSpanId", "parent_span_id"),
    ):
        if key in written:
            written[key] = getattr(read, name).hex()


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=8)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


@given(
    attributes=st.dictionaries(st.text(max_size=8), values, max_size=4),
    kind=st.integers(-(2**31), 2**31 - 1),
    start=st.integers(0, 2**64 - 1),
)
def test_what_the_official_printer_writes_is_read_back(
    attributes: dict[str, Any], kind: int, start: int
) -> None:
    """Agreement with the reference, where the reference agrees with OTLP."""
    span = a_span(
        attributes=attributes,
        kind=kind,
        start_time_unix_nano=start,
        events=[an_event("e", attributes=attributes)],
        flags=0x101,
        dropped_links_count=7,
        status=2,
        message="m",
        trace_state="a=b",
    )
    span.links.add(trace_id=b"t" * 16, span_id=b"s" * 8, flags=1)
    request = a_request(span, resource=attributes)
    request.resource_spans[0].schema_url = "r"
    request.resource_spans[0].scope_spans[0].schema_url = "s"

    translation = translated(as_json(request))

    assert request_of(translation) == request
    assert not translation.notes
    assert not translation.refused


def test_both_encodings_of_a_span_are_the_same_bytes() -> None:
    """So a span sent twice, once in each, is found to be one."""
    request = a_request(a_span("a", parent="b", attributes={"k": "v"}))

    translation = translated(as_json(request))

    assert translation.payload == request.SerializeToString()


def test_ids_are_hex_in_any_case() -> None:
    """The protocol's own example has upper case."""
    upper = {key: value.upper() for key, value in SPAN.items()}

    assert spans_of(document(SPAN | {"parentSpanId": "EEE19b7ec3C1b174"}, upper)) == [
        a_bare_span(parent_span_id=bytes.fromhex("eee19b7ec3c1b174")),
        a_bare_span(),
    ]


@pytest.mark.parametrize("parent", [{}, {"parentSpanId": ""}, {"parentSpanId": None}])
def test_no_parent_is_written_in_many_ways(parent: dict[str, Any]) -> None:
    """A missing key, null and the empty string all mean a root."""
    assert spans_of(document(SPAN | parent)) == [a_bare_span()]


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        ({"traceId": "5b8e"}, "trace_id has 2 bytes instead of 16"),
        ({"spanId": SPAN["spanId"] + "00"}, "span_id has 9 bytes instead of 8"),
        ({"traceId": ""}, "trace_id is missing"),
        ({"spanId": "0" * 16}, "span_id is all zero"),
        ({"traceId": "trace-123"}, "trace_id is not hex"),
        ({"traceId": "z" * 16}, "trace_id is not hex"),
        ({"spanId": "abc"}, "span_id has 3 hex digits instead of 16"),
        ({"spanId": "ab cd ef 01 23 45 67 89"}, "span_id is not hex"),
        ({"parentSpanId": "12"}, "parent_span_id has 1 bytes instead of 8"),
        ({"parentSpanId": "none"}, "parent_span_id is not hex"),
    ],
)
def test_a_wrong_id_costs_that_span_only(ids: dict[str, str], reason: str) -> None:
    """Its neighbours are accepted; the reason is counted."""
    translation = translated(document(SPAN, SPAN | {"spanId": "ab" * 8} | ids))

    decoded = decode_spans(translation.payload, scope_of=lambda wire: wire)

    assert decoded.span_count == 1
    assert decoded.refused + translation.refused == Counter([reason])


def test_ids_in_base64_are_refused_on_the_network_and_taken_from_files() -> None:
    """Some encoders write bytes as proto3 JSON does; stored, these would be other ids."""
    base64_ids = {"traceId": "W47/95gDgQP02F0rj5e5bg==", "spanId": "7uGbfsPBsXQ="}
    body = document(SPAN | base64_ids)

    error = malformed(json.dumps(body).encode())
    translation = translated(body, lenient=True)

    assert "ids look like base64, OTLP/JSON wants hex" in str(error)
    assert error.field == "resourceSpans[0].scopeSpans[0].spans[0].traceId"
    (span,) = request_of(translation).resource_spans[0].scope_spans[0].spans
    assert span.trace_id.hex() == "5b8efff798038103f4d85d2b8f97b96e"
    assert translation.notes == {
        "trace_id in base64; OTLP/JSON wants hex": 1,
        "span_id in base64; OTLP/JSON wants hex": 1,
    }


def test_a_link_with_an_id_that_is_not_hex_is_kept_without_it() -> None:
    """A link is a remark; it must not cost the span that makes it."""
    translation = translated(document(SPAN | {"links": [{"traceId": "zz", "spanId": "00"}]}))

    (span,) = request_of(translation).resource_spans[0].scope_spans[0].spans

    assert [(link.trace_id, link.span_id) for link in span.links] == [(b"", b"\0")]
    assert translation.notes == {"trace_id of a link that is not hex; left out": 1}


@pytest.mark.parametrize(
    "level",
    [
        "request",
        "resource",
        "resource_spans",
        "scope",
        "scope_spans",
        "span",
        "event",
        "link",
        "status",
        "key_value",
        "any_value",
    ],
)
def test_unknown_keys_are_ignored_at_every_level(level: str) -> None:
    """A newer sender has more to say than is known here, in whatever shape."""
    unknown = {
        "newObject": {"a": [1, None]},
        "newList": [[{}], None, "x"],
        "newNull": None,
        "newText": "x",
        "newNumber": 1e3,
    }

    def build(level: str) -> dict[str, Any]:
        more = {level: unknown}
        attributes = [
            {"key": "k", "value": {"intValue": 1} | more.get("any_value", {})}
            | more.get("key_value", {})
        ]
        span = SPAN | {
            "attributes": attributes,
            "events": [{"name": "e"} | more.get("event", {})],
            "links": [{"spanId": "ab" * 8} | more.get("link", {})],
            "status": {"code": 2} | more.get("status", {}),
        }
        scope_spans = {"scope": {"name": "n"} | more.get("scope", {}), "spans": [span]}
        resource_spans = {
            "resource": {"attributes": attributes} | more.get("resource", {}),
            "scopeSpans": [scope_spans | more.get("scope_spans", {})],
        } | more.get("resource_spans", {})
        span |= more.get("span", {})
        return {"resourceSpans": [resource_spans]} | more.get("request", {})

    translation = translated(build(level))

    assert translation.payload == translated(build("nowhere")).payload
    assert not translation.notes


def test_snake_case_is_accepted_and_noted() -> None:
    """By the text these keys are unknown, and the data would vanish with a 200."""
    sent = {
        "resource_spans": [
            {
                "resource": {"dropped_attributes_count": 1},
                "schema_url": "r",
                "scope_spans": [
                    {
                        "spans": [
                            {
                                "trace_id": SPAN["traceId"],
                                "span_id": SPAN["spanId"],
                                "start_time_unix_nano": "5",
                                "attributes": [{"key": "k", "value": {"string_value": "v"}}],
                            }
                        ]
                    }
                ],
            }
        ]
    }

    translation = translated(sent)

    (resource_spans,) = request_of(translation).resource_spans
    (span,) = resource_spans.scope_spans[0].spans
    assert resource_spans.resource.dropped_attributes_count == 1
    assert resource_spans.schema_url == "r"
    assert span.start_time_unix_nano == 5
    assert span.attributes[0].value.string_value == "v"
    assert (
        translation.notes["snake_case key resource_spans; OTLP/JSON wants resourceSpans"] == 1
    )
    assert len(translation.notes) == 8


def test_the_right_spelling_wins_over_snake_case() -> None:
    """Whichever comes first, one value is read and it is the one that OTLP/JSON has."""
    before = spans_of(document({"start_time_unix_nano": 1, "startTimeUnixNano": 2} | SPAN))
    after = spans_of(document({"startTimeUnixNano": 2, "start_time_unix_nano": 1} | SPAN))

    assert [span.start_time_unix_nano for span in before + after] == [2, 2]


def test_names_from_before_version_1_are_accepted_and_noted() -> None:
    """Today they are unknown keys, so old senders would lose everything."""
    translation = translated(
        {
            "resourceSpans": [
                {
                    "instrumentationLibrarySpans": [
                        {"instrumentationLibrary": {"name": "old"}, "spans": [SPAN]}
                    ]
                }
            ]
        }
    )

    (scope_spans,) = request_of(translation).resource_spans[0].scope_spans
    assert (scope_spans.scope.name, len(scope_spans.spans)) == ("old", 1)
    assert translation.notes == {
        "pre-1.0 key instrumentationLibrarySpans; OTLP/JSON wants scopeSpans": 1,
        "pre-1.0 key instrumentationLibrary; OTLP/JSON wants scope": 1,
    }


@pytest.mark.parametrize(
    "empty", [{}, {"resourceSpans": []}, {"resourceSpans": None}, {"resourceSpans": [{}]}]
)
def test_empty_requests_are_valid(empty: dict[str, Any]) -> None:
    """There may be nothing to say."""
    decoded = decode_spans(translated(empty).payload, scope_of=lambda wire: wire)

    assert decoded.span_count == 0


@pytest.mark.parametrize("value", [1234, "x", None, True, [], [{"resourceSpans": []}]])
def test_only_an_object_is_a_request(value: Any) -> None:
    """Everything else is refused by its kind."""
    error = malformed(json.dumps(value).encode())

    assert str(error).startswith("cannot read the body: expected an object with resourceSpans")


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"", "it is empty; an empty request is {}"),
        (b"{", "at byte 1"),
        (b'{"a":1,}', "at byte 7"),
        ('{"é":"日本",x}'.encode(), "at byte 15"),
        (b"\xef\xbb\xbf{} x", "extra data at byte 6"),
        (b'{"a":"\xff"}', "byte 6 is not UTF-8"),
        (b'{"a":NaN}', "NaN must be a string"),
        (b'{"a":-Infinity}', "-Infinity must be a string"),
        (b"[" * 100_000, "it is nested too deeply"),
        (b"\x0a\x02\x12\x00", "it looks like protobuf; send it with Content-Type:"),
        (b"\x1f\x8b\x08\x00", "it looks like gzip; send it with Content-Encoding: gzip"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(body: bytes, cause: str) -> None:
    """The byte offset lets a sender's author find it."""
    message = str(malformed(body))

    assert message.startswith("cannot read the body as JSON: ")
    assert cause in message


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b'{"a":1,"a":2}', {"a": 2}),
        (b'{"a":"\\ud800"}', {"a": "\ud800"}),
        (b'{"a":"\\ud83d\\ude00","b":"\\ud800"}', {"a": "😀", "b": "\ud800"}),
        (b'{"a":18446744073709551615}', {"a": 2**64 - 1}),
        (b'{"a":1e400}', {"a": float("inf")}),
    ],
)
def test_json_is_parsed_as_senders_write_it(body: bytes, value: Any) -> None:
    """A byte order mark, duplicate keys, lone surrogates and huge numbers all occur."""
    assert parse_json(body) == value


@pytest.mark.parametrize("digits", ["9" * 25, "9" * 6000])
def test_integers_beyond_64_bits_are_doubles(digits: str) -> None:
    """However long they are, they cost no time."""
    assert isinstance(parse_json(b"[" + digits.encode() + b", 1e999]")[0], float)  # type: ignore[index]


def test_bare_nan_is_taken_from_files_and_noted() -> None:
    """It is no JSON, but Python and others write it."""
    body = json.dumps(
        document(SPAN | {"attributes": [{"key": "k", "value": {"doubleValue": float("inf")}}]})
    ).encode()

    translation = translate_traces(body, lenient=True)

    (span,) = request_of(translation).resource_spans[0].scope_spans[0].spans
    assert span.attributes[0].value.double_value == float("inf")
    assert translation.notes == {"bare NaN or Infinity; JSON wants it as a string": 1}


def test_bare_nan_becomes_the_string_that_otlp_has_for_it() -> None:
    """So whoever reads the value further needs to know one spelling."""
    assert parse_json(b"[NaN, -Infinity]", lenient=True) == ["NaN", "-Infinity"]


def test_an_error_names_the_path_to_the_value() -> None:
    """A batch holds hundreds of spans; the sender learns which one."""
    good = {"scopeSpans": [{"spans": [SPAN]}]}
    bad = {"scopeSpans": [{}, {"spans": [SPAN, SPAN, SPAN | {"startTimeUnixNano": "soon"}]}]}

    error = malformed(json.dumps({"resourceSpans": [good, bad]}).encode())

    assert error.field == "resourceSpans[1].scopeSpans[1].spans[2].startTimeUnixNano"
    assert str(error) == (
        f'cannot read {error.field}: expected an integer or a string of digits, got "soon"'
    )


# -- logs ----------------------------------------------------------------------------------


def logs_of(*records: dict[str, Any], lenient: bool = False) -> tuple[list[Any], Counter[str]]:
    """Return *records*, translated, and what was noted of them."""
    document = {"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]}
    translation = translate_logs_object(document, lenient=lenient)
    request = ExportLogsServiceRequest.FromString(translation.payload)
    return list(request.resource_logs[0].scope_logs[0].log_records), translation.notes


def test_both_encodings_of_a_log_record_are_the_same_bytes() -> None:
    """What the official printer writes of a request is read back without a remark."""
    request = a_logs_request(
        a_log({"k": [1, 2.5, b"x", None]}, severity=21, attributes={"a": True}, flags=1),
        a_log(trace=None, event_name="shop.order.placed"),
    )

    written = MessageToDict(request, use_integers_for_enums=True)
    first, _ = written["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    first |= {"traceId": trace_id_of("trace"), "spanId": span_id_of("root")}

    translation = translate_logs(json.dumps(written).encode())

    assert ExportLogsServiceRequest.FromString(translation.payload) == request
    assert not translation.notes


def test_the_spellings_of_logs_are_known() -> None:
    """Snake case and the names from before 1.0 are accepted and noted, as with traces."""
    document = {
        "resource_logs": [{"instrumentationLibraryLogs": [{"log_records": [{"body": None}]}]}]
    }

    translation = translate_logs(json.dumps(document).encode())

    assert len(decode_logs(translation.payload, scope_of=lambda wire: wire).records) == 1
    assert translation.notes == {
        "snake_case key resource_logs; OTLP/JSON wants resourceLogs": 1,
        "pre-1.0 key instrumentationLibraryLogs; OTLP/JSON wants scopeLogs": 1,
        "snake_case key log_records; OTLP/JSON wants logRecords": 1,
    }


def test_an_id_that_is_not_hex_costs_a_log_record_nothing_else() -> None:
    """It belongs to no trace then."""
    (record,), notes = logs_of({"traceId": "request 17", "body": {"stringValue": "kept"}})

    assert (record.trace_id, record.body.string_value) == (b"", "kept")
    assert notes == {"trace_id of a log record that is not hex; left out": 1}


def test_a_severity_may_be_named_and_a_body_may_be_anything() -> None:
    """The name of a severity is not OTLP/JSON but plainly meant."""
    (record,), notes = logs_of(
        {"severityNumber": "SEVERITY_NUMBER_WARN", "body": {"kvlistValue": {"values": []}}}
    )

    assert record.severity_number == 13
    assert record.body.HasField("kvlist_value")
    assert notes == {"severityNumber as a name; OTLP/JSON wants an integer": 1}


@pytest.mark.parametrize("value", [[], None, 1, "x"])
def test_only_an_object_is_a_logs_request(value: Any) -> None:
    """The answer says which key was expected."""
    with pytest.raises(MalformedError, match="expected an object with resourceLogs, got"):
        translate_logs_object(value)


def test_an_error_in_a_log_record_names_the_path_to_it() -> None:
    """R54: so that its author finds it."""
    with pytest.raises(MalformedError) as raised:
        logs_of({}, {"timeUnixNano": "yesterday"})

    assert raised.value.field == "resourceLogs[0].scopeLogs[0].logRecords[1].timeUnixNano"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "resourceSpans",
                        "scopeSpans",
                        "spans",
                        "resource",
                        "scope",
                        "attributes",
                        "key",
                        "value",
                        "events",
                        "links",
                        "status",
                        "code",
                        "traceId",
                        "spanId",
                        "stringValue",
                        "intValue",
                        "doubleValue",
                        "arrayValue",
                        "values",
                        "kvlistValue",
                        "bytesValue",
                        "kind",
                        "startTimeUnixNano",
                        "name",
                        "resource_spans",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_translated_or_malformed(value: Any) -> None:
    """Right keys in wrong places raise nothing else."""
    for lenient in (False, True):
        try:
            translation = translate_traces_object(value, lenient=lenient)
        except MalformedError:
            continue
        ExportTraceServiceRequest.FromString(translation.payload)


@given(st.binary(max_size=100))
def test_random_bytes_are_malformed(body: bytes) -> None:
    """A sender's bytes cannot raise anything else."""
    message = ""
    try:
        translate_traces(body)
    except MalformedError as error:
        message = str(error)

    assert re.fullmatch(r"[ -~…]*", message)


# -- metrics -------------------------------------------------------------------------------


def metric_of(**written: Any) -> tuple[Any, Counter[str]]:
    """Return a metric with the JSON fields *written*, translated, and what was noted of it."""
    document = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [written]}]}]}
    translation = translate_metrics_object(document)
    request = ExportMetricsServiceRequest.FromString(translation.payload)
    return request.resource_metrics[0].scope_metrics[0].metrics[0], translation.notes


def test_numbers_of_points_are_read_in_every_spelling() -> None:
    """64-bit integers as text or as numbers, doubles by name where JSON has no number."""
    points = [
        {"asInt": "9223372036854775807"},
        {"asInt": 7, "timeUnixNano": 1544712660000000000},
        {"asDouble": "NaN"},
        {"asDouble": "-Infinity"},
        {"asDouble": 3},
        {"asInt": None, "flags": 1},
    ]
    metric, notes = metric_of(name="m", gauge={"dataPoints": points})

    read = metric.gauge.data_points
    assert [read[0].as_int, read[1].as_int] == [2**63 - 1, 7]
    assert read[1].time_unix_nano == 1544712660000000000
    assert read[2].as_double != read[2].as_double
    assert (read[3].as_double, read[4].as_double) == (float("-inf"), 3.0)
    assert (read[5].WhichOneof("value"), read[5].flags) == (None, 1)
    assert not notes


def test_an_integer_that_is_none_is_read_as_double() -> None:
    """JavaScript has one kind of number; the point is kept and its author told."""
    metric, notes = metric_of(
        sum={"dataPoints": [{"asInt": 1.5, "exemplars": [{"asInt": 0.5}]}]}
    )

    (point,) = metric.sum.data_points
    assert (point.as_double, point.exemplars[0].as_double) == (1.5, 0.5)
    assert notes == {"asInt that is no 64-bit integer; read as double": 2}


def test_histograms_of_both_kinds_are_read() -> None:
    """Lists of 64-bit integers as text, bounds by name, what may be missing missing."""
    metric, notes = metric_of(
        histogram={
            "aggregationTemporality": 2,
            "dataPoints": [
                {
                    "count": "3",
                    "sum": 0,
                    "bucketCounts": ["1", 2],
                    "explicitBounds": ["Infinity"],
                    "min": "-Infinity",
                }
            ],
        }
    )
    (point,) = metric.histogram.data_points
    assert (point.count, list(point.bucket_counts)) == (3, [1, 2])
    assert list(point.explicit_bounds) == [float("inf")]
    assert (point.HasField("sum"), point.HasField("max")) == (True, False)

    buckets = {"offset": -3, "bucketCounts": ["18446744073709551615", 0]}
    metric, more_notes = metric_of(
        exponentialHistogram={
            "dataPoints": [{"scale": -1, "zeroCount": "2", "positive": buckets, "negative": {}}]
        }
    )
    (point,) = metric.exponential_histogram.data_points
    assert (point.scale, point.zero_count, point.positive.offset) == (-1, 2, -3)
    assert list(point.positive.bucket_counts) == [2**64 - 1, 0]
    assert point.HasField("negative")
    assert not notes + more_notes


def test_a_summary_is_read() -> None:
    """Its quantiles may be whole numbers."""
    quantiles = [{"quantile": 1, "value": "NaN"}, {}]
    metric, _ = metric_of(summary={"dataPoints": [{"count": 2, "quantileValues": quantiles}]})

    first, second = metric.summary.data_points[0].quantile_values
    assert (first.quantile, second.quantile) == (1.0, 0.0)


def test_exemplars_have_hex_ids() -> None:
    """One that is not hex costs the exemplar its span and nothing else."""
    exemplars = [
        {
            "asDouble": 1.5,
            "traceId": trace_id_of("trace").upper(),
            "spanId": span_id_of("root"),
        },
        {"asInt": "2", "traceId": "request 17", "filteredAttributes": [{"key": "k"}]},
    ]
    metric, notes = metric_of(sum={"dataPoints": [{"exemplars": exemplars}]})

    first, second = metric.sum.data_points[0].exemplars
    assert (first.trace_id.hex(), first.span_id.hex()) == (
        trace_id_of("trace"),
        span_id_of("root"),
    )
    assert (second.trace_id, second.as_int, second.filtered_attributes[0].key) == (b"", 2, "k")
    assert notes == {"trace_id of an exemplar that is not hex; left out": 1}


def test_a_temporality_may_be_named() -> None:
    """It is not OTLP/JSON but plainly meant."""
    named = "AGGREGATION_TEMPORALITY_DELTA"
    metric, notes = metric_of(sum={"aggregationTemporality": named, "isMonotonic": True})

    assert (metric.sum.aggregation_temporality, metric.sum.is_monotonic) == (1, True)
    assert notes == {"aggregationTemporality as a name; OTLP/JSON wants an integer": 1}


def test_the_spellings_of_metrics_are_known() -> None:
    """Snake case and the names from before 1.0 are accepted and noted, as with traces."""
    point = {"time_unix_nano": "5", "as_int": 1}
    metric = {"name": "m", "sum": {"data_points": [point], "aggregation_temporality": 2}}
    document = {
        "resource_metrics": [{"instrumentationLibraryMetrics": [{"metrics": [metric]}]}]
    }

    translation = translate_metrics(json.dumps(document).encode())

    assert decode_metrics(translation.payload, scope_of=lambda wire: wire).point_count == 1
    assert set(translation.notes) == {
        "snake_case key resource_metrics; OTLP/JSON wants resourceMetrics",
        "pre-1.0 key instrumentationLibraryMetrics; OTLP/JSON wants scopeMetrics",
        "snake_case key data_points; OTLP/JSON wants dataPoints",
        "snake_case key aggregation_temporality; OTLP/JSON wants aggregationTemporality",
        "snake_case key time_unix_nano; OTLP/JSON wants timeUnixNano",
        "snake_case key as_int; OTLP/JSON wants asInt",
    }


@pytest.mark.parametrize("value", [[], None, 1, "x"])
def test_only_an_object_is_a_metrics_request(value: Any) -> None:
    """The answer says which key was expected."""
    with pytest.raises(MalformedError, match="expected an object with resourceMetrics, got"):
        translate_metrics_object(value)


@pytest.mark.parametrize(
    ("point", "path", "cause"),
    [
        ({"timeUnixNano": "soon"}, "timeUnixNano", "expected an integer or a string of digits"),
        ({"asInt": True}, "asInt", "expected an integer or a string of digits"),
        ({"bucketCounts": "x"}, "bucketCounts", "expected a list"),
        ({"bucketCounts": [1, -1]}, "bucketCounts[1]", "-1 is out of range"),
    ],
)
def test_an_error_in_a_metric_names_the_path_to_it(
    point: dict[str, Any], path: str, cause: str
) -> None:
    """R54: so that its author finds it."""
    kind = "histogram" if "bucketCounts" in point else "sum"
    with pytest.raises(MalformedError) as raised:
        metric_of(**{kind: {"dataPoints": [{}, point]}})

    prefix = f"resourceMetrics[0].scopeMetrics[0].metrics[0].{kind}.dataPoints[1]"
    assert raised.value.field == f"{prefix}.{path}"
    assert cause in str(raised.value)


@pytest.mark.skipif(not FIXTURES.exists(), reason="the shared fixtures are not here")
@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("otlp-json/proto-metrics.json", 4),
        ("otlp-json/java-metrics-wrapper.json", 2),
        ("otlp-jsonl/metrics_all_types.jsonl", 5),
        ("otlp-jsonl/metrics_nulls.jsonl", 3),
        ("otlp-jsonl/spec-file-exporter-metrics.jsonl", 16),
    ],
)
def test_published_metrics_are_read_without_a_remark(name: str, points: int) -> None:
    """Real senders write what is accepted here, of every kind."""
    content = (FIXTURES.parent / name).read_text()
    count = 0
    for document in [content] if name.endswith(".json") else content.splitlines():
        translation = translate_metrics(document.encode())
        decoded = decode_metrics(translation.payload, scope_of=lambda wire: wire)
        assert not decoded.refused
        assert not translation.notes
        count += decoded.point_count

    assert count == points


@pytest.mark.skipif(not FIXTURES.exists(), reason="the shared fixtures are not here")
@pytest.mark.parametrize(
    ("name", "spans"),
    [
        ("proto-trace.json", 1),
        ("java-spans-wrapper.json", 2),
        ("hotrod-n_plus_one_near_miss.json", 12),
        ("jaegerui-otlp-in-error.json", 1),
    ],
)
def test_published_documents_are_read_without_a_remark(name: str, spans: int) -> None:
    """Real senders write what is accepted here."""
    translation = translate_traces((FIXTURES / name).read_bytes())

    decoded = decode_spans(translation.payload, scope_of=lambda wire: wire)

    assert (decoded.span_count, decoded.refused.total()) == (spans, 0)
    assert not translation.notes


def a_bare_span(**fields: Any) -> Any:
    """Return the wire form of `SPAN`, which has ids only."""
    span = a_span(
        **{"name": "", "kind": 0, "start_time_unix_nano": 0, "end_time_unix_nano": 0} | fields
    )
    span.ClearField("status")
    return span
