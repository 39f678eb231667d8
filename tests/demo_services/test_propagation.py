"""Every kind of hop carries the trace context and the baggage, seen from its other side."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import httpx

from demo_services.protos.shop_pb2 import VerifyReply

if TYPE_CHECKING:
    from tests.demo_services.conftest import Receiver, RunningShop

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER_ID = "00f067aa0ba902b7"
HEADERS = {
    "traceparent": f"00-{TRACE_ID}-{CALLER_ID}-01",
    "baggage": "demo.fault=slow_payment,tenant=acme",
}


def assert_carried(headers: Mapping[str, str]) -> None:
    """Check that *headers* continue the trace and have all of the baggage."""
    _, trace_id, parent_id, _ = headers["traceparent"].split("-")
    assert trace_id == TRACE_ID
    assert parent_id != CALLER_ID
    assert set(headers["baggage"].split(",")) == {"demo.fault=slow_payment", "tenant=acme"}


@contextmanager
def an_auth(seen: dict[str, Mapping[str, str]]) -> Iterator[str]:
    """Be `auth`, and put the metadata of calls into *seen*."""

    def verify(_request: bytes, context: grpc.ServicerContext) -> bytes:
        seen["Verify"] = {item.key: item.value for item in context.invocation_metadata()}
        return VerifyReply(scope="guest").SerializeToString()

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
    method = grpc.unary_unary_rpc_method_handler(verify)
    handler = grpc.method_handlers_generic_handler("shop.Auth", {"Verify": method})
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


@contextmanager
def users_and_orders(seen: dict[str, Mapping[str, str]]) -> Iterator[str]:
    """Be `users` and `orders`, and put the headers of requests into *seen*."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            seen[self.path] = {key.lower(): value for key, value in self.headers.items()}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"order_id": "1", "total": 1}')

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_the_gateway_passes_everything_on_over_grpc_and_http(
    tmp_path: Path, receiver: "Receiver"
) -> None:
    """Also what it does not know itself: baggage belongs to whoever set it."""
    seen: dict[str, Mapping[str, str]] = {}
    with (
        an_auth(seen) as auth,
        users_and_orders(seen) as http,
        subprocess.Popen(
            [sys.executable, "-m", "demo_services.gateway", "--data-dir", str(tmp_path)],
            env=os.environ | {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as gateway,
    ):
        assert gateway.stdin is not None
        assert gateway.stdout is not None
        bound = json.loads(gateway.stdout.readline())
        others = {"auth": auth, "inventory": auth, "users": http, "orders": http}
        gateway.stdin.write(json.dumps(others) + "\n")
        gateway.stdin.flush()
        assert json.loads(gateway.stdout.readline()) == {"event": "ready"}
        with httpx.Client(trust_env=False) as client:
            answer = client.post(f"http://{bound['address']}/checkout", headers=HEADERS)
        gateway.stdin.close()
        assert gateway.wait(10) == 0

    assert answer.status_code == 200
    assert_carried(seen["Verify"])
    assert_carried(seen["/users/42"])
    assert_carried(seen["/orders"])
    assert "traceparent" not in seen["/health"]


def test_a_message_in_the_queue_carries_everything(
    start_shop: "Callable[..., RunningShop]", tmp_path: Path
) -> None:
    """With nobody there to receive it, the message can be looked at."""
    shop = start_shop("--data-dir", str(tmp_path)).opened()
    os.kill(shop.pid_by_name["notifications"], signal.SIGKILL)
    shop.event("exited")

    with httpx.Client(trust_env=False) as client:
        client.post(f"{shop.gateway}/checkout", headers=HEADERS)

    with closing(sqlite3.connect(tmp_path / "queue.db")) as database:
        ((headers,),) = database.execute("SELECT headers FROM messages").fetchall()
    assert_carried(json.loads(headers))
