"""OTLP over HTTP/1.1: the server around the application.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/HTTP".
"""

import logging
from socket import socket

import uvicorn

from devtrace.receivers.application import OtlpApplication
from devtrace.receivers.cors import CorsPolicy
from devtrace.receivers.endpoint import Endpoint
from devtrace.receivers.http_protocol import BoundedHttpProtocol
from devtrace.receivers.ingest import Ingest
from devtrace.receivers.limits import ReceiverLimits

_CLOSING_SECONDS = 1

# What a sender does wrong is counted and answered; no log of it may reach stderr.
logging.getLogger("uvicorn").addHandler(logging.NullHandler())


class HttpReceiver:
    """Receives OTLP/HTTP, protobuf and JSON, on the running event loop.

    Args:
        ingest: Takes what was sent; it counts what is refused as well.
        limits: Bounds of a request.
        cors: Decides which web pages may send.
        grpc_port: Where OTLP/gRPC is received, to tell those who send it here.
    """

    def __init__(
        self,
        ingest: Ingest,
        *,
        limits: ReceiverLimits | None = None,
        cors: CorsPolicy | None = None,
        grpc_port: int = 4317,
    ) -> None:
        self._limits = limits or ReceiverLimits()
        self._application = OtlpApplication(
            ingest, limits=self._limits, cors=cors or CorsPolicy(), grpc_port=grpc_port
        )
        self._server: uvicorn.Server | None = None
        self._sockets: list[socket] = []

    @property
    def requests_in_flight(self) -> int:
        """How many requests are being read or answered."""
        return self._application.requests_in_flight

    async def start(self, endpoint: Endpoint) -> None:
        """Answer on the sockets of *endpoint*, which become this receiver's to close."""
        config = uvicorn.Config(
            self._application,
            http=BoundedHttpProtocol,
            ws="none",
            lifespan="off",
            workers=1,
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
        # `Server.serve` would take over the signals, which belong to the session.
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        self._sockets = list(endpoint.sockets)
        await server.startup(sockets=self._sockets)
        self._server = server

    async def stop(self) -> None:
        """Stop accepting, finish what is in flight within the grace period, then close."""
        server, self._server = self._server, None
        if server is None:
            return
        for listener in server.servers:
            listener.close()
        await self._application.drain(grace_seconds=self._limits.grace_seconds)
        await server.shutdown(sockets=self._sockets)
