"""`devtrace load` tells what became of what it sent, and its exit code says the same."""

import json
import os
import signal
import socket
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from devtrace.cli import run
from devtrace.cli.load import _progress
from devtrace.load.tally import Tally
from tests.exporters.scripted import Answer, grpc_receiver, http_receiver

FEW = ("--spans", "64", "--batch", "16", "--seconds", "0")
TIMEOUT_SECONDS = 60


def test_the_summary_counts_every_span(capsys: pytest.CaptureFixture[str]) -> None:
    """For people."""
    with grpc_receiver(b"") as received:
        code = run(["load", "--endpoint", received.address, *FEW, "--seed", "7"])

    out = capsys.readouterr().out
    assert code == 0
    assert f"http://{received.address} (grpc)" in out
    assert "seed 7" in out
    assert "64 spans in 4 requests" in out
    assert len(received.bodies) == 4


def test_the_summary_is_one_object_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """What was refused in part is counted, told on stderr, and makes the exit code 1."""
    body = json.dumps({"partialSuccess": {"rejectedSpans": "1", "errorMessage": "odd"}})
    answer = Answer(body=body.encode(), headers={"content-type": "application/json"})
    with http_receiver(answer) as received:
        code = run(
            ["load", "--endpoint", received.address, "--protocol", "http/json", "--json", *FEW]
        )

    written = capsys.readouterr()
    summary = json.loads(written.out)
    assert code == 1
    assert (summary["sent"], summary["acknowledged"], summary["refused"]) == (64, 60, 4)
    assert summary["requests"] == 4
    assert summary["latency_p50_ms"] <= summary["latency_max_ms"]
    assert "4 × odd" in written.err


def test_headers_reach_the_receiver() -> None:
    """An API key goes with every request."""
    arguments = ["--protocol", "http/protobuf", "--header", "X-Key=a=b", *FEW]
    with http_receiver(Answer()) as received:
        assert run(["load", "--endpoint", received.address, *arguments]) == 0

    assert {headers["x-key"] for headers in received.headers} == {"a=b"}


def test_where_nobody_listens_it_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence with what to do about it."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    code = run(["load", "--endpoint", f"localhost:{port}", "--protocol", "http/protobuf", *FEW])

    written = capsys.readouterr()
    assert code == 1
    assert f"cannot send to http://localhost:{port}: connection refused" in written.err
    assert "try: start a receiver there" in written.err


def test_the_summary_is_told_when_everything_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Besides the reason: whoever tests a limit wants to know how many."""
    with http_receiver(Answer(status=400)) as received:
        arguments = ["--endpoint", received.address, "--protocol", "http/protobuf"]
        code = run(["load", *arguments, *FEW])

    written = capsys.readouterr()
    assert code == 1
    assert "refused                 64 spans" in written.out
    assert "HTTP 400" in written.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--endpoint", "ftp://x"],
        ["--header", "nothing"],
        ["--header", "two words=1"],
        ["--header", "a=1\nb=2"],
        ["--header", "name=ä"],
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(arguments: list[str]) -> None:
    """Nothing is sent."""
    assert run(["load", *arguments]) == 2


def test_ctrl_c_ends_it_with_the_summary() -> None:
    """What was sent by then is told, and was sent well."""
    with http_receiver(Answer()) as received:
        arguments = ["--endpoint", received.address, "--protocol", "http/protobuf", "--json"]
        bounds = ["--seconds", "120", "--rate", "2000", "--batch", "20"]
        process = subprocess.Popen(
            [sys.executable, "-m", "devtrace", "load", *arguments, *bounds],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            received.wait_for_bodies(3)
            os.kill(process.pid, signal.SIGINT)
            out, err = process.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            process.kill()
            process.wait()

    assert process.returncode == 0, err
    assert json.loads(out)["acknowledged"] > 0
    assert not err


def test_loads_that_would_not_fit_into_memory_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Before anything is made, with what to lower."""
    code = run(["load", "--attribute-bytes", "1000000", "--batch", "512"])

    assert code == 2
    assert "lower --attribute-bytes" in capsys.readouterr().err


def test_what_bad_senders_send_can_be_sent(capsys: pytest.CaptureFixture[str]) -> None:
    """Large attributes, many names, one trace, children first."""
    bad = ("--attribute-bytes", "5000", "--names", "50", "--one-trace", "--reverse")
    with grpc_receiver(b"") as received:
        code = run(["load", "--endpoint", received.address, *FEW, *bad])

    assert code == 0
    assert "64 spans in 4 requests" in capsys.readouterr().out
    assert all(len(body) > 16 * 5000 for body in received.bodies)


@pytest.mark.parametrize("columns", range(2, 90))
def test_how_it_goes_is_told_on_one_line(columns: int) -> None:
    """However narrow the terminal is: a line that is too long could not be overwritten."""
    tally = Tally(sent_spans=40, acknowledged_spans=1_234, refused_spans=7)
    running: Any = SimpleNamespace(tally=tally, elapsed_seconds=2.0)

    line = _progress(running, 4, 0, columns)
    assert len(line) < columns
    figures = "2 s  1,234 spans  617/s  7 refused or failed"
    assert line.lstrip("█░ ").startswith(figures[: columns - 1])
    assert ("█░" in line) == (columns > len(figures) + 26)
