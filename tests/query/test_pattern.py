"""A regular expression has a bound on what it may cost."""

import pytest

from devtrace.query.pattern import (
    MAX_PATTERN_CHARS,
    MAX_TEXT_CHARS,
    PatternError,
    compile_pattern,
)


def test_a_pattern_matches_anywhere() -> None:
    """Whoever wants the whole says so."""
    assert compile_pattern("ET /c")("GET /checkout")
    assert not compile_pattern("^ET")("GET")
    assert compile_pattern("^gr.ß$")("grüß"[:2] + "üß")
    assert compile_pattern("注.")("a注文")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a?){30}a{30}$"])
def test_what_runs_away_elsewhere_ends(pattern: str) -> None:
    """Time grows with the text, not with the ways to match it."""
    assert not compile_pattern(pattern + "!")("a" * MAX_TEXT_CHARS)


@pytest.mark.parametrize(
    "pattern",
    ["(", "a" * (MAX_PATTERN_CHARS + 1), ".{999}", "(a{100}){100}", r"(a)\1", "(?=a)", "\\"],
)
def test_what_cannot_be_bounded_is_refused(pattern: str) -> None:
    """Too long, too large, or no regular expression: the message says which."""
    with pytest.raises(PatternError) as caught:
        compile_pattern(pattern)

    assert str(caught.value).startswith("the pattern ")
    assert caught.value.hint


def test_the_beginning_of_a_value_is_looked_at() -> None:
    """A value of a megabyte costs what its first part does."""
    assert not compile_pattern("x")("a" * MAX_TEXT_CHARS + "x")
