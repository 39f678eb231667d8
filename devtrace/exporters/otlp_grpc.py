"""OTLP/gRPC as a client: one channel for all threads, bytes in and bytes out."""

import contextlib
import logging
import os
from typing import Any

from devtrace.exporters.otlp import Reply
from devtrace.exporters.target import Target
from devtrace.exporters.unreachable import cause_in, unreachable
from devtrace.otlp.reply import read_acknowledgement, read_failure, read_retry_info
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code

_VERBOSITY = "GRPC_VERBOSITY"

with contextlib.ExitStack() as _imported:
    # gRPC reads it while it is imported; programs started later must not inherit it.
    if _VERBOSITY not in os.environ:
        os.environ[_VERBOSITY] = "NONE"
        _imported.callback(os.environ.pop, _VERBOSITY)
    import grpc

# What goes wrong is an outcome; no log of it may reach stderr.
logging.getLogger("grpc").addHandler(logging.NullHandler())

_METHODS = {
    signal: f"/opentelemetry.proto.collector.{package}.v1.{service}/Export"
    for signal, package, service in (
        (Signal.TRACES, "trace", "TraceService"),
        (Signal.METRICS, "metrics", "MetricsService"),
        (Signal.LOGS, "logs", "LogsService"),
    )
}
_RETRYABLE = {
    Code.CANCELLED,
    Code.DEADLINE_EXCEEDED,
    Code.ABORTED,
    Code.OUT_OF_RANGE,
    Code.UNAVAILABLE,
    Code.DATA_LOSS,
}
_OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", -1),
    # A receiver that has just come up is found at once.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
]


class GrpcTransport:
    """Calls one endpoint.

    Args:
        target: Where to.
        compresses: Whether messages are sent with gzip.
    """

    def __init__(self, target: Target, *, compresses: bool) -> None:
        self._target = target
        compression = grpc.Compression.Gzip if compresses else grpc.Compression.NoCompression
        if target.is_secure:
            self._channel = grpc.secure_channel(
                target.address,
                grpc.ssl_channel_credentials(),
                options=_OPTIONS,
                compression=compression,
            )
        else:
            self._channel = grpc.insecure_channel(
                target.address, options=_OPTIONS, compression=compression
            )
        self._metadata = tuple(target.headers.items())
        self._methods = {
            signal: self._channel.unary_unary(method, None, None)
            for signal, method in _METHODS.items()
        }

    def send(self, signal: Signal, body: bytes, *, timeout_seconds: float) -> Reply:
        """Make one call."""
        try:
            content: bytes = self._methods[signal](
                body, timeout=timeout_seconds, metadata=self._metadata
            )
        except grpc.RpcError as error:
            return self._failure(error)
        except ValueError as error:  # the channel is closed
            return Reply(Code.CANCELLED, str(error).lower(), is_answered=False)
        partial = read_acknowledgement(content)
        return Reply(Code.OK, partial.message, partial.rejected)

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def _failure(self, error: Any) -> Reply:  # noqa: ANN401  # an RpcError that is a Call too
        code = Code[error.code().name]
        details = error.details() or ""
        delay = _asked_delay(error)
        if code is Code.UNAVAILABLE and (cause := cause_in(details)):
            return unreachable(cause, self._target)
        # A receiver that is out of something says by RetryInfo whether it will recover.
        is_throttled = code is Code.RESOURCE_EXHAUSTED and delay is not None
        return Reply(
            code,
            f"{code.name}: {details}" if details else code.name,
            is_retryable=code in _RETRYABLE or is_throttled,
            retry_after_seconds=delay,
            is_answered=code is not Code.DEADLINE_EXCEEDED,
        )


def _asked_delay(error: Any) -> float | None:  # noqa: ANN401  # an RpcError that is a Call too
    """Return the seconds to wait that the trailers of a failed call ask for, if any do."""
    for key, value in error.trailing_metadata() or ():
        if key == "google.rpc.retryinfo-bin":
            return read_retry_info(value)
        if key == "grpc-status-details-bin":
            delay = read_failure(value).retry_after_seconds
            if delay is not None:
                return delay
    return None
