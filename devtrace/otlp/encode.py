"""From stored spans back to OTLP: as JSON for files and people, as protobuf for machines.

The protobuf form is put together from the bytes that arrived, so it is lossless by
construction.  The JSON form is strict, as its readers are: ids in lower-case hex,
enums as integers, 64-bit integers as decimal strings, no null, no bare NaN.  It
names everything the published schema names; a part that cannot be decoded is left
out, text that is not UTF-8 is repaired, and nothing raises for what a sender wrote.

Written over field tables of our own: `json_format` takes several times as long and
writes ids as base64.

Source: opentelemetry-proto `docs/specification.md`, "JSON Protobuf Encoding";
protobuf "ProtoJSON Format".
"""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from google.protobuf.message import DecodeError, Message

from devtrace.otlp.decode import WireScope
from devtrace.otlp.encode_values import attribute_json, attributed_json
from devtrace.otlp.schema import (
    HotLogRecord,
    HotSpan,
    SlicedLogRecord,
    SlicedResource,
    SlicedScope,
    SlicedSpan,
    tolerant,
)

ScopeGroup = tuple[WireScope, Iterable[bytes]]
"""A scope and serialized spans, or log records, that were sent with it."""


class DocumentKeys(NamedTuple):
    """What the levels of a document are called; nothing else tells the signals apart."""

    resources: str
    scopes: str
    items: str


_TRACES = DocumentKeys("resourceSpans", "scopeSpans", "spans")
_SPAN = "opentelemetry.proto.trace.v1.Span"
LOG_RECORD = "opentelemetry.proto.logs.v1.LogRecord"
_SCOPE = "opentelemetry.proto.common.v1.InstrumentationScope"
_RESOURCE = "opentelemetry.proto.resource.v1.Resource"

_span_fields = attrgetter(
    "trace_id",
    "span_id",
    "trace_state",
    "parent_span_id",
    "flags",
    "name",
    "kind",
    "start_time_unix_nano",
    "end_time_unix_nano",
    "attributes",
    "dropped_attributes_count",
    "events",
    "dropped_events_count",
    "links",
    "dropped_links_count",
)
_event_fields = attrgetter("time_unix_nano", "name", "attributes", "dropped_attributes_count")
_link_fields = attrgetter(
    "trace_id", "span_id", "trace_state", "attributes", "dropped_attributes_count", "flags"
)


def traces_json(groups: Iterable[ScopeGroup]) -> dict[str, Any]:
    """Return spans as an OTLP/JSON `TracesData`.

    Groups of one resource share a `ResourceSpans`, those of one scope a
    `ScopeSpans`, in order of first occurrence.

    Args:
        groups: Scopes with their spans, as `decode_spans` accepted them.
    """
    return otlp_document(groups, _TRACES, span_json)


def traces_json_line(groups: Iterable[ScopeGroup]) -> bytes:
    """Return spans as one line of an OTLP/JSON file, with its line feed."""
    return otlp_line(groups, _TRACES, span_json)


def otlp_line(
    groups: Iterable[ScopeGroup], keys: DocumentKeys, item_json: Callable[[bytes], Any]
) -> bytes:
    """Return items of any signal as one line of an OTLP/JSON file, with its line feed.

    Args:
        groups: Scopes with their items.
        keys: What the levels of the document are called.
        item_json: Returns one item as OTLP/JSON.
    """

    def fragment(payload: bytes) -> orjson.Fragment:
        # An item's many small objects die young when it is written by itself: a third faster.
        return orjson.Fragment(orjson.dumps(item_json(payload)))

    return orjson.dumps(otlp_document(groups, keys, fragment), option=orjson.OPT_APPEND_NEWLINE)


