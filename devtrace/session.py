"""One run of devtrace: builds the parts, starts them, stops them.

Every front end works on a `Session` and differs only in what it attaches to it.  The
addresses are taken before anything slow is imported, so a sender that starts together
with devtrace is queued by the kernel instead of refused, and a taken port is told
before a terminal is taken over.
"""

import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self

from devtrace.receivers.endpoint import Endpoint, bind
from devtrace.receivers.limits import ReceiverLimits
from devtrace.store.limits import Limits, LogLimits, MetricLimits

if TYPE_CHECKING:
    from asyncio import Lock
    from pathlib import Path

    from devtrace.exporters.archive import ArchiveWriter
    from devtrace.model.consumer import SpanConsumer
    from devtrace.receivers.counters import ReceiverCounters
    from devtrace.receivers.ingest import Ingest
    from devtrace.store.logs import LogStore
    from devtrace.store.metrics import MetricStore
    from devtrace.store.ring import TraceStore

GRPC_PORT = 4317
"""Where every SDK sends OTLP/gRPC unless it is told otherwise."""
HTTP_PORT = 4318
"""The same for OTLP/HTTP."""

_LOOPBACK_BY_WILDCARD = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # looked up, not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionConfig:
    """What a user may decide about a session."""

    host: str = "localhost"
    """Address to receive on; `localhost` is both 127.0.0.1 and ::1."""
    grpc_port: int = GRPC_PORT
    """0 takes any free port."""
    http_port: int = HTTP_PORT
    """0 takes any free port."""
    limits: Limits = field(default_factory=Limits)
    """How much the store of traces may hold."""
    log_limits: LogLimits = field(default_factory=LogLimits)
    """How much the store of log records may hold."""
    receiver_limits: ReceiverLimits = field(default_factory=ReceiverLimits)
    """How much one sender may ask of the receivers."""
    cors_origins: tuple[str, ...] = ()
    """Web pages that may send beside those of this machine, each as a browser writes its
    origin; `*` is every page."""
    metric_limits: MetricLimits = field(default_factory=MetricLimits)
    """How much the store of metrics may hold."""
    receives: bool = True
    """Whether to listen at all; a session that does not shows what is read from files."""
    output: "Path | None" = None
    """A file that everything that is accepted is appended to; None writes none."""


class Endpoints(NamedTuple):
    """Where a session receives."""

    grpc: str
    """`host:port`; the host is numeric, and of `localhost` the IPv4 one if there is one."""
    http: str
    """The same for HTTP."""
    grpc_port: int
    """Never 0: the port that was found when any was asked for."""
    http_port: int
    http_url: str
    """Where a process on this machine sends OTLP over HTTP."""


