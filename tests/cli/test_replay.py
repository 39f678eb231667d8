"""`devtrace replay` says what became of what it sent, and its exit code says the same."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from devtrace.cli import run
from devtrace.cli.context import Context
from devtrace.cli.replay import _Sending
from devtrace.exporters.archive import write_archive
from devtrace.exporters.otlp import Outcome, Reply
from devtrace.exporters.replay import Part, Request
from devtrace.otlp.rewrite import REDACTED
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code
from tests.builders import SECOND, a_span, a_trace, trace_id_of
from tests.exporters.scripted import Answer, grpc_receiver, http_receiver
from tests.processes import Process

TIMEOUT_SECONDS = 60
HTTP = ("--protocol", "http/protobuf")


@pytest.fixture
def archive(tmp_path: Path) -> str:
    """Return a file with two traces of one span each."""
    path = tmp_path / "saved.jsonl"
    write_archive(
        path,
        [
            a_trace(a_span(trace="one", name="GET /one", attributes={"token": "secret"})),
            a_trace(a_span(trace="two", name="GET /two", start_ms=20)),
        ],
    )
    return str(path)


def names(bodies: list[bytes]) -> list[str]:
    """Return the names of the spans of requests."""
    return [
        span.name
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def test_the_summary_counts_what_was_sent(
    archive: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """For people, with the seed by which the same ids are made again."""
    with grpc_receiver(b"") as received:
        code = run(["replay", archive, "--to", received.address, "--seed", "7"])

    assert code == 0
    assert names(received.bodies) == ["GET /one", "GET /two"]
    out = capsys.readouterr().out
    assert "replayed 2 traces: 2 spans, 0 log records and 0 data points to http://" in out
    assert out.rstrip().endswith("seed 7")


def test_what_is_refused_is_told(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In the summary for machines, on stderr, and by the exit code."""
    body = json.dumps({"partialSuccess": {"rejectedSpans": "1", "errorMessage": "odd"}})
    answer = Answer(body=body.encode(), headers={"content-type": "application/json"})
    with http_receiver(answer) as received:
        code = run(
            ["replay", archive, "--json", "--to", received.address, "--protocol", "http/json"]
        )

    written = capsys.readouterr()
    summary = json.loads(written.out)
    assert code == 1
    assert (summary["traces"], summary["spans"], summary["refused_spans"]) == (2, 2, 2)
    assert "2 × odd" in written.err


def test_only_what_matches_is_sent(archive: str) -> None:
    """A query chooses, and named values are left out."""
    with http_receiver(Answer()) as received:
        arguments = ["--where", 'name="GET /one"', "--redact", "token", *HTTP]
        assert run(["replay", archive, "--to", received.address, *arguments]) == 0

    assert names(received.bodies) == ["GET /one"]
    assert REDACTED.encode() in received.bodies[0]
    assert b"secret" not in received.bodies[0]


def test_ids_can_be_kept(archive: str) -> None:
    """The receiver gets the ids that the file has."""
    with http_receiver(Answer()) as received:
        assert run(["replay", archive, "--to", received.address, "--keep-ids", *HTTP]) == 0

    assert bytes.fromhex(trace_id_of("one")) in received.bodies[0]


def test_a_pipe_is_read(archive: str) -> None:
    """A dash is standard input."""
    with http_receiver(Answer()) as received:
        command = [sys.executable, "-m", "devtrace", "replay", "-", "--at-once", *HTTP]
        subprocess.run(
            [*command, "--to", received.address],
            input=Path(archive).read_bytes(),
            check=True,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
        )

    assert names(received.bodies) == ["GET /one", "GET /two"]


@pytest.mark.parametrize(
    ("endpoint", "is_http"),
    [
        ("localhost:4318", True),
        ("http://localhost:4318/v1/traces", True),
        ("https://api.example/otlp", True),
        ("localhost:4317", False),
        ("", False),
    ],
)
def test_the_protocol_follows_from_the_address(endpoint: str, *, is_http: bool) -> None:
    """Who names the usual port need not name the protocol too."""
    from devtrace.cli.replay import _protocol

    assert (str(_protocol(endpoint)) == "http/protobuf") is is_http


def test_where_nobody_listens_it_is_given_up(
    archive: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence with what to do about it, once."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    code = run(["replay", archive, "--to", f"localhost:{port}", *HTTP])

    written = capsys.readouterr()
    assert code == 1
    assert "replayed 0 traces" in written.out
    assert written.err.count("connection refused") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--at-once", "--rate", "3"],
        ["--loop", "--keep-ids"],
        ["--speed", "0"],
        ["--to", "ftp://x"],
        ["--where", "status="],
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(archive: str, arguments: list[str]) -> None:
    """Nothing is sent."""
    assert run(["replay", archive, *arguments]) == 2


def test_nothing_to_send_is_told(
    archive: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No match, an empty file and a missing one are three things."""
    (tmp_path / "empty.jsonl").touch()

    codes = [
        run(["replay", archive, "--where", "name=nothing"]),
        run(["replay", str(tmp_path / "empty.jsonl")]),
        run(["replay", str(tmp_path / "missing.jsonl")]),
    ]

    assert codes == [1, 1, 4]
    err = capsys.readouterr().err
    assert "no trace matches" in err
    assert "nothing is held" in err
    assert "missing.jsonl" in err


@pytest.mark.parametrize(
    ("arguments", "expected"), [(["--loop"], 0), (["--rate", "0.001"], 130)]
)
def test_ctrl_c_ends_it_with_the_summary(
    archive: str, arguments: list[str], expected: int
) -> None:
    """A loop has no other end; anything else was not all sent."""
    with http_receiver(Answer()) as received:
        command = [sys.executable, "-m", "devtrace", "replay", archive, "--json", *arguments]
        with Process(
            [*command, "--to", received.address, *HTTP],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            received.wait_for_bodies(3 if expected == 0 else 1)
            os.kill(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=TIMEOUT_SECONDS)

    assert process.returncode == expected, err
    assert "Traceback" not in err
    assert json.loads(out)["refused_spans"] == 0


def test_progress_is_shown_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that is written anew, gone at the end; it says how long until the next."""

    class _Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    class _Made:
        trace_count = 2

        def parts(self, begin: int, *, number: int) -> Any:  # noqa: ARG002  # as called
            for index in range(2):
                request = Request(Signal.TRACES, b"", 5)
                yield Part(begin + index * SECOND, 1, iter([request]))

    class _Client:
        def export(self, *_: object) -> Outcome:
            return Outcome(reply=Reply(Code.OK), attempts=1, seconds=0)

    stderr = _Terminal()
    now = SimpleNamespace(nano=0)

    def sleep(seconds: float) -> None:
        now.nano += round(seconds * SECOND)

    monkeypatch.setattr("devtrace.cli.replay.time.sleep", sleep)
    sending = _Sending(
        Context(stderr=stderr),
        cast("Any", _Made()),
        cast("Any", _Client()),
        loops=False,
        clock=lambda: now.nano,
    )

    assert sending.run() is None

    shown = stderr.getvalue().split("\r\x1b[K")
    assert "1 of 2 traces, 5 items sent" in shown
    assert "1 of 2 traces, 5 items sent; next in 1.0 s" in shown
    assert shown[-2:] == ["2 of 2 traces, 10 items sent", ""]
