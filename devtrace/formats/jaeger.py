"""Jaeger UI JSON, read and written: what Jaeger's query API answers and its UI saves.

Times are in microseconds, so what is finer is lost in writing; so are attributes of
links and of scopes, which Jaeger has no place for.

Source: jaeger `internal/uimodel/model.go`, `converter/v1/json`; Collector contrib
`pkg/translator/jaeger`; jaeger-ui `OtelSpanFacade`.
"""

import base64
import binascii
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from math import isfinite
from typing import Any, NamedTuple

from devtrace.formats.foreign import (
    DROPPED_ATTRIBUTES_TAG,
    NOT_HEX,
    SPAN_ID_DIGITS,
    TRACE_ID_DIGITS,
    AnyValue,
    RequestBuilder,
    Tags,
    any_value,
    base64_text,
    dropped_count,
    end_nano,
    field_tags,
    id_of,
    nano,
    objects,
    pair,
    short_trace_id,
    status,
    text_of,
)
from devtrace.formats.jaeger_model import as_ui_trace, is_model
from devtrace.model.attributes import plain_text
from devtrace.model.resource import Resource
from devtrace.model.span import Span, SpanKind, StatusCode
from devtrace.model.trace import Trace
from devtrace.otlp import mistakes
from devtrace.otlp.values import Event, Link, Value

REF_TYPE = "opentracing.ref_type"
"""The attribute of a link that says how Jaeger's reference was meant."""
WARNINGS = "@jaeger@warnings"
"""The attribute in which Jaeger itself keeps the warnings of a span."""
TRACE_ID, SPAN_ID = "jaeger.trace_id", "jaeger.span_id"
"""The attributes that keep ids which are not hex."""

_HOST_TAG, _HOST_KEY = "hostname", "host.name"
_SERVICE_KEY = "service.name"
_HTTP_STATUS_KEYS = ("http.response.status_code", "http.status_code")
_MISFIT = mistakes.MISTYPED_TAG.note("tag whose value does not fit its type; read by its looks")
_MAX_EXACT_INTEGER = 2**53 - 1
_MAX_INT64 = 2**63 - 1
_CLIENT_KIND = SpanKind.CLIENT.value


# -- reading ---------------------------------------------------------------------


def read_jaeger(document: object, notes: Counter[str]) -> dict[str, Any]:
    """Return a document of Jaeger's as an OTLP/JSON request.

    Takes the answer of the query API, one trace, a list of spans that carry their
    process, dumps of the UI's state, and the protobuf model as JSON.

    Args:
        document: A parsed JSON value.
        notes: Gains a sentence for each kind of thing that was not as it should be.
    """
    builder = RequestBuilder()
    for number, trace in enumerate(_traces_in(document)):
        processes = trace.get("processes")
        for warning in _texts(trace.get("warnings")):
            sentence = f"warning of Jaeger about a trace: {warning[:200]}"
            notes[mistakes.JAEGER_WARNING.note(sentence)] += 1
        for span in objects(trace["spans"]):
            process_id = text_of(span.get("processID"))
            process = span.get("process")
            if not isinstance(process, dict) and isinstance(processes, dict):
                process = processes.get(process_id)
            process = process if isinstance(process, dict) else {}
            reading = _SpanReading(span, notes)
            sender = (number, process_id, text_of(process.get("serviceName")))
            builder.add(reading.span, reading.scope, sender, _resource(process, notes))
    return builder.request()


def _traces_in(document: object) -> Iterator[dict[str, Any]]:
    """Yield the traces of a document, out of their envelope."""
    loose: list[dict[str, Any]] = []
    for outer in _listed(document):
        for each in _listed(outer["data"]) if "data" in outer else (outer,):
            if "spans" in each:
                yield as_ui_trace(each) if is_model(each) else each
            else:
                loose.append(each)
    if loose:
        trace = {"spans": loose}
        yield as_ui_trace(trace) if is_model(trace) else trace


def _listed(value: object) -> list[dict[str, Any]]:
    """Return the objects in a list, or the one object that stands where a list may."""
    return objects(value if isinstance(value, list) else [value])


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _resource(process: dict[str, Any], notes: Counter[str]) -> Iterator[dict[str, Any]]:
    if name := text_of(process.get("serviceName")):
        yield pair(_SERVICE_KEY, {"stringValue": name})
    for key, value in _tags(process.get("tags"), notes):
        yield pair(_HOST_KEY if key == _HOST_TAG else key, value)


def _tags(tags: object, notes: Counter[str]) -> Iterator[tuple[str, AnyValue]]:
    for tag in objects(tags):
        yield text_of(tag.get("key")), _tag_value(tag.get("type"), tag.get("value"), notes)


