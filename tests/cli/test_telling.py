"""What is told of a session is told in pieces, so that senders are answered in between."""

import asyncio
import io
from collections.abc import Iterable

import pytest

from devtrace.cli import telling
from devtrace.cli.context import Context
from devtrace.cli.events import Event
from devtrace.cli.telling import _EVENTS_AT_ONCE, _Telling

EVENTS = [Event("trace", {}, f"line {number}", is_data=True) for number in range(120)]


class _Pieces(_Telling):
    """Remembers what was written at once."""

    def __init__(self, context: Context) -> None:
        super().__init__(context, asyncio.Event(), as_json=False)
        self.sizes: list[int] = []

    def _write(self, events: Iterable[Event]) -> None:
        few = list(events)
        self.sizes.append(len(few))
        super()._write(few)


@pytest.mark.parametrize(
    ("held_seconds", "sizes"),
    [(0.0, [1] * 120), (60.0, [_EVENTS_AT_ONCE, _EVENTS_AT_ONCE, 20])],
    ids=["slow to make", "quick to make"],
)
async def test_a_piece_is_what_is_made_in_little_time(
    held_seconds: float, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One event at least, some tens at most; none is lost, and their order stays."""
    monkeypatch.setattr(telling, "_HELD_SECONDS", held_seconds)
    stdout = io.StringIO()
    pieces = _Pieces(Context(stdout=stdout, stderr=io.StringIO()))

    await pieces.tell(iter(EVENTS))

    assert pieces.sizes == sizes
    assert stdout.getvalue().splitlines() == [event.text for event in EVENTS]
