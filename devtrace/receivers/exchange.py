"""One HTTP request and its answer, over ASGI.

Whatever an answer says, the connection must be left so that the sender can read it
and, if its request was read, send the next one: an answer that is sent while the
sender still writes can be lost to a reset.

Source: RFC 9112 sections 6.3 and 9.6; RFC 9110 section 10.1.1; ASGI 3.0, "HTTP".
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from devtrace.receivers.body import Body
from devtrace.receivers.cors import Header
from devtrace.receivers.limits import MEBIBYTE, ReceiverLimits
from devtrace.receivers.sender import Sender

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_MAX_UNREAD_BYTES = MEBIBYTE
_UNREAD_SECONDS = 1
_LEFTOVER_SECONDS = 2


class DisconnectedError(Exception):
    """The sender went away before its request was complete."""


@dataclass(frozen=True, slots=True)
class Response:
    """What is sent back."""

    status: int
    body: bytes = b""
    headers: Sequence[Header] = ()


class Exchange:
    """A request being read and answered.

    Args:
        scope: As ASGI gives it.
        receive: The same.
        send: The same.
        limits: The bounds of the request.
    """

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, *, limits: ReceiverLimits
    ) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            self._headers.setdefault(name, value.strip())
        self.header_bytes = sum(len(name) + len(value) for name, value in scope["headers"])
        client = scope.get("client")
        self.sender = Sender("HTTP", client[0] if client else "", self.header("user-agent"))
        self._receive = receive
        self._send = send
        self._limits = limits
        self.is_read = not self.declared_bytes and not self.header("transfer-encoding")
        """Whether nothing of the request is left to read."""
        self.is_interrupted = False
        """Whether reading was broken off because devtrace stops."""
        self._awaits_continue = self.header("expect").lower() == "100-continue"
        self._is_stalled = False
        self._reading: asyncio.Timeout | None = None

    def header(self, name: str) -> str:
        """Return the first value of a header, empty when it is missing."""
        return self.header_as_sent(name).decode("latin-1")

    def header_as_sent(self, name: str) -> bytes:
        """Return the first value of a header as bytes, empty when it is missing."""
        return self._headers.get(name.encode(), b"")

    @property
    def declared_bytes(self) -> int:
        """The `Content-Length`; 0 when there is none."""
        return int(self.header("content-length") or 0)

    async def read(self, body: Body) -> None:
        """Read all of the request into *body*.

        Raises:
            BodyTooLargeError: From *body*.
            DisconnectedError: If the sender went away.
            MalformedError: From *body*.
            TimeoutError: If the sender paused too long, or `interrupt` was called.
        """
        seconds = self._limits.read_timeout_seconds
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(seconds) as self._reading:
                while not self.is_read:
                    chunk = await self._next_chunk()
                    self._reading.reschedule(now() + seconds)
                    for _ in body.feed(chunk):
                        await asyncio.sleep(0)
        except TimeoutError:
            self._is_stalled = True
            raise
        finally:
            self._reading = None

    def interrupt(self) -> None:
        """Break off `read` if it is waiting for the sender."""
        self.is_interrupted = True
        if self._reading is not None:
            self._reading.reschedule(asyncio.get_running_loop().time())

    async def answer(self, response: Response) -> None:
        """Send *response*, and close the connection if the request is not read to its end.

        Raises:
            DisconnectedError: If the sender went away.
        """
        if self.declared_bytes <= _MAX_UNREAD_BYTES:
            await self._skip(_MAX_UNREAD_BYTES, _UNREAD_SECONDS)
        headers = [(b"date", formatdate(usegmt=True).encode()), *response.headers]
        if response.status != 204:
            headers.append((b"content-length", str(len(response.body)).encode()))
        # What follows a request to upgrade is not parsed any more.
        if not self.is_read or self.header("upgrade"):
            headers.append((b"connection", b"close"))
        start = {"type": "http.response.start", "status": response.status, "headers": headers}
        await self._send(start)
        if not self.is_read:
            await self._send_body(response.body, is_last=False)
            await self._skip(self._limits.max_request_bytes, _LEFTOVER_SECONDS)
            await self._send_body(b"", is_last=True)
        else:
            await self._send_body(response.body, is_last=True)

    async def _send_body(self, body: bytes, *, is_last: bool) -> None:
        await self._send({"type": "http.response.body", "body": body, "more_body": not is_last})

    async def _skip(self, max_bytes: int, seconds: float) -> None:
        """Read on and forget, within bounds, so that the sender gets to read the answer."""
        if self._awaits_continue or self._is_stalled:
            return
        try:
            async with asyncio.timeout(seconds):
                while not self.is_read and max_bytes > 0:
                    max_bytes -= len(await self._next_chunk())
        except TimeoutError:
            self._is_stalled = True

    async def _next_chunk(self) -> bytes:
        event = await self._receive()
        if event["type"] == "http.disconnect":
            raise DisconnectedError
        self._awaits_continue = False
        self.is_read = not event.get("more_body", False)
        chunk: bytes = event.get("body", b"")
        return chunk
