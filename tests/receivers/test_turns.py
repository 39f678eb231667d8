"""Requests wait for each other, and others need not wait for all of them."""

import asyncio
from collections.abc import Sequence

import pytest

from devtrace.receivers import turns
from devtrace.receivers.turns import PARTS_AT_ONCE, TURNS, Turns


@pytest.fixture(autouse=True)
def _every_request_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take any time for long, as no clock is to be trusted."""
    monkeypatch.setattr(turns, "HELD_SECONDS", 0.0)


async def test_between_two_requests_others_have_their_turns() -> None:
    """What needs several turns of the loop need not wait for every request in the row."""
    pace, seen = Turns(), list[str]()

    async def request() -> None:
        async with pace.mine():
            seen.append("request")

    async def key() -> None:
        for _ in range(TURNS - 1):
            seen.append("key")
            await asyncio.sleep(0)

    waiting = [asyncio.create_task(request()) for _ in range(10)]
    await asyncio.gather(asyncio.create_task(key()), *waiting)

    before_answer = seen[: len(seen) - seen[::-1].index("key")]
    assert before_answer.count("request") <= 2
    assert seen.count("request") == 10


async def test_requests_have_their_turns_in_the_order_they_came() -> None:
    """The newest trace stays the newest."""
    pace, seen = Turns(), list[int]()

    async def request(number: int) -> None:
        async with pace.mine():
            seen.append(number)

    await asyncio.gather(*(request(number) for number in range(10)))

    assert seen == list(range(10))


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, []),
        (1, [1]),
        (PARTS_AT_ONCE, [PARTS_AT_ONCE]),
        (2 * PARTS_AT_ONCE + 1, [PARTS_AT_ONCE, PARTS_AT_ONCE, 1]),
    ],
)
async def test_a_request_is_stored_in_portions(count: int, sizes: Sequence[int]) -> None:
    """Each part comes once and in order, and others have their turns between portions."""
    pace = Turns()

    portions = []
    async with pace.mine():
        before = pace.passed
        async for portion in pace.portions(range(count)):
            portions.append(portion)
            assert pace.passed - before == len(portions) - 1

    assert list(map(len, portions)) == sizes
    assert [part for portion in portions for part in portion] == list(range(count))


async def test_a_request_that_is_given_up_lets_the_next_one_in() -> None:
    """A sender that goes away while it waits stops nobody."""
    pace = Turns()
    holding = asyncio.Event()

    async def request() -> None:
        async with pace.mine():
            holding.set()
            await asyncio.Event().wait()

    first = asyncio.create_task(request())
    second = asyncio.create_task(request())
    await holding.wait()
    second.cancel()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)

    async with asyncio.timeout(10), pace.mine():
        pass


async def test_small_requests_do_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes no time costs no turns."""
    monkeypatch.setattr(turns, "HELD_SECONDS", 1_000.0)
    pace = Turns()

    for _ in range(10):
        async with pace.mine():
            pass

    assert pace.passed == 0
