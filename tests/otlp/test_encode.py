"""What devtrace writes is what it was sent, in the strictest reading of OTLP."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from devtrace.otlp.decode import WireScope, decode_spans
from devtrace.otlp.encode import (
    ScopeGroup,
    span_json,
    traces_json,
    traces_json_line,
    traces_proto,
)
from devtrace.otlp.json import translate_traces
from tests.builders import a_span, an_event, any_value, key_values

ID_KEYS = {"traceId", "spanId", "parentSpanId"}
NO_SCOPE = WireScope(b"", b"", b"", b"")

ids = {"trace_id": st.binary(min_size=16, max_size=16).filter(any)}
ids["span_id"] = st.binary(min_size=8, max_size=8).filter(any)
texts = st.text(max_size=8)
uint32 = st.integers(0, 2**32 - 1)
uint64 = st.integers(0, 2**64 - 1)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | texts
    | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
attributes = st.dictionaries(texts, values, max_size=3).map(key_values)
events = st.builds(
    Span.Event,
    time_unix_nano=uint64,
    name=texts,
    attributes=attributes,
    dropped_attributes_count=uint32,
)
links = st.builds(
    Span.Link,
    **ids,
    trace_state=texts,
    attributes=attributes,
    dropped_attributes_count=uint32,
    flags=uint32,
)
statuses = st.fixed_dictionaries({"message": texts, "code": st.integers(0, 2)})
spans = st.builds(
    Span,
    **ids,
    parent_span_id=st.just(b"") | ids["span_id"],
    trace_state=texts,
    flags=uint32,
    name=texts,
    kind=st.integers(0, 5),
    start_time_unix_nano=uint64,
    end_time_unix_nano=uint64,
    attributes=attributes,
    dropped_attributes_count=uint32,
    events=st.lists(events, max_size=2),
    dropped_events_count=uint32,
    links=st.lists(links, max_size=2),
    dropped_links_count=uint32,
    status=st.none() | statuses,
)
resources = st.builds(Resource, attributes=attributes, dropped_attributes_count=uint32)
scopes = st.builds(
    InstrumentationScope,
    name=texts,
    version=texts,
    attributes=attributes,
    dropped_attributes_count=uint32,
)
requests = st.lists(
    st.builds(
        ResourceSpans,
        resource=resources,
        schema_url=texts,
        scope_spans=st.lists(
            st.builds(
                ScopeSpans,
                scope=scopes,
                schema_url=texts,
                spans=st.lists(spans, min_size=1, max_size=2),
            ),
            min_size=1,
            max_size=2,
        ),
    ),
    max_size=2,
).map(lambda parts: TracesData(resource_spans=parts))


def groups_of(request: TracesData) -> list[ScopeGroup]:
    """Return *request* as the store holds it."""
    decoded = decode_spans(request.SerializeToString(), scope_of=lambda wire: wire)
    return [(part.scope, part.payloads) for part in decoded.slices]


def contents(request: TracesData) -> list[tuple[bytes, ...]]:
    """Return every span with its scope and resource, whatever message they are grouped in."""
    return sorted(
        (
            resource_spans.resource.SerializeToString(deterministic=True),
            resource_spans.schema_url.encode(),
            scope_spans.scope.SerializeToString(deterministic=True),
            scope_spans.schema_url.encode(),
            span.SerializeToString(deterministic=True),
        )
        for resource_spans in request.resource_spans
        for scope_spans in resource_spans.scope_spans
        for span in scope_spans.spans
    )


def strictly_read(document: Any) -> TracesData:
    """Read OTLP/JSON with protobuf's own reader, which knows no leniency but base64 ids."""
    return json_format.ParseDict(_with_base64_ids(document), TracesData())


def _with_base64_ids(value: Any) -> Any:
    match value:
        case dict():
            return {
                key: b64encode(bytes.fromhex(inner)).decode()
                if key in ID_KEYS
                else _with_base64_ids(inner)
                for key, inner in value.items()
            }
        case list():
            return [_with_base64_ids(inner) for inner in value]
        case _:
            return value


def leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every scalar of a document with the key it stands under."""
    match value:
        case dict():
            for inner_key, inner in value.items():
                yield from leaves(inner, inner_key)
        case list():
            for inner in value:
                yield from leaves(inner, key)
        case _:
            yield key, value


@settings(max_examples=40)
@given(requests)
def test_a_strict_reader_gets_back_every_field(request: TracesData) -> None:
    """Ids, flags, schema URLs, trace states, dropped counts, all value types: none is lost."""
    written = traces_json(groups_of(request))

    assert contents(strictly_read(written)) == contents(request)


@settings(max_examples=40)
@given(requests)
def test_reading_a_line_gives_back_what_was_stored(request: TracesData) -> None:
    """A saved span that is opened beside itself is an exact duplicate, to the byte."""
    translated = translate_traces(traces_json_line(groups_of(request)))

    assert contents(TracesData.FromString(translated.payload)) == contents(request)
    assert not translated.notes
    assert not translated.refused


@settings(max_examples=40)
@given(requests)
def test_a_line_is_the_document_on_one_line(request: TracesData) -> None:
    """A file holds the same document that other callers get, ended by its only line feed."""
    groups = groups_of(request)

    line = traces_json_line(groups)

    assert json.loads(line) == traces_json(groups)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


@settings(max_examples=40)
@given(requests)
def test_every_scalar_is_spelled_as_the_specification_says(request: TracesData) -> None:
    """Ids are lower-case hex, 64-bit integers decimal strings, enums integers, nothing null."""
    for key, value in leaves(traces_json(groups_of(request))):
        assert value is not None
        if key in ID_KEYS:
            assert bytes.fromhex(value).hex() == value
        elif key.endswith("UnixNano") or key == "intValue":
            assert str(int(value)) == value
        elif key in {"kind", "code", "flags"} or key.startswith("dropped"):
            assert type(value) is int


@settings(max_examples=40)
@given(requests)
def test_protobuf_keeps_every_byte_of_a_span(request: TracesData) -> None:
    """What is forwarded or saved as protobuf is what arrived, grouped anew at most."""
    written = TracesData.FromString(traces_proto(groups_of(request)))

    assert contents(written) == contents(request)


def test_protobuf_keeps_fields_that_no_schema_here_names() -> None:
    """A field of a later protocol version passes through unread."""
    later_field = b"\xfa\x01\x05later"
    payload = a_span().SerializeToString() + later_field
    scope = WireScope(later_field, b"url-r", later_field, b"url-s")

    decoded = decode_spans(traces_proto([(scope, [payload])]), scope_of=lambda wire: wire)

    assert [(part.scope, part.payloads) for part in decoded.slices] == [(scope, [payload])]


def test_groups_of_one_scope_are_written_once() -> None:
    """A trace whose spans alternate between services does not repeat their resources."""
    other = NO_SCOPE._replace(scope=b"\n\x05other")
    alternating = [
        (scope, [a_span(str(index)).SerializeToString()])
        for index, scope in enumerate([NO_SCOPE, other] * 3)
    ]

    (resource_spans,) = traces_json(alternating)["resourceSpans"]

    assert [len(each["spans"]) for each in resource_spans["scopeSpans"]] == [3, 3]
    assert len(TracesData.FromString(traces_proto(alternating)).resource_spans) == 1


def test_nothing_to_write_is_an_empty_document() -> None:
    """No spans make a valid document, in both forms."""
    assert traces_json([]) == {"resourceSpans": []}
    assert traces_json_line([]) == b'{"resourceSpans":[]}\n'
    assert traces_proto([]) == b""


def test_defaults_are_left_out() -> None:
    """A bare span is short, yet always says its name, kind and times."""
    bare = Span(trace_id=b"t" * 16, span_id=b"s" * 8)

    assert span_json(bare.SerializeToString()) == {
        "traceId": "74" * 16,
        "spanId": "73" * 8,
        "name": "",
        "kind": 0,
        "startTimeUnixNano": "0",
        "endTimeUnixNano": "0",
    }


def test_kinds_of_later_versions_stay_numbers() -> None:
    """An enum value without a name here is written as it was sent."""
    assert span_json(a_span(kind=9).SerializeToString())["kind"] == 9


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (5.0, 5.0),
    ],
)
def test_doubles_without_a_json_spelling_become_strings(
    number: float, written: float | str
) -> None:
    """A file never holds a bare NaN, which is not JSON, nor a null, which is not a number."""
    payload = a_span(attributes={"n": number}).SerializeToString()

    line = traces_json_line([(NO_SCOPE, [payload])])

    (span,) = json.loads(line)["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert span["attributes"] == [{"key": "n", "value": {"doubleValue": written}}]


def test_an_empty_value_stays_apart_from_an_empty_text() -> None:
    """OTLP's empty value is no string, list or map."""
    payload = a_span(attributes={"a": None, "b": "", "c": [], "d": {}}).SerializeToString()

    assert [pair["value"] for pair in span_json(payload)["attributes"]] == [
        {},
        {"stringValue": ""},
        {"arrayValue": {"values": []}},
        {"kvlistValue": {"values": []}},
    ]


