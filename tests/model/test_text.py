"""Whatever a sender wrote, `printable` leaves nothing that a terminal would obey."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.text import cell_count, printable, shortened

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("GET /users/{id} → 200 ✔ 支付 👩‍💻", "GET /users/{id} → 200 ✔ 支付 👩‍💻"),
        ("\x1b[31mred\x1b]8;;http://x\x07", "␛[31mred␛]8;;http://x␇"),
        ("two\nlines\r\n\ttab\x00", "two␊lines␍␊␉tab␀"),
        ("\x7f\x9b31m\x85", "␡\ufffd31m\ufffd"),
        ("user\u202etxt.exe\u2066\u200f", "user\ufffdtxt.exe\ufffd\ufffd"),
        ("a\u2028b\u2029c\ud800d", "a\ufffdb\ufffdc\ufffdd"),
        ("[b]markup[/b]", "[b]markup[/b]"),
    ],
)
def test_what_acts_is_shown_instead_and_what_does_not_is_kept(written: str, shown: str) -> None:
    """A reader sees that something was there; letters of every script stay as they are."""
    assert printable(written) == shown


@given(ANY_TEXT)
def test_the_result_never_acts(text: str) -> None:
    """No control, no bidi override, no line break, nothing an encoder refuses; same length."""
    shown = printable(text)

    assert len(shown) == len(text)
    assert len(shown.splitlines()) <= 1
    shown.encode()
    assert not any(unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} for each in shown)
    assert not any(
        unicodedata.bidirectional(each)
        in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
        for each in shown
    )


@given(ANY_TEXT)
def test_printing_twice_changes_nothing(text: str) -> None:
    """It may stand on any road that telemetry takes, without counting how often."""
    once = printable(text)

    assert printable(once) == once


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("plain", 5), ("支付", 4), ("e\u0301", 1), ("ﾊﾝ", 2), ("Ｗ", 2), ("✘ →", 3)],
)
def test_cells_are_counted_as_a_terminal_fills_them(text: str, cells: int) -> None:
    """Wide characters are two cells and combining marks none, so columns stay columns."""
    assert cell_count(text) == cells


@given(ANY_TEXT, st.integers(1, 30))
def test_a_shortened_text_fits_and_is_the_start_of_the_whole(text: str, cells: int) -> None:
    """What is cut says so with an ellipsis; what fits is left alone."""
    whole = printable(text)

    shown = shortened(whole, cells)

    assert cell_count(shown) <= cells
    if cell_count(whole) <= cells:
        assert shown == whole
    else:
        assert shown.endswith("…")
        assert whole.startswith(shown[:-1])
