"""The real shop, and a receiver for what it exports: an OTLP/HTTP server of a few lines."""

import gzip
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

PATIENCE_SECONDS = 20.0
"""How long a test waits for what must come; much longer than it ever takes."""


def plain(attributes: Iterable[KeyValue]) -> dict[str, Any]:
    """Return *attributes* as a dictionary of scalars."""
    return {
        item.key: getattr(item.value, item.value.WhichOneof("value")) for item in attributes
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSpan:
    """A span as it came over the wire, with who sent it."""

    service: str
    resource: Mapping[str, Any]
    wire: Span

    @property
    def title(self) -> str:
        """Service, name and kind in one line, with `!` and the reason if it is an error."""
        kind = Span.SpanKind.Name(self.wire.kind).removeprefix("SPAN_KIND_")
        line = f"{self.service} {self.wire.name} {kind}"
        if self.wire.status.code == Status.STATUS_CODE_ERROR:
            line += f" ! {self.wire.status.message}"
        return line

    @property
    def attributes(self) -> dict[str, Any]:
        """The span's attributes."""
        return plain(self.wire.attributes)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.wire.end_time_unix_nano - self.wire.start_time_unix_nano) / 1e9

    @property
    def event_names(self) -> list[str]:
        """Names of the span's events, in their order."""
        return [event.name for event in self.wire.events]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLog:
    """A log record as it came over the wire, with who sent it."""

    service: str
    wire: LogRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMetric:
    """A metric as it came over the wire, with who sent it."""

    service: str
    wire: Metric


class Trace:
    """The spans of one trace."""

    def __init__(self, spans: Sequence[SeenSpan]) -> None:
        self.spans = sorted(spans, key=lambda span: span.wire.start_time_unix_nano)

    def __getitem__(self, title: str) -> SeenSpan:
        """Return the one span whose title starts with *title*."""
        (found,) = (span for span in self.spans if span.title.startswith(title))
        return found

    @property
    def tree(self) -> str:
        """Every span's title, under and right of its parent's, siblings by start."""
        ids = {span.wire.span_id for span in self.spans}

        def lines(parent: bytes | None, depth: int) -> Iterator[str]:
            for span in self.spans:
                above = span.wire.parent_span_id
                if (above if above in ids else None) == parent:
                    yield "  " * depth + span.title
                    yield from lines(span.wire.span_id, depth + 1)

        return "\n".join(lines(None, 0))


