"""OTLP over HTTP/1.1: the server around the application.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/HTTP".
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from socket import socket

import uvicorn

from devtrace.receivers.application import OtlpApplication
from devtrace.receivers.cors import CorsPolicy
from devtrace.receivers.endpoint import Endpoint
from devtrace.receivers.http_protocol import BoundedHttpProtocol
from devtrace.receivers.ingest import Ingest
from devtrace.receivers.limits import ReceiverLimits

_CLOSING_SECONDS = 1


class HttpReceiver:
    """Receives OTLP/HTTP, protobuf and JSON, on the running event loop.

    Args:
        ingest: Takes what was sent; it counts what is refused as well.
        limits: Bounds of a request.
        cors: Decides which web pages may send.
    """

    def __init__(
        self,
        ingest: Ingest,
        *,
        limits: ReceiverLimits | None = None,
        cors: CorsPolicy | None = None,
    ) -> None:
        self._limits = limits or ReceiverLimits()
        self._application = OtlpApplication(
            ingest, limits=self._limits, cors=cors or CorsPolicy()
        )
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def requests_in_flight(self) -> int:
        """How many requests are being read or answered."""
        return self._application.requests_in_flight

    async def start(self, endpoint: Endpoint) -> None:
        """Answer on the sockets of *endpoint*, which become this receiver's to close."""
        # What a sender does wrong is counted and answered, not logged.
        logging.getLogger("uvicorn").addHandler(logging.NullHandler())
        config = uvicorn.Config(
            self._application,
            http=BoundedHttpProtocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level=logging.ERROR,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=self._limits.keep_alive_seconds,
            timeout_graceful_shutdown=_CLOSING_SECONDS,
            h11_max_incomplete_event_size=self._limits.max_header_bytes,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(
            self._server.serve(sockets=list(endpoint.sockets)), name="OTLP/HTTP"
        )
        await self._server.is_accepting.wait()

    async def stop(self) -> None:
        """Stop accepting, finish what is in flight within the grace period, then close."""
        if self._server is None or self._serving is None:
            return
        self._server.close_listeners()
        await self._application.drain(grace_seconds=self._limits.grace_seconds)
        self._server.is_stopping.set()
        await self._serving
        self._server = self._serving = None


class _Server(uvicorn.Server):
    """uvicorn's server without its signal handlers, which belong to the session."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_accepting = asyncio.Event()
        self.is_stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        self.is_accepting.set()

    async def main_loop(self) -> None:
        """Wait without waking up ten times a second."""
        await self.is_stopping.wait()

    def close_listeners(self) -> None:
        """Refuse new connections; those that are open go on."""
        for server in self.servers:
            server.close()
