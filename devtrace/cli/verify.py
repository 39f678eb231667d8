"""`devtrace demo --verify`: play scenarios without a UI, and check what each promises."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devtrace.cli.context import Context
from devtrace.cli.headless import ShopReport
from devtrace.errors import DevtraceError
from devtrace.scenarios.outcome import Observer, Outcome
from devtrace.scenarios.performance import play_through
from devtrace.scenarios.player import Player
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import Shop
from devtrace.session import Session


async def verify(
    context: Context,
    session: Session,
    scenarios: Sequence[Scenario],
    *,
    as_json: bool,
    shop_arguments: Sequence[str] = (),
    shop_home: Path | None = None,
) -> int:
    """Open the shop, play *scenarios* one after the other, and say what each has shown.

    Args:
        context: Verdicts go to its stdout, everything about the shop to stderr.
        session: Not entered yet.
        scenarios: What to play, in order.
        as_json: One JSON object a scenario and line, instead of text.
        shop_arguments: What the shop is started with.
        shop_home: Where somebody's own copy of it is; None: the installed one.

    Returns:
        The exit code: 0 if every scenario has shown what it promises, else 1.

    Raises:
        DevtraceError: If the shop cannot be opened.
    """
    began = time.monotonic()
    failed = 0
    endpoint = session.endpoints.http_url
    async with session, Shop(endpoint, arguments=shop_arguments, home=shop_home) as shop:
        shop.on_change = ShopReport(context, shop).tell
        await shop.start()
        player = Player(await shop.ready())
        for scenario in scenarios:
            observer = Observer(session.store, session.logs)
            played = time.monotonic()
            shop.require_faults(scenario)
            result = await play_through(scenario, player, session)
            outcome = await observer.outcome(scenario, result)
            seconds = time.monotonic() - played
            failed += not outcome.holds
            if as_json:
                context.write(json.dumps(outcome_document(outcome, seconds)))
            else:
                tell_outcome(context, outcome, seconds)
    context.progress(
        f"{len(scenarios) - failed} of {len(scenarios)} scenarios show what they promise, "
        f"in {time.monotonic() - began:.0f}s"
    )
    return DevtraceError.exit_code if failed else 0


def tell_outcome(context: Context, outcome: Outcome, seconds: float) -> None:
    """Write what came of a play for people: one line, and what was seen instead below it.

    Args:
        context: Where to.
        outcome: What came of it.
        seconds: How long it took.
    """
    verdicts = outcome.verdicts
    mark = "✔" if outcome.holds else "✘"
    kept = sum(each.holds for each in verdicts)
    context.write(
        f"{mark} {outcome.scenario.id:<18} {kept} of {len(verdicts)} expectations {seconds:6.1f}s"
    )
    if outcome.result.failure is not None:
        context.write(f"    ✘ {outcome.result.failure}")
    for each in verdicts:
        if not each.holds:
            context.write(f"    ✘ {each.expectation.says}")
            context.write(f"      seen: {each.seen}")
            if each.expectation.query:
                context.write(f"      query: {each.expectation.query}")


def outcome_document(outcome: Outcome, seconds: float) -> dict[str, Any]:
    """Return what came of a play for programs; see `tell_outcome`."""
    return {
        "id": outcome.scenario.id,
        "title": outcome.scenario.title,
        "group": outcome.scenario.group,
        "holds": outcome.holds,
        "seconds": round(seconds, 3),
        "failure": outcome.result.failure,
        "trace_ids": outcome.trace_ids,
        "expectations": [
            {
                "says": each.expectation.says,
                "query": each.expectation.query or None,
                "holds": each.holds,
                "seen": each.seen,
                "trace_id": each.trace_id or None,
                "span_id": each.span_id or None,
            }
            for each in outcome.verdicts
        ],
    }
