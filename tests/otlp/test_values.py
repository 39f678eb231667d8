"""Whatever a span's bytes are, they can be shown, with every defect named beside them."""

import math
from typing import Any

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.otlp.values import (
    decode_attributes,
    decode_log_detail,
    decode_resource,
    decode_scope,
    decode_span_detail,
)
from tests.builders import MILLISECOND, T0, a_log, a_span, an_event, key_values

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
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=8), values, max_size=5))
def test_every_kind_of_value_is_read_as_it_was_written(attributes: dict[str, Any]) -> None:
    """Empty, false, zero and the empty string stay apart; maps and arrays nest."""
    detail = decode_span_detail(a_span(attributes=attributes).SerializeToString())

    assert detail.attributes == attributes
    assert [type(value) for value in detail.attributes.values()] == [
        type(value) for value in attributes.values()
    ]
    assert detail.notes == ()


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_are_none_are_read(number: float) -> None:
    """Infinity and NaN are doubles like any other."""
    detail = decode_span_detail(a_span(attributes={"k": number}).SerializeToString())

    assert str(detail.attributes["k"]) == str(number)


def test_all_of_a_span_is_read() -> None:
    """Nothing that the protocol has is missing."""
    link = trace_pb2.Span.Link(
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        trace_state="l=1",
        attributes=key_values({"lk": 1}),
        dropped_attributes_count=4,
        flags=0x301,
    )
    late, early = an_event("late", at_ms=5), an_event("early", at_ms=2, attributes={"ek": "v"})
    early.dropped_attributes_count = 6
    span = a_span(
        events=[late, early],
        links=[link],
        trace_state="a=b",
        flags=0x101,
        dropped_attributes_count=1,
        dropped_events_count=2,
        dropped_links_count=3,
    )

    detail = decode_span_detail(span.SerializeToString())

    assert [event.name for event in detail.events] == ["early", "late"]
    assert detail.events[0].time_unix_nano == T0 + 2 * MILLISECOND
    assert detail.events[0].attributes == {"ek": "v"}
    assert detail.events[0].dropped_attributes_count == 6
    (read,) = detail.links
    assert (read.trace_id, read.span_id) == ((b"t" * 16).hex(), (b"s" * 8).hex())
    assert (read.trace_state, read.attributes, read.flags) == ("l=1", {"lk": 1}, 0x301)
    assert read.dropped_attributes_count == 4
    assert (detail.trace_state, detail.flags) == ("a=b", 0x101)
    assert detail.dropped_attributes_count == 1
    assert detail.dropped_events_count == 2
    assert detail.dropped_links_count == 3


def test_events_of_one_moment_keep_their_order() -> None:
    """The order of sending tells what the clock cannot."""
    span = a_span(events=[an_event(name, at_ms=1) for name in "bca"])

    assert [event.name for event in decode_span_detail(span.SerializeToString()).events] == [
        "b",
        "c",
        "a",
    ]


@given(data=st.data())
def test_some_attributes_are_read_as_all_of_them_are(data: st.DataObject) -> None:
    """Reading less changes nothing, in damaged and in repeated attributes too."""
    keys = ["a", "ab", "\ufffd", "b"]
    wire = a_span(attributes={"a": 1, "ab": ["x", 2.5]})
    wire.attributes.extend(key_values({data.draw(st.sampled_from(keys)): "later"}))
    payload = bytearray(wire.SerializeToString())
    start = payload.index(b"\x4a")
    for _ in range(data.draw(st.integers(0, 2))):
        payload[data.draw(st.integers(start + 2, len(payload) - 1))] = data.draw(
            st.integers(0, 255)
        )
    try:
        every = decode_span_detail(bytes(payload)).attributes
    except DecodeError:
        return  # a span that would not have been accepted
    wanted = data.draw(st.lists(st.sampled_from(["a", "ab", "b"]), unique=True))

    some = decode_attributes(bytes(payload), [key.encode() for key in wanted])

    assert repr(some) == repr({key: value for key, value in every.items() if key in wanted})


