"""Writing what happens in a session to the standard streams, until a signal ends it."""

import asyncio
import json
import os
import signal
import stat
from collections.abc import Callable, Iterable
from itertools import islice

from devtrace.cli.context import Context
from devtrace.cli.events import Event, EventStream
from devtrace.session import Session

TICK_SECONDS = 0.2
_EVENTS_AT_ONCE = 50
"""After so many the event loop gets to answer senders."""


async def tell_until_stopped(context: Context, session: Session, *, as_json: bool) -> None:
    """Receive until SIGINT or SIGTERM, or until nobody reads, and write what happens.

    Args:
        context: Where to.
        session: Not entered yet.
        as_json: Whether every event is an object on stdout; if not, traces are lines on
            stdout and everything else is on stderr.

    Raises:
        BrokenPipeError: If stdout is a pipe whose reader has gone.
    """
    stopping = on_signal()
    async with session:
        has_no_reader = _watch_reader(context, stopping)
        events = EventStream(session)
        telling = _Telling(context, as_json=as_json)
        await telling.tell([events.listening()])
        while not stopping.is_set():
            await telling.tell(events.due())
            await wait_for(stopping, TICK_SECONDS)
        await session.stop()
        if has_no_reader():
            raise BrokenPipeError
        await telling.tell(events.rest())


def on_signal() -> asyncio.Event:
    """Return what is set by the first SIGINT or SIGTERM; the second has its usual effect."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)

    def stop() -> None:
        stopping.set()
        for number in signals:
            loop.remove_signal_handler(number)

    for number in signals:
        loop.add_signal_handler(number, stop)
    return stopping


def _watch_reader(context: Context, stopping: asyncio.Event) -> Callable[[], bool]:
    """Set *stopping* when stdout is a pipe whose reader goes; return what tells whether so."""
    gone = False
    try:
        number = context.stdout.fileno()
    except OSError:  # an object in memory
        return lambda: False
    if not stat.S_ISFIFO(os.fstat(number).st_mode):
        return lambda: False
    loop = asyncio.get_running_loop()

    def go() -> None:  # the end to write to becomes readable when nobody reads
        nonlocal gone
        gone = True
        loop.remove_reader(number)
        stopping.set()

    loop.add_reader(number, go)
    return lambda: gone


async def wait_for(happening: asyncio.Event, seconds: float) -> None:
    """Wait until *happening* is set, but not longer than *seconds*."""
    try:
        async with asyncio.timeout(seconds):
            await happening.wait()
    except TimeoutError:
        pass


class _Telling:
    """Writes events, and waits for a slow reader without keeping senders waiting.

    Args:
        context: Where to.
        as_json: Whether every event is an object on stdout.
    """

    def __init__(self, context: Context, *, as_json: bool) -> None:
        self._context = context
        self._as_json = as_json

    async def tell(self, events: Iterable[Event]) -> None:
        """Write *events*, a few at a time, in a thread."""
        remaining = iter(events)
        while few := list(islice(remaining, _EVENTS_AT_ONCE)):
            await asyncio.to_thread(self._write, few)

    def _write(self, events: Iterable[Event]) -> None:
        for event in events:
            if self._as_json:
                fields = {"event": event.name} | event.fields
                self._context.write(json.dumps(fields, separators=(",", ":")))
            elif event.is_data:
                self._context.write(event.text)
            else:
                self._context.progress(f"devtrace: {event.text}")
