"""What came of a play: the traces it caused, once they are all there, and the verdicts.

A play knows the traces that the answers named.  Where the context is lost there are
others, which nothing ties to it but the time: so every trace that begins while it plays
counts as its own, unless another play has named it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.scenarios.player import PlayResult
from devtrace.scenarios.scenario import Scenario
from devtrace.scenarios.verdict import Verdict, judge
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore

QUIET_SECONDS = 0.8
"""Nothing new for so long, and everything as promised: no more is to be expected."""

PATIENCE_SECONDS = 5.0
"""How long after the last answer something may still be missing before that is a verdict."""

DEADLINE_SECONDS = 30.0
"""When a play is judged although its traces still grow."""

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A play that is over, and what it has shown."""

    scenario: Scenario
    result: PlayResult
    trace_ids: tuple[str, ...]
    """Every trace that counts as its own, in order of their arrival."""
    verdicts: tuple[Verdict, ...]

    @property
    def holds(self) -> bool:
        """Whether it went as the scenario says, and showed all it promises."""
        return self.result.failure is None and all(each.holds for each in self.verdicts)


class Observer:
    """Collects what a play causes; made before its first request.

    Args:
        store: Where its traces arrive.
        logs: Where its log records do.
    """

    def __init__(self, store: TraceStore, logs: LogStore) -> None:
        self._store = store
        self._logs = logs
        self._revision = store.revision
        self._known = set(store.changes_since(0).updated)
        self._own: dict[str, None] = {}

    async def outcome(
        self,
        scenario: Scenario,
        result: PlayResult,
        *,
        of_others: Callable[[], Iterable[str]] = tuple,
    ) -> Outcome:
        """Wait until no more is to be expected of the play, and judge it.

        Args:
            scenario: What was played.
            result: How that went.
            of_others: The traces that other plays at the same time have named.
        """
        answered = time.monotonic()
        changed = answered
        verdicts: tuple[Verdict, ...] = ()
        while True:
            now = time.monotonic()
            if self._look(of_others()):
                changed, verdicts = now, ()
            is_due = now >= answered + scenario.settle_seconds
            if is_due and now >= changed + QUIET_SECONDS:
                verdicts = verdicts or self._judge(scenario, result)
                waited = now - answered - scenario.settle_seconds
                if all(each.holds for each in verdicts) or waited >= PATIENCE_SECONDS:
                    break
            if now >= answered + scenario.settle_seconds + DEADLINE_SECONDS:
                verdicts = self._judge(scenario, result)
                break
            await asyncio.sleep(_POLL_SECONDS)
        return Outcome(
            scenario=scenario, result=result, trace_ids=tuple(self._own), verdicts=verdicts
        )

    def _look(self, of_others: Iterable[str]) -> bool:
        """Take in what has arrived; tell whether any of it is the play's."""
        change = self._store.changes_since(self._revision)
        self._revision = change.revision
        for other in of_others:
            self._own.pop(other, None)
            self._known.add(other)
        arrived = [each for each in change.updated if each not in self._known]
        self._own.update(dict.fromkeys(arrived))
        return bool(arrived)

    def _judge(self, scenario: Scenario, result: PlayResult) -> tuple[Verdict, ...]:
        named = dict.fromkeys((*result.trace_ids, *self._own))
        found = [self._store.trace(trace_id) for trace_id in named]
        traces: list[Trace] = [trace for trace in found if trace is not None]
        return judge(scenario.expectations, traces, count_logs=self._count_logs)

    def _count_logs(self, trace: Trace, spans: Sequence[Span]) -> int:
        ids = {span.span_id for span in spans}
        return sum(record.span_id in ids for record in self._logs.of_trace(trace.trace_id))