def test_the_last_of_equal_keys_is_shown_and_noted() -> None:
    """The protocol forbids them and says nothing of what to do."""
    span = a_span()
    span.attributes.extend([*key_values({"k": 1}), *key_values({"k": 2})])

    detail = decode_span_detail(span.SerializeToString())

    assert detail.attributes == {"k": 2}
    assert detail.notes == ("attribute 'k' occurs more than once; the last one is shown",)


def test_text_that_is_not_utf8_is_repaired_and_noted() -> None:
    """Each place is named once, with how often it happened."""
    bad_pair = b"\x0a\x01k\x12\x03\x0a\x01\xff"
    payload = a_span(attributes={"good": 1}).SerializeToString()
    payload += b"".join(b"\x4a" + bytes([len(bad_pair)]) + bad_pair for _ in range(2))
    payload += b"\x1a\x02\xfe\xff"

    detail = decode_span_detail(payload)

    assert detail.attributes == {"good": 1, "k": "\ufffd"}
    assert detail.trace_state == "\ufffd\ufffd"
    assert "attribute value is not valid UTF-8 (×2)" in detail.notes
    assert "trace_state is not valid UTF-8" in detail.notes


@pytest.mark.parametrize(
    ("damaged", "note"),
    [
        (b"\x4a\x02\x0a\x7f", "attribute cannot be decoded and is left out"),
        (b"\x5a\x02\x12\x7f", "event cannot be decoded and is left out"),
        (b"\x6a\x02\x0a\x7f", "link cannot be decoded and is left out"),
    ],
)
def test_a_damaged_part_is_left_out_and_the_rest_is_shown(damaged: bytes, note: str) -> None:
    """A span whose attributes cannot all be read is still a span."""
    span = a_span(attributes={"k": "v"}, events=[an_event("e")], flags=1, trace_state="a=b")

    detail = decode_span_detail(span.SerializeToString() + damaged)

    assert detail.attributes == {"k": "v"}
    assert [event.name for event in detail.events] == ["e"]
    assert (detail.flags, detail.trace_state) == (1, "a=b")
    assert detail.notes == (note,)


@given(st.data())
def test_any_damage_to_attribute_bytes_gives_a_span_with_notes(data: st.DataObject) -> None:
    """Random bytes where an attribute belongs raise nothing and hide nothing else."""
    junk = data.draw(st.binary(max_size=60))
    payload = a_span(attributes={"k": "v"}, flags=3).SerializeToString()

    detail = decode_span_detail(payload + b"\x4a" + bytes([len(junk)]) + junk)

    assert detail.flags == 3
    if detail.attributes.get("k") != "v":
        assert detail.notes


@pytest.mark.parametrize("damage", [b"", b"\x4a\x02\x0a\x7f"], ids=["whole", "damaged"])
def test_hot_text_that_is_not_utf8_is_noted_as_well(damage: bytes) -> None:
    """The row shows it repaired; the detail says that it was."""
    payload = a_span(name="").SerializeToString() + b"\x2a\x01\xe9" + b"\x7a\x03\x12\x01\xff"

    notes = decode_span_detail(payload + damage).notes

    assert {"name is not valid UTF-8", "status message is not valid UTF-8"} <= set(notes)


def test_values_nested_beyond_reading_are_left_out() -> None:
    """Depth costs the attribute, never the interpreter's stack."""
    pair = b"\x0a\x01d\x12" + _delimited(_nested_array(200))

    detail = decode_span_detail(
        a_span(attributes={"k": 1}).SerializeToString() + b"\x4a" + _delimited(pair)
    )

    assert detail.attributes == {"k": 1}
    assert detail.notes == ("attribute cannot be decoded and is left out",)


def test_a_resource_is_read_with_its_defects() -> None:
    """A resource names the service, so the readable part of it matters."""
    resource = Resource(attributes=key_values({"service.name": "shop"}))
    resource.dropped_attributes_count = 2

    whole = decode_resource(resource.SerializeToString())
    damaged = decode_resource(resource.SerializeToString() + b"\x0a\x02\x0a\x7f")
    unreadable = decode_resource(b"\xff")

    assert (whole.attributes, whole.dropped_attributes_count) == ({"service.name": "shop"}, 2)
    assert whole.notes == ()
    assert damaged.attributes == {"service.name": "shop"}
    assert damaged.notes == ("attribute cannot be decoded and is left out",)
    assert unreadable.attributes == {}
    assert unreadable.notes == ("resource or scope cannot be decoded",)


