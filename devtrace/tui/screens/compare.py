"""Two traces laid over each other: what is different, and what made one of them slower."""

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import on, work
from textual.containers import Container
from textual.widget import Widget

from devtrace.analysis.diff import TraceDiff
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.patience import Patience
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.trace import open_span
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.diff_detail import DiffDetail
from devtrace.tui.widgets.diff_summary import DiffSummary
from devtrace.tui.widgets.diff_tree import DiffTree

MAX_ROWS_AT_ONCE = 4_000
"""Rows of both trees that are compared at once; more are in a thread."""


class CompareScreen(LiveScreen):
    """What `=` opens.  Both traces may grow, or be evicted, while they are compared.

    Args:
        desk: What the screen works on.
        before: The marked trace, A.
        after: The trace it is compared with, B.
        mode: Title of the mode it is opened in.
    """

    SCOPE = Scope.COMPARE
    BINDINGS: ClassVar = bindings_in(Scope.COMPARE)

    def __init__(self, desk: Desk, before: Waterfall, after: Waterfall, *, mode: str) -> None:
        super().__init__(desk)
        self.mode = mode
        self._pair = [before, after]
        self._compared: tuple[Waterfall, Waterfall] | None = None
        self._diff: TraceDiff | None = None
        self._side = 1
        self._patience = Patience()
        self._summary = DiffSummary(desk.hues)
        self._tree = DiffTree(desk.hues)
        self._detail = DiffDetail(desk.hues)

    @property
    def chosen(self) -> str:
        """The trace of the side that Enter opens."""
        return self._pair[self._side].trace.trace_id

    def body(self) -> Iterable[Widget]:
        """Return what makes up the difference, the merged tree and the detail."""
        yield self._summary
        yield Container(self._tree, self._detail, id="compare")

    def main(self) -> Widget:
        """Return the merged tree."""
        return self._tree

    def tick(self) -> None:
        """Take in spans that arrived since."""
        view = self.desk.view
        self._pair = [view.waterfall(each.trace.trace_id) or each for each in self._pair]
        self._compare()
        self._summary.show(self._diff, *(each.summary for each in self._pair))
        self._tree.show(self._diff)
        self._show_detail()
        evicted = [
            side
            for side, each in zip("AB", self._pair, strict=True)
            if each.trace.trace_id not in view.store
        ]
        if evicted:
            self.say(f"{' and '.join(evicted)} evicted", tone="warning")
        else:
            self.say(f"{self.key('open_side')} opens {'AB'[self._side]}", tone="accent")

    def _compare(self) -> None:
        """Compare anew if a trace grew and the last time is long enough ago."""
        before, after = self._pair
        is_known = self._compared == (before, after)
        if is_known or not self._patience.is_over:
            return
        self._compared = before, after
        diff = TraceDiff(before.nodes, after.nodes)
        if len(before.nodes) + len(after.nodes) <= MAX_ROWS_AT_ONCE:
            with self._patience.measured():
                _finish(diff)
            self._diff = diff
        else:
            self._compare_aside(diff)

    @work(group="compare", exclusive=True, description="")
    async def _compare_aside(self, diff: TraceDiff) -> None:
        with self._patience.measured():
            await asyncio.to_thread(_finish, diff)
        self._diff = diff
        self.tick()

    def _show_detail(self) -> None:
        self._detail.show(self._diff, self._tree.selected)

    # -- what keys do ----------------------------------------------------------------

    @on(DiffTree.Highlighted)
    def _highlighted(self) -> None:
        self._show_detail()

    @on(DiffTree.Activated)
    def action_open_side(self) -> None:
        """Open the span in the chosen trace, or in the one that has it."""
        index = self._tree.selected
        if self._diff is None or self._compared is None or index is None:
            return
        row = self._diff.rows[index]
        places = row.before, row.after
        side = self._side if places[self._side] is not None else 1 - self._side
        node, nodes = places[side], (self._diff.before, self._diff.after)[side]
        waterfall = self._pair[side]
        if node is not None:
            span_id = nodes[node].span_id
            open_span(self, waterfall.trace.trace_id, span_id, what="span")

    def action_switch_side(self) -> None:
        """Have Enter open the other trace."""
        self._side = 1 - self._side
        self.tick()

    def action_swap_sides(self) -> None:
        """Make A of B and B of A."""
        self._pair.reverse()
        self._patience = Patience()
        self.tick()

    def action_switch_pane(self) -> None:
        """Move the keys between tree and detail."""
        (self._tree if self._detail.has_focus else self._detail).focus()

    def action_next_change(self) -> None:
        """Go to the next difference."""
        self._select_change(1)

    def action_previous_change(self) -> None:
        """Go to the previous difference."""
        self._select_change(-1)

    def _select_change(self, step: int) -> None:
        if not self._tree.select_change(step):
            self.app.notify("no span is different")

    def action_go_to_cause(self) -> None:
        """Go to the span that adds most to the difference."""
        if self._diff is None or not self._diff.contributions:
            self.app.notify("both took equally long")
        else:
            self._tree.select_row(self._diff.contributions[0].rows[-1])

    def action_toggle_same(self) -> None:
        """List only what differs, or everything."""
        self._tree.toggle_same()
        self._show_detail()

    def action_go_back(self) -> None:
        """Go back to where it was opened."""
        self.app.pop_screen()


def _finish(diff: TraceDiff) -> None:
    """Compute what is drawn, so that drawing need not."""
    _ = diff.counts, diff.contributions, diff.self_times_nano
