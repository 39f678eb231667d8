"""Zipkin v2 JSON becomes OTLP row by row of its table, and OTLP becomes Zipkin v2 JSON."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from devtrace.formats import zipkin
from devtrace.formats.foreign import NOT_HEX
from devtrace.formats.zipkin import read_zipkin, zipkin_json
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.otlp.json import translate_traces_object
from tests.builders import a_span, a_trace, an_event, span_id_of, trace_id_of
from tests.formats.reading import spans_of, traces_of

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/zipkin-v2-json"
needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the collection of real documents is not beside the checkout"
)

TRACE = "0af7651916cd43dd8448eb211c80319c"


def a_zipkin_span(**fields: Any) -> dict[str, Any]:
    """Return a span of Zipkin's."""
    span = {"traceId": TRACE, "id": "b7ad6b7169203331", "name": "get /"}
    return span | {"timestamp": 1_000, "duration": 5} | fields


def read(notes: Counter[str] | None = None, **fields: Any) -> Span:
    """Return one span of Zipkin's with *fields* as it was read."""
    (span,) = spans_of(read_zipkin, [a_zipkin_span(**fields)], notes)
    return span


def written(span: WireSpan, service: str = "shop") -> dict[str, Any]:
    """Return *span* as it is written."""
    (document,) = zipkin_json([a_trace((service, span))])
    assert isinstance(document, dict)
    return document


# -- reading -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document", [[a_zipkin_span()], [[], [a_zipkin_span()]], a_zipkin_span()]
)
def test_lists_of_spans_lists_of_traces_and_one_span_are_read(document: object) -> None:
    """The API takes one form, answers in another, and people save a third."""
    (span,) = spans_of(read_zipkin, document)

    assert (span.trace_id, span.span_id, span.name) == (TRACE, "b7ad6b7169203331", "get /")


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [("1", "0" * 31 + "1"), ("bd71977555f6b981", "0" * 16 + "bd71977555f6b981")],
)
def test_short_ids_are_padded(given_id: str, expected: str) -> None:
    """Real files have fewer digits than the schema demands."""
    span = read(traceId=given_id, id="2", parentId="1")

    assert (span.trace_id, span.span_id) == (expected, "0000000000000002")
    assert span.parent_span_id == "0000000000000001"


def test_ids_that_are_not_hex_are_hashed_and_kept() -> None:
    """Parent and child still find each other."""
    notes: Counter[str] = Counter()
    spans = [a_zipkin_span(id="one"), a_zipkin_span(id="two", parentId="one")]

    one, two = spans_of(read_zipkin, spans, notes)

    assert two.parent_span_id == one.span_id
    assert one.attributes == {zipkin.SPAN_ID: "one"}
    assert notes == {NOT_HEX: 2}


def test_a_span_that_is_its_own_parent_is_a_root() -> None:
    """Old instrumentation writes roots so."""
    assert read(parentId="b7ad6b7169203331").is_root