def otlp_document(
    groups: Iterable[ScopeGroup], keys: DocumentKeys, written_item: Callable[[bytes], Any]
) -> dict[str, Any]:
    """Return items of any signal as an OTLP/JSON document.

    Args:
        groups: Scopes with their items.
        keys: What the levels of the document are called.
        written_item: Returns what stands in the document for one item.
    """
    return {
        keys.resources: [
            {
                "resource": _resource(resource),
                keys.scopes: [
                    {
                        "scope": _scope(scope),
                        keys.items: [written_item(payload) for payload in payloads],
                        **_schema_url(scope_url),
                    }
                    for (scope, scope_url), payloads in scopes.items()
                ],
                **_schema_url(resource_url),
            }
            for (resource, resource_url), scopes in _by_resource(groups)
        ]
    }


def traces_proto(groups: Iterable[ScopeGroup]) -> bytes:
    """Return spans as a serialized `TracesData` (`ExportTraceServiceRequest` is the same).

    Args:
        groups: Scopes with their spans; every byte of them is kept.
    """
    request: list[bytes] = []
    for (resource, resource_url), scopes in _by_resource(groups):
        parts = [_delimited(1, resource)] if resource else []
        for (scope, scope_url), payloads in scopes.items():
            scope_parts = [_delimited(1, scope)] if scope else []
            scope_parts += [_delimited(2, payload) for payload in payloads]
            scope_parts += [_delimited(3, scope_url)] if scope_url else []
            parts.append(_delimited(2, b"".join(scope_parts)))
        parts += [_delimited(3, resource_url)] if resource_url else []
        request.append(_delimited(1, b"".join(parts)))
    return b"".join(request)


_Scopes = dict[tuple[bytes, bytes], list[bytes]]


def _by_resource(groups: Iterable[ScopeGroup]) -> Iterator[tuple[tuple[bytes, bytes], _Scopes]]:
    resources: dict[tuple[bytes, bytes], _Scopes] = {}
    for (resource, resource_url, scope, scope_url), payloads in groups:
        scopes = resources.setdefault((resource, resource_url), {})
        scopes.setdefault((scope, scope_url), []).extend(payloads)
    yield from resources.items()


def _delimited(field_number: int, content: bytes) -> bytes:
    """Return *content* as a length-delimited field with a number below 16."""
    head = bytearray((field_number << 3 | 2,))
    length = len(content)
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + content


def span_json(payload: bytes) -> dict[str, Any]:
    """Return one span as an OTLP/JSON `Span`.

    Args:
        payload: A serialized `Span` that `decode_spans` accepted.
    """
    span = parsed(_SPAN, payload)
    (
        trace_id,
        span_id,
        trace_state,
        parent_span_id,
        flags,
        name,
        kind,
        start_time_unix_nano,
        end_time_unix_nano,
        attributes,
        dropped_attributes_count,
        events,
        dropped_events_count,
        links,
        dropped_links_count,
    ) = _span_fields(span)
    written: dict[str, Any] = {"traceId": trace_id.hex(), "spanId": span_id.hex()}
    if trace_state:
        written["traceState"] = trace_state.decode("utf-8", "replace")
    if parent_span_id:
        written["parentSpanId"] = parent_span_id.hex()
    if flags:
        written["flags"] = flags
    written["name"] = name.decode("utf-8", "replace")
    written["kind"] = kind
    written["startTimeUnixNano"] = str(start_time_unix_nano)
    written["endTimeUnixNano"] = str(end_time_unix_nano)
    if attributes:
        written["attributes"] = [attribute_json(pair) for pair in attributes]
    if events:
        written["events"] = [_event(event) for event in events]
    if links:
        written["links"] = [_link(link) for link in links]
    dropped_counts = (
        ("droppedAttributesCount", dropped_attributes_count),
        ("droppedEventsCount", dropped_events_count),
        ("droppedLinksCount", dropped_links_count),
    )
    written |= {key: count for key, count in dropped_counts if count}
    if span.HasField("status"):
        written["status"] = _status(span.status)
    return written


def _event(event: Any) -> dict[str, Any]:  # noqa: ANN401  # built at run time
    time_unix_nano, name, attributes, dropped_attributes_count = _event_fields(event)
    return {
        "timeUnixNano": str(time_unix_nano),
        "name": name.decode("utf-8", "replace"),
        **attributed_json(attributes, dropped_attributes_count),
    }


