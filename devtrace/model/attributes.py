"""Attribute values as people read them.

Source: OpenTelemetry specification, `common/README.md`, "Representation of attribute
values" and "Empty values".
"""

import json
import math
from base64 import b64encode
from typing import Any

from devtrace.otlp.values import Value

EMPTY = "∅"
"""What stands for OTLP's empty value, which is not the empty string."""

_BYTES_PREFIX = "base64:"


def value_text(value: Value) -> str:  # noqa: PLR0911  # one return per OTLP type
    """Return *value* as text from which its type can be told.

    A string is shown bare unless that would look like something else (`"42"`,
    `"true"`, `""`); maps and arrays are JSON, bytes are base64 after `base64:`.
    """
    match value:
        case None:
            return EMPTY
        case str():
            return f'"{value}"' if _looks_typed(value) else value
        case bool():
            return "true" if value else "false"
        case bytes():
            return _BYTES_PREFIX + b64encode(value).decode()
        case float():
            return _float_text(value)
        case int():
            return str(value)
        case _:
            return json.dumps(json_value(value), ensure_ascii=False)


def plain_text(value: Value) -> str:
    """Return *value* as text for a format in which every value is a string.

    Strings stay as they are, bytes are base64, the empty value is the empty string;
    everything else is as `value_text` has it.
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bytes():
            return b64encode(value).decode()
        case _:
            return value_text(value)


def _looks_typed(text: str) -> bool:
    """Return whether a string, shown bare, would be read as a value of another type."""
    if text in {"", "true", "false", EMPTY} or text.startswith(_BYTES_PREFIX):
        return True
    if text[0] + text[-1] in {"[]", "{}", '""'}:
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True


def _float_text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value)


def json_value(value: Value) -> Any:  # noqa: ANN401  # any JSON value
    """Return *value* as JSON can hold it: bytes and the numbers JSON lacks become text."""
    match value:
        case list():
            return [json_value(item) for item in value]
        case dict():
            return {key: json_value(item) for key, item in value.items()}
        case bytes():
            return b64encode(value).decode()
        case float() if not math.isfinite(value):
            return _float_text(value)
        case _:
            return value
