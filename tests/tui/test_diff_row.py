"""Rows of two traces laid over each other fit, whatever the senders wrote."""

import pytest

from devtrace.analysis.diff import TraceDiff
from devtrace.analysis.tree import assemble
from devtrace.tui.diff_row import DiffRowPainter
from devtrace.tui.diff_text import DiffText, contribution_text
from devtrace.tui.text import width_of
from devtrace.tui.theme import DARK, ServiceHues, palette_of
from tests.analysis.test_diff import shop
from tests.builders import MILLISECOND, a_span, a_trace
from tests.tui.test_text import HOSTILE, acts

PALETTE = palette_of(DARK.name)


def hostile_diff(text: str) -> TraceDiff:
    """Return a deep chain of spans whose every word is *text*, laid over one of its spans."""
    spans = [
        (
            text,
            a_span(
                str(n),
                parent=str(n - 1) if n else None,
                name=text,
                message=text,
                attributes={text or "x": text},
                start_ms=n,
            ),
        )
        for n in range(40)
    ]
    other = (text, a_span("0", name=text, attributes={text or "x": text + "1"}))
    return TraceDiff(assemble(a_trace(other).spans), assemble(a_trace(*spans).spans))


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if "\ud800" not in text])
@pytest.mark.parametrize("width", [36, 40, 78, 200])
def test_rows_and_details_fit_and_act_on_nothing(hostile: str, width: int) -> None:
    """At any depth and width."""
    diff = hostile_diff(hostile)
    painter = DiffRowPainter(diff, palette=PALETTE, hues=ServiceHues(), width=width)
    writer = DiffText(diff, palette=PALETTE, hues=ServiceHues(), width=width)
    lines = [painter.head(), *map(painter.row, range(len(diff.rows)))]
    lines += [line for index in (0, 39) for line in writer.lines(index)]

    assert max(map(width_of, lines)) <= width
    assert not any(acts(text) for line in lines for text, _ in line)


def test_marks_say_what_changed_without_colour() -> None:
    """One cell for what is new, gone, slower or faster, and one for the status."""
    diff = TraceDiff(shop(), shop("failed_charge"))
    painter = DiffRowPainter(diff, palette=PALETTE, hues=ServiceHues(), width=80)
    marks = {"".join(text for text, _ in painter.row(n))[:2] for n in range(len(diff.rows))}

    assert marks == {"  ", "▼✘", " ✘", "− "}


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (1_370 * MILLISECOND, "+1.37s, 100 % of the difference"),
        (685 * MILLISECOND, "+685ms, 50 % of the difference"),
        (1, "+1ns, <1 % of the difference"),
        (2_000 * MILLISECOND, "+2s"),
        (-5 * MILLISECOND, "-5ms"),
    ],
)
def test_only_a_part_of_the_difference_has_a_percentage(nano: int, text: str) -> None:
    """What works against it, or is more than all of it, has none."""
    assert contribution_text(TraceDiff(shop(), shop("slow_payment")), nano) == text
