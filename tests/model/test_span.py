"""A span is read from its bytes: hot fields at once, the rest when somebody looks."""

import pytest
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.model import span as span_module
from devtrace.model.resource import InstrumentationScope, Resource
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.otlp.decode import WireScope
from tests.builders import (
    T0,
    a_span,
    a_trace,
    an_event,
    key_values,
    span_id_of,
    trace_id_of,
)


def read(wire: trace_pb2.Span) -> Span:
    """Return *wire* as the model reads it."""
    return a_trace(wire).spans[0]


def test_hot_fields_are_read_as_sent() -> None:
    """What a row needs, without decoding an attribute."""
    span = read(
        a_span(
            "child",
            parent="root",
            name="GET /",
            kind=SpanKind.SERVER,
            duration_ms=2,
            status=2,
            message="no",
        )
    )

    assert span.trace_id == trace_id_of("trace")
    assert span.span_id == span_id_of("child")
    assert span.parent_span_id == span_id_of("root")
    assert span.name == "GET /"
    assert span.kind is SpanKind.SERVER
    assert span.start_time_unix_nano == T0
    assert span.end_time_unix_nano == T0 + 2_000_000
    assert span.status_code is StatusCode.ERROR
    assert span.status_message == "no"
    assert span.service_name == "shop"
    assert not span.is_root
    assert span.has_end


@pytest.mark.parametrize("parent", [b"", bytes(8)])
def test_an_empty_or_zero_parent_id_is_no_parent(parent: bytes) -> None:
    """Some senders write zeros where the protocol says nothing."""
    span = read(a_span(parent_span_id=parent))

    assert span.parent_span_id is None
    assert span.is_root


@pytest.mark.parametrize(
    ("start", "end", "duration", "has_end"),
    [
        (T0, T0 + 5, 5, True),
        (T0, T0, 0, True),
        (T0 + 5, T0, 0, True),
        (T0, 0, 0, False),
        (0, T0, 0, True),
        (2**63, 2**64 - 1, 2**63 - 1, True),
    ],
)
def test_a_duration_is_never_negative(
    start: int, end: int, duration: int, *, has_end: bool
) -> None:
    """R109-R112: unsigned 64-bit times, any of which may be missing or reversed."""
    span = read(a_span(start_time_unix_nano=start, end_time_unix_nano=end))

    assert span.duration_nano == duration
    assert span.has_end is has_end


def test_a_kind_that_nobody_knows_is_kept() -> None:
    """R131: a newer protocol may have a sixth; its number is still shown."""
    kind = read(a_span(kind=9)).kind  # protobuf enums are open

    assert kind == 9
    assert kind.name == "KIND_9"


def test_a_status_that_nobody_knows_is_unset() -> None:
    """No mark is derived from what is not understood."""
    assert read(a_span(status=7)).status_code is StatusCode.UNSET


@pytest.mark.parametrize("enum", [SpanKind, StatusCode])
def test_what_is_no_number_is_no_kind_or_status(enum: type[SpanKind | StatusCode]) -> None:
    """A mistake of ours is not swallowed with the sender's."""
    with pytest.raises(ValueError, match="is not a valid"):
        enum("SERVER")


def test_detail_is_read_when_asked_for() -> None:
    """R121-R130: all of a span beyond its hot fields."""
    span = read(
        a_span(
            attributes={"b": 1, "a": [True, None]},
            events=[an_event("second", at_ms=2), an_event("first", at_ms=1)],
            links=[
                trace_pb2.Span.Link(
                    trace_id=bytes(16), span_id=bytes(8), attributes=key_values({"k": "v"})
                )
            ],
            trace_state="ot=th:8",
            flags=0x301,
            dropped_attributes_count=1,
            dropped_events_count=2,
            dropped_links_count=3,
        )
    )

    assert span.attributes == {"b": 1, "a": [True, None]}
    assert list(span.attributes) == ["b", "a"]
    assert [event.name for event in span.events] == ["first", "second"]
    assert [link.attributes for link in span.links] == [{"k": "v"}]
    assert span.trace_state == "ot=th:8"
    assert span.flags == 0x301
    assert span.dropped_attributes_count == 1
    assert span.dropped_events_count == 2
    assert span.dropped_links_count == 3
    assert span.notes == ()


def test_detail_is_decoded_once_and_only_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand rows are drawn without decoding what no row shows."""
    span = read(a_span(attributes={"k": "v"}))
    decoded = []
    decode = span_module.decode_span_detail
    monkeypatch.setattr(
        span_module,
        "decode_span_detail",
        lambda payload: decoded.append(payload) or decode(payload),
    )

    assert (span.name, span.kind, span.duration_nano, decoded) == ("root", 1, 10_000_000, [])
    assert (span.attributes, span.events, span.flags) == ({"k": "v"}, (), 0)
    assert decoded == [span.payload]


def test_damaged_detail_is_noted_and_the_span_still_shown() -> None:
    """An attribute that cannot be decoded costs that attribute."""
    whole = a_span(name="x", attributes={"k": "v"}).SerializeToString()
    broken_attribute = b"\x4a\x02\x0a\x7f"  # field 9, a KeyValue whose key is cut off
    scope = InstrumentationScope(WireScope(b"", b"", b"", b""), Resource(b""))

    span = Span(whole + broken_attribute, scope)

    assert span.name == "x"
    assert span.attributes == {"k": "v"}
    assert span.notes == ("attribute cannot be decoded and is left out",)


def test_a_span_names_itself_for_a_developer() -> None:
    """In a debugger the id and the name tell which one it is."""
    span = read(a_span(name="GET /"))

    assert repr(span) == f"<Span {span.span_id} 'GET /' of trace {span.trace_id}>"
