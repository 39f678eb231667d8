"""Attributes and values of any shape as OTLP/JSON, on the terms of `devtrace.otlp.encode`.

Source: opentelemetry-proto `common/v1/common.proto`; `docs/specification.md`, "JSON
Protobuf Encoding".
"""

from base64 import b64encode
from collections.abc import Iterable
from math import isfinite, isnan
from typing import Any


def attributed_json(attributes: Any, dropped_attributes_count: int) -> dict[str, Any]:  # noqa: ANN401
    """Return attributes and the count of dropped ones as they stand in any object."""
    written: dict[str, Any] = {}
    if attributes:
        written["attributes"] = [attribute_json(pair) for pair in attributes]
    if dropped_attributes_count:
        written["droppedAttributesCount"] = dropped_attributes_count
    return written


def attribute_json(pair: Any) -> dict[str, Any]:  # noqa: ANN401  # a KeyValue
    """Return a tolerant `KeyValue` as OTLP/JSON."""
    return {"key": pair.key.decode("utf-8", "replace"), "value": value_json(pair.value)}


def value_json(any_value: Any) -> dict[str, Any]:  # noqa: ANN401, PLR0911  # an AnyValue; one return per type
    """Return a tolerant `AnyValue` as OTLP/JSON."""
    which = any_value.WhichOneof("value")
    if which == "string_value":
        return {"stringValue": any_value.string_value.decode("utf-8", "replace")}
    if which == "int_value":
        return {"intValue": str(any_value.int_value)}
    match which:
        case "bool_value":
            return {"boolValue": any_value.bool_value}
        case "double_value":
            return {"doubleValue": double_json(any_value.double_value)}
        case "array_value":
            return {"arrayValue": _list(map(value_json, any_value.array_value.values))}
        case "kvlist_value":
            return {"kvlistValue": _list(map(attribute_json, any_value.kvlist_value.values))}
        case "bytes_value":
            return {"bytesValue": b64encode(any_value.bytes_value).decode("ascii")}
        case _:
            return {}  # the empty value, and references into tables that only profiles have


def _list(values: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"values": list(values)}


def double_json(number: float) -> float | str:
    """Return a double as JSON can hold it."""
    if isfinite(number):
        return number
    if isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"
