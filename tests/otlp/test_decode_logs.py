"""Every log record is accepted as its own bytes; a wrong id costs it no more than its trace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1 import logs_pb2

from devtrace.otlp.decode import WireScope
from devtrace.otlp.decode_logs import DecodedLogs, decode_logs, read_hot_log_fields
from devtrace.otlp.status import MalformedError
from tests.builders import T0, a_log, a_logs_request, span_id_of, trace_id_of


def decoded(body: bytes) -> DecodedLogs[WireScope]:
    """Decode without interning: the scope stays as it is on the wire."""
    return decode_logs(body, scope_of=lambda wire: wire)


def test_a_record_is_kept_as_its_own_bytes() -> None:
    """What is stored is what was sent, fields nobody knows yet included."""
    payload = a_log({"k": [1, None]}, attributes={"a": b"\x00"}).SerializeToString()
    payload += b"\xfa\x3e\x03new"
    request = a_logs_request(logs_pb2.LogRecord.FromString(payload))

    (record,) = decoded(request.SerializeToString()).records

    assert record.payload == payload
    assert (record.trace_id, record.severity_number) == (trace_id_of("trace"), 9)


def test_records_of_all_scopes_come_in_the_order_in_which_they_were_sent() -> None:
    """Each with the scope and the resource that it came with."""
    request = a_logs_request(a_log("1"), a_log("2"), service="a")
    request.MergeFrom(a_logs_request(a_log("3"), service="b"))
    request.resource_logs[1].schema_url = "r"
    request.resource_logs[1].scope_logs[0].schema_url = "s"
    request.resource_logs.add().scope_logs.add()

    records = decoded(request.SerializeToString()).records

    bodies = [logs_pb2.LogRecord.FromString(each.payload).body for each in records]
    assert [body.string_value for body in bodies] == ["1", "2", "3"]
    assert records[0].scope is records[1].scope
    assert (records[2].scope.resource_schema_url, records[2].scope.scope_schema_url) == (
        b"r",
        b"s",
    )


@pytest.mark.parametrize(
    ("ids", "note"),
    [
        ({"trace_id": b"short"}, "trace_id has 5 bytes instead of 16"),
        (
            {"trace_id": b"ab" * 16},
            "trace_id holds 32 hex characters where 16 raw bytes belong",
        ),
        ({"span_id": b"x" * 9}, "span_id has 9 bytes instead of 8"),
    ],
)
def test_a_wrong_id_is_noted_and_the_record_kept(ids: dict[str, bytes], note: str) -> None:
    """The protocol has receivers assume that such a record belongs to no trace, or no span."""
    result = decoded(a_logs_request(a_log(**ids), a_log()).SerializeToString())

    hot = read_hot_log_fields(result.records[0].payload)
    assert len(result.records) == 2
    assert result.notes == {f"{note}; the log record is kept without it": 1}
    assert hot.span_id is None
    assert hot.trace_id == result.records[0].trace_id
    assert (hot.trace_id is None) == ("trace_id" in ids)


@pytest.mark.parametrize("trace_id", [b"", bytes(16), bytes(4)])
def test_a_record_without_a_trace_is_nothing_to_remark(trace_id: bytes) -> None:
    """Most logs are written outside of any span; some SDKs write zeros for that."""
    result = decoded(a_logs_request(a_log(trace_id=trace_id, span_id=b"")).SerializeToString())

    assert [record.trace_id for record in result.records] == [None]
    assert not result.notes


def test_a_span_id_without_a_trace_leads_nowhere() -> None:
    """It is not shown as if it did."""
    record = a_log(trace=None, span_id=b"s" * 8)

    assert read_hot_log_fields(record.SerializeToString()).span_id is None


def test_hot_fields_are_read_as_sent() -> None:
    """What a row needs, without decoding a body."""
    record = a_log(severity=17, at_ms=1, observed_time_unix_nano=7)

    assert read_hot_log_fields(record.SerializeToString()) == (
        trace_id_of("trace"),
        span_id_of("root"),
        T0 + 1_000_000,
        7,
        17,
    )


def test_empty_requests_hold_nothing() -> None:
    """R16: there may be nothing to say."""
    for body in (b"", a_logs_request().SerializeToString()):
        assert decoded(body) == DecodedLogs()


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"\xff", "it is truncated or no protobuf of this type"),
        (b'{"resourceLogs":[]}', "it looks like JSON"),
        (b"\x08\x01", r"field 1 \(resource_logs\) has the wrong wire type"),
        (a_logs_request(logs_pb2.LogRecord()).SerializeToString()[:-1] + b"\xff", "truncated"),
    ],
)
def test_what_is_no_request_is_refused_with_its_cause(body: bytes, cause: str) -> None:
    """R21, R54: and by its name."""
    with pytest.raises(MalformedError, match=f"as ExportLogsServiceRequest: .*{cause}"):
        decoded(body)


@given(st.binary(max_size=60))
def test_random_bytes_raise_nothing_but_malformed(body: bytes) -> None:
    """R4: no defect of a sender is one of the receiver."""
    try:
        records = decoded(body).records
    except MalformedError:
        return
    for record in records:
        read_hot_log_fields(record.payload)


@given(st.data())
def test_a_damaged_request_raises_nothing_but_malformed(data: st.DataObject) -> None:
    """R4: also when only one byte of it is wrong."""
    body = bytearray(a_logs_request(a_log({"k": [1]}), a_log()).SerializeToString())
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))
    try:
        records = decoded(bytes(body)).records
    except MalformedError:
        return
    for record in records:
        read_hot_log_fields(record.payload)
