"""A client tells what became of a request, and sends again only what may be sent again."""

import socket
import threading

import grpc
import pytest

from devtrace.exporters.otlp import OtlpClient, Outcome, Patience
from devtrace.exporters.target import Protocol, target
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code, export_response, retry_info, rpc_status
from tests.exporters.scripted import Answer, grpc_receiver, http_receiver

EAGER = Patience(max_attempts=3, first_delay_seconds=0.001, max_delay_seconds=0.001)
BODY = b"\x0a\x00"


def exported(
    address: str, protocol: Protocol, *, compresses: bool = False, headers: str = ""
) -> Outcome:
    """Return what came of one request of traces."""
    where = target(address, protocol, headers={"x-key": headers} if headers else {})
    with OtlpClient(where, compresses=compresses, patience=EAGER) as client:
        return client.export(Signal.TRACES, BODY)


def unused_address() -> str:
    """Return an address at which nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{closed.getsockname()[1]}"


@pytest.mark.parametrize("protocol", [Protocol.HTTP_PROTOBUF, Protocol.HTTP_JSON])
@pytest.mark.parametrize("compresses", [False, True])
def test_http_carries_the_bytes_as_they_are(protocol: Protocol, *, compresses: bool) -> None:
    """With the right path, type and headers; gzip is undone to the same bytes."""
    with http_receiver(Answer()) as received:
        outcome = exported(received.address, protocol, compresses=compresses, headers="secret")

    assert outcome.is_acknowledged
    assert outcome.attempts == 1
    assert received.bodies == [BODY]
    headers = received.headers[0]
    assert headers["path"] == "/v1/traces"
    assert headers["x-key"] == "secret"
    is_json = protocol is Protocol.HTTP_JSON
    assert headers["content-type"] == f"application/{'json' if is_json else 'x-protobuf'}"


@pytest.mark.parametrize("compresses", [False, True])
def test_grpc_carries_the_bytes_as_they_are(*, compresses: bool) -> None:
    """With its headers as metadata."""
    with grpc_receiver(b"") as received:
        outcome = exported(
            received.address, Protocol.GRPC, compresses=compresses, headers="secret"
        )

    assert outcome.is_acknowledged
    assert received.bodies == [BODY]
    assert received.headers[0]["x-key"] == "secret"


def test_partial_success_is_read_in_every_protocol() -> None:
    """What was refused counts as refused and is not sent again."""
    partial = export_response(rejected_spans=3, error_message="no id")
    as_json = export_response(rejected_spans=3, error_message="no id", as_json=True)
    with grpc_receiver(partial) as calls, http_receiver(Answer(body=partial)) as posts:
        outcomes = [
            exported(calls.address, Protocol.GRPC),
            exported(posts.address, Protocol.HTTP_PROTOBUF),
        ]
    with http_receiver(
        Answer(body=as_json, headers={"content-type": "application/json"})
    ) as posts:
        outcomes.append(exported(posts.address, Protocol.HTTP_JSON))

    for outcome in outcomes:
        assert outcome.is_acknowledged
        assert outcome.attempts == 1
        assert (outcome.reply.rejected, outcome.reply.message) == (3, "no id")


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_http_that_may_be_tried_again_is(status: int) -> None:
    """The third attempt goes through."""
    busy = Answer(status=status)
    with http_receiver(busy, busy, Answer()) as received:
        outcome = exported(received.address, Protocol.HTTP_PROTOBUF)

    assert outcome.is_acknowledged
    assert outcome.attempts == len(received.bodies) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 413, 500])
def test_http_that_may_not_be_tried_again_is_not(status: int) -> None:
    """The reason reaches the user."""
    body = rpc_status(Code.INVALID_ARGUMENT, "that is nothing")
    with http_receiver(Answer(status=status, body=body)) as received:
        outcome = exported(received.address, Protocol.HTTP_PROTOBUF)

    assert not outcome.is_acknowledged
    assert outcome.reply.is_answered
    assert len(received.bodies) == 1
    assert f"HTTP {status}" in outcome.reply.message
    assert "that is nothing" in outcome.reply.message


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"retry-after": "9"}, b"", 9.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"", 0.0),
        ({}, rpc_status(Code.UNAVAILABLE, "", retry_after_seconds=4), 4.0),
        ({"retry-after": "soon"}, b"", None),
    ],
)
def test_http_says_when_to_come_back(
    headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    """In the header, as seconds or a date, or in the body."""
    with http_receiver(Answer(status=503, headers=headers, body=body)) as received:
        outcome = exported(received.address, Protocol.HTTP_PROTOBUF)

    assert outcome.reply.retry_after_seconds == seconds
    assert outcome.attempts == EAGER.max_attempts


def test_a_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    """A receiver may close what it kept open; that is no failure."""
    with http_receiver(Answer(), Answer(status=0), Answer()) as received:
        where = target(received.address, Protocol.HTTP_PROTOBUF)
        with OtlpClient(where, patience=EAGER) as client:
            outcomes = [client.export(Signal.TRACES, BODY) for _ in range(2)]

    assert [outcome.attempts for outcome in outcomes] == [1, 1]
    assert all(outcome.is_acknowledged for outcome in outcomes)


@pytest.mark.parametrize(
    ("code", "trailers", "attempts"),
    [
        (grpc.StatusCode.UNAVAILABLE, (), 3),
        (grpc.StatusCode.ABORTED, (), 3),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, (), 1),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            (("google.rpc.retryinfo-bin", retry_info(1)),),
            3,
        ),
        (
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            (
                (
                    "grpc-status-details-bin",
                    rpc_status(Code.RESOURCE_EXHAUSTED, "", retry_after_seconds=1),
                ),
            ),
            3,
        ),
        (grpc.StatusCode.INVALID_ARGUMENT, (), 1),
        (grpc.StatusCode.INTERNAL, (), 1),
    ],
)
def test_grpc_is_tried_again_as_the_protocol_asks(
    code: grpc.StatusCode, trailers: tuple[tuple[str, bytes], ...], attempts: int
) -> None:
    """A receiver that is out of something recovers only if it says so."""
    with grpc_receiver((code, "because", trailers)) as received:
        outcome = exported(received.address, Protocol.GRPC)

    assert outcome.attempts == len(received.bodies) == attempts
    assert outcome.reply.is_answered
    assert outcome.reply.message == f"{code.name}: because"


@pytest.mark.parametrize("protocol", list(Protocol))
def test_where_nobody_listens_the_error_says_so(protocol: Protocol) -> None:
    """One sentence, and what to do."""
    where = target(unused_address(), protocol)
    with OtlpClient(where, patience=EAGER) as client:
        outcome = client.export(Signal.TRACES, BODY)
        error = client.error(outcome.reply)

    assert outcome.attempts == EAGER.max_attempts
    assert not outcome.reply.is_answered
    assert str(error) == f"cannot send to {where}: connection refused"
    assert "--endpoint" in error.hint


def test_a_name_without_address_is_told_the_same_over_both() -> None:
    """The user's slip, not a protocol's code."""
    for protocol in (Protocol.GRPC, Protocol.HTTP_PROTOBUF):
        outcome = exported("nosuchhost.invalid", protocol)

        assert outcome.reply.message == "no address has that name"


def test_the_wrong_protocol_gets_a_hint() -> None:
    """Calls to an HTTP port are the most frequent mistake."""
    with http_receiver(Answer()) as received:
        outcome = exported(received.address, Protocol.GRPC)

    assert not outcome.reply.is_answered
    assert "http/protobuf" in outcome.reply.hint


def test_an_answer_that_never_comes_is_not_waited_for() -> None:
    """Each attempt has its bound."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = target(f"127.0.0.1:{silent.getsockname()[1]}", Protocol.HTTP_PROTOBUF)
        patience = Patience(timeout_seconds=0.05, max_attempts=1)
        with OtlpClient(where, patience=patience) as client:
            outcome = client.export(Signal.TRACES, BODY)

    assert outcome.reply.message == "no answer in time"
    assert not outcome.reply.is_answered


def test_stopping_ends_the_waiting_for_another_attempt() -> None:
    """A load that is stopped does not sit out what a receiver asked for."""
    stopping = threading.Event()
    stopping.set()
    with http_receiver(Answer(status=503, headers={"retry-after": "60"})) as received:
        where = target(received.address, Protocol.HTTP_PROTOBUF)
        with OtlpClient(
            where, patience=Patience(max_delay_seconds=60), stopping=stopping
        ) as client:
            outcome = client.export(Signal.TRACES, BODY)

    assert outcome.attempts == 1
