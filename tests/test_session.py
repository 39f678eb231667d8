"""A session receives from the moment it is entered until it is stopped, and leaves nothing."""

import asyncio
import gc
import socket
import sys
import urllib.error
import urllib.request
import weakref
from asyncio.subprocess import PIPE
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from devtrace.errors import ArchiveError, EndpointInUseError, UsageError
from devtrace.garbage import GC_THRESHOLDS
from devtrace.model.consumer import SpanBatch
from devtrace.receivers.limits import ReceiverLimits
from devtrace.session import Session, SessionConfig
from devtrace.store.limits import Limits, MetricLimits
from tests.builders import (
    a_log,
    a_logs_request,
    a_metric,
    a_metrics_request,
    a_point,
    a_request,
    a_span,
    trace_id_of,
)

ANY_PORTS = SessionConfig(grpc_port=0, http_port=0)
DEADLINE_SECONDS = 10


def post(url: str, body: bytes, signal: str = "traces") -> int:
    """Send *body* as OTLP/HTTP protobuf and return the status."""
    request = urllib.request.Request(  # noqa: S310  # our own loopback address
        f"{url}/v1/{signal}", data=body, headers={"Content-Type": "application/x-protobuf"}
    )
    with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as response:  # noqa: S310
        status: int = response.status
    return status


async def send(session: Session, *names: str) -> None:
    """Send a trace for each of *names* to a running session."""
    for name in names:
        body = a_request(a_span(trace=name)).SerializeToString()
        url = session.endpoints.http_url
        assert await asyncio.to_thread(post, url, body) == 200


def is_free(port: int) -> bool:
    """Return whether *port* of 127.0.0.1 can be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


async def until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.01)


async def test_an_acknowledged_span_is_in_the_store() -> None:
    """Whoever looks after the answer finds the trace."""
    async with Session(ANY_PORTS) as session:
        await send(session, "first")

        assert trace_id_of("first") in session.store
        assert session.counters.accepted_spans == 1


async def test_an_acknowledged_log_record_is_in_its_store_and_in_the_output(
    tmp_path: Path,
) -> None:
    """Whether or not its trace ever comes; it leaves the spans' store alone."""
    config = SessionConfig(grpc_port=0, http_port=0, output=tmp_path / "out.jsonl")
    async with Session(config) as session:
        body = a_logs_request(a_log("1"), a_log("2", trace=None)).SerializeToString()
        url = session.endpoints.http_url
        assert await asyncio.to_thread(post, url, body, "logs") == 200

        assert [record.body for record in session.logs.of_trace(trace_id_of("trace"))] == ["1"]
        assert len(session.logs) == session.counters.accepted_logs == 2
        assert session.archive is not None
        assert session.archive.written_logs == 2
        assert session.store.revision == 0


async def test_acknowledged_metrics_are_in_their_store_and_in_the_output(
    tmp_path: Path,
) -> None:
    """They leave the other stores alone, and their bound is their own."""
    limits = MetricLimits(max_series_points=1)
    config = SessionConfig(
        grpc_port=0, http_port=0, output=tmp_path / "out.jsonl", metric_limits=limits
    )
    async with Session(config) as session:
        body = a_metrics_request(a_metric(a_point(1), a_point(2, at_ms=1))).SerializeToString()
        url = session.endpoints.http_url
        assert await asyncio.to_thread(post, url, body, "metrics") == 200

        assert session.counters.accepted_points == 2
        assert (len(session.metrics), session.metrics.point_count) == (1, 1)
        assert session.archive is not None
        assert session.archive.written_points == 2
        assert session.store.revision == session.logs.revision == 0


async def test_free_ports_are_found_and_shown() -> None:
    """Port 0 means any, and the session says which."""
    async with Session(ANY_PORTS) as session:
        endpoints = session.endpoints

        assert endpoints.grpc == f"127.0.0.1:{endpoints.grpc_port}"
        assert endpoints.http == f"127.0.0.1:{endpoints.http_port}"
        assert endpoints.http_url == f"http://{endpoints.http}"
        for port in (endpoints.grpc_port, endpoints.http_port):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()


