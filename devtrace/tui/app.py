"""The application: themes, modes, and the keys that work everywhere."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.screen import Screen

from devtrace.errors import DevtraceError
from devtrace.scenarios.programme import Programme
from devtrace.session import Session
from devtrace.tui.actions import Action, Scope, bindings_in
from devtrace.tui.ahead import import_rest, keys_come_first
from devtrace.tui.desk import Desk
from devtrace.tui.kept_state import KeptState
from devtrace.tui.keymap import Keymap
from devtrace.tui.modes import ModesApp
from devtrace.tui.screens.live import LiveScreen
from devtrace.tui.stage import Stage
from devtrace.tui.stylesheet import ThriftyStylesheet
from devtrace.tui.theme import DARK, TERMINAL, THEMES, theme_after

if TYPE_CHECKING:
    from textual.command import Provider

    from devtrace.tui.filing import Filing


def _palette() -> "type[Provider]":
    from devtrace.tui.palette import CommandsInOrder

    return CommandsInOrder


class DevtraceApp(ModesApp):
    """The terminal UI over a running session.

    Args:
        session: Already receiving; whoever made it also ends it.
        stage: The shop and its scenarios; started when first needed.
        programme: What happens at once, without a key.
        files: Files to read at once; `-` is standard input.
        follows: Whether to read on as the one file grows.
        state: What is kept between runs; None is nothing.
        keymap: Which keys do what; None is as usual.
    """

    TITLE = "devtrace"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar = {_palette}
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
        keymap: Keymap | None = None,
    ) -> None:
        # without colours, what is left are marks, bold, dim and the other way round
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.stylesheet = ThriftyStylesheet(variables=self.get_css_variables())
        self._stage = stage
        self._programme = programme or Programme()
        stage.on_news = self.tell
        desk = self._desk = Desk(session, stage, state=state, keymap=keymap)
        self.set_keymap(desk.keymap.help_bindings() | desk.keymap.bindings())
        self._files = tuple(files)
        self._follows = follows
        for theme in THEMES:
            self.register_theme(theme)
        chosen = TERMINAL.name if self.no_color else desk.state.theme
        self.theme = chosen if chosen in {theme.name for theme in THEMES} else DARK.name
        self.add_modes(desk)

    def on_mount(self) -> None:
        """Show the traces and begin what was asked for."""
        self.switch_mode("traces")
        if problem := self._desk.state.problem:
            self.warn(problem)
        self._desk.state.on_problem = self.warn
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        if self._files:
            self._filing.read(self._files, follows=self._follows)
        if self._programme.is_tour:
            self.switch_mode("scenarios")
        self.call_after_refresh(self._go_on)

    @work(group="start")
    async def _go_on(self) -> None:
        """Do what the first frame did not have to wait for."""
        with keys_come_first():
            await self._desk.session.answer_http()
            await asyncio.to_thread(import_rest)
        self._desk.session.freeze()
        from devtrace.tui.conductor import Conductor

        self.do_aside(Conductor(self._stage, self._programme).run)

    @cached_property
    def _filing(self) -> "Filing":
        from devtrace.tui.filing import Filing

        return Filing(self, self._desk)

    def on_unmount(self) -> None:
        """Read no further."""
        self._desk.files.stop()

    async def _open(self) -> None:
        """Start the shop; tell the user if it takes no requests."""
        try:
            await self._stage.open()
        except DevtraceError as error:
            self.tell(f"{error}\n{error.hint}", is_problem=True)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer everything in the palette; what belongs to another screen goes there first."""
        from devtrace.tui.palette import commands

        return commands(self, screen, self._desk.keymap)

    def _key(self, action_id: str) -> str:
        return self._desk.keymap.shown(Scope.APP, action_id)

    # -- what keys do ----------------------------------------------------------------

    def action_start_shop(self) -> None:
        """Start the shop and show what it can play."""
        self.action_show_scenarios()
        if self._stage.shop.gateway is None:
            self.do_aside(self._open)

    def action_play_again(self) -> None:
        """Play the last scenario again."""
        scenario = self._stage.last_played
        if scenario is None:
            self.notify(
                f"nothing was played yet: press {self._key('start_shop')} for the shop's scenarios"
            )
            return
        self.notify(f"playing {scenario.id}", timeout=2, markup=False)
        self.do_aside(lambda: self._stage.play(scenario))

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
        """Go on to the next theme."""
        if self.no_color:
            self.notify("no colours are drawn while NO_COLOR is set")
            return
        self.theme = theme_after(self.theme).name
        self._desk.state.choose_theme(self.theme)

    def action_show_help(self) -> None:
        """Show the keys that work here."""
        from devtrace.tui.screens.help import HelpScreen

        here: Iterable[Action] = self._desk.keymap.actions_in(Scope.APP)
        if isinstance(self.screen, LiveScreen):
            here = self.screen.actions_here()
        self.push_screen(HelpScreen(tuple(here)))
