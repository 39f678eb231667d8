"""A circuit breaker: after a few failures in a row, a call is not even tried for a while.

It keeps a service that is down from taking everybody's time, and lets it come back.
"""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from opentelemetry import trace

FAILURES = 3
"""In a row; then the breaker opens."""

OPEN_SECONDS = 1.0
"""How long it stays open; then one call may try."""


class BreakerOpenError(Exception):
    """The call was not tried, because those before it have failed."""


class Breaker:
    """Lets calls through as long as they succeed.

    Args:
        name: What is called, as it stands in traces.
        clock: Seconds that only grow.
    """

    def __init__(self, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._failures = 0
        self._opened_at = 0.0

    @asynccontextmanager
    async def guarded(self) -> AsyncIterator[None]:
        """Try the call inside; any exception that leaves it is a failure.

        Raises:
            BreakerOpenError: If it is not to be tried.
        """
        if self._failures >= FAILURES and self._clock() < self._opened_at + OPEN_SECONDS:
            trace.get_current_span().add_event(
                "breaker.rejected", {"breaker.name": self._name, "breaker.state": "open"}
            )
            raise BreakerOpenError(f"{self._name} has failed {self._failures} times in a row")
        try:
            yield
        except Exception:
            self._failures += 1
            self._opened_at = self._clock()
            raise
        self._failures = 0
