"""Zipkin v2 JSON, read and written.

Zipkin knows only strings as values, and microseconds as times; what is finer is lost in
writing.  The attributes of a resource leave as tags and come back as the span's own.

Source: zipkin-api `zipkin2-api.yaml`; OpenTelemetry specification
`trace/sdk_exporters/zipkin.md`; Collector contrib `pkg/translator/zipkin/zipkinv2`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from devtrace.formats.foreign import (
    NOT_HEX,
    SPAN_ID_DIGITS,
    TRACE_ID_DIGITS,
    RequestBuilder,
    Tags,
    any_value,
    dropped_count,
    end_nano,
    field_tags,
    id_of,
    json_text,
    nano,
    objects,
    pair,
    short_trace_id,
    status,
    text_of,
)
from devtrace.formats.zipkin_shared import own_ids
from devtrace.model.attributes import plain_text
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.model.trace import Trace
from devtrace.otlp.values import Event, Link, Value

DEBUG, SHARED = "zipkin.debug", "zipkin.shared"
"""The attributes that keep Zipkin's flags."""
TRACE_ID, SPAN_ID = "zipkin.trace_id", "zipkin.span_id"
"""The attributes that keep ids which are not hex."""
NO_START = "otel.zipkin.absentField.startTime"
"""The attribute that says that a span came without a timestamp."""

_SERVICE_KEY = "service.name"
_LOCAL_ADDRESS, _LOCAL_PORT = "network.local.address", "network.local.port"
_PEER_SERVICE = "peer.service"
_PEER_ADDRESS, _PEER_PORT = "network.peer.address", "network.peer.port"
_PEERS_BY_RANK = (
    (_PEER_SERVICE, ""),
    ("service.peer.name", ""),
    ("server.address", ""),
    ("net.peer.name", ""),
    (_PEER_ADDRESS, _PEER_PORT),
    ("server.socket.domain", ""),
    ("server.socket.address", "server.socket.port"),
    ("net.sock.peer.name", ""),
    ("net.sock.peer.addr", "net.sock.peer.port"),
    ("peer.hostname", ""),
    ("peer.address", ""),
    ("db.name", ""),
)
"""Attributes that name who was called, the best first, each with that of its port."""
_LINK_TAG = "otlp.link."
_MAX_LINKS = 128
_MAX_PORT = 2**16 - 1
_IPV4 = re.compile(r"\d{1,3}(\.\d{1,3}){3}", re.ASCII)
_IPV6 = re.compile(r"[0-9a-fA-F.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*")
_SPECIFIED = re.compile(r'("(?:[^"\\]|\\.)*"): ?(\{.*\})', re.DOTALL)
_KINDS = {kind.name: kind.value for kind in SpanKind if kind > SpanKind.INTERNAL}


# -- reading ---------------------------------------------------------------------


def read_zipkin(document: object, notes: Counter[str]) -> dict[str, Any]:
    """Return Zipkin v2 spans as an OTLP/JSON request.

    Args:
        document: A parsed JSON value: a list of spans, a list of such lists, or one
            span.
        notes: Gains a sentence for each kind of thing that was not as it should be.
    """
    builder = RequestBuilder()
    sources = list(_spans_in(document))
    for source, ids in zip(sources, own_ids(sources), strict=True):
        tags = _tags(source, notes)
        scope = tags.take_scope()
        service_name = text_of(_endpoint(source, "localEndpoint").get("serviceName"))
        named = [pair(_SERVICE_KEY, {"stringValue": service_name})] if service_name else []
        span = _span(source, tags, notes)
        span |= {"spanId": ids.span_id, "parentSpanId": ids.parent_span_id}
        if source.get("shared") is True and not ids.is_replaced:
            tags.add(SHARED, {"boolValue": True})
        builder.add(span | {"attributes": tags.attributes()}, scope, service_name, named)
    return builder.request()


def _spans_in(document: object) -> Iterator[dict[str, Any]]:
    if isinstance(document, dict):
        yield document
    elif isinstance(document, list):
        for each in document:
            yield from objects(each) if isinstance(each, list) else objects([each])


def _endpoint(source: dict[str, Any], key: str) -> dict[str, Any]:
    endpoint = source.get(key)
    return endpoint if isinstance(endpoint, dict) else {}