def test_a_scope_is_read_with_its_defects() -> None:
    """The same for the library that made a span."""
    scope = InstrumentationScope(name="lib", version="1", attributes=key_values({"a": 1}))

    whole = decode_scope(scope.SerializeToString())
    damaged = decode_scope(scope.SerializeToString() + b"\x1a\x02\x0a\x7f")

    assert (whole.name, whole.version, whole.attributes) == ("lib", "1", {"a": 1})
    assert (damaged.name, damaged.version, damaged.attributes) == ("lib", "1", {"a": 1})
    assert damaged.notes == ("attribute cannot be decoded and is left out",)
    assert decode_scope(b"").name == ""


def test_an_index_into_a_table_that_is_not_sent_is_empty() -> None:
    """String indexes are for profiles; elsewhere they refer to nothing."""
    payload = a_span().SerializeToString() + b"\x4a" + _delimited(b"\x18\x05\x12\x02\x40\x07")

    assert decode_span_detail(payload).attributes == {"": None}


@given(st.binary(max_size=80))
def test_random_scope_and_resource_bytes_raise_nothing(payload: bytes) -> None:
    """They are kept unparsed on arrival, so they can be anything."""
    decode_resource(payload)
    decode_scope(payload)


def _delimited(message: bytes) -> bytes:
    """Return *message* with its length before it."""
    length, prefix = len(message), b""
    while length > 0x7F:
        prefix += bytes([length & 0x7F | 0x80])
        length >>= 7
    return prefix + bytes([length]) + message


def _nested_array(depth: int) -> bytes:
    value = b"\x18\x01"
    for _ in range(depth):
        value = b"\x2a" + _delimited(b"\x0a" + _delimited(value))
    return value


# -- log records -------------------------------------------------------------------------


@given(values)
def test_a_body_of_any_shape_is_read_as_it_was_written(body: Any) -> None:
    """R121, R136: it is text mostly, but may be any value."""
    detail = decode_log_detail(a_log(body).SerializeToString())

    assert detail.body == body
    assert type(detail.body) is type(body)
    assert detail.notes == ()


def test_all_of_a_log_record_is_read() -> None:
    """Nothing that the protocol has is missing."""
    record = a_log(
        attributes={"k": "v"},
        severity_text="INFO2",
        event_name="shop.order.placed",
        flags=0x101,
        dropped_attributes_count=3,
    )

    detail = decode_log_detail(record.SerializeToString())

    assert detail.attributes == {"k": "v"}
    assert (detail.severity_text, detail.event_name) == ("INFO2", "shop.order.placed")
    assert (detail.flags, detail.dropped_attributes_count) == (0x101, 3)


def test_a_log_record_without_a_body_has_none() -> None:
    """Missing and empty say the same."""
    assert decode_log_detail(b"").body is None
    assert decode_log_detail(b"\x2a\x00").body is None


def test_damage_in_a_log_record_is_left_out_and_noted() -> None:
    """What can be read is shown, with the defect beside it."""
    payload = a_log(b"x", attributes={"k": 1}).SerializeToString()

    attribute_lost = decode_log_detail(payload + b"\x32\x01\xff")
    body_lost = decode_log_detail(payload + b"\x2a\x01\xff")
    text_repaired = decode_log_detail(b"\x2a\x03\x0a\x01\xff")

    assert attribute_lost.attributes == {"k": 1}
    assert attribute_lost.notes == ("attribute cannot be decoded and is left out",)
    assert body_lost.body is None
    assert body_lost.notes == ("body cannot be decoded and is left out",)
    assert (text_repaired.body, text_repaired.notes) == ("\ufffd", ("body is not valid UTF-8",))
