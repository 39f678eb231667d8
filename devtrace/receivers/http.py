"""OTLP over HTTP/1.1: the server around the application.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/HTTP".
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from http import HTTPStatus
from socket import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from devtrace.receivers.application import OtlpApplication
from devtrace.receivers.cors import CorsPolicy
from devtrace.receivers.endpoint import Endpoint
from devtrace.receivers.ingest import Ingest
from devtrace.receivers.limits import ReceiverLimits

_CLOSING_SECONDS = 1
_NOT_HTTP = "this is no HTTP/1.1 request: OTLP/HTTP is received here, without TLS"


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

    async def start(self, endpoint: Endpoint) -> None:
        """Answer on the sockets of *endpoint*, which become this receiver's to close."""
        # What a sender does wrong is counted and answered, not logged.
        logging.getLogger("uvicorn").addHandler(logging.NullHandler())
        config = uvicorn.Config(
            self._application,
            http=_Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level=logging.ERROR,
            access_log=False,
            proxy_headers=False,
            server_header=False,
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
        self._server.should_exit = True
        await self._serving
        self._server = self._serving = None


class _Server(uvicorn.Server):
    """uvicorn's server without its signal handlers: signals belong to the session."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_accepting = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Accept connections, and say so."""
        await super().startup(sockets)
        self.is_accepting.set()

    def close_listeners(self) -> None:
        """Refuse new connections; those that are open go on."""
        for server in self.servers:
            server.close()


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol with a bound on headers, and OTLP's shape for what is no HTTP."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # uvicorn's business
        super().__init__(*args, **kwargs)
        self._is_in_headers = True
        self._header_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Parse what arrived; headers that never end are refused."""
        super().data_received(data)
        if not self._is_in_headers:
            return
        self._header_bytes += len(data)
        limit = self.config.h11_max_incomplete_event_size
        if limit is not None and self._header_bytes > limit and not self.transport.is_closing():
            self._close_with(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"headers of more than {limit} bytes are not read",
            )

    def on_headers_complete(self) -> None:
        """Begin a request."""
        self._is_in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """End a request; headers of the next one follow."""
        super().on_message_complete()
        self._is_in_headers = True
        self._header_bytes = 0

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # the cause is always the same
        """Answer what is no HTTP."""
        self._close_with(HTTPStatus.BAD_REQUEST, _NOT_HTTP)

    def _close_with(self, status: HTTPStatus, message: str) -> None:
        application: Any = self.config.app
        body: bytes = application.refuse_unreadable(
            message, peer=self.client[0] if self.client else ""
        )
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n"
            "connection: close\r\n\r\n".encode()
            + body
        )
        self.transport.close()
