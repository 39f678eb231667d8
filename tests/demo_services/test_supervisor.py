"""The shop tells how it goes, lives as long as its owner, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

import grpc
import psutil

from demo_services.child import Child
from demo_services.supervisor import SERVICES

if TYPE_CHECKING:
    from tests.demo_services.conftest import Receiver, RunningShop

    StartShop = Callable[..., RunningShop]


def left_running(pids: Iterable[int]) -> set[int]:
    """Return which of *pids* still run after they have had the time to end."""

    def is_running(pid: int) -> bool:
        try:
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    deadline = time.monotonic() + 10
    left = set(pids)
    while (left := set(filter(is_running, left))) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def test_the_supervisor_tells_what_starts_what_is_ready_and_where(shop: "RunningShop") -> None:
    """Whoever shows the progress needs to read nothing but these lines."""
    starting = [event for event in shop.events if event["event"] == "starting"]
    ready = [event for event in shop.events if event["event"] == "ready"]
    last = shop.events[-1]
    address_by_name = {event["service"]: event["address"] for event in ready}

    assert [event["service"] for event in starting] == list(SERVICES)
    assert set(address_by_name) == set(SERVICES)
    assert address_by_name.pop("notifications") is None
    assert all(address.startswith("127.0.0.1:") for address in address_by_name.values())
    assert all(0 < event["seconds"] <= last["seconds"] for event in ready)
    assert last["event"] == "shop_ready"
    assert last["gateway"] == f"http://{address_by_name['gateway']}"


def test_a_terminated_shop_ends_whole(start_shop: "StartShop") -> None:
    """`kill` ends every process of the shop, and that counts as a success."""
    shop = start_shop().opened()

    shop.process.send_signal(signal.SIGTERM)

    assert shop.process.wait(10) == 0
    assert left_running(shop.pid_by_name.values()) == set()


def test_an_interrupted_shop_that_ignores_its_stdin_ends_whole(
    start_shop: "StartShop", tmp_path: Path
) -> None:
    """Where stdin is /dev/null, `--detached` keeps the shop until Ctrl-C; no file is left."""
    shop = start_shop("--detached", stdin=subprocess.DEVNULL).opened()
    assert list(tmp_path.glob("demo-services-*/orders.db"))

    shop.process.send_signal(signal.SIGINT)

    assert shop.process.wait(10) == 0
    assert left_running(shop.pid_by_name.values()) == set()
    assert list(tmp_path.glob("demo-services-*")) == []


def test_the_end_of_stdin_ends_the_shop_and_loses_no_span(
    start_shop: "StartShop", receiver: "Receiver"
) -> None:
    """A program that owns a shop need do nothing but end; the last spans still arrive."""
    shop = start_shop().opened()
    answer = shop.checkout(faults="failed_charge")

    assert shop.close() == 0

    spans = [span for span in receiver.spans if span.wire.trace_id.hex() == answer.trace_id]
    assert len(spans) == 15
    assert left_running(shop.pid_by_name.values()) == set()


def test_a_killed_supervisor_leaves_no_service_behind(start_shop: "StartShop") -> None:
    """No service outlives the process that started it, even if that had no say."""
    shop = start_shop().opened()

    shop.process.kill()

    assert left_running(shop.pid_by_name.values()) == set()


def test_a_supervisor_killed_while_it_starts_leaves_no_service_behind(
    start_shop: "StartShop",
) -> None:
    """Nor when the services are waiting for each other at that moment."""
    shop = start_shop()
    shop.event("ready")
    services = {child.pid for child in psutil.Process(shop.process.pid).children()}

    shop.process.kill()

    assert len(services) == len(SERVICES)
    assert left_running(services) == set()


def test_a_service_that_dies_is_reported_and_the_others_go_on(
    start_shop: "StartShop", receiver: "Receiver"
) -> None:
    """The shop without payments still answers, and its trace shows where it broke."""
    shop = start_shop().opened()

    os.kill(shop.pid_by_name["payments"], signal.SIGKILL)

    event = shop.event("exited")
    assert event["message"] is None
    answer = shop.checkout()
    trace = receiver.trace(
        answer.trace_id,
        until=lambda trace: (
            "gateway POST /checkout" in trace.tree
            and "orders POST /orders SERVER" in trace.tree
        ),
    )
    assert event["service"] == "payments"
    assert event["code"] == -signal.SIGKILL
    assert Path(event["log"]).name == "payments.log"
    assert answer.response.status_code == 502
    assert trace["orders POST /charge CLIENT !"].event_names == ["exception"]
    assert trace["gateway POST /checkout SERVER !"]


def test_a_service_that_cannot_start_is_named_with_its_reason(start_shop: "StartShop") -> None:
    """One line says which and why, and where to read more; nothing is left running."""
    shop = start_shop(environment={"OTEL_EXPORTER_OTLP_PROTOCOL": "smoke signals"})

    event = shop.event("failed")

    assert event["service"] in SERVICES
    assert event["message"] == (
        "cannot export over 'smoke signals': "
        "OTEL_EXPORTER_OTLP_PROTOCOL must be 'grpc' or 'http/protobuf'"
    )
    assert event["message"] in Path(event["log"]).read_text()
    assert shop.process.wait(10) == 1


def test_a_url_that_is_none_of_a_redis_is_one_sentence(start_shop: "StartShop") -> None:
    """It says what would be one."""
    event = start_shop("--redis", "localhost").event("failed")

    assert event["message"].startswith("cannot queue in Redis: Redis URL must specify one of")


def test_a_database_that_cannot_be_written_is_one_sentence(
    start_shop: "StartShop", tmp_path: Path
) -> None:
    """A full disk, or anything else that SQLite has to say about the place."""
    data = tmp_path / "data"
    (data / "users.db").mkdir(parents=True)

    event = start_shop("--data-dir", str(data)).event("failed")

    assert event["message"] == (
        f"cannot use the database in '{data}': unable to open database file"
    )


def test_without_the_extra_the_shop_says_what_to_install(tmp_path: Path) -> None:
    """A missing package is one sentence and its remedy, never a traceback."""
    program = (
        "import runpy, sys; sys.modules['httpx'] = None;"
        f"sys.argv = ['demo_services', '--log-dir', {str(tmp_path)!r}];"
        "runpy.run_module('demo_services', run_name='__main__')"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "demo_services: error: cannot start the shop: the extra 'demo' is not installed\n"
        "  try: pip install 'devtrace[demo]'\n"
    )


def test_the_shop_can_export_over_grpc(start_shop: "StartShop", receiver: "Receiver") -> None:
    """The standard variables choose the protocol, as they do for any other program."""

    def answer(path: str) -> grpc.RpcMethodHandler:
        def keep(request: bytes, _context: grpc.ServicerContext) -> bytes:
            receiver.keep(path, request)
            return b""

        return grpc.unary_unary_rpc_method_handler(keep)

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    package = "opentelemetry.proto.collector"
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                f"{package}.trace.v1.TraceService", {"Export": answer("/v1/traces")}
            ),
            grpc.method_handlers_generic_handler(
                f"{package}.logs.v1.LogsService", {"Export": answer("/v1/logs")}
            ),
        )
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        shop = start_shop(
            environment={
                "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
            }
        ).opened()
        trace_id = shop.checkout().trace_id
        trace = receiver.trace(trace_id, until=lambda trace: len(trace.spans) >= 19)
        assert {span.service for span in trace.spans} == set(SERVICES)
        assert receiver.wait(
            lambda: any(log.wire.trace_id.hex() == trace_id for log in receiver.logs)
        )
    finally:
        server.stop(None).wait()


async def test_what_a_service_prints_is_logged_and_not_taken_for_the_protocol(
    tmp_path: Path,
) -> None:
    """A stray print, even of JSON, can neither be lost nor confuse the supervisor."""
    log = tmp_path / "service.log"
    log.touch()
    program = """print('hello'); print('[1]'); print('{"event": "bound", "address": "x:1"}')"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    child = Child("service", process, log=log)

    said = await child.said("bound", deadline=asyncio.get_running_loop().time() + 10)

    assert said["address"] == "x:1"
    assert await child.ended() == 0
    assert log.read_text() == "hello\n[1]\n"
    await child.close()


