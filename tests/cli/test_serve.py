"""A real `devtrace serve` keeps its contract with scripts, with senders and with signals."""

import fcntl
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from termios import FIONREAD
from typing import Any

import pytest

from tests.builders import a_request, a_span, trace_id_of
from tests.processes import Process

TIMEOUT_SECONDS = 30
DEADLINE_SECONDS = 60
PIPE_BYTES = 65_536
SERVE = [sys.executable, "-m", "devtrace", "serve", "--grpc-port", "0", "--http-port", "0"]

SEND = """
import sys
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
if sys.argv[1] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
provider = TracerProvider(resource=Resource.create({"service.name": sys.argv[1]}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("test")
for number in range(int(sys.argv[2])):
    with tracer.start_as_current_span(f"parent {number}"):
        with tracer.start_as_current_span(f"child {number}"):
            pass
provider.shutdown()
"""


def post(address: str, body: bytes) -> None:
    """Send one request over HTTP."""
    request = urllib.request.Request(
        f"http://{address}/v1/traces",
        data=body,
        headers={"Content-Type": "application/x-protobuf"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310  # our own loopback address
        assert response.status == 200


class Serving:
    """A running `devtrace serve --json`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []
        self.listening = self.next_event()

    def next_event(self) -> dict[str, Any]:
        """Wait for the next line and return it as JSON."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr and self.process.stderr.read()
        event: dict[str, Any] = json.loads(line)
        self.events.append(event)
        return event

    def event(self, name: str) -> dict[str, Any]:
        """Wait for the next event of a kind."""
        while (event := self.next_event())["event"] != name:
            pass
        return event

    def post(self, body: bytes) -> None:
        """Send one request over HTTP."""
        post(self.listening["http"], body)

    def send_with_sdk(self, protocol: str, traces: int) -> None:
        """Run a program with the real SDK that exports here."""
        address = self.listening["grpc" if protocol == "grpc" else "http"]
        subprocess.run(
            [sys.executable, "-c", SEND, protocol, str(traces)],
            env={"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}"},
            check=True,
            timeout=TIMEOUT_SECONDS,
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[list[dict[str, Any]], str]:
        """Signal it, and return what it says until its end, and stderr."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=TIMEOUT_SECONDS)
        return [json.loads(line) for line in out.splitlines()], err


@contextmanager
def serving(*arguments: str) -> Iterator[Serving]:
    """Run `devtrace serve --json` on free ports."""
    with Process(
        [*SERVE, "--json", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        guard = threading.Timer(2 * TIMEOUT_SECONDS, process.kill)
        guard.start()
        try:
            yield Serving(process)
        finally:
            guard.cancel()
            process.kill()


def spans_in(output: Path) -> list[str]:
    """Return the trace id of every span in a file of OTLP/JSON lines."""
    lines = output.read_text(encoding="utf-8").splitlines()
    return [
        span["traceId"]
        for line in lines
        for resource in json.loads(line)["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def test_the_first_line_says_where_both_addresses_already_accept() -> None:
    """A script reads one line and may send."""
    with serving() as serve:
        assert serve.listening.keys() == {"event", "grpc", "http"}
        assert serve.listening["event"] == "listening"
        for protocol in ("grpc", "http"):
            host, _, port = serve.listening[protocol].rpartition(":")
            assert host == "127.0.0.1"
            socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS).close()

        events, err = serve.stop()

        assert events == [{"event": "stopped", "spans": 0, "traces": 0}]
        assert err == ""
        assert serve.process.returncode == 0


def test_the_real_sdk_arrives_over_both_protocols_and_everything_is_in_the_file(
    tmp_path: Path,
) -> None:
    """What a sender was told is accepted is told, and on disk, after SIGTERM."""
    output = tmp_path / "traces.jsonl"
    with serving("--output", str(output)) as serve:
        serve.send_with_sdk("grpc", 20)
        serve.send_with_sdk("http", 30)
        events, err = serve.stop()

    told = [event for event in serve.events + events if event["event"] == "trace"]
    assert err == ""
    assert serve.process.returncode == 0
    assert events[-1] == {"event": "stopped", "spans": 100, "traces": 50}
    assert len(spans_in(output)) == 100
    assert {event["trace_id"] for event in told} == set(spans_in(output))
    assert {event["service_name"] for event in told} == {"grpc", "http"}
    assert all(event["span_count"] == 2 and event["orphan_count"] == 0 for event in told)


def test_a_settled_trace_is_told_and_told_again_when_it_grows() -> None:
    """A reader follows along while it runs, without polling a file."""
    with serving() as serve:
        serve.post(a_request(a_span("root")).SerializeToString())
        first = serve.event("trace")
        serve.post(a_request(a_span("child", parent="root")).SerializeToString())
        second = serve.event("trace")

    assert (first["span_count"], "updated" in first) == (1, False)
    assert (second["span_count"], second["updated"]) == (2, True)
    assert first["trace_id"] == second["trace_id"] == trace_id_of("trace")


def test_what_is_refused_is_told() -> None:
    """A sender's defect is seen where somebody looks."""
    with serving() as serve:
        bad = a_span(trace_id=b"short")
        serve.post(a_request(bad, a_span("good")).SerializeToString())

        refused = serve.event("refused")

    assert refused["spans"] == 1
    assert list(refused["reasons"].values()) == [1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_traffic_loses_nothing_that_was_acknowledged(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Every 200 has its spans in the file, and the exit code is 0."""
    output = tmp_path / "traces.jsonl"
    acknowledged: list[str] = []
    with serving("--output", str(output)) as serve:
        some = threading.Event()

        def send() -> None:
            try:
                for trace in range(100_000):
                    serve.post(a_request(a_span(trace=str(trace))).SerializeToString())
                    acknowledged.append(trace_id_of(str(trace)))
                    if trace == 20:
                        some.set()
            except OSError:
                some.set()

        sender = threading.Thread(target=send)
        sender.start()
        assert some.wait(TIMEOUT_SECONDS)
        events, _ = serve.stop(number)
        sender.join(TIMEOUT_SECONDS)

    written = spans_in(output)
    assert len(acknowledged) > 20
    assert set(acknowledged) <= set(written)
    assert serve.process.returncode == 0
    assert events[-1]["spans"] == len(written)


def test_an_output_is_appended_to(tmp_path: Path) -> None:
    """A second run adds to the first."""
    output = tmp_path / "traces.jsonl"
    for trace in ("first", "second"):
        with serving("--output", str(output)) as serve:
            serve.post(a_request(a_span(trace=trace)).SerializeToString())
            serve.stop()

    assert spans_in(output) == [trace_id_of("first"), trace_id_of("second")]


def test_without_json_traces_are_lines_on_stdout_and_remarks_are_on_stderr() -> None:
    """A person reads along; a pipe gets traces only."""
    with Process(SERVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        match = re.fullmatch(r"devtrace: receiving on \S+ \(gRPC\) and (\S+) \(HTTP\)\n", first)
        assert match is not None
        post(match[1], a_request(a_span("root", name="GET /")).SerializeToString())
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=TIMEOUT_SECONDS)

    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} {6}10ms  1 span      shop  GET /\n", out)
    assert err == "devtrace: stopped after 1 span of 1 trace\n"


@pytest.mark.parametrize("flag", ["--grpc-port", "--http-port"])
def test_a_taken_port_is_one_sentence_with_port_holder_and_flag(flag: str) -> None:
    """Exit code 3 before anything else; the user knows whom to stop or what to type."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        result = subprocess.run(
            [*SERVE, flag, str(port)],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )

    assert result.returncode == 3
    assert result.stdout == ""
    first, second = result.stderr.splitlines()
    assert first.startswith("devtrace: error: cannot receive OTLP/")
    assert f"127.0.0.1:{port}" in first
    assert f"(pid {os.getpid()})" in first
    assert second.startswith("  try: ")
    assert flag in second


def test_an_output_that_cannot_be_written_is_exit_code_4(tmp_path: Path) -> None:
    """Nothing is received under a false promise."""
    result = subprocess.run(
        [*SERVE, "--output", str(tmp_path / "no" / "such.jsonl")],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_SECONDS,
    )

    assert result.returncode == 4
    assert result.stdout == ""
    assert result.stderr.startswith("devtrace: error: cannot write ")


def test_a_slow_reader_keeps_no_sender_waiting() -> None:
    """A full pipe holds up what is told, never what is answered; nothing of it is lost."""
    traces = 600
    with serving() as serve:
        assert serve.process.stdout is not None
        spans = [a_span(trace=str(number)) for number in range(traces)]
        serve.post(a_request(*spans).SerializeToString())
        waiting = 0
        deadline = time.monotonic() + DEADLINE_SECONDS
        while waiting < PIPE_BYTES // 2:  # as much as fits, or nearly
            assert time.monotonic() < deadline, f"only {waiting} bytes were told"
            time.sleep(0.05)
            waiting = struct.unpack("i", fcntl.ioctl(serve.process.stdout, FIONREAD, b"...."))[
                0
            ]

        for number in range(traces, traces + 20):
            serve.post(a_request(a_span(trace=str(number))).SerializeToString())

        events, _ = serve.stop()
        told = [event["trace_id"] for event in events if event["event"] == "trace"]
        assert set(told) == {trace_id_of(str(number)) for number in range(traces + 20)}


def test_a_reader_that_reads_nothing_does_not_keep_it_from_ending() -> None:
    """One signal ends it, though stdout is full and stays so; it says that something is missing."""
    with serving() as serve:
        assert serve.process.stderr is not None
        spans = [a_span(trace=str(number)) for number in range(600)]
        serve.post(a_request(*spans).SerializeToString())

        serve.process.send_signal(signal.SIGTERM)

        assert serve.process.wait(TIMEOUT_SECONDS) == 1
        assert serve.process.stderr.read() == (
            "devtrace: error: cannot write the rest of the output: nobody reads it\n"
            "  try: let what reads it read to the end\n"
        )


def test_a_reader_that_leaves_ends_it_without_a_traceback() -> None:
    """`devtrace serve --json | head -1` is over at once, though nothing more arrives."""
    with serving() as serve:
        assert serve.process.stdout is not None
        assert serve.process.stderr is not None
        serve.process.stdout.close()

        assert serve.process.wait(TIMEOUT_SECONDS) == 0
        assert serve.process.stderr.read() == ""
