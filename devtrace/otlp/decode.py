"""From the bytes of a request to spans grouped by trace, each still its own bytes.

Ids and times are read, because acceptance and what is said to a sender depend on them;
nothing else is.  A span without valid ids is refused alone, with its reason: grouping such
spans under a zero id would invent a trace.

Source: opentelemetry-proto `trace/v1/trace.proto` (Span.trace_id, span_id,
parent_span_id).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter, gt
from typing import Any, Generic, NamedTuple, TypeVar

from google.protobuf.message import DecodeError

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.schema import (
    ColumnsRequest,
    HotSpan,
    SlicedRequest,
    SlicedResource,
    SlicedScope,
    unknown_fields,
)
from devtrace.otlp.status import MalformedError

ScopeT = TypeVar("ScopeT")

TRACE_ID_BYTES = 16
SPAN_ID_BYTES = 8
_NO_TRACE_ID = bytes(TRACE_ID_BYTES)
_NO_SPAN_ID = bytes(SPAN_ID_BYTES)
_HEX = frozenset(b"0123456789abcdefABCDEF")
_JSON_OPENERS = (b"{", b"[")
_END_BEFORE_START = mistakes.END_BEFORE_START.note("span ends before it starts")

_HEAD = slice(20)
"""Of a span written in the order of its fields: the trace id, and the tag of the span id."""
_TRACE_ID_IN_HEAD = slice(2, 18)
_WRITTEN_TRACE_ID_BYTES = 2 + TRACE_ID_BYTES
_WRITTEN_SPAN_ID_BYTES = 2 + SPAN_ID_BYTES
_WRITTEN_NO_SPAN_ID = b"\x12\x08" + _NO_SPAN_ID
_PARENT_TAG, _PARENT_LENGTH = b"\x22", b"\x08"
_is_regular_head = re.compile(rb"\n\x10(?!\0{16}).{16}\x12\x08", re.DOTALL).fullmatch


class WireScope(NamedTuple):
    """Who sent a group of spans, as written: the key by which a scope is interned."""

    resource: bytes
    """A serialized `opentelemetry.proto.resource.v1.Resource`; may be empty."""
    resource_schema_url: bytes
    scope: bytes
    """A serialized `opentelemetry.proto.common.v1.InstrumentationScope`; may be empty."""
    scope_schema_url: bytes

    def in_order(self) -> "WireScope":
        """Return it so that equal sets of attributes, in whatever order, are equal bytes."""
        return self._replace(
            resource=_in_order(SlicedResource, self.resource),
            scope=_in_order(SlicedScope, self.scope),
        )


@dataclass(slots=True)
class TraceSlice(Generic[ScopeT]):
    """The spans of one trace from one scope of one request, in order of arrival."""

    trace_id: str
    """32 lower-case hex digits."""
    scope: ScopeT
    payloads: list[bytes]
    """One serialized `Span` each."""
    earliest_unix_nano: int
    """No span of its scope in the request starts before; 0 when one has no start."""
    latest_unix_nano: int
    """No span of its scope in the request starts or ends after."""


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


HotFields = tuple[str, str | None, str, int, int, int, int]
"""What is read of a span whenever it is looked at.

