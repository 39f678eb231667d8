"""`devtrace serve`: receive without a UI, and tell one line per finished trace."""

import asyncio
import json
import signal
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devtrace.cli.binding import bound_session
from devtrace.cli.context import Context
from devtrace.cli.options import receiver_options
from devtrace.session import Session, SessionConfig

if TYPE_CHECKING:
    from devtrace.cli.events import Event

TICK_SECONDS = 0.2
_EVENTS_AT_ONCE = 50
"""After so many the event loop gets to answer senders."""


@click.command(short_help="receive without a UI, one line per finished trace")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per event.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.jsonl",
    help="Append every accepted span to a file of OTLP/JSON lines.",
)
@receiver_options
@click.pass_obj
def serve(
    context: Context, *, as_json: bool, output: Path | None, config: SessionConfig
) -> int:
    """Receive until SIGINT or SIGTERM.

    A trace is told 2 seconds after its last span, and again if more spans come.  With
    --json the first line is {"event":"listening","grpc":"127.0.0.1:4317",...}, once
    both addresses accept; the last is {"event":"stopped",...}.  Without it, remarks
    other than traces go to standard error.

    What was acknowledged to a sender is in the output file, however this ends.

    Exit status: 0 stopped; 2 no such host; 3 an address is taken; 4 the output cannot
    be written.
    """
    session = bound_session(context, replace(config, output=output))
    asyncio.run(_serve(context, session, as_json=as_json))
    return 0


async def _serve(context: Context, session: Session, *, as_json: bool) -> None:
    stopping = _on_signal()
    async with session:
        from devtrace.cli.events import EventStream

        events = EventStream(session)
        telling = _Telling(context, as_json=as_json)
        await telling.tell([events.listening()])
        while not stopping.is_set():
            await telling.tell(events.due())
            await _either(stopping, TICK_SECONDS)
        await session.stop()
        await telling.tell(events.rest())


def _on_signal() -> asyncio.Event:
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


async def _either(happening: asyncio.Event, seconds: float) -> None:
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

    async def tell(self, events: "Iterable[Event]") -> None:
        """Write *events*, a few at a time, in a thread."""
        remaining = iter(events)
        while few := list(islice(remaining, _EVENTS_AT_ONCE)):
            await asyncio.to_thread(self._write, few)

    def _write(self, events: "Iterable[Event]") -> None:
        for event in events:
            if self._as_json:
                self._context.write(json.dumps({"event": event.name} | event.fields))
            elif event.is_data:
                self._context.write(event.text)
            else:
                self._context.progress(f"devtrace: {event.text}")
