"""Every command there is, for the palette: those of this screen, then all the others.

What belongs to another screen goes there first, by the very actions that a user would
take; when that leads nowhere, because nothing is selected, they are told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from textual.app import App, SystemCommand
from textual.command import DiscoveryHit, Hits
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider

from devtrace.tui.action import Action, Scope
from devtrace.tui.keymap import Keymap
from devtrace.tui.screens.live import LiveScreen

_WAYS: dict[Scope, tuple[str, ...]] = {
    Scope.TRACES: ("app.show_traces",),
    Scope.TRACE: ("app.show_traces", "open_trace"),
    Scope.FLAME: ("app.show_traces", "open_trace", "show_view('Flame')"),
    Scope.TABLE: ("app.show_traces", "open_trace", "show_view('Table')"),
    Scope.RAW: ("app.show_traces", "open_trace", "show_view('Raw')"),
    Scope.COMPARE: ("app.show_traces", "compare_traces"),
    Scope.CONTRAST: ("app.show_operations", "compare_sets"),
    Scope.SERVICES: ("app.show_services",),
    Scope.OPERATIONS: ("app.show_operations",),
    Scope.FOUND: ("app.show_operations", "open_operation"),
    Scope.LOGS: ("app.show_logs",),
    Scope.METRICS: ("app.show_metrics",),
    Scope.SERIES: ("app.show_metrics", "open_series"),
    Scope.SCENARIOS: ("app.show_scenarios",),
    Scope.DIAGNOSTICS: ("app.show_diagnostics",),
}
"""Which actions lead to a screen, from any other."""


class CommandsInOrder(SystemCommandsProvider):
    """What the palette looks in: before anything is typed it lists all, what works here first."""

    async def discover(self) -> Hits:
        """Yield every command; Textual's own provider would sort them by name."""
        for command in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(command.title, command.callback, help=command.help)


def commands(app: App[None], screen: Screen[object], keymap: Keymap) -> Iterator[SystemCommand]:
    """Yield everything, what works here first.

    Args:
        app: The application.
        screen: What the palette was opened over.
        keymap: Which keys do what.
    """
    here = screen.scopes_here() if isinstance(screen, LiveScreen) else (Scope.APP,)
    elsewhere = [scope for scope in Scope if scope not in here]
    for scope in (*here, *elsewhere):
        for action in keymap.actions_in(scope):
            if action.palette:
                key = action.shown_keys.split(" ")[0]
                label = action.label.capitalize()
                title = label if scope in here else f"{scope.value}: {action.label}"
                yield SystemCommand(f"{title}  {key}".rstrip(), action.help, _run(app, action))


def _run(app: App[None], action: Action) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        if action.scope is not Scope.APP and not _is_here(app, action.scope):
            await _go(app, action.scope)
        if action.scope is Scope.APP:
            await app.run_action(action.id)
        elif isinstance(app.screen, LiveScreen) and _is_here(app, action.scope):
            await app.screen.do(action)

    return run


async def _mounted(screen: Screen[object]) -> None:
    """Wait until a screen that was just made has what it shows."""
    while not screen.is_mounted:  # noqa: ASYNC110  # Textual tells nobody
        await asyncio.sleep(0)


def _is_here(app: App[None], scope: Scope) -> bool:
    return isinstance(app.screen, LiveScreen) and scope in app.screen.scopes_here()


async def _go(app: App[None], scope: Scope) -> None:
    """Go to where the keys of *scope* work; say so when there is no way."""
    for step in _WAYS[scope]:
        if _is_here(app, scope):
            return
        await app.screen.run_action(step)
        await _mounted(app.screen)
    is_asked = app.screen.is_modal  # the answer leads there
    if not is_asked and not _is_here(app, scope):
        app.notify(f"there is nothing to show as “{scope.value}”: select something first")
