"""The logs of an open trace are read when they change, and not ten times a second."""

from types import SimpleNamespace

import pytest

from devtrace.store.limits import LogLimits
from devtrace.store.logs import LogStore
from devtrace.tui import patience
from devtrace.tui.trace_logs import TraceLogs
from tests.builders import a_log, a_log_batch, trace_id_of

TRACE = trace_id_of("trace")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Let a test say how late it is."""
    clock = SimpleNamespace(now=0.0)
    clock.perf_counter = lambda: clock.now
    monkeypatch.setattr(patience, "time", clock)
    return clock


def test_unchanged_logs_are_the_same_object(clock: SimpleNamespace) -> None:
    """So that who draws them sees at once that there is nothing to do."""
    store = LogStore()
    logs = TraceLogs(store)
    assert logs.of(TRACE) is logs.of(TRACE)

    store.consume_logs(a_log_batch(a_log("a")))
    read = logs.of(TRACE)
    store.consume_logs(a_log_batch(a_log(trace="other")))
    assert logs.of(TRACE) is read

    store.consume_logs(a_log_batch(a_log("b")))
    assert [record.body for record in logs.of(TRACE)] == ["a", "b"]
    assert logs.of(trace_id_of("unknown")) == ()


def test_costly_logs_are_read_again_only_after_a_while(
    clock: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trace with a hundred thousand records never blocks a key for long."""
    store = LogStore()
    real = store.of_trace

    def slow(trace_id: str) -> object:
        clock.now += 1
        return real(trace_id)

    monkeypatch.setattr(store, "of_trace", slow)
    logs = TraceLogs(store)
    store.consume_logs(a_log_batch(a_log("a")))
    assert len(logs.of(TRACE)) == 1

    store.consume_logs(a_log_batch(a_log("b")))
    clock.now += 9
    assert len(logs.of(TRACE)) == 1
    assert logs.of(trace_id_of("unknown")) == ()  # another trace does not wait
    clock.now += 10
    assert len(logs.of(TRACE)) == 2


def test_logs_that_were_all_evicted_stay_on_screen(clock: SimpleNamespace) -> None:
    """Who reads them is not interrupted."""
    store = LogStore(LogLimits(max_records=1))
    logs = TraceLogs(store)
    store.consume_logs(a_log_batch(a_log("a")))
    read = logs.of(TRACE)

    store.consume_logs(a_log_batch(a_log(trace="other")))

    assert store.of_trace(TRACE) == ()
    assert logs.of(TRACE) is read
