"""What is quoted is harmless on one line, and read as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.text import printable
from devtrace.query.quoting import is_harmless, quoted, unquoted


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_quoted_is_read_as_it_was(text: str) -> None:
    """Whatever it is, and nothing of it steers a terminal."""
    written = quoted(text)
    assert unquoted(written) == text
    assert printable(written) == written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r'"a\"b\\"', 'a"b\\'),
        (r'"\n\r\t\q"', "\n\r\tq"),
        (r'"\u001b\u202E\U0001f600"', "\x1b\u202e\U0001f600"),
        (r'"\u12\U00110000"', "u12U00110000"),
        (r"`\n`", r"\n"),
    ],
)
def test_an_escape_means_one_sign(written: str, meant: str) -> None:
    """What is no escape is the sign itself."""
    assert unquoted(written) == meant


def test_what_people_write_stays_as_it_is() -> None:
    """Escapes are for what nobody can see."""
    assert quoted("Grüße 價格 😀") == '"Grüße 價格 😀"'
    assert is_harmless("Grüße")
    assert not is_harmless("\x1b[2J")
