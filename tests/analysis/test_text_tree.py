"""A trace is readable as plain text, whatever its senders wrote and however wide the paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.analysis.text_tree import (
    MAX_LINE_CELLS,
    NARROWEST_CELLS,
    text_tree,
)
from devtrace.analysis.tree import assemble
from devtrace.model.text import cell_count, printable
from tests.builders import a_span, a_trace, an_event

ERROR = 2


def tree_of(
    *spans: Span | tuple[str, Span], width: int | None = None, settled: bool = True
) -> str:
    """Return the text of a trace of wire spans."""
    return text_tree(assemble(a_trace(*spans).spans), width=width, settled=settled)


def test_guides_show_who_called_whom_and_durations_stand_in_a_column() -> None:
    """The shape of the tree and where time went are seen at a glance."""
    text = tree_of(
        ("gateway", a_span("checkout", duration_ms=240)),
        ("auth", a_span("verify", parent="checkout", start_ms=1, duration_ms=15)),
        ("orders", a_span("place", parent="checkout", start_ms=20, duration_ms=200)),
        ("orders", a_span("insert", parent="place", start_ms=21, duration_ms=0.25)),
        ("mail", a_span("send", parent="place", start_ms=30, duration_ms=1_610)),
    )

    assert text.splitlines() == [
        "  gateway checkout   240ms",
        "  ├ auth verify       15ms",
        "  └ orders place     200ms",
        "    ├ orders insert  250µs",
        "    └ mail send      1.61s",
    ]


def test_a_failed_branch_is_marked_and_ends_with_what_it_said() -> None:
    """The eye follows the marks down to the exception, which is told once."""
    exception = an_event(
        "exception",
        attributes={"exception.type": "CardDeclined", "exception.message": "insufficient"},
    )
    text = tree_of(
        ("gateway", a_span("checkout", status=ERROR)),
        ("pay", a_span("charge", parent="checkout", status=ERROR, events=[exception])),
        ("pay", a_span("sql", parent="charge", start_ms=1)),
        (
            "mail",
            a_span("send", parent="checkout", start_ms=2, status=ERROR, message="no\nmail"),
        ),
    )

    assert text.splitlines() == [
        "✘ gateway checkout  10ms",
        "✘ ├ pay charge      10ms",
        "  │ │   CardDeclined: insufficient",
        "  │ └ pay sql       10ms",
        "✘ └ mail send       10ms",
        "        no␊mail",
    ]


def test_a_parent_that_is_missing_has_a_line_of_its_own() -> None:
    """What did not arrive is said, and is a verdict only once the trace is quiet."""
    orphan = ("pay", a_span("charge", parent="lost"))

    never = tree_of(orphan).splitlines()
    not_yet = tree_of(orphan, settled=False).splitlines()

    assert never[0].startswith("◌ parent ")
    assert never[0].endswith("never arrived")
    assert never[1] == "  └ pay charge  10ms"
    assert not_yet[0].endswith("not received yet")


def test_a_span_that_claims_an_impossible_parent_says_so() -> None:
    """A defect of the sender is beside the span it concerns."""
    assert tree_of(a_span("loop", parent="loop")).endswith("(is its own parent)  10ms")


def test_a_span_without_an_end_has_no_duration() -> None:
    """Nothing is invented where the sender gave nothing."""
    assert tree_of(a_span("open", end_time_unix_nano=0)).endswith("no end")


def test_no_rows_are_no_text() -> None:
    """Nothing is drawn of nothing."""
    assert text_tree(()) == ""


def test_hostile_names_act_on_nothing_and_cost_one_line() -> None:
    """Escape sequences, line breaks and megabytes stay one short harmless line each."""
    text = tree_of(("\x1b]0;x\x07" + "s" * 1_000_000, a_span("a", name="two\nlines\u202e")))

    assert len(text.splitlines()) == 1
    assert cell_count(text) <= MAX_LINE_CELLS
    assert printable(text) == text


def test_a_chain_of_thousands_costs_its_length() -> None:
    """Depth is drawn up to a bound, so text grows with spans and not with their square."""
    depth = 3_000
    spans = [
        a_span(str(level), parent=str(level - 1) if level else None, start_ms=level)
        for level in range(depth)
    ]

    text = tree_of(*spans)

    assert len(text.splitlines()) == depth
    assert len(text) <= depth * 100
    assert "⋯" in text


@given(
    width=st.integers(1, 120),
    parents=st.lists(st.integers(0, 30), max_size=25),
    name=st.text(max_size=60),
)
def test_every_width_is_kept_and_keeps_every_duration(
    width: int, parents: list[int], name: str
) -> None:
    """Names give way, figures do not, and no line is wider than asked."""
    spans = [
        a_span(str(number), name=name, parent=str(parent) if parent < number else None)
        for number, parent in enumerate(parents)
    ]
    if not spans:
        return

    lines = tree_of(*spans, width=width).splitlines()

    assert len(lines) == len(spans)
    assert all(cell_count(line) <= max(width, NARROWEST_CELLS) for line in lines)
    assert all(line.endswith("  10ms") for line in lines)


@pytest.mark.parametrize("name", ["支付", "e\u0301tat", "👩\u200d💻", "ﾊﾝ"])
def test_columns_hold_for_wide_and_combining_characters(name: str) -> None:
    """Figures stand under each other in every script."""
    lines = tree_of(a_span("a", name=name), a_span("b", parent="a", name="plain")).splitlines()

    assert cell_count(lines[0]) == cell_count(lines[1])
