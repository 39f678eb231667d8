"""Every span with valid ids is accepted as its own bytes; every other is refused alone."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.otlp.decode import (
    DecodedSpans,
    WireScope,
    decode_spans,
    read_hot_fields,
    read_status_message,
    read_trace_id,
)
from devtrace.otlp.schema import SlicedRequest
from devtrace.otlp.status import MalformedError
from tests.builders import T0, a_request, a_span, an_event, span_id_of, trace_id_of

span_names = st.sampled_from("abcdefgh")
trace_names = st.sampled_from(["t1", "t2", "t3"])


def decoded(body: bytes) -> DecodedSpans[WireScope]:
    """Decode without interning: the scope stays as it is on the wire."""
    return decode_spans(body, scope_of=lambda wire: wire)


def accepted(*bodies: bytes) -> Counter[tuple[str, WireScope, bytes]]:
    """Return every accepted span with its trace and scope."""
    return Counter(
        (part.trace_id, part.scope, payload)
        for body in bodies
        for part in decoded(body).slices
        for payload in part.payloads
    )


def test_a_span_is_kept_as_its_own_bytes() -> None:
    """What is stored is what was sent, whatever it holds."""
    span = a_span(attributes={"k": [1, {"x": None}]}, events=[an_event("e")], flags=0x101)

    result = decoded(a_request(span).SerializeToString())

    assert result.span_count == 1
    assert not result.refused
    assert [part.payloads for part in result.slices] == [[span.SerializeToString()]]


def test_spans_of_one_scope_are_grouped_by_trace() -> None:
    """Order of arrival holds within each trace."""
    spans = [a_span("a", trace="1"), a_span("b", trace="2"), a_span("c", trace="1")]

    result = decoded(a_request(*spans).SerializeToString())

    assert [(part.trace_id, len(part.payloads)) for part in result.slices] == [
        (trace_id_of("1"), 2),
        (trace_id_of("2"), 1),
    ]
    assert result.slices[0].payloads == [each.SerializeToString() for each in spans[::2]]


@given(
    spans=st.lists(st.tuples(trace_names, span_names, st.integers(0, 3)), max_size=20),
    cuts=st.lists(st.integers(0, 3), min_size=20, max_size=20),
    seed=st.randoms(use_true_random=False),
)
def test_any_split_and_any_order_give_the_same_spans(
    spans: list[tuple[str, str, int]], cuts: list[int], seed: random.Random
) -> None:
    """It does not matter how a sender packs spans into scopes and requests."""
    built = [
        (f"service-{service}", a_span(name, trace=trace)) for trace, name, service in spans
    ]
    together = ExportTraceServiceRequest()
    for service, span in built:
        together.MergeFrom(a_request(span, service=service))

    shuffled = list(zip(built, cuts, strict=False))
    seed.shuffle(shuffled)
    requests = [ExportTraceServiceRequest() for _ in range(4)]
    for (service, span), cut in shuffled:
        requests[cut].MergeFrom(a_request(span, service=service))

    assert accepted(together.SerializeToString()) == accepted(
        *(request.SerializeToString() for request in requests)
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"trace_id": b""}, "trace_id is missing"),
        ({"span_id": b""}, "span_id is missing"),
        ({"trace_id": bytes(16)}, "trace_id is all zero"),
        ({"span_id": bytes(8)}, "span_id is all zero"),
        ({"trace_id": b"x" * 15}, "trace_id has 15 bytes instead of 16"),
        ({"span_id": b"x" * 9}, "span_id has 9 bytes instead of 8"),
        ({"parent_span_id": b"x" * 7}, "parent_span_id has 7 bytes instead of 8"),
        (
            {"trace_id": b"0af7651916cd43dd8448eb211c80319c"},
            "trace_id holds 32 hex characters where 16 raw bytes belong",
        ),
        (
            {"span_id": b"B7AD6B7169203331"},
            "span_id holds 16 hex characters where 8 raw bytes belong",
        ),
    ],
)
def test_a_span_without_valid_ids_is_refused_alone(
    fields: dict[str, bytes], reason: str
) -> None:
    """Its neighbours of the same trace are accepted, and the reason is told."""
    request = a_request(a_span("good"), a_span("bad", **fields), a_span("better"))

    result = decoded(request.SerializeToString())

    assert result.span_count == 2
    assert result.refused == Counter([reason])


def test_an_all_zero_parent_is_no_parent() -> None:
    """Some senders write zeros where others leave the field out."""
    span = a_span(parent_span_id=bytes(8))

    (part,) = decoded(a_request(span).SerializeToString()).slices

    _, parent_span_id, *_ = read_hot_fields(part.payloads[0])
    assert parent_span_id is None


def test_empty_requests_hold_nothing() -> None:
    """No bytes, no scopes and no spans are all valid."""
    bare = ExportTraceServiceRequest()
    bare.resource_spans.add()
    scoped = ExportTraceServiceRequest()
    scoped.resource_spans.add().scope_spans.add()

    for request in (ExportTraceServiceRequest(), bare, scoped):
        result = decoded(request.SerializeToString())
        assert (result.slices, result.span_count, result.refused) == ([], 0, Counter())


def test_a_scope_is_told_as_it_was_written() -> None:
    """Resource, scope and both schema URLs identify who sent a span."""
    request = a_request(a_span(), service="shop")
    resource_spans = request.resource_spans[0]
    resource_spans.schema_url = "r"
    resource_spans.scope_spans[0].schema_url = "s"

    (part,) = decoded(request.SerializeToString()).slices

    assert part.scope == (
        resource_spans.resource.SerializeToString(),
        b"r",
        resource_spans.scope_spans[0].scope.SerializeToString(),
        b"s",
    )


def test_a_resource_that_occurs_twice_is_merged() -> None:
    """Protobuf says that submessages of one field merge."""
    request = SlicedRequest()
    resource_spans = request.resource_spans.add()
    for key in ("a", "b"):
        sent = a_request(service=None, resource={key: 1}).resource_spans[0].resource
        resource_spans.resource.append(sent.SerializeToString())
    resource_spans.scope_spans.add().spans.append(a_span().SerializeToString())
    body = request.SerializeToString()

    (part,) = decoded(body).slices

    official = ExportTraceServiceRequest.FromString(body).resource_spans[0].resource
    assert len(official.attributes) == 2
    assert part.scope.resource == official.SerializeToString()


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"\xff\xff\xff", "it is truncated or no protobuf of this type"),
        (b"\x0a\x7f\x01", "it is truncated or no protobuf of this type"),
        (b"\x08\x01", "field 1 (resource_spans) has the wrong wire type"),
        (
            b'{"resourceSpans":[]}',
            "it looks like JSON; send it with Content-Type: application/json",
        ),
        (b"\x1f\x8b\x08\x00", "it looks like gzip; send it with Content-Encoding: gzip"),
    ],
)
def test_what_is_no_request_is_refused_with_its_cause(body: bytes, cause: str) -> None:
    """The sentence goes back to the sender."""
    with pytest.raises(MalformedError) as raised:
        decoded(body)

    assert str(raised.value) == (
        f"cannot decode the body as ExportTraceServiceRequest: {cause}"
    )


def test_a_malformed_span_costs_the_request() -> None:
    """A span whose own bytes are broken cannot be told from a broken request."""
    request = SlicedRequest()
    request.resource_spans.add().scope_spans.add().spans.append(b"\x0a\x7f")

    with pytest.raises(MalformedError):
        decoded(request.SerializeToString())


@given(st.binary(max_size=200))
def test_random_bytes_raise_nothing_but_malformed(body: bytes) -> None:
    """A sender's bytes cannot reach anything else."""
    try:
        result = decoded(body)
    except MalformedError:
        return
    for part in result.slices:
        for payload in part.payloads:
            read_hot_fields(payload)


