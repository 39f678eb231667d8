"""Find in an open trace: the bar below its title, and going from match to match."""

from textual import on

from devtrace.tui.condition_text import pairs_of_span
from devtrace.tui.desk import Desk
from devtrace.tui.screens.asking import offered, remark_on
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.seen_attributes import SeenAttributes
from devtrace.tui.trace_find import TraceFind
from devtrace.tui.waterfall import Waterfall
from devtrace.tui.widgets.query_bar import QueryBar
from devtrace.tui.widgets.span_tree import SpanTree

_EXAMPLES = "any text   status=error   .db.system=sqlite   duration>10ms"
_LEARNT_SPANS = 240
_PAUSE_SECONDS = 0.004
"""For so long keys and frames have their turn before a search in a long trace goes on."""


class FindingScreen(LiveScreen):
    """A screen of a trace's tree in which spans can be found.

    Args:
        desk: What the screen works on.
    """

    _tree: SpanTree
    _waterfall: Waterfall | None

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._find = TraceFind()
        self._seen = SeenAttributes()
        self._has_jumped = True
        self._will_go_on = False
        self._bar = QueryBar(
            _EXAMPLES,
            history=lambda: desk.state.history,
            offering=lambda text, cursor: offered(self._seen, text, cursor),
        )

    def show_matches(self) -> None:
        """Mark what matches in the trace as it is now; go to the first of a new query."""
        find, tree = self._find, self._tree
        if find.look_in(self._waterfall):
            tree.mark(find.rows)
        if not self._has_jumped and not find.is_searching:
            self._has_jumped = True
            if (row := find.first_row_from(tree.selected_node)) is not None:
                tree.select_node(row)
        is_answered = self._bar.text.strip() == find.text
        error = find.error if is_answered else None
        self._bar.say(
            f"{find.tally(tree.selected_node)} " if find.text else "",
            remark=remark_on(error),
            is_alarming=bool(find.text)
            and (error is not None or not (find.rows or find.is_searching)),
        )
        if find.is_searching and not self._will_go_on:
            self._will_go_on = True
            self.set_timer(_PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._will_go_on = False
        self.show_matches()

    def _look_for(self, text: str) -> None:
        if text != self._find.text:
            self._has_jumped = False
        self._find.ask(text)
        self.show_matches()

    # -- what keys do ----------------------------------------------------------------

    def action_find(self) -> None:
        """Let the user type what to find."""
        trace = self._waterfall.trace if self._waterfall else None
        for span in trace.spans[:_LEARNT_SPANS] if trace else ():
            self._seen.learn(span)
        self._bar.open(self._find.text)

    def action_next_match(self) -> None:
        """Go to the next span that matches."""
        self._go_to_match(1)

    def action_previous_match(self) -> None:
        """Go to the previous span that matches."""
        self._go_to_match(-1)

    def _go_to_match(self, step: int) -> None:
        row = self._find.next_row(self._tree.selected_node, step)
        if row is not None:
            self._tree.select_node(row)
            self.show_matches()
        elif self._find.text:
            self.app.notify("no span of this trace matches", markup=False)
        else:
            self.action_find()

    def action_require_attribute(self) -> None:
        """List only traces that have an attribute of the selected span."""
        self._ask_for_attribute(is_excluded=False)

    def action_exclude_attribute(self) -> None:
        """List only traces that do not have an attribute of the selected span."""
        self._ask_for_attribute(is_excluded=True)

    def _ask_for_attribute(self, *, is_excluded: bool) -> None:
        node = self._tree.selected_node
        span = (
            self._waterfall.nodes[node].span if self._waterfall and node is not None else None
        )
        pairs = pairs_of_span(span) if span is not None else []
        if not pairs:
            self.app.notify("this row has no attribute to ask for")
            return

        def narrow(number: int | None) -> None:
            if number is not None:
                prefix, key, value = pairs[number]
                self.desk.search.require(key, value, prefix=prefix, is_excluded=is_excluded)
                self.app.pop_screen()
                self.app.call_later(self.app.run_action, "app.show_traces")

        title = "List only traces without" if is_excluded else "List only traces with"
        self.app.push_screen(PickScreen(title, [pair.shown for pair in pairs]), narrow)

    def clear_find(self) -> bool:
        """Stop marking what matches; False if nothing was looked for."""
        if not self._find.text:
            return False
        self._bar.clear()
        return True

    @on(QueryBar.Asked)
    def _asked(self, event: QueryBar.Asked) -> None:
        if self._bar.is_open:
            self._look_for(event.text)

    @on(QueryBar.Kept)
    def _kept(self, event: QueryBar.Kept) -> None:
        self._look_for(event.text)
        if self._find.error is None:
            self.desk.state.add_to_history(event.text)
            self._tree.focus()

    @on(QueryBar.Cleared)
    def _cleared(self, event: QueryBar.Cleared) -> None:
        self.desk.state.add_to_history(event.text)
        self._look_for("")
        self._tree.focus()
