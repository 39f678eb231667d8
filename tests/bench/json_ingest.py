"""How fast one core takes OTLP/JSON over HTTP.

A `devtrace serve` of our own is bound to one core and sends nothing elsewhere; the client
runs on the others and has encoded every request before the clock starts.  All requests are
distinct, as devtrace knows a repeated span by its bytes.  Each run has a new server, and a
figure is the median of the runs.

Run it as `python -m tests.bench.json_ingest`.
"""

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any, NamedTuple

import psutil
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from devtrace.otlp.json import translate_traces

ITEMS_PER_REQUEST = 512
WARM_UP_REQUESTS = 4
T0 = 1_760_000_000_000_000_000


class Case(NamedTuple):
    """One kind of request."""

    name: str
    path: str
    document: Callable[[int], dict[str, Any]]
    """Makes the request of a number; no two are alike."""
    is_gzipped: bool = False


class Run(NamedTuple):
    """What one run cost."""

    seconds: float
    cpu_seconds: float
    """Of the server, with the kernel's share."""


def figures(
    *, requests: int = 60, runs: int = 5, cases: Sequence[Case] | None = None
) -> dict[str, float]:
    """Measure every case and return the figures by name.

    Needs a system on which a process can be bound to a core, as Linux is.

    Args:
        requests: How many of 512 items a run sends.
        runs: How many runs there are of each case; they take turns.
        cases: What is measured; `CASES` if not given.

    Returns:
        For each case `… items/s` by the clock and `… items/CPU s` by the time that the
        server's core was busy with it, which holds also on a machine with other work; for
        spans also `… × bare parse`, the latter's microseconds a span as a multiple of what
        protobuf needs to parse the same spans, measured on the same core.
    """
    cases = CASES if cases is None else cases
    sent = {case: [encoded(case, number) for number in range(requests)] for case in cases}
    measured: dict[Case, list[Run]] = {case: [] for case in cases}
    bare: list[float] = []
    server_core, *other_cores = sorted(os.sched_getaffinity(0))
    for _ in range(runs):
        for case in cases:
            with running_on(other_cores or [server_core]):
                measured[case].append(one_run(case, sent[case], server_core))
        with running_on([server_core]):
            bare.append(bare_seconds_per_span(requests))
    result = {"protobuf ParseFromString µs/span": round(median(bare) * 1e6, 3)}
    items = requests * ITEMS_PER_REQUEST
    for case, each in measured.items():
        cpu_seconds = median(run.cpu_seconds for run in each)
        result[f"{case.name} items/s"] = round(items / median(run.seconds for run in each))
        result[f"{case.name} items/CPU s"] = round(items / cpu_seconds)
        if case.path == "/v1/traces":
            result[f"{case.name} × bare parse"] = round(cpu_seconds / items / median(bare), 1)
    return result


def one_run(case: Case, requests: Iterable[bytes], core: int) -> Run:
    """Send *requests* one after another on one connection to a new server on *core*."""
    with serving(core) as (server, port), socket.create_connection(("127.0.0.1", port)) as sock:
        for number in range(WARM_UP_REQUESTS):
            exchange(sock, encoded(case, -1 - number))
        cpu_seconds, began = busy_seconds(server), time.perf_counter()
        for request in requests:
            exchange(sock, request)
        return Run(time.perf_counter() - began, busy_seconds(server) - cpu_seconds)


def bare_seconds_per_span(requests: int) -> float:
    """Return what it takes to do nothing but parse the spans of the first case."""
    bodies = [
        translate_traces(json.dumps(CASES[0].document(number)).encode()).payload
        for number in range(requests)
    ]
    began = time.perf_counter()
    for body in bodies:
        ExportTraceServiceRequest.FromString(body)
    return (time.perf_counter() - began) / (requests * ITEMS_PER_REQUEST)


