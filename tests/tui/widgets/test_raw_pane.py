"""What was sent, as JSON that folds, of a span or of the whole trace."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets import raw_pane
from devtrace.tui.widgets.raw_pane import MAX_RAW_SPANS, RawPane
from tests.builders import a_span, a_trace, span_id_of
from tests.tui.rig import press
from tests.tui.shop_trace import shop_trace
from tests.tui.test_text import HOSTILE, acts


class Host(App[None]):
    """Shows one pane."""

    def __init__(self, waterfall: Waterfall, node: int) -> None:
        super().__init__()
        self.pane = RawPane()
        self.waterfall = waterfall
        self.node = node

    def compose(self) -> ComposeResult:
        """Show the pane."""
        yield self.pane

    def on_mount(self) -> None:
        """Show the span."""
        self.pane.show(self.waterfall, self.node)
        self.pane.focus()

    @property
    def lines(self) -> list[str]:
        """What is drawn."""
        return [
            self.pane.render_line(y).text.rstrip(" ▐") for y in range(self.pane.size.height)
        ]

    @property
    def document(self) -> Any:
        """What all of the text says."""
        return json.loads("\n".join(self.pane._lines))


@asynccontextmanager
async def shown(*spans: Any, node: int = 0) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Run a terminal with a node of a trace."""
    app = Host(Waterfall(a_trace(*spans)), node)
    async with app.run_test(size=(100, 20)) as pilot:
        await pilot.pause(0)
        yield app, pilot


def span_ids(document: Any) -> list[str]:
    """Return the spans of an OTLP/JSON document."""
    return [
        span["spanId"]
        for resource in document["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


async def test_the_span_is_shown_or_the_whole_trace() -> None:
    """What is shown is OTLP/JSON that could be sent again."""
    async with shown(*shop_trace(), node=3) as (app, pilot):
        assert len(span_ids(app.document)) == 1
        await press(pilot, "w")
        assert len(span_ids(app.document)) == 15
        await press(pilot, "w")
        assert len(span_ids(app.document)) == 1


async def test_what_opens_folds_and_says_how_much_it_hides() -> None:
    """From the line that opens it, and from within."""
    async with shown(a_span("root")) as (app, pilot):
        rows = app.pane.row_count()
        await press(pilot, "down", "enter")
        assert app.lines[2].endswith(f'"resourceSpans": [ ⋯ {rows - 3} lines')
        assert app.pane.row_count() == 3
        await press(pilot, "enter")
        assert app.pane.row_count() == rows

        await press(pilot, *["down"] * 5, "enter")
        assert app.pane.row_count() < rows
        assert "⋯" in app.lines[1 + app.pane.cursor]


async def test_it_is_copied_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folded or not."""
    copied: list[str] = []
    monkeypatch.setattr(
        raw_pane, "copy", lambda _, text, *, what: copied.append(f"{what}: {text}")
    )
    async with shown(a_span("root")) as (app, pilot):
        await press(pilot, "enter", "y")
        assert app.pane.row_count() == 1
        assert span_ids(json.loads(copied[0].removeprefix("span as JSON: "))) == [
            span_id_of("root")
        ]


async def test_a_placeholder_has_nothing_to_show() -> None:
    """It says so, and no key harms it."""
    async with shown(a_span("a", parent="lost")) as (app, pilot):
        assert "was not received" in app.lines[0]
        await press(pilot, "enter", "y", "down", "end")


async def test_of_a_very_long_trace_the_first_spans_are_written() -> None:
    """How many are left out is said, and where all of them are to be had."""
    spans = [a_span(str(n), parent="root") for n in range(MAX_RAW_SPANS + 4)]
    async with shown(a_span("root"), *spans) as (app, pilot):
        await press(pilot, "w")
        assert len(span_ids(app.document)) == MAX_RAW_SPANS
        assert "5 more spans are left out, saving the trace saves them all" in app.lines[0]
        drawn = app.pane.lines_drawn
        await press(pilot, "end")
        assert app.pane.lines_drawn - drawn <= 2 * 20


async def test_hostile_text_does_nothing() -> None:
    """Names and values are data."""
    text = HOSTILE[0].encode("utf-8", "replace").decode()
    async with shown(a_span("a", name=text * 50, attributes={text: text})) as (app, _):
        assert not any(acts(line) for line in app.lines)
