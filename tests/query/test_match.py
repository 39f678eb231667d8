"""A value compares as a person means it, whatever type the sender gave it."""

from typing import Any

import pytest

from devtrace.query.literal import Literal
from devtrace.query.match import value_test, words
from devtrace.query.tree import Operator


@pytest.mark.parametrize(
    ("value", "operator", "text", "expected"),
    [
        (402, "=", "402", True),
        ("402", "=", "402", True),
        ("402.0", "=", "402", True),
        (402.0, "=", "402", True),
        ("0402", "=", "402", True),
        ("402x", "=", "402", False),
        (True, "=", "true", True),
        (True, "=", "1", False),
        ("true", "=", "true", True),
        ("TRUE", "=", "true", False),
        ("1s", "=", "1000ms", True),
        (10**9, "=", "1s", True),
        ("4KiB", "=", "4096", True),
        (b"\x00\x01", "=", "AAE=", True),
        ({"a": 1}, "=", '{"a": 1}', True),
        (None, "=", "", True),
        (5, ">", "4.5", True),
        ("5", ">", "10", False),
        ("b", ">", "a", True),
        ("b", ">", "10", False),
        (5, ">", "a", False),
        (True, ">", "0", False),
        (-1, "<", "0", True),
        (float("nan"), ">", "0", False),
        (2**63 - 1, ">=", "9223372036854775807", True),
        (2**63 - 2, ">=", "9223372036854775807", False),
        (402, "=~", "^4", True),
        (True, "=~", "^t", True),
        ("GET /", "=~", "get", False),
    ],
    ids=repr,
)
def test_values_compare(value: Any, operator: str, text: str, expected: bool) -> None:  # noqa: FBT001
    """Numbers in texts are numbers, and big ones are exact."""
    assert value_test(Operator(operator), Literal(text))(value) is expected


@pytest.mark.parametrize("value", [5, "5.0"])
def test_a_name_is_never_a_number(value: Any) -> None:
    """An operation called 5.0 is not the one called 5."""
    fulfils = value_test(Operator.EQUAL, Literal("5"), is_text=True)

    assert fulfils(value) is (value == 5)


def test_the_words_of_a_value_are_its_leaves() -> None:
    """Keys and bytes are not among them."""
    value = {"key": ["a", 1, {"inner": 2.5}], "other": b"bytes", "none": None, "yes": True}

    assert list(words(value)) == ["a", "1", "2.5", "true"]