@pytest.mark.parametrize("kind", ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"])
def test_the_kind_is_read(kind: str) -> None:
    """Zipkin has four of them."""
    assert read(kind=kind).kind is SpanKind[kind]


def test_no_kind_is_internal() -> None:
    """The tag of the Collector says the same and is no attribute."""
    assert read().kind is SpanKind.INTERNAL
    assert read(tags={"span.kind": "internal"}).attributes == {}


def test_times_are_microseconds_and_may_be_absent() -> None:
    """An absent start is marked, an absent duration is an open end."""
    assert read().start_time_unix_nano == 1_000_000
    assert read().duration_nano == 5_000
    assert read(duration=None).has_end is False
    unstarted = read(timestamp=None)
    assert unstarted.start_time_unix_nano == 0
    assert unstarted.attributes == {zipkin.NO_START: True}


def test_endpoints_are_service_and_addresses() -> None:
    """The local one names the service, the remote one the peer."""
    span = read(
        localEndpoint={"serviceName": "front", "ipv4": "10.0.0.1", "port": 80},
        remoteEndpoint={"serviceName": "back", "ipv6": "2001:db8::1", "port": 81},
    )

    assert span.resource.attributes == {"service.name": "front"}
    assert span.attributes == {
        "network.local.address": "10.0.0.1",
        "network.local.port": 80,
        "peer.service": "back",
        "network.peer.address": "2001:db8::1",
        "network.peer.port": 81,
    }


def test_a_tag_wins_over_the_remote_endpoint() -> None:
    """What the application said is kept as it said it."""
    span = read(tags={"peer.service": "told"}, remoteEndpoint={"serviceName": "seen"})

    assert span.attributes == {"peer.service": "told"}


def test_no_local_service_is_unknown() -> None:
    """The span is shown under no name."""
    assert read(localEndpoint={"ipv4": "10.0.0.1"}).service_name == "unknown_service"


@pytest.mark.parametrize(
    ("value", "name", "attributes", "dropped"),
    [
        ("cache miss", "cache miss", {}, 0),
        ('"retry": {"n": 2, "why": "slow"}', "retry", {"n": 2, "why": "slow"}, 0),
        ('"a \\"b\\"":{}', 'a "b"', {}, 0),
        ('retry|{"n":2}|3', "retry", {"n": 2}, 3),
        ('retry|{"s":"a|b"}|0', "retry", {"s": "a|b"}, 0),
        ("a|b|c", "a|b|c", {}, 0),
        ('retry|{"n":2}|x', 'retry|{"n":2}|x', {}, 0),
        ('"open: {}', '"open: {}', {}, 0),
        ("", "", {}, 0),
    ],
)
def test_annotations_are_events(
    value: str, name: str, attributes: dict[str, Any], dropped: int
) -> None:
    """Both forms in which exporters write attributes are read; all else is a name."""
    (event,) = read(annotations=[{"timestamp": 7, "value": value}]).events

    assert (event.name, event.attributes, event.time_unix_nano) == (name, attributes, 7_000)
    assert event.dropped_attributes_count == dropped


def test_tags_stay_strings() -> None:
    """Digits in a tag were written as text."""
    assert read(tags={"n": "42", "b": "true"}).attributes == {"n": "42", "b": "true"}


ERROR, OK, UNSET = StatusCode.ERROR, StatusCode.OK, StatusCode.UNSET


@pytest.mark.parametrize(
    ("tags", "expected", "message", "left"),
    [
        ({}, UNSET, "", {}),
        ({"error": "true"}, ERROR, "", {}),
        ({"error": ""}, ERROR, "", {}),
        ({"error": "card declined"}, ERROR, "card declined", {}),
        ({"error": "false"}, UNSET, "", {"error": "false"}),
        ({"otel.status_code": "OK"}, OK, "", {}),
        ({"otel.status_code": "STATUS_CODE_ERROR"}, ERROR, "", {}),
        ({"otel.status_code": "ERROR", "otel.status_description": "no"}, ERROR, "no", {}),
        ({"otel.status_code": "ERROR", "error": "why"}, ERROR, "why", {}),
        ({"error": "true", "otel.status_description": "why"}, ERROR, "why", {}),
    ],
)
def test_the_status_is_told_by_tags(
    tags: dict[str, str], expected: StatusCode, message: str, left: dict[str, str]
) -> None:
    """Any `error` is one, and free text in it is the message."""
    span = read(tags=tags)

    assert (span.status_code, span.status_message, span.attributes) == (expected, message, left)


def test_links_are_in_tags() -> None:
    """As the Collector writes them; one that is none stays a tag."""
    good = f'{"ab" * 16}|{"cd" * 8}|k=v|{{"a":"x|y"}}|2'

    span = read(tags={"otlp.link.0": good, "otlp.link.1": "none"})

    (link,) = span.links
    assert (link.trace_id, link.span_id, link.trace_state) == ("ab" * 16, "cd" * 8, "k=v")
    assert (link.attributes, link.dropped_attributes_count) == ({"a": "x|y"}, 2)
    assert span.attributes == {"otlp.link.1": "none"}


def test_scope_tracestate_and_dropped_counts_are_in_tags() -> None:
    """Fields of OpenTelemetry that Zipkin lacks come back as fields."""
    span = read(
        tags={
            "otel.scope.name": "lib",
            "otel.library.version": "1",
            "w3c.tracestate": "a=b",
            "otel.dropped_events_count": "7",
        }
    )

    assert (span.scope.name, span.scope.version) == ("lib", "1")
    assert (span.trace_state, span.dropped_events_count, span.attributes) == ("a=b", 7, {})


def test_flags_of_zipkin_are_kept() -> None:
    """Debug, and shared where the other half is not at hand."""
    span = read(debug=True, shared=True)

    assert span.attributes == {zipkin.DEBUG: True, zipkin.SHARED: True}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["serviceName", "value", "port"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_KEYS = ("kind", "parentId", "localEndpoint", "remoteEndpoint", "annotations", "tags", "shared")


@given(st.dictionaries(st.sampled_from([*a_zipkin_span(), *_KEYS]), _JSON))
def test_nothing_in_a_span_breaks_the_document(fields: dict[str, Any]) -> None:
    """Whatever stands where, the span beside it is read."""
    document = [a_zipkin_span() | fields, a_zipkin_span(id="1")]

    request = read_zipkin(document, Counter())

    payload = translate_traces_object(request, lenient=True).payload
    assert bytes.fromhex("0000000000000001") in payload


# -- writing -------------------------------------------------------------------------


def test_a_span_is_written_without_what_it_lacks() -> None:
    """Zipkin's fields are left out when they are empty."""
    assert written(a_span()) == {
        "traceId": trace_id_of("trace"),
        "id": span_id_of("root"),
        "name": "root",
        "timestamp": 1_760_000_000_000_000,
        "duration": 10_000,
        "localEndpoint": {"serviceName": "shop"},
        "tags": {"otel.scope.name": "tests"},
    }


@pytest.mark.parametrize(
    ("milliseconds", "micros"), [(0, 1), (0.0001, 1), (0.001, 1), (0.0011, 2)]
)
def test_durations_are_rounded_up(milliseconds: float, micros: int) -> None:
    """Zipkin takes 0 for unknown."""
    assert written(a_span(duration_ms=milliseconds))["duration"] == micros


def test_missing_times_are_left_out() -> None:
    """A span that has not ended has no duration."""
    unfinished = written(a_span(end_time_unix_nano=0, start_time_unix_nano=0))

    assert not {"timestamp", "duration"} & unfinished.keys()


@pytest.mark.parametrize(
    ("attributes", "endpoint", "left"),
    [
        ({}, None, set()),
        ({"peer.service": "back"}, {"serviceName": "back"}, set()),
        (
            {"peer.service": "b", "network.peer.address": "10.0.0.1", "network.peer.port": 80},
            {"serviceName": "b", "ipv4": "10.0.0.1", "port": 80},
            set(),
        ),
        (
            {"server.address": "host", "peer.address": "x"},
            {"serviceName": "host"},
            {"server.address", "peer.address"},
        ),
        (
            {"network.peer.address": "::1", "network.peer.port": 80},
            {"ipv6": "::1", "port": 80},
            set(),
        ),
        (
            {"net.sock.peer.addr": "10.0.0.1", "net.sock.peer.port": 5},
            {"ipv4": "10.0.0.1", "port": 5},
            {"net.sock.peer.addr", "net.sock.peer.port"},
        ),
        ({"db.name": "orders"}, {"serviceName": "orders"}, {"db.name"}),
        (
            {"peer.service": 7, "db.name": "orders"},
            {"serviceName": "orders"},
            {"peer.service", "db.name"},
        ),
    ],
)
def test_the_remote_endpoint_is_the_best_name_there_is(
    attributes: dict[str, Any], endpoint: dict[str, Any] | None, left: set[str]
) -> None:
    """By rank; what Zipkin has its own field for is no tag any more."""
    span = written(a_span(kind=3, attributes=attributes))

    assert span.get("remoteEndpoint") == endpoint
    assert span["tags"].keys() - {"otel.scope.name"} == left


def test_values_are_written_as_text() -> None:
    """Booleans in lower case, arrays as JSON, bytes as base64."""
    values = {"b": True, "i": 7, "f": 0.5, "l": ["a", 1], "y": b"\x00\xff", "e": None, "s": "x"}

    tags = written(a_span(attributes=values))["tags"]

    assert {key: tags[key] for key in values} == {
        "b": "true",
        "i": "7",
        "f": "0.5",
        "l": '["a", 1]',
        "y": "AP8=",
        "e": "",
        "s": "x",
    }


@pytest.mark.parametrize(
    ("status", "message", "tags"),
    [
        (0, "", {}),
        (1, "", {"otel.status_code": "OK"}),
        (2, "", {"otel.status_code": "ERROR", "error": ""}),
        (2, "no", {"otel.status_code": "ERROR", "error": "no"}),
    ],
)
def test_only_errors_have_the_error_tag(
    status: int, message: str, tags: dict[str, str]
) -> None:
    """Zipkin takes any value of it for a failure."""
    given_tags = written(a_span(status=status, message=message))["tags"]

    assert {key: value for key, value in given_tags.items() if key != "otel.scope.name"} == tags


def test_a_span_comes_back_as_it_was_written() -> None:
    """Whatever Zipkin has a place for survives there and back."""
    plain, rich, odd, dropped = (
        an_event("plain", at_ms=1),
        an_event("rich", at_ms=2, attributes={"n": 2}),
        an_event("a|{}|0", at_ms=3),
        an_event("dropped", at_ms=4, attributes={"k": "v"}),
    )
    dropped.dropped_attributes_count = 3
    link = WireSpan.Link(trace_id=b"t" * 16, span_id=b"s" * 8, trace_state="a=b")
    original = a_trace(
        a_span(
            kind=3,
            status=2,
            message="declined",
            trace_state="x=y",
            attributes={"peer.service": "back", "network.peer.port": 81, "k": "v"},
            events=[plain, rich, odd, dropped],
            links=[link],
            dropped_links_count=2,
        ),
        a_span("child", parent="root", status=1),
    )

    (again,) = traces_of(read_zipkin, json.loads(json.dumps(zipkin_json([original]))))

    assert [_facts(span) for span in again.spans] == [_facts(span) for span in original.spans]


def test_an_absent_start_stays_absent() -> None:
    """Its duration is not lost over it."""
    source = a_zipkin_span(timestamp=None)
    del source["timestamp"]

    (again,) = zipkin_json(traces_of(read_zipkin, [source]))

    assert "timestamp" not in again
    assert again["duration"] == 5
    assert "tags" not in again


# -- real documents --------------------------------------------------------------------


@needs_fixtures
@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.name)
def test_a_real_document_comes_back(path: Path) -> None:
    """Reading, writing and reading again changes nothing."""
    once = traces_of(read_zipkin, json.loads(path.read_bytes()))

    again = traces_of(read_zipkin, json.loads(json.dumps(zipkin_json(once))))

    assert [list(map(_facts, trace.spans)) for trace in again] == [
        list(map(_facts, trace.spans)) for trace in once
    ]


def _facts(span: Span) -> tuple[object, ...]:
    unnamed = span.service_name if span.service_name != "unknown_service" else ""
    return (
        span.trace_id,
        span.span_id,
        span.parent_span_id,
        span.name,
        span.kind,
        (span.start_time_unix_nano, span.end_time_unix_nano),
        (span.status_code, span.status_message),
        dict(sorted(span.attributes.items())),
        span.events,
        span.links,
        span.trace_state,
        span.dropped_links_count,
        unnamed,
    )
