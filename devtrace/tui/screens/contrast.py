"""Two sets of traces against each other: what each operation adds to a trace."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.containers import Container
from textual.widget import Widget

from devtrace.analysis.operations import spans_of_operation
from devtrace.analysis.title import NO_NAME
from devtrace.tui.across import STEP_SECONDS
from devtrace.tui.actions import Scope, bindings_in
from devtrace.tui.contrast_reading import ContrastReading
from devtrace.tui.desk import Desk
from devtrace.tui.found_view import FoundView
from devtrace.tui.screens.ask_query import AskQueryScreen
from devtrace.tui.screens.found import FoundScreen
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.seen_attributes import SeenAttributes
from devtrace.tui.trace_search import without_muted
from devtrace.tui.widgets.contrast_list import ContrastList
from devtrace.tui.widgets.contrast_summary import ContrastSummary

_READ_EVERY_SECONDS = 0.025
_OTHERS = "every other trace"


class ContrastScreen(LiveScreen):
    """What was held when it was asked for, in two sets; it stands still afterwards.

    Args:
        desk: What the screen works on.
        texts: The queries of A and of B; an empty one for B is every trace not in A. What is
            muted is in neither.
        mode: Title of the mode it is opened in.
    """

    SCOPE = Scope.CONTRAST
    BINDINGS: ClassVar = bindings_in(Scope.CONTRAST)

    def __init__(self, desk: Desk, texts: tuple[str, str], *, mode: str) -> None:
        super().__init__(desk)
        self.mode = mode
        self._texts = texts
        self._side = 1
        self.reading = self._begin()
        self._summary = ContrastSummary()
        self._list = ContrastList(desk.hues)

    @property
    def chosen(self) -> None:
        """No action on one trace means anything here."""
        return

    def body(self) -> Iterable[Widget]:
        """Return what is compared, and the operations."""
        yield self._summary
        yield Container(self._list, id="contrast")

    def main(self) -> Widget:
        """Return the operations."""
        return self._list

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.set_interval(_READ_EVERY_SECONDS, self._read)

    def on_unmount(self) -> None:
        """Read no further."""
        self.reading.stop()

    def _begin(self) -> ContrastReading:
        from devtrace.query import parse

        before, after = self._texts
        query, mutes = parse(after) if after else None, self.desk.state.mutes
        within = without_muted(None, mutes) if mutes else None
        store = self.desk.session.store
        return ContrastReading(store, parse(before), query, within=within)

    def _read(self) -> None:
        if self.is_current and not self.reading.is_done:
            if self.reading.step(STEP_SECONDS):
                self._list.show(self.reading.contrast)
            self.tick()

    def tick(self) -> None:
        """Say how far reading is."""
        reading, order = self.reading, self._list.order
        counts = (f"{each:,}".replace(",", " ") for each in (reading.looked_at, reading.total))
        looked_at, total = counts
        far = f"looked at {looked_at} of {total} traces"
        state = "" if reading.is_done else f"{far}; Esc ends it"
        texts = self._texts[0], self._texts[1] or _OTHERS
        self._summary.show(
            texts, reading.contrast, side=self._side, state=state, muted=reading.left_out
        )
        forgotten = sum(
            side.tallies.forgotten for side in (reading.contrast.before, reading.contrast.after)
        )
        if state:
            self.say(far, tone="accent")
        elif forgotten or reading.evicted:
            gone = (("names forgotten", forgotten), ("traces evicted", reading.evicted))
            said = (f"{count} {what}" for what, count in gone if count)
            self.say("  ".join(said), tone="warning")
        else:
            self.say(f"by {order.value}  ⏎ lists {'AB'[self._side]}", tone="success")

    # -- what keys do ----------------------------------------------------------------

    @on(ContrastList.Opened)
    def action_open_operation(self) -> None:
        """List the traces of the chosen set with the operation, or of the one that has it."""
        row = self._list.selected
        if row is None:
            return
        sides = (row.before, row.after)
        side = self._side if sides[self._side].count else 1 - self._side
        contrast, operation = self.reading.contrast, row.operation
        tallies = (contrast.before, contrast.after)[side].tallies
        name = operation.name or NO_NAME
        self.app.push_screen(
            FoundScreen(
                self.desk,
                f" {'AB'[side]}  {operation.service_name}  {name}",
                FoundView(tallies, [operation]),
                partial(spans_of_operation, operation=operation),
                mode=self.mode,
            )
        )

    def action_switch_side(self) -> None:
        """Have Enter list the traces of the other set."""
        self._side = 1 - self._side
        self.tick()

    def action_swap_sides(self) -> None:
        """Make A of B and B of A."""
        if not self._texts[1]:
            self.app.notify("B is every other trace: / asks for it by a query")
            return
        self._compare(self._texts[1], self._texts[0])

    def action_next_order(self) -> None:
        """Order the operations by something else."""
        self._list.sort_by(self._list.order.next)
        self.tick()

    def action_ask_again(self) -> None:
        """Ask for two other queries, beginning with these."""
        ask_for_sets(self, self._texts, self._compare)

    def action_read_again(self) -> None:
        """Compare what is held by now."""
        self._compare(*self._texts)

    def _compare(self, before: str, after: str) -> None:
        self._texts = (before, after)
        self.reading.stop()
        self.reading = self._begin()
        self._list.show(None)
        self.tick()

    def action_go_back(self) -> None:
        """Go back to where it was opened, whether all was read or not."""
        self.app.pop_screen()


def compare_sets(screen: LiveScreen) -> None:
    """Ask for two queries, A beginning as that over the list of traces, and compare their traces."""
    desk = screen.desk

    def compare(before: str, after: str) -> None:
        screen.app.push_screen(ContrastScreen(desk, (before, after), mode=screen.mode))

    held = desk.search.text if desk.search.error is None else ""
    ask_for_sets(screen, (held, ""), compare)


def ask_for_sets(
    screen: LiveScreen, texts: tuple[str, str], then: Callable[[str, str], None]
) -> None:
    """Ask for the queries of A and B, one after the other.

    Args:
        screen: Where it is asked.
        texts: What stands there at first.
        then: Called with both; not at all when the user goes back.
    """
    desk, seen = screen.desk, SeenAttributes()
    desk.view.refresh()
    seen.look_at(desk.view)

    def ask(title: str, default: str, *, takes_nothing: str = "") -> AskQueryScreen:
        history = desk.state.history
        return AskQueryScreen(
            title, default=default, history=history, seen=seen, takes_nothing=takes_nothing
        )

    def take_before(before: str | None) -> None:
        if before is None:
            return

        def take_after(after: str | None) -> None:
            if after is not None:
                for text in (after, before):
                    desk.state.add_to_history(text)
                then(before, after)

        nothing = f"nothing: {_OTHERS}"
        title = "Compare with which traces (B)"
        screen.app.push_screen(ask(title, texts[1], takes_nothing=nothing), take_after)

    screen.app.push_screen(ask("Compare which traces (A)", texts[0]), take_before)