def test_text_that_is_not_utf8_is_repaired() -> None:
    """A name with a stray byte is written readably instead of losing the line."""
    payload = a_span(name="caf@").SerializeToString().replace(b"caf@", b"caf\xe9")

    assert span_json(payload)["name"] == "caf\ufffd"


def test_a_damaged_part_is_left_out_and_the_rest_written() -> None:
    """One attribute that cannot be decoded costs itself, not its span."""
    damaged = b"\x4a\x04\x0a\x7fab"  # field 9, whose key is longer than the field
    span = a_span(
        "s",
        parent="p",
        name="kept",
        kind=3,
        status=2,
        message="broken",
        attributes={"a": 1},
        events=[an_event("e", attributes={"b": 2})],
        trace_state="x=y",
        flags=0x301,
    )

    written = span_json(span.SerializeToString() + damaged)

    assert written == span_json(span.SerializeToString())


def test_damaged_resources_and_scopes_are_written_as_far_as_they_go() -> None:
    """What cannot be decoded of a sender's identity leaves the rest of it readable."""
    resource = Resource(attributes=key_values({"service.name": "shop"}))
    damaged_attribute = b"\x0a\x7f"
    scope = WireScope(
        resource.SerializeToString()
        + b"\x0a"
        + bytes((len(damaged_attribute),))
        + damaged_attribute,
        b"",
        b"\xff",
        b"",
    )

    (written,) = traces_json([(scope, [a_span().SerializeToString()])])["resourceSpans"]

    assert written["resource"] == {
        "attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]
    }
    assert written["scopeSpans"][0]["scope"] == {}


def test_entities_of_a_resource_are_kept() -> None:
    """References to entities, which no view shows, still leave as they came."""
    resource = Resource(attributes=key_values({"service.name": "shop"}))
    resource.entity_refs.add(type="host", id_keys=["host.id"])
    resource.entity_refs.add(
        schema_url="u", type="service", id_keys=["service.name"], description_keys=["d"]
    )
    scope = NO_SCOPE._replace(resource=resource.SerializeToString())

    written = traces_json([(scope, [a_span().SerializeToString()])])

    assert strictly_read(written).resource_spans[0].resource == resource


def test_deeply_nested_values_are_written() -> None:
    """As deep as the wire format can be read at all."""
    value: Any = "leaf"
    for _ in range(40):
        value = [value]
    payload = a_span(attributes={"deep": value}).SerializeToString()

    document = json.loads(traces_json_line([(NO_SCOPE, [payload])]))

    read = strictly_read(document).resource_spans[0].scope_spans[0].spans[0]
    assert read.attributes[0].value == any_value(value)
