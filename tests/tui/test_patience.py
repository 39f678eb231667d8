"""What was costly is not done again at once."""

from types import SimpleNamespace

import pytest

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
