"""What can be done with the trace that a screen has chosen, whichever screen it is."""

from devtrace.tui import comparing
from devtrace.tui.screens.live import LiveScreen


class TraceChoices(LiveScreen):
    """A screen with a chosen trace."""

    def action_mark_trace(self) -> None:
        """Mark the chosen trace as A, or let it go."""
        comparing.mark(self)

    def action_compare_traces(self) -> None:
        """Compare the chosen trace with the marked one."""
        comparing.compare(self)

    def action_replay_trace(self) -> None:
        """Replay the chosen trace into the store."""
        from devtrace.tui.again import replay_trace

        replay_trace(self.app, self.desk, self.chosen)

    def action_make_scenario(self) -> None:
        """Ask where to, and make a scenario of the chosen trace."""
        from devtrace.tui.again import make_scenario

        make_scenario(self.app, self.desk, self.chosen)