def _tag_value(
    kind: object, value: object, notes: Counter[str]
) -> AnyValue:  # one return per type
    """Return the value of a tag; a type that is missing or wrong is told by its looks."""
    match kind, value:
        case ("bool", bool()) | ("int64", int()) | ("string", str()) | ("float64", float()):
            return any_value(value)
        case "bool", "true" | "false":
            return {"boolValue": value == "true"}
        case "int64", str() if _is_int64(value):
            return {"intValue": value}
        case "float64", (int() | str()) if (number := _double(value)) is not None:
            return {"doubleValue": number}
        case "binary", str() if _is_base64(value):
            return {"bytesValue": value}
    if isinstance(kind, str) and kind:
        notes[_MISFIT] += 1
    return any_value(value)


def _is_int64(text: str) -> bool:
    digits = text.removeprefix("-")
    return (
        digits.isascii()
        and digits.isdecimal()
        and len(digits) <= len(str(_MAX_INT64))
        and -_MAX_INT64 - 1 <= int(text) <= _MAX_INT64
    )


def _double(value: object) -> float | str | None:
    try:
        number = float(text_of(value))
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else plain_text(number)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


class _SpanReading:
    """One span of Jaeger's as OTLP/JSON writes it.

    Args:
        source: As Jaeger writes it.
        notes: Gains what was not as it should be.
    """

    def __init__(self, source: dict[str, Any], notes: Counter[str]) -> None:
        self._source = source
        self._notes = notes
        self._tags = Tags(_tags(source.get("tags"), notes))
        trace_id = self._id("traceID", TRACE_ID_DIGITS, TRACE_ID)
        span_id = self._id("spanID", SPAN_ID_DIGITS, SPAN_ID)
        start = nano(source.get("startTime"), notes)
        kind = self._tags.take_kind()
        self.scope = self._tags.take_scope()
        self.span: dict[str, Any] = {
            "traceId": trace_id,
            "spanId": span_id,
            "name": text_of(source.get("operationName")),
            "kind": kind,
            "startTimeUnixNano": start,
            "endTimeUnixNano": self._end(start),
            "status": self._status(kind),
            "events": [self._event(log) for log in objects(source.get("logs"))],
            **self._tags.take_rest(),
            **self._relations(trace_id),
        }
        if isinstance(flags := source.get("flags"), int) and flags & 0xFF:
            self.span["flags"] = flags & 0xFF
        if warnings := _texts(source.get("warnings")):
            self._tags.add(WARNINGS, any_value(warnings))
        self.span["attributes"] = self._tags.attributes()

    def _id(self, key: str, digits: int, keeper: str) -> str:
        digest, is_hex = id_of(self._source.get(key), digits)
        if not is_hex:
            self._notes[NOT_HEX] += 1
            self._tags.add(keeper, any_value(self._source[key]))
        return digest

    def _end(self, start: int) -> int:
        duration = self._source.get("duration")
        return 0 if duration is None else end_nano(start, nano(duration, self._notes))

    def _status(self, kind: int) -> dict[str, Any]:
        tags = self._tags
        if tags.text("error").lower() == "true":
            tags.take("error")
            return status(StatusCode.ERROR, tags.take_description())
        if told := tags.take_status():
            return told
        code = next(filter(None, map(tags.text, _HTTP_STATUS_KEYS)), "")
        lowest = 400 if kind == _CLIENT_KIND else 500
        is_error = code.isascii() and code.isdecimal() and lowest <= int(code[:4]) < 600
        return status(StatusCode.ERROR, "") if is_error else {}

    def _event(self, log: dict[str, Any]) -> dict[str, Any]:
        fields = Tags(_tags(log.get("fields"), self._notes))
        event: dict[str, Any] = {
            "timeUnixNano": nano(log.get("timestamp"), self._notes),
            "name": fields.take("event") if "event" in fields else fields.take("message"),
        }
        if count := dropped_count(fields.text(DROPPED_ATTRIBUTES_TAG)):
            fields.take(DROPPED_ATTRIBUTES_TAG)
            event["droppedAttributesCount"] = count
        return event | {"attributes": fields.attributes()}

    def _relations(self, trace_id: str) -> dict[str, Any]:
        """Return the parent and the links that the references stand for."""
        references = [
            _Reference(
                reference.get("refType") == "FOLLOWS_FROM",
                id_of(reference["traceID"], TRACE_ID_DIGITS)[0]
                if reference.get("traceID")
                else trace_id,
                id_of(reference.get("spanID"), SPAN_ID_DIGITS)[0],
            )
            for reference in objects(self._source.get("references"))
        ]
        within = [each for each in references if each.trace_id == trace_id and each.span_id]
        parent = next(chain((each for each in within if not each.follows), within), None)
        if parent is None and (former := self._source.get("parentSpanID")):
            parent_span_id, _ = id_of(former, SPAN_ID_DIGITS)
        else:
            parent_span_id = parent.span_id if parent else ""
        links = [_read_link(each) for each in references if each is not parent]
        return {"parentSpanId": parent_span_id, "links": links}


