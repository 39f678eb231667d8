"""`devtrace demo --chaos --headless`: faults come and go, and what was on is told afterwards."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from devtrace.cli.context import Context
from devtrace.cli.headless import ShopReport
from devtrace.model.time import duration_text
from devtrace.scenarios.chaos import JOURNAL, Chaos
from devtrace.scenarios.player import Player
from devtrace.scenarios.shop import Shop
from devtrace.session import Session


async def make_chaos(
    context: Context,
    session: Session,
    make: Callable[[frozenset[str]], Chaos],
    *,
    as_json: bool,
    shop_arguments: Sequence[str] = (),
    shop_home: Path | None = None,
) -> int:
    """Open the shop, let faults come and go, and say at the end what was on and when.

    It is said as well when it is interrupted.

    Args:
        context: What was on goes to its stdout, everything about the shop to stderr.
        session: Not entered yet.
        make: Makes the chaos of what the shop can have go wrong.
        as_json: One JSON object a fault and line, instead of text.
        shop_arguments: What the shop is started with.
        shop_home: Where somebody's own copy of it is; None: the installed one.

    Returns:
        The exit code.

    Raises:
        DevtraceError: If the shop cannot be opened, or the journal cannot be written.
    """
    endpoint = session.endpoints.http_url
    async with session, Shop(endpoint, arguments=shop_arguments, home=shop_home) as shop:
        shop.on_change = ShopReport(context, shop).tell
        await shop.start()
        player = Player(await shop.ready())
        chaos = make(shop.faults)
        assert shop.log_dir is not None  # noqa: S101  # it has been started
        journal = shop.log_dir / JOURNAL
        context.progress(
            f"chaos with seed {chaos.seed} for {duration_text(int(chaos.seconds * 1e9))}; "
            f"what was on will be in {journal}"
        )
        try:
            await chaos.run(player, journal)
        finally:
            for each in chaos.occurrences:
                if as_json:
                    context.write(json.dumps(asdict(each)))
                else:
                    traces = f"  such as {each.trace_ids[0]}" if each.trace_ids else ""
                    context.write(
                        f"{each.began}  {each.seconds:6.1f}s  {each.fault:<18} "
                        f"{each.requests} requests{traces}"
                    )
            context.progress(f"{chaos.requests} requests, {chaos.left_out} left out")
    return 0
