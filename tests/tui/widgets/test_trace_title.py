"""The title line says which trace this is; its facts give way before its title does."""

from dataclasses import replace

import pytest

from devtrace.model.trace import Trace
from devtrace.tui.joined_waterfall import JoinedWaterfall, Part
from devtrace.tui.text import Piece, width_of
from devtrace.tui.theme import DARK, palette_of
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.trace_title import TraceTitle
from tests.builders import a_span, a_trace, span_id_of
from tests.tui.shop_trace import Fault, shop_trace
from tests.tui.test_text import HOSTILE, acts

PALETTE = palette_of(DARK.name)


def title(trace: Trace, width: int = 120, **states: bool) -> list[Piece]:
    """Return the title line of a trace; it has settled and is held unless said otherwise."""
    line = TraceTitle()
    known = {"is_settled": True, "is_evicted": False} | states
    line._waterfall = Waterfall(trace)
    line._flags = (known["is_settled"], known["is_evicted"])
    return line.pieces(PALETTE, width)


def text_of(pieces: list[Piece]) -> str:
    """Return what a line says."""
    return "".join(text for text, _ in pieces).rstrip()


def a_checkout(fault: Fault | None = None) -> Trace:
    """Return the trace of one checkout."""
    return a_trace(*shop_trace(fault))


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (
            100,
            " POST /checkout → 200  94be4f7d…   08:53:20.000   15 spans · 7 services   293ms",
        ),
        (70, " POST /checkout → 200  08:53:20.000   15 spans · 7 services   293ms"),
        (56, " POST /checkout → 200  15 spans · 7 services   293ms"),
        (40, " POST /checkout → 200  293ms"),
        (24, " POST /checkout…  293ms"),
    ],
)
def test_facts_leave_in_a_fixed_order(width: int, said: str) -> None:
    """Id, time, counts; title and duration stay."""
    line = title(a_checkout(), width)

    assert width_of(line) <= width
    assert " ".join(text_of(line).split()) == " ".join(said.split())


@pytest.mark.parametrize(
    ("trace", "states", "said"),
    [
        (a_checkout(), {"is_evicted": True}, "✂ evicted"),
        (replace(a_checkout(), is_pinned=True), {}, "◆ pinned"),
        (replace(a_checkout(), is_partial=True), {}, "✂ partial"),
        (replace(a_checkout(), is_truncated=True), {}, "✂ truncated"),
        (a_trace(a_span("a", parent="lost")), {}, "◌ broken"),
    ],
)
def test_what_is_special_is_said_in_words(
    trace: Trace, states: dict[str, bool], said: str
) -> None:
    """Each state has its mark, and its word stays when facts leave."""
    for width in (120, 60):
        assert text_of(title(trace, width, **states)).endswith(said)


def test_a_missing_parent_is_no_verdict_before_the_trace_has_settled() -> None:
    """It may be on its way."""
    assert "broken" not in text_of(title(a_trace(a_span("a", parent="lost")), is_settled=False))


def test_a_failed_trace_is_marked() -> None:
    """As in the list."""
    line = title(a_checkout("failed_charge"))

    assert text_of(line).startswith(" ✘ POST /checkout → 402")


@pytest.mark.parametrize("hostile", [*HOSTILE, "x" * 2**20])
@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_hostile_title_fits_and_does_nothing(hostile: str, width: int) -> None:
    """The duration is still there."""
    name = hostile.encode("utf-8", "replace").decode()
    line = title(a_trace((name, a_span("a", name=name))), width, shows_critical_path=True)

    assert width_of(line) <= width
    assert not acts(text_of(line))
    assert "10ms" in text_of(line)


def test_without_a_trace_the_line_is_blank() -> None:
    """Before the first reading."""
    assert TraceTitle().pieces(PALETTE, 80) == []


@pytest.mark.parametrize(
    ("width", "said"), [(100, "↗ 2 traces as one, 3 left out"), (59, "↗2  "), (30, "↗2  ")]
)
def test_traces_shown_as_one_are_counted(width: int, said: str) -> None:
    """Also where there is little room; title and duration are those of the one that was opened."""
    order, mail = a_trace(a_span("order", trace="order")), a_trace(a_span("mail", trace="mail"))
    parts = [Part(Waterfall(order), None), Part(Waterfall(mail), (0, span_id_of("order")))]
    line = TraceTitle()
    line._waterfall = JoinedWaterfall(parts, 1, left_out=3)

    text = text_of(line.pieces(PALETTE, width))
    assert text.startswith(" mail")
    assert said in text