def _link(link: Any) -> dict[str, Any]:  # noqa: ANN401  # built at run time
    trace_id, span_id, trace_state, attributes, dropped_attributes_count, flags = _link_fields(
        link
    )
    written: dict[str, Any] = {"traceId": trace_id.hex(), "spanId": span_id.hex()}
    if trace_state:
        written["traceState"] = trace_state.decode("utf-8", "replace")
    written |= attributed_json(attributes, dropped_attributes_count)
    if flags:
        written["flags"] = flags
    return written


def _status(status: Any) -> dict[str, Any]:  # noqa: ANN401  # built at run time
    written: dict[str, Any] = {}
    if status.message:
        written["message"] = status.message.decode("utf-8", "replace")
    if status.code:
        written["code"] = status.code
    return written


def _resource(payload: bytes) -> dict[str, Any]:
    resource = parsed(_RESOURCE, payload)
    written = attributed_json(resource.attributes, resource.dropped_attributes_count)
    if resource.entity_refs:
        written["entityRefs"] = [_entity_ref(each) for each in resource.entity_refs]
    return written


def _entity_ref(entity_ref: Any) -> dict[str, Any]:  # noqa: ANN401  # built at run time
    written: dict[str, Any] = {
        **_schema_url(entity_ref.schema_url),
        "type": entity_ref.type.decode("utf-8", "replace"),
    }
    for key, texts in (
        ("idKeys", entity_ref.id_keys),
        ("descriptionKeys", entity_ref.description_keys),
    ):
        if texts:
            written[key] = [text.decode("utf-8", "replace") for text in texts]
    return written


def _scope(payload: bytes) -> dict[str, Any]:
    scope = parsed(_SCOPE, payload)
    written: dict[str, Any] = {}
    if scope.name:
        written["name"] = scope.name.decode("utf-8", "replace")
    if scope.version:
        written["version"] = scope.version.decode("utf-8", "replace")
    return written | attributed_json(scope.attributes, scope.dropped_attributes_count)


def _schema_url(raw: bytes) -> dict[str, str]:
    return {"schemaUrl": raw.decode("utf-8", "replace")} if raw else {}


def parsed(full_name: str, payload: bytes) -> Any:  # noqa: ANN401  # built at run time
    """Return the tolerant message *full_name* of *payload*, without what cannot be decoded."""
    try:
        return tolerant(full_name).FromString(payload)
    except DecodeError:
        return _salvaged(full_name, payload)


_SLICED: dict[str, tuple[Any, ...]] = {
    _SPAN: (HotSpan, SlicedSpan),
    LOG_RECORD: (HotLogRecord, SlicedLogRecord),
    _SCOPE: (SlicedScope,),
    _RESOURCE: (SlicedResource,),
}
"""Shallow readings that together name every field of a message."""


def _salvaged(full_name: str, payload: bytes) -> Message:
    """Put the parts of a damaged message together that can be decoded by themselves."""
    message = tolerant(full_name)()
    for shallow_class in _SLICED[full_name]:
        try:
            shallow = shallow_class.FromString(payload)
        except DecodeError:
            continue
        for field, value in shallow.ListFields():
            target = getattr(message, field.name)
            if field.is_repeated:
                _extend_with_decodable(target, value)
            elif isinstance(target, Message):
                _merge_decodable(target, value)
            else:
                setattr(message, field.name, value)
    return message


def _merge_decodable(target: Message, part: Message | bytes) -> None:
    try:
        target.MergeFromString(part if isinstance(part, bytes) else part.SerializeToString())
    except DecodeError:
        target.Clear()


def _extend_with_decodable(target: Any, parts: Iterable[bytes]) -> None:  # noqa: ANN401
    for part in parts:
        try:
            target.add().MergeFromString(part)
        except DecodeError:
            del target[-1]
