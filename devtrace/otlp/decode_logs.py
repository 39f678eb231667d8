"""From the bytes of a request to log records, each still its own bytes.

No record is refused: a trace or span id that is none leaves its record without a
trace, as the protocol asks of receivers, and the sender is told.

Source: opentelemetry-proto `logs/v1/logs.proto` (LogRecord.trace_id, span_id,
time_unix_nano, observed_time_unix_nano).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from sys import intern
from typing import Generic, NamedTuple, TypeVar

from google.protobuf.message import DecodeError

from devtrace.otlp import mistakes
from devtrace.otlp.decode import (
    SPAN_ID_BYTES,
    TRACE_ID_BYTES,
    WireScope,
    malformed,
    request_slices,
    wrong_length,
)
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.schema import HotLogRecord, HotLogsRequest

ScopeT = TypeVar("ScopeT")

_REQUEST = "ExportLogsServiceRequest"

_arrival_fields = attrgetter("trace_id", "span_id", "severity_number")


class WireLog(NamedTuple, Generic[ScopeT]):
    """A log record as it arrived, with what is needed to keep it."""

    payload: bytes
    """A serialized `LogRecord`."""
    scope: ScopeT
    trace_id: str | None
    """32 lower-case hex digits; None when it belongs to no trace."""
    severity_number: int
    """1 to 24; 0 when the sender gave none."""


@dataclass(slots=True)
class DecodedLogs(Generic[ScopeT]):
    """What one request held."""

    records: list[WireLog[ScopeT]] = field(default_factory=list)
    """In the order in which they were sent."""
    notes: Counter[str] = field(default_factory=Counter)
    """What was wrong but cost no record: how often, by sentence."""


class HotLogFields(NamedTuple):
    """What is read of a log record whenever it is looked at."""

    trace_id: str | None
    span_id: str | None
    """None also for a record without a trace: a span id alone leads nowhere."""
    time_unix_nano: int
    observed_time_unix_nano: int
    severity_number: int


def decode_logs(body: bytes, *, scope_of: Callable[[WireScope], ScopeT]) -> DecodedLogs[ScopeT]:
    """Read an `ExportLogsServiceRequest` (or `LogsData`: the bytes are the same).

    Args:
        body: The serialized request, decompressed; empty is a valid empty request.
        scope_of: Called once per scope of the request that has records.

    Returns:
        Every record of it.

    Raises:
        MalformedError: If the bytes are no such message.  Nothing was accepted.
    """
    sliced_logs = request_slices(body, _REQUEST, "resource_logs")
    try:
        hot_logs = HotLogsRequest.FromString(body)
    except DecodeError:
        raise malformed(body, _REQUEST) from None

    decoded: DecodedLogs[ScopeT] = DecodedLogs()
    hex_by_id: dict[bytes, str | None] = {}
    for sliced_resource, hot_resource in zip(
        sliced_logs.resource_spans, hot_logs.resource_logs, strict=True
    ):
        resource = b"".join(sliced_resource.resource)
        for sliced, hot in zip(
            sliced_resource.scope_spans, hot_resource.scope_logs, strict=True
        ):
            payloads = sliced.spans
            if not payloads:
                continue
            wire = WireScope(
                resource,
                sliced_resource.schema_url,
                b"".join(sliced.scope),
                sliced.schema_url,
            )
            _decode_scope(payloads, hot.log_records, scope_of(wire), hex_by_id, decoded)
    return decoded


def _decode_scope(
    payloads: list[bytes],
    hot_records: list[object],
    scope: ScopeT,
    hex_by_id: dict[bytes, str | None],
    decoded: DecodedLogs[ScopeT],
) -> None:
    """Add the records of one scope to *decoded*."""
    append = decoded.records.append
    for payload, (trace_id, span_id, severity_number) in zip(
        payloads, map(_arrival_fields, hot_records), strict=True
    ):
        if trace_id not in hex_by_id:
            trace = _hex_id(trace_id, TRACE_ID_BYTES)
            # Records of one trace come in many requests and share its id all the same.
            hex_by_id[trace_id] = None if trace is None else intern(trace)
        trace = hex_by_id[trace_id]
        if trace is None and any(trace_id):
            decoded.notes[_remark("trace_id", trace_id, TRACE_ID_BYTES)] += 1
        if len(span_id) != SPAN_ID_BYTES and any(span_id):
            decoded.notes[_remark("span_id", span_id, SPAN_ID_BYTES)] += 1
        append(WireLog(payload, scope, trace, severity_number))


def _hex_id(raw: bytes, length: int) -> str | None:
    """Return an id as hex, or None if it is missing or none."""
    return raw.hex() if len(raw) == length and any(raw) else None


def _remark(name: str, value: bytes, length: int) -> Note:
    what = wrong_length(name, value, length)
    is_hex = what.diagnostic is mistakes.HEX_TEXT_IDS
    diagnostic = what.diagnostic if is_hex else mistakes.INVALID_LOG_IDS
    return diagnostic.note(f"{what}; the log record is kept without it")


def read_hot_log_fields(payload: bytes) -> HotLogFields:
    """Read the hot fields of one log record.

    Args:
        payload: A serialized `LogRecord` that `decode_logs` returned.
    """
    record = HotLogRecord.FromString(payload)
    trace_id = _hex_id(record.trace_id, TRACE_ID_BYTES)
    return HotLogFields(
        trace_id,
        None if trace_id is None else _hex_id(record.span_id, SPAN_ID_BYTES),
        record.time_unix_nano,
        record.observed_time_unix_nano,
        record.severity_number,
    )
