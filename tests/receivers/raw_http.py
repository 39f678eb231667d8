"""A client that writes HTTP/1.1 byte by byte, so that tests can also write it wrongly."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

DEADLINE_SECONDS = 10
"""How long a test waits for an answer before it fails."""


@dataclass(frozen=True)
class RawResponse:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    """By lower-case name."""
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class RawHttp:
    """One connection; `async with` opens and closes it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection(self._host, self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.writer.transport.abort()

    async def send(self, *parts: bytes) -> None:
        """Write *parts* as they are."""
        for part in parts:
            self.writer.write(part)
        await self.writer.drain()

    async def post(
        self,
        body: bytes = b"",
        *,
        path: str = "/v1/traces",
        content_type: str | None = "application/x-protobuf",
        method: str = "POST",
        chunk_bytes: int = 0,
        **headers: str,
    ) -> RawResponse:
        """Send a request and return its answer; underscores in names of headers are hyphens."""
        await self.send(
            head(
                path=path,
                method=method,
                content_type=content_type,
                **({"transfer_encoding": "chunked"} if chunk_bytes else {}),
                **({} if chunk_bytes else {"content_length": str(len(body))}),
                **headers,
            ),
            chunked(body, chunk_bytes) if chunk_bytes else body,
        )
        return await self.response(method=method)

    async def response(self, *, method: str = "POST") -> RawResponse:
        """Read the next answer."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            fields = (line.partition(":") for line in lines[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in fields}
            status = int(lines[0].split()[1])
            assert "transfer-encoding" not in headers
            length = 0 if method == "HEAD" else int(headers.get("content-length", 0))
            return RawResponse(status, headers, await self.reader.readexactly(length))

    async def is_closed(self) -> bool:
        """Wait for the other side to close the connection."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            try:
                return await self.reader.read() == b""
            except ConnectionResetError:
                return True


async def until(condition: Callable[[], bool]) -> None:
    """Wait for *condition*."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110  # what is waited for knows nothing of tests
            await asyncio.sleep(0.01)


def head(
    *,
    path: str = "/v1/traces",
    method: str = "POST",
    content_type: str | None = "application/x-protobuf",
    **headers: str,
) -> bytes:
    """Return the head of a request; underscores in names of headers are hyphens."""
    named = {"host": "localhost"} | ({"content-type": content_type} if content_type else {})
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [
        f"{method} {path} HTTP/1.1",
        *(f"{name}: {value}" for name, value in named.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def chunked(body: bytes, chunk_bytes: int) -> bytes:
    """Return *body* in chunks, each with an extension, as a chunked request carries it."""
    chunks = (body[at : at + chunk_bytes] for at in range(0, len(body), chunk_bytes))
    return (
        b"".join(b"%x;ext=1\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    )