class Session:
    """Receivers, stores and archive of one run: what every front end is built on.

    `async with` starts it and stops it.  `store`, `logs`, `metrics` and `counters`
    exist once it is entered and stay readable after it has stopped.

    Args:
        config: What to receive on, how much to keep, where to write.
        consumers: What else takes every accepted span, after the store.
        http_waits: Whether requests over HTTP wait in the system's queue until
            `answer_http`, because something else is more urgent at the start.
    """

    store: "TraceStore"
    logs: "LogStore"
    metrics: "MetricStore"
    counters: "ReceiverCounters"
    """What came in, what was refused and why."""
    _ingest: "Ingest"
    _going_away: "Lock"
    archive: "ArchiveWriter | None" = None
    """What writes `config.output`; it counts what it could not write."""

    def __init__(
        self,
        config: SessionConfig | None = None,
        *,
        consumers: Sequence["SpanConsumer"] = (),
        http_waits: bool = False,
    ) -> None:
        self.config = config or SessionConfig()
        self._consumers = tuple(consumers)
        self._http_waits = http_waits
        self._bound: tuple[Endpoint, Endpoint] | None = None
        self._sockets = ExitStack()
        self._running = AsyncExitStack()
        self._receivers: list[Callable[[], Awaitable[None]]] = []
        """What stops each of them."""
        self._is_running = False
        self.is_away = False
        """Whether it receives nothing for the moment; see `away`."""

    def bind(self) -> None:
        """Take both addresses, so that senders can connect from now on.

        Entering the session does it too; a command calls it before it imports what is
        slow, and so learns of a taken port at once.  Does nothing the second time.

        Raises:
            EndpointInUseError: If another program listens there.
            UsageError: If the host is no address of this machine.
        """
        if self._bound is None and self.config.receives:
            self._bind(self.config.grpc_port, self.config.http_port)

    def _bind(self, grpc_port: int, http_port: int) -> None:
        host = self.config.host
        with ExitStack() as opened:
            grpc = bind(host, grpc_port, protocol="gRPC", flag="--grpc-port")
            opened.callback(grpc.close)
            http = bind(host, http_port, protocol="HTTP", flag="--http-port")
            opened.callback(http.close)
            self._sockets = opened.pop_all()
        self._bound = grpc, http

    @property
    def is_receiving(self) -> bool:
        """Whether it has, or will have, addresses to receive on."""
        return self.config.receives

    @property
    def endpoints(self) -> Endpoints:
        """Where it receives, if it does; binds if that was not done yet."""
        grpc, http = self._listening()
        return Endpoints(
            grpc=str(grpc),
            http=str(http),
            grpc_port=grpc.port,
            http_port=http.port,
            http_url=f"http://{_local(http)}",
        )

    @property
    def is_exposed(self) -> bool:
        """Whether other machines can send to it; binds if that was not done yet."""
        from ipaddress import ip_address

        return not all(
            ip_address(host).is_loopback
            for endpoint in self._listening()
            for host in endpoint.hosts
        )

    def _listening(self) -> tuple[Endpoint, Endpoint]:
        self.bind()
        assert self._bound is not None  # noqa: S101  # for the type checker
        return self._bound

    async def __aenter__(self) -> Self:
        """Start receiving.

        Raises:
            EndpointInUseError: If another program listens on an address.
            UsageError: If the host is no address of this machine.
            ArchiveError: If the output cannot be written.
        """
        self.bind()
        async with AsyncExitStack() as opened:
            opened.push(self._sockets)
            if self.config.output is not None:
                from devtrace.exporters.archive import ArchiveWriter

                self.archive = opened.enter_context(ArchiveWriter(self.config.output))

            from asyncio import Lock

            from devtrace.garbage import CollectingAtIdle, OutOfSight
            from devtrace.model.consumer import FanOut, LogFanOut, MetricFanOut
            from devtrace.receivers.ingest import Ingest
            from devtrace.store.logs import LogStore
            from devtrace.store.metrics import MetricStore
            from devtrace.store.ring import TraceStore

            self.store = TraceStore(self.config.limits)
            self.logs = LogStore(self.config.log_limits)
            self.metrics = MetricStore(self.config.metric_limits)
            archives = (self.archive,) if self.archive is not None else ()
            stores = OutOfSight(self.store, self.logs, self.metrics)
            ingest = Ingest(
                FanOut((stores, *archives, *self._consumers)),
                log_consumer=LogFanOut((stores, *archives)),
                metric_consumer=MetricFanOut((stores, *archives)),
            )
            self.counters = ingest.counters
            if self.config.receives:
                self._ingest = ingest
                opened.push_async_callback(self._close_receivers)
                await self._receive()
            opened.enter_context(CollectingAtIdle(self.store, self.logs, self.metrics))
            self._is_running, self._going_away = True, Lock()
            self._running = opened.pop_all()
        return self

    async def _close_receivers(self) -> None:
        self._is_running = False
        await self._stop_receivers()

    async def _stop_receivers(self) -> None:
        """Stop both at once: each may take its time for what is in flight."""
        from asyncio import gather

        stops, self._receivers = self._receivers, []
        await gather(*(stop() for stop in stops))

    async def _receive(self) -> None:
        """Start both receivers.

        gRPC first: its senders have to try again while nobody answers, those of HTTP wait.
        """
        from devtrace.receivers.grpc import GrpcReceiver

        endpoint, http_endpoint = self._listening()
        limits = self.config.receiver_limits
        grpc = GrpcReceiver(self._ingest, limits=limits, http_port=http_endpoint.port)
        self._receivers.append(grpc.stop)
        await grpc.start(endpoint)
        if not self._http_waits:
            await self._receive_http()

    async def _receive_http(self) -> None:
        from devtrace.receivers.cors import CorsPolicy
        from devtrace.receivers.http import HttpReceiver

        grpc_endpoint, endpoint = self._listening()
        http = HttpReceiver(
            self._ingest,
            limits=self.config.receiver_limits,
            cors=CorsPolicy(self.config.cors_origins),
            grpc_port=grpc_endpoint.port,
        )
        self._receivers.append(http.stop)
        await http.start(endpoint)

    async def answer_http(self) -> None:
        """Answer over HTTP from now on, if that waits; in a session that runs."""
        if not (self._http_waits and self.config.receives):
            return
        from asyncio import to_thread
        from importlib import import_module

        await to_thread(import_module, "devtrace.receivers.http")
        async with self._going_away:
            self._http_waits = False
            if self._is_running:
                await self._receive_http()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Close both addresses inside of the block, and open the same ones after it.

        Requests in flight are answered first, and what was accepted stays held.  Blocks
        of several tasks take their turns.  Where nothing is received, nothing happens.

        Raises:
            EndpointInUseError: If another program has taken an address meanwhile.
        """
        if not self.config.receives:
            yield
            return
        async with self._going_away:
            grpc, http = self._listening()
            await self._stop_receivers()
            self._sockets.close()
            self.is_away = True
            try:
                yield
            finally:
                if self._is_running:
                    self._bind(grpc.port, http.port)
                    await self._receive()
                self.is_away = False

    @staticmethod
    def freeze() -> None:
        """Let the garbage collector never look again at what exists now, and go on if it rests.

        Entering the session does it too; who imports more after that does it again, and
        may disable the collector meanwhile, as what is imported stays anyway.
        """
        gc.freeze()
        gc.enable()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop receiving: requests in flight are answered, what is accepted is written.

        Does nothing when it has stopped already or was never started.
        """
        await self._running.aclose()
        self._sockets.close()


def _local(endpoint: Endpoint) -> str:
    """Return the address at which a process on this machine finds *endpoint*."""
    loopback = _LOOPBACK_BY_WILDCARD.get(endpoint.hosts[0])
    return f"{loopback}:{endpoint.port}" if loopback else str(endpoint)
