"""OTLP/gRPC is answered as the protocol says, with codes that senders act upon rightly."""

import asyncio
import logging
import os
import random
import re
import struct
import subprocess
import sys
from dataclasses import replace
from typing import Any

import grpc.aio
import pytest
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceResponse,
)

from devtrace.errors import EndpointInUseError
from devtrace.receivers.endpoint import bind
from devtrace.receivers.grpc import GrpcReceiver
from devtrace.receivers.ingest import Ingest
from devtrace.store.ring import TraceStore
from tests.builders import a_request, a_span, trace_id_of
from tests.receivers.conftest import LIMITS, Receiving

SERVICE = "/opentelemetry.proto.collector"
TRACES = f"{SERVICE}.trace.v1.TraceService/Export"
REQUEST = a_request(a_span("a"), a_span("b", parent="a", attributes={"k": "v"}))
BODY = REQUEST.SerializeToString()
LARGE_MESSAGES = [("grpc.max_send_message_length", -1)]
TIMEOUT = 10


async def call(
    channel: grpc.aio.Channel, body: bytes, *, method: str = TRACES, **options: Any
) -> bytes:
    """Send *body* as it is and return the answer as it is."""
    response: bytes = await channel.unary_unary(method)(body, timeout=TIMEOUT, **options)
    return response


