"""A real `devtrace serve` under bad senders of every signal answers, and keeps nothing of them."""

import gzip
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import grpc
import psutil
import pytest
import zstandard
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from tests.builders import a_log, a_logs_request, a_request, a_span

DEADLINE_SECONDS = 30
LIMIT_BYTES = 64 * 1024 * 1024
EXPORTERS = 64
REQUESTS_PER_EXPORTER = 3
ITEMS_PER_REQUEST = 8
DEEP = 10_000


class Signal(NamedTuple):
    """How one signal is sent."""

    name: str
    request: Callable[[str], bytes]
    """A serialized request with items that carry a mark."""
    document: str
    """An OTLP/JSON request in which DEEP stands for the value of an attribute."""

    @property
    def path(self) -> str:
        """Where it is sent over HTTP."""
        return f"/v1/{self.name}"

    @property
    def method(self) -> str:
        """Where it is sent over gRPC."""
        singular = self.name.removesuffix("s") if self.name == "traces" else self.name
        package = f"opentelemetry.proto.collector.{singular}.v1"
        return f"/{package}.{singular.capitalize()}Service/Export"


def spans(mark: str) -> bytes:
    """Return a request of spans."""
    return a_request(
        *(a_span(f"{mark} {n}", trace=mark) for n in range(ITEMS_PER_REQUEST))
    ).SerializeToString()


def log_records(mark: str) -> bytes:
    """Return a request of log records."""
    return a_logs_request(
        *(a_log(f"{mark} {n}") for n in range(ITEMS_PER_REQUEST))
    ).SerializeToString()


def data_points(mark: str) -> bytes:
    """Return a request of gauges."""
    request = ExportMetricsServiceRequest()
    scope_metrics = request.resource_metrics.add().scope_metrics.add()
    for number in range(ITEMS_PER_REQUEST):
        point = scope_metrics.metrics.add(name=f"{mark} {number}").gauge.data_points.add()
        point.time_unix_nano, point.as_int = 1, number
    return request.SerializeToString()


ATTRIBUTES = '"attributes":[{"key":"deep","value":DEEP}]'
SIGNALS = (
    Signal(
        "traces",
        spans,
        '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"11111111111111111111111111111111",'
        f'"spanId":"1111111111111111",{ATTRIBUTES}}}]}}]}}]}}',
    ),
    Signal(
        "logs",
        log_records,
        f'{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{{ATTRIBUTES}}}]}}]}}]}}',
    ),
    Signal(
        "metrics",
        data_points,
        '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":'
        f'{{"dataPoints":[{{"asInt":1,{ATTRIBUTES}}}]}}}}]}}]}}]}}',
    ),
)


