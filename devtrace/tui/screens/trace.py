"""One trace in full: waterfall and everything each span has.  It grows while it is open."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.tui import comparing
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.again import make_scenario, replay_trace
from devtrace.tui.desk import Desk
from devtrace.tui.screens.copy import CopyScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.moment_list import MomentList
from devtrace.tui.widgets.span_detail import SpanDetail
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.trace_title import TraceTitle


def open_span(
    screen: LiveScreen, trace_id: str | None, span_id: str | None, *, what: str
) -> None:
    """Open a trace at a span over *screen*; say so when that cannot be.

    Args:
        screen: Where the user is.
        trace_id: None when *what* belongs to none.
        span_id: None is the first.
        what: What leads there.
    """
    if trace_id is None:
        screen.app.notify(f"this {what} belongs to no trace: it has no trace id")
    elif trace_id not in screen.desk.session.store:
        screen.app.notify(
            f"trace {trace_id} is not held: it was evicted, or no span of it has arrived",
            severity="warning",
            markup=False,
        )
    else:
        trace = TraceScreen(screen.desk, trace_id, mode=screen.mode, span_id=span_id)
        screen.app.push_screen(trace)


class TraceScreen(LiveScreen):
    """What Enter on a trace opens.

    Args:
        desk: What the screen works on.
        trace_id: The trace to show.
        mode: Title of the mode it is opened in.
        span_id: The span to go to as soon as it is there; None is the first.
    """

    SCOPE = Scope.TRACE
    BINDINGS: ClassVar = bindings_in(Scope.TRACE)

    def __init__(
        self, desk: Desk, trace_id: str, *, mode: str, span_id: str | None = None
    ) -> None:
        super().__init__(desk)
        self.mode = mode
        self._trace_id = trace_id
        self._sought = span_id
        self._title = TraceTitle(desk.hues)
        self._tree = SpanTree(desk.hues)
        self._detail = SpanDetail(desk.hues)
        self._logs = MomentList(desk.hues)
        self._received: Waterfall | None = None
        self._waterfall: Waterfall | None = None
        self._sets_clocks = False

    @property
    def chosen(self) -> str | None:
        """The trace that is open."""
        return self._trace_id

    def body(self) -> Iterable[Widget]:
        """Return title, tree, and the detail or logs beside it."""
        yield self._title
        yield Container(self._tree, self._detail, self._logs, id="trace")

    def main(self) -> Widget:
        """Return the tree."""
        return self._tree

    def tick(self) -> None:
        """Take in spans that arrived since; selection and folds stay."""
        view = self.desk.view
        self._received = view.waterfall(self._trace_id) or self._received
        self._waterfall = self._received
        if self._received is not None and self._sets_clocks:
            self._waterfall = self._received.adjusted
        is_settled = self._is_settled()
        is_evicted = self._trace_id not in view.store
        self._tree.show(self._waterfall, is_settled=is_settled)
        self._go_to_sought()
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
        logs = self.desk.trace_logs.of(self._trace_id)
        self._detail.show(
            self._waterfall,
            node,
            is_settled=self._is_settled(),
            logs=logs,
            is_held=self.desk.session.store.__contains__,
        )
        if self.has_class("-logs"):
            self._logs.show(self._waterfall, logs)

    def _go_to_sought(self) -> None:
        """Go to the span this screen was opened for, if it is there and nobody moved."""
        if self._sought is not None and self._waterfall is not None:
            node = self._waterfall.index_by_key.get(self._sought)
            if node is not None:
                self._sought = None
                self._tree.select_node(node)

    def _is_settled(self) -> bool:
        return self.desk.view.is_settled(self._trace_id)

    # -- what keys do ----------------------------------------------------------------

    @on(SpanTree.Highlighted)
    def _highlighted(self) -> None:
        self._sought = None
        self._show_detail()

    @on(SpanTree.Activated)
    def action_toggle_fold(self) -> None:
        """Fold or unfold the span under the cursor; in the logs, go to the record's span."""
        if self._logs.has_focus:
            self._logs.row_activated()
        else:
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

    def action_toggle_clocks(self) -> None:
        """Draw spans as if the clocks of all hosts agreed, or as they were received."""
        self._sets_clocks = not self._sets_clocks
        self.tick()
        if self._sets_clocks and self._waterfall is self._received:
            self.app.notify("no clock disagrees: every call lies within its caller")

    def action_switch_pane(self) -> None:
        """Move the keys between the tree and what is beside it."""
        beside = self._logs if self.has_class("-logs") else self._detail
        (self._tree if beside.has_focus else beside).focus()

    def action_toggle_logs(self) -> None:
        """Show what the trace said, or the selected span again."""
        self.toggle_class("-logs")
        self.tick()
        (self._logs if self.has_class("-logs") else self._tree).focus()

    @on(MomentList.Opened)
    def _moment_opened(self, event: MomentList.Opened) -> None:
        if event.node is None:
            self.app.notify("this record names no span of the trace")
        else:
            self._tree.select_node(event.node)
            self._tree.focus()

    def action_toggle_pin(self) -> None:
        """Pin this trace, or let it go."""
        self.desk.toggle_pin(self._trace_id, tell=self.app.notify)
        self.tick()

    def action_copy(self) -> None:
        """Offer what can be copied of this trace and of the selected span."""
        if self._waterfall is not None:
            self.app.push_screen(
                CopyScreen(
                    self._waterfall,
                    self._tree.selected_node,
                    is_settled=self._is_settled(),
                )
            )

    def action_mark_trace(self) -> None:
        """Mark this trace as A, or let it go."""
        comparing.mark(self)

    def action_compare_traces(self) -> None:
        """Compare this trace with the marked one."""
        comparing.compare(self)

    def action_replay_trace(self) -> None:
        """Replay this trace into the store."""
        replay_trace(self.app, self.desk, self.chosen)

    def action_make_scenario(self) -> None:
        """Ask where to, and make a scenario of this trace."""
        make_scenario(self.app, self.desk, self.chosen)

    def action_go_back(self) -> None:
        """Go back to where the trace was opened."""
        self.app.pop_screen()
