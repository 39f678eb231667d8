"""A play is judged once all that it caused has arrived, and nothing that it did not."""

import asyncio

import pytest

from devtrace.scenarios import outcome as outcome_module
from devtrace.scenarios.expectation import Amount, Expectation
from devtrace.scenarios.outcome import Observer
from devtrace.scenarios.player import PlayResult
from devtrace.scenarios.scenario import Scenario
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore
from tests.builders import a_batch, a_log, a_log_batch, a_span, trace_id_of


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for as short as still shows the order of things."""
    monkeypatch.setattr(outcome_module, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(outcome_module, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(outcome_module, "_POLL_SECONDS", 0.005)


def a_scenario(*expectations: Expectation, settle_seconds: float = 0) -> Scenario:
    """Return a scenario that names only what it promises."""
    return Scenario(
        id="lesson",
        title="",
        group="",
        lesson="",
        look_for="",
        faults=(),
        steps=(),
        expectations=expectations,
        settle_seconds=settle_seconds,
    )


def a_result(*traces: str, failure: str | None = None) -> PlayResult:
    """Return what a play says of itself."""
    return PlayResult(
        scenario_id="lesson",
        trace_ids=tuple(map(trace_id_of, traces)),
        statuses=(200,),
        seconds=0.1,
        failure=failure,
    )


def expects(query: str, count: int) -> Expectation:
    """Return a promise of so many traces."""
    return Expectation(says="", query=query, traces=Amount(count, count))


async def test_every_trace_that_began_since_counts_and_none_that_was_there() -> None:
    """Also one that no answer has named: where the context is lost, nothing else ties it."""
    store = TraceStore()
    store.consume(a_batch(a_span(trace="before", name="work")))
    observer = Observer(store, LogStore())
    store.consume(a_batch(a_span("late", trace="before", name="work")))
    store.consume(
        a_batch(a_span(trace="named", name="work"), a_span(trace="split", name="work"))
    )

    outcome = await observer.outcome(a_scenario(expects("name=work", 2)), a_result("named"))

    assert outcome.holds
    assert outcome.trace_ids == (trace_id_of("named"), trace_id_of("split"))


async def test_what_another_play_has_named_is_not_counted() -> None:
    """Two plays at once are judged by their own traces."""
    store = TraceStore()
    observer = Observer(store, LogStore())
    store.consume(a_batch(a_span(trace="own", name="work"), a_span(trace="other", name="work")))

    outcome = await observer.outcome(
        a_scenario(expects("name=work", 1)),
        a_result("own"),
        of_others=lambda: [trace_id_of("other")],
    )

    assert outcome.holds
    assert outcome.trace_ids == (trace_id_of("own"),)


async def test_a_promise_that_does_not_hold_yet_is_waited_for() -> None:
    """A span that comes late is no broken promise."""
    store = TraceStore()
    observer = Observer(store, LogStore())

    def arrive() -> None:
        store.consume(a_batch(a_span(trace="own", name="late")))

    asyncio.get_running_loop().call_later(0.1, arrive)
    outcome = await observer.outcome(a_scenario(expects("name=late", 1)), a_result("own"))

    assert outcome.holds


async def test_a_promise_that_is_not_kept_is_a_verdict_in_the_end() -> None:
    """With what was seen instead."""
    observer = Observer(TraceStore(), LogStore())

    outcome = await observer.outcome(a_scenario(expects("name=never", 1)), a_result())

    assert not outcome.holds
    assert [each.seen for each in outcome.verdicts] == ["0 traces (not 1)"]


async def test_a_trace_that_never_ends_is_judged_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Waiting has a bound."""
    monkeypatch.setattr(outcome_module, "DEADLINE_SECONDS", 0.15)
    monkeypatch.setattr(outcome_module, "QUIET_SECONDS", 10.0)
    store = TraceStore()
    observer = Observer(store, LogStore())
    store.consume(a_batch(a_span(trace="own", name="work")))

    outcome = await observer.outcome(a_scenario(expects("name=work", 1)), a_result("own"))

    assert outcome.holds


async def test_a_play_that_went_wrong_does_not_hold() -> None:
    """Whatever its traces show."""
    observer = Observer(TraceStore(), LogStore())

    outcome = await observer.outcome(a_scenario(), a_result(failure="no answer"))

    assert outcome.verdicts == ()
    assert not outcome.holds


async def test_log_records_are_counted_with_the_spans_they_were_written_in() -> None:
    """And not those of other spans."""
    store, logs = TraceStore(), LogStore()
    observer = Observer(store, logs)
    store.consume(a_batch(a_span("a", trace="own", name="work"), a_span("b", trace="own")))
    logs.consume_logs(
        a_log_batch(
            a_log(trace="own", span="a"),
            a_log(trace="own", span="a"),
            a_log(trace="own", span="b"),
        )
    )
    promise = Expectation(says="", query="name=work", logs=Amount(2, 2))

    outcome = await observer.outcome(a_scenario(promise), a_result("own"))

    assert outcome.holds
