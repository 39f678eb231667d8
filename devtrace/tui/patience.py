"""How long to wait before something costly is done again, so that no key waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from devtrace.model.steps import Steps

T = TypeVar("T")

_FACTOR = 10
"""What took t is done again after 10 t at the earliest."""


class Patience:
    """Measures what something costs and says when it may be done again."""

    def __init__(self) -> None:
        self._again_at = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it may be done again."""
        return time.perf_counter() >= self._again_at

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Measure what is done within."""
        started = time.perf_counter()
        yield
        self._wait(time.perf_counter() - started)

    def over(self, steps: Steps[T]) -> Steps[T]:
        """Do *steps*, and measure what they cost without the pauses between them."""
        cost = 0.0
        while True:
            started = time.perf_counter()
            try:
                next(steps)
            except StopIteration as stop:
                self._wait(cost + time.perf_counter() - started)
                result: T = stop.value
                return result
            cost += time.perf_counter() - started
            yield

    def _wait(self, cost: float) -> None:
        self._again_at = time.perf_counter() + _FACTOR * cost
