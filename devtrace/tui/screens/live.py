"""What every screen has: header, status line, footer, a tick, and a smallest size."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from devtrace.tui.actions import Scope, actions_in
from devtrace.tui.desk import Desk
from devtrace.tui.text import display
from devtrace.tui.widgets.chrome import HeaderLine, KeyLine, StatusLine

TICK_SECONDS = 0.1
MODES = (("1", "Traces"), ("2", "Scenarios"))
_ACTION_BY_MODE_KEY = {"1": "show_traces", "2": "show_scenarios"}
_NEWS_SECONDS = 12.0
_MAX_NEWS_CELLS = 240
_TOO_SMALL = "devtrace needs at least\n40 × 10 characters"


class LiveScreen(Screen[None]):
    """A screen over the desk that looks at it ten times a second.

    Args:
        desk: What the screen works on.
    """

    SCOPE: ClassVar[Scope]
    MODE: ClassVar[str]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (80, "-normal"), (110, "-wide")]  # noqa: RUF012  # Textual's
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-short"), (20, "-tall")]  # noqa: RUF012  # Textual's

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    @property
    def chosen(self) -> str | None:
        """The trace that an action on one trace is about."""
        return self.desk.view.selected

    def body(self) -> Iterable[Widget]:
        """Return the widgets between header and status line."""
        raise NotImplementedError

    def tick(self) -> None:
        """Show what has changed."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay out the frame round the body."""
        yield HeaderLine(MODES, self.MODE)
        yield from self.body()
        yield StatusLine()
        yield KeyLine(tuple(actions_in(self.SCOPE, Scope.APP)))
        yield Static(_TOO_SMALL, id="too-small", markup=False)

    def on_mount(self) -> None:
        """Start ticking; the first look is at once."""
        self.set_interval(TICK_SECONDS, self._tick)
        self.call_after_refresh(self._tick)

    def on_screen_resume(self) -> None:
        """Look again at once when the screen comes back."""
        self.call_after_refresh(self._tick)

    def _tick(self) -> None:
        if self.is_current or self.app.screen_stack[-2:-1] == [self]:
            self.query_one(StatusLine).show(self.desk.held())
            self.tick()
            for sentence in self.desk.news_of_problems():
                self.app.notify(
                    display(sentence, _MAX_NEWS_CELLS),
                    title="a sender was refused",
                    severity="warning",
                    timeout=_NEWS_SECONDS,
                    markup=False,
                )

    def say(self, text: str, *, tone: str = "") -> None:
        """Show the state of the screen at the right of the header."""
        self.query_one(HeaderLine).show_state(text, tone=tone)

    @on(HeaderLine.ModeClicked)
    async def _mode_clicked(self, event: HeaderLine.ModeClicked) -> None:
        await self.run_action(f"app.{_ACTION_BY_MODE_KEY[event.key]}")

    @on(KeyLine.Pressed)
    async def _key_clicked(self, event: KeyLine.Pressed) -> None:
        target = "app." if event.action.scope is Scope.APP else ""
        await self.run_action(f"{target}{event.action.id}")
