"""What every screen has: header, status line, footer, a tick, and a smallest size."""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from devtrace.tui.actions import Action, Scope
from devtrace.tui.desk import Desk
from devtrace.tui.text import display
from devtrace.tui.widgets.chrome import HeaderLine, KeyLine, StatusLine
from devtrace.tui.widgets.notice import Notice

TICK_SECONDS = 0.1
_READING_SECONDS, _PAUSE_SECONDS = 0.008, 0.004
"""How long large traces are read before keys and frames have their turn, and for how long."""
MODES = (
    ("1", "Traces"),
    ("2", "Services"),
    ("3", "Operations"),
    ("4", "Logs"),
    ("5", "Metrics"),
    ("6", "Scenarios"),
)
_WORK_CELLS = 40
_TOO_SMALL = "devtrace needs at least\n40 × 10 characters"


class LiveScreen(Screen[None]):
    """A screen over the desk that looks at it ten times a second.

    Args:
        desk: What the screen works on.
    """

    AUTO_FOCUS = ""
    """The main widget takes the keys itself; Textual would give them to the query bar first."""
    SCOPE: ClassVar[Scope]
    mode: str
    """Title of the mode it belongs to."""
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (80, "-normal"), (110, "-wide")]  # noqa: RUF012  # Textual's
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-short"), (20, "-tall")]  # noqa: RUF012  # Textual's

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._is_reading = False

    @property
    def chosen(self) -> str | None:
        """The trace that an action on one trace is about."""
        return self.desk.view.selected

    def body(self) -> Iterable[Widget]:
        """Return the widgets between header and status line."""
        raise NotImplementedError

    @property
    def live(self) -> str:
        """What is said of figures that go on by themselves; empty when nothing can arrive."""
        files = self.desk.files.opened
        is_live = self.desk.session.is_receiving or not all(each.is_done for each in files)
        return "● live" if is_live else ""

    def main(self) -> Widget:
        """Return the widget that has the keys unless the user gave them to another."""
        raise NotImplementedError

    def tick(self) -> None:
        """Show what has changed."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Lay out the frame round the body."""
        self._take_size()
        session = self.desk.session
        is_exposed = session.is_receiving and session.is_exposed
        modes = [(self._app_key(f"show_{title.lower()}"), title) for _, title in MODES]
        yield HeaderLine(modes, self.mode, is_exposed=is_exposed)
        yield from self.body()
        yield Notice()
        yield StatusLine()
        yield KeyLine(self._offered())
        yield Static(_TOO_SMALL, id="too-small", markup=False)

    def _take_size(self) -> None:
        """Have the classes of the terminal's size at the first frame, not after it."""
        width, height = self.app.size
        for breakpoints, cells in (
            (self.HORIZONTAL_BREAKPOINTS, width),
            (self.VERTICAL_BREAKPOINTS, height),
        ):
            self.add_class([name for least, name in breakpoints if cells >= least][-1])

    def on_mount(self) -> None:
        """Give the keys to the main widget, look at once, and from then on ten times a second."""
        self.main().focus()
        self._tick()
        self.set_interval(TICK_SECONDS, self._tick)
        self.call_after_refresh(self._tick)

    def on_screen_resume(self) -> None:
        """Look again at once when the screen comes back."""
        self.call_after_refresh(self._tick)

    def _await_reading(self) -> None:
        """Have large traces read on soon, after the keys and frames that wait by then."""
        if self.desk.view.is_reading and not self._is_reading:
            self._is_reading = True
            self.set_timer(_PAUSE_SECONDS, self._read_on)

    def _read_on(self) -> None:
        self._is_reading = False
        if self.desk.view.read_on(_READING_SECONDS):
            self._tick()
        else:
            self._await_reading()

    def _tick(self) -> None:
        if self.is_current or self.app.screen_stack[-2:-1] == [self]:
            self.query_one(StatusLine).show(self.desk.held())
            self.tick()
            self._await_reading()
            self.query_one(KeyLine).offer(self._offered())
            self._give_keys()
            unseen = self.desk.unseen_diagnoses
            newest = self.desk.diagnoses.newest if unseen else None
            key = self._app_key("show_diagnostics")
            self.query_one(Notice).show(newest, count=unseen, key=key)

    def _offered(self) -> tuple[Action, ...]:
        """Return what the footer lists: of use now, and no more."""
        actions = self.desk.keymap.actions_in
        if not self.has_class("-empty"):
            return tuple(action for action in actions(self.SCOPE, Scope.APP) if action.footer)
        is_receiving = self.desk.session.is_receiving
        return tuple(
            action
            for action in actions(Scope.APP)
            if action.when_empty and (is_receiving or action.id != "start_shop")
        )

    def _give_keys(self) -> None:
        """Give the keys back to the main widget: what is not displayed loses them."""
        main = self.main()
        if self.focused is None and all(node.display for node in main.ancestors_with_self):
            main.focus()

    def say(self, text: str, *, tone: str = "") -> None:
        """Show the state of the screen at the right of the header.

        Where that is as usual, what is being saved or read takes its place.
        """
        if (work := self.desk.work) and tone in {"", "success"}:
            text, tone = f"{display(work, _WORK_CELLS)}  Ctrl+O", "accent"
        self.query_one(HeaderLine).show_state(text, tone=tone)

    @on(HeaderLine.ModeClicked)
    async def _mode_clicked(self, event: HeaderLine.ModeClicked) -> None:
        await self.run_action(f"app.show_{event.title.lower()}")

    @on(KeyLine.Pressed)
    async def _key_clicked(self, event: KeyLine.Pressed) -> None:
        await self.do(event.action)

    # -- actions -------------------------------------------------------------------------

    async def do(self, action: Action) -> None:
        """Do what a key of this screen does: by the app, the screen, or its main widget."""
        if action.scope is Scope.APP:
            await self.run_action(f"app.{action.id}")
        elif action.scope is self.SCOPE:
            await self.run_action(action.id)
        else:
            await self.main().run_action(action.id)

    def scopes_here(self) -> tuple[Scope, ...]:
        """Return whose keys work now; of two that have the same key, the earlier has it."""
        return (self.SCOPE, Scope.MOVE, Scope.APP)

    def actions_here(self) -> Iterable[Action]:
        """Yield what can be done now, with the keys that do it."""
        taken: set[str] = set()
        for scope in self.scopes_here():
            now: set[str] = set()
            for action in self.desk.keymap.actions_in(scope):
                keys = [key for key in action.keys.split(",") if key and key not in taken]
                can_do = scope is not self.SCOPE or self.check_action(action.id, ())
                if keys and can_do:
                    now.update(keys)
                    yield replace(action, keys=",".join(keys))
            taken |= now

    def key(self, action_id: str) -> str:
        """Return the key of an action of this screen, as a person writes it."""
        return self.desk.keymap.shown(self.SCOPE, action_id)

    def _app_key(self, action_id: str) -> str:
        return self.desk.keymap.shown(Scope.APP, action_id)
