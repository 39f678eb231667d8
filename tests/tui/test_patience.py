"""What was costly is not done again at once."""

from types import SimpleNamespace

import pytest

from devtrace.model.steps import Steps, finish
from devtrace.tui import patience
from devtrace.tui.patience import Patience


def test_it_lasts_ten_times_as_long_as_what_was_measured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that at most a tenth of the time goes there."""
    clock = SimpleNamespace(now=5.0)
    clock.perf_counter = lambda: clock.now
    monkeypatch.setattr(patience, "time", clock)
    waiting = Patience()
    assert waiting.is_over

    with waiting.measured():
        clock.now += 2
    clock.now += 19
    assert not waiting.is_over

    clock.now += 1
    assert waiting.is_over


def test_pauses_between_steps_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is measured is the work."""
    clock = SimpleNamespace(now=5.0)
    clock.perf_counter = lambda: clock.now
    monkeypatch.setattr(patience, "time", clock)
    waiting = Patience()

    def steps() -> Steps[str]:
        clock.now += 1
        yield
        clock.now += 1
        return "done"

    working = waiting.over(steps())
    next(working)
    clock.now += 100
    assert finish(working) == "done"

    clock.now += 19
    assert not waiting.is_over
    clock.now += 1
    assert waiting.is_over
