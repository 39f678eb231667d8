"""What is no gRPC on the gRPC port is noticed, and nothing that is gRPC."""

import asyncio
import socket
import struct
import sys
from contextlib import suppress

import grpc.aio
import pytest

from devtrace.receivers import misdirected
from devtrace.receivers.grpc import GrpcReceiver
from devtrace.receivers.misdirected import MisdirectedConnections
from tests.builders import a_request, a_span
from tests.receivers.conftest import Receiving
from tests.receivers.raw_http import RawHttp, head, until

TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
BODY = a_request(a_span()).SerializeToString()
TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)


def post(size: int) -> bytes:
    """Return an OTLP/HTTP request with a body of *size* bytes."""
    return head(content_length=str(size)) + bytes(size)


@pytest.fixture
def watched(
    grpc_receiver: Receiving, monkeypatch: pytest.MonkeyPatch
) -> tuple[Receiving, list[str]]:
    """Return a receiver and the peers of connections to it that were no gRPC."""
    assert isinstance(grpc_receiver.receiver, GrpcReceiver)
    if not grpc_receiver.receiver.notices_other_protocols:
        pytest.skip("the kernel does not tell of ended connections here")
    peers: list[str] = []
    monkeypatch.setattr(grpc_receiver.receiver._misdirected, "_on_connection", peers.append)
    return grpc_receiver, peers


async def hung_up_on(receiving: Receiving, sent: bytes, *, host: str = "127.0.0.1") -> None:
    """Send what is no gRPC and wait for the end of the connection."""
    async with RawHttp(host, receiving.endpoint.port) as connection:
        with suppress(ConnectionError):  # it may hang up before all is sent
            connection.writer.write(sent)
            await connection.is_closed()


@pytest.mark.parametrize(
    "sent",
    [b"GET / HTTP/1.1\r\n\r\n", post(100), post(100_000), post(2_000_000), TLS],
    ids=["GET", "small POST", "POST", "large POST", "TLS"],
)
async def test_other_protocols_are_noticed_with_their_sender(
    watched: tuple[Receiving, list[str]], sent: bytes
) -> None:
    """However much of it gRPC read before it hung up."""
    receiving, peers = watched
    for host in receiving.endpoint.hosts:
        await hung_up_on(receiving, sent, host=host)

    await until(lambda: len(peers) == len(receiving.endpoint.hosts))
    assert sorted(peers) == sorted(receiving.endpoint.hosts)


async def test_grpc_is_not_noticed(watched: tuple[Receiving, list[str]]) -> None:
    """Neither calls, nor clients that leave before their first, nor probes of the port."""
    receiving, peers = watched
    async with grpc.aio.insecure_channel(receiving.address) as channel:
        assert await channel.unary_unary(TRACES)(BODY) == b""
    async with receiving.connection() as connection:
        await connection.send(PREFACE)
        while b"\0\0\0\4\1\0\0\0\0" not in await connection.reader.read(100):
            pass
    async with receiving.connection():
        pass

    await hung_up_on(receiving, TLS)
    await until(lambda: bool(peers))
    assert peers == ["127.0.0.1"]


async def test_other_ports_are_not_looked_at(watched: tuple[Receiving, list[str]]) -> None:
    """A busy machine costs nothing: the kernel passes over them."""
    receiving, peers = watched
    listener = socket.create_server(("127.0.0.1", 0))
    for _ in range(20):
        with socket.create_connection(listener.getsockname()) as client:
            client.sendall(TLS)
            listener.accept()[0].close()
    listener.close()

    await hung_up_on(receiving, TLS)
    await until(lambda: bool(peers))
    assert len(peers) == 1


async def test_a_receiver_says_what_to_change(grpc_receiver: Receiving) -> None:
    """Once per connection, as a problem of a sender at that address."""
    assert isinstance(grpc_receiver.receiver, GrpcReceiver)
    if not grpc_receiver.receiver.notices_other_protocols:
        pytest.skip("the kernel does not tell of ended connections here")
    counters = grpc_receiver.ingest.counters
    for _ in range(2):
        await hung_up_on(grpc_receiver, post(10))
    await until(lambda: counters.problems.total == 2)

    port = grpc_receiver.endpoint.port
    assert counters.problems.counts == {
        f"OTLP/HTTP or TLS sent to the gRPC port {port}: for HTTP use 4318, or "
        "OTEL_EXPORTER_OTLP_PROTOCOL=grpc; for TLS begin the endpoint with http://": 2
    }
    assert counters.problems_by_sender.counts == {("gRPC", "127.0.0.1", ""): 2}
    assert counters.refused_requests == 2


@pytest.mark.parametrize("lacking", ["another system", "no netlink", "nobody listens"])
async def test_where_the_kernel_does_not_tell_nothing_is_noticed(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receiving goes on without it, and no socket is left open."""

    def refused(*_: object) -> None:
        raise PermissionError

    if lacking == "another system":
        monkeypatch.setattr(sys, "platform", "darwin")
    elif lacking == "no netlink":
        monkeypatch.setattr(misdirected, "_keep_only", refused)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    watching = MisdirectedConnections(port, print)

    await watching.start("127.0.0.1")
    watching.close()

    assert not watching.is_watching


async def test_what_the_kernel_says_may_have_any_shape(
    watched: tuple[Receiving, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of it may say less: then nothing is noticed, and nothing breaks."""
    _, peers = watched
    begin = bytes(16) + bytes([socket.AF_INET]) + bytes(71)
    said = [b"", b"\0" * 50, begin, begin + bytes(40), begin + struct.pack("=HH", 250, 2)]
    ours, kernels = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    monkeypatch.setattr(misdirected, "_subscribed_to", lambda _: ours)
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    watching = MisdirectedConnections(port, peers.append)
    await watching.start("127.0.0.1")

    for message in said:
        kernels.send(message)
    whole = begin + struct.pack("=HH", 4 + 280, 2) + bytes(128) + b"\2" + bytes(151)
    kernels.send(whole)
    await until(lambda: bool(peers))

    assert peers == ["0.0.0.0"]  # noqa: S104
    watching.close()
    kernels.close()
    server.close()