class Serving:
    """A running `devtrace serve`, and what it holds when nobody sends."""

    def __init__(self, process: "subprocess.Popen[str]", output: Path) -> None:
        assert process.stdout is not None
        listening = json.loads(process.stdout.readline())
        threading.Thread(target=process.stdout.read, daemon=True).start()  # it is never full
        self.http_port = int(listening["http"].rpartition(":")[2])
        self.grpc = listening["grpc"]
        self._output = output
        self._process = psutil.Process(process.pid)
        for signal in SIGNALS:  # what is loaded when it is first needed is there from now on
            assert self.post(signal, b"") == 200
            self.export(signal, b"")
        self._files = self._process.num_fds()
        self._threads = self._process.num_threads()

    def connect(self) -> socket.socket:
        """Return a connection to the HTTP port."""
        return socket.create_connection(("127.0.0.1", self.http_port), DEADLINE_SECONDS)

    def answer(self, sent: bytes, *, closes_half: bool = False) -> bytes:
        """Send bytes and return all that is answered until the answer is whole, or the end."""
        with self.connect() as sock:
            sock.sendall(sent)
            if closes_half:
                sock.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := sock.recv(65_536):
                answer += piece
                head, has_end, body = answer.partition(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
                if has_end and len(body) >= int(length or 0):
                    break
            return answer

    def post(self, signal: Signal, body: bytes, **headers: str) -> int:
        """Send a request over HTTP and return the status."""
        return status(self.answer(a_post(signal, len(body), **headers) + body))

    def export(
        self, signal: Signal, body: bytes, *, is_gzipped: bool = False
    ) -> grpc.StatusCode:
        """Send a request over gRPC and return the code."""
        coding = grpc.Compression.Gzip if is_gzipped else grpc.Compression.NoCompression
        with grpc.insecure_channel(self.grpc, compression=coding) as channel:
            try:
                channel.unary_unary(signal.method)(body, timeout=DEADLINE_SECONDS)
            except grpc.RpcError as error:
                code: grpc.StatusCode = error.code()  # type: ignore[attr-defined]
                return code
        return grpc.StatusCode.OK

    def written(self) -> str:
        """Return what was written to the output."""
        return self._output.read_text(encoding="utf-8")

    def expect_nothing_held(self) -> None:
        """Wait until no file and no thread is left over; workers may be, as many as there are."""
        workers = min(32, (os.cpu_count() or 1) + 4)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (
            self._process.num_fds() > self._files
            or self._process.num_threads() > self._threads + workers
        ):
            assert time.monotonic() < deadline, (
                self._process.num_fds() - self._files,
                self._process.num_threads() - self._threads,
            )
            time.sleep(0.02)


def a_post(signal: Signal, length: int, **headers: str) -> bytes:
    """Return the head of a request over HTTP; names of headers have `_` for `-`."""
    lines = {"content_type": "application/x-protobuf", **headers, "content_length": str(length)}
    text = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"POST {signal.path} HTTP/1.1\r\nHost: here\r\n{text}\r\n".encode()


def status(answer: bytes) -> int:
    """Return the status of an answer; 0 when there is none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Run one `devtrace serve` for all that is bad."""
    output = tmp_path_factory.mktemp("bad") / "received.jsonl"
    flags = ("--json", "--grpc-port", "0", "--http-port", "0", "--output", str(output))
    with (
        output.with_suffix(".log").open("w") as said,
        subprocess.Popen(
            [sys.executable, "-m", "devtrace", "serve", *flags],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        try:
            yield Serving(process, output)
        finally:
            process.kill()


pytestmark = pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)


def test_bombs_are_refused(serving: Serving, signal: Signal) -> None:
    """What inflates beyond the bound, or cannot be inflated, costs its request alone."""
    bomb = gzip.compress(bytes(LIMIT_BYTES + 1))

    assert len(bomb) < LIMIT_BYTES // 500
    assert serving.post(signal, bomb, content_encoding="gzip") == 413
    assert serving.post(signal, zstandard.compress(bytes(99)), content_encoding="zstd") == 415
    assert serving.post(signal, bomb, content_encoding="gzip, gzip") == 415
    assert (
        serving.export(signal, bytes(LIMIT_BYTES + 1), is_gzipped=True)
        is grpc.StatusCode.RESOURCE_EXHAUSTED
    )
    assert serving.post(signal, signal.request("after a bomb")) == 200
    serving.expect_nothing_held()


@pytest.mark.parametrize(
    ("opening", "closing_"),
    [
        ('{"arrayValue":{"values":[', "]}}"),
        ('{"kvlistValue":{"values":[{"key":"k","value":', "}]}}"),
    ],
    ids=["arrays", "maps"],
)
def test_values_of_any_depth_are_answered(
    serving: Serving, signal: Signal, opening: str, closing_: str
) -> None:
    """JSON beyond the bound is malformed; protobuf is taken, as values are read when looked at."""
    value = opening * DEEP + '{"intValue":1}' + closing_ * DEEP
    body = signal.document.replace("DEEP", value).encode()
    assert serving.post(signal, body, content_type="application/json") == 400
    flat = signal.document.replace("DEEP", '{"intValue":1}').encode()
    assert serving.post(signal, flat, content_type="application/json") == 200

    deep = b"\x18\x01"
    for _ in range(DEEP):
        deep = field(5, field(1, deep))
    attribute = field(1, b"deep") + field(2, deep)
    item = {
        "traces": lambda: field(1, b"1" * 16) + field(2, b"1" * 8) + field(9, attribute),
        "logs": lambda: field(5, deep) + field(6, attribute),
        "metrics": lambda: field(1, b"m") + field(5, field(1, field(7, attribute))),
    }[signal.name]()
    request = field(1, field(2, field(2, item)))
    assert serving.post(signal, request) == 200
    assert serving.export(signal, request) is grpc.StatusCode.OK
    serving.expect_nothing_held()


def field(number: int, data: bytes) -> bytes:
    """Return a field of a protobuf message that holds bytes."""
    head, length = bytes([number << 3 | 2]), len(data)
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + data


def test_requests_that_can_be_read_two_ways_are_refused(
    serving: Serving, signal: Signal
) -> None:
    """Whatever follows them on their connection is not taken for a request."""
    hidden = a_post(signal, 0)
    for framing in (
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length: 0, 5",
        "Content-Length: +5",
        "Content-Length: 99999999999999999999999",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding: \x0bchunked",
        "Content-Length: 0\rX: y",
        "X: y\r\n Content-Length: 0",
    ):
        head = f"POST {signal.path} HTTP/1.1\r\nHost: here\r\n{framing}\r\n\r\n"
        answer = serving.answer(head.encode("latin-1") + b"0\r\n\r\n" + hidden)
        assert status(answer) == 400, framing
        assert answer.count(b"HTTP/1.1 ") == 1, framing
    for chunk in (b"zz\r\n", b"-1\r\nx\r\n", b"F" * 17 + b"\r\n", b"1\r\nxx\r\n", b"0\n\n"):
        head = f"POST {signal.path} HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n"
        answer = serving.answer(
            head.encode() + b"Content-Type: application/x-protobuf\r\n\r\n" + chunk + hidden
        )
        assert status(answer) == 400, chunk
        assert answer.count(b"HTTP/1.1 ") == 1, chunk
    serving.expect_nothing_held()


def test_senders_that_go_away_are_forgotten(serving: Serving, signal: Signal) -> None:
    """In mid-head, in mid-body, with a reset, or by closing the half that they send on."""
    body = signal.request(f"gone {signal.name}")
    whole = a_post(signal, len(body)) + body
    for sent in (whole[:20], whole[:-1], a_post(signal, len(body))):
        assert serving.answer(sent, closes_half=True) == b""
        with closing(serving.connect()) as sock:
            sock.sendall(sent)
            reset = struct.pack("ii", 1, 0)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    assert status(serving.answer(whole, closes_half=True)) == 200
    serving.expect_nothing_held()
    assert serving.written().count(f"gone {signal.name} 0") == 1


def test_many_senders_at_once_lose_nothing_beside_slow_ones(
    serving: Serving, signal: Signal
) -> None:
    """Sixty-four exporters over both protocols are served while others hold their requests."""
    stuck = [serving.connect() for _ in range(EXPORTERS)]
    for number, sock in enumerate(stuck):
        sock.sendall(a_post(signal, 1000)[: None if number % 2 else -9])

    def send(exporter: int) -> None:
        for number in range(REQUESTS_PER_EXPORTER):
            body = signal.request(f"{signal.name} of {exporter} {number}")
            if exporter % 2:
                assert serving.post(signal, body) == 200
            else:
                assert serving.export(signal, body) is grpc.StatusCode.OK

    with ThreadPoolExecutor(EXPORTERS) as pool:
        list(pool.map(send, range(EXPORTERS)))
    for sock in stuck:
        with suppress(OSError):
            sock.close()

    written = serving.written()
    missing = [
        mark
        for exporter in range(EXPORTERS)
        for number in range(REQUESTS_PER_EXPORTER)
        for item in range(ITEMS_PER_REQUEST)
        if (mark := f'"{signal.name} of {exporter} {number} {item}"') not in written
    ]
    assert missing == []
    serving.expect_nothing_held()
