"""From the bytes of a request to spans grouped by trace, each still its own bytes.

Ids and times are read, because acceptance and retention depend on them; nothing
else is.  A span without valid ids is refused alone, with its reason: grouping such
spans under a zero id would invent a trace.

Source: opentelemetry-proto `trace/v1/trace.proto` (Span.trace_id, span_id,
parent_span_id).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from google.protobuf.message import DecodeError
from google.protobuf.unknown_fields import UnknownFieldSet

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.schema import HotRequest, HotSpan, SlicedRequest
from devtrace.otlp.status import MalformedError

ScopeT = TypeVar("ScopeT")

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
_NO_TRACE_ID = bytes(TRACE_ID_BYTES)
_NO_SPAN_ID = bytes(SPAN_ID_BYTES)
_HEX = frozenset(b"0123456789abcdefABCDEF")
_JSON_OPENERS = (b"{", b"[")
_END_BEFORE_START = mistakes.END_BEFORE_START.note("span ends before it starts")

_arrival_fields = attrgetter(
    "trace_id",
    "span_id",
    "parent_span_id",
    "start_time_unix_nano",
    "end_time_unix_nano",
)


class WireScope(NamedTuple):
    """Who sent a group of spans, as written: the key by which a scope is interned."""

    resource: bytes
    """A serialized `opentelemetry.proto.resource.v1.Resource`; may be empty."""
    resource_schema_url: bytes
    scope: bytes
    """A serialized `opentelemetry.proto.common.v1.InstrumentationScope`; may be empty."""
    scope_schema_url: bytes


@dataclass(slots=True)
class TraceSlice(Generic[ScopeT]):
    """The spans of one trace from one scope of one request, in order of arrival."""

    trace_id: str
    """32 lower-case hex digits."""
    scope: ScopeT
    payloads: list[bytes]
    """One serialized `Span` each."""
    start_time_unix_nano: int
    """The earliest start that is not 0; 0 if every start is."""
    end_time_unix_nano: int
    """The latest start or end."""


@dataclass(slots=True)
class DecodedSpans(Generic[ScopeT]):
    """What one request held."""

    slices: list[TraceSlice[ScopeT]] = field(default_factory=list)
    span_count: int = 0
    """Spans accepted."""
    refused: Counter[str] = field(default_factory=Counter)
    """Spans refused, by reason."""
    notes: Counter[str] = field(default_factory=Counter)
    """What was wrong but cost no span: how often, by sentence."""


class HotFields(NamedTuple):
    """What is read of a span whenever it is looked at."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    name: str
    kind: int
    start_time_unix_nano: int
    end_time_unix_nano: int
    status_code: int
    status_message: str


def decode_spans(
    body: bytes, *, scope_of: Callable[[WireScope], ScopeT]
) -> DecodedSpans[ScopeT]:
    """Read an `ExportTraceServiceRequest` (or `TracesData`: the bytes are the same).

    Args:
        body: The serialized request, decompressed; empty is a valid empty request.
        scope_of: Called once per scope of the request; what it returns is handed
            on in the slices, so equal scopes can become one object.

    Returns:
        Accepted spans by scope and trace, and the count of refused ones by reason.

    Raises:
        MalformedError: If the bytes are no such message.  Nothing was accepted.
    """
    sliced_request = request_slices(body, "ExportTraceServiceRequest", "resource_spans")
    try:
        hot_request = HotRequest.FromString(body)
    except DecodeError:
        raise malformed(body, "ExportTraceServiceRequest") from None

    decoded: DecodedSpans[ScopeT] = DecodedSpans()
    for sliced_resource, hot_resource in zip(
        sliced_request.resource_spans, hot_request.resource_spans, strict=True
    ):
        resource = b"".join(sliced_resource.resource)
        for sliced, hot in zip(
            sliced_resource.scope_spans, hot_resource.scope_spans, strict=True
        ):
            if not sliced.spans:
                continue
            scope = scope_of(
                WireScope(
                    resource,
                    sliced_resource.schema_url,
                    b"".join(sliced.scope),
                    sliced.schema_url,
                )
            )
            _decode_scope(sliced.spans, hot.spans, scope, decoded)
    return decoded


