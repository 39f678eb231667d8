"""A breaker opens after failures in a row, and lets one call try again after a while."""

import pytest

from demo_services.breaker import FAILURES, OPEN_SECONDS, Breaker, BreakerOpenError


class Clock:
    """Seconds that a test moves on."""

    now = 100.0

    def __call__(self) -> float:
        """Return them."""
        return self.now


async def call(breaker: Breaker, *, fails: bool) -> str:
    """Make a call and return what became of it."""
    try:
        async with breaker.guarded():
            if fails:
                raise ConnectionError  # noqa: TRY301  # this is the call
    except BreakerOpenError:
        return "not tried"
    except ConnectionError:
        return "failed"
    return "fine"


async def test_after_failures_in_a_row_nobody_tries() -> None:
    """Until it has been open for a while; one failure then closes it off anew."""
    clock = Clock()
    breaker = Breaker("inventory", clock=clock)
    for _ in range(FAILURES):
        assert await call(breaker, fails=True) == "failed"
    assert await call(breaker, fails=False) == "not tried"

    clock.now += OPEN_SECONDS
    assert await call(breaker, fails=True) == "failed"
    assert await call(breaker, fails=False) == "not tried"


async def test_a_success_forgets_the_failures_before_it() -> None:
    """Only those in a row count."""
    breaker = Breaker("inventory", clock=Clock())
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert await call(breaker, fails=True) == "failed"
        assert await call(breaker, fails=False) == "fine"


async def test_what_is_not_tried_says_why() -> None:
    """The message names the one that is called."""
    breaker = Breaker("inventory", clock=Clock())
    for _ in range(FAILURES):
        await call(breaker, fails=True)

    with pytest.raises(BreakerOpenError, match=f"inventory has failed {FAILURES} times"):
        async with breaker.guarded():
            raise AssertionError
