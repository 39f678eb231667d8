"""Rewriting changes ids, times and the values it was asked to leave out, and nothing else."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, NumberDataPoint
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.otlp.decode import WireScope
from devtrace.otlp.replay_mark import REPLAYED_FROM
from devtrace.otlp.rewrite import (
    REDACTED,
    Rewriting,
    redacted_metric,
    redacted_scope,
    rewritten_log,
    rewritten_point,
    rewritten_span,
)
from tests.builders import (
    T0,
    a_log,
    a_point,
    a_span,
    an_event,
    an_exemplar,
    key_values,
    span_id_of,
    trace_id_of,
)

OURS = bytes.fromhex(trace_id_of("trace"))
HOUR = 3600 * 10**9
UNKNOWN = b"\xfa\x3e\x05hello"
"""Field 999, which no message of OTLP has."""


def flipped(value: bytes) -> bytes:
    """Return another id."""
    return bytes(255 - byte for byte in value)


def how(*redacted: str) -> Rewriting:
    """Return a rewriting of one trace, by an hour."""
    return Rewriting(
        trace_id=lambda trace_id: flipped(trace_id) if trace_id == OURS else trace_id,
        span_id=lambda trace_id, id_: flipped(id_) if trace_id == OURS else id_,
        time=lambda time: time + HOUR,
        redacted_keys=frozenset(key.encode() for key in redacted),
    )


def a_link(trace: str) -> Span.Link:
    """Return a link to the span `there` of a trace."""
    return Span.Link(
        trace_id=bytes.fromhex(trace_id_of(trace)),
        span_id=bytes.fromhex(span_id_of("there")),
        attributes=key_values({"password": "p"}),
    )


def test_ids_and_times_change_and_nothing_else() -> None:
    """Every part of a span keeps what it is not about."""
    span = a_span(
        "child",
        parent="root",
        attributes={"a": 1},
        events=[an_event("e", at_ms=3)],
        links=[a_link("trace"), a_link("other")],
        trace_state="v=1",
        flags=0x301,
    )

    read = Span.FromString(rewritten_span(span.SerializeToString(), how()))

    expected = Span()
    expected.CopyFrom(span)
    expected.trace_id = flipped(span.trace_id)
    expected.span_id = flipped(span.span_id)
    expected.parent_span_id = flipped(span.parent_span_id)
    expected.start_time_unix_nano += HOUR
    expected.end_time_unix_nano += HOUR
    expected.events[0].time_unix_nano += HOUR
    expected.links[0].trace_id = flipped(OURS)
    expected.links[0].span_id = flipped(span.links[0].span_id)
    assert read == expected


def test_fields_that_nobody_knows_are_kept() -> None:
    """A newer version of the protocol survives a replay, at every level."""
    event = an_event("e").SerializeToString() + UNKNOWN
    payload = a_span().SerializeToString() + UNKNOWN + b"\x5a" + bytes([len(event)]) + event

    written = rewritten_span(payload, how())

    assert written.count(UNKNOWN) == 2


def test_what_is_not_there_stays_away() -> None:
    """A missing end, parent or event time is none after a replay either."""
    span = a_span(end_time_unix_nano=0, events=[Span.Event(name="when?")])

    read = Span.FromString(rewritten_span(span.SerializeToString(), how()))

    assert (read.end_time_unix_nano, read.parent_span_id) == (0, b"")
    assert read.events[0].time_unix_nano == 0


def test_damage_is_kept_beside_new_ids() -> None:
    """What cannot be read is sent as it was, and the span belongs to the new trace."""
    damaged = b"\x5a\x03\x0a\x63x"  # an event whose name is longer than the event
    written = rewritten_span(a_span().SerializeToString() + damaged, how())

    assert damaged in written
    assert flipped(OURS) in written
    assert OURS not in written


def test_a_mark_says_where_a_trace_comes_from() -> None:
    """It is there once, also after the replay of a replay."""
    once = rewritten_span(a_span().SerializeToString(), how(), replayed_from="first")
    twice = Span.FromString(rewritten_span(once, how(), replayed_from="second"))

    assert twice.attributes == key_values({REPLAYED_FROM: "second"})


def test_values_of_named_keys_are_left_out_wherever_they_stand() -> None:
    """Attributes of spans, events and links, and within tables; nothing else."""
    span = a_span(
        attributes={"password": "p", "user": {"password": "p", "name": "n"}, "a": ["p"]},
        events=[Span.Event(name="e", attributes=key_values({"password": 7}))],
        links=[a_link("other")],
    )

    read = Span.FromString(rewritten_span(span.SerializeToString(), how("password")))

    hidden = key_values({"password": REDACTED})
    assert read.attributes == key_values(
        {"password": REDACTED, "user": {"password": REDACTED, "name": "n"}, "a": ["p"]}
    )
    assert read.events[0].attributes == hidden
    assert read.links[0].attributes == hidden


def test_damage_cannot_hide_what_is_to_be_left_out() -> None:
    """A pair that cannot be read may hold the secret, so it is not sent."""
    damaged = b"\x4a\x12\x0a\x08password\x12\x06\x0a\x44secr"
    written = rewritten_span(a_span().SerializeToString() + damaged, how("password"))

    assert b"secr" not in written
    assert Span.FromString(written).trace_id == flipped(OURS)


def test_log_records_stay_with_their_spans() -> None:
    """A record of a trace that is not rewritten keeps its ids, and all are moved in time."""
    ours, other = (
        LogRecord.FromString(
            rewritten_log(
                a_log(trace=trace, attributes={"password": "p"}).SerializeToString(),
                how("password"),
            )
        )
        for trace in ("trace", "other")
    )

    assert ours.trace_id == flipped(OURS)
    assert ours.span_id == flipped(bytes.fromhex(span_id_of("root")))
    assert other.trace_id == bytes.fromhex(trace_id_of("other"))
    assert ours.time_unix_nano == ours.observed_time_unix_nano == T0 + HOUR
    assert ours.attributes == key_values({"password": REDACTED})


def test_exemplars_stay_with_their_spans() -> None:
    """A point keeps its value; its exemplars lead to the rewritten span."""
    point = a_point(5, exemplars=[an_exemplar(2.5), an_exemplar(3.5, trace="other")])

    read = NumberDataPoint.FromString(rewritten_point("sum", point.SerializeToString(), how()))

    assert read.as_int == 5
    assert read.time_unix_nano == read.exemplars[0].time_unix_nano == T0 + HOUR
    assert [each.as_double for each in read.exemplars] == [2.5, 3.5]
    assert read.exemplars[0].trace_id == flipped(OURS)
    assert read.exemplars[1].trace_id == bytes.fromhex(trace_id_of("other"))


def test_senders_lose_named_values_too() -> None:
    """Resource, scope and the metadata of a metric."""
    wire = WireScope(
        Resource(attributes=key_values({"key": 1, "b": 2})).SerializeToString(),
        b"url",
        InstrumentationScope(name="n", attributes=key_values({"key": 1})).SerializeToString(),
        b"",
    )

    scope = redacted_scope(wire, frozenset({b"key"}))
    metric = Metric.FromString(
        redacted_metric(
            Metric(name="m", metadata=key_values({"key": 1})).SerializeToString(),
            frozenset({b"key"}),
        )
    )

    assert Resource.FromString(scope.resource).attributes == key_values(
        {"key": REDACTED, "b": 2}
    )
    assert InstrumentationScope.FromString(scope.scope).name == "n"
    assert REDACTED.encode() in scope.scope
    assert scope.resource_schema_url == b"url"
    assert metric.metadata == key_values({"key": REDACTED})


_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(attributes=st.dictionaries(st.text(), _values, max_size=4), key=st.text(min_size=1))
def test_redaction_leaves_every_other_value(attributes: dict[str, Any], key: str) -> None:
    """Whatever a span holds, only values of that key change."""

    def expected(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: REDACTED if k == key else expected(v) for k, v in value.items()}
        return [expected(each) for each in value] if isinstance(value, list) else value

    span = a_span(attributes=attributes)

    read = Span.FromString(rewritten_span(span.SerializeToString(), how(key)))

    assert read.attributes == key_values(expected(attributes))