class _Reference(NamedTuple):
    follows: bool
    trace_id: str
    span_id: str


def _read_link(reference: _Reference) -> dict[str, Any]:
    kind = "follows_from" if reference.follows else "child_of"
    return {
        "traceId": reference.trace_id,
        "spanId": reference.span_id,
        "attributes": [pair(REF_TYPE, {"stringValue": kind})],
    }


# -- writing ---------------------------------------------------------------------


def jaeger_json(traces: Iterable[Trace]) -> dict[str, Any]:
    """Return traces as Jaeger's query API answers them, and as its UI opens them.

    Args:
        traces: Each becomes one element of `data`.
    """
    return {
        "data": [jaeger_trace(trace) for trace in traces],
        "total": 0,
        "limit": 0,
        "offset": 0,
        "errors": None,
    }


def jaeger_trace(trace: Trace) -> dict[str, Any]:
    """Return one element of `data`."""
    process_ids: dict[Resource, str] = {}
    spans = [
        _span(span, process_ids.setdefault(span.resource, f"p{len(process_ids) + 1}"))
        for span in trace.spans
    ]
    return {
        "traceID": short_trace_id(trace.trace_id),
        "spans": spans,
        "processes": {each: _process(resource) for resource, each in process_ids.items()},
        "warnings": None,
    }


def _process(resource: Resource) -> dict[str, Any]:
    attributes = {
        _HOST_TAG if key == _HOST_KEY else key: value
        for key, value in resource.attributes.items()
        if key != _SERVICE_KEY
    }
    if resource.dropped_attributes_count:
        attributes[DROPPED_ATTRIBUTES_TAG] = resource.dropped_attributes_count
    return {"serviceName": resource.service_name, "tags": _written_tags(attributes.items())}


def _span(span: Span, process_id: str) -> dict[str, Any]:
    attributes = dict(span.attributes)
    warnings = attributes.pop(WARNINGS, None)
    fields = [(key, value) for key, value in field_tags(span) if value]
    if span.kind:
        fields.insert(0, ("span.kind", span.kind.name.lower()))
    if span.status_code is StatusCode.ERROR:
        fields.append(("error", True))
    written: dict[str, Any] = {
        "traceID": short_trace_id(span.trace_id),
        "spanID": span.span_id,
        "operationName": span.name,
        "references": list(_references(span)),
        "startTime": span.start_time_unix_nano // 1_000,
        "duration": span.duration_nano // 1_000,
        "tags": _written_tags(chain(attributes.items(), fields)),
        "logs": [_log(event) for event in span.events],
        "processID": process_id,
        "warnings": _texts(warnings) or None,
    }
    return written | ({"flags": span.flags & 0xFF} if span.flags & 0xFF else {})


def _references(span: Span) -> Iterator[dict[str, str]]:
    if span.parent_span_id is not None:
        yield _reference("CHILD_OF", span.trace_id, span.parent_span_id)
    for link in span.links:
        yield _reference(_ref_type(link), link.trace_id, link.span_id)


def _ref_type(link: Link) -> str:
    return "CHILD_OF" if link.attributes.get(REF_TYPE) == "child_of" else "FOLLOWS_FROM"


def _reference(ref_type: str, trace_id: str, span_id: str) -> dict[str, str]:
    return {"refType": ref_type, "traceID": short_trace_id(trace_id), "spanID": span_id}


def _log(event: Event) -> dict[str, Any]:
    fields: list[tuple[str, Value]] = [("event", event.name)] if event.name else []
    fields += event.attributes.items()
    if event.dropped_attributes_count:
        fields.append((DROPPED_ATTRIBUTES_TAG, event.dropped_attributes_count))
    return {"timestamp": event.time_unix_nano // 1_000, "fields": _written_tags(fields)}


def _written_tags(attributes: Iterable[tuple[str, Value]]) -> list[dict[str, Any]]:
    return [{"key": key, **_written_value(value)} for key, value in attributes]


def _written_value(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"type": "bool", "value": value}
        case int():
            is_exact = abs(value) <= _MAX_EXACT_INTEGER
            return {"type": "int64", "value": value if is_exact else str(value)}
        case float() if isfinite(value):
            return {"type": "float64", "value": value}
        case bytes():
            return {"type": "binary", "value": base64_text(value)}
        case _:
            return {"type": "string", "value": plain_text(value)}
