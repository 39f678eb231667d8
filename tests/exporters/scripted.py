"""Receivers that answer what a test tells them, over real sockets."""

import gzip
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc

DEADLINE_SECONDS = 30
EXPORT = "opentelemetry.proto.collector.trace.v1.TraceService"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; a status of 0 hangs up without one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Received:
    """What came in, and where."""

    address: str = ""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def wait_for_bodies(self, count: int) -> None:
        """Wait until so many requests have come in."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while len(self.bodies) < count:
            assert time.monotonic() < deadline, f"only {len(self.bodies)} requests came"
            time.sleep(0.01)


@contextmanager
def http_receiver(*answers: Answer) -> Iterator[Received]:
    """Answer requests with *answers* in turn, the last of them for ever."""
    received = Received()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # the library's name
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            with lock:
                answer = answers[min(len(received.bodies), len(answers) - 1)]
                received.bodies.append(body)
                received.headers.append(
                    {
                        "path": self.path,
                        **{name.lower(): value for name, value in self.headers.items()},
                    }
                )
            if not answer.status:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received.address = f"127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()


Abort = tuple[grpc.StatusCode, str, tuple[tuple[str, bytes], ...]]


@contextmanager
def grpc_receiver(*answers: bytes | Abort) -> Iterator[Received]:
    """Answer calls with *answers* in turn, the last of them for ever."""
    received = Received()

    def export(body: bytes, context: Any) -> bytes:
        answer: Sequence[Any] | bytes = answers[min(len(received.bodies), len(answers) - 1)]
        received.bodies.append(body)
        received.headers.append(
            {key: str(value) for key, value in context.invocation_metadata()}
        )
        if isinstance(answer, bytes):
            return answer
        code, details, trailers = answer
        context.set_trailing_metadata(trailers)
        context.abort(code, details)
        return b""

    with ThreadPoolExecutor(2) as pool:
        server = grpc.server(pool)
        handler = grpc.unary_unary_rpc_method_handler(export, None, None)
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(EXPORT, {"Export": handler}),)
        )
        received.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            yield received
        finally:
            server.stop(None).wait()
