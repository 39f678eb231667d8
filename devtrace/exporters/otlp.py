"""Sending encoded telemetry to any OTLP endpoint.

Requests go out as they are handed over, encoded: this knows nothing of spans.  What
may be sent again is sent again, as often and as late as the protocol asks and no
more than `Patience` allows; what came of a request is an `Outcome`, never an
exception, because one failed request of many is a number to its sender.

A client is blocking and thread-safe: as many requests are in flight as threads call it.
On an event loop it is called by `asyncio.to_thread`.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/gRPC Response",
"OTLP/HTTP Response", "OTLP/gRPC Throttling", "OTLP/HTTP Throttling"; RFC 9110,
"Retry-After".
"""

import gzip
import random
import threading
import time
import typing
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

from devtrace.errors import DevtraceError
from devtrace.exporters.target import Protocol, Target
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code

_GZIP_LEVEL = 1


class ExportError(DevtraceError):
    """Telemetry does not reach where it is sent."""


class Reply(NamedTuple):
    """What one attempt came to."""

    code: Code
    """OK when the request was taken, at least in part."""
    message: str = ""
    """What the receiver said, or why there was no receiver."""
    rejected: int = 0
    """Items refused of a request that was taken."""
    is_retryable: bool = False
    retry_after_seconds: float | None = None
    """What the receiver asked for; None leaves it to the sender."""
    is_answered: bool = True
    """Whether a receiver answered at all."""
    hint: str = ""


class Transport(typing.Protocol):
    """One protocol's way of sending; blocking, called by many threads at once."""

    def send(self, signal: Signal, body: bytes, *, timeout_seconds: float) -> Reply:
        """Send one request once."""

    def close(self) -> None:
        """Hang up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client tries for one request."""

    timeout_seconds: float = 10
    """For one attempt."""
    max_attempts: int = 5
    first_delay_seconds: float = 0.1
    """Before the second attempt; doubled from there, with jitter, unless told otherwise."""
    max_delay_seconds: float = 5
    """Longest wait between two, also when a receiver asks for a longer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one request."""

    reply: Reply
    """To the last attempt."""
    attempts: int
    """At least 1."""
    seconds: float
    """How long the last attempt took."""

    @property
    def is_acknowledged(self) -> bool:
        """Whether the receiver took it, at least in part."""
        return self.reply.code is Code.OK


class OtlpClient:
    """Sends encoded requests to one endpoint.

    Args:
        target: Where to, and how.
        compresses: Whether requests are sent with gzip.
        patience: How long it tries.
        stopping: Once set, it waits for no further attempt.
    """

    def __init__(
        self,
        target: Target,
        *,
        compresses: bool = False,
        patience: Patience | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self.target = target
        self._patience = patience or Patience()
        self._stopping = stopping or threading.Event()
        self._compresses = compresses
        self._transport = _transport(target, compresses=compresses)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; what another thread still waits for fails."""
        self._transport.close()

    def export(self, signal: Signal, body: bytes) -> Outcome:
        """Send one request, again if the protocol allows it.

        Args:
            signal: What it carries.
            body: An `Export…ServiceRequest`, encoded as the target's protocol asks:
                OTLP/JSON for http/json, else protobuf.
        """
        if self._compresses and self.target.protocol is not Protocol.GRPC:
            body = gzip.compress(body, _GZIP_LEVEL)
        attempts = 0
        while True:
            attempts += 1
            begun = time.perf_counter()
            reply = self._transport.send(
                signal, body, timeout_seconds=self._patience.timeout_seconds
            )
            seconds = time.perf_counter() - begun
            is_last = attempts >= self._patience.max_attempts
            if (
                not reply.is_retryable
                or is_last
                or self._stopping.wait(self._delay_seconds(attempts, reply))
            ):
                return Outcome(reply=reply, attempts=attempts, seconds=seconds)

    def error(self, reply: Reply) -> ExportError:
        """Return what to tell a user of a request that was not taken."""
        return ExportError(f"cannot send to {self.target}: {reply.message}", hint=reply.hint)

    def _delay_seconds(self, attempts: int, reply: Reply) -> float:
        patience = self._patience
        delay = reply.retry_after_seconds
        if delay is None:
            delay = patience.first_delay_seconds * 2 ** (attempts - 1)
            delay *= random.uniform(0.5, 1)  # noqa: S311  # senders must not come back together
        return min(delay, patience.max_delay_seconds)


def _transport(target: Target, *, compresses: bool) -> Transport:
    if target.protocol is Protocol.GRPC:
        from devtrace.exporters.otlp_grpc import GrpcTransport

        return GrpcTransport(target, compresses=compresses)
    from devtrace.exporters.otlp_http import HttpTransport

    return HttpTransport(target, compresses=compresses)