async def test_stopping_is_graceful_and_may_be_asked_for_twice() -> None:
    """After it nothing listens, everything received can still be read."""
    async with Session(ANY_PORTS) as session:
        await send(session, "kept")
        ports = session.endpoints.grpc_port, session.endpoints.http_port

        await session.stop()
        await session.stop()

        assert trace_id_of("kept") in session.store
        assert all(map(is_free, ports))


async def test_a_taken_port_is_told_before_anything_starts_and_leaves_nothing_open() -> None:
    """The first address is given back when the second cannot be had."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as free:
            free_port = free.getsockname()[1]
        session = Session(SessionConfig(grpc_port=free_port, http_port=port))

        with pytest.raises(EndpointInUseError) as caught:
            session.bind()

        assert f"127.0.0.1:{port}" in str(caught.value)
        assert "--http-port" in caught.value.hint
        assert is_free(free_port)


async def test_connections_wait_from_bind_on() -> None:
    """A sender that starts together with devtrace is queued, not refused."""
    session = Session(ANY_PORTS)
    session.bind()
    body = a_request(a_span(trace="early")).SerializeToString()
    sending = asyncio.create_task(
        asyncio.to_thread(post, session.endpoints.http_url, body), name="early sender"
    )
    await asyncio.sleep(0)

    async with session:
        assert await sending == 200
        assert trace_id_of("early") in session.store


async def test_a_bound_session_that_is_never_entered_gives_its_addresses_back() -> None:
    """Stopping is safe whatever was reached before."""
    session = Session(ANY_PORTS)
    session.bind()
    port = session.endpoints.http_port

    await session.stop()

    assert is_free(port)


async def test_what_is_acknowledged_is_in_the_output(tmp_path: Path) -> None:
    """The file has a line for each request by the time its sender is answered."""
    output = tmp_path / "out.jsonl"
    async with Session(SessionConfig(grpc_port=0, http_port=0, output=output)) as session:
        await send(session, "a", "b")

        assert len(output.read_text(encoding="utf-8").splitlines()) == 2
        assert session.archive is not None
        assert session.archive.written_spans == 2


async def test_an_output_that_cannot_be_written_ends_the_start(tmp_path: Path) -> None:
    """Nobody believes for hours that a file is being written; the addresses are free again."""
    session = Session(
        SessionConfig(grpc_port=0, http_port=0, output=tmp_path / "missing" / "out.jsonl")
    )
    session.bind()
    port = session.endpoints.http_port

    with pytest.raises(ArchiveError):
        async with session:
            pytest.fail("entered")

    assert is_free(port)


async def test_an_error_in_its_body_stops_it() -> None:
    """A front end that crashes leaves no listener behind."""
    session = Session(ANY_PORTS)
    with pytest.raises(ZeroDivisionError):
        async with session:
            raise ZeroDivisionError

    assert is_free(session.endpoints.http_port)


async def test_further_consumers_take_every_batch_after_the_store() -> None:
    """What is attached sees spans that a query already finds."""
    seen: list[bool] = []

    class Watcher:
        def consume(self, batch: SpanBatch) -> None:
            seen.extend(part.trace_id in session.store for part in batch.slices)

    async with Session(ANY_PORTS, consumers=[Watcher()]) as session:
        await send(session, "a", "b")

    assert seen == [True, True]


async def test_the_limits_are_the_stores() -> None:
    """What a user allows is what is kept."""
    config = SessionConfig(grpc_port=0, http_port=0, limits=Limits(max_spans=2))
    async with Session(config) as session:
        await send(session, "a", "b", "c")

        assert len(session.store) == 2
        assert session.store.counters.evicted_traces == 1


@pytest.mark.parametrize(
    ("host", "is_exposed", "local"),
    [
        ("localhost", False, "127.0.0.1"),
        ("127.0.0.1", False, "127.0.0.1"),
        ("0.0.0.0", True, "127.0.0.1"),  # noqa: S104  # the subject of the test
    ],
)
async def test_listening_beyond_this_machine_is_known(
    host: str, *, is_exposed: bool, local: str
) -> None:
    """Front ends can warn, and what runs here still finds the way in."""
    session = Session(SessionConfig(host=host, grpc_port=0, http_port=0))

    assert session.is_exposed == is_exposed
    assert session.endpoints.http_url == f"http://{local}:{session.endpoints.http_port}"
    await session.stop()


async def test_a_host_that_is_not_this_machine_is_a_usage_error() -> None:
    """A slip in --host is told as such."""
    with pytest.raises(UsageError):
        Session(SessionConfig(host="192.0.2.1", grpc_port=0, http_port=0)).bind()


async def test_the_collector_is_tuned_while_it_runs_and_as_before_afterwards() -> None:
    """A program that embeds a session gets its own settings back."""
    before = gc.get_threshold()

    async with Session(ANY_PORTS):
        assert gc.get_threshold() == GC_THRESHOLDS
        assert gc.get_freeze_count() > 0

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


async def test_the_oldest_generation_is_collected_once_it_is_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cyclic garbage does not pile up for a day, and no pause falls into a burst."""
    monkeypatch.setattr("devtrace.garbage.IDLE_SECONDS", 0.05)
    collected: list[int] = []

    def watch(phase: str, details: dict[str, int]) -> None:
        if phase == "stop":
            collected.append(details["generation"])

    async with Session(ANY_PORTS) as session:
        gc.callbacks.append(watch)
        try:
            await send(session, "a")
            await until(lambda: 2 in collected)
        finally:
            gc.callbacks.remove(watch)


