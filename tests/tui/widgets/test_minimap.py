"""The map above the tree shows when how much was running, and brushing it zooms."""

from typing import Any

import pytest
from textual.app import App, ComposeResult

from devtrace.tui.text import Piece, width_of
from devtrace.tui.theme import DARK, ServiceHues, palette_of
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.minimap import Minimap
from tests.builders import MILLISECOND, T0, a_span, a_trace
from tests.tui.shop_trace import shop_trace

PALETTE = palette_of(DARK.name)


def pieces(*spans: Any, width: int = 100, window: tuple[int, int] | None = None) -> list[Piece]:
    """Return the line of a trace."""
    line = Minimap(ServiceHues())
    line._waterfall, line._window = Waterfall(a_trace(*spans)), window
    return line.pieces(PALETTE, width)


def text_of(line: list[Piece]) -> str:
    """Return what a line says."""
    return "".join(text for text, _ in line)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_the_line_fills_every_width(width: int) -> None:
    """The map first; the heaviest span of the critical path where there is room."""
    line = pieces(*shop_trace("slow_payment"), width=width)

    assert width_of(line) == width
    assert ("card.charge 1.52s 91 %" in text_of(line)) is (width >= 60)


def test_it_is_as_high_as_much_was_running_and_red_where_something_failed() -> None:
    """One column per piece of time."""
    spans = [
        a_span("root", duration_ms=100),
        a_span("busy", parent="root", duration_ms=50, status=2),
    ]
    line = pieces(*spans, width=20)
    marks = [(text, style) for text, style in line if len(text) == 1]

    assert "".join(text for text, _ in marks) == "███████✘▅▅▅▅▅▅▅▅"
    assert [style == PALETTE.error for _, style in marks].index(True) == 7


def test_what_is_out_of_view_is_faint() -> None:
    """The middle half is in view."""
    window = (T0 + 25 * MILLISECOND, T0 + 75 * MILLISECOND)
    line = pieces(a_span("root", duration_ms=100), width=20, window=window)

    lit = [style == PALETTE.accent for text, style in line if len(text) == 1]
    assert lit == [False] * 4 + [True] * 8 + [False] * 4


async def test_brushing_it_tells_which_time() -> None:
    """From left to right or back; a click alone is nothing, a double one asks for all of it."""
    heard: list[tuple[int, ...] | None] = []

    class Host(App[None]):
        CSS = "Minimap { height: 1; }"

        def compose(self) -> ComposeResult:
            yield Minimap(ServiceHues())

        def on_minimap_brushed(self, event: Minimap.Brushed) -> None:
            if event.piece is None:
                heard.append(None)
            else:
                heard.append(tuple((time - T0) // MILLISECOND for time in event.piece))

    app = Host()
    async with app.run_test(size=(104, 3)) as pilot:
        line = app.query_one(Minimap)
        trace = a_trace(
            a_span("root", duration_ms=0),
            a_span("end", parent="root", start_ms=100, duration_ms=0),
        )
        line.show(Waterfall(trace), None)
        await pilot.pause(0)
        cells = line._cells
        for begin, end in ((12, 31), (31, 12)):
            await pilot.mouse_down(line, offset=(begin, 0))
            await pilot.mouse_up(line, offset=(end, 0))
        await pilot.click(line, offset=(5, 0))
        await pilot.pause(0)
        assert len(heard) == 2
        await pilot.click(line, offset=(5, 0), times=2)
        await pilot.pause(0)

    expected = (10 * 100 // cells, 30 * 100 // cells)
    assert heard == [expected, expected, None]
