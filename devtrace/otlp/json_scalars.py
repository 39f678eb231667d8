"""From one JSON value to one scalar field of a message, by the OTLP/JSON mapping.

Each function named `*_put` makes the reader of one field; the reader checks what it
is given, since a sender's mistake must end as a sentence with the path to it.

Source: opentelemetry-proto `docs/specification.md`, "JSON Protobuf Encoding";
protobuf "ProtoJSON Format".
"""

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Note

_SHOWN_CHARACTERS = 40
_ID_BYTES = {"trace_id": 16, "span_id": 8, "parent_span_id": 8}
_CALLED = {"Link": "a link", "LogRecord": "a log record", "Exemplar": "an exemplar"}
"""What else than a span has ids, by the name of its message."""
_MISTAKEN_ID_OF = {
    "LogRecord": mistakes.INVALID_LOG_IDS,
    "Exemplar": mistakes.INVALID_EXEMPLAR_IDS,
}
_DOUBLE_BESIDE = {"int_value": "double_value", "as_int": "as_double"}
"""The field for a number that turns out to be none of 64 bits, by the field for those."""
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,6})?", re.ASCII)
_HEX = re.compile(r"[0-9A-Fa-f]+", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONE_SURROGATE = mistakes.INVALID_UTF8.note("lone surrogate in a string; replaced by U+FFFD")
_NO_DOUBLE = mistakes.NUMBER_OUT_OF_RANGE.note(
    "number beyond the range of double; read as Infinity"
)
_DOUBLE_BY_NAME = {
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


class FieldError(Exception):
    """A value that does not fit its field.

    Args:
        cause: What is wrong, without saying where.
    """

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self._path: list[str] = []

    def within(self, part: str) -> None:
        """Add the part of the path one level further out: a key, or `[index]`."""
        self._path.append(part)

    @property
    def path(self) -> str:
        """Where the value is, such as `resourceSpans[0].scopeSpans[1].schemaUrl`."""
        return ".".join(reversed(self._path)).replace(".[", "[")


class RefusedSpanError(Exception):
    """An id of a span that no bytes can stand for; costs that span, not the request.

    Args:
        reason: What is wrong with it.
    """

    def __init__(self, reason: Note) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Reading:
    """What is known while one document is read."""

    lenient: bool
    """Whether to take what files hold but no sender may send: ids in base64."""
    notes: Counter[str] = field(default_factory=Counter)
    """How often each kind of leniency was used, a sentence each."""
    refused: Counter[str] = field(default_factory=Counter)
    """Spans left out, by reason."""
    depth: int = 0
    """Arrays and maps around the value being read."""


Put = Callable[[Any, Any, Reading], None]
"""Puts a JSON value that is not null into one field of a message."""


def shown(value: Any) -> str:  # noqa: ANN401  # any JSON value
    """Return a JSON value as it stands in a sentence, in ASCII and short."""
    match value:
        case dict():
            return "an object"
        case list():
            return "a list"
        case str() if len(value) > _SHOWN_CHARACTERS:
            return f"{json.dumps(value[:_SHOWN_CHARACTERS])}…"
        case _:
            return json.dumps(value)


def text(value: Any, reading: Reading) -> str:  # noqa: ANN401  # any JSON value
    """Return a JSON string that protobuf can encode."""
    if type(value) is not str:
        raise FieldError(f"expected a string, got {shown(value)}")
    if value.isascii() or not _SURROGATE.search(value):
        return value
    reading.notes[_LONE_SURROGATE] += 1
    return _SURROGATE.sub("\ufffd", value)


def scalar_put(each: Any) -> Put:  # noqa: ANN401  # a upb field descriptor
    """Return how a field that is no message is read."""
    name: str = each.name
    owner: str = each.containing_type.name
    if name in _DOUBLE_BESIDE:
        return _number_put(name, _DOUBLE_BESIDE[name], each.camelcase_name)
    if each.type == each.TYPE_BYTES and name in _ID_BYTES:
        return _id_put(name, owner)
    if each.type == each.TYPE_ENUM:
        numbers = {value.name: value.number for value in each.enum_type.values}
        return _enum_put(name, each.camelcase_name, numbers)
    by_type: dict[int, Callable[[str], Put]] = {
        each.TYPE_STRING: _string_put,
        each.TYPE_BYTES: _bytes_put,
        each.TYPE_BOOL: _bool_put,
        each.TYPE_DOUBLE: _double_put,
        each.TYPE_FLOAT: _double_put,
    }
    return by_type.get(each.type, _integer_put)(name)


def _string_put(name: str) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        setattr(message, name, text(value, reading))

    return put


def _bool_put(name: str) -> Put:
    def put(message: Any, value: Any, _: Reading) -> None:  # noqa: ANN401
        if type(value) is not bool:
            raise FieldError(f"expected true or false, got {shown(value)}")
        setattr(message, name, value)

    return put


def _integer_put(name: str) -> Put:
    def put(message: Any, value: Any, _: Reading) -> None:  # noqa: ANN401
        try:
            setattr(message, name, value if type(value) is int else _whole(value))
        except ValueError:
            raise FieldError(f"{shown(value)} is out of range") from None

    return put


def is_short_whole(value: Any) -> bool:  # noqa: ANN401  # any JSON value
    """Return whether *value* is text of digits and nothing else, no more than 64 bits have."""
    return type(value) is str and len(value) <= 20 and value.isdecimal() and value.isascii()


def _whole(value: Any) -> int:  # noqa: ANN401  # any JSON value
    """Return a whole number written as a number or as text, without passing over double."""
    if type(value) is int:
        return value
    if type(value) is str:
        if is_short_whole(value):
            return int(value)
        if _NUMBER.fullmatch(value):
            number = Decimal(value)
            if number.adjusted() > 20:
                raise ValueError
            if number == number.to_integral_value():
                return int(number)
            raise FieldError(f"{shown(value)} is not a whole number")
    elif type(value) is float:
        if value.is_integer():
            return int(value)
        if value - value == 0:
            raise FieldError(f"{shown(value)} is not a whole number")
        raise ValueError
    raise FieldError(f"expected an integer or a string of digits, got {shown(value)}")


def _number_put(name: str, double_name: str, key: str) -> Put:
    """Read an integer; one that is none, as JavaScript writes them, as double."""
    note = mistakes.NUMBER_OUT_OF_RANGE.note(f"{key} that is no 64-bit integer; read as double")

    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        try:
            setattr(message, name, _whole(value))
        except (ValueError, FieldError):
            if type(value) is bool or (number := _double(value)) is None:
                raise FieldError(
                    f"expected an integer or a string of digits, got {shown(value)}"
                ) from None
            setattr(message, double_name, number)
            reading.notes[note] += 1

    return put


def _double_put(name: str) -> Put:
    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        number = _DOUBLE_BY_NAME.get(value) if type(value) is str else None
        if number is None:
            number = _double(value)
            if number is None:
                raise FieldError(f"expected a number, got {shown(value)}")
            if number - number != 0:
                reading.notes[_NO_DOUBLE] += 1
        setattr(message, name, number)

    return put


def _double(value: Any) -> float | None:  # noqa: ANN401  # any JSON value
    """Return a number written as a number or as text, or None if it is neither."""
    if type(value) is float:
        return value
    if type(value) is int or (type(value) is str and _NUMBER.fullmatch(value)):
        return float(str(value))
    return None


def _enum_put(name: str, key: str, numbers: dict[str, int]) -> Put:
    put_integer = _integer_put(name)
    as_name, as_text, unknown = (
        mistakes.ENUM_NAMES.note(f"{key} {how}")
        for how in (
            "as a name; OTLP/JSON wants an integer",
            "as a string; OTLP/JSON wants an integer",
            "with an unknown name; read as 0",
        )
    )

    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        if type(value) is str:
            if value in numbers:
                reading.notes[as_name] += 1
                value = numbers[value]
            elif _NUMBER.fullmatch(value):
                reading.notes[as_text] += 1
            else:
                reading.notes[unknown] += 1
                value = 0
        put_integer(message, value, reading)

    return put


def _bytes_put(name: str) -> Put:
    def put(message: Any, value: Any, _: Reading) -> None:  # noqa: ANN401
        if type(value) is not str or (raw := _base64(value)) is None:
            raise FieldError(f"expected base64, got {shown(value)}")
        setattr(message, name, raw)

    return put


def _base64(value: str) -> bytes | None:
    """Decode either alphabet, padded or not; None if *value* is no base64."""
    if not _BASE64.fullmatch(value):
        return None
    digits = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        return None


def _id_put(name: str, owner: str) -> Put:
    length = _ID_BYTES[name]

    def put(message: Any, value: Any, reading: Reading) -> None:  # noqa: ANN401
        if type(value) is not str:
            raise FieldError(f"expected a string of hex digits, got {shown(value)}")
        try:
            raw = bytes.fromhex(value)
        except ValueError:
            raw = b""
        if 2 * len(raw) != len(value):
            raw = _id_from_no_hex(name, value, length, reading, owner)
        setattr(message, name, raw)

    return put


def _id_from_no_hex(name: str, value: str, length: int, reading: Reading, owner: str) -> bytes:
    """Return the bytes of an id that is not hex, or raise for what it costs."""
    if value.endswith("=") and (raw := _base64(value)) is not None and len(raw) == length:
        if not reading.lenient:
            sentence = f"ids look like base64, OTLP/JSON wants hex: {shown(value)}"
            raise FieldError(mistakes.BASE64_IDS.note(sentence))
        reading.notes[mistakes.BASE64_IDS.note(f"{name} in base64; OTLP/JSON wants hex")] += 1
        return raw
    if owner == "Span":
        if _HEX.fullmatch(value):  # an odd number of them
            sentence = f"{name} has {len(value)} hex digits instead of {2 * length}"
            raise RefusedSpanError(mistakes.INVALID_IDS.note(sentence))
        raise RefusedSpanError(mistakes.INVALID_IDS.note(f"{name} is not hex"))
    mistake = _MISTAKEN_ID_OF.get(owner, mistakes.INVALID_IDS)
    reading.notes[mistake.note(f"{name} of {_CALLED[owner]} that is not hex; left out")] += 1
    return b""