def _tags(source: dict[str, Any], notes: Counter[str]) -> Tags:
    """Return the tags of a span, with what Zipkin keeps elsewhere and OTLP in attributes."""
    given = source.get("tags")
    tags = Tags(
        (key, any_value(value))
        for key, value in (given.items() if isinstance(given, dict) else ())
    )
    local, remote = _endpoint(source, "localEndpoint"), _endpoint(source, "remoteEndpoint")
    if peer := text_of(remote.get("serviceName")):
        tags.add(_PEER_SERVICE, {"stringValue": peer})
    for endpoint, address_key, port_key in (
        (local, _LOCAL_ADDRESS, _LOCAL_PORT),
        (remote, _PEER_ADDRESS, _PEER_PORT),
    ):
        if address := text_of(endpoint.get("ipv4")) or text_of(endpoint.get("ipv6")):
            tags.add(address_key, {"stringValue": address})
        if port := dropped_count(text_of(endpoint.get("port"))):
            tags.add(port_key, {"intValue": port})
    if source.get("debug") is True:
        tags.add(DEBUG, {"boolValue": True})
    if source.get("timestamp") is None:
        tags.add(NO_START, {"boolValue": True})
    for key, digits, keeper in (
        ("traceId", TRACE_ID_DIGITS, TRACE_ID),
        ("id", SPAN_ID_DIGITS, SPAN_ID),
    ):
        if not id_of(source.get(key), digits)[1]:
            notes[NOT_HEX] += 1
            tags.add(keeper, any_value(source[key]))
    return tags


def _span(source: dict[str, Any], tags: Tags, notes: Counter[str]) -> dict[str, Any]:
    start = nano(source.get("timestamp"), notes)
    duration = source.get("duration")
    kind = _KINDS.get(text_of(source.get("kind"))) or tags.take_kind() or SpanKind.INTERNAL
    return {
        "traceId": id_of(source.get("traceId"), TRACE_ID_DIGITS)[0],
        "name": text_of(source.get("name")),
        "kind": int(kind),
        "startTimeUnixNano": start,
        "endTimeUnixNano": 0 if duration is None else end_nano(start, nano(duration, notes)),
        "status": _status(tags),
        "events": [_event(each, notes) for each in objects(source.get("annotations"))],
        "links": list(_links(tags)),
        **tags.take_rest(),
    }


def _status(tags: Tags) -> dict[str, Any]:
    """Return the status that the tags tell; an error may be told in free text."""
    if "error" not in tags or tags.text("error").lower() == "false":
        return tags.take_status()
    said = tags.take("error")
    described = tags.take_description()
    return status(StatusCode.ERROR, described if said.lower() == "true" else said or described)


def _event(annotation: dict[str, Any], notes: Counter[str]) -> dict[str, Any]:
    name, attributes, dropped = _split(text_of(annotation.get("value")))
    return {
        "timeUnixNano": nano(annotation.get("timestamp"), notes),
        "name": name,
        "attributes": _pairs(attributes),
        "droppedAttributesCount": dropped,
    }


def _split(value: str) -> tuple[str, dict[str, Any], int]:
    """Return name, attributes and dropped count of the event that an annotation tells.

    Either as the specification writes it, `"name": {…}`, or as the Collector does,
    `name|{…}|count`; everything else is a name.
    """
    if match := _SPECIFIED.fullmatch(value):
        name, attributes = _parsed(match[1]), _parsed(match[2])
        if isinstance(name, str) and isinstance(attributes, dict):
            return name, attributes, 0
    name, _, rest = value.partition("|")
    text, _, dropped = rest.rpartition("|")
    attributes = _parsed(text)
    if isinstance(attributes, dict) and dropped.isdecimal():
        return name, attributes, dropped_count(dropped)
    return value, {}, 0


def _links(tags: Tags) -> Iterator[dict[str, Any]]:
    """Take out the links that the Collector writes as tags."""
    for number in range(_MAX_LINKS):
        key = f"{_LINK_TAG}{number}"
        if key not in tags:
            return
        trace_id, _, rest = tags.text(key).partition("|")
        span_id, _, rest = rest.partition("|")
        trace_state, _, rest = rest.partition("|")
        text, _, dropped = rest.rpartition("|")
        attributes = _parsed(text)
        if not isinstance(attributes, dict):
            continue
        tags.take(key)
        yield {
            "traceId": id_of(trace_id.strip('"'), TRACE_ID_DIGITS)[0],
            "spanId": id_of(span_id.strip('"'), SPAN_ID_DIGITS)[0],
            "traceState": trace_state,
            "attributes": _pairs(attributes),
            "droppedAttributesCount": dropped_count(dropped),
        }


def _pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [pair(key, any_value(value)) for key, value in attributes.items()]


