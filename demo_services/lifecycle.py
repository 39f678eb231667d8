"""How a service of the shop starts, meets the others and stops.

It takes a free loopback port and prints it, reads where the others are from one line
of JSON on its stdin, serves, and says so.  The end of its stdin means that whoever
started it is gone, however that happened: it flushes its telemetry and ends.  Nothing
else is ever printed on stdout; logs go to stderr.
"""

import argparse
import asyncio
import json
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.utils import suppress_instrumentation

from demo_services import telemetry

if TYPE_CHECKING:
    import grpc.aio
    import httpx
    from starlette.applications import Starlette

LOOPBACK = "127.0.0.1"

REPLACE_ME = 75
"""The exit code of a service that wants another one in its place (EX_TEMPFAIL)."""


class CannotServeError(Exception):
    """What a service needs is not there; the message says what, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What a service knows of the shop around it."""

    addresses: Mapping[str, str]
    """`host:port` by service name."""
    data_dir: Path
    """Where databases live; every service sees the same directory."""
    redis_url: str | None
    """The queue's Redis; None for the embedded queue."""

    @asynccontextmanager
    async def http_client(self, service: str) -> AsyncIterator["httpx.AsyncClient"]:
        """Connect to an HTTP service, so that the first real call is as fast as any."""
        import httpx

        async with httpx.AsyncClient(base_url=f"http://{self.addresses[service]}") as client:
            with suppress_instrumentation():
                # It listens already and answers when it has started, however long that takes.
                response = await client.get(telemetry.HEALTH_PATH, timeout=None)
            response.raise_for_status()
            yield client

    @asynccontextmanager
    async def grpc_channel(self, service: str) -> AsyncIterator["grpc.aio.Channel"]:
        """Connect to a gRPC service, so that the first real call is as fast as any."""
        import grpc.aio

        async with grpc.aio.insecure_channel(self.addresses[service]) as channel:
            await channel.channel_ready()
            yield channel


Meet = Callable[[str | None], Awaitable[Shop]]
"""Tells the others one's own address, if there is one, and learns theirs."""

Serve = Callable[[Meet, int], AbstractAsyncContextManager[None]]
"""Serves on a port (0: any free one) from being entered until being left."""


def run_http(
    name: str, open_app: Callable[[Shop], AbstractAsyncContextManager["Starlette"]]
) -> None:
    """Run the service *name*, an HTTP server, until its stdin ends."""
    import uvicorn
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def say_well(_request: Request) -> Response:
        return Response()

    @asynccontextmanager
    async def serve(meet: Meet, port: int) -> AsyncIterator[None]:
        listener = socket.create_server((LOOPBACK, port))
        shop = await meet(f"{LOOPBACK}:{listener.getsockname()[1]}")
        async with open_app(shop) as app, asyncio.TaskGroup() as tasks:
            app.routes.append(Route(telemetry.HEALTH_PATH, say_well))
            telemetry.trace_http_server(app)
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    lifespan="off",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    timeout_keep_alive=60,  # longer than any client's, so no call meets its end
                    timeout_graceful_shutdown=1,
                )
            )
            tasks.create_task(server.serve(sockets=[listener]))
            while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield
            server.should_exit = True

    _run(name, serve)


def run_grpc(name: str, offer: Callable[["grpc.aio.Server"], None]) -> None:
    """Run the service *name*, a gRPC server, until its stdin ends."""
    import grpc.aio

    @asynccontextmanager
    async def serve(meet: Meet, port: int) -> AsyncIterator[None]:
        telemetry.trace_grpc_server()
        server = grpc.aio.server()
        offer(server)
        bound = server.add_insecure_port(f"{LOOPBACK}:{port}")
        await meet(f"{LOOPBACK}:{bound}")
        await server.start()
        yield
        await server.stop(grace=1)

    _run(name, serve)


def run_worker(
    name: str,
    open_work: Callable[[Shop], AbstractAsyncContextManager[Coroutine[Any, Any, None]]],
) -> None:
    """Run the service *name*, which nobody calls, until its stdin ends."""

    @asynccontextmanager
    async def serve(meet: Meet, _port: int) -> AsyncIterator[None]:
        shop = await meet(None)
        async with open_work(shop) as work, asyncio.TaskGroup() as tasks:
            working = tasks.create_task(work)
            yield
            working.cancel()

    _run(name, serve)


def _run(name: str, serve: Serve) -> None:
    options = argparse.ArgumentParser(prog=f"demo_services.{name}")
    options.add_argument("--data-dir", type=Path, required=True)
    options.add_argument("--redis", metavar="URL")
    options.add_argument("--port", type=int, default=0, help="default: any free one")
    arguments = options.parse_args()
    reasons: list[str] = []
    with telemetry.recording(name):
        try:
            asyncio.run(_live(serve, arguments))
        except* sqlite3.OperationalError as errors:
            database = f"cannot use the database in '{arguments.data_dir}'"
            reasons += [f"{database}: {each}" for each in leaves(errors)]
        except* CannotServeError as errors:
            reasons += map(str, leaves(errors))
    if reasons:
        sys.exit(reasons[0])


def leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """Yield the exceptions in *group*, however deep."""
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from leaves(each)
        else:
            yield each


async def _live(serve: Serve, options: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    stdin = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdin), sys.stdin)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stdin.feed_eof)  # one way to stop, not two
    addresses: asyncio.Future[Mapping[str, str]] = loop.create_future()
    ready = asyncio.Event()
    stop = asyncio.Event()

    async def meet(address: str | None) -> Shop:
        _say(event="bound", address=address)
        return Shop(
            addresses=await addresses, data_dir=options.data_dir, redis_url=options.redis
        )

    async def live() -> None:
        async with serve(meet, options.port):
            _say(event="ready")
            ready.set()
            await stop.wait()

    async with asyncio.TaskGroup() as tasks:
        life = tasks.create_task(live())
        if line := await stdin.readline():
            addresses.set_result(json.loads(line))
        await stdin.read()
        if ready.is_set():
            stop.set()  # it finishes what it has begun
        else:
            life.cancel()  # it may be waiting for a service that is gone as well


def _say(**line: str | None) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