async def failure(
    channel: grpc.aio.Channel, body: bytes, *, method: str = TRACES, **options: Any
) -> grpc.aio.AioRpcError:
    """Send *body* and return how it failed."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call(channel, body, method=method, **options)
    return raised.value


def trailer(error: grpc.aio.AioRpcError, name: str) -> bytes | None:
    """Return a value of the trailing metadata."""
    value = dict(error.trailing_metadata()).get(name)
    return value if isinstance(value, bytes) else None


@pytest.mark.parametrize(
    "compression",
    [grpc.Compression.NoCompression, grpc.Compression.Gzip, grpc.Compression.Deflate],
    ids=lambda compression: compression.name,
)
async def test_every_coding_stores_the_same_spans(
    grpc_receiver: Receiving, compression: grpc.Compression
) -> None:
    """How a request travels leaves no trace in what is stored."""
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        response = await call(channel, BODY, compression=compression)

    trace = grpc_receiver.store.trace(trace_id_of("trace"))
    assert response == b""
    assert trace is not None
    assert [span.payload for span in trace.spans] == [
        span.SerializeToString() for span in REQUEST.resource_spans[0].scope_spans[0].spans
    ]


async def test_both_loopback_addresses_receive(grpc_receiver: Receiving) -> None:
    """Clients resolve localhost to either."""
    for address in grpc_receiver.endpoint.addresses:
        async with grpc.aio.insecure_channel(address) as channel:
            assert await call(channel, BODY) == b""


@pytest.mark.parametrize(
    "service", ["trace.v1.Trace", "metrics.v1.Metrics", "logs.v1.Logs"], ids=str
)
async def test_empty_requests_of_every_signal_succeed(
    grpc_receiver: Receiving, service: str
) -> None:
    """SDKs send all three to one endpoint."""
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        assert await call(channel, b"", method=f"{SERVICE}.{service}Service/Export") == b""


async def test_an_unknown_method_is_unimplemented(grpc_receiver: Receiving) -> None:
    """Profiles are in development."""
    method = f"{SERVICE}.profiles.v1development.ProfilesService/Export"
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        error = await failure(channel, b"", method=method)

    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_refused_spans_are_a_partial_success(grpc_receiver: Receiving) -> None:
    """OK, the count and the reason; the others are stored."""
    request = a_request(a_span("a"), a_span("b", trace_id=b"x" * 15))
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        response = await call(channel, request.SerializeToString())

    partial = ExportTraceServiceResponse.FromString(response).partial_success
    assert partial.rejected_spans == 1
    assert "trace_id has 15 bytes instead of 16" in partial.error_message
    assert grpc_receiver.store.span_count == 1


async def test_a_malformed_request_is_an_invalid_argument(grpc_receiver: Receiving) -> None:
    """In plain text, which exporters print, and as a status for programs."""
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        error = await failure(channel, b'{"resourceSpans":[]}')

    details = trailer(error, "grpc-status-details-bin")
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert error.details() == (
        "cannot decode the body as ExportTraceServiceRequest: it looks like JSON; "
        "send it with Content-Type: application/json"
    )
    assert details is not None
    assert status_pb2.Status.FromString(details).message == error.details()
    assert trailer(error, "google.rpc.retryinfo-bin") is None
    (sender,) = grpc_receiver.ingest.counters.problems_by_sender.counts
    assert (sender.protocol, sender.peer) == ("gRPC", "127.0.0.1")
    assert sender.user_agent.startswith("grpc-python-asyncio/")


async def test_a_defect_is_internal(
    grpc_receiver: Receiving, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not UNKNOWN; the receiver goes on."""

    def broken(_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(grpc_receiver.store, "consume", broken)
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        with caplog.at_level(logging.ERROR):
            error = await failure(channel, BODY)
        monkeypatch.undo()

        assert error.code() is grpc.StatusCode.INTERNAL
        assert await call(channel, BODY) == b""


@pytest.mark.parametrize(
    "compression",
    [grpc.Compression.NoCompression, grpc.Compression.Gzip],
    ids=lambda compression: compression.name,
)
async def test_a_request_beyond_the_bound_is_exhausted(
    grpc_receiver: Receiving, compression: grpc.Compression
) -> None:
    """On the wire and inflated; without a promise that a retry helps."""
    padding = LIMITS.max_request_bytes - 300
    fits = a_request(a_span(attributes={"k": "x" * padding})).SerializeToString()
    async with grpc.aio.insecure_channel(
        grpc_receiver.address, options=LARGE_MESSAGES
    ) as channel:
        assert await call(channel, fits, compression=compression) == b""
        error = await failure(channel, fits + bytes(400), compression=compression)

        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert error.details() is not None
        assert "send smaller batches" in error.details()
        assert trailer(error, "grpc-status-details-bin") is None
        assert trailer(error, "google.rpc.retryinfo-bin") is None
        assert await call(channel, BODY) == b""
    counters = grpc_receiver.ingest.counters
    assert [each.diagnostic.id for each in counters.diagnoses] == ["body-over-limit"]
    assert counters.refused_requests == 1


async def test_what_is_far_beyond_the_bound_is_exhausted_by_the_library(
    grpc_receiver: Receiving,
) -> None:
    """Before it is in memory: twice the bound is the most that is read."""
    far_too_large = bytes(2 * LIMITS.max_request_bytes + 1)
    async with grpc.aio.insecure_channel(
        grpc_receiver.address, options=LARGE_MESSAGES
    ) as channel:
        error = await failure(channel, far_too_large, compression=grpc.Compression.Gzip)

        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert trailer(error, "google.rpc.retryinfo-bin") is None
        assert await call(channel, BODY) == b""


async def test_metadata_is_accepted_without_effect(grpc_receiver: Receiving) -> None:
    """Vendors ask for keys; here they mean nothing."""
    metadata = (("authorization", "Bearer x"), ("x-long", "x" * 20_000), ("k-bin", b"\xff"))
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        assert await call(channel, BODY, metadata=metadata) == b""


async def test_many_exports_at_once_lose_nothing(grpc_receiver: Receiving) -> None:
    """64 streams with 512 spans each, on a few connections."""
    bodies = [
        a_request(
            *(
                a_span(f"{batch}.{number}", trace=f"{batch}.{number // 16}")
                for number in range(512)
            )
        ).SerializeToString()
        for batch in range(64)
    ]
    async with (
        grpc.aio.insecure_channel(grpc_receiver.address, options=[("a", 1)]) as one,
        grpc.aio.insecure_channel(grpc_receiver.address, options=[("a", 2)]) as two,
    ):
        answers = await asyncio.gather(
            *(call((one, two)[number % 2], body) for number, body in enumerate(bodies))
        )

    assert set(answers) == {b""}
    assert grpc_receiver.store.span_count == 64 * 512


async def test_random_bytes_harm_nobody_else(grpc_receiver: Receiving) -> None:
    """Neither on the connection nor in a message."""
    noise = random.Random(4317)  # noqa: S311  # the same bytes every time
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)
    for start in (b"", b"POST /v1/traces HTTP/1.1\r\n\r\n", b"\x16\x03\x01", preface) * 5:
        async with grpc_receiver.connection() as connection:
            await connection.send(start + noise.randbytes(noise.randrange(1, 300)))
            connection.writer.write_eof()
            assert await connection.is_closed() or True
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        for _ in range(20):
            try:
                await call(channel, noise.randbytes(noise.randrange(1, 60)))
            except grpc.aio.AioRpcError as error:
                if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
                    raise

        assert await call(channel, BODY) == b""


