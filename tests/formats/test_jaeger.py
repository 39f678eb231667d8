"""Jaeger UI JSON becomes OTLP row by row of its table, and OTLP becomes Jaeger UI JSON."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from devtrace.formats import jaeger
from devtrace.formats.foreign import NO_TIME, NOT_HEX
from devtrace.formats.jaeger import REF_TYPE, WARNINGS, jaeger_json, read_jaeger
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.otlp.json import translate_traces_object
from tests.builders import a_batch, a_span, a_trace, an_event, span_id_of, trace_id_of
from tests.formats.reading import spans_of, traces_of

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/jaeger-ui-json"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the collection of real documents is not beside the checkout"
)

TRACE, OTHER = "0af7651916cd43dd8448eb211c80319c", "00000000000000ff"


def a_document(*spans: dict[str, Any], **process: Any) -> dict[str, Any]:
    """Return what Jaeger's API answers for *spans* of one process."""
    processes = {"p1": {"serviceName": "shop", "tags": []} | process}
    trace = {"traceID": TRACE, "spans": list(spans), "processes": processes}
    return {"data": [trace], "total": 0, "limit": 0, "offset": 0, "errors": None}


def a_jaeger_span(**fields: Any) -> dict[str, Any]:
    """Return a span of Jaeger's."""
    span = {"traceID": TRACE, "spanID": "b7ad6b7169203331", "operationName": "GET /"}
    return span | {"startTime": 1_000, "duration": 5, "processID": "p1"} | fields


def tag(key: str, value: Any, kind: str | None = "string") -> dict[str, Any]:
    """Return a tag of Jaeger's."""
    return {"key": key, "value": value} | ({"type": kind} if kind else {})


def read(notes: Counter[str] | None = None, **fields: Any) -> Span:
    """Return one span of Jaeger's with *fields* as it was read."""
    (span,) = spans_of(read_jaeger, a_document(a_jaeger_span(**fields)), notes)
    return span


def written(*spans: WireSpan, **resource: Any) -> dict[str, Any]:
    """Return one trace of *spans* as it is written."""
    (trace,) = jaeger_json([a_trace(*spans)])["data"]
    assert isinstance(trace, dict)
    return trace


def tags_of(span: dict[str, Any]) -> dict[str, Any]:
    """Return the tags of a written span by key."""
    return {each["key"]: (each["type"], each["value"]) for each in span["tags"]}


# -- reading -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        a_document(a_jaeger_span()),
        a_document(a_jaeger_span())["data"],
        a_document(a_jaeger_span())["data"][0],
        {"data": a_document(a_jaeger_span())["data"][0]},
        [a_jaeger_span(process={"serviceName": "shop"})],
        a_jaeger_span(process={"serviceName": "shop"}),
    ],
)
def test_every_envelope_gives_the_same_span(document: object) -> None:
    """Answers, single traces, dumps of the UI and loose spans are all read."""
    (span,) = spans_of(read_jaeger, document)

    assert (span.trace_id, span.span_id) == (TRACE, "b7ad6b7169203331")
    assert (span.name, span.service_name) == ("GET /", "shop")


def test_times_are_microseconds() -> None:
    """A duration of 0 is one, a missing one is an open end."""
    assert read().start_time_unix_nano == 1_000_000
    assert read().duration_nano == 5_000
    assert read(duration=0).end_time_unix_nano == 1_000_000
    assert read(duration=None).has_end is False


@pytest.mark.parametrize("value", [-1, 2**64, "soon", "1e999999999", [1], float("nan")])
def test_a_time_that_is_none_is_read_as_missing(value: object) -> None:
    """One bad number does not cost the document."""
    notes: Counter[str] = Counter()

    assert read(notes, startTime=value).start_time_unix_nano == 0
    assert notes == {NO_TIME: 1}


