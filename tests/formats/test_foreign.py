"""What other systems write is put where OpenTelemetry has it, within its bounds."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.formats.foreign import (
    RequestBuilder,
    Tags,
    any_value,
    dropped_count,
    end_nano,
    id_of,
    nano,
    text_of,
)


@given(st.integers(0, 2**128 - 1))
def test_every_hex_id_is_itself(number: int) -> None:
    """However many of its zeros were left out, and in either case."""
    assert id_of(f"{number:x}", 32) == (f"{number:032x}", True)
    assert id_of(f"{number:X}", 32) == (f"{number:032x}", True)


@given(st.text(min_size=1, max_size=40), st.sampled_from([16, 32]))
def test_every_text_is_an_id(text: str, digits: int) -> None:
    """Of the right length, the same each time, never all zero unless it says so."""
    digest, is_hex = id_of(text, digits)

    assert (digest, is_hex) == id_of(text, digits)
    assert len(bytes.fromhex(digest)) * 2 == digits
    assert is_hex or int(digest, 16)


@pytest.mark.parametrize("missing", [None, "", [], {}])
def test_no_id_stays_none(missing: object) -> None:
    """It is refused further on, with that reason."""
    assert id_of(missing, 16) == ("", True)


@given(st.integers(0, 2**64 - 1).map(lambda number: Decimal(number).scaleb(-3)))
def test_microseconds_are_exact(micros: Decimal) -> None:
    """As text they keep their nanoseconds."""
    assert nano(f"{micros:f}", Counter()) == int(micros * 1000)


@given(
    st.recursive(st.none() | st.floats() | st.text(), st.lists, max_leaves=3) | st.integers()
)
def test_no_time_is_out_of_bounds(value: object) -> None:
    """OTLP has unsigned 64-bit nanoseconds."""
    assert 0 <= nano(value, Counter()) < 2**64
    assert end_nano(2**64 - 1, nano(value, Counter())) == 2**64 - 1


@pytest.mark.parametrize(
    ("text", "count"),
    [("7", 7), ("4294967295", 2**32 - 1), ("4294967296", 0), ("-1", 0), ("", 0)],
)
def test_counts_fit_their_field(text: str, count: int) -> None:
    """OTLP has 32 bits for them."""
    assert dropped_count(text) == count


@pytest.mark.parametrize(
    ("value", "text"), [("x", "x"), (7, "7"), (True, "true"), (None, ""), ([1], ""), ({}, "")]
)
def test_scalars_are_text_where_text_belongs(value: object, text: str) -> None:
    """A number for a name is a name."""
    assert text_of(value) == text


def test_values_nested_too_deeply_are_left_out() -> None:
    """A tag cannot exhaust the stack."""
    value: Any = "core"
    for _ in range(900):
        value = [value]

    depth, here = 0, any_value(value)
    while here:
        (here,) = here["arrayValue"]["values"]
        depth += 1

    assert depth == 16


def test_of_a_key_that_occurs_twice_nothing_is_lost() -> None:
    """The last one tells, and every one is an attribute."""
    tags = Tags([("k", any_value(1)), ("k", any_value(2))])

    assert tags.text("k") == "2"
    assert len(tags.attributes()) == 2
    assert tags.take("k") == "2"
    assert tags.attributes() == []


def test_spans_are_grouped_by_who_sent_them() -> None:
    """One resource for each sender, one scope for each name and version."""
    builder = RequestBuilder()
    for sender, scope in (("a", "x"), ("b", "x"), ("a", "y"), ("a", "x")):
        builder.add({"name": sender + scope}, {"name": scope}, sender, [])

    grouped = [
        [[span["name"] for span in scope["spans"]] for scope in resource["scopeSpans"]]
        for resource in builder.request()["resourceSpans"]
    ]

    assert grouped == [[["ax", "ax"], ["ay"]], [["bx"]]]
