"""A regular expression has a bound on what it may cost."""

from typing import Any

import pytest
import re2

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


def test_what_is_far_too_large_is_not_compiled_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred classes of letters want 200 000 steps, which would hold up a key."""
    limits: list[int] = []
    compile_ = re2.compile

    def noting(pattern: str, options: Any) -> Any:
        limits.append(options.max_mem)
        return compile_(pattern, options)

    monkeypatch.setattr(re2, "compile", noting)
    with pytest.raises(PatternError, match="too large"):
        compile_pattern(r"\pL" * 160)

    assert len(limits) == 1
    assert limits[0] < re2.Options().max_mem


def test_a_short_text_is_put_to_a_pattern_once() -> None:
    """What was found is remembered, and a long text is looked at again."""
    is_found = compile_pattern("a$")

    for text in ("a", "b", "a", "b", "c" * 1000 + "a"):
        assert is_found(text) is text.endswith("a")
