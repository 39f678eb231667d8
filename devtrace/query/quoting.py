"""Text in quotes, as a query has it: written so that it is harmless on a screen, and read."""

import re

from devtrace.model.text import printable

_ESCAPE = re.compile(
    r"\\(?:u([0-9a-fA-F]{4})|U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|(.))", re.DOTALL
)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_MAX_SHORT = 0xFFFF


def quoted(text: str) -> str:
    """Return *text* in quotes, on one line, with escapes for all that no terminal should get."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if is_harmless(sign):
        return sign
    code = ord(sign)
    return f"\\u{code:04x}" if code <= _MAX_SHORT else f"\\U{code:08x}"


def is_harmless(text: str) -> bool:
    """Return whether *text* is shown as it is, without signs that steer a terminal."""
    return printable(text) == text


def unquoted(string: str) -> str:
    """Return what stands between the quotes: in backticks as it is, else without escapes."""
    if string.startswith("`"):
        return string[1:-1]
    return _ESCAPE.sub(_meant, string[1:-1])


def _meant(escape: re.Match[str]) -> str:
    short, long, sign = escape.groups()
    return _ESCAPED.get(sign, sign) if sign else chr(int(short or long, 16))
