"""An answer arrives, and the connection is usable or closed, however badly a request is sent."""

import asyncio
import gzip
from dataclasses import replace

import pytest

from devtrace.receivers.limits import MEBIBYTE
from tests.builders import a_request, a_span
from tests.receivers.conftest import IMPATIENT, LIMITS, Receiving, receiving_http
from tests.receivers.raw_http import chunked, head, until

BODY = a_request(a_span()).SerializeToString()
TOO_MUCH = bytes(LIMITS.max_request_bytes + 1)


async def test_one_connection_serves_many_requests(http: Receiving) -> None:
    """Exporters keep theirs for hours; a failure in between changes nothing."""
    async with http.connection() as connection:
        for number in range(100):
            response = await connection.post(
                b"\xff" if number % 3 == 0 else BODY, chunk_bytes=(number % 2) * 10
            )
            assert response.status == (400 if number % 3 == 0 else 200)
            assert "connection" not in response.headers


async def test_requests_that_are_sent_ahead_are_answered_in_order(http: Receiving) -> None:
    """Pipelining is allowed."""
    request = head(content_length=str(len(BODY))) + BODY
    wrong = head(path="/x", content_length="1") + b"x"
    async with http.connection() as connection:
        await connection.send(request + wrong + request)

        statuses = [(await connection.response()).status for _ in range(3)]

    assert statuses == [200, 404, 200]


@pytest.mark.parametrize(
    ("path", "content_type", "status"),
    [("/v1/trace", "application/json", 404), ("/v1/traces", "text/plain", 415)],
)
@pytest.mark.parametrize("chunk_bytes", [0, 1000], ids=["whole", "chunked"])
async def test_a_refusal_before_the_body_leaves_the_connection_usable(
    http: Receiving, path: str, content_type: str, status: int, chunk_bytes: int
) -> None:
    """Node always sends in chunks; what remains of the body is skipped."""
    async with http.connection() as connection:
        refused = await connection.post(
            bytes(100_000), path=path, content_type=content_type, chunk_bytes=chunk_bytes
        )

        assert refused.status == status
        assert (await connection.post(BODY)).status == 200


async def test_a_declared_length_beyond_the_bound_is_413_at_once(http: Receiving) -> None:
    """Before anything of the body is sent; the connection is closed after it."""
    async with http.connection() as connection:
        await connection.send(head(content_length=str(10**12)))
        response = await connection.response()

        assert response.status == 413
        assert response.headers["connection"] == "close"


async def test_a_sender_that_goes_on_writing_gets_to_read_its_413(http: Receiving) -> None:
    """A reset would look like a network fault, and be retried for ever."""
    async with http.connection() as connection:
        response = await connection.post(TOO_MUCH)

        assert response.status == 413
        assert await connection.is_closed()


async def test_chunks_that_grow_beyond_the_bound_are_413(http: Receiving) -> None:
    """Nobody declared a length."""
    async with http.connection() as connection:
        response = await connection.post(TOO_MUCH, chunk_bytes=65_536)

    assert response.status == 413


async def test_a_request_for_which_there_is_no_room_now_is_to_come_again() -> None:
    """Others are being read; when they are done there is room."""
    limits = replace(LIMITS, max_held_bytes=2 * MEBIBYTE)
    body = a_request(a_span(attributes={"k": "x" * (2 * MEBIBYTE)})).SerializeToString()
    async with receiving_http(limits) as http, http.connection() as connection:
        async with http.connection() as holding:
            await holding.send(head(content_length=str(len(body))), body[:-1])
            application = http.receiver._application  # type: ignore[union-attr]
            await until(lambda: application._held.byte_count == len(body) - 1 - MEBIBYTE)
            refused = await connection.post(body)
            assert (refused.status, refused.headers["retry-after"]) == (503, "1")
            assert (
                await connection.post(a_request(a_span()).SerializeToString())
            ).status == 200
            await holding.send(body[-1:])
            assert (await holding.response()).status == 200
        await until(lambda: not application._held.byte_count)

        assert (await connection.post(body)).status == 200


async def test_a_transfer_coding_that_is_not_undone_is_501(http: Receiving) -> None:
    """Rather than taken for another; the connection stays usable."""
    async with http.connection() as connection:
        await connection.send(
            head(transfer_encoding="gzip, chunked"), chunked(gzip.compress(b""), 10)
        )
        assert (await connection.response()).status == 501
        assert (await connection.post()).status == 200


async def test_a_request_at_the_bound_is_read(http: Receiving) -> None:
    """The bound itself is in."""
    padding = a_span(attributes={"k": "x" * (LIMITS.max_request_bytes - 300)})
    body = a_request(padding).SerializeToString()
    assert LIMITS.max_request_bytes - 300 < len(body) <= LIMITS.max_request_bytes
    async with http.connection() as connection:
        whole = await connection.post(body)
        inflated = await connection.post(gzip.compress(body), content_encoding="gzip")

    assert (whole.status, inflated.status) == (200, 200)


async def test_a_sender_that_asks_first_is_told_to_go_on(http: Receiving) -> None:
    """This is what curl does with large bodies."""
    async with http.connection() as connection:
        await connection.send(head(content_length=str(len(BODY)), expect="100-continue"))
        assert (
            await connection.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        )
        await connection.send(BODY)

        assert (await connection.response()).status == 200


async def test_a_sender_that_asks_first_is_refused_without_its_body(http: Receiving) -> None:
    """There is no use in sending what will not be read."""
    async with http.connection() as connection:
        await connection.send(
            head(path="/x", content_length=str(len(BODY)), expect="100-continue")
        )
        response = await connection.response()

        assert response.status == 404
        assert response.headers["connection"] == "close"
        assert await connection.is_closed()


async def test_a_sender_that_stalls_is_408(impatient_http: Receiving) -> None:
    """Others are served meanwhile."""
    async with impatient_http.connection() as slow, impatient_http.connection() as other:
        await slow.send(head(content_length="100"), b"some")
        assert (await other.post(BODY)).status == 200

        response = await slow.response()

        assert response.status == 408
        assert await slow.is_closed()


async def test_a_slow_sender_that_makes_progress_is_read(impatient_http: Receiving) -> None:
    """The bound is on the pause, not on the whole."""
    chunks = [
        chunked(BODY[at : at + 8], 8).removesuffix(b"0\r\n\r\n") for at in range(0, 64, 8)
    ]
    pause = IMPATIENT.read_timeout_seconds / 5
    rest = chunked(BODY[64:], 1000)
    async with impatient_http.connection() as connection:
        await connection.send(head(transfer_encoding="chunked"))
        for chunk in chunks:
            await asyncio.sleep(pause)
            await connection.send(chunk)
        await connection.send(rest)

        assert (await connection.response()).status == 200


async def test_a_sender_that_goes_away_is_counted_and_forgotten(http: Receiving) -> None:
    """Nothing of its request is stored."""
    async with http.connection() as connection:
        await connection.send(head(content_length=str(len(BODY))), BODY[:-1])
    async with http.connection() as connection:
        await connection.post()
    await until(lambda: http.ingest.counters.aborted_requests == 1)

    assert len(http.store) == 0
    assert http.ingest.counters.problems.total == 0


async def test_every_answer_has_a_date(http: Receiving) -> None:
    """HTTP demands it of a server that has a clock."""
    async with http.connection() as connection:
        response = await connection.post(BODY)

    assert response.headers["date"].endswith(" GMT")
