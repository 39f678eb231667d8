"""The terminal UI over a session of its own: `devtrace`, with a shop, or over files."""

import gc
import os
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from devtrace.cli.binding import bound_session
from devtrace.cli.config_file import chosen_keymap
from devtrace.cli.context import BUG, Context
from devtrace.errors import UsageError
from devtrace.session import Session, SessionConfig

if TYPE_CHECKING:
    from pathlib import Path

    from devtrace.cli.archives import FileLimits
    from devtrace.scenarios.programme import Programme
    from devtrace.tui.keymap import Keymap

FRAMES_PER_SECOND = "250"
"""How often Textual may draw; with its own 60 a key waits longer for its frame."""


def show(
    context: Context,
    config: SessionConfig,
    *,
    programme: "Programme | None" = None,
    shop_arguments: Sequence[str] = (),
    shop_home: "Path | None" = None,
    may_move: bool = False,
) -> int:
    """Receive, and show what arrives until the user quits.

    Args:
        context: Where errors and warnings go.
        config: What to receive on and how much to keep.
        programme: What happens without a key; None: nothing.
        shop_arguments: What the shop is started with.
        shop_home: Where somebody's own copy of the shop is; None: the installed one.
        may_move: Whether any free ports will do where those of *config* are taken.

    Returns:
        The exit code.

    Raises:
        DevtraceError: If there is no terminal, if devtrace.toml is wrong, if there is no such scenario, if the shop is asked
            for and cannot be started, or if an address is taken.
    """
    _require_terminal(context)
    _let_collector_rest()
    keymap = chosen_keymap()
    # What is asked for by name must exist before an address is taken; else that comes first.
    bound = partial(bound_session, context, config, may_move=may_move, http_waits=True)
    session = bound() if programme is None else None
    import asyncio

    if programme is not None:
        from devtrace.scenarios.folder import scenario_folder
        from devtrace.scenarios.scenario import require_ids
        from devtrace.scenarios.shop import Shop

        require_ids(programme.autoplay, scenario_folder(shop_home))
        Shop.require_extra()
    session = session or bound()
    return asyncio.run(
        _show(
            session,
            keymap=keymap,
            programme=programme,
            shop_arguments=shop_arguments,
            shop_home=shop_home,
        )
    )


def show_files(
    context: Context, files: "Sequence[Path]", limits: "FileLimits", *, follows: bool
) -> int:
    """Show what files hold until the user quits; nothing is received.

    Args:
        context: Where errors go.
        files: As typed; `-` is standard input.
        limits: How much may be held.
        follows: Whether to read on as the one file grows.

    Returns:
        The exit code.

    Raises:
        DevtraceError: If there is no terminal, if a file cannot be read, or if several
            are to be followed.
    """
    import asyncio

    from devtrace.formats import check_readable
    from devtrace.formats.source import STANDARD_INPUT

    is_piped = STANDARD_INPUT in files
    if follows and len(files) > 1:
        raise UsageError("cannot follow several files", hint="name one file")
    if follows and is_piped:
        raise UsageError(
            "cannot follow standard input: it is read to its end anyway",
            hint="leave --follow out",
        )
    _require_terminal(context, hint="devtrace ls", reads_input=not is_piped)
    keymap = chosen_keymap()
    for path in files:
        if path != STANDARD_INPUT:
            check_readable(path, grows=follows)
    _let_collector_rest()
    if is_piped:
        take_keys_from_terminal()
    session = Session(
        SessionConfig(
            receives=False,
            limits=limits.traces,
            log_limits=limits.logs,
            metric_limits=limits.metrics,
        )
    )
    return asyncio.run(_show(session, keymap=keymap, files=files, follows=follows))


def _let_collector_rest() -> None:
    """Spend no time on garbage before the first frame; the app ends that."""
    gc.disable()


def _require_terminal(
    context: Context, *, hint: str = "devtrace serve", reads_input: bool = True
) -> None:
    streams = [(context.stdout, "output")]
    streams += [(context.stdin, "input")] if reads_input else []
    for stream, name in streams:
        if not stream.isatty():
            raise UsageError(
                f"cannot show the terminal UI: standard {name} is no terminal", hint=hint
            )


def take_keys_from_terminal() -> None:
    """Let standard input be read as data, and the keys come from the terminal itself.

    Textual reads its keys from file descriptor 0, whatever `sys.stdin` is.

    Raises:
        UsageError: If this process has no terminal.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        raise UsageError(
            "cannot show the terminal UI: there is no terminal to read keys from",
            hint="devtrace ls -",
        ) from None
    data = os.dup(sys.stdin.fileno())
    os.dup2(terminal, sys.stdin.fileno())
    os.close(terminal)
    sys.stdin = os.fdopen(data)


async def _show(
    session: Session,
    *,
    keymap: "Keymap | None",
    programme: "Programme | None" = None,
    shop_arguments: Sequence[str] = (),
    shop_home: "Path | None" = None,
    files: "Sequence[Path]" = (),
    follows: bool = False,
) -> int:
    import asyncio
    import signal

    # Textual reads it when it is imported.
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)
    endpoint = session.endpoints.http_url if session.is_receiving else ""
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(session)
        from devtrace.scenarios.folder import shop_folder
        from devtrace.scenarios.shop import Shop

        shop = Shop(endpoint, arguments=shop_arguments, home=shop_home)
        await opened.enter_async_context(shop)
        # It takes a while to import, in which senders are answered already.
        for module in ("app", "screens.traces"):
            await asyncio.to_thread(import_module, f"devtrace.tui.{module}")
        from devtrace.tui.app import DevtraceApp
        from devtrace.tui.kept_state import KeptState, state_path
        from devtrace.tui.stage import Stage

        stage = Stage(shop, session, folder=shop_folder(shop_home))
        app = DevtraceApp(
            session,
            stage,
            programme=programme,
            files=files,
            follows=follows,
            state=KeptState(state_path()),
            keymap=keymap,
        )
        # Being told to end must not leave a terminal behind that nobody can type into.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.exit)
        await app.run_async()
        return BUG if app.return_code else 0
