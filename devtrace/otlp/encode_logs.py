"""From stored log records back to OTLP/JSON, on the terms of `devtrace.otlp.encode`.

Source: opentelemetry-proto `logs/v1/logs.proto`; `docs/specification.md`, "JSON
Protobuf Encoding".
"""

from collections.abc import Iterable
from typing import Any

from devtrace.otlp.encode import (
    LOG_RECORD,
    DocumentKeys,
    ScopeGroup,
    otlp_document,
    otlp_line,
    parsed,
    traces_proto,
)
from devtrace.otlp.encode_values import attributed_json, value_json

_LOGS = DocumentKeys("resourceLogs", "scopeLogs", "logRecords")


def logs_json(groups: Iterable[ScopeGroup]) -> dict[str, Any]:
    """Return log records as an OTLP/JSON `LogsData`.

    Args:
        groups: Scopes with their log records, as `decode_logs` returned them.
    """
    return otlp_document(groups, _LOGS, log_record_json)


def logs_json_line(groups: Iterable[ScopeGroup]) -> bytes:
    """Return log records as one line of an OTLP/JSON file, with its line feed."""
    return otlp_line(groups, _LOGS, log_record_json)


def logs_proto(groups: Iterable[ScopeGroup]) -> bytes:
    """Return log records as a serialized `LogsData`, every byte of them kept."""
    return traces_proto(groups)  # the levels above the items have the same fields


def log_record_json(payload: bytes) -> dict[str, Any]:
    """Return one log record as an OTLP/JSON `LogRecord`.

    Args:
        payload: A serialized `LogRecord` that `decode_logs` returned.
    """
    record = parsed(LOG_RECORD, payload)
    written: dict[str, Any] = {
        "timeUnixNano": str(record.time_unix_nano),
        "observedTimeUnixNano": str(record.observed_time_unix_nano),
    }
    if record.severity_number:
        written["severityNumber"] = record.severity_number
    if record.severity_text:
        written["severityText"] = record.severity_text.decode("utf-8", "replace")
    if record.HasField("body"):
        written["body"] = value_json(record.body)
    written |= attributed_json(record.attributes, record.dropped_attributes_count)
    if record.flags:
        written["flags"] = record.flags
    if record.trace_id:
        written["traceId"] = record.trace_id.hex()
    if record.span_id:
        written["spanId"] = record.span_id.hex()
    if record.event_name:
        written["eventName"] = record.event_name.decode("utf-8", "replace")
    return written
