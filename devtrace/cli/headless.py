"""Playing scenarios without a UI: for a pipe, a script, a build server."""

import asyncio
import shutil
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

from devtrace.analysis.text_tree import text_tree
from devtrace.analysis.tree import Placement, assemble
from devtrace.cli.context import Context
from devtrace.cli.trace_row import total_line, trace_row
from devtrace.errors import DevtraceError
from devtrace.model.trace import Trace
from devtrace.scenarios.performance import play_through
from devtrace.scenarios.player import Player
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.shop import Shop, Status
from devtrace.session import Session
from devtrace.store.ring import TraceStore

QUIET_NANO = 1_500_000_000
"""A trace in which no parent is missing is whole this long after its newest span."""
DOUBTFUL_NANO = 4_000_000_000
"""The same for a trace in which one is: it may be late."""
DEADLINE_SECONDS = 15.0
"""When a trace is shown as far as it has come."""
POLL_SECONDS = 0.05
MAX_TRACES = 5
"""Traces that are shown of a scenario where the output is bounded."""
MAX_LINES = 40
"""Lines that are shown of a trace there."""
_PROSE_CELLS = 88


async def perform(
    context: Context,
    session: Session,
    scenarios: Sequence[Scenario],
    *,
    is_bounded: bool = False,
    shop_arguments: Sequence[str] = (),
    shop_home: Path | None = None,
) -> int:
    """Open the shop, play *scenarios* one after the other, show what came of each.

    Traces go to stdout, everything about the shop to stderr.

    Args:
        context: Where to.
        session: Not entered yet.
        scenarios: What to play, in order.
        is_bounded: Whether to show at most `MAX_TRACES` of a scenario, and of each trace
            at most `MAX_LINES`.
        shop_arguments: What the shop is started with.
        shop_home: Where somebody's own copy of it is; None: the installed one.

    Returns:
        The exit code: 0 if every scenario went as it should, else 1.

    Raises:
        DevtraceError: If the shop cannot be opened.
    """
    exit_code = 0
    endpoint = session.endpoints.http_url
    async with session, Shop(endpoint, arguments=shop_arguments, home=shop_home) as shop:
        shop.on_change = ShopReport(context, shop).tell
        await shop.start()
        context.progress(f"the shop's logs are in {shop.log_dir}")
        player = Player(await shop.ready())
        for scenario in scenarios:
            shop.require_faults(scenario)
            result = await play_through(scenario, player, session)
            await _arrived(session.store, result.trace_ids)
            traces = [session.store.trace(trace_id) for trace_id in result.trace_ids]
            arrived = [trace for trace in traces if trace is not None]
            _show(context, scenario, arrived, is_bounded=is_bounded)
            failure = result.failure
            if failure is None and None in traces:
                failure = "its trace did not arrive"
            if failure is not None:
                exit_code = DevtraceError.exit_code
                context.complain(
                    f"cannot play {scenario.id} as it should go: {failure}",
                    hint=f"read the logs in {shop.log_dir}",
                )
    return exit_code


class ShopReport:
    """Says once of each service that it is ready, or what became of it."""

    def __init__(self, context: Context, shop: Shop) -> None:
        self._context = context
        self._shop = shop
        self._told: dict[str, Status] = {}

    def tell(self) -> None:
        """Say what is new."""
        for name, state in self._shop.services.items():
            if state.status is Status.STARTING or self._told.get(name) is state.status:
                continue
            self._told[name] = state.status
            remark = state.message or (f"{state.seconds:.1f}s" if state.seconds else "")
            self._context.progress(f"{state.status:<8}{name:<14}{remark}".rstrip())


async def _arrived(store: TraceStore, trace_ids: Sequence[str]) -> None:
    """Wait until nothing more is to be expected of the traces, or for too long."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not all(_is_whole(store, trace_id) for trace_id in trace_ids):  # noqa: ASYNC110  # the store pushes nothing
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        return


def _is_whole(store: TraceStore, trace_id: str) -> bool:
    totals = store.totals(trace_id)
    if totals is None:
        return False
    quiet = time.time_ns() - totals.last_received_unix_nano
    if quiet < QUIET_NANO:
        return False
    trace = store.trace(trace_id)
    return quiet >= DOUBTFUL_NANO or trace is None or not _misses_parent(trace)


def _misses_parent(trace: Trace) -> bool:
    return any(node.placement is Placement.MISSING for node in assemble(trace.spans))


def _show(
    context: Context, scenario: Scenario, traces: Sequence[Trace], *, is_bounded: bool
) -> None:
    width = shutil.get_terminal_size().columns if context.stdout.isatty() else None
    prose = min(width or _PROSE_CELLS, _PROSE_CELLS)
    context.write(f"{scenario.id}: {scenario.title}")
    for line in textwrap.wrap(" ".join(scenario.look_for.split()), prose - 2):
        context.write(f"  {line}")
    shown = traces[:MAX_TRACES] if is_bounded else traces
    for trace in shown:
        context.write("")
        context.write(total_line(trace_row(trace)))
        lines = text_tree(assemble(trace.spans), width=width).split("\n")
        left_out = len(lines) - MAX_LINES if is_bounded else 0
        for line in lines[:MAX_LINES] if left_out > 0 else lines:
            context.write(line)
        if left_out > 0:
            context.write(f"  … and {left_out} more line{'' if left_out == 1 else 's'}")
    if len(shown) < len(traces):
        context.write("")
        context.write(f"… and {len(traces) - len(shown)} more traces")
    context.write("")
