"""The terminal UI over a session of its own: `devtrace`, and `devtrace demo` with a shop."""

import asyncio
import os
import signal
from collections.abc import Sequence

from devtrace.cli.binding import bound_session
from devtrace.cli.context import BUG, Context
from devtrace.errors import UsageError
from devtrace.scenarios.scenario import Catalogue, Scenario, load_scenarios, scenario_folder
from devtrace.scenarios.shop import Shop
from devtrace.session import Session, SessionConfig

FRAMES_PER_SECOND = "120"
"""How often Textual may draw; with its own 60 a key waits longer for its frame."""


def show(
    context: Context,
    config: SessionConfig,
    *,
    opens_shop: bool = False,
    shop_arguments: Sequence[str] = (),
    autoplay: Sequence[str] = (),
    may_move: bool = False,
) -> int:
    """Receive, and show what arrives until the user quits.

    Args:
        context: Where errors and warnings go.
        config: What to receive on and how much to keep.
        opens_shop: Whether the shop is started without being asked for.
        shop_arguments: What the shop is started with.
        autoplay: Ids of the scenarios to play once it is open.
        may_move: Whether any free ports will do where those of *config* are taken.

    Returns:
        The exit code.

    Raises:
        DevtraceError: If there is no terminal or no such scenario, if the shop is asked
            for and cannot be started, or if an address is taken.
    """
    _require_terminal(context)
    catalogue = load_scenarios(scenario_folder())
    played = catalogue.pick(tuple(autoplay))
    if opens_shop:
        Shop.require_extra()
    session = bound_session(context, config, may_move=may_move)
    return asyncio.run(
        _show(session, catalogue, played, opens_shop=opens_shop, shop_arguments=shop_arguments)
    )


def _require_terminal(context: Context) -> None:
    for stream, name in ((context.stdout, "output"), (context.stdin, "input")):
        if not stream.isatty():
            raise UsageError(
                f"cannot show the terminal UI: standard {name} is no terminal",
                hint="devtrace serve",
            )


async def _show(
    session: Session,
    catalogue: Catalogue,
    autoplay: Sequence[Scenario],
    *,
    opens_shop: bool,
    shop_arguments: Sequence[str],
) -> int:
    # Textual reads it when it is imported, and is imported only now: the addresses
    # above have been open for 200 ms by the time this line is through.
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)
    from devtrace.tui.app import DevtraceApp
    from devtrace.tui.stage import Stage

    async with session, Shop(session.endpoints.http_url, arguments=shop_arguments) as shop:
        stage = Stage(shop, catalogue.scenarios, problems=catalogue.problems)
        app = DevtraceApp(session, stage, autoplay=autoplay, opens_shop=opens_shop)
        # Being told to end must not leave a terminal behind that nobody can type into.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.exit)
        await app.run_async()
        return BUG if app.return_code else 0
