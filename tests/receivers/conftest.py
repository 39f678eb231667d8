"""Receivers on free loopback ports, with a store behind them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from devtrace.receivers.endpoint import Endpoint, bind
from devtrace.receivers.grpc import GrpcReceiver
from devtrace.receivers.http import HttpReceiver
from devtrace.receivers.ingest import Ingest
from devtrace.receivers.limits import MEBIBYTE, ReceiverLimits
from devtrace.store.ring import TraceStore
from tests.receivers.raw_http import RawHttp

LIMITS = ReceiverLimits(max_request_bytes=8 * MEBIBYTE, grace_seconds=10)
"""Small enough to pass in a test."""
IMPATIENT = replace(LIMITS, read_timeout_seconds=1)
"""The same with a pause that a test can wait for."""


@dataclass(frozen=True)
class Receiving:
    """A running receiver and what is behind it."""

    store: TraceStore
    ingest: Ingest
    endpoint: Endpoint
    receiver: HttpReceiver | GrpcReceiver

    @property
    def address(self) -> str:
        """The first address, `127.0.0.1:port`."""
        return str(self.endpoint)

    def connection(self, host: str = "127.0.0.1") -> RawHttp:
        """Return a raw connection to the receiver."""
        return RawHttp(host, self.endpoint.port)


@asynccontextmanager
async def receiving_http(limits: ReceiverLimits) -> AsyncIterator[Receiving]:
    """Receive OTLP/HTTP on 127.0.0.1 and ::1."""
    store = TraceStore()
    ingest = Ingest(store)
    endpoint = bind("localhost", 0, protocol="HTTP", flag="--http-port")
    receiver = HttpReceiver(ingest, limits=limits)
    await receiver.start(endpoint)
    yield Receiving(store, ingest, endpoint, receiver)
    await receiver.stop()


@pytest.fixture
async def http() -> AsyncIterator[Receiving]:
    """Receive OTLP/HTTP with limits that a test can pass."""
    async with receiving_http(LIMITS) as receiving:
        yield receiving


@pytest.fixture
async def impatient_http() -> AsyncIterator[Receiving]:
    """Receive OTLP/HTTP from senders that do not pause for long."""
    async with receiving_http(IMPATIENT) as receiving:
        yield receiving


@pytest.fixture
async def grpc_receiver() -> AsyncIterator[Receiving]:
    """Receive OTLP/gRPC on 127.0.0.1 and ::1."""
    store = TraceStore()
    ingest = Ingest(store)
    endpoint = bind("localhost", 0, protocol="gRPC", flag="--grpc-port")
    receiver = GrpcReceiver(ingest, limits=LIMITS)
    await receiver.start(endpoint)
    yield Receiving(store, ingest, endpoint, receiver)
    await receiver.stop()
