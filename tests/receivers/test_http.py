"""The HTTP receiver starts on bound sockets, survives anything, and stops gracefully."""

import asyncio
import logging
import random
import signal
from dataclasses import replace

import pytest
from google.rpc import status_pb2

from devtrace.receivers.http import HttpReceiver
from tests.builders import a_request, a_span
from tests.receivers.conftest import LIMITS, Receiving, receiving_http
from tests.receivers.raw_http import head, until

BODY = a_request(a_span()).SerializeToString()


async def test_both_loopback_addresses_receive(http: Receiving) -> None:
    """Clients resolve localhost to either."""
    for host in http.endpoint.hosts:
        async with http.connection(host) as connection:
            assert (await connection.post(BODY)).status == 200


async def test_many_exports_at_once_lose_nothing(http: Receiving) -> None:
    """64 connections with 512 spans each."""
    bodies = [
        a_request(
            *(
                a_span(f"{batch}.{number}", trace=f"{batch}.{number // 16}")
                for number in range(512)
            )
        ).SerializeToString()
        for batch in range(64)
    ]

    async def export(body: bytes) -> int:
        async with http.connection() as connection:
            return (await connection.post(body)).status

    async with asyncio.TaskGroup() as group:
        exports = [group.create_task(export(body)) for body in bodies]

    assert {export.result() for export in exports} == {200}
    assert http.store.span_count == 64 * 512


async def test_random_bytes_harm_nobody_else(
    http: Receiving, caplog: pytest.LogCaptureFixture
) -> None:
    """Each ends with an answer or a closed connection, and without a word on stderr."""
    noise = random.Random(4318)  # noqa: S311  # the same bytes every time

    async def send(sent: bytes) -> None:
        async with http.connection() as connection:
            await connection.send(sent)
            connection.writer.write_eof()
            assert await connection.is_closed() or True

    with caplog.at_level(logging.INFO):
        for _ in range(30):
            junk = noise.randbytes(noise.randrange(1, 300))
            starts = [b"", b"POST ", head(transfer_encoding="chunked"), b"\x16\x03\x01"]
            await send(noise.choice([*starts, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]) + junk)

    assert [record for record in caplog.records if record.name.startswith("uvicorn")] == []
    async with http.connection() as connection:
        assert (await connection.post(BODY)).status == 200


async def test_a_request_in_flight_is_finished_and_answered(http: Receiving) -> None:
    """Nothing that a sender was told to be accepted is lost, nor what it is still sending."""
    async with http.connection() as connection:
        await connection.send(head(content_length=str(len(BODY))), BODY[:10])
        await _until_in_flight(http)
        stopping = asyncio.create_task(http.receiver.stop())
        await asyncio.sleep(0)
        await connection.send(BODY[10:])

        assert (await connection.response()).status == 200
        await stopping
    assert http.store.span_count == 1


async def test_a_new_request_while_stopping_is_503(http: Receiving) -> None:
    """A client keeps what it gets 503 for, and sends it to the next devtrace."""
    async with http.connection() as busy, http.connection() as idle:
        assert (await idle.post(BODY)).status == 200
        await busy.send(head(content_length=str(len(BODY))), BODY[:10])
        await _until_in_flight(http)
        stopping = asyncio.create_task(http.receiver.stop())
        await asyncio.sleep(0)

        refused = await idle.post(BODY)
        await busy.send(BODY[10:])

        assert refused.status == 503
        assert int(refused.headers["retry-after"]) >= 1
        assert status_pb2.Status.FromString(refused.body).details
        assert (await busy.response()).status == 200
        await stopping


async def test_a_request_that_never_ends_does_not_keep_it_from_stopping() -> None:
    """After the grace period its sender is told to come again."""
    hasty = replace(LIMITS, grace_seconds=0.2)
    async with receiving_http(hasty) as http, http.connection() as connection:
        await connection.send(head(content_length="100"), b"x")
        await _until_in_flight(http)
        await http.receiver.stop()

        assert (await connection.response()).status == 503


async def test_nothing_is_accepted_after_stopping(http: Receiving) -> None:
    """And stopping twice is harmless."""
    async with http.connection() as idle:
        await idle.post(BODY)
        await http.receiver.stop()
        await http.receiver.stop()

        assert await idle.is_closed()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", http.endpoint.port)


async def test_signals_stay_with_their_owner(http: Receiving) -> None:
    """The session decides what an interrupt means."""
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is not None


async def _until_in_flight(http: Receiving) -> None:
    """Wait until the receiver has begun to read a request."""
    receiver = http.receiver
    assert isinstance(receiver, HttpReceiver)
    await until(lambda: receiver.requests_in_flight > 0)
