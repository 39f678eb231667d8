"""How long to wait before something costly is done again, so that no key waits for it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

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
        finished = time.perf_counter()
        self._again_at = finished + _FACTOR * (finished - started)
