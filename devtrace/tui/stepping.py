"""Work for a widget that takes longer than a key may wait: done between keys and frames."""

from collections.abc import Callable
from time import perf_counter
from typing import Generic, TypeVar

from textual.timer import Timer
from textual.widget import Widget

from devtrace.garbage import out_of_sight
from devtrace.model.steps import Steps

AT_ONCE_SECONDS = 0.025
"""What takes no longer is there when `begin` returns."""
STEPS_AT_ONCE = 8
"""So is what has no more steps, however slow the machine: a small trace never flickers."""
_WORK_SECONDS, _PAUSE_SECONDS = 0.012, 0.004
"""How long the rest is worked at before keys and frames have their turn, and for how long."""

T = TypeVar("T")


class Stepping(Generic[T]):
    """Does the newest work that a widget has asked for, a piece at a time.

    Args:
        widget: Whose work it is; what is not done when it goes is left.
        clock: Seconds that only grow.
    """

    def __init__(self, widget: Widget, *, clock: Callable[[], float] = perf_counter) -> None:
        self._widget = widget
        self._clock = clock
        self._steps: Steps[T] | None = None
        self._take: Callable[[T], None] | None = None
        self._timer: Timer | None = None

    @property
    def is_working(self) -> bool:
        """Whether there is more to do."""
        return self._steps is not None

    def begin(self, steps: Steps[T], take: Callable[[T], None]) -> None:
        """Work at *steps*, and give what comes of them to *take*; older work is given up."""
        self.stop()
        self._steps, self._take = steps, take
        self._work(AT_ONCE_SECONDS, least_steps=STEPS_AT_ONCE)

    def stop(self) -> None:
        """Give up what is not done."""
        self._steps = self._take = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _work(self, seconds: float = _WORK_SECONDS, *, least_steps: int = 1) -> None:
        steps, take = self._steps, self._take
        if steps is None or take is None:
            return
        until = self._clock() + seconds
        while least_steps > 0 or self._clock() < until:
            least_steps -= 1
            try:
                next(steps)
            except StopIteration as stop:
                self.stop()
                take(stop.value)
                return
        self._timer = self._widget.set_timer(_PAUSE_SECONDS, self._work_on)

    def _work_on(self) -> None:
        with out_of_sight():
            self._work()