def request_slices(body: bytes, message: str, first_field: str) -> Any:  # noqa: ANN401
    """Slice the request of any signal: the three differ only below their scopes.

    Args:
        body: The serialized request.
        message: Its name, for the sender.
        first_field: The name of its field 1.

    Raises:
        MalformedError: If it is none.
    """
    try:
        request = SlicedRequest.FromString(body)
    except DecodeError:
        raise malformed(body, message) from None
    # A field 1 that is there but no message counts as unknown, which would be accepted.
    if body and not request.resource_spans:
        unknown_fields: Any = UnknownFieldSet(request)
        if any(unknown.field_number == 1 for unknown in unknown_fields):
            raise MalformedError(
                f"cannot decode the body as {message}: "
                f"field 1 ({first_field}) has the wrong wire type"
            )
    return request


def _decode_scope(
    payloads: list[bytes], hot_spans: list[object], scope: ScopeT, decoded: DecodedSpans[ScopeT]
) -> None:
    """Add the spans of one scope to *decoded*, grouped by trace id."""
    slices: dict[bytes, TraceSlice[ScopeT]] = {}
    refused = reversed_times = 0
    for payload, (trace_id, span_id, parent_span_id, start, end) in zip(
        payloads, map(_arrival_fields, hot_spans), strict=True
    ):
        part = slices.get(trace_id)
        if (
            len(span_id) != SPAN_ID_BYTES
            or span_id == _NO_SPAN_ID
            or (parent_span_id and len(parent_span_id) != SPAN_ID_BYTES)
            or (part is None and (len(trace_id) != TRACE_ID_BYTES or trace_id == _NO_TRACE_ID))
        ):
            refused += 1
            decoded.refused[_refusal(trace_id, span_id, parent_span_id)] += 1
            continue
        latest = end
        if end < start:
            latest = start
            reversed_times += end != 0
        if part is None:
            slices[trace_id] = TraceSlice(trace_id.hex(), scope, [payload], start, latest)
            continue
        part.payloads.append(payload)
        if start and (start < part.start_time_unix_nano or not part.start_time_unix_nano):
            part.start_time_unix_nano = start
        part.end_time_unix_nano = max(part.end_time_unix_nano, latest)
    if reversed_times:
        decoded.notes[_END_BEFORE_START] += reversed_times
    decoded.slices.extend(slices.values())
    decoded.span_count += len(payloads) - refused


def _refusal(trace_id: bytes, span_id: bytes, parent_span_id: bytes) -> Note:
    for name, value, length in (
        ("trace_id", trace_id, TRACE_ID_BYTES),
        ("span_id", span_id, SPAN_ID_BYTES),
    ):
        if not value:
            return mistakes.INVALID_IDS.note(f"{name} is missing")
        if len(value) == length:
            if not any(value):
                return mistakes.INVALID_IDS.note(f"{name} is all zero")
            continue
        return wrong_length(name, value, length)
    return wrong_length("parent_span_id", parent_span_id, SPAN_ID_BYTES)


def hex_id(raw: bytes, length: int) -> str | None:
    """Return an id as lower-case hex, or None if it is missing or none."""
    return raw.hex() if len(raw) == length and any(raw) else None


def wrong_length(name: str, value: bytes, length: int) -> Note:
    """Return what is wrong with an id that does not have *length* bytes."""
    if len(value) == 2 * length and _HEX.issuperset(value):
        return mistakes.HEX_TEXT_IDS.note(
            f"{name} holds {2 * length} hex characters where {length} raw bytes belong"
        )
    return mistakes.INVALID_IDS.note(f"{name} has {len(value)} bytes instead of {length}")


def malformed(body: bytes, message: str) -> MalformedError:
    """Return why *body* cannot be decoded as *message*: what else it seems to be."""
    diagnostic = mistakes.MISLABELLED_BODY
    if body.lstrip()[:1] in _JSON_OPENERS:
        cause = "it looks like JSON; send it with Content-Type: application/json"
    elif body[:2] == b"\x1f\x8b":
        cause = "it looks like gzip; send it with Content-Encoding: gzip"
    else:
        cause = "it is truncated or no protobuf of this type"
        diagnostic = mistakes.MALFORMED_BODY
    return MalformedError(
        f"cannot decode the body as {message}: {cause}", diagnostic=diagnostic
    )


def read_hot_fields(payload: bytes) -> HotFields:
    """Read the hot fields of one accepted span.

    Args:
        payload: A serialized `Span` that `decode_spans` accepted.
    """
    span = HotSpan.FromString(payload)
    parent_span_id = span.parent_span_id
    status = span.status
    return HotFields(
        span.trace_id.hex(),
        span.span_id.hex(),
        parent_span_id.hex() if parent_span_id and parent_span_id != _NO_SPAN_ID else None,
        span.name.decode("utf-8", "replace"),
        span.kind,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        status.code,
        status.message.decode("utf-8", "replace"),
    )
