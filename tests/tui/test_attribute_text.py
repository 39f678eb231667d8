"""Spans and log records write what they have alike in one way."""

import pytest

from devtrace.tui.attribute_text import (
    AttributeText,
    flags_text,
    is_exception,
    local_moment,
    without_exception,
)
from devtrace.tui.sheet import Sheet
from devtrace.tui.theme import DARK, palette_of
from tests.builders import T0, a_log, log_record

PALETTE = palette_of(DARK.name)


def a_text(width: int = 40) -> AttributeText:
    """Return a writer for lines of *width* cells."""
    return AttributeText(Sheet(PALETTE, width), PALETTE, width)


def test_an_exception_is_its_type_message_and_stack() -> None:
    """At the indent of what it belongs to."""
    attributes = {
        "exception.type": "E",
        "exception.message": "no",
        "exception.stacktrace": "at x\n",
    }

    lines = a_text().exception(attributes, indent=4)

    assert ["".join(piece for piece, _ in line) for line in lines] == ["    E: no", "    at x"]


def test_what_an_exception_tells_is_not_told_twice() -> None:
    """The other attributes stay."""
    attributes = {"exception.type": "E", "exception.stacktrace": "at x", "k": 1}

    assert is_exception(attributes)
    assert without_exception(attributes) == {"k": 1}
    assert not is_exception({"k": 1})


def test_the_origin_is_resource_and_scope() -> None:
    """Whatever it is the origin of."""
    lines = a_text().origin(log_record(a_log(), service="orders").scope)

    text = "\n".join("".join(piece for piece, _ in line).rstrip() for line in lines)
    assert (
        text
        == "\nResource  1\n  service.name  orders\n\nScope\n  name     tests\n  version  none"
    )


@pytest.mark.parametrize(
    ("flags", "what", "text"),
    [
        (0x301, "parent", "0x301  sampled  parent is remote"),
        (0x102, "span", "0x102  random trace id  span is local"),
        (0x301, "", "0x301  sampled"),
        (0, "parent", "0x0"),
    ],
)
def test_flags_say_what_their_bits_mean(flags: int, what: str, text: str) -> None:
    """R127: bits beyond those of W3C have a meaning for spans and links only."""
    assert flags_text(flags, what) == text


def test_a_moment_is_local_and_to_the_microsecond() -> None:
    """Without the offset, which is the same for all."""
    assert local_moment(T0 + 1_234) == "2025-10-09 08:53:20.000001"
