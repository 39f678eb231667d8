"""One trace in full: waterfall and everything each span has.  It grows while it is open."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.containers import Container, Horizontal
from textual.widget import Widget

from devtrace.model.span import Span
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.back_links import BackLinks
from devtrace.tui.desk import Desk
from devtrace.tui.operation_scan import OperationScan
from devtrace.tui.screens.ask import AskScreen
from devtrace.tui.screens.finding import FindingScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.span_jumps import SpanJumps
from devtrace.tui.screens.trace_choices import TraceChoices
from devtrace.tui.screens.trace_reading import TraceReading
from devtrace.tui.screens.view_keys import VIEW_SCOPES, ViewKeys
from devtrace.tui.widgets.flame import Flame
from devtrace.tui.widgets.group_table import GroupTable
from devtrace.tui.widgets.minimap import Minimap
from devtrace.tui.widgets.moment_list import MomentList
from devtrace.tui.widgets.raw_pane import RawPane
from devtrace.tui.widgets.span_detail import SpanDetail
from devtrace.tui.widgets.span_tree import SpanTree
from devtrace.tui.widgets.trace_title import TraceTitle
from devtrace.tui.widgets.view_tabs import ViewTabs

VIEWS = ("Timeline", "Flame", "Table", "Logs", "Raw")
"""The ways to look at a trace, in the order in which a key goes through them."""


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


class TraceScreen(ViewKeys, TraceReading, SpanJumps, FindingScreen, TraceChoices):
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
        super().__init__(desk, trace_id)
        self.mode = mode
        self._sought = span_id
        self._came_from: list[str] = []  # keys of the spans from which links were followed
        self._title = TraceTitle()
        self._tabs = ViewTabs(VIEWS)
        self._minimap = Minimap(desk.hues)
        self._tree = SpanTree(desk.hues)
        self._detail = SpanDetail(desk.hues)
        self._logs = MomentList(desk.hues)
        self._flame = Flame(desk.hues)
        self._table = GroupTable(desk.hues)
        self._raw = RawPane()
        self._view = VIEWS[0]
        self._scan = OperationScan(desk.session.store)
        self._back_links = BackLinks(desk.session.store, trace_id)

    @property
    def chosen(self) -> str | None:
        """The trace that is open."""
        return self._trace_id

    def body(self) -> Iterable[Widget]:
        """Return title, tree, and the detail or logs beside it."""
        yield Horizontal(self._title, self._tabs, id="title")
        yield self._bar
        yield self._minimap
        yield Container(
            self._tree,
            self._flame,
            self._table,
            self._raw,
            self._detail,
            self._logs,
            id="trace",
        )

    def main(self) -> Widget:
        """Return what the current view is about."""
        mains: dict[str, Widget] = {
            "Flame": self._flame, "Table": self._table, "Raw": self._raw,
        }  # fmt: skip
        return mains.get(self._view, self._tree)

    def tick(self) -> None:
        """Take in spans that arrived since; selection and folds stay."""
        view = self.desk.view
        self.read()
        is_settled = self._is_settled()
        is_evicted = self._trace_id not in view.store
        self._tree.show(self._waterfall, is_settled=is_settled)
        self._go_to_sought()
        self.show_matches()
        self._title.show(
            self._waterfall,
            is_settled=is_settled,
            is_evicted=is_evicted,
        )
        self._minimap.show(self._waterfall, self._tree.window, self._tree.matches)
        self._scan.work()
        if self._back_links.work():
            self._tree.show_links(self._back_links.counts)
        self._show_detail()
        if is_evicted:
            self.say("evicted", tone="warning")
        elif is_settled:
            self.say("")
        else:
            self.say("… still arriving", tone="accent")

    def _show_detail(self) -> None:
        node = self._tree.selected_node
        span = self._selected_span()
        self._detail.show(
            self._waterfall,
            node,
            is_settled=self._is_settled(),
            logs=self.logs_about(span),
            is_held=self.desk.session.store.__contains__,
            stands=self._scan.of(span),
            linked_from=self._links_to_selected(),
        )
        match self._view:
            case "Logs":
                self._logs.show(self._waterfall, self.logs_about(None))
            case "Flame":
                self._flame.show(self._waterfall, node)
            case "Table":
                self._table.show(self._waterfall)
            case "Raw":
                self._raw.show(self._waterfall, node)

    def _selected_span(self) -> Span | None:
        node = self._tree.selected_node
        return (
            None
            if self._waterfall is None or node is None
            else self._waterfall.nodes[node].span
        )

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

    def action_switch_pane(self) -> None:
        """Move the keys between the tree and what is beside it."""
        if self._view in VIEW_SCOPES:
            self.action_next_view()
            return
        beside = self._logs if self._view == "Logs" else self._detail
        (self._tree if beside.has_focus else beside).focus()

    def open_span(self, trace_id: str, span_id: str) -> None:
        """Go to a span of this trace, or open the trace it is in over this one."""
        node = self._waterfall.index_by_key.get(span_id) if self._waterfall else None
        span = (
            self._waterfall.nodes[node].span if self._waterfall and node is not None else None
        )
        is_here = span is not None and span.trace_id == trace_id
        if trace_id != self._trace_id and not is_here:
            open_span(self, trace_id, span_id, what="link")
        elif node is None:
            self.app.notify("the linked span of this trace has not arrived", severity="warning")
        else:
            self._leave_for(node)

    def _leave_for(self, node: int) -> None:
        """Go to another span of this trace; one comes back as from another trace."""
        here = self._tree.selected_node
        if self._waterfall is not None and here is not None:
            self._came_from.append(self._waterfall.keys[here])
        self._tree.select_node(node)

    def _come_back(self) -> bool:
        """Go back to where a link was followed within this trace, if one was."""
        rows = self._waterfall.index_by_key if self._waterfall is not None else {}
        while self._came_from:
            node = rows.get(self._came_from.pop())
            if node is not None and node != self._tree.selected_node:
                self._tree.select_node(node)
                return True
        return False

    # -- views -------------------------------------------------------------------------

    def show_view(self, view: str) -> None:
        """Look at the trace in another way; the selected span stays."""
        self._view = view
        for each in VIEWS:
            self.set_class(each == view, f"-{each.lower()}")
        self._tabs.show(view)
        self._tick()
        (self._logs if view == "Logs" else self.main()).focus()

    action_show_view = show_view

    def action_next_view(self) -> None:
        """Look at the trace in the next way."""
        self.show_view(VIEWS[(VIEWS.index(self._view) + 1) % len(VIEWS)])

    def action_previous_view(self) -> None:
        """Look at the trace in the way before."""
        self.show_view(VIEWS[VIEWS.index(self._view) - 1])

    @on(ViewTabs.Clicked)
    def _view_clicked(self, event: ViewTabs.Clicked) -> None:
        self.show_view(event.title)

    def action_toggle_logs(self) -> None:
        """Show what the trace said, or the selected span again."""
        self.show_view(VIEWS[0] if self._view == "Logs" else "Logs")

    @on(Flame.Selected)
    @on(GroupTable.Selected)
    def _span_selected(self, event: Flame.Selected | GroupTable.Selected) -> None:
        self._tree.select_node(event.node)
        if isinstance(event, GroupTable.Selected) and event.is_opened:
            self.show_view(VIEWS[0])

    @on(GroupTable.AttributeWanted)
    def _attribute_wanted(self, event: GroupTable.AttributeWanted) -> None:
        ask = AskScreen(
            "Group spans by the attribute", default=event.current, placeholder="http.route"
        )
        self.app.push_screen(ask, lambda name: self._table.group_by(name) if name else None)

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

    def action_go_back(self) -> None:
        """Stop finding, or go back along a link; else go back to where the trace was opened."""
        if not self.clear_find() and not self._come_back():
            self.app.pop_screen()