async def test_cycles_made_while_spans_arrived_are_gone_once_it_is_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also those that lived long enough to reach the generation that nothing collects."""
    monkeypatch.setattr("devtrace.garbage.IDLE_SECONDS", 0.05)

    class Node:
        def __init__(self) -> None:
            self.itself = self

    async with Session(ANY_PORTS) as session:
        nodes = [Node() for _ in range(1_000)]
        gc.collect()
        alive = [weakref.ref(node) for node in nodes]
        del nodes
        await send(session, "a")
        await until(lambda: not any(node() for node in alive))


async def test_what_a_request_brings_is_out_of_the_collectors_sight() -> None:
    """What is held does not decide how long a key waits for its answer."""
    async with Session(ANY_PORTS) as session:
        body = a_request(*(a_span(trace=f"t{n}") for n in range(200))).SerializeToString()
        assert await asyncio.to_thread(post, session.endpoints.http_url, body) == 200

        held = session.store.payloads(trace_id_of("t0"))
        assert held is not None
        assert not any(each is held for each in gc.get_objects())


async def test_a_session_that_does_not_receive_takes_no_address() -> None:
    """It has a store and counters all the same, for what is read from files."""
    taken = {4317, 4318}
    free_before = {port for port in taken if is_free(port)}
    async with Session(SessionConfig(receives=False)) as session:
        assert not session.is_receiving
        assert (len(session.store), session.counters.accepted_spans) == (0, 0)
        assert {port for port in taken if is_free(port)} >= free_before


async def test_receivers_have_the_bounds_and_origins_of_the_session() -> None:
    """R13 and R65: what is configured holds on both ports."""
    config = SessionConfig(
        grpc_port=0,
        http_port=0,
        receiver_limits=ReceiverLimits(max_request_bytes=1_000),
        cors_origins=("https://app.example",),
    )
    async with Session(config) as session:
        url = f"{session.endpoints.http_url}/v1/traces"
        headers = {"Content-Type": "application/x-protobuf", "Origin": "https://app.example"}
        async with httpx.AsyncClient() as client:
            allowed = await client.post(url, headers=headers)
            too_large = await client.post(url, headers=headers, content=bytes(1_001))

    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://app.example"
    assert too_large.status_code == 413


# -- away --------------------------------------------------------------------------------


async def test_a_session_that_is_away_has_closed_its_ports_and_comes_back_to_them() -> None:
    """What it held it holds, and what is sent afterwards arrives."""
    async with Session(ANY_PORTS) as session:
        before = session.endpoints
        await send(session, "first")

        async with session.away():
            assert session.is_away
            assert session.endpoints == before
            assert is_free(before.grpc_port)
            assert is_free(before.http_port)
            with pytest.raises(urllib.error.URLError):
                await send(session, "lost")

        assert not session.is_away
        assert session.endpoints == before
        await send(session, "second")
        assert not is_free(before.grpc_port)
        assert list(session.store.changes_since(0).updated) == [
            trace_id_of("first"),
            trace_id_of("second"),
        ]
    assert is_free(before.grpc_port)
    assert is_free(before.http_port)


@pytest.mark.parametrize("protocol", ["grpc", "http"])
async def test_an_exporter_that_meets_a_session_away_loses_nothing(protocol: str) -> None:
    """It tries again by itself; every span is held exactly once."""
    async with Session(ANY_PORTS) as session:
        ports = {"grpc": f"http://{session.endpoints.grpc}", "http": session.endpoints.http_url}
        program = f"""
