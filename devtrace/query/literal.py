"""What a value can be read as: text, a number, a duration, an amount of memory.

Senders write numbers as text and people write `100ms`, so a value keeps its text and
the number that it can be read as.  Only numbers of one dimension compare; one without
a unit goes with each.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

MAX_NUMBER_CHARS = 40
"""A longer text is no number."""

_NUMBER = re.compile(r"[+-]?(\d+)(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)
_DURATION = re.compile(r"-?(?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|s|m|h))+", re.ASCII)
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([kmgt]?i?)b", re.ASCII | re.IGNORECASE)

_NANOS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


class Number(NamedTuple):
    """What a text says as a number."""

    amount: int | float
    """In nanoseconds or bytes when it has a dimension."""
    dimension: str = ""
    """`duration`, `size`, or neither."""


@dataclass(frozen=True, slots=True)
class Literal:
    """The value that a field is compared with."""

    text: str
    is_nil: bool = False
    """Whether it is the word `nil`: there is no value."""

    @property
    def number(self) -> Number | None:
        """What it says as a number."""
        return number_in(self.text)


NIL = Literal("nil", is_nil=True)


@lru_cache(maxsize=4096)
def number_in(text: str) -> Number | None:
    """Return the number that the whole of *text* is, or None.

    `42`, `-1.5`, `2e3`; `100ms`, `1m30s`, `1.5h` in nanoseconds; `4kB`, `4KiB` in bytes.
    """
    if len(text) > MAX_NUMBER_CHARS:
        return None
    if match := _NUMBER.fullmatch(text):
        return Number(float(text) if match[2] or match[3] else int(text))
    if _DURATION.fullmatch(text):
        parts = _DURATION_PART.findall(text)
        nanos = sum((Fraction(amount) * _NANOS[unit] for amount, unit in parts), Fraction())
        return Number(_plain(-nanos if text.startswith("-") else nanos), "duration")
    if match := _SIZE.fullmatch(text):
        prefix = match[2].lower()
        scale = (1024 if prefix.endswith("i") else 1000) ** _POWERS[prefix.rstrip("i")]
        return Number(_plain(Fraction(match[1]) * scale), "size")
    return None


def _plain(amount: Fraction) -> int | float:
    return int(amount) if amount.denominator == 1 else float(amount)


def amounts(actual: object, wanted: Number) -> tuple[float, float] | None:
    """Return *actual* and *wanted* as numbers that compare, or None when they do not.

    Args:
        actual: A value of an attribute or an intrinsic.
        wanted: What it is compared with.
    """
    if isinstance(actual, str):
        number = number_in(actual) if len(actual) <= MAX_NUMBER_CHARS else None
        if number is None:
            return None
        if number.dimension and wanted.dimension and number.dimension != wanted.dimension:
            return None
        return number.amount, wanted.amount
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return None
    return None if math.isnan(actual) else (actual, wanted.amount)