class Receiver:
    """Keeps all spans, logs and metrics it is sent."""

    def __init__(self) -> None:
        self.spans: list[SeenSpan] = []
        self.logs: list[SeenLog] = []
        self.metrics: list[SeenMetric] = []
        self._arrived = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                receiver.keep(self.path, body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        """Serve inside of the block."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def keep(self, path: str, body: bytes) -> None:
        """Take in one export request."""
        with self._arrived:
            if path == "/v1/traces":
                for sent in ExportTraceServiceRequest.FromString(body).resource_spans:
                    resource = plain(sent.resource.attributes)
                    name = resource["service.name"]
                    self.spans += (
                        SeenSpan(service=name, resource=resource, wire=span)
                        for scope in sent.scope_spans
                        for span in scope.spans
                    )
            if path == "/v1/logs":
                for records in ExportLogsServiceRequest.FromString(body).resource_logs:
                    name = plain(records.resource.attributes)["service.name"]
                    self.logs += (
                        SeenLog(service=name, wire=record)
                        for scope in records.scope_logs
                        for record in scope.log_records
                    )
            if path == "/v1/metrics":
                for measured in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                    name = plain(measured.resource.attributes)["service.name"]
                    self.metrics += (
                        SeenMetric(service=name, wire=metric)
                        for scope in measured.scope_metrics
                        for metric in scope.metrics
                    )
            self._arrived.notify_all()

    def trace(self, trace_id: str, *, until: Callable[[Trace], bool]) -> Trace:
        """Return the trace *trace_id* as soon as it satisfies *until*, else as it is."""
        found = Trace([])

        def arrived() -> bool:
            nonlocal found
            wanted = bytes.fromhex(trace_id)
            found = Trace([span for span in self.spans if span.wire.trace_id == wanted])
            return until(found)

        self.wait(arrived)
        return found

    def wait(self, arrived: Callable[[], bool]) -> bool:
        """Wait until *arrived* holds, looking whenever something came; tell whether it did."""
        with self._arrived:
            return self._arrived.wait_for(arrived, PATIENCE_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the gateway answered."""

    response: httpx.Response
    trace_id: str
    span_id: str


class RunningShop:
    """`python -m demo_services` in a process, and what it says."""

    def __init__(self, *arguments: str, environment: Mapping[str, str], stdin: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "demo_services", *arguments],
            env=os.environ | dict(environment),
            stdin=stdin,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.events: list[dict[str, Any]] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def event(self, name: str) -> dict[str, Any]:
        """Return the next event *name*; it has to come before standard output ends."""
        while line := self._lines.get(timeout=PATIENCE_SECONDS):
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == name:
                return self.events[-1]
        raise AssertionError(f"no {name} but {self.events}")

    def opened(self) -> "RunningShop":
        """Wait until the shop is open."""
        self.gateway = self.event("shop_ready")["gateway"]
        return self

    @property
    def pid_by_name(self) -> dict[str, int]:
        """The processes of the services that are ready."""
        return {event["service"]: event["pid"] for event in self.events if "pid" in event}

    def checkout(
        self,
        *,
        faults: str = "",
        content: bytes = b"",
        path: str = "/checkout",
        bearer: str = "",
    ) -> Answer:
        """Send one request to the gateway."""
        headers = {"content-type": "application/json"}
        if faults:
            headers["baggage"] = f"demo.fault={faults}"
        if bearer:
            headers["authorization"] = f"Bearer {bearer}"
        with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as client:
            response = client.post(self.gateway + path, content=content, headers=headers)
        _, trace_id, span_id, _ = response.headers["traceresponse"].split("-")
        return Answer(response=response, trace_id=trace_id, span_id=span_id)

    def tell(self, **line: object) -> None:
        """Write a line to the shop's standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def end_stdin(self) -> None:
        """Let go of the shop's standard input."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def close(self) -> int:
        """Let go of the shop and wait until it is gone; return its exit code."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            return self.process.wait(PATIENCE_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            self._reading.join()
            assert self.process.stdout is not None
            self.process.stdout.close()


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """A receiver for everything that any shop of the test run exports."""
    with Receiver().running() as receiver:
        yield receiver


@pytest.fixture
def start_shop(tmp_path: Path, receiver: Receiver) -> Iterator[Callable[..., RunningShop]]:
    """Start a shop of one's own, to do harm to."""
    started = []

    def start(
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        stdin: int = subprocess.PIPE,
    ) -> RunningShop:
        shop = RunningShop(
            *("--log-dir", str(tmp_path / "logs"), *arguments),
            environment={
                "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
                "TMPDIR": str(tmp_path),  # a killed shop cannot tidy up
            }
            | dict(environment or {}),
            stdin=stdin,
        )
        started.append(shop)
        return shop

    yield start
    for shop in started:
        if shop.process.stdin is None:
            shop.process.terminate()
        shop.close()


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shop that all tests share has its databases."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory, data_dir: Path, receiver: Receiver
) -> Iterator[RunningShop]:
    """The shop that all tests share, open."""
    log_dir = tmp_path_factory.mktemp("logs")
    shop = RunningShop(
        *("--log-dir", str(log_dir), "--data-dir", str(data_dir)),
        environment={
            "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint,
            # What a developer may have set for a program of their own.
            "OTEL_SERVICE_NAME": "mine",
            "OTEL_RESOURCE_ATTRIBUTES": "service.version=9,team=mine",
            "OTEL_TRACES_SAMPLER": "always_off",
            "OTEL_PROPAGATORS": "none",
            "HTTP_PROXY": "http://127.0.0.1:9",
        },
        stdin=subprocess.PIPE,
    )
    try:
        yield shop.opened()
    finally:
        shop.close()