import sys
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.{protocol}.trace_exporter import OTLPSpanExporter
endpoint = {ports[protocol]!r} + {"/v1/traces" if protocol == "http" else ""!r}
provider = TracerProvider()
provider.add_span_processor(
    BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint), schedule_delay_millis=20)
)
tracer = provider.get_tracer("test")
print("ready", flush=True)
for line in sys.stdin:
    tracer.start_span(line.strip()).end()
provider.shutdown()
"""
        sender = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program), stdin=PIPE, stdout=PIPE
        )
        assert sender.stdin is not None
        assert sender.stdout is not None
        await sender.stdout.readline()
        sender.stdin.write(b"before\n")
        await until(lambda: session.store.span_count == 1)

        async with session.away():
            for number in range(30):
                sender.stdin.write(b"%d\n" % number)
                await asyncio.sleep(0.02)
        sender.stdin.close()

        async with asyncio.timeout(60):
            await sender.wait()
        assert session.store.span_count == 31


async def test_a_port_taken_while_away_is_told() -> None:
    """In the words of any other start."""
    async with Session(ANY_PORTS) as session:
        port = session.endpoints.http_port
        with pytest.raises(EndpointInUseError, match=f"127.0.0.1:{port}"):
            async with session.away():
                thief = socket.create_server(("127.0.0.1", port))
        thief.close()


async def test_a_session_that_stops_while_away_does_not_come_back() -> None:
    """Nothing listens after the end."""
    async with Session(ANY_PORTS) as session:
        endpoints = session.endpoints
        async with session.away():
            await session.stop()

        assert is_free(endpoints.grpc_port)
        assert is_free(endpoints.http_port)


async def test_a_session_that_receives_nothing_is_never_away() -> None:
    """There is nothing to close."""
    async with Session(SessionConfig(receives=False)) as session, session.away():
        assert not session.is_away


async def test_several_are_away_one_after_the_other() -> None:
    """Nobody comes back while another is still to be away."""
    async with Session(ANY_PORTS) as session:

        async def leave() -> None:
            async with session.away():
                assert is_free(session.endpoints.http_port)

        await asyncio.gather(leave(), leave(), leave())
        await send(session, "after")


# -- HTTP that waits ---------------------------------------------------------------------


async def test_http_that_waits_is_answered_when_its_turn_comes() -> None:
    """A sender that was early is not refused, and gRPC is up meanwhile."""
    async with Session(ANY_PORTS, http_waits=True) as session:
        sending = asyncio.create_task(send(session, "early"))
        done, _ = await asyncio.wait([sending], timeout=0.05)
        assert not done

        await session.answer_http()
        await sending

        assert trace_id_of("early") in session.store


async def test_http_that_waits_comes_back_with_the_session() -> None:
    """Also when its turn comes while the session is away, or has come before."""
    async with Session(ANY_PORTS, http_waits=True) as session:
        async with session.away():
            answering = asyncio.create_task(session.answer_http())
        await answering
        async with session.away():
            pass
        await send(session, "later")

        assert trace_id_of("later") in session.store


async def test_asking_for_http_twice_or_where_nothing_is_received_changes_nothing() -> None:
    """Whoever asks need not know whether it waits."""
    async with Session(ANY_PORTS) as session:
        await session.answer_http()
        await send(session, "a")
    async with Session(SessionConfig(receives=False), http_waits=True) as session:
        await session.answer_http()
