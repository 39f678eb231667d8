"""`devtrace play` asks somebody's own service, and checks what arrives of it."""

import json
import re
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from devtrace.cli import run
from devtrace.exporters.archive import write_archive
from devtrace.scenarios.scenario import load_scenario
from tests.builders import a_request, a_span, a_trace, trace_id_of
from tests.processes import Process

TIMEOUT_SECONDS = 60
SERVER = 2
ENTRY = {
    "http.request.method": "GET",
    "url.path": "/orders",
    "http.response.status_code": 200,
}

SCENARIO = """
id = "orders"
title = "Orders"
group = "Own"
lesson = "What it does."
look_for = "Two spans."

[[steps]]
method = "GET"
path = "/orders"

[[expectations]]
says = "Orders are read from the database."
tree = '''
orders GET /orders
  orders SELECT
'''

[[expectations]]
says = "Nothing fails."
query = "status=error"
spans = 0
"""


class Service:
    """A service that is asked for orders and exports a trace of two spans each time."""

    def __init__(self) -> None:
        self.url = ""
        self.exports_to = ""
        self.knows_where = threading.Event()
        self.asked = 0
        self.child = "SELECT"

    def answer(self) -> None:
        """Export what an answer causes, as soon as it is known where to."""
        assert self.knows_where.wait(TIMEOUT_SECONDS)
        self.asked += 1
        trace = f"trace {self.asked}"
        body = a_request(
            a_span(trace=trace, name="GET /orders", kind=SERVER, attributes=ENTRY),
            a_span("child", trace=trace, parent="root", name=self.child),
            service="orders",
        ).SerializeToString()
        if self.exports_to:
            headers = {"content-type": "application/x-protobuf"}
            url = f"http://{self.exports_to}/v1/traces"
            request = urllib.request.Request(url, body, headers)  # our own
            urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()  # noqa: S310


@contextmanager
def a_service() -> Iterator[Service]:
    """Run a service on a free port."""
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            service.answer()
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def played(
    service: Service, file: Path, *arguments: str, exports: bool = True
) -> tuple[int, str, str]:
    """Play a file, and return exit code, stdout and stderr."""
    command = [sys.executable, "-m", "devtrace", "play", str(file), "--base-url", service.url]
    ports = ["--grpc-port=0", "--http-port=0", "--settle=0"]
    with Process(
        [*command, *ports, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        receiving = re.search(r"and (\S+) \(HTTP\)", first)
        assert receiving, first
        service.exports_to = receiving[1] if exports else ""
        service.knows_where.set()
        out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    return process.returncode, out, err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a scenario file."""
    path = tmp_path / "orders.toml"
    path.write_text(SCENARIO)
    return path


def test_what_is_promised_is_found(file: Path) -> None:
    """As often as it is played, each time in traces of its own."""
    with a_service() as service:
        code, out, err = played(service, file, "--count", "2", "--json")

    plays = list(map(json.loads, out.splitlines()))
    assert code == 0, err
    assert [play["holds"] for play in plays] == [True, True]
    assert [play["expectations"][0]["trace_id"] for play in plays] == [
        trace_id_of("trace 1"),
        trace_id_of("trace 2"),
    ]
    assert "2 of 2 plays are as promised" in err


def test_what_is_not_promised_is_told(file: Path) -> None:
    """With what was seen instead."""
    with a_service() as service:
        service.child = "INSERT"
        code, out, err = played(service, file)

    assert code == 1, err
    assert "✘ orders" in out
    assert "✘ Orders are read from the database." in out
    assert "seen: no orders SELECT" in out


def test_a_service_that_exports_elsewhere_is_told_where(file: Path) -> None:
    """What to set; and that nothing failed is no success when nothing has arrived."""
    file.write_text(SCENARIO[: SCENARIO.index("[[expectations]]")])
    with a_service() as service:
        code, _, err = played(service, file, exports=False)

    assert code == 1
    assert "no span has arrived" in err
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:" in err


def test_where_nobody_listens_nothing_is_played(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, before anything is received."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        code = run(["play", str(file), "--base-url", url])

    err = capsys.readouterr().err
    assert code == 1
    assert f"cannot play against {url}: connection refused" in err
    assert "try: start your services" in err


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("id = 3 =", "cannot be read"),
        (SCENARIO.replace("method", "verb"), "steps[0]: method: is missing"),
        (SCENARIO.replace("status=error", "status="), "expectations[1]: query: "),
    ],
)
def test_a_defect_of_a_file_is_named(
    file: Path, capsys: pytest.CaptureFixture[str], text: str, cause: str
) -> None:
    """With file, key and cause."""
    file.write_text(text)

    assert run(["play", str(file), "--base-url", "http://localhost:1"]) == 2

    err = capsys.readouterr().err
    assert f"orders.toml: {cause}" in err


@pytest.mark.parametrize(
    "arguments",
    [[], ["--base-url", "localhost"], ["--base-url", "http://:80"], ["-o", "x.toml"]],
)
def test_what_cannot_be_meant_is_a_usage_error(file: Path, arguments: list[str]) -> None:
    """Nothing is played."""
    assert run(["play", str(file), *arguments]) == 2


@pytest.fixture
def archive(tmp_path: Path) -> str:
    """Return a file with a trace of two spans and one that no scenario can be made of."""
    path = tmp_path / "saved.jsonl"
    traces = [
        a_trace(
            ("orders", a_span(name="GET /orders", kind=SERVER, attributes=ENTRY)),
            ("orders", a_span("child", parent="root", name="SELECT")),
        ),
        a_trace(a_span(trace="job")),
    ]
    write_archive(path, traces)
    return str(path)


def test_a_captured_trace_becomes_a_scenario_that_holds(tmp_path: Path, archive: str) -> None:
    """The file that was made is played against the service that the trace came from."""
    made = tmp_path / "made.toml"
    prefix = trace_id_of("trace")[:8]

    assert run(["play", "--from-trace", prefix, archive, "-o", str(made)]) == 0

    assert load_scenario(made).title == "GET /orders"
    with a_service() as service:
        code, out, err = played(service, made)
    assert (code, "2 of 2 expectations" in out) == (0, True), (out, err)


def test_a_scenario_goes_to_stdout_without_a_file(
    archive: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """To be read, or to be redirected."""
    assert run(["play", "--from-trace", trace_id_of("trace"), archive]) == 0

    assert 'path = "/orders"' in capsys.readouterr().out


def test_an_edited_file_is_never_replaced(tmp_path: Path, archive: str) -> None:
    """What stands there may be somebody's work."""
    made = tmp_path / "made.toml"
    made.write_text("mine")

    assert run(["play", "--from-trace", trace_id_of("trace"), archive, "-o", str(made)]) == 4
    assert made.read_text() == "mine"


@pytest.mark.parametrize(("trace_id", "code"), [("ffffff", 2), (trace_id_of("job"), 1)])
def test_a_trace_that_cannot_be_used_is_told(
    archive: str, capsys: pytest.CaptureFixture[str], trace_id: str, code: int
) -> None:
    """One that is not there, and one without a request from outside."""
    assert run(["play", "--from-trace", trace_id, archive]) == code

    written: Any = capsys.readouterr()
    assert written.out == ""
    assert "cannot" in written.err