@given(st.data())
def test_a_damaged_request_raises_nothing_but_malformed(data: st.DataObject) -> None:
    """The same for bytes that are nearly right."""
    body = bytearray(a_request(a_span(attributes={"k": "v"})).SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    test_random_bytes_raise_nothing_but_malformed.hypothesis.inner_test(bytes(body))


wire_spans = st.builds(
    trace_pb2.Span,
    trace_id=st.binary(min_size=16, max_size=16).filter(any),
    span_id=st.binary(min_size=8, max_size=8).filter(any),
    parent_span_id=st.one_of(st.just(b""), st.binary(min_size=8, max_size=8)),
    name=st.text(max_size=20),
    kind=st.integers(-(2**31), 2**31 - 1),
    start_time_unix_nano=st.integers(0, 2**64 - 1),
    end_time_unix_nano=st.integers(0, 2**64 - 1),
    status=st.builds(trace_pb2.Status, code=st.integers(0, 5), message=st.text(max_size=9)),
)


@given(st.lists(wire_spans, max_size=5))
def test_hot_fields_agree_with_the_official_parser(spans: list[trace_pb2.Span]) -> None:
    """Reading less must not mean reading something else."""
    body = a_request(*spans).SerializeToString()

    payloads = [payload for part in decoded(body).slices for payload in part.payloads]

    assert len(payloads) == len(spans)
    for payload in payloads:
        span, hot = trace_pb2.Span.FromString(payload), read_hot_fields(payload)
        assert read_trace_id(payload) == span.trace_id.hex()
        assert read_status_message(payload) == span.status.message
        assert hot == (
            span.span_id.hex(),
            span.parent_span_id.hex() if any(span.parent_span_id) else None,
            span.name,
            span.kind,
            span.start_time_unix_nano,
            span.end_time_unix_nano,
            span.status.code,
        )


def test_hot_text_that_is_not_utf8_is_repaired() -> None:
    """One bad byte in a name must not hide the span."""
    payload = a_span("s", name="").SerializeToString() + b"\x2a\x03a\xffb"

    _, _, name, *_ = read_hot_fields(payload)
    assert name == "a\ufffdb"


def test_the_last_value_of_a_field_wins() -> None:
    """A field that occurs twice counts once, with its last value."""
    payload = a_span("first").SerializeToString() + a_span("second").SerializeToString()

    span_id, _, name, _, start, *_ = read_hot_fields(payload)

    assert (name, span_id) == ("second", span_id_of("second"))
    assert start == T0


def a_field(number: int, value: bytes) -> bytes:
    """Return a field of bytes as it is on the wire."""
    return bytes([number << 3 | 2, len(value)]) + value


id_fields = st.one_of(
    st.builds(a_field, st.just(1), st.sampled_from([b"t" * 16, b"u" * 16, bytes(16), b"t"])),
    st.builds(a_field, st.just(2), st.sampled_from([b"s" * 8, b"v" * 8, bytes(8), b""])),
    st.builds(a_field, st.sampled_from([4, 5]), st.sampled_from([b"p" * 8, b"\x12\x08"])),
)
odd_spans = st.lists(id_fields, max_size=5).map(b"".join)


@given(st.lists(odd_spans | st.just(a_span().SerializeToString()), min_size=1, max_size=4))
def test_ids_are_read_the_same_wherever_they_stand(payloads: list[bytes]) -> None:
    """Reading all spans of a scope at once must not mix up whose id is whose.

    Fields may be missing, occur twice, and stand in any order; two such spans must not
    make up for each other.
    """
    request = SlicedRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(payloads)

    result = decoded(request.SerializeToString())

    found = {
        (part.trace_id, payload): part.payloads.count(payload)
        for part in result.slices
        for payload in part.payloads
    }
    expected: Counter[tuple[str, bytes]] = Counter()
    for payload in payloads:
        span = trace_pb2.Span.FromString(payload)
        if (
            (len(span.trace_id), len(span.span_id)) == (16, 8)
            and any(span.trace_id)
            and any(span.span_id)
            and len(span.parent_span_id) in {0, 8}
        ):
            expected[span.trace_id.hex(), payload] += 1
    assert found == dict(expected)
    assert result.span_count == expected.total()
    assert result.refused.total() == len(payloads) - expected.total()


def test_unknown_fields_are_passed_over() -> None:
    """A request from a newer protocol is accepted."""
    request = a_request(a_span())

    with_more = request.SerializeToString() + b"\xfa\x3e\x03new"

    assert accepted(with_more) == accepted(request.SerializeToString())


def test_the_reserved_field_of_old_library_spans_is_passed_over() -> None:
    """Field 1000 of `ResourceSpans` held spans before OTLP 1.0; it is ignored, not misread."""
    body = b"\x0a\x06\xc2\x3e\x03\x12\x01\x00"

    assert decoded(body).span_count == 0
