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
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from demo_services import telemetry

if TYPE_CHECKING:
    import grpc.aio
    from starlette.applications import Starlette

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What a service knows of the shop around it."""

    addresses: Mapping[str, str]
    """`host:port` by service name."""
    data_dir: Path
    """Where databases live; every service sees the same directory."""
    redis_url: str | None
    """The queue's Redis; None for the embedded queue."""

    def url(self, service: str) -> str:
        """Return the base URL of an HTTP service."""
        return f"http://{self.addresses[service]}"


Meet = Callable[[str | None], Awaitable[Shop]]
"""Tells the others one's own address, if there is one, and learns theirs."""

Serve = Callable[[Meet], AbstractAsyncContextManager[None]]
"""Entered: serving.  Left: stopped, with nothing half done."""


def run_http(
    name: str, open_app: Callable[[Shop], AbstractAsyncContextManager["Starlette"]]
) -> None:
    """Run the service *name*, an HTTP server, until its stdin ends."""
    import uvicorn

    @asynccontextmanager
    async def serve(meet: Meet) -> AsyncIterator[None]:
        listener = socket.create_server((LOOPBACK, 0))
        shop = await meet(f"{LOOPBACK}:{listener.getsockname()[1]}")
        async with open_app(shop) as app, asyncio.TaskGroup() as tasks:
            telemetry.trace_http_server(app)
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    lifespan="off",
                    ws="none",
                    log_config=None,
                    access_log=False,
                    timeout_graceful_shutdown=1,
                )
            )
            tasks.create_task(server.serve(sockets=[listener]))
            while not server.started:
                await asyncio.sleep(0.01)
            yield
            server.should_exit = True

    _run(name, serve)


def run_grpc(name: str, offer: Callable[["grpc.aio.Server"], None]) -> None:
    """Run the service *name*, a gRPC server, until its stdin ends."""
    import grpc.aio
    from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorServer

    @asynccontextmanager
    async def serve(meet: Meet) -> AsyncIterator[None]:
        GrpcAioInstrumentorServer().instrument()
        server = grpc.aio.server()
        offer(server)
        port = server.add_insecure_port(f"{LOOPBACK}:0")
        await meet(f"{LOOPBACK}:{port}")
        await server.start()
        yield
        await server.stop(grace=1)

    _run(name, serve)


def run_worker(name: str, work: Callable[[Shop], Awaitable[None]]) -> None:
    """Run the service *name*, which nobody calls, until its stdin ends."""

    @asynccontextmanager
    async def serve(meet: Meet) -> AsyncIterator[None]:
        shop = await meet(None)
        working = asyncio.ensure_future(work(shop))
        yield
        working.cancel()

    _run(name, serve)


def _run(name: str, serve: Serve) -> None:
    with telemetry.recording(name):
        asyncio.run(_live(serve))
