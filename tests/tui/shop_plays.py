"""Plays as they are once they have settled: one that shows all it promises, and one that does not."""

from collections.abc import Sequence

from devtrace.scenarios.expectation import Amount, Expectation
from devtrace.scenarios.outcome import Outcome
from devtrace.scenarios.player import PlayResult
from devtrace.scenarios.scenario import Scenario, Step
from devtrace.scenarios.verdict import Verdict
from devtrace.tui.stage import Showing

LOST_CONTEXT = Scenario(
    id="lost_context",
    title="Lost context",
    group="Propagation broken",
    lesson="One client call forgets to pass the headers on. The trace splits in two.",
    look_for="Two traces within the same 200 ms: one ends at orders, one begins at payments.",
    faults=("lost_context",),
    steps=(Step(method="POST", path="/checkout"),),
    expectations=(
        Expectation(
            says="The trace of the checkout has orders, but not payments.",
            query="{ service=orders } && !{ service=payments }",
            traces=Amount(1, 1),
        ),
        Expectation(
            says="payments begins a trace of its own.",
            query="{ service=payments && trace:rootService=payments }",
            spans=Amount(1, 1),
            is_focus=True,
        ),
    ),
    remedy={
        "python": "HTTPXClientInstrumentor().instrument()\n",
        "go": "client := http.Client{Transport: otelhttp.NewTransport(nil)}\n",
    },
)


def settled(
    scenario: Scenario, *found: tuple[bool, str, str, str], trace_ids: Sequence[str] = ()
) -> Showing:
    """Return a play of *scenario* with a verdict for each of *found*.

    Args:
        scenario: What was played.
        found: Whether it holds, what was seen, and in which trace and span.
        trace_ids: What came of the play.
    """
    result = PlayResult(
        scenario_id=scenario.id, trace_ids=tuple(trace_ids), statuses=(200,), seconds=0.26
    )
    verdicts = tuple(
        Verdict(expectation=expectation, holds=holds, seen=seen, trace_id=trace, span_id=span)
        for expectation, (holds, seen, trace, span) in zip(
            scenario.expectations, found, strict=True
        )
    )
    outcome = Outcome(
        scenario=scenario, result=result, trace_ids=tuple(trace_ids), verdicts=verdicts
    )
    return Showing(done=1, total=1, result=result, outcome=outcome)