@pytest.mark.parametrize(
    ("given_id", "expected"), [("1", "0" * 31 + "1"), (OTHER, "0" * 16 + OTHER), (TRACE, TRACE)]
)
def test_short_ids_are_padded(given_id: str, expected: str) -> None:
    """Jaeger leaves out leading zeros."""
    span = read(traceID=given_id, spanID="a")

    assert (span.trace_id, span.span_id) == (expected, "000000000000000a")


def test_ids_that_are_not_hex_are_hashed_and_kept() -> None:
    """Parent and child still find each other, and the text can be read."""
    notes: Counter[str] = Counter()
    parent = a_jaeger_span(traceID="trace-1", spanID="span-1")
    reference = {"refType": "CHILD_OF", "traceID": "trace-1", "spanID": "span-1"}
    child = a_jaeger_span(traceID="trace-1", spanID="span-2", references=[reference])

    one, two = spans_of(read_jaeger, a_document(parent, child), notes)

    assert one.trace_id == two.trace_id
    assert two.parent_span_id == one.span_id
    assert one.attributes == {jaeger.TRACE_ID: "trace-1", jaeger.SPAN_ID: "span-1"}
    assert notes == {NOT_HEX: 4}


def test_ids_that_are_missing_refuse_the_span() -> None:
    """What cannot be told apart is not stored."""
    assert spans_of(read_jaeger, a_document(a_jaeger_span(traceID=None))) == []
    assert spans_of(read_jaeger, a_document(a_jaeger_span(spanID=""))) == []


CHILD, FOLLOWS = "CHILD_OF", "FOLLOWS_FROM"


@pytest.mark.parametrize(
    ("references", "parent", "links"),
    [
        ([], None, []),
        ([(CHILD, TRACE, "a")], "a", []),
        ([(FOLLOWS, TRACE, "b"), (CHILD, TRACE, "a")], "a", [("b", "follows_from")]),
        ([(CHILD, OTHER, "c"), (CHILD, TRACE, "a")], "a", [("c", "child_of")]),
        ([(CHILD, TRACE, "a"), (CHILD, TRACE, "b")], "a", [("b", "child_of")]),
        ([(FOLLOWS, OTHER, "c"), (FOLLOWS, TRACE, "b")], "b", [("c", "follows_from")]),
        ([(FOLLOWS, OTHER, "c")], None, [("c", "follows_from")]),
        ([(CHILD, None, "a")], "a", []),
    ],
)
def test_references_are_a_parent_and_links(
    references: list[tuple[str, str | None, str]],
    parent: str | None,
    links: list[tuple[str, str]],
) -> None:
    """The first CHILD_OF within the trace is the parent, else the first FOLLOWS_FROM."""
    span = read(
        references=[
            {"refType": kind, "traceID": trace_id, "spanID": span_id}
            for kind, trace_id, span_id in references
        ]
    )

    assert span.parent_span_id == (parent and parent.rjust(16, "0"))
    assert [(link.span_id, link.attributes) for link in span.links] == [
        (span_id.rjust(16, "0"), {REF_TYPE: kind}) for span_id, kind in links
    ]


def test_the_former_parent_id_is_honoured() -> None:
    """Old documents name the parent in the span, unless a reference does."""
    reference = {"refType": CHILD, "traceID": TRACE, "spanID": "a"}

    assert read(parentSpanID="b").parent_span_id == "000000000000000b"
    assert read(parentSpanID="b", references=[reference]).parent_span_id == "000000000000000a"


@pytest.mark.parametrize(("flags", "expected"), [(1, 1), (3, 3), (257, 1), (0, 0), ("x", 0)])
def test_flags_are_the_low_byte(flags: object, expected: int) -> None:
    """Sampled and debug are bits of it."""
    assert read(flags=flags).flags == expected


