"""Scenarios played against services that somebody else started, one after the other."""

import json
import time
from collections.abc import Sequence

from devtrace.cli.context import Context
from devtrace.cli.verify import outcome_document, tell_outcome
from devtrace.errors import DevtraceError
from devtrace.scenarios.outcome import Observer
from devtrace.scenarios.performance import play_through
from devtrace.scenarios.player import Player
from devtrace.scenarios.scenario import Scenario
from devtrace.session import Session


async def play_and_tell(
    context: Context,
    session: Session,
    scenarios: Sequence[Scenario],
    *,
    base_url: str,
    as_json: bool,
) -> int:
    """Play *scenarios*, and say what each has shown.

    Args:
        context: Verdicts go to its stdout, everything else to stderr.
        session: Not entered yet.
        scenarios: What to play, in order.
        base_url: Where.
        as_json: One JSON object a play and line, instead of text.

    Returns:
        The exit code: 0 if every play has shown what it promises, else 1, also when
        nothing has arrived.

    Raises:
        DevtraceError: If the extra `demo` is not installed.
    """
    failed = 0
    async with session:
        endpoints = session.endpoints
        context.progress(
            f"devtrace: receiving on {endpoints.grpc} (gRPC) and {endpoints.http} (HTTP)"
        )
        player = Player(base_url)
        for scenario in scenarios:
            began = time.monotonic()
            observer = Observer(session.store, session.logs)
            outcome = await observer.outcome(
                scenario, await play_through(scenario, player, session)
            )
            failed += not outcome.holds
            seconds = time.monotonic() - began
            if as_json:
                context.write(json.dumps(outcome_document(outcome, seconds)))
            else:
                tell_outcome(context, outcome, seconds)
        has_arrived = bool(session.store.counters.received_spans)
        if not has_arrived:
            context.warn(
                "no span has arrived: do your services export here? "
                f"OTEL_EXPORTER_OTLP_ENDPOINT={endpoints.http_url} "
                "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
            )
    context.progress(f"{len(scenarios) - failed} of {len(scenarios)} plays are as promised")
    return DevtraceError.exit_code if failed or not has_arrived else 0
