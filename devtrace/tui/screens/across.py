"""What the screens over many traces have alike: reading in slices, and saying how far it is."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from textual.app import ComposeResult

from devtrace.analysis.tally import Sample
from devtrace.analysis.tree import TreeNode
from devtrace.tui.across import AcrossReading
from devtrace.tui.desk import Desk
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.widgets.query_line import QueryLine

KeyT = TypeVar("KeyT", bound=Hashable)

_READ_EVERY_SECONDS = 0.025


class AcrossScreen(LiveScreen, Generic[KeyT]):
    """A screen over the traces in the current query, which it reads only while it is open.

    Args:
        desk: What the screen works on.
        samples_of: What is counted of a trace, from its rows.
    """

    def __init__(
        self, desk: Desk, samples_of: Callable[[Sequence[TreeNode]], list[Sample[KeyT]]]
    ) -> None:
        super().__init__(desk)
        self.reading: AcrossReading[KeyT] = AcrossReading(
            desk.session.store, samples_of, within=desk.ids_in_query
        )
        self._is_paused = False
        self._query = QueryLine()

    def compose(self) -> ComposeResult:
        """Lay out the frame, with what the figures are about under the header."""
        header, *others = super().compose()
        yield header
        yield self._query
        yield from others

    def on_mount(self) -> None:
        """Begin to read."""
        super().on_mount()
        self.set_interval(_READ_EVERY_SECONDS, self._read)

    def _read(self) -> None:
        if self.is_current and not self._is_paused:
            if self.desk.view.is_narrowed:
                self.desk.view.keep_up()
            self.reading.step()

    def say_progress(self, state: str) -> None:
        """Say how far reading is, or *state* when everything was read."""
        progress = self.reading.progress
        self._say_query()
        if self._is_paused:
            self.say("‖ paused", tone="warning")
        elif progress.is_done:
            self.say(state, tone="success")
        else:
            read, total = (f"{count:,}".replace(",", " ") for count in progress)
            self.say(f"read {read} of {total} traces", tone="accent")

    def _say_query(self) -> None:
        """Say which traces the figures are of, if not of all."""
        matches, search = self.desk.ids_in_query(), self.desk.search
        if matches is None:
            self._query.show(None, "", 0)
        elif not self._is_paused:
            self._query.show(len(matches), search.taken, len(self.desk.state.mutes))

    def action_toggle_pause(self) -> None:
        """Hold the figures still, or let them go on."""
        self._is_paused = not self._is_paused
        self.tick()
