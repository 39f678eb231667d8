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