def _parsed(text: str) -> object:
    """Return what JSON text says; None for what is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


# -- writing ---------------------------------------------------------------------


def zipkin_json(traces: Iterable[Trace]) -> list[dict[str, Any]]:
    """Return traces as one list of Zipkin v2 spans, as its API takes them."""
    return [zipkin_span(span) for trace in traces for span in trace.spans]


def zipkin_span(span: Span) -> dict[str, Any]:
    """Return one element of such a list."""
    attributes = dict(span.attributes)
    flags = {
        field: True
        for field, key in (("debug", DEBUG), ("shared", SHARED))
        if attributes.pop(key, None) is True
    }
    local = {"serviceName": span.service_name} | _address(
        attributes.pop(_LOCAL_ADDRESS, None), attributes.pop(_LOCAL_PORT, None)
    )
    written: dict[str, Any] = {
        "traceId": short_trace_id(span.trace_id),
        "id": span.span_id,
        "parentId": span.parent_span_id,
        "name": span.name,
        "kind": span.kind.name if span.kind.name in _KINDS else None,
        "timestamp": None
        if attributes.pop(NO_START, None)
        else span.start_time_unix_nano // 1_000 or None,
        "duration": _written_duration(span),
        "localEndpoint": local,
        "remoteEndpoint": _remote_endpoint(attributes),
        "annotations": [_annotation(event) for event in span.events],
        "tags": _written_tags(span, attributes),
        **flags,
    }
    return {key: value for key, value in written.items() if value or key == "name"}


def _written_duration(span: Span) -> int | None:
    """Return the duration rounded up, since Zipkin takes 0 for unknown."""
    if not span.has_end:
        return None
    nanoseconds = max(0, span.end_time_unix_nano - span.start_time_unix_nano)
    return max(1, -(-nanoseconds // 1_000))


def _remote_endpoint(attributes: dict[str, Value]) -> dict[str, Any]:
    """Return who was called; what Zipkin's own field says is no tag any more."""
    for name_key, port_key in _PEERS_BY_RANK:
        name = attributes.get(name_key)
        if not isinstance(name, str) or not name:
            continue
        address, port = attributes.get(_PEER_ADDRESS), attributes.get(_PEER_PORT)
        if name_key == _PEER_SERVICE:
            endpoint = {"serviceName": name} | _address(address, port)
        elif is_address(name):
            endpoint = _address(name, attributes.get(port_key))
        else:
            return {"serviceName": name} | _address(address, port)
        for key in (_PEER_SERVICE, _PEER_ADDRESS, _PEER_PORT):
            if _says(endpoint, attributes.get(key)):
                del attributes[key]
        return endpoint
    return {}


def _says(endpoint: dict[str, Any], value: Value) -> bool:
    return value is not None and value in endpoint.values()


def is_address(text: str) -> bool:
    """Return whether *text* is the address of a host, and not its name."""
    return bool(_IPV4.fullmatch(text) or _IPV6.fullmatch(text))


def _address(address: Value, port: Value) -> dict[str, Any]:
    endpoint: dict[str, Any] = {}
    if isinstance(address, str) and is_address(address):
        endpoint["ipv6" if ":" in address else "ipv4"] = address
    if isinstance(port, int) and 0 < port <= _MAX_PORT:
        endpoint["port"] = port
    return endpoint


def _written_tags(span: Span, attributes: dict[str, Value]) -> dict[str, str]:
    resource = {
        key: value for key, value in span.resource.attributes.items() if key != _SERVICE_KEY
    }
    tags = {key: plain_text(value) for key, value in (resource | attributes).items()}
    tags |= {key: plain_text(value) for key, value in field_tags(span) if value}
    if span.status_code is StatusCode.ERROR:
        tags["error"] = tags.pop("otel.status_description", "")
    for number, link in enumerate(span.links[:_MAX_LINKS]):
        tags[f"{_LINK_TAG}{number}"] = _written_link(link)
    return tags


def _written_link(link: Link) -> str:
    return "|".join(
        (
            link.trace_id,
            link.span_id,
            link.trace_state,
            json_text(link.attributes),
            str(link.dropped_attributes_count),
        )
    )


def _annotation(event: Event) -> dict[str, Any]:
    attributes = json_text(event.attributes)
    if event.dropped_attributes_count and "|" not in event.name:
        value = f"{event.name}|{attributes}|{event.dropped_attributes_count}"
    elif event.attributes or _split(event.name)[0] != event.name:
        value = f"{orjson.dumps(event.name).decode()}: {attributes}"
    else:
        value = event.name
    return {"timestamp": event.time_unix_nano // 1_000, "value": value}
