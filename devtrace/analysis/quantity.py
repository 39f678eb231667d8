"""A measured value with its unit, as people read it.

Source: UCUM, as OpenTelemetry uses it (semantic conventions, `general/metrics.md`,
"Instrument units").
"""

import math

from devtrace.model.time import bytes_text, duration_text

_NANOS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "min": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_BYTES = {
    "By": 1,
    "kBy": 1_000,
    "MBy": 1_000_000,
    "GBy": 1_000_000_000,
    "KiBy": 1024,
    "MiBy": 1024**2,
    "GiBy": 1024**3,
}
_SYMBOLS = {"Cel": "°C", "bit": "bit", "Hz": "Hz"}
_PREFIXES = (
    (1e24, "Y"),
    (1e21, "Z"),
    (1e18, "E"),
    (1e15, "P"),
    (1e12, "T"),
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
)
_ROUNDED_UP = 0.9995
"""What is nearer to 1000 k than to 999 k is 1 M."""
_LARGEST = 999e24
_PLAIN_BELOW = 10_000
_SMALLEST_PLAIN = 0.001
_MAX_NANOS = 2**64
_MAX_BYTES = 2**70


def quantity_text(value: float, unit: str = "") -> str:
    """Return a value with its unit: `240ms`, `1.5 MiB`, `12 requests`, `3.2/s`, `41 %`.

    Args:
        value: Any double.
        unit: A UCUM code as sent, which may be anything; text in braces is an
            annotation, and what stands behind a slash is what it is per.
    """
    of, slash, per = unit.partition("/")
    return f"{_text(value, of)}{slash}{_bare(per)}" if slash else _text(value, of)


def number_text(value: float) -> str:
    """Return a number to about three significant digits: `0`, `1234`, `12.3k`, `0.05`."""
    if value < 0:
        return f"-{number_text(-value)}"
    if not math.isfinite(value):
        return "∞" if value > 0 else "NaN"
    if value >= _PLAIN_BELOW:
        return _scaled(value)
    if value == int(value):
        return str(int(value))
    if value < _SMALLEST_PLAIN:
        return f"{value:.3g}"
    return f"{value:.{2 if value >= 10 else 3}f}".rstrip("0").rstrip(".")


def _scaled(value: float) -> str:
    if value >= _LARGEST:
        return f"{value:.3g}"
    scale, prefix = next(each for each in _PREFIXES if value >= _ROUNDED_UP * each[0])
    return f"{value / scale:.3g}{prefix}"


def _text(value: float, unit: str) -> str:
    if unit in _NANOS and abs(value) * _NANOS[unit] < _MAX_NANOS:
        return duration_text(round(value * _NANOS[unit]))
    if unit in _BYTES and abs(value) * _BYTES[unit] < _MAX_BYTES:
        size = bytes_text(round(abs(value) * _BYTES[unit]))
        return f"-{size}" if value < 0 else size
    number = number_text(value)
    if unit in {"", "1"}:
        return number
    if unit.startswith("{") and unit.endswith("}"):
        noun = _bare(unit)
        return f"{number} {noun if abs(value) == 1 else _plural(noun)}".rstrip()
    return f"{number} {_SYMBOLS.get(unit, unit)}"


def _bare(unit: str) -> str:
    return unit.removeprefix("{").removesuffix("}")


def _plural(noun: str) -> str:
    if not noun.isalpha() or noun.endswith(("s", "x")):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"
