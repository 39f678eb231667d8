"""A running session under fire: what is sent to its ports, and what must be left of it after."""

import asyncio
import gc
import logging
import random
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Self

import grpc.aio
import psutil

from devtrace.session import Session, SessionConfig
from devtrace.store.limits import MEBIBYTE, Limits
from tests.builders import a_request, a_span, trace_id_of
from tests.fuzz.oracle import generalized
from tests.receivers.raw_http import RawHttp, RawResponse, until

DEADLINE_SECONDS = 10
LIMITS = Limits(max_bytes=8 * MEBIBYTE, max_spans=10_000)
MAX_GROWTH_BYTES = 96 * MEBIBYTE
"""Of the process, whatever is sent: the ring, and what allocators keep."""
TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
ACCEPTABLE = {"OK", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"}
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)


class UnderFire:
    """A session that is shot at; leaving it checks what is left.

    Args:
        chance: Decides how bytes are sent, in what pieces and with what end.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._opened = AsyncExitStack()
        self._defects: list[str] = []
        self._log = _Listening(self._defects.append)

    async def __aenter__(self) -> Self:
        async with Session(SessionConfig(grpc_port=0, http_port=0, limits=LIMITS)):
            pass  # what is imported, and what gRPC keeps for good, is there before and after
        gc.collect()
        self._threads = set(threading.enumerate())
        self._tasks = len(asyncio.all_tasks())
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self._defects.append(str(context)))
        logging.getLogger().addHandler(self._log)
        config = SessionConfig(grpc_port=0, http_port=0, limits=LIMITS)
        self.session = await self._opened.enter_async_context(Session(config))
        channel = grpc.aio.insecure_channel(self.session.endpoints.grpc)
        self._channel = await self._opened.enter_async_context(channel)
        await self._expect_service()
        self._memory = psutil.Process().memory_info().rss
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                await self._expect_service()
                self._expect_bounds()
        finally:
            await self._opened.aclose()
            logging.getLogger().removeHandler(self._log)
        if kind is None:
            self._expect_no_defect()
            del self.session, self._channel  # gRPC's thread ends with the last object of it
            await until(self._is_as_before)

    async def over_http(self, sent: bytes) -> str:
        """Send *sent* to the HTTP port, in pieces, and read what is answered."""
        port = self.session.endpoints.http_port
        answers: list[str] = []
        async with RawHttp("127.0.0.1", port) as connection:
            is_heard = await self._shoot(connection, sent)
            with suppress(ConnectionError, EOFError):
                while is_heard:
                    answers.append(_outcome(await connection.response()))
        self._expect_no_defect()
        return f"{answers[:4]}"

    async def over_grpc(self, sent: bytes) -> str:
        """Send *sent* as a message, and again as bytes to the gRPC port."""
        try:
            await self._channel.unary_unary(TRACES)(sent, timeout=DEADLINE_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code().name not in ACCEPTABLE:
                raise
            outcome = f"{error.code().name} {generalized(error.details() or '')}"
        else:
            outcome = "OK"
        async with RawHttp("127.0.0.1", self.session.endpoints.grpc_port) as connection:
            start = _PREFACE if self._chance.random() < 0.5 else b""
            if await self._shoot(connection, start + sent):
                with suppress(ConnectionError):
                    await connection.is_closed()
        self._expect_no_defect()
        return outcome

    async def _shoot(self, connection: RawHttp, sent: bytes) -> bool:
        """Write *sent* and end it somehow; return whether an answer can still be read."""
        pieces = self._chance.choice((1, 1, 1, 3, 17))
        size = max(1, -(-len(sent) // pieces))
        end = self._chance.choice(("half-close", "half-close", "half-close", "abort"))
        with suppress(OSError):  # it may have hung up already
            for at in range(0, len(sent), size):
                await connection.send(sent[at : at + size])
                await asyncio.sleep(0)
            if end == "abort":
                return False
            connection.writer.write_eof()
        return True

    async def _expect_service(self) -> None:
        """Check that a valid export works over both protocols, and is stored."""
        body = a_request(a_span(trace="valid")).SerializeToString()
        store = self.session.store
        store.clear()
        async with RawHttp("127.0.0.1", self.session.endpoints.http_port) as connection:
            assert (await connection.post(body)).status == 200
        assert trace_id_of("valid") in store
        store.clear()
        assert await self._channel.unary_unary(TRACES)(body, timeout=DEADLINE_SECONDS) == b""
        assert trace_id_of("valid") in store

    def _expect_bounds(self) -> None:
        store = self.session.store
        assert store.byte_count <= LIMITS.max_bytes
        assert store.span_count <= LIMITS.max_spans
        counters = self.session.counters
        for bounded in (counters.problems, counters.notes, counters.refused_spans):
            assert len(bounded.counts) <= bounded.max_keys
        gc.collect()
        growth = psutil.Process().memory_info().rss - self._memory
        assert growth <= MAX_GROWTH_BYTES, f"grew by {growth / MEBIBYTE:.0f} MiB"

    def _is_as_before(self) -> bool:
        gc.collect()
        is_alone = len(asyncio.all_tasks()) <= self._tasks
        return is_alone and set(threading.enumerate()) <= self._threads

    def _expect_no_defect(self) -> None:
        assert self.session.counters.internal_errors == 0
        assert self._defects == []


class _Listening(logging.Handler):
    """Hands on every error that is logged: nothing that a sender does is one of ours."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.ERROR)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        """Tell *record*, with its traceback."""
        self._tell(logging.Formatter().format(record))


def _outcome(response: RawResponse) -> str:
    """Return what is the same for answers of one kind, which must be readable."""
    assert response.status != 500, response
    assert response.status != 501 or b"Transfer-Encoding" in response.body, response
    as_json = response.headers.get("content-type") == "application/json"
    if response.status >= 400 and as_json and response.body:
        status: dict[str, Any] = response.json()
        return f"{response.status} {generalized(status['message'])}"
    return str(response.status)
