"""What devtrace writes of a log record is what it was sent, in the strictest reading of OTLP."""

import json
from base64 import b64encode
from typing import Any

from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData

from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.encode import ScopeGroup
from devtrace.otlp.encode_logs import log_record_json, logs_json, logs_json_line
from devtrace.otlp.json import translate_logs
from tests.builders import a_log, a_logs_request
from tests.otlp.test_encode import attributes, ids, texts, uint32, uint64, values

log_records = st.builds(
    a_log,
    values,
    time_unix_nano=uint64,
    observed_time_unix_nano=uint64,
    severity_number=st.integers(0, 24),
    severity_text=texts,
    attributes=st.just(None),
    dropped_attributes_count=uint32,
    flags=uint32,
    event_name=texts,
    **ids,
)
requests = st.lists(log_records, min_size=1, max_size=3).map(
    lambda records: LogsData(resource_logs=a_logs_request(*records).resource_logs)
)


def groups_of(request: LogsData) -> list[ScopeGroup]:
    """Return *request* as the store holds it."""
    decoded = decode_logs(request.SerializeToString(), scope_of=lambda wire: wire)
    return [(record.scope, [record.payload]) for record in decoded.records]


def strictly_read(document: Any) -> LogsData:
    """Read *document* with the official parser, which wants ids in base64."""

    def with_base64_ids(value: Any) -> Any:
        match value:
            case dict():
                return {
                    key: b64encode(bytes.fromhex(inner)).decode()
                    if key in {"traceId", "spanId"}
                    else with_base64_ids(inner)
                    for key, inner in value.items()
                }
            case list():
                return [with_base64_ids(inner) for inner in value]
            case _:
                return value

    read: LogsData = json_format.ParseDict(with_base64_ids(document), LogsData())
    return read


@settings(max_examples=40)
@given(requests, attributes)
def test_a_strict_reader_gets_back_every_field(request: LogsData, more: list[Any]) -> None:
    """Body of any shape, attributes, ids, times, flags, dropped counts: none is lost."""
    request.resource_logs[0].scope_logs[0].log_records[0].attributes.extend(more)

    assert strictly_read(logs_json(groups_of(request))) == request


@settings(max_examples=40)
@given(requests)
def test_reading_a_line_gives_back_what_was_stored(request: LogsData) -> None:
    """A file is read by the same rules as a request, and nothing in it needs leniency."""
    line = logs_json_line(groups_of(request))

    translated = translate_logs(line)

    assert LogsData.FromString(translated.payload) == request
    assert not translated.notes
    assert json.loads(line) == logs_json(groups_of(request))
    assert line.count(b"\n") == 1


def test_what_says_nothing_is_left_out() -> None:
    """No null, no empty string, no zero but those of the times."""
    assert log_record_json(b"") == {"timeUnixNano": "0", "observedTimeUnixNano": "0"}
    assert log_record_json(a_log(None, trace=None).SerializeToString())["body"] == {}


def test_a_damaged_part_is_left_out_and_the_rest_written() -> None:
    """Bytes that nobody can decode cost themselves only."""
    good = a_log("kept", attributes={"k": 1}).SerializeToString()
    bad_attribute = good + b"\x32\x01\xff"
    bad_body = LogRecord(severity_text="kept").SerializeToString() + b"\x2a\x01\xff"

    assert log_record_json(bad_attribute) == log_record_json(good)
    assert log_record_json(bad_body)["severityText"] == "kept"
    assert "stringValue" not in str(log_record_json(bad_body))