def test_a_service_is_replaced_where_it_was(
    start_shop: "StartShop", receiver: "Receiver"
) -> None:
    """The others go on, and find the new one at the old address."""
    shop = start_shop().opened()
    before = next(e for e in shop.events if e.get("service") == "payments" and "pid" in e)

    shop.tell(replace="payments")
    shop.event("starting")
    after = shop.event("ready")
    answer = shop.checkout()

    assert after["service"] == "payments"
    assert after["address"] == before["address"]
    assert after["pid"] != before["pid"]
    assert answer.response.status_code == 200
    assert left_running([before["pid"]]) == set()


def test_a_killed_service_is_replaced_when_asked_for(start_shop: "StartShop") -> None:
    """Not before: whoever killed it may want to see the shop without it."""
    shop = start_shop().opened()
    os.kill(shop.pid_by_name["auth"], signal.SIGKILL)
    shop.event("exited")

    shop.tell(replace="auth")
    shop.event("ready")

    assert shop.checkout().response.status_code == 200


def test_a_service_that_wants_another_in_its_place_gets_one(
    start_shop: "StartShop", receiver: "Receiver"
) -> None:
    """What it had not exported is lost, and the shop goes on."""
    shop = start_shop().opened()

    lost = shop.checkout(faults="no_shutdown")
    assert shop.event("exited")["service"] == "payments"
    assert shop.event("ready")["service"] == "payments"

    assert shop.checkout().response.status_code == 200
    assert shop.close() == 0
    services = {
        span.service for span in receiver.spans if span.wire.trace_id.hex() == lost.trace_id
    }
    assert services == set(SERVICES) - {"payments"}


def test_what_makes_no_sense_on_stdin_changes_nothing(start_shop: "StartShop") -> None:
    """A line that is no request, or names no service, is passed over."""
    shop = start_shop().opened()

    shop.tell(replace="nobody")
    shop.tell(reboot=True)

    assert shop.checkout().response.status_code == 200
    assert shop.close() == 0
    assert {event["event"] for event in shop.events} == {"starting", "ready", "shop_ready"}
