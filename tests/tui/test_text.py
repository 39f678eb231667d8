"""Whatever a sender wrote fills the cells it is given, no more, and acts on nothing."""

import gc
import unicodedata
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from devtrace.tui.text import (
    Piece,
    display,
    display_title,
    fit,
    spread,
    strip_of,
    width_of,
    wrap,
)

HOSTILE = (
    "\x1b[2J\x1b[31mred\x1b]52;c;eA==\x07",
    "[red]x[/red] [@click=app.quit]quit[/]",
    "user\u202etxt.exe\u2066\u200f",
    "two\nlines\r\n\ttab\x00\x85\x9b31m",
    "支付服务 결제 ペイメント",
    "👩\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 ❤\ufe0f 🇩🇪 👍🏽",
    "e\u0301" * 40 + "\u0300" * 400,
    "\ud800 lone \udfff",
    "a\u2028b\u2029c",
)
ANY_TEXT = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=())),
    st.lists(st.sampled_from([*HOSTILE, "\n", " ", "x", "支", "\u0301", "\u200d"])).map(
        "".join
    ),
)
CELLS = st.integers(0, 60)
INK = Style(color="#112233")


def acts(text: str) -> bool:
    """Return whether a terminal, or the order of its letters, would obey some of *text*."""
    return any(
        unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(each) in {"LRE", "RLE", "PDF", "LRO", "RLO"}
        or unicodedata.bidirectional(each) in {"LRI", "RLI", "FSI", "PDI"}
        for each in text
    )


class Megabyte(str):
    """A text that counts how many of its characters were taken and gives all of them to nobody."""

    __slots__ = ("taken",)
    taken: int

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        part = super().__getitem__(key)
        self.taken = getattr(self, "taken", 0) + len(part)
        return part

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("the whole text was processed")

    __iter__ = isprintable = translate = split = splitlines = expandtabs = replace = _refuse


@given(ANY_TEXT, CELLS)
def test_displayed_text_fits_on_one_line_and_does_nothing(text: str, cells: int) -> None:
    """No cell more than asked for, no escape sequence, no line break, no turned order."""
    shown = display(text, cells)

    assert cell_len(shown) <= cells
    assert not acts(shown)
    assert len(shown.splitlines()) <= 1


@given(ANY_TEXT, CELLS)
def test_a_fitted_text_fills_its_column_exactly(text: str, cells: int) -> None:
    """Columns after it stay where they are, for wide, joined and combining characters too."""
    assert cell_len(fit(text, cells)) == cells
    assert cell_len(fit(text, cells, right=True)) == cells


@given(ANY_TEXT, st.integers(-3, 60), st.integers(1, 8))
def test_wrapped_lines_fit_and_do_nothing(text: str, cells: int, max_lines: int) -> None:
    """As many lines as allowed, none wider than asked for (four cells at least)."""
    lines = wrap(text, cells, max_lines=max_lines)

    assert 1 <= len(lines) <= max_lines
    assert all(cell_len(line) <= max(cells, 4) for line in lines)
    assert not any(acts(line) for line in lines)


@given(st.text(st.sampled_from("abc 支")), st.integers(4, 40))
def test_wrapping_loses_no_letter(text: str, cells: int) -> None:
    """All but the blanks at the breaks is there when there is room for it."""
    lines = wrap(text, cells, max_lines=1_000)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_still_there_to_be_read(text: str) -> None:
    """Markup is shown as it is and an escape sequence as its picture: nothing is hidden."""
    shown = display(text, 1_000)

    letters = {each for each in text if each.isalnum() or each in "[]/@="}
    assert letters <= set(shown)
    assert ("␛" in shown) == ("\x1b" in text)


@pytest.mark.parametrize("joiner", ["\u200b", "\u200c", "\u200d", "\u2060", "\ufe0e", "\ufe0f"])
def test_characters_on_whose_width_terminals_disagree_are_left_out(joiner: str) -> None:
    """A joined emoji becomes its parts, whose widths every terminal agrees on."""
    assert display(f"👩{joiner}👧", 10) == "👩👧"


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("checkout", 8, "checkout"),
        ("checkout", 7, "checko…"),
        ("check out", 7, "check…"),
        ("支付服务", 8, "支付服务"),
        ("支付服务", 7, "支付服…"),
        ("支付服务", 6, "支付…"),
        ("checkout", 1, "…"),
        ("checkout", 0, ""),
    ],
)
def test_what_does_not_fit_ends_in_an_ellipsis(text: str, cells: int, shown: str) -> None:
    """The reader sees that there is more; a wide character is never cut in half."""
    assert display(text, cells) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one\n\ntwo", ["one", "", "two"]),
        ("one\r\ntwo\r", ["one", "two"]),
        ("a\tb", ["a   b"]),
        ("the quick brown fox", ["the quick", "brown fox"]),
        ("0123456789 x", ["0123456789", "x"]),
        ("thequickbrownfox", ["thequickbr", "ownfox"]),
        ("支付服务支付", ["支付服务支", "付"]),
    ],
)
def test_lines_break_where_the_text_does_or_at_a_near_blank(
    text: str, lines: list[str]
) -> None:
    """A stack trace keeps its layout, and a sentence its words."""
    assert wrap(text, 10, max_lines=9) == lines


