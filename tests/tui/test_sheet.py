"""Columns and paragraphs fit their width, and what is left out is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.tui.sheet import MAX_PAIRS, MAX_PARTS, MAX_VALUE_LINES, Line, Sheet
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, palette_of
from tests.tui.test_text import ANY_TEXT, Megabyte, acts

PALETTE = palette_of(DARK.name)


def a_sheet(width: int = 40) -> Sheet:
    """Return a sheet in the dark theme."""
    return Sheet(PALETTE, width)


def text_of(line: Line) -> str:
    """Return what a line says."""
    return "".join(text for text, _ in line)


@given(
    st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=6),
    st.integers(20, 120),
    st.sampled_from((2, 4)),
)
def test_pairs_fit_whatever_is_in_them(texts: dict[str, str], width: int, indent: int) -> None:
    """No key and no value reaches beyond the pane or acts on the terminal."""
    lines = list(a_sheet(width).pairs(texts, indent=indent))

    assert all(width_of(line) <= width for line in lines)
    assert not any(acts(text_of(line)) for line in lines)
    assert len(lines) >= len(texts)


@pytest.mark.parametrize(
    ("texts", "lines"),
    [
        ({}, []),
        ({"kind": "server", "self": "4ms"}, ["  kind  server", "  self  4ms"]),
        (
            {"messaging.destination.partition.id": "7", "a": "1"},
            [
                "  messaging.destination.partition.id  7",
                "  a                                   1",
            ],
        ),
        (
            {"key": "a value that goes on below itself, in its own column"},
            ["  key  a value that goes on below", "       itself, in its own column"],
        ),
        (
            {"messaging.destination.partition.id": "a value that is long as well, it is"},
            [
                "  messaging.destination.partition.id",
                "                   a value that is long",
                "                   as well, it is",
            ],
        ),
        (
            {"service.instance.id": "0" * 36, "telemetry.sdk.language": "python"},
            [
                "  service.instance.id",
                "    " + "0" * 36,
                "  telemetry.sdk.language  python",
            ],
        ),
        ({"id": "0" * 33}, ["  id  " + "0" * 33]),
        (
            {"id": "0" * 38, "k": "a\nb"},
            ["  id  " + "0" * 34, "      " + "0" * 4, "  k   a", "      b"],
        ),
        ({"": "x"}, ["    x"]),
    ],
)
def test_keys_and_values_stand_in_columns(texts: dict[str, str], lines: list[str]) -> None:
    """Short values leave room for long keys; a key is never cut, it gets a line of its own."""
    assert [text_of(line) for line in a_sheet().pairs(texts)] == lines


def test_more_pairs_than_anyone_reads_are_counted() -> None:
    """A span of a million attributes costs a thousand of them."""
    texts = {f"key.{number}": "x" for number in range(MAX_PAIRS + 7)}

    lines = [text_of(line) for line in a_sheet(70).pairs(texts)]

    assert len(lines) == MAX_PAIRS + 1
    assert lines[-1] == "  ⋯ 7 more attributes; copying it has all of them"


def test_of_many_parts_the_first_and_the_last_are_written() -> None:
    """What ended a span is not lost behind what it did ten thousand times."""
    numbers = range(10 * MAX_PARTS)

    lines = list(
        a_sheet(70).each(
            numbers, "events", lambda number: iter([[(str(number), PALETTE.text)]])
        )
    )
    texts = [text_of(line) for line in lines]

    assert len(texts) == MAX_PARTS + 1
    assert texts[0] == "0"
    assert texts[MAX_PARTS // 2].startswith(f"  ⋯ {9 * MAX_PARTS} more events")
    assert texts[-1] == str(10 * MAX_PARTS - 1)


@given(st.integers(0, MAX_PARTS))
def test_few_parts_are_all_written(count: int) -> None:
    """Each once, in order."""
    lines = a_sheet().each(
        range(count), "links", lambda number: iter([[(str(number), PALETTE.text)]])
    )

    assert [text_of(line) for line in lines] == [str(number) for number in range(count)]


def test_a_megabyte_costs_what_is_shown_of_it() -> None:
    """As a value, as a key and as a paragraph."""
    value, key, text = (Megabyte("line " * 2**18) for _ in range(3))
    sheet = a_sheet()

    lines = [
        *sheet.pairs({"value": value}),
        *sheet.pairs({key: "x"}),
        *sheet.paragraph(text, PALETTE.text),
    ]

    assert len(lines) <= 3 * MAX_VALUE_LINES + 2
    assert "⋯ 1 310 720 characters in all" in "".join(map(text_of, lines))
    assert max(value.taken, key.taken, text.taken) < 40 * 40


@pytest.mark.parametrize(
    ("count", "dropped", "lines"),
    [
        (0, 0, []),
        (3, 0, ["", "Events  3"]),
        (0, 5, ["", "Events  0  5 dropped by the SDK"]),
        (3, 5, ["", "Events  3  5 dropped by the SDK"]),
    ],
)
def test_a_section_says_how_much_it_has_and_how_much_it_lost(
    count: int, dropped: int, lines: list[str]
) -> None:
    """An empty one is left out, but not when an SDK has dropped what was in it."""
    assert [text_of(line) for line in a_sheet().section("Events", count, dropped)] == lines