async def test_pings_of_an_idle_client_are_not_held_against_it(
    grpc_receiver: Receiving,
) -> None:
    """By default the library hangs up on the third, and exporters keep channels for days."""
    ping, settings, goaway = 6, 4, 7
    async with grpc_receiver.connection() as connection:
        await connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", _frame(settings))
        answered, kinds = 0, set()
        for number in range(20):
            await connection.send(_frame(ping, number.to_bytes(8)))
            while answered <= number:
                length, kind, _ = struct.unpack(
                    ">3sBB4x", await connection.reader.readexactly(9)
                )
                await connection.reader.readexactly(int.from_bytes(length))
                kinds.add(kind)
                answered += kind == ping

    assert goaway not in kinds


def _frame(kind: int, payload: bytes = b"", *, flags: int = 0, stream: int = 0) -> bytes:
    """Return an HTTP/2 frame."""
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


async def test_an_unknown_coding_is_refused_for_good(grpc_receiver: Receiving) -> None:
    """Collectors can be set to snappy or zstd.

    gRPC wants UNIMPLEMENTED; the library answers INTERNAL, which is not retried either.
    """
    unimplemented, internal = b"grpc-status\x0212", b"grpc-status\x0213"
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": TRACES,
        ":authority": "x",
        "te": "trailers",
        "content-type": "application/grpc",
        "grpc-encoding": "zstd",
    }
    block = b"".join(
        b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in headers.items()
    )
    message = b"\x01" + len(BODY).to_bytes(4) + BODY
    async with grpc_receiver.connection() as connection:
        await connection.send(
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            _frame(4),
            _frame(1, block, flags=4, stream=1),
            _frame(0, message, flags=1, stream=1),
        )
        received = b""
        async with asyncio.timeout(TIMEOUT):
            while b"grpc-status" not in received:
                received += await connection.reader.read(4096)

    assert unimplemented in received or internal in received


