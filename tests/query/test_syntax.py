"""A slip that is made often is answered with what to write instead."""

import pytest

from devtrace.query.error import QueryError
from devtrace.query.parse import parse_expression


@pytest.mark.parametrize(
    ("text", "expected", "hint"),
    [
        ("status==error", ("a word", '"text"'), "write = for equal"),
        ("status<>error", ("a word", '"text"'), "write != for unequal"),
        ("{a} {b}", ("a relation such as >", "&&", "||", "| with an aggregate", "the end"),
         "join conditions in braces with && or ||, and put every condition in braces"),
        ("{a} &&", ("{", "("), ""),
        ("wow!", None, ""),
        ("a=", ("a word", '"text"'), ""),
        ("a & b", None, "put a text that has operators in it into quotes"),
        ("`a", (), "close it with `"),
    ],
)  # fmt: skip
def test_the_error_says_what_could_stand_there(
    text: str, expected: tuple[str, ...] | None, hint: str
) -> None:
    """In the words of a person, not in those of a grammar."""
    text = text.replace("a=", "name=")
    with pytest.raises(QueryError) as caught:
        parse_expression(text)

    assert caught.value.hint == hint
    if expected is not None:
        assert caught.value.expected == expected


@pytest.mark.parametrize(
    ("text", "function", "suggestion"),
    [
        ("{} | rate()", "rate", ""),
        ("{status=error} | by(.http.route) | count() > 1", "by", ""),
        ("{} | select(.a, .b)", "select", ""),
        ("{} | cuont()", "cuont", "count"),
    ],
)
def test_what_other_dialects_call_is_named(text: str, function: str, suggestion: str) -> None:
    """Also where it has the form of no aggregate; what is in quotes or in words is not meant."""
    with pytest.raises(QueryError) as caught:
        parse_expression(text)
    error = caught.value
    assert f"there is no aggregate '{function}'" in error.explanation
    assert (error.position, error.suggestion) == (text.index(function), suggestion)
    assert "count, avg, min, max, sum" in error.hint


@pytest.mark.parametrize("text", ['name="a | rate()" (', "a || rate() >", "`| by(x)` |"])
def test_what_is_no_call_is_not_named(text: str) -> None:
    """The mistake is where it is."""
    with pytest.raises(QueryError) as caught:
        parse_expression(text)
    assert "aggregate '" not in caught.value.explanation
