"""A hand-written table is read to its end, and every defect of it is named."""

import tomllib
from collections.abc import Callable

import pytest

from devtrace.scenarios.table import Table


def a_table(text: str) -> tuple[Table, list[str]]:
    """Return the table that *text* is, and where its problems go."""
    problems: list[str] = []
    return Table(tomllib.loads(text), "x.toml", problems), problems


def test_what_is_sound_comes_back_and_nothing_is_noted() -> None:
    """Every kind of value has a reader of its own."""
    table, problems = a_table(
        'a = "text"\nb = ["x", "y"]\nc = 3\nd = 0.5\ne = true\nf = { k = "v" }\n[[g]]\nh = 1\n'
    )
    assert table.text("a") == "text"
    assert table.texts("b") == ("x", "y")
    assert table.number("c", default=1, low=1, high=9) == 3
    assert table.seconds("d", default=0, high=1) == 0.5
    assert table.flag("e") is True
    assert table.text_by_key("f") == {"k": "v"}
    (inner,) = table.tables("g")
    assert inner.number("h", default=0, low=0, high=1) == 1
    inner.finish()
    table.finish()
    assert problems == []


def test_what_is_absent_has_its_default() -> None:
    """Only what must be there is missed."""
    table, problems = a_table("")
    assert table.number("n", default=7, low=0, high=9) == 7
    assert table.seconds("s", default=1.5, high=9) == 1.5
    assert table.flag("f") is False
    assert table.text_by_key("t") == {}
    assert table.tables("ts", may_be_absent=True) == []
    assert problems == []
    assert table.text("must") == ""
    assert problems == ["x.toml: must: is missing"]


@pytest.mark.parametrize(
    ("text", "read", "problem"),
    [
        (
            "k = 10",
            lambda t: t.number("k", default=1, low=0, high=9),
            "a whole number from 0 to 9",
        ),
        ("k = true", lambda t: t.number("k", default=1, low=0, high=9), "a whole number"),
        ("k = true", lambda t: t.seconds("k", default=1, high=9), "seconds from 0 to 9"),
        ("k = -1", lambda t: t.seconds("k", default=1, high=9), "seconds from 0 to 9"),
        ("k = nan", lambda t: t.seconds("k", default=1, high=9), "seconds from 0 to 9"),
        ('k = "yes"', lambda t: t.flag("k"), "true or false"),
        ("k = { a = 1 }", lambda t: t.text_by_key("k"), "a table of texts"),
        ("k = []", lambda t: t.tables("k", may_be_absent=True), "one or more tables [[k]]"),
        ("k = [1]", lambda t: t.texts("k"), "a list of texts"),
        ("k = 1", lambda t: t.table("k"), "must be a table"),
    ],
)
def test_a_defect_is_named_with_its_key(
    text: str, read: Callable[[Table], object], problem: str
) -> None:
    """Reading goes on with the default."""
    table, problems = a_table(text)
    read(table)
    assert len(problems) == 1
    assert problems[0].startswith("x.toml: k: ")
    assert problem in problems[0]


def test_a_key_nobody_asked_for_suggests_the_near_one() -> None:
    """A slip of the finger is no silent default."""
    table, problems = a_table("contu = 3\n")
    table.number("count", default=1, low=0, high=9)
    table.finish()
    assert problems == ["x.toml: contu: is not known; did you mean count?"]
