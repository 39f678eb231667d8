"""A value is shown so that its type can be told."""

from typing import Any

import pytest

from devtrace.model.attributes import EMPTY, plain_text, value_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("two words", "two words"),
        ("42 apples", "42 apples"),
        (True, "true"),
        (42, "42"),
        (-(2**63), "-9223372036854775808"),
        (1.0, "1.0"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (b"\x00\xff", "base64:AP8="),
        (None, EMPTY),
        ([], "[]"),
        ({}, "{}"),
        (["a", 1, None, True], '["a", 1, null, true]'),
        (
            {"k": [b"\x00", float("nan"), 0.5, {"ü": {}}]},
            '{"k": ["AA==", "NaN", 0.5, {"ü": {}}]}',
        ),
    ],
    ids=repr,
)
def test_each_type_has_its_text(value: Any, expected: str) -> None:
    """R122: maps and arrays as JSON, bytes as base64, what JSON lacks by name."""
    assert value_text(value) == expected


@pytest.mark.parametrize(
    "text",
    ["", "42", "-1.5", "1e9", "nan", "true", "false", EMPTY, "[1]", "{}", '"a"', "base64:AA=="],
)
def test_a_string_that_looks_like_another_type_is_quoted(text: str) -> None:
    """R122: `"42"` where a sender wrote text is often the bug one is looking for."""
    assert value_text(text) == f'"{text}"'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("42", "42"),
        ("", ""),
        (True, "true"),
        (0.5, "0.5"),
        (b"\x00\xff", "AP8="),
        (None, ""),
        (["a", 1], '["a", 1]'),
        ({"k": None}, '{"k": null}'),
    ],
)
def test_plain_text_has_no_marks_of_type(value: Any, expected: str) -> None:
    """In a format of strings a string is itself."""
    assert plain_text(value) == expected
