"""Bytes that are no decent HTTP/1.1 get an answer or a closed connection, and cost nothing."""

import asyncio
from typing import Any

import pytest

from tests.builders import a_request, a_span
from tests.receivers.conftest import LIMITS, Receiving
from tests.receivers.raw_http import head, until

BODY = a_request(a_span()).SerializeToString()
UPGRADING = head(
    content_length=str(len(BODY)),
    connection="Upgrade, HTTP2-Settings",
    Upgrade="h2c",
    http2_settings="AAEAAEAA",
)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "OTLP/gRPC sent to the HTTP port {port}: use 4317, or OTEL_EXPORTER_OTLP_PROTOCOL=",
        ),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            "TLS sent to the HTTP port {port}, which takes plain HTTP: begin the endpoint",
        ),
        (b"complete nonsense\r\n\r\n", "this is no HTTP/1.1 request: "),
        (b"POST nonsense\n\n", "the request is malformed HTTP/1.1: "),
        (
            b"POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
            "the request is malformed HTTP/1.1: Invalid character in Content-Length",
        ),
    ],
    ids=["HTTP/2", "TLS", "nonsense", "nonsense in POST", "negative length"],
)
async def test_what_is_no_http_is_answered_clearly(
    http: Receiving, sent: bytes, sentence: str
) -> None:
    """With a Status in JSON that says what to change, and the connection closed."""
    async with http.connection() as connection:
        await connection.send(sent)
        response = await connection.response()

        assert response.status == 400
        message = response.json()["message"]
        assert message.startswith(sentence.format(port=http.endpoint.port))
        assert await connection.is_closed()
    assert http.ingest.counters.problems.counts == {message: 1}
    assert http.ingest.counters.refused_requests == 1


async def test_a_later_request_that_is_malformed_is_told_as_such(http: Receiving) -> None:
    """What a connection began with says nothing of its second request."""
    async with http.connection() as connection:
        assert (await connection.post(BODY)).status == 200
        await connection.send(b"\x16\x03\x01nonsense\r\n\r\n")
        response = await connection.response()

    assert response.json()["message"].startswith("the request is malformed HTTP/1.1: ")


async def test_a_broken_chunk_is_answered_and_the_connection_closed(http: Receiving) -> None:
    """Where the next request would begin is unknown."""
    async with http.connection() as connection:
        await connection.send(head(transfer_encoding="chunked"), b"zz\r\nxx\r\n")

        assert (await connection.response()).status == 400
        assert await connection.is_closed()


@pytest.mark.parametrize("method", [b"POST", b"GET"])
@pytest.mark.parametrize("line", [b"x: y\r\n", b"x" * 100], ids=["many", "one"])
async def test_headers_without_end_are_431(http: Receiving, method: bytes, line: bytes) -> None:
    """They would fill the memory."""
    async with http.connection() as connection:
        await connection.send(method + b" /v1/traces HTTP/1.1\r\n")
        sent = 0
        while sent <= 2 * LIMITS.max_header_bytes and not connection.reader.at_eof():
            await connection.send(line * 100)
            sent += len(line) * 100
        response = await connection.response()

        assert response.status == 431
        assert await connection.is_closed()


async def test_headers_beyond_the_bound_in_one_piece_are_431(http: Receiving) -> None:
    """However they arrive."""
    async with http.connection() as connection:
        response = await connection.post(BODY, x_long="x" * LIMITS.max_header_bytes)

    assert response.status == 431


async def test_a_head_that_arrives_byte_by_byte_is_read(http: Receiving) -> None:
    """The network cuts where it likes."""
    sent = head(content_length=str(len(BODY))) + BODY
    async with http.connection() as connection:
        for at in range(len(sent)):
            await connection.send(sent[at : at + 1])

        assert (await connection.response()).status == 200
    assert len(http.store) == 1


async def test_a_large_body_is_not_taken_for_headers(http: Receiving) -> None:
    """What follows one request on a connection is counted for the next."""
    large = a_request(a_span(attributes={"k": "x" * 500_000})).SerializeToString()
    async with http.connection() as connection:
        for _ in range(3):
            assert (await connection.post(large)).status == 200


@pytest.mark.parametrize("name", [b"upgrade: ", b"UPGRADE:"])
async def test_upgrade_is_ignored_and_the_body_is_read(http: Receiving, name: bytes) -> None:
    """Java's own HTTP client asks for HTTP/2 with every request until it gets it."""
    async with http.connection() as connection:
        for _ in range(2):
            await connection.send(UPGRADING.replace(b"Upgrade: ", name), BODY)

            assert (await connection.response()).status == 200
    assert http.ingest.counters.accepted_spans == 2


async def test_a_body_that_the_parser_passes_over_is_never_acknowledged(
    http: Receiving,
) -> None:
    """A second request to upgrade in the same segment is refused, not lost."""
    request = UPGRADING + BODY
    async with http.connection() as connection:
        await connection.send(request + request)

        assert (await connection.response()).status == 200
        refused = await connection.response()
        assert refused.status == 400
        assert await connection.is_closed()
    assert http.ingest.counters.accepted_spans == 1


@pytest.mark.parametrize("ahead", [1, 3])
async def test_a_sender_that_closes_its_half_is_answered(
    http: Receiving, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    """It has said everything; what it sent is stored, so it must be told."""
    export, may_answer = http.ingest.export, asyncio.Event()

    async def slow_export(*args: Any, **kwargs: Any) -> Any:
        await may_answer.wait()
        return await export(*args, **kwargs)

    monkeypatch.setattr(http.ingest, "export", slow_export)
    async with http.connection() as connection:
        await connection.send(ahead * (head(content_length=str(len(BODY))) + BODY))
        connection.writer.write_eof()
        async with http.connection() as other:  # it is seen to be closed by now
            await other.post(method="OPTIONS", content_type=None)
        may_answer.set()

        statuses = [(await connection.response()).status for _ in range(ahead)]
        assert statuses == [200] * ahead
        assert await connection.is_closed()


async def test_a_sender_that_closes_its_half_within_a_request_is_left(http: Receiving) -> None:
    """Nothing more can come, so nothing is waited for."""
    async with http.connection() as connection:
        await connection.send(head(content_length=str(len(BODY))), BODY[:-1])
        connection.writer.write_eof()

        assert await connection.is_closed()
    await until(lambda: http.ingest.counters.aborted_requests == 1)
    assert len(http.store) == 0
