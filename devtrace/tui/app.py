"""The application: themes, modes, and the keys that work everywhere."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.screen import Screen

from devtrace.errors import DevtraceError
from devtrace.scenarios.programme import Programme
from devtrace.session import Session
from devtrace.tui.actions import Scope, actions_in, bindings_in
from devtrace.tui.ahead import import_rest
from devtrace.tui.desk import Desk
from devtrace.tui.kept_state import KeptState
from devtrace.tui.modes import ModesApp
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.stage import Stage
from devtrace.tui.stylesheet import ThriftyStylesheet
from devtrace.tui.theme import DARK, LIGHT, THEMES

if TYPE_CHECKING:
    from devtrace.tui.filing import Filing


class DevtraceApp(ModesApp):
    """The terminal UI over a running session.

    Args:
        session: Already receiving; whoever made it also ends it.
        stage: The shop and its scenarios; started when first needed.
        programme: What happens at once, without a key.
        files: Files to read at once; `-` is standard input.
        follows: Whether to read on as the one file grows.
        state: What is kept between runs; None is nothing.
    """

    TITLE = "devtrace"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar = bindings_in(Scope.APP)

    def __init__(
        self,
        session: Session,
        stage: Stage,
        *,
        programme: Programme | None = None,
        files: Sequence[Path] = (),
        follows: bool = False,
        state: KeptState | None = None,
    ) -> None:
        super().__init__()
        self.stylesheet = ThriftyStylesheet(variables=self.get_css_variables())
        self._stage = stage
        self._programme = programme or Programme()
        stage.on_news = self._tell
        desk = self._desk = Desk(session, stage, state=state)
        self._files = tuple(files)
        self._follows = follows
        for theme in THEMES:
            self.register_theme(theme)
        chosen = desk.state.theme
        self.theme = chosen if chosen in {theme.name for theme in THEMES} else DARK.name
        self.add_modes(desk)

    def on_mount(self) -> None:
        """Show the traces and begin what was asked for."""
        self.switch_mode("traces")
        if problem := self._desk.state.problem:
            self.notify(problem, severity="warning", timeout=20, markup=False)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if self._files:
            self._filing.read(self._files, follows=self._follows)
        if self._programme.is_tour:
            self.switch_mode("scenarios")
        self.call_after_refresh(self._go_on)

    @work(group="start")
    async def _go_on(self) -> None:
        """Do what the first frame did not have to wait for."""
        await self._desk.session.answer_http()
        await asyncio.to_thread(import_rest)
        self._desk.session.freeze()
        from devtrace.tui.conductor import Conductor

        conductor = Conductor(self._stage, self._programme)
        self.run_worker(conductor.run(), group="programme", exit_on_error=False)

    @cached_property
    def _filing(self) -> "Filing":
        from devtrace.tui.filing import Filing

        return Filing(self, self._desk)

    def on_unmount(self) -> None:
        """Read no further."""
        self._desk.files.stop()

    async def _open(self) -> bool:
        """Start the shop and return whether it takes requests; tell the user if not."""
        try:
            await self._stage.open()
        except DevtraceError as error:
            self._tell(f"{error}\n{error.hint}", is_problem=True)
            return False
        return True

    def _tell(self, news: str, is_problem: bool) -> None:  # noqa: FBT001  # a callback
        """Show what happened on the stage, longer where something is wrong."""
        if is_problem:
            self.notify(news, severity="error", timeout=20, markup=False)
        else:
            self.notify(news, timeout=4, markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer in the palette what the registry has for this screen."""
        scopes = (screen.SCOPE, Scope.APP) if isinstance(screen, LiveScreen) else (Scope.APP,)
        for action in actions_in(*scopes):
            if action.palette:
                target = f"app.{action.id}" if action.scope is Scope.APP else action.id
                title = f"{action.label.capitalize()}  {action.shown_keys.split()[0]}"
                yield SystemCommand(title, action.help, self._runner(screen, target))

    @staticmethod
    def _runner(screen: Screen[object], target: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await screen.run_action(target)

        return run

    # -- what keys do ----------------------------------------------------------------

    def action_start_shop(self) -> None:
        """Start the shop and show what it can play."""
        self.action_show_scenarios()
        if self._stage.shop.gateway is None:
            self.run_worker(self._open(), group="play", exit_on_error=False)

    def action_play_again(self) -> None:
        """Play the last scenario again."""
        scenario = self._stage.last_played
        if scenario is None:
            self.notify("nothing was played yet: press d for the shop's scenarios")
            return
        self.notify(f"playing {scenario.id}", timeout=2, markup=False)
        self.run_worker(self._stage.play(scenario), group="play", exit_on_error=False)

    def action_open_file(self) -> None:
        """Ask for a file and read it."""
        self._filing.open_file()

    def action_save_trace(self) -> None:
        """Ask where to, and save the trace that is selected."""
        self._filing.save(self.screen.chosen if isinstance(self.screen, LiveScreen) else None)

    def action_save_all(self) -> None:
        """Ask where to, and save every trace held."""
        self._filing.save_all()

    def action_show_files(self) -> None:
        """Show what was read."""
        self._filing.show_files()

    def action_show_diagnostics(self) -> None:
        """Show what is wrong with senders, or go back from it."""
        from devtrace.tui.screens.diagnostics import DiagnosticsScreen

        if isinstance(self.screen, DiagnosticsScreen):
            self.pop_screen()
        elif isinstance(self.screen, LiveScreen):
            self.push_screen(DiagnosticsScreen(self._desk, mode=self.screen.mode))

    def action_toggle_theme(self) -> None:
        """Switch between dark and light."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name
        self._desk.state.choose_theme(self.theme)

    def action_show_help(self) -> None:
        """Show every key."""
        from devtrace.tui.screens.help import HelpScreen

        scope = self.screen.SCOPE if isinstance(self.screen, LiveScreen) else None
        self.push_screen(HelpScreen(scope))
