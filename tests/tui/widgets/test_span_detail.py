"""The pane keeps its place while a span is read, and is written anew when it must be."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry.proto.trace.v1 import trace_pb2
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.tui.theme import DARK, LIGHT, THEMES, ServiceHues, palette_of
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.span_detail import SpanDetail
from tests.builders import a_span, a_trace, span_id_of, trace_id_of
from tests.tui.rig import press, resize
from tests.tui.shop_trace import shop_trace


class Host(App[None]):
    """Shows one pane."""

    def __init__(self) -> None:
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.detail = SpanDetail(ServiceHues())

    def compose(self) -> ComposeResult:
        """Show the pane."""
        yield self.detail

    @property
    def lines(self) -> list[str]:
        """What the pane shows."""
        return [self.detail.render_line(y).text for y in range(self.detail.size.height)]


@asynccontextmanager
async def shown(size: tuple[int, int] = (50, 12)) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a host with an empty pane."""
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.detail.focus()
        await pilot.pause(0)
        yield app, pilot


def node_of(waterfall: Waterfall, span: str) -> int:
    """Return the node of a span by its readable name."""
    return waterfall.index_by_key[span_id_of(span)]


async def test_a_long_detail_scrolls_and_keeps_its_place_while_the_trace_grows() -> None:
    """The reader of a stack trace is not thrown back by spans that arrive."""
    spans = shop_trace("failed_charge")
    before, after = Waterfall(a_trace(*spans[:-1])), Waterfall(a_trace(*spans))
    async with shown() as (app, pilot):
        app.detail.show(before, node_of(before, "card.charge"), is_settled=False)
        await press(pilot, "pagedown", "down")
        top = app.detail.top
        assert top == 12

        app.detail.show(after, node_of(after, "card.charge"), is_settled=True)
        assert app.detail.top == top

        app.detail.show(after, node_of(after, "charge"), is_settled=True)
        assert app.detail.top == 0
        assert app.lines[0].startswith("● payments")


async def test_the_pane_is_written_for_its_width_and_theme() -> None:
    """After a resize and after a change of theme everything is whole."""
    waterfall = Waterfall(a_trace(a_span("a", attributes={"key": "value " * 30})))
    async with shown() as (app, pilot):
        app.detail.show(waterfall, 0, is_settled=True)
        rows = app.detail.row_count()

        await resize(pilot, 110, 12)
        assert app.detail.row_count() < rows
        assert {cell_len(line) for line in app.lines} == {110}

        app.theme = LIGHT.name
        (piece, *_) = app.detail.row_pieces(1, 110)
        assert piece[1] == palette_of(LIGHT.name).strong


async def test_an_unchanged_detail_is_not_written_again() -> None:
    """Ten times a second nothing is done for nothing."""
    waterfall = Waterfall(a_trace(a_span("a")))
    async with shown() as (app, _):
        app.detail.show(waterfall, 0, is_settled=True)
        lines = app.detail._written()

        app.detail.show(waterfall, 0, is_settled=True)

        assert app.detail._written() is lines


async def test_nothing_selected_is_an_empty_pane() -> None:
    """Before the first reading."""
    async with shown() as (app, pilot):
        app.detail.show(None, None, is_settled=True)
        await press(pilot, "down", "end")

        assert set(app.lines) == {" " * 50}


async def test_a_link_says_whether_its_trace_is_held() -> None:
    """And says otherwise as soon as that is different."""
    held: set[str] = set()
    link = trace_pb2.Span.Link(
        trace_id=bytes.fromhex(trace_id_of("other")), span_id=bytes.fromhex(span_id_of("a"))
    )
    waterfall = Waterfall(a_trace(a_span("a", links=[link])))
    async with shown() as (app, _):
        for trace, said in (("", "a trace that is not held"), ("other", "trace held here")):
            held.update({trace_id_of(trace)} if trace else ())
            app.detail.show(waterfall, 0, is_settled=True, is_held=held.__contains__)

            written = ["".join(text for text, _ in line) for line in app.detail._written()]
            assert any(said in line for line in written)