Its id, its parent's id, its name, kind, start, end and status code; a plain tuple, because
a trace of 50 000 spans is read at once.
"""
_hot_fields_of = attrgetter(
    "span_id",
    "parent_span_id",
    "name",
    "kind",
    "start_time_unix_nano",
    "end_time_unix_nano",
    "status.code",
)


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
        columns_request = ColumnsRequest.FromString(body)
    except DecodeError:
        raise malformed(body, "ExportTraceServiceRequest") from None

    decoded: DecodedSpans[ScopeT] = DecodedSpans()
    for sliced_resource, columns_resource in zip(
        sliced_request.resource_spans, columns_request.resource_spans, strict=True
    ):
        resource = b"".join(sliced_resource.resource)
        for sliced, columns in zip(
            sliced_resource.scope_spans, columns_resource.scope_spans, strict=True
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
            _decode_scope(sliced.spans, columns.spans, scope, decoded)
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
    if (
        body
        and not request.resource_spans
        and any(unknown.field_number == 1 for unknown in unknown_fields(request))
    ):
        raise MalformedError(
            f"cannot decode the body as {message}: "
            f"field 1 ({first_field}) has the wrong wire type"
        )
    return request


def _decode_scope(
    sliced_spans: Iterable[bytes],
    columns: Any,  # noqa: ANN401  # built at run time: no static type
    scope: ScopeT,
    decoded: DecodedSpans[ScopeT],
) -> None:
    """Add the spans of one scope to *decoded*, grouped by trace id.

    Args:
        sliced_spans: One serialized `Span` each; at least one.
        columns: The `SpanColumns` of the same bytes.
        scope: Who sent them.
        decoded: What is added to.
    """
    payloads = list(sliced_spans)
    by_head: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for payload in payloads:
        by_head[payload[_HEAD]].append(payload)
    starts, ends = columns.start_time_unix_nano[:], columns.end_time_unix_nano[:]
    if _are_regular(by_head, columns, len(payloads)):
        by_trace_id = [(head[_TRACE_ID_IN_HEAD], group) for head, group in by_head.items()]
    else:
        by_trace_id = _accepted(payloads, decoded.refused)
        payloads = [payload for _, group in by_trace_id for payload in group]
        starts = []
    if not len(starts) == len(ends) == len(payloads):
        spans = list(map(HotSpan.FromString, payloads))
        starts = [span.start_time_unix_nano for span in spans]
        ends = [span.end_time_unix_nano for span in spans]
    earliest, latest = min(starts, default=0), max(ends, default=0)
    if any(map(gt, starts, ends)):
        latest = max(latest, *starts)
        _note_reversed(zip(starts, ends, strict=True), decoded.notes)
    decoded.slices += [
        TraceSlice(trace_id.hex(), scope, group, earliest, latest)
        for trace_id, group in by_trace_id
    ]
    decoded.span_count += len(payloads)


def _are_regular(heads: Iterable[bytes], columns: Any, span_count: int) -> bool:  # noqa: ANN401
    """Return whether every span is acceptable and begins with its ids, as senders write it.

    If each span begins with both ids, and there are as many of either as there are
    spans, then none has a second one, which would be the one that counts.
    """
    return (
        len(columns.trace_id) == len(columns.span_id) == span_count
        and all(map(_is_regular_head, heads))
        and _are_regular_span_ids(columns, span_count)
    )


def _are_regular_span_ids(columns: Any, span_count: int) -> bool:  # noqa: ANN401
    """Return whether no span id is zero and every parent's id is as long as it should be.

    They are looked at where protobuf writes them one after the other, so that no object
    is made for any of them.

    Args:
        columns: Of spans that each have one trace id and one span id, of the right length.
        span_count: How many spans.
    """
    columns.DiscardUnknownFields()
    written: bytes = columns.SerializeToString()
    begin = _WRITTEN_TRACE_ID_BYTES * span_count
    end = begin + _WRITTEN_SPAN_ID_BYTES * span_count
    if written.find(_WRITTEN_NO_SPAN_ID, begin, end) >= 0:
        return False
    parent_count = len(columns.parent_span_id)
    parents = written[end : end + _WRITTEN_SPAN_ID_BYTES * parent_count]
    return (
        parents[0::_WRITTEN_SPAN_ID_BYTES] == _PARENT_TAG * parent_count
        and parents[1::_WRITTEN_SPAN_ID_BYTES] == _PARENT_LENGTH * parent_count
    ) or {0, SPAN_ID_BYTES}.issuperset(map(len, columns.parent_span_id))


def _note_reversed(times: Iterable[tuple[int, int]], notes: Counter[str]) -> None:
    """Count the spans that end before they start; no end is none of them."""
    if reversed_times := sum(0 < end < start for start, end in times):
        notes[_END_BEFORE_START] += reversed_times


def _accepted(
    payloads: Iterable[bytes], refused: Counter[str]
) -> list[tuple[bytes, list[bytes]]]:
    """Return the acceptable spans by trace id, and count the others by reason."""
    by_trace_id: dict[bytes, list[bytes]] = {}
    for payload in payloads:
        span = HotSpan.FromString(payload)
        reason = _refusal(span.trace_id, span.span_id, span.parent_span_id)
        if reason is None:
            by_trace_id.setdefault(span.trace_id, []).append(payload)
        else:
            refused[reason] += 1
    return list(by_trace_id.items())


def _refusal(trace_id: bytes, span_id: bytes, parent_span_id: bytes) -> Note | None:
    """Return why a span with these ids is refused, or None when it is not."""
    for name, value, length in (
        ("trace_id", trace_id, TRACE_ID_BYTES),
        ("span_id", span_id, SPAN_ID_BYTES),
    ):
        if not value:
            return mistakes.INVALID_IDS.note(f"{name} is missing")
        if len(value) != length:
            return wrong_length(name, value, length)
        if not any(value):
            return mistakes.INVALID_IDS.note(f"{name} is all zero")
    if parent_span_id and len(parent_span_id) != SPAN_ID_BYTES:
        return wrong_length("parent_span_id", parent_span_id, SPAN_ID_BYTES)
    return None


def hex_id(raw: bytes, length: int) -> str | None:
    """Return an id as lower-case hex, or None if it is missing or none."""
    return raw.hex() if len(raw) == length and any(raw) else None


def _in_order(message_class: Any, payload: bytes) -> bytes:  # noqa: ANN401  # built at run time
    """Return a message with its attributes sorted; as it is when it cannot be decoded."""
    try:
        message = message_class.FromString(payload)
    except DecodeError:
        return payload
    message.attributes.sort()
    sorted_payload: bytes = message.SerializeToString(deterministic=True)
    return sorted_payload


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
    span_id, parent_id, name, kind, start, end, status = _hot_fields_of(
        HotSpan.FromString(payload)
    )
    return (
        span_id.hex(),
        parent_id.hex() if parent_id and parent_id != _NO_SPAN_ID else None,
        name.decode("utf-8", "replace"),
        kind,
        start,
        end,
        status,
    )


def read_trace_id(payload: bytes) -> str:
    """Read the trace id of one accepted span: 32 lower-case hex digits."""
    trace_id: bytes = HotSpan.FromString(payload).trace_id
    return trace_id.hex()


def read_status_message(payload: bytes) -> str:
    """Read what the sender says of the outcome of one accepted span; may be empty."""
    message: bytes = HotSpan.FromString(payload).status.message
    return message.decode("utf-8", "replace")


def read_start(payload: bytes) -> int:
    """Read when one accepted span started: Unix nanoseconds; 0 when that was not sent."""
    start: int = HotSpan.FromString(payload).start_time_unix_nano
    return start


def read_course(payload: bytes) -> tuple[int, int, int]:
    """Read when one accepted span started and ended, in Unix nanoseconds, and its status code.

    Each is 0 when it was not sent.
    """
    span = HotSpan.FromString(payload)
    return span.start_time_unix_nano, span.end_time_unix_nano, span.status.code
