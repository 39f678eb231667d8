"""Jaeger's protobuf model as JSON, turned into the shape of its UI.

The two say the same in other words: ids in base64, times as text, the type of a tag
in the name of its field.

Source: jaeger-idl `proto/api_v2/model.proto`; protobuf "ProtoJSON Format".
"""

import base64
import binascii
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from devtrace.formats.foreign import objects, text_of

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)")
_DURATION = re.compile(r"(\d{1,20}(?:\.\d{1,20})?)(ns|us|µs|ms|s|m|h)")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROS_BY_UNIT = {
    "ns": Decimal("0.001"),
    "us": Decimal(1),
    "µs": Decimal(1),
    "ms": Decimal(1_000),
    "s": Decimal(1_000_000),
    "m": Decimal(60_000_000),
    "h": Decimal(3_600_000_000),
}
_TYPES = {
    "STRING": ("string", "vStr", ""),
    "BOOL": ("bool", "vBool", False),
    "INT64": ("int64", "vInt64", 0),
    "FLOAT64": ("float64", "vFloat64", 0.0),
    "BINARY": ("binary", "vBinary", ""),
}


def is_model(trace: dict[str, Any]) -> bool:
    """Return whether the spans of *trace* are those of the protobuf model."""
    return any("traceId" in span for span in objects(trace.get("spans"))[:1])


def as_ui_trace(trace: dict[str, Any]) -> dict[str, Any]:
    """Return a trace of the protobuf model as the UI has it.

    Args:
        trace: An object with `spans`, and perhaps `processMap` and `warnings`.
    """
    process_by_id = {
        text_of(each.get("processId")): _process(each.get("process"))
        for each in objects(trace.get("processMap"))
    }
    return {
        "spans": [_span(span) for span in objects(trace.get("spans"))],
        "processes": process_by_id,
        "warnings": trace.get("warnings"),
    }


def _span(span: dict[str, Any]) -> dict[str, Any]:
    ui = {
        "traceID": _hex(span.get("traceId")),
        "spanID": _hex(span.get("spanId")),
        "operationName": span.get("operationName"),
        "references": [
            {
                "refType": reference.get("refType", "CHILD_OF"),
                "traceID": _hex(reference.get("traceId")),
                "spanID": _hex(reference.get("spanId")),
            }
            for reference in objects(span.get("references"))
        ],
        "flags": span.get("flags"),
        "startTime": _moment_micros(span.get("startTime")),
        "duration": _duration_micros(span.get("duration", "0s")),
        "tags": _tags(span.get("tags")),
        "logs": [
            {
                "timestamp": _moment_micros(log.get("timestamp")),
                "fields": _tags(log.get("fields")),
            }
            for log in objects(span.get("logs"))
        ],
        "processID": span.get("processId"),
        "warnings": span.get("warnings"),
    }
    return ui | ({"process": _process(span["process"])} if "process" in span else {})


def _process(process: object) -> dict[str, Any]:
    if not isinstance(process, dict):
        return {}
    return {"serviceName": process.get("serviceName"), "tags": _tags(process.get("tags"))}


def _tags(tags: object) -> list[dict[str, Any]]:
    written = []
    for tag in objects(tags):
        kind, field, default = _TYPES.get(text_of(tag.get("vType")), _TYPES["STRING"])
        written.append({"key": tag.get("key"), "type": kind, "value": tag.get(field, default)})
    return written


def _hex(value: object) -> object:
    """Return an id in hex; what is no base64 is returned as it is."""
    try:
        return base64.b64decode(text_of(value), validate=True).hex()
    except (binascii.Error, ValueError):
        return value


def _moment_micros(value: object) -> object:
    """Return a moment as text of Unix microseconds; what is none is returned as it is."""
    match = _MOMENT.fullmatch(text_of(value))
    if match is None:
        return value
    try:
        moment = datetime.fromisoformat(match[1] + match[3])
    except ValueError:
        return value
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return f"{seconds * 10**6 + Decimal((match[2] or '0').ljust(9, '0')) / 1_000:f}"


def _duration_micros(value: object) -> object:
    """Return a duration such as `5000ns` or `1m2.5s` as text of microseconds."""
    text = text_of(value)
    parts = _DURATION.findall(text)
    if not parts or _DURATION.sub("", text):
        return value
    return f"{sum(Decimal(number) * _MICROS_BY_UNIT[unit] for number, unit in parts):f}"
