"""Writing what happens in a session to the standard streams, until a signal ends it."""

import asyncio
import json
import os
import select
import signal
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TextIO

from devtrace.cli.context import Context
from devtrace.cli.events import Event, EventStream
from devtrace.errors import DevtraceError
from devtrace.session import Session

TICK_SECONDS = 0.2
PATIENCE_SECONDS = 3.0
"""How long, once it is to end, a reader may read nothing before the rest is given up."""
_HELD_SECONDS = 0.002
"""After so long the event loop gets to answer senders, for as long again."""
_EVENTS_AT_ONCE = 50


async def tell_until_stopped(context: Context, session: Session, *, as_json: bool) -> None:
    """Receive until SIGINT or SIGTERM, or until nobody reads, and write what happens.

    Args:
        context: Where to.
        session: Not entered yet.
        as_json: Whether every event is an object on stdout; if not, traces are lines on
            stdout and everything else is on stderr.

    Raises:
        BrokenPipeError: If stdout is a pipe whose reader has gone.
        DevtraceError: If it is to end and its reader reads nothing any more.
    """
    stopping = on_signal()
    async with session:
        has_no_reader = _watch_reader(context, stopping)
        events = EventStream(session)
        telling = _Telling(context, stopping, as_json=as_json)
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
        stopping: Set when it is to end; from then on patience has an end too.
        as_json: Whether every event is an object on stdout.
    """

    def __init__(self, context: Context, stopping: asyncio.Event, *, as_json: bool) -> None:
        self._context = context
        self._stopping = stopping
        self._as_json = as_json

    async def tell(self, events: Iterable[Event]) -> None:
        """Write *events*, a few at a time, in a thread.

        Raises:
            DevtraceError: If it is to end and the reader reads nothing.
        """
        remaining = iter(events)
        while True:
            began = time.perf_counter()
            few = list(_first_within(_HELD_SECONDS, islice(remaining, _EVENTS_AT_ONCE)))
            worked = time.perf_counter() - began
            if not few:
                return
            await asyncio.to_thread(self._write, few)
            # Requests let everybody else have some turns of the loop; not one of these each time.
            await wait_for(self._stopping, worked)

    def _write(self, events: Iterable[Event]) -> None:
        for event in events:
            if self._as_json:
                fields = {"event": event.name} | event.fields
                line = json.dumps(fields, separators=(",", ":"))
                self._write_line(self._context.stdout, line)
            elif event.is_data:
                self._write_line(self._context.stdout, event.text)
            else:
                self._write_line(self._context.stderr, f"devtrace: {event.text}")

    def _write_line(self, stream: TextIO, line: str) -> None:
        try:
            number = stream.fileno()
        except OSError:  # an object in memory
            stream.write(line + "\n")
            return
        remaining = memoryview(
            (line + "\n").encode(stream.encoding, stream.errors or "replace")
        )
        while remaining:
            self._wait_for_reader(number)
            # A pipe that is ready takes so many without making this thread wait.
            written = os.write(number, remaining[: select.PIPE_BUF])
            remaining = remaining[written:]

    def _wait_for_reader(self, number: int) -> None:
        waits_since = 0.0
        while not select.select([], [number], [], TICK_SECONDS)[1]:
            if not self._stopping.is_set():
                continue
            waits_since = waits_since or time.monotonic()
            if time.monotonic() - waits_since > PATIENCE_SECONDS:
                raise DevtraceError(
                    "cannot write the rest of the output: nobody reads it",
                    hint="let what reads it read to the end",
                )


def _first_within(seconds: float, events: Iterator[Event]) -> Iterator[Event]:
    """Yield the first of *events*: one, and more until *seconds* are over."""
    deadline = time.perf_counter() + seconds
    for event in events:
        yield event
        if time.perf_counter() >= deadline:
            return
