"""How telemetry travels, in what pieces and in what order, leaves no trace in what is stored."""

import gzip
import json
import random
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import grpc.aio
import pytest

from devtrace.analysis.tree import assemble
from devtrace.otlp.decode import WireScope
from devtrace.otlp.encode import traces_json
from devtrace.session import Session
from tests.builders import a_request, a_span, an_event, trace_id_of
from tests.receivers.raw_http import RawHttp

JSON = "application/json"
METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
SPANS = [
    a_span(
        "gateway", kind=2, duration_ms=90, attributes={"http.route": "/pay", "n": 2**53 + 1}
    ),
    a_span("orders", parent="gateway", start_ms=10, duration_ms=70, events=[an_event("sent")]),
    a_span("cards", parent="orders", start_ms=20, duration_ms=30, attributes={"b": b"\0\xff"}),
    *(
        a_span(f"item {number}", parent="cards", start_ms=20 + number, duration_ms=1)
        for number in range(27)
    ),
]

Transport = Callable[[Session, bytes], Awaitable[None]]


def as_json(body: bytes) -> bytes:
    """Return a serialized request as OTLP/JSON."""
    resource_spans = a_request().FromString(body).resource_spans[0]
    scope_spans = resource_spans.scope_spans[0]
    wire = WireScope(
        resource_spans.resource.SerializeToString(),
        b"",
        scope_spans.scope.SerializeToString(),
        b"",
    )
    payloads = [span.SerializeToString() for span in scope_spans.spans]
    return json.dumps(traces_json([(wire, payloads)])).encode()


def over_grpc(compression: grpc.Compression) -> Transport:
    """Return what sends over gRPC."""

    async def send(session: Session, body: bytes) -> None:
        async with grpc.aio.insecure_channel(session.endpoints.grpc) as channel:
            assert await channel.unary_unary(METHOD)(body, compression=compression) == b""

    return send


def over_http(encode: Callable[[bytes], bytes], **options: Any) -> Transport:
    """Return what sends over HTTP."""

    async def send(session: Session, body: bytes) -> None:
        async with RawHttp("127.0.0.1", session.endpoints.http_port) as connection:
            assert (await connection.post(encode(body), **options)).status == 200

    return send


TRANSPORTS = {
    "gRPC": over_grpc(grpc.Compression.NoCompression),
    "gRPC gzip": over_grpc(grpc.Compression.Gzip),
    "gRPC deflate": over_grpc(grpc.Compression.Deflate),
    "protobuf": over_http(bytes),
    "protobuf chunked": over_http(bytes, chunk_bytes=100),
    "protobuf gzip": over_http(gzip.compress, content_encoding="gzip"),
    "protobuf deflate": over_http(zlib.compress, content_encoding="deflate"),
    "JSON": over_http(as_json, content_type=JSON),
    "JSON gzip": over_http(
        lambda body: gzip.compress(as_json(body)), content_type=JSON, content_encoding="gzip"
    ),
}


def rows(session: Session) -> list[tuple[int, str, str]]:
    """Return depth, service and name of each row of the tree."""
    trace = session.store.trace(trace_id_of("trace"))
    assert trace is not None
    assert not trace.is_partial
    return [
        (node.depth, node.span.service_name, node.span.name)
        for node in assemble(trace.spans)
        if node.span is not None
    ]


@pytest.mark.parametrize("name", TRANSPORTS)
async def test_every_transport_stores_the_same_bytes(name: str, session: Session) -> None:
    """Also JSON, which becomes the bytes that protobuf would have been."""
    session.store.clear()
    await TRANSPORTS[name](session, a_request(*SPANS).SerializeToString())

    trace = session.store.trace(trace_id_of("trace"))
    assert trace is not None
    assert [span.payload for span in trace.spans] == [
        span.SerializeToString() for span in SPANS
    ]


@pytest.mark.parametrize("seed", range(3))
async def test_pieces_of_a_trace_over_every_transport_make_one_tree(
    seed: int, session: Session
) -> None:
    """Ten requests, shuffled, half of them over gRPC and half in JSON, some sent twice."""
    order = random.Random(seed)  # noqa: S311  # the same order every time
    session.store.clear()
    for span in SPANS:
        request = a_request(span, service=span.name.partition(" ")[0])
        await TRANSPORTS["gRPC"](session, request.SerializeToString())
    expected = rows(session)
    assert len(expected) == len(SPANS)

    session.store.clear()
    shuffled = order.sample(SPANS, len(SPANS))
    pieces = [shuffled[at : at + 3] for at in range(0, len(shuffled), 3)]
    for number, piece in enumerate([*pieces, *order.sample(pieces, 3)]):
        transport = TRANSPORTS[("gRPC", "JSON")[number % 2]]
        for span in piece:
            request = a_request(span, service=span.name.partition(" ")[0])
            await transport(session, request.SerializeToString())

    assert rows(session) == expected