async def test_a_request_in_flight_is_finished_and_answered(
    grpc_receiver: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what comes after it is refused in a way that is retried."""
    is_asked, may_go = asyncio.Event(), asyncio.Event()
    export = grpc_receiver.ingest.export

    async def slow_export(*args: Any, **kwargs: Any) -> Any:
        is_asked.set()
        await may_go.wait()
        return await export(*args, **kwargs)

    monkeypatch.setattr(grpc_receiver.ingest, "export", slow_export)
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        in_flight = asyncio.ensure_future(call(channel, BODY))
        await is_asked.wait()
        stopping = asyncio.create_task(grpc_receiver.receiver.stop())
        await asyncio.sleep(0)
        late = await failure(channel, BODY)
        may_go.set()

        assert late.code() in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}
        assert await in_flight == b""
        await stopping
    assert grpc_receiver.store.span_count == 2


async def test_what_was_stored_stays_when_its_sender_gives_up(
    grpc_receiver: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its deadline passes between storing and answering; the spans are there all the same."""
    export = grpc_receiver.ingest.export

    async def slow_answer(*args: Any, **kwargs: Any) -> Any:
        answer = await export(*args, **kwargs)
        await asyncio.Event().wait()
        return answer

    monkeypatch.setattr(grpc_receiver.ingest, "export", slow_answer)
    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await channel.unary_unary(TRACES)(BODY, timeout=0.2)
        monkeypatch.undo()

        assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert grpc_receiver.store.span_count == 2
        assert await call(channel, BODY) == b""
    assert grpc_receiver.store.counters.duplicate_spans == 2


async def test_a_request_that_arrives_while_stopping_is_told_when_to_retry() -> None:
    """In both places where clients look: Go reads the status, Python a trailer."""
    ingest = Ingest(TraceStore())
    endpoint = bind("127.0.0.1", 0, protocol="gRPC", flag="--grpc-port")
    receiver = GrpcReceiver(ingest, limits=LIMITS)
    await receiver.stop()
    await receiver.start(endpoint)
    async with grpc.aio.insecure_channel(str(endpoint)) as channel:
        error = await failure(channel, BODY)
    await receiver.stop()

    info, details = (
        trailer(error, name) for name in ("google.rpc.retryinfo-bin", "grpc-status-details-bin")
    )
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert error.details() == "devtrace is stopping"
    assert info is not None
    assert error_details_pb2.RetryInfo.FromString(info).retry_delay.seconds >= 1
    assert details is not None
    assert status_pb2.Status.FromString(details).details


async def test_nothing_is_accepted_after_stopping(grpc_receiver: Receiving) -> None:
    """And stopping twice is harmless."""
    await grpc_receiver.receiver.stop()
    await grpc_receiver.receiver.stop()

    async with grpc.aio.insecure_channel(grpc_receiver.address) as channel:
        error = await failure(channel, BODY)

    assert error.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_port_that_was_taken_meanwhile_is_told() -> None:
    """Between closing the socket that kept it and binding it again, another may be quicker."""
    endpoint = bind("localhost", 0, protocol="gRPC", flag="--grpc-port")
    quicker, slower = GrpcReceiver(Ingest(TraceStore())), GrpcReceiver(Ingest(TraceStore()))
    last = replace(endpoint, hosts=endpoint.hosts[-1:], sockets=endpoint.sockets[-1:])
    endpoint.close()
    await quicker.start(last)

    with pytest.raises(EndpointInUseError, match=re.escape(str(last))):
        await slower.start(endpoint)

    await quicker.stop()
    bind("localhost", endpoint.port, protocol="gRPC", flag="--grpc-port").close()


async def test_a_running_receiver_keeps_its_port(grpc_receiver: Receiving) -> None:
    """Two programs must not share it and halve each other's telemetry."""
    with pytest.raises(EndpointInUseError):
        bind("localhost", grpc_receiver.endpoint.port, protocol="gRPC", flag="--grpc-port")


def test_grpc_is_silent_and_does_not_silence_others() -> None:
    """Its log would go over a terminal UI; programs started later keep theirs."""
    code = (
        "import asyncio, os, socket\n"
        "from devtrace.receivers.grpc import grpc\n"
        "assert 'GRPC_VERBOSITY' not in os.environ\n"
        "async def main():\n"
        "    with socket.create_server(('127.0.0.1', 0)) as taken:\n"
        "        server = grpc.aio.server(options=[('grpc.so_reuseport', 0)])\n"
        "        try:\n"
        "            server.add_insecure_port('127.0.0.1:%d' % taken.getsockname()[1])\n"
        "        except RuntimeError:\n"
        "            print('refused')\n"
        "asyncio.run(main())\n"
    )
    environment = {name: value for name, value in os.environ.items() if "GRPC" not in name}

    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )

    assert (result.stdout, result.stderr) == ("refused\n", "")