@pytest.mark.parametrize(
    ("given_tag", "expected"),
    [
        (tag("k", "text"), "text"),
        (tag("k", True, "bool"), True),
        (tag("k", "false", "bool"), False),
        (tag("k", 7, "int64"), 7),
        (tag("k", "9007199254740993", "int64"), 9007199254740993),
        (tag("k", "-5", "int64"), -5),
        (tag("k", 0.5, "float64"), 0.5),
        (tag("k", 3, "float64"), 3.0),
        (tag("k", "0.25", "float64"), 0.25),
        (tag("k", "Infinity", "float64"), float("inf")),
        (tag("k", "AAAwOQ==", "binary"), b"\x00\x0009"),
        (tag("k", 7, None), 7),
        (tag("k", True, None), True),
        (tag("k", None, None), None),
        (tag("k", [1, {"a": "b"}], None), [1, {"a": "b"}]),
    ],
)
def test_tags_have_types(given_tag: dict[str, Any], expected: object) -> None:
    """Every type of Jaeger's is one of OpenTelemetry's; a missing one is seen."""
    notes: Counter[str] = Counter()

    assert read(notes, tags=[given_tag]).attributes == {"k": expected}
    assert not notes


@pytest.mark.parametrize(
    ("given_tag", "expected"),
    [
        (tag("k", "12x", "int64"), "12x"),
        (tag("k", "9223372036854775808", "int64"), "9223372036854775808"),
        (tag("k", "no base64", "binary"), "no base64"),
        (tag("k", 1, "string"), 1),
        (tag("k", "yes", "bool"), "yes"),
        (tag("k", "x", "complex"), "x"),
    ],
)
def test_a_tag_that_belies_its_type_keeps_its_value(
    given_tag: dict[str, Any], expected: object
) -> None:
    """What was written is shown, and that it does not fit is noted."""
    notes: Counter[str] = Counter()

    assert read(notes, tags=[given_tag]).attributes == {"k": expected}
    assert notes.total() == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("server", SpanKind.SERVER),
        ("CLIENT", SpanKind.CLIENT),
        ("producer", SpanKind.PRODUCER),
        ("consumer", SpanKind.CONSUMER),
        ("internal", SpanKind.INTERNAL),
    ],
)
def test_the_kind_is_a_tag(name: str, kind: SpanKind) -> None:
    """As a field it is no attribute any more."""
    span = read(tags=[tag("span.kind", name)])

    assert (span.kind, span.attributes) == (kind, {})


def test_a_kind_that_otlp_does_not_have_stays_a_tag() -> None:
    """Nothing is lost for being unknown."""
    span = read(tags=[tag("span.kind", "proxy")])

    assert (span.kind, span.attributes) == (SpanKind.UNSPECIFIED, {"span.kind": "proxy"})


ERROR, OK, UNSET = StatusCode.ERROR, StatusCode.OK, StatusCode.UNSET


@pytest.mark.parametrize(
    ("tags", "expected", "message", "left"),
    [
        ([], UNSET, "", {}),
        ([tag("error", True, "bool")], ERROR, "", {}),
        ([tag("error", "true", "bool")], ERROR, "", {}),
        ([tag("error", "true")], ERROR, "", {}),
        ([tag("error", False, "bool")], UNSET, "", {"error": False}),
        ([tag("error", True, "bool"), tag("otel.status_code", "OK")], ERROR, "", {}),
        (
            [tag("error", True, "bool"), tag("otel.status_description", "declined")],
            ERROR,
            "declined",
            {},
        ),
        ([tag("otel.status_code", "OK")], OK, "", {}),
        (
            [tag("otel.status_code", "ERROR"), tag("otel.status_description", "no")],
            ERROR,
            "no",
            {},
        ),
        ([tag("otel.status_code", "odd")], UNSET, "", {"otel.status_code": "odd"}),
        ([tag("http.status_code", 500, "int64")], ERROR, "", {"http.status_code": 500}),
        ([tag("http.status_code", 404, "int64")], UNSET, "", {"http.status_code": 404}),
        (
            [tag("http.response.status_code", "404"), tag("span.kind", "client")],
            ERROR,
            "",
            {"http.response.status_code": "404"},
        ),
        (
            [tag("http.status_code", 500, "int64"), tag("otel.status_code", "OK")],
            OK,
            "",
            {"http.status_code": 500},
        ),
    ],
)
def test_the_status_is_told_by_tags(
    tags: list[dict[str, Any]], expected: StatusCode, message: str, left: dict[str, Any]
) -> None:
    """`error` wins over a status code, and that over the HTTP status."""
    span = read(tags=tags)

    assert (span.status_code, span.status_message, span.attributes) == (expected, message, left)


