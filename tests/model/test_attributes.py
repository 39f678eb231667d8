"""A value is shown so that its type can be told, and nothing it holds breaks that."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.attributes import EMPTY, plain_text, value_text
from devtrace.otlp.values import Value

VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(),
        st.binary(max_size=8),
        st.text(max_size=8),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "∅"),
        ("", '""'),
        ("plain text", "plain text"),
        ("42", '"42"'),
        ("4.5", '"4.5"'),
        ("1e9", '"1e9"'),
        ("NaN", '"NaN"'),
        ("true", '"true"'),
        ("True", "True"),
        ("∅", '"∅"'),
        ("null", "null"),
        ("42 apples", "42 apples"),
        ("[1]", '"[1]"'),
        ("{}", '"{}"'),
        ('"a"', '""a""'),
        ("base64:AA==", '"base64:AA=="'),
        (42, "42"),
        (-(2**63), "-9223372036854775808"),
        (True, "true"),
        (False, "false"),
        (4.5, "4.5"),
        (4.0, "4.0"),
        (1e300, "1e+300"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
        (b"", "base64:"),
        (b"\x00\xff", "base64:AP8="),
        ([], "[]"),
        ({}, "{}"),
        (["a", 1, None, True, 1.5], '["a", 1, null, true, 1.5]'),
        ([math.nan, -math.inf, b"\x00"], '["NaN", "-Infinity", "AA=="]'),
        ({"a": {"b": [None]}, "": ""}, '{"a": {"b": [null]}, "": ""}'),
        (["支付"], '["支付"]'),
    ],
)
def test_values_are_shown_as_the_specification_says(value: Value, text: str) -> None:
    """R122: maps and arrays as JSON, bytes in base64, odd numbers by name, emptiness as itself.

    A string that looks like another type is quoted: `"42"` where a sender wrote text is
    often the bug one is looking for.
    """
    assert value_text(value) == text


@given(VALUES)
def test_any_value_has_a_text(value: Value) -> None:
    """Nothing a sender can nest raises, and only the empty value is shown as empty."""
    text = value_text(value)

    assert text
    assert (text == EMPTY) is (value is None)


@given(st.lists(VALUES, max_size=4))
def test_an_array_is_json(value: list[Value]) -> None:
    """It can be pasted into anything that reads JSON, which has no NaN."""
    read = json.loads(value_text(value), parse_constant=pytest.fail)

    assert len(read) == len(value)


@given(st.text())
def test_a_string_is_never_taken_for_another_type(text: str) -> None:
    """What looks like a number, a boolean or nothing at all is in quotes."""
    shown = value_text(text)

    assert shown in {text, f'"{text}"'}
    if shown == text:
        assert shown not in {"", "true", "false", EMPTY}
        with pytest.raises(ValueError, match="could not convert"):
            float(shown)


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
def test_plain_text_has_no_marks_of_type(value: Value, expected: str) -> None:
    """In a format of strings a string is itself."""
    assert plain_text(value) == expected
