"""Protobuf bytes written as text, so that a case can be read and also be written wrongly.

The notation is a part of Protoscope's: `5: {"name"}` is field 5 with a length-delimited
text, `7: 123i64` a fixed one, `6: 2` a varint, a value in backquotes raw bytes in hex,
and `9:VARINT` names the wire type where the value does not imply it.  Nothing is checked
against a schema.

Source: protocolbuffers/protoscope `language.txt`; protobuf "Encoding".
"""

import re
import struct

_TOKEN = re.compile(
    r"""\s+ | \#[^\n]*
    | (?P<field>\d+):(?P<type>[A-Z0-9]+)?
    | (?P<number>-?\d+(?:\.\d+)?)(?P<width>i32|i64)?
    | `(?P<hex>[0-9a-fA-F\s]*)`
    | "(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"
    | (?P<bracket>[{}])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_WIRE_TYPES = {"VARINT": 0, "I64": 1, "LEN": 2, "I32": 5}


def encode(text: str) -> bytes:
    """Return the bytes that *text* describes.

    Raises:
        ValueError: If it is not in the notation.
    """
    pending: re.Match[str] | None = None
    groups = [bytearray()]
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise ValueError(f"not in the notation at {text[at : at + 20]!r}")
        at = token.end()
        if token["field"]:
            if token["type"]:
                groups[-1] += _tag(token["field"], token["type"])
            else:
                pending = token
        elif token["bracket"] == "}":
            inner = bytes(groups.pop())
            groups[-1] += _varint(len(inner)) + inner
        elif token.lastgroup:
            if pending is not None:
                groups[-1] += _tag(pending["field"], _implied_type(token))
                pending = None
            if token["bracket"]:
                groups.append(bytearray())
            else:
                groups[-1] += _value(token)
    if len(groups) != 1 or pending is not None:
        raise ValueError("something is not ended")
    return bytes(groups[0])


def _tag(field: str, wire_type: str) -> bytes:
    return _varint(int(field) << 3 | _WIRE_TYPES[wire_type])


def _implied_type(token: re.Match[str]) -> str:
    if token["number"]:
        width = token["width"] or ("i64" if "." in token["number"] else "")
        return width.upper() or "VARINT"
    return "LEN"


def _value(token: re.Match[str]) -> bytes:
    if token["hex"] is not None:
        return bytes.fromhex(token["hex"])
    if token["text"] is not None:
        return b"".join(_unescaped(token["text"]))
    width = token["width"]
    if "." in token["number"]:
        return struct.pack("<f" if width == "i32" else "<d", float(token["number"]))
    number = int(token["number"])
    if not width:
        return _varint(number)
    bits = int(width[1:])
    return (number & (1 << bits) - 1).to_bytes(bits // 8, "little")


def _unescaped(text: str) -> list[bytes]:
    parts: list[bytes] = []
    at = 0
    for escape in _ESCAPE.finditer(text):
        parts.append(text[at : escape.start()].encode())
        what = escape[1]
        named = {"n": b"\n", "r": b"\r", "t": b"\t"}
        parts.append(
            bytes.fromhex(what[1:]) if len(what) == 3 else named.get(what, what.encode())
        )
        at = escape.end()
    return [*parts, text[at:].encode()]


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