@pytest.mark.parametrize("prefix", ["otel.scope", "otel.library"])
def test_the_scope_is_in_tags(prefix: str) -> None:
    """The older spelling is read as well."""
    span = read(tags=[tag(f"{prefix}.name", "lib"), tag(f"{prefix}.version", "1.2")])

    assert (span.scope.name, span.scope.version, span.attributes) == ("lib", "1.2", {})


def test_tracestate_and_dropped_counts_are_in_tags() -> None:
    """Fields of OpenTelemetry that Jaeger lacks come back as fields."""
    span = read(
        tags=[
            tag("w3c.tracestate", "a=b"),
            tag("otel.dropped_attributes_count", 1, "int64"),
            tag("otel.dropped_events_count", "2"),
            tag("otel.dropped_links_count", 3, "int64"),
        ]
    )

    assert (span.trace_state, span.attributes) == ("a=b", {})
    assert span.dropped_attributes_count == 1
    assert (span.dropped_events_count, span.dropped_links_count) == (2, 3)


def test_logs_are_events() -> None:
    """The field `event` is the name, or `message` where there is none."""
    span = read(
        logs=[
            {"timestamp": 7, "fields": [tag("event", "retry"), tag("n", 2, "int64")]},
            {"timestamp": 8, "fields": [tag("message", "older")]},
            {"timestamp": 9, "fields": [tag("event", "both"), tag("message", "kept")]},
        ]
    )

    assert [(each.name, each.time_unix_nano, each.attributes) for each in span.events] == [
        ("retry", 7_000, {"n": 2}),
        ("older", 8_000, {}),
        ("both", 9_000, {"message": "kept"}),
    ]


def test_the_process_is_the_resource() -> None:
    """Its host has the name that OpenTelemetry gives it, everything else its own."""
    process_tags = [tag("hostname", "h1"), tag("jaeger.version", "Go-2.30")]

    (span,) = spans_of(read_jaeger, a_document(a_jaeger_span(), tags=process_tags))

    assert span.resource.attributes == {
        "service.name": "shop",
        "host.name": "h1",
        "jaeger.version": "Go-2.30",
    }


def test_a_process_that_is_missing_costs_the_name_only() -> None:
    """The span is shown under no service."""
    assert read(processID="p9").service_name == "unknown_service"


def test_warnings_are_kept() -> None:
    """Those of a span beside it, those of a trace among what was noted."""
    notes: Counter[str] = Counter()
    document = a_document(a_jaeger_span(warnings=["clock skew"]))
    document["data"][0]["warnings"] = ["trace is cut"]

    (span,) = spans_of(read_jaeger, document, notes)

    assert span.attributes == {WARNINGS: ["clock skew"]}
    assert notes == {"warning of Jaeger about a trace: trace is cut": 1}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "type", "value", "fields", "spanID", "tags", "spans"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([*a_jaeger_span(), "tags", "logs", "references", "flags", "warnings"]),
        _JSON,
    )
)
def test_nothing_in_a_span_breaks_the_document(fields: dict[str, Any]) -> None:
    """Whatever stands where, the span beside it is read."""
    broken = a_jaeger_span() | fields

    request = read_jaeger(a_document(broken, a_jaeger_span(spanID="1")), Counter())

    payload = translate_traces_object(request, lenient=True).payload
    assert bytes.fromhex("0000000000000001") in payload


# -- writing -------------------------------------------------------------------------


