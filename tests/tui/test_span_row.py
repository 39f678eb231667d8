"""A row of the tree fills its columns exactly, whatever a sender wrote and however deep it is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1 import trace_pb2
from rich.cells import cell_len

from devtrace.tui.span_row import SpanRowPainter
from devtrace.tui.text import Piece, width_of
from devtrace.tui.theme import DARK, Palette, ServiceHues, palette_of
from devtrace.tui.waterfall import TreeRow, Waterfall
from tests.builders import T0, a_span, a_trace, an_event, span_id_of
from tests.tui.shop_trace import shop_trace
from tests.tui.test_text import ANY_TEXT, HOSTILE, acts

PALETTE: Palette = palette_of(DARK.name)
WIDTHS = (28, 39, 54, 59, 79, 99, 119, 199)


def a_painter(waterfall: Waterfall, width: int = 99, **choices: bool) -> SpanRowPainter:
    """Return a painter in the dark theme."""
    return SpanRowPainter(
        waterfall, palette=PALETTE, hues=ServiceHues(), width=width, **choices
    )


def text_of(pieces: list[Piece]) -> str:
    """Return what a row says."""
    return "".join(text for text, _ in pieces)


def lines(waterfall: Waterfall, width: int = 99, **choices: bool) -> list[str]:
    """Return every row of a trace as text."""
    painter = a_painter(waterfall, width, **choices)
    return [text_of(painter.row(row)) for row in waterfall.rows(frozenset())]


def style_of(pieces: list[Piece], text: str) -> object:
    """Return how *text* is drawn."""
    return next(style for piece, style in pieces if text in piece)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_rows_of_a_checkout_fill_the_width(width: int) -> None:
    """Column heads, spans and bars end at the same cell, with and without self times."""
    waterfall = Waterfall(a_trace(*shop_trace("slow_payment")))

    for has_self_times in (True, False):
        painter = a_painter(waterfall, width, has_self_times=has_self_times)
        widths = {width_of(painter.row(row)) for row in waterfall.rows(frozenset())}
        assert widths == {width_of(painter.head())} == {width}


@given(name=ANY_TEXT, service=ANY_TEXT, width=st.integers(28, 200))
def test_no_name_moves_a_column(name: str, service: str, width: int) -> None:
    """Wide characters, escape sequences and line breaks take their cells and no more."""
    name, service = (text.encode("utf-8", "replace").decode() for text in (name, service))
    waterfall = Waterfall(
        a_trace((service, a_span("a", name=name)), ("x", a_span("b", name=name, parent="a")))
    )

    for line in lines(waterfall, width):
        assert cell_len(line) == width
        assert not acts(line)
        assert "10ms" in line


@given(depth=st.integers(1, 400), width=st.integers(28, 120))
def test_no_depth_moves_a_column(depth: int, width: int) -> None:
    """Of a deep row the nearest guides are drawn and its depth is told."""
    spans = [
        a_span(f"s{level}", parent=f"s{level - 1}" if level else None, start_ms=level)
        for level in range(depth + 1)
    ]
    waterfall = Waterfall(a_trace(*spans))
    painter = a_painter(waterfall, width)

    deepest = text_of(painter.row(TreeRow(depth)))

    assert cell_len(deepest) == width
    assert "└●" in deepest.replace(" ", "")
    assert "10ms" in deepest
    if depth > width:
        assert "⋯" in deepest


def test_guides_lead_to_the_parent() -> None:
    """Lines go on where a sibling follows and end at the last one."""
    spans = [
        a_span("a", start_ms=0),
        a_span("b", parent="a", start_ms=1),
        a_span("c", parent="b", start_ms=2),
        a_span("d", parent="a", start_ms=3, status=2, message="no funds"),
        a_span("e", parent="d", start_ms=4),
    ]

    guides = [line.split("1")[0].rstrip()[2:] for line in lines(Waterfall(a_trace(*spans)), 60)]

    assert guides == [
        "● shop a",
        "├ ● b",
        "│ └ ● c",
        "└ ● d",
        "  │ no funds",
        "  └ ● e",
    ]


def test_a_failed_span_has_its_mark_and_colour() -> None:
    """Error before everything else, for those who see colours and for those who do not."""
    waterfall = Waterfall(a_trace(*shop_trace("failed_charge")))
    painter = a_painter(waterfall)
    pieces = painter.row(TreeRow(0))

    assert text_of(pieces).startswith("✘→● gateway")
    assert style_of(pieces, "POST /checkout") == PALETTE.error
    assert sum(line.startswith("✘") for line in lines(waterfall)) == 6


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param([a_span("a", parent="a")], id="its own parent"),
        pytest.param([a_span("a"), a_span("a", name="other")], id="an id twice"),
        pytest.param([a_span("a", duration_ms=-5)], id="ends before it starts"),
        pytest.param([a_span("a", start_time_unix_nano=0)], id="no start"),
        pytest.param([a_span("a", end_time_unix_nano=0)], id="no end"),
        pytest.param(
            [a_span("a", kind=trace_pb2.Span.SPAN_KIND_SERVER,
                    attributes={"http.request.method": "GET", "http.response.status_code": 500})],
            id="probably failed",
        ),
    ],
)  # fmt: skip
def test_what_is_odd_is_marked(odd: list[trace_pb2.Span]) -> None:
    """The detail says what it is; the row says that there is something."""
    assert all(line.startswith("⚠") for line in lines(Waterfall(a_trace(*odd))))


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({"start_time_unix_nano": 0, "end_time_unix_nano": 0}, "no time"),
        ({"start_time_unix_nano": 0}, "no time"),
        ({"end_time_unix_nano": 0}, "no end"),
        ({"duration_ms": -5}, "0"),
        ({"duration_ms": 0}, "0"),
        ({"duration_ms": 0.94}, "940µs"),
        ({"start_time_unix_nano": 2**64 - 2, "end_time_unix_nano": 2**64 - 1}, "1ns"),
        ({"start_time_unix_nano": 1, "end_time_unix_nano": 2**64 - 1}, "584y"),
    ],
)
def test_odd_times_are_told_in_the_duration_column(times: dict[str, int], said: str) -> None:
    """No time is invented, and none breaks the row."""
    waterfall = Waterfall(a_trace(a_span("a", **times)))
    (line,) = lines(waterfall, 60)

    assert cell_len(line) == 60
    assert line[34:42].strip() == said


def test_a_span_without_times_has_no_bar() -> None:
    """There is no place for it on the axis."""
    (line,) = lines(
        Waterfall(a_trace(a_span("a", start_time_unix_nano=0, end_time_unix_nano=0)))
    )

    assert not set(line) & set("█▌▐▏─")


def test_a_span_without_start_begins_with_its_parent() -> None:
    """As long as it may have run, and thin: nobody knows when it worked."""
    parent = a_span("a", start_ms=50, duration_ms=50)
    early = a_span("z", start_ms=0, duration_ms=10)
    child = a_span("b", parent="a", start_time_unix_nano=0, end_time_unix_nano=T0 + 100_000_000)

    drawn = lines(Waterfall(a_trace(early, parent, child)))

    bar = next(line[-39:] for line in drawn if "no time" in line)
    assert bar.strip().startswith("▐──")
    assert bar.index("▐") == 19


def test_events_are_ticks_on_the_bar() -> None:
    """An exception has the mark of an error; an event outside the span stands at its end."""
    span = a_span(
        "a",
        duration_ms=100,
        events=[
            an_event("cache.miss", at_ms=50),
            an_event("exception", at_ms=75),
            an_event("late", at_ms=500),
            trace_pb2.Span.Event(name="timeless"),
        ],
    )
    (line,) = lines(Waterfall(a_trace(span)), 60)

    bar = line[-23:]
    assert (bar.count("•"), bar.count("✘")) == (2, 1)
    assert bar.index("•") < bar.index("✘")
    assert bar.endswith("•")


def test_ten_thousand_events_cost_a_bar_not_a_screen() -> None:
    """Only so many ticks are drawn as a bar can show."""
    events = [an_event("e", at_ms=number / 100) for number in range(10_000)]
    (line,) = lines(Waterfall(a_trace(a_span("a", duration_ms=100, events=events))), 60)

    assert cell_len(line) == 60


def test_a_folded_span_says_how_many_it_hides() -> None:
    """The number is of all spans under it, not of its children alone."""
    waterfall = Waterfall(a_trace(*shop_trace()))
    painter = SpanRowPainter(
        waterfall,
        palette=PALETTE,
        hues=ServiceHues(),
        width=99,
        folded={span_id_of("order")},
    )
    row = waterfall.index_by_key[span_id_of("order")]

    assert " ▸10" in text_of(painter.row(TreeRow(row)))


@pytest.mark.parametrize(
    ("is_settled", "said"),
    [(True, "◌ parent {}… never arrived"), (False, "… parent {}… not received yet")],
)
def test_a_missing_parent_is_a_verdict_only_once_settled(
    *, is_settled: bool, said: str
) -> None:
    """Until then it is still on its way."""
    (placeholder, child) = lines(
        Waterfall(a_trace(a_span("child", parent="lost"))), 60, is_settled=is_settled
    )

    assert placeholder.rstrip() == said.format(span_id_of("lost")[:8])
    assert "└ ● shop child" in child


def test_the_critical_path_is_lit_and_the_rest_is_quiet() -> None:
    """What did not decide the duration is muted, its bar thin."""
    waterfall = Waterfall(a_trace(*shop_trace("slow_payment")))
    painter = a_painter(waterfall, shows_critical_path=True)
    slow = painter.row(TreeRow(waterfall.index_by_key[span_id_of("card.charge")]))
    quick = painter.row(TreeRow(waterfall.index_by_key[span_id_of("stock.check")]))
    aside = painter.row(TreeRow(waterfall.index_by_key[span_id_of("email.send")]))

    assert style_of(slow, "██████") == PALETTE.critical
    assert style_of(slow, "card.charge") == PALETTE.text
    assert style_of(aside, "email.send") == PALETTE.muted
    assert PALETTE.critical in [style for _, style in quick]
    assert PALETTE.critical not in [style for _, style in aside]


def test_self_times_have_a_column_where_there_is_room() -> None:
    """The first column to leave, and its head leaves with it."""
    waterfall = Waterfall(a_trace(*shop_trace()))

    wide = a_painter(waterfall, 100, has_self_times=True)
    narrow = a_painter(waterfall, 54, has_self_times=True)

    assert "total    self" in text_of(wide.head())
    assert "self" not in text_of(narrow.head())


@pytest.mark.parametrize("text", HOSTILE)
def test_an_exception_row_is_one_harmless_line(text: str) -> None:
    """What a program threw is the most hostile text of all."""
    message = text.encode("utf-8", "replace").decode()
    waterfall = Waterfall(a_trace(a_span("a", status=2, message=message)))
    rows = waterfall.rows(frozenset())

    pieces = a_painter(waterfall, 40).row(rows[-1])

    assert rows[-1].exception
    assert width_of(pieces) <= 40
    assert not acts(text_of(pieces))


def test_rows_stay_where_they_are_while_the_tree_grows() -> None:
    """How deep the deepest row is moves no other row; deep ones are drawn closer."""
    chain = [a_span(f"s{n}", parent=f"s{n - 1}" if n else None) for n in range(24)]
    shallow = lines(Waterfall(a_trace(*chain[:4])), 80)
    deep = lines(Waterfall(a_trace(*chain)), 80)

    starts = [[line.index("●") for line in each] for each in (shallow, deep)]
    assert starts[0] == starts[1][:4] == [2, 4, 6, 8]
    assert {after - before for before, after in pairwise(starts[1][:9])} == {2, 1}
