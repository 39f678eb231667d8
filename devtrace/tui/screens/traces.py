"""The live list of traces with a growing preview of the selected one."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.containers import Container
from textual.widget import Widget

from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.screens.trace_choices import TraceChoices
from devtrace.tui.screens.trace_strip import StripScreen
from devtrace.tui.text import display

if TYPE_CHECKING:
    from devtrace.tui.waterfall import Waterfall
    from devtrace.tui.widgets.span_tree import SpanTree
    from devtrace.tui.widgets.trace_title import TraceTitle

_SEARCHED_AT_ONCE = 50
"""Traces that are looked through before keys and frames have their turn."""
_MAX_STATE_CELLS = 48


class TracesScreen(TraceChoices, StripScreen):
    """Mode 1: what arrives, as it arrives."""

    SCOPE = Scope.TRACES
    mode = "Traces"
    BINDINGS: ClassVar = bindings_in(Scope.TRACES)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._preview: tuple[TraceTitle, SpanTree] | None = None
        """Made for the first trace that is selected: an empty list has none."""

    def body(self) -> Iterable[Widget]:
        """Return list and preview, or the welcome while nothing has arrived."""
        self.set_class(not len(self.desk.session.store), "-empty")
        yield self._welcome
        yield self._bar
        yield Container(self._list, Container(id="preview"), id="traces", classes="listing")

    def show_selected(self) -> None:
        """Show the tree of the selected trace."""
        super().show_selected()
        view = self.desk.view
        if view.selected is None:
            if self._preview is not None:
                self._show_preview(None, is_settled=True, is_evicted=False)
            return
        self._show_preview(
            view.waterfall(view.selected, is_held_still=view.paused),
            is_settled=view.is_settled(view.selected, is_held_still=True),
            is_evicted=view.selected not in view.store,
        )

    def _show_preview(
        self, waterfall: "Waterfall | None", *, is_settled: bool, is_evicted: bool
    ) -> None:
        if self._preview is None:
            from devtrace.tui.widgets.span_tree import SpanTree
            from devtrace.tui.widgets.trace_title import TraceTitle

            self._preview = TraceTitle(), SpanTree(self.desk.hues, is_preview=True)
            self.query_one("#preview").mount(*self._preview)
        title, tree = self._preview
        tree.show(waterfall, is_settled=is_settled)
        title.show(waterfall, is_settled=is_settled, is_evicted=is_evicted)

    def say_state(self) -> None:
        """Say how far files are read, when nothing else can arrive."""
        if self.desk.session.is_receiving or self.desk.view.paused:
            super().say_state()
        else:
            self._say_files()

    def _say_files(self) -> None:
        opened = self.desk.files.opened
        active = [each for each in opened if not each.is_done]
        if shown := active or opened:
            self.say(
                display(shown[-1].state, _MAX_STATE_CELLS), tone="accent" if active else ""
            )

    # -- what keys do ----------------------------------------------------------------

    def open_selected(self) -> None:
        """Open the selected trace in full."""
        if self.desk.view.selected is not None:
            from devtrace.tui.screens.trace import TraceScreen

            self.app.push_screen(
                TraceScreen(self.desk, self.desk.view.selected, mode=self.mode)
            )

    action_open_trace = open_selected

    def action_toggle_pin(self) -> None:
        """Pin the selected trace, or let it go."""
        self.desk.toggle_pin(self.desk.view.selected, tell=self.app.notify)
        self.tick()

    def action_next_failed(self) -> None:
        """Select the next trace with an error."""
        self._select_failed(1)

    def action_previous_failed(self) -> None:
        """Select the previous trace with an error."""
        self._select_failed(-1)

    def _select_failed(self, step: int) -> None:
        begun_at = self.desk.view.selected
        if begun_at is not None:
            self._search(begun_at, step)

    @work(group="search", exclusive=True)
    async def _search(self, begun_at: str, step: int) -> None:
        """Look for a failed trace, a few at a time; any move of the user ends it."""
        view = self.desk.view
        for number, trace_id in enumerate(view.ids_from(begun_at, step)):
            if number % _SEARCHED_AT_ONCE == _SEARCHED_AT_ONCE - 1:
                self.say("looking for an error …", tone="accent")
                await asyncio.sleep(0)
            if view.selected != begun_at:
                return
            if view.has_error(trace_id) and (row := view.row_of(trace_id)) is not None:
                self._list.action_move(row - self._list.cursor)
                return
        self.app.notify("no trace held has an error")
        self.say_state()

    def action_copy(self) -> None:
        """Offer what can be copied of the selected trace."""
        view = self.desk.view
        if view.selected is not None and (waterfall := view.waterfall(view.selected)):
            from devtrace.tui.screens.copy import CopyScreen

            is_settled = view.is_settled(view.selected, is_held_still=True)
            self.app.push_screen(CopyScreen(waterfall, None, is_settled=is_settled))

    def action_mark_trace(self) -> None:
        """Mark the selected trace as A, or let it go."""
        super().action_mark_trace()
        self._list.refresh()

    def action_clear_traces(self) -> None:
        """Forget every trace that is not pinned."""
        store = self.desk.session.store
        before = len(store)
        store.clear()
        kept = f"; {len(store)} pinned stay" if len(store) else ""
        self.app.notify(f"forgot {_traces(before - len(store))}{kept}")
        self.desk.view.following = True
        self.desk.view.resume()
        self.tick()


def _traces(count: int) -> str:
    return f"{count} trace" if count == 1 else f"{count} traces"