def test_a_trace_is_written_as_the_api_answers_it() -> None:
    """Jaeger's UI opens the file."""
    document = jaeger_json([a_trace(a_span(attributes={"k": "v"}))])

    assert {key: document[key] for key in ("total", "limit", "offset", "errors")} == {
        "total": 0,
        "limit": 0,
        "offset": 0,
        "errors": None,
    }
    (trace,) = document["data"]
    (span,) = trace["spans"]
    assert (trace["traceID"], span["traceID"]) == (trace_id_of("trace"),) * 2
    assert (span["spanID"], span["operationName"]) == (span_id_of("root"), "root")
    assert (span["startTime"], span["duration"]) == (1_760_000_000_000_000, 10_000)
    assert trace["processes"] == {span["processID"]: {"serviceName": "shop", "tags": []}}
    assert tags_of(span)["k"] == ("string", "v")
    assert tags_of(span)["span.kind"] == ("string", "internal")
    json.dumps(document, allow_nan=False)


def test_a_high_half_of_zeros_is_left_out() -> None:
    """Jaeger prints 64-bit ids in 16 digits."""
    trace = written(a_span(trace_id=bytes(15) + b"\x01"))

    assert trace["traceID"] == trace["spans"][0]["traceID"] == "0000000000000001"


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (True, "bool", True),
        (7, "int64", 7),
        (2**53 - 1, "int64", 2**53 - 1),
        (2**53, "int64", str(2**53)),
        (-(2**63), "int64", str(-(2**63))),
        (0.5, "float64", 0.5),
        (float("nan"), "string", "NaN"),
        (b"\x00\xff", "binary", "AP8="),
        ("x", "string", "x"),
        (None, "string", ""),
        ([1, "a"], "string", '[1, "a"]'),
        ({"a": [True]}, "string", '{"a": [true]}'),
    ],
)
def test_values_are_written_by_type(value: object, kind: str, expected: object) -> None:
    """Integers that JavaScript would round are text; maps and arrays are JSON."""
    (span,) = written(a_span(attributes={"k": value}))["spans"]

    assert tags_of(span)["k"] == (kind, expected)


def test_links_follow_the_parent() -> None:
    """The parent is the first reference; a link says again what it said in Jaeger."""
    linked = [
        WireSpan.Link(trace_id=b"t" * 16, span_id=b"s" * 8),
        WireSpan.Link(trace_id=b"u" * 16, span_id=b"s" * 8),
    ]
    linked[1].attributes.add(key=REF_TYPE).value.string_value = "child_of"

    (span,) = written(a_span(parent="p", links=linked))["spans"]

    assert [(each["refType"], each["spanID"]) for each in span["references"]] == [
        ("CHILD_OF", span_id_of("p")),
        ("FOLLOWS_FROM", b"s".hex() * 8),
        ("CHILD_OF", b"s".hex() * 8),
    ]


def test_fields_without_a_place_are_tags() -> None:
    """Status, scope, tracestate and dropped counts are there for Jaeger's users."""
    (span,) = written(
        a_span(
            status=2,
            message="declined",
            trace_state="a=b",
            flags=0x301,
            dropped_attributes_count=1,
            dropped_events_count=2,
            dropped_links_count=3,
        )
    )["spans"]

    tags = tags_of(span)
    assert span["flags"] == 1
    assert tags["error"] == ("bool", True)
    assert tags["otel.status_code"] == ("string", "ERROR")
    assert tags["otel.status_description"] == ("string", "declined")
    assert tags["otel.scope.name"] == ("string", "tests")
    assert tags["w3c.tracestate"] == ("string", "a=b")
    assert [value for key, value in tags.items() if "dropped" in key] == [
        ("int64", 1),
        ("int64", 2),
        ("int64", 3),
    ]


