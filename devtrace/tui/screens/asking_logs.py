"""The list of log records narrowed by a query: the bar, and how far the search is."""

import asyncio

from textual import on, work
from textual.timer import Timer

from devtrace.model.log import LogRecord
from devtrace.tui.condition_text import pairs_of_record
from devtrace.tui.desk import Desk
from devtrace.tui.log_search import warm_up
from devtrace.tui.screens.asking import offered, remark_on
from devtrace.tui.screens.listing import ListScreen
from devtrace.tui.screens.pick import PickScreen
from devtrace.tui.screens.saved_queries import pick_query, save_query
from devtrace.tui.widgets.live_list import LiveList
from devtrace.tui.widgets.log_detail import LogDetail
from devtrace.tui.widgets.query_bar import Offer, QueryBar
from devtrace.tui.widgets.welcome import Welcome

_PUMP_SECONDS = 0.03
"""How often a search that takes long goes on: it has half of the time, keys the other half."""
_EXAMPLES = "severity>=warn   service=orders   .order.id=7   or any text"


class LogAskingScreen(ListScreen[int]):
    """A list of log records under a query bar.

    Args:
        desk: What the screen works on.
        log_list: The list.
        welcome: What is shown while there is no record.
    """

    def __init__(self, desk: Desk, log_list: LiveList[int], welcome: Welcome) -> None:
        super().__init__(desk, desk.log_view, log_list, welcome)
        self._pump: Timer | None = None
        self._bar = QueryBar(
            _EXAMPLES, history=lambda: desk.state.log_history, offering=self._offered_at
        )

    def selected_record(self) -> LogRecord | None:
        """Return the record under the cursor."""
        view = self.desk.log_view
        return None if view.selected is None else view.record(view.selected)

    def on_mount(self) -> None:
        """Get the query language ready when the first frame is drawn and nobody waits."""
        super().on_mount()
        self._pump = self.set_interval(_PUMP_SECONDS, self._go_on, pause=True)
        self.call_after_refresh(self._warm_up)

    @work(group="warm up")
    async def _warm_up(self) -> None:
        """Import the query language beside everything else."""
        await asyncio.to_thread(warm_up)

    def is_bare(self) -> bool:
        """Return whether nothing is held; that nothing matches is something else."""
        return not self.desk.log_view.total

    def tick(self) -> None:
        """Take in what arrived and how far the search is."""
        super().tick()
        self._say_tally()

    def _say_tally(self) -> None:
        view, search = self.desk.log_view, self.desk.log_search
        if not self._bar.is_open:
            self._bar.show(search.text)
        total, found = (f"{count:,}".replace(",", " ") for count in (view.total, len(view)))
        tally = f"{found} of {total} record{'' if view.total == 1 else 's'}"
        if view.unsifted:
            tally += f"  searching… {100 - 100 * view.unsifted // view.total}%"
        is_answered = self._bar.text.strip() == search.text
        error = search.error if is_answered else None
        self._bar.say(
            f"{tally} " if search.text else "",
            remark=remark_on(error),
            is_alarming=error is not None,
        )
        if self._pump is not None:
            (self._pump.resume if view.unsifted else self._pump.pause)()

    def _go_on(self) -> None:
        """Search on between ticks."""
        if self.is_current and self.desk.log_view.sift():
            self._list.take_changes()
            self.show_selected()
        self._say_tally()

    # -- the bar -------------------------------------------------------------------------

    def action_open_query(self) -> None:
        """Let the user type a query, or change the one that holds."""
        if not self.is_bare():
            self.desk.log_search.learn()
            self._bar.open(self.desk.log_search.text)

    def action_clear_query(self) -> None:
        """Show every record again; the query is in the history."""
        if self.desk.log_search.text:
            self._bar.clear()

    def action_save_query(self) -> None:
        """Ask for a name and save the query under it."""
        search = self.desk.log_search
        save_query(self, "" if search.error else search.text, self.desk.state.save_log_query)

    def action_pick_query(self) -> None:
        """List the saved queries over log records; take one or delete some."""

        def take(text: str) -> None:
            self.ask(text)
            self.desk.log_search.keep()

        state = self.desk.state
        pick_query(self, state.log_queries, delete=state.delete_log_query, take=take)

    def ask(self, text: str) -> None:
        """Narrow the list to a query."""
        self.desk.log_search.ask(text)
        self._list.take_changes()
        self.tick()

    @on(QueryBar.Asked)
    def _asked(self, event: QueryBar.Asked) -> None:
        if self._bar.is_open:
            self.ask(event.text)

    @on(QueryBar.Kept)
    def _kept(self, event: QueryBar.Kept) -> None:
        self.ask(event.text)
        if self.desk.log_search.error is None:
            self.desk.log_search.keep()
            self._list.focus()

    @on(QueryBar.Cleared)
    def _cleared(self, event: QueryBar.Cleared) -> None:
        self.desk.state.add_to_log_history(event.text)
        self._list.focus()
        self.ask("")

    @on(LogDetail.PairWanted)
    def _pair_wanted(self, event: LogDetail.PairWanted) -> None:
        """Offer what the record has, and add what is picked to the query."""
        record = self.selected_record()
        pairs = pairs_of_record(record) if record is not None else []

        def narrow(number: int | None) -> None:
            if number is not None:
                self.desk.log_search.require(pairs[number], is_excluded=event.is_excluded)
                self._list.take_changes()
                self.tick()

        if pairs:
            title = f"List only records with{'out' * event.is_excluded}"
            self.app.push_screen(PickScreen(title, [pair.shown for pair in pairs]), narrow)

    def _offered_at(self, text: str, cursor: int) -> Offer:
        from devtrace.query.names import RECORDS

        return offered(self.desk.log_search.seen, text, cursor, vocabulary=RECORDS)
