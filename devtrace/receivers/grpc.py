"""OTLP over gRPC.

Handlers get the bytes of a request as they are: the library's own decoding would
answer INTERNAL to a malformed request, without a reason.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/gRPC"; gRPC core
`grpc/impl/channel_arg_names.h`.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from urllib.parse import unquote

from devtrace.otlp import mistakes
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code, export_response, retry_info, rpc_status
from devtrace.receivers.endpoint import Endpoint, in_use_error
from devtrace.receivers.ingest import STOPPING, Answer, Ingest
from devtrace.receivers.limits import ReceiverLimits
from devtrace.receivers.misdirected import MisdirectedConnections
from devtrace.receivers.negotiation import not_grpc, too_large
from devtrace.receivers.sender import Sender

_VERBOSITY = "GRPC_VERBOSITY"


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Keep gRPC from writing to stderr, which may be under a terminal UI.

    It reads the variable while it is imported; programs started later must not
    inherit it.
    """
    before = os.environ.get(_VERBOSITY)
    os.environ[_VERBOSITY] = before or "NONE"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_VERBOSITY]


with _silenced():
    import grpc.aio

# What a sender does wrong is counted and answered; no log of it may reach stderr.
logging.getLogger("grpc").addHandler(logging.NullHandler())

_Context = grpc.aio.ServicerContext[bytes, bytes]

_SERVICE_BY_SIGNAL = {
    Signal.TRACES: "opentelemetry.proto.collector.trace.v1.TraceService",
    Signal.METRICS: "opentelemetry.proto.collector.metrics.v1.MetricsService",
    Signal.LOGS: "opentelemetry.proto.collector.logs.v1.LogsService",
}


class GrpcReceiver:
    """Receives OTLP/gRPC on the running event loop.

    Args:
        ingest: Takes what was sent; it counts what is refused as well.
        limits: Bounds of a request.
        http_port: Where OTLP/HTTP is received, to tell those who send it here.
    """

    def __init__(
        self, ingest: Ingest, *, limits: ReceiverLimits | None = None, http_port: int = 4318
    ) -> None:
        self._ingest = ingest
        self._limits = limits or ReceiverLimits()
        self._http_port = http_port
        self._server: grpc.aio.Server | None = None
        self._misdirected: MisdirectedConnections | None = None
        self._is_draining = False

    @property
    def notices_other_protocols(self) -> bool:
        """Whether what is no gRPC is counted; some systems do not tell of it."""
        return self._misdirected is not None and self._misdirected.is_watching

    async def start(self, endpoint: Endpoint) -> None:
        """Answer on the addresses of *endpoint*.

        gRPC takes no socket that is bound already, so those of *endpoint*, which kept
        the port until now, are closed and it binds the same addresses at once.

        Raises:
            EndpointInUseError: If another program was quicker.
        """
        server = grpc.aio.server(options=self._options())
        server.add_generic_rpc_handlers([self._service(signal) for signal in Signal])
        endpoint.close()
        for host, address in zip(endpoint.hosts, endpoint.addresses, strict=True):
            try:
                server.add_insecure_port(address)
            except RuntimeError:
                error = in_use_error(endpoint.protocol, host, endpoint.port, flag=endpoint.flag)
                # Only a server that has run lets go of the addresses it has.
                await server.start()
                await server.stop(None)
                raise error from None
        await server.start()
        self._server = server

        def refuse(peer: str) -> None:
            self._ingest.refuse(
                Code.INVALID_ARGUMENT,
                not_grpc(endpoint.port, self._http_port),
                sender=Sender("gRPC", peer, ""),
                diagnostic=mistakes.NO_GRPC_ON_GRPC_PORT,
            )

        self._misdirected = MisdirectedConnections(endpoint.port, refuse)
        await self._misdirected.start(endpoint.hosts[0])

    async def stop(self) -> None:
        """Stop accepting, finish what is in flight within the grace period, then close."""
        self._is_draining = True
        if self._misdirected is not None:
            self._misdirected.close()
        if self._server is not None:
            await self._server.stop(self._limits.grace_seconds)
            self._server = None

    def _options(self) -> list[tuple[str, int]]:
        return [
            # Two programs must not share a port and halve each other's telemetry.
            ("grpc.so_reuseport", 0),
            # What is a little too large is refused by us, who can count it.
            ("grpc.max_receive_message_length", 2 * self._limits.max_request_bytes),
            ("grpc.max_metadata_size", self._limits.max_header_bytes),
            ("grpc.absolute_max_metadata_size", 2 * self._limits.max_header_bytes),
            # Pings of an idle client are answered, however often, and never held against it.
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.http2.min_ping_interval_without_data_ms", 1000),
        ]

    def _service(self, signal: Signal) -> "grpc.GenericRpcHandler[bytes, bytes]":
        async def export(body: bytes, context: _Context) -> bytes:
            answer = await self._answer(signal, body, context)
            if answer.code is not Code.OK:
                code = grpc.StatusCode[answer.code.name]
                await context.abort(code, answer.message, _trailers(answer))
            return export_response(
                rejected_spans=answer.rejected_spans, error_message=answer.message
            )

        return grpc.method_handlers_generic_handler(
            _SERVICE_BY_SIGNAL[signal],
            {"Export": grpc.unary_unary_rpc_method_handler(export)},
        )

    async def _answer(self, signal: Signal, body: bytes, context: _Context) -> Answer:
        sender = Sender("gRPC", _host_of(context.peer()), _user_agent(context))
        if self._is_draining:
            return self._ingest.refuse(
                Code.UNAVAILABLE,
                STOPPING,
                sender=sender,
                diagnostic=None,
                retry_after_seconds=1,
            )
        if len(body) > self._limits.max_request_bytes:
            return self._ingest.refuse(
                Code.RESOURCE_EXHAUSTED,
                too_large(self._limits.max_request_bytes),
                sender=sender,
                diagnostic=mistakes.BODY_OVER_LIMIT,
            )
        return await self._ingest.export(signal, body, is_json=False, sender=sender)


def _trailers(answer: Answer) -> tuple[tuple[str, bytes], ...]:
    """Return the details of a failure, in the places where clients look for them.

    Whether RESOURCE_EXHAUSTED is worth a retry is decided by what stands there.
    """
    if answer.code is Code.RESOURCE_EXHAUSTED:
        return ()
    status = rpc_status(
        answer.code,
        answer.message,
        field=answer.field,
        retry_after_seconds=answer.retry_after_seconds,
    )
    trailers = (("grpc-status-details-bin", status),)
    if not answer.retry_after_seconds:
        return trailers
    return (
        *trailers,
        ("google.rpc.retryinfo-bin", retry_info(answer.retry_after_seconds)),
    )


def _user_agent(context: _Context) -> str:
    for name, value in context.invocation_metadata() or ():
        if name == "user-agent":
            return str(value)
    return ""


def _host_of(peer: str) -> str:
    """Return the address in `ipv4:127.0.0.1:50312` or `ipv6:%5B::1%5D:50312`."""
    return unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")