def test_a_span_comes_back_as_it_was_written() -> None:
    """Whatever Jaeger has a place for survives there and back."""
    event = an_event("retry", at_ms=1, attributes={"n": 2})
    event.dropped_attributes_count = 4
    original = a_trace(
        a_span(status=1, start_ms=0.5),
        a_span(
            "child",
            parent="root",
            kind=3,
            status=2,
            message="no",
            attributes={"a": 1, "b": 0.5, "c": b"\x01", "d": True, "e": "x"},
            events=[event],
            dropped_events_count=3,
        ),
    )

    (again,) = traces_of(read_jaeger, json.loads(json.dumps(jaeger_json([original]))))

    assert again.trace_id == original.trace_id
    for one, two in zip(original.spans, again.spans, strict=True):
        assert (one.span_id, one.parent_span_id, one.name) == (
            two.span_id,
            two.parent_span_id,
            two.name,
        )
        assert (one.kind, one.status_code, one.status_message) == (
            two.kind,
            two.status_code,
            two.status_message,
        )
        assert (one.start_time_unix_nano, one.duration_nano) == (
            two.start_time_unix_nano,
            two.duration_nano,
        )
        assert (one.attributes, one.events) == (two.attributes, two.events)
        assert (one.scope.name, one.resource.attributes) == (
            two.scope.name,
            two.resource.attributes,
        )
        assert one.dropped_events_count == two.dropped_events_count


def test_processes_are_shared_by_spans_of_one_resource() -> None:
    """Two services make two processes, however many spans they have."""
    parts = a_batch(a_span("a"), a_span("b")).slices
    assert len(parts) == 1
    trace = a_trace(("one", a_span("a")), ("two", a_span("b")), ("one", a_span("c")))

    (document,) = jaeger_json([trace])["data"]

    assert [each["serviceName"] for each in document["processes"].values()] == ["one", "two"]
    assert [span["processID"] for span in document["spans"]] == ["p1", "p2", "p1"]


def test_a_host_is_written_by_the_name_it_was_read_by() -> None:
    """So is what the SDK dropped of the resource."""
    document = a_document(a_jaeger_span(), tags=[tag("hostname", "h1")])

    (trace,) = jaeger_json(traces_of(read_jaeger, document))["data"]

    assert trace["processes"]["p1"]["tags"] == [tag("hostname", "h1")]


def test_warnings_are_written_where_they_were_read() -> None:
    """They are no tag in Jaeger."""
    document = a_document(a_jaeger_span(warnings=["clock skew"]))

    (trace,) = jaeger_json(traces_of(read_jaeger, document))["data"]

    assert trace["spans"][0]["warnings"] == ["clock skew"]
    assert trace["spans"][0]["tags"] == []


# -- real documents --------------------------------------------------------------------


@needs_fixtures
@pytest.mark.parametrize("path", sorted(FIXTURES.glob("ui*.json")), ids=lambda path: path.name)
def test_a_real_document_comes_back(path: Path) -> None:
    """Reading, writing and reading again changes nothing."""
    once = traces_of(read_jaeger, json.loads(path.read_bytes()))

    again = traces_of(read_jaeger, json.loads(json.dumps(jaeger_json(once))))

    assert [_facts(trace.spans) for trace in again] == [_facts(trace.spans) for trace in once]


@needs_fixtures
def test_the_conversion_pair_agrees_with_jaeger() -> None:
    """Jaeger's own translation of the same OTLP reads as that OTLP does, in microseconds."""
    ours = traces_of(
        lambda document, _: dict(document),  # type: ignore[call-overload]
        json.loads((FIXTURES / "pair-otlp-in.json").read_bytes()),
    )
    theirs = json.loads((FIXTURES / "pair-jaeger-out.json").read_bytes())

    ((one, _),) = (trace["spans"] for trace in jaeger_json(ours)["data"])
    ((two, _),) = (trace["spans"] for trace in theirs["data"])
    assert tags_of(one) == tags_of(two)
    assert one | {"tags": []} == two | {"tags": []}


def _facts(spans: tuple[Span, ...]) -> list[object]:
    return [
        (
            span.span_id,
            span.parent_span_id,
            span.name,
            span.kind,
            span.status_code,
            span.attributes,
            span.events,
            span.links,
            span.service_name,
        )
        for span in spans
    ]