@contextmanager
def serving(core: int) -> Iterator[tuple[psutil.Process, int]]:
    """Run `devtrace serve` on *core*; yield its process and its HTTP port."""
    flags = ("--json", "--grpc-port", "0", "--http-port", "0")
    with (
        running_on([core]),  # what is started inherits it
        subprocess.Popen(
            [sys.executable, "-m", "devtrace", "serve", *flags],
            stdout=subprocess.PIPE,
            text=True,
        ) as serve,
    ):
        try:
            assert serve.stdout is not None
            listening = json.loads(serve.stdout.readline())
            yield psutil.Process(serve.pid), int(listening["http"].rpartition(":")[2])
        finally:
            serve.kill()


@contextmanager
def running_on(cores: Iterable[int]) -> Iterator[None]:
    """Keep this process to *cores* meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def busy_seconds(process: psutil.Process) -> float:
    """Return how long *process* has kept a core busy so far."""
    times = process.cpu_times()
    return times.user + times.system


def exchange(sock: socket.socket, request: bytes) -> None:
    """Send *request* and read the answer, which is full success."""
    sock.sendall(request)
    answer = b""
    while not answer.endswith(b"\r\n\r\n{}"):
        received = sock.recv(4096)
        assert received, answer
        answer += received
    assert answer.startswith(b"HTTP/1.1 200 "), answer


def encoded(case: Case, number: int) -> bytes:
    """Return a whole HTTP request."""
    body = json.dumps(case.document(number), separators=(",", ":"), ensure_ascii=False).encode()
    if case.is_gzipped:
        body = gzip.compress(body, 6)
    coding = "Content-Encoding: gzip\r\n" if case.is_gzipped else ""
    head = (
        f"POST {case.path} HTTP/1.1\r\nHost: localhost:4318\r\n{coding}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# -- what is sent ----------------------------------------------------------------


def pairs(number: int, *, as_text: bool) -> list[dict[str, Any]]:
    """Return eight attributes, as many as a server span has."""
    whole: Callable[[int], Any] = str if as_text else int
    values: dict[str, dict[str, Any]] = {
        "http.request.method": {"stringValue": "GET"},
        "http.route": {"stringValue": "/api/orders/{id}"},
        "url.path": {"stringValue": f"/api/orders/{number}"},
        "url.scheme": {"stringValue": "http"},
        "server.address": {"stringValue": "orders.shop.svc.cluster.local"},
        "server.port": {"intValue": whole(8080)},
        "http.response.status_code": {"intValue": whole(200)},
        "shop.express": {"boolValue": number % 2 == 0},
    }
    return [{"key": key, "value": value} for key, value in values.items()]


def ids(request: int, index: int) -> dict[str, str]:
    """Return ids in traces of eight spans."""
    number = (request * ITEMS_PER_REQUEST + index) % 2**64
    return {
        "traceId": f"{number // 8 + 1:032x}",
        "spanId": f"{number * 0x9E3779B97F4A7C15 % 2**64 | 1:016x}",
    }


def a_request(signal: str, items: list[dict[str, Any]], *, of: str) -> dict[str, Any]:
    """Return a document with *items* in one scope."""
    resource = {
        "attributes": [
            {"key": "service.name", "value": {"stringValue": "orders"}},
            {"key": "service.version", "value": {"stringValue": "1.42.0"}},
            {"key": "telemetry.sdk.language", "value": {"stringValue": "nodejs"}},
        ]
    }
    scope = {"scope": {"name": "http", "version": "0.5"}, of: items}
    return {f"resource{signal}": [{"resource": resource, f"scope{signal}": [scope]}]}


def javascript_spans(request: int) -> dict[str, Any]:
    """Return spans as the SDKs of JavaScript write them: numbers as such, every key there."""
    return a_request(
        "Spans",
        [
            {
                **ids(request, index),
                **({"parentSpanId": ids(request, index - 1)["spanId"]} if index % 8 else {}),
                "name": "GET /api/orders/{id}",
                "kind": 2,
                "startTimeUnixNano": str(T0 + index * 1000),
                "endTimeUnixNano": str(T0 + index * 1000 + 5_000_000),
                "attributes": pairs(request * ITEMS_PER_REQUEST + index, as_text=False),
                "droppedAttributesCount": 0,
                "events": [],
                "droppedEventsCount": 0,
                "status": {"code": 0},
                "links": [],
                "droppedLinksCount": 0,
                "flags": 257,
            }
            for index in range(ITEMS_PER_REQUEST)
        ],
        of="spans",
    )


def proto_spans(request: int) -> dict[str, Any]:
    """Return spans as printers of protobuf write them: integers as text, no defaults."""
    return a_request(
        "Spans",
        [
            {
                **ids(request, index),
                **({"parentSpanId": ids(request, index - 1)["spanId"]} if index % 8 else {}),
                "name": "GET /api/orders/{id}",
                "kind": 2,
                "startTimeUnixNano": str(T0 + index * 1000),
                "endTimeUnixNano": str(T0 + index * 1000 + 5_000_000),
                "attributes": pairs(request * ITEMS_PER_REQUEST + index, as_text=True),
                "status": {},
            }
            for index in range(ITEMS_PER_REQUEST)
        ],
        of="spans",
    )


def former_spans(request: int) -> dict[str, Any]:
    """Return spans with the names from before OTLP 1.0."""
    (of_resource,) = proto_spans(request)["resourceSpans"]
    (of_scope,) = of_resource.pop("scopeSpans")
    of_scope["instrumentationLibrary"] = of_scope.pop("scope")
    of_resource["instrumentationLibrarySpans"] = [of_scope]
    return {"resourceSpans": [of_resource]}


def log_records(request: int) -> dict[str, Any]:
    """Return log records, each within a span."""
    return a_request(
        "Logs",
        [
            {
                **ids(request, index),
                "timeUnixNano": str(T0 + index * 1000),
                "observedTimeUnixNano": str(T0 + index * 1000),
                "severityNumber": 9,
                "severityText": "INFO",
                "body": {"stringValue": f"order {index} of {request} received"},
                "attributes": pairs(request * ITEMS_PER_REQUEST + index, as_text=False),
                "droppedAttributesCount": 0,
                "flags": 1,
            }
            for index in range(ITEMS_PER_REQUEST)
        ],
        of="logRecords",
    )


def number_points(request: int) -> dict[str, Any]:
    """Return data points of a counter and a histogram, in series that go on."""
    times = {
        "startTimeUnixNano": str(T0),
        "timeUnixNano": str(T0 + (request + WARM_UP_REQUESTS) * 1_000_000_000),
    }
    numbers = [
        {**times, "attributes": pairs(index, as_text=False), "asInt": request + index}
        for index in range(ITEMS_PER_REQUEST // 2)
    ]
    histograms = [
        {
            **times,
            "attributes": pairs(index, as_text=False),
            "count": 6,
            "sum": 1234.5,
            "bucketCounts": [0, 1, 2, 3, 0, 0],
            "explicitBounds": [5, 10, 25, 50, 100],
            "min": 7,
            "max": 49,
        }
        for index in range(ITEMS_PER_REQUEST // 2)
    ]
    metrics: list[dict[str, Any]] = [
        {
            "name": "orders",
            "unit": "{order}",
            "sum": {
                "aggregationTemporality": 2,
                "isMonotonic": True,
                "dataPoints": numbers,
            },
        },
        {
            "name": "order.duration",
            "unit": "ms",
            "histogram": {"aggregationTemporality": 2, "dataPoints": histograms},
        },
    ]
    return a_request("Metrics", metrics, of="metrics")


CASES = (
    Case("spans of JavaScript, plain", "/v1/traces", javascript_spans),
    Case("spans of JavaScript, gzip", "/v1/traces", javascript_spans, is_gzipped=True),
    Case("spans of protobuf, plain", "/v1/traces", proto_spans),
    Case("spans of protobuf, gzip", "/v1/traces", proto_spans, is_gzipped=True),
    Case("spans before OTLP 1.0, plain", "/v1/traces", former_spans),
    Case("log records, plain", "/v1/logs", log_records),
    Case("data points, plain", "/v1/metrics", number_points),
)


if __name__ == "__main__":
    report = partial(print, flush=True)
    for figure, value in figures().items():
        report(f"{figure:<48}{value:>12,}")
