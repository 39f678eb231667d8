"""The caret stands below what is wrong, however long or wide the query is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.text import cell_count
from devtrace.query import parse
from devtrace.query.error import QueryError, caret_lines, listed, nearest


@pytest.mark.parametrize(
    ("text", "position", "length", "expected"),
    [
        ("a b c", 2, 1, ("a b c", "  ^")),
        ("status=eror", 7, 4, ("status=eror", "       ^^^^")),
        ("注文 x", 3, 1, ("注文 x", "     ^")),
        ("a\tb", 2, 1, ("a␉b", "  ^")),
        ("a", 1, 1, ("a", " ^")),
        ("\x1b[2J=", 4, 1, ("␛[2J=", "    ^")),
    ],
)
def test_the_caret_is_below_the_mistake(
    text: str, position: int, length: int, expected: tuple[str, str]
) -> None:
    """Wide characters count twice, and controls become their pictures."""
    assert caret_lines(text, position, length) == expected


@given(text=st.text(max_size=300), data=st.data())
def test_a_long_query_is_shown_where_it_matters(text: str, data: st.DataObject) -> None:
    """The line stays short and the caret within it."""
    position = data.draw(st.integers(0, len(text)))
    line, mark = caret_lines(text, position, 1)

    assert len(line) <= 100
    assert cell_count(mark) <= cell_count(line) + 1


def test_the_explanation_is_one_line_for_a_view() -> None:
    """Cause, what was expected and what was meant, without the query."""
    error = QueryError("x", text="q", position=0, expected=("a", "b"), suggestion="c")

    assert error.explanation == "x; expected a or b; did you mean 'c'?"
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("things", "said"), [("a", "a"), ("ab", "a or b"), ("abc", "a, b or c")]
)
def test_things_are_listed_as_in_a_sentence(things: str, said: str) -> None:
    """Commas, and one or."""
    assert listed(things) == said


def test_the_nearest_name_keeps_its_spelling() -> None:
    """Case is no difference, and what is far is not near."""
    assert nearest("STATUSMESSAGES", ["status", "statusMessage"]) == "statusMessage"
    assert nearest("zzz", ["status"]) == ""


def test_what_was_typed_is_named_only_so_far_and_harmless() -> None:
    """A word of thousands of characters, or one that turns the line round, spoils no terminal."""
    with pytest.raises(QueryError) as caught:
        parse("z" * 3000 + "=1")
    assert len(str(caught.value)) < 700
    with pytest.raises(QueryError) as caught:
        parse("\u202e=1")
    assert "\u202e" not in f"{caught.value}{caught.value.hint}"
