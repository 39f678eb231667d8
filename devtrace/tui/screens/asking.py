"""The list of traces narrowed by a query: the bar, the search, and what is muted."""

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.timer import Timer

from devtrace.tui.desk import Desk
from devtrace.tui.screens.listing import ListScreen
from devtrace.tui.seen_attributes import SeenAttributes
from devtrace.tui.trace_search import warm_up
from devtrace.tui.widgets.query_bar import Offer, QueryBar, Remark
from devtrace.tui.widgets.trace_list import TraceList
from devtrace.tui.widgets.traces_welcome import TracesWelcome

if TYPE_CHECKING:
    from devtrace.query import QueryError
    from devtrace.query.names import Vocabulary

WARM_UP_AFTER_SECONDS = 0.5
_PUMP_SECONDS = 0.015
"""How often a search that takes long goes on: it has two thirds of the time, keys the rest."""
_EXAMPLES = "status=error   duration>1s   .http.route=/checkout   or any text"


def remark_on(error: "QueryError | None") -> Remark | None:
    """Return what the bar says of an error."""
    if error is None:
        return None
    return Remark(error.explanation, error.position, error.length)


def offered(
    seen: SeenAttributes, text: str, cursor: int, *, vocabulary: "Vocabulary | None" = None
) -> Offer:
    """Return what could stand at the cursor; a key that was never seen gets no operator first."""
    from devtrace.query.complete import ChoiceKind, complete
    from devtrace.query.names import SPANS

    known = vocabulary or SPANS
    start, stop, choices = complete(
        text, cursor, keys=seen.keys, values=seen.values, vocabulary=known
    )
    word = text[start:cursor]
    field = known.field_named(word)
    is_known = word in known.field_names or (field and field.name in seen.keys(field.scope))
    if not is_known:
        choices = tuple(sorted(choices, key=lambda each: each.kind is ChoiceKind.OPERATOR))
    return Offer(start, stop, [(each.text, each.kind.value) for each in choices])


