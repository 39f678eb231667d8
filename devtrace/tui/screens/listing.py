"""What the screens of live lists have alike: the list, its welcome, pause and follow."""

from typing import Generic, TypeVar

from textual import on
from textual.widget import Widget

from devtrace.tui.desk import Desk
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.widgets.live_list import LiveList, LiveView
from devtrace.tui.widgets.welcome import Welcome

KeyT = TypeVar("KeyT")


class ListScreen(LiveScreen, Generic[KeyT]):
    """A live list with everything the selected row has beside it.

    Args:
        desk: What the screen works on.
        view: What the list shows.
        live_list: The list.
        welcome: What is shown while there is nothing to list.
    """

    def __init__(
        self, desk: Desk, view: LiveView[KeyT], live_list: LiveList[KeyT], welcome: Welcome
    ) -> None:
        super().__init__(desk)
        self._live = view
        self._list = live_list
        self._welcome = welcome

    def show_selected(self) -> None:
        """Show what the row under the cursor is about."""
        raise NotImplementedError

    def open_selected(self) -> None:
        """Open what the row under the cursor is about."""
        raise NotImplementedError

    def main(self) -> Widget:
        """Return the list."""
        return self._list

    def is_bare(self) -> bool:
        """Return whether there is nothing to list, so that the welcome is shown."""
        return not len(self._live)

    def tick(self) -> None:
        """Take in what arrived and show it."""
        has_changed = self._live.refresh()
        is_empty = self.is_bare()
        self.set_class(is_empty, "-empty")
        if is_empty:
            self._welcome.show(self.desk)
        if has_changed:
            self._list.take_changes()
        self.show_selected()
        self.say_state()

    def say_state(self) -> None:
        """Say whether the list is live, and what of it is out of sight."""
        view = self._live
        if view.paused:
            self.say(f"‖ paused  +{view.held_back} new", tone="warning")
        elif self._list.unseen:
            arrow = "↑" if view.newest_first else "↓"
            self.say(f"+{self._list.unseen} {arrow}  {self.live}".rstrip(), tone="accent")
        else:
            following = "following  " if view.following else ""
            self.say(f"{following}{self.live}".rstrip(), tone="success")

    @on(LiveList.Highlighted)
    def _highlighted(self) -> None:
        self.show_selected()
        self.say_state()

    @on(LiveList.Opened)
    def _opened(self) -> None:
        self.open_selected()

    def action_toggle_pause(self) -> None:
        """Hold the list still, or let it go on: said at once, and shown in the next frame."""
        if self._live.paused:
            self._live.resume()
        else:
            self._live.pause()
        self.say_state()
        self.call_after_refresh(self._tick)

    def action_follow_newest(self) -> None:
        """Select the newest row and keep doing so; a second press stops it."""
        view = self._live
        view.following = view.paused or not view.following
        if view.following:
            view.resume()
            if len(view):
                view.selected = view.id_at(0 if view.newest_first else len(view) - 1)
        self._list.take_changes()
        self.tick()
