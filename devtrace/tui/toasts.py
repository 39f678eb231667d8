"""What is said in passing stays short: a few seconds, and two messages at most."""

from textual.app import App
from textual.notifications import Notify

MAX_TOASTS = 2


class BriefToasts(App[None]):
    """An application whose newest messages take the place of older ones."""

    NOTIFICATION_TIMEOUT = 4.0

    def on_notify(self, event: Notify) -> None:
        """Make room: forget what is said again, and all but the newest."""
        said = event.notification
        shown = list(self._notifications)
        repeated = [each for each in shown if each.message == said.message]
        others = [each for each in shown if each.message != said.message]
        for each in [*repeated, *others[: max(0, len(others) - MAX_TOASTS + 1)]]:
            self._unnotify(each, refresh=False)

    def tell(self, news: str, is_problem: bool) -> None:  # noqa: FBT001  # a callback
        """Show what happened on the stage, longer where something is wrong."""
        if is_problem:
            self.notify(news, severity="error", timeout=20, markup=False)
        else:
            self.notify(news, markup=False)

    def warn(self, problem: str) -> None:
        """Show what a user should know, for as long as reading it takes."""
        self.notify(problem, severity="warning", timeout=20, markup=False)