class AskingScreen(ListScreen[str]):
    """A list of traces under a query bar.

    Args:
        desk: What the screen works on.
    """

    def __init__(self, desk: Desk) -> None:
        traces = TraceList(desk.view, desk.hues)
        super().__init__(desk, desk.view, traces, TracesWelcome())
        self._traces = traces
        self._seen = SeenAttributes()
        self._pump: Timer | None = None
        self._bar = QueryBar(
            _EXAMPLES, history=lambda: desk.state.history, offering=self._offered_at
        )

    def on_mount(self) -> None:
        """Get the query language ready when the first frame is drawn and nobody waits."""
        super().on_mount()
        self._pump = self.set_interval(_PUMP_SECONDS, self._go_on, pause=True)
        self.set_timer(WARM_UP_AFTER_SECONDS, self._warm_up)

    @work(group="warm up")
    async def _warm_up(self) -> None:
        """Import the query language beside everything else; what is muted needs it at once."""
        await asyncio.to_thread(warm_up)
        if self.desk.state.mutes and not self.desk.view.is_narrowed:
            self.desk.search.narrow()

    def is_bare(self) -> bool:
        """Return whether nothing is held; that nothing matches is something else."""
        view = self.desk.view
        return super().is_bare() and not (view.is_narrowed and len(view.store))

    def tick(self) -> None:
        """Take in what arrived and how far the search is."""
        super().tick()
        self._say_tally()

    def _say_tally(self) -> None:
        view, search = self.desk.view, self.desk.search
        if not self._bar.is_open:
            self._bar.show(search.text)
        total = f"{len(view.store):,}".replace(",", " ")
        found = f"{view.matching:,}".replace(",", " ")
        tally = f"{found} of {total} trace{'' if len(view.store) == 1 else 's'}"
        if view.unsorted > view.unsifted:
            tally = f"{tally}  sorting…"
        elif view.unsifted:
            done = 100 - 100 * view.unsifted // max(view.unsifted, len(view.store), 1)
            tally = f"{tally}  searching… {done}%"
        is_answered = self._bar.text.strip() == search.text
        error = search.error if is_answered else None
        self._bar.say(
            f"{tally} " if search.text else "",
            remark=remark_on(error),
            is_alarming=error is not None,
        )
        if self._pump is not None:
            (self._pump.resume if view.unsifted or view.unsorted else self._pump.pause)()

    def _go_on(self) -> None:
        """Search on between ticks, and draw what is found until it fills the screen.

        What comes after that, and how far the search is, a tick shows soon enough.
        """
        view = self.desk.view
        before = len(view)
        view.sift_on()
        is_searching = view.unsifted or view.unsorted
        if is_searching and (len(view) == before or before >= self._list.page_rows):
            return
        self._show_found()

    def _show_found(self) -> None:
        """Show what the search has found by now."""
        if self.desk.view.take_news():
            self._list.take_changes()
            self.show_selected()
        self._say_tally()

    # -- the bar -------------------------------------------------------------------------

    def action_open_query(self) -> None:
        """Let the user type a query, or change the one that holds."""
        if not self.is_bare():
            self._seen.look_at(self.desk.view)
            self._bar.open(self.desk.search.text)

    def action_clear_query(self) -> None:
        """Show every trace again; the query is in the history."""
        if self.desk.search.is_on:
            self._bar.clear()

    def action_save_query(self) -> None:
        """Ask for a name and save the query under it."""
        from devtrace.tui.screens.saved_queries import save_query

        search = self.desk.search
        save_query(self, "" if search.error else search.text, self.desk.state.save_query)

    def action_pick_query(self) -> None:
        """List the saved queries; take one or delete some."""
        from devtrace.tui.screens.saved_queries import pick_query

        def take(text: str) -> None:
            self.ask(text)
            self.desk.search.keep()

        state = self.desk.state
        pick_query(self, state.queries, delete=state.delete_query, take=take)

    def action_mute_shape(self) -> None:
        """Hide what begins like the selected trace."""
        selected = self.desk.view.selected
        shape = self.desk.search.shape_of(selected) if selected is not None else None
        if shape is None:
            return
        listing = self.key("pick_mute")
        if self.desk.search.mute(shape):
            self.app.notify(
                f"muted {' '.join(shape)}; {listing} lists what is muted", markup=False
            )
        else:
            self.app.notify(
                f"too much is muted already: {listing} lists it", severity="warning"
            )
        self.tick()

    def action_pick_mute(self) -> None:
        """List what is muted, and show again what is chosen."""
        from devtrace.tui.screens.pick import PickScreen

        mutes = list(self.desk.state.mutes)
        if not mutes:
            key = self.key("mute_shape")
            self.app.notify(
                f"nothing is muted: {key} hides traces that begin like the selected one"
            )
            return

        def unmute(number: int | None) -> None:
            if number is not None:
                self.desk.search.unmute(mutes[number])
                self.tick()

        lines = [f"{service}   {name}" for service, name in mutes]
        self.app.push_screen(PickScreen("Show again what is muted", lines), unmute)

    def ask(self, text: str) -> None:
        """Narrow the list to a query; the search has taken its first slice then."""
        self.desk.search.ask(text)
        self._show_found()

    @on(QueryBar.Asked)
    def _asked(self, event: QueryBar.Asked) -> None:
        if self._bar.is_open:
            self.ask(event.text)

    @on(QueryBar.Kept)
    def _kept(self, event: QueryBar.Kept) -> None:
        self.ask(event.text)
        if self.desk.search.error is None:
            self.desk.search.keep()
            self._list.focus()

    @on(QueryBar.Cleared)
    def _cleared(self, event: QueryBar.Cleared) -> None:
        self.desk.state.add_to_history(event.text)
        self.desk.search.clear()
        self._list.focus()
        self.tick()

    def _offered_at(self, text: str, cursor: int) -> Offer:
        return offered(self._seen, text, cursor)
