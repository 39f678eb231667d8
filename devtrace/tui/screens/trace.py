"""One trace in full: waterfall and everything each span has.  It grows while it is open."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.desk import Desk
from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.span_detail import SpanDetail
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.trace_title import TraceTitle


class TraceScreen(LiveScreen):
    """What Enter on a trace opens.

    Args:
        desk: What the screen works on.
        trace_id: The trace to show.
    """

    SCOPE = Scope.TRACE
    MODE = "Traces"
    BINDINGS: ClassVar = bindings_in(Scope.TRACE)

    def __init__(self, desk: Desk, trace_id: str) -> None:
        super().__init__(desk)
        self._trace_id = trace_id
        self._title = TraceTitle(desk.hues)
        self._tree = SpanTree(desk.hues)
        self._detail = SpanDetail(desk.hues)
        self._waterfall: Waterfall | None = None

    @property
    def chosen(self) -> str | None:
        """The trace that is open."""
        return self._trace_id

    def body(self) -> Iterable[Widget]:
        """Return title, tree and detail."""
        yield self._title
        yield Container(self._tree, self._detail, id="trace")

    def on_mount(self) -> None:
        """Let the tree have the keys."""
        super().on_mount()
        self._tree.focus()

    def tick(self) -> None:
        """Take in spans that arrived since; selection and folds stay."""
        view = self.desk.view
        self._waterfall = view.waterfall(self._trace_id) or self._waterfall
        is_settled = self._is_settled()
        is_evicted = self._trace_id not in view.store
        self._tree.show(self._waterfall, is_settled=is_settled)
        self._title.show(
            self._waterfall,
            is_settled=is_settled,
            is_evicted=is_evicted,
            shows_critical_path=self._tree.shows_critical_path,
        )
        self._show_detail()
        if is_evicted:
            self.say("evicted", tone="warning")
        elif is_settled:
            self.say("")
        else:
            self.say("… still arriving", tone="accent")

    def _show_detail(self) -> None:
        node = self._tree.selected_node
        self._detail.show(self._waterfall, node, is_settled=self._is_settled())

    def _is_settled(self) -> bool:
        return self.desk.view.is_settled(self._trace_id)

    # -- what keys do ----------------------------------------------------------------

    @on(SpanTree.Highlighted)
    def _highlighted(self) -> None:
        self._show_detail()

    @on(SpanTree.Activated)
    def action_toggle_fold(self) -> None:
        """Fold or unfold the span under the cursor."""
        self._tree.toggle_fold()

    def action_fold_or_parent(self) -> None:
        """Fold, or go to the parent."""
        self._tree.fold_or_parent()

    def action_unfold_or_child(self) -> None:
        """Unfold, or go to the first child."""
        self._tree.unfold_or_child()

    def action_fold_level(self) -> None:
        """Fold the deepest open level."""
        self._tree.fold_level(-1)

    def action_unfold_level(self) -> None:
        """Open one level more."""
        self._tree.fold_level(1)

    def action_fold_all(self) -> None:
        """Fold everything."""
        self._tree.fold_all(is_folded=True)

    def action_unfold_all(self) -> None:
        """Unfold everything."""
        self._tree.fold_all(is_folded=False)

    def action_next_error(self) -> None:
        """Go to the next span in error."""
        self._select_error(1)

    def action_previous_error(self) -> None:
        """Go to the previous span in error."""
        self._select_error(-1)

    def _select_error(self, step: int) -> None:
        if not self._tree.select_error(step):
            self.app.notify("no span of this trace has an error")

    def action_toggle_critical_path(self) -> None:
        """Show which spans decided how long the trace took, or stop showing it."""
        self._tree.toggle_critical_path()
        self.tick()

    def action_switch_pane(self) -> None:
        """Move the keys between tree and detail."""
        (self._tree if self._detail.has_focus else self._detail).focus()

    def action_toggle_pin(self) -> None:
        """Pin this trace, or let it go."""
        self.desk.toggle_pin(self._trace_id, tell=self.app.notify)
        self.tick()

    def action_copy(self) -> None:
        """Offer what can be copied of this trace and of the selected span."""
        if self._waterfall is not None:
            self.app.push_screen(CopyScreen(self._waterfall, self._tree.selected_node))

    def action_go_back(self) -> None:
        """Go back to where the trace was opened."""
        self.app.pop_screen()