@pytest.mark.parametrize("text", ["one\ntwo\nthree", "one\n\n\n", "one\n" * 500])
def test_one_ellipsis_tells_that_lines_were_left_out(text: str) -> None:
    """The last line says so once, however short it is."""
    lines = wrap(text, 20, max_lines=2)

    assert len(lines) == 2
    assert lines[0] == "one"
    assert lines[1].endswith("…")
    assert lines[1].count("…") == 1


def test_a_megabyte_costs_what_is_shown_of_it() -> None:
    """The rest of a huge value is not even looked at."""
    name, value = Megabyte("x" * 2**20), Megabyte("line of a value\n" * 2**16)

    display(name, 40)
    wrap(value, 40, max_lines=12)

    assert name.taken <= 4 * 40 + 4
    assert value.taken <= 40 * 13


@given(ANY_TEXT, st.integers(0, 80))
def test_a_strip_is_as_wide_as_its_line(text: str, cells: int) -> None:
    """Too little is padded, too much is cut: the scroll bar beside it never moves."""
    strip = strip_of([(fit(text, 30), INK), ("tail", INK)], cells, Style(bgcolor="#000000"))

    assert sum(cell_len(segment.text) for segment in strip) == strip.cell_length == cells


def test_pieces_at_the_right_leave_from_the_left() -> None:
    """The most important fact stands last and is the last to go."""
    left: list[Piece] = [("title", INK)]
    right: list[Piece] = [("id ", INK), ("count ", INK), ("took", INK)]

    texts = [
        "".join(text for text, _ in spread(left, right, cells)) for cells in (24, 18, 12, 7)
    ]

    assert texts == [
        "title      id count took",
        "title   count took",
        "title   took",
        "title  ",
    ]


@given(st.lists(st.tuples(ANY_TEXT.map(lambda text: display(text, 20)), st.just(INK))))
def test_width_is_the_sum_of_cells(pieces: list[Piece]) -> None:
    """Widths are counted in cells, never in characters."""
    assert width_of(pieces) == cell_len("".join(text for text, _ in pieces))


def test_a_line_the_other_way_round_keeps_its_bars_and_gaps() -> None:
    """Else a bar would look like a gap, and a gap like a bar."""
    red, ground = Style(color="red"), Style(reverse=True)
    strip = strip_of([("12 ms  ██ ", red)], 12, ground)

    assert [(text, style) for text, style, _ in strip] == [
        ("12 ms", ground + red),
        ("  ", ground),
        ("██", red),
        (" ", ground),
        ("  ", ground),
    ]
    assert strip.text == "12 ms  ██   "


@pytest.mark.parametrize("cells", [4, 5, 3])
def test_a_line_holds_no_reference_to_itself(cells: int) -> None:
    """Drawn whole, as the compositor does, it is freed without the collector."""
    line = strip_of([("text", Style.null())], cells, Style.null())

    assert line.divide([cells, cells + 1]) == [line]

    assert line.cell_length == cells
    assert not [each for each in gc.get_referrers(line) if isinstance(each, list | dict)]


def test_a_line_is_divided_where_it_is_asked_to_be() -> None:
    """What a dialog covers is cut out of it."""
    line = strip_of([("one", Style.null()), ("two", Style.null())], 6, Style.null())

    assert [part.text for part in line.divide([2, 6])] == ["on", "etwo"]


def test_a_title_that_is_cut_keeps_what_was_answered() -> None:
    """The status says more than the rest of a path."""
    title = "GET /products/{sku} → 404"
    assert display_title(title, 25) == title
    assert display_title(title, 18) == "GET /produc… → 404"
    assert display_title(title, 10) == "GET /prod…"
    assert display_title("a long name without an answer", 12) == "a long name…"


@given(st.text(), st.integers(0, 40))
def test_a_title_is_never_wider_than_it_may_be(title: str, cells: int) -> None:
    """Whatever is in it."""
    assert cell_len(display_title(f"{title} → 200", cells)) <= cells
