"""What `devtrace serve` receives of a replay is what was recorded, but for ids and the time."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.exporters.archive import log_line, trace_line
from devtrace.otlp.replay_mark import REPLAYED_FROM
from tests.builders import a_log, a_span, a_trace, log_record, span_id_of, trace_id_of
from tests.processes import Process

TIMEOUT_SECONDS = 60
DEVTRACE = [sys.executable, "-m", "devtrace"]


def a_recording(path: Path) -> Path:
    """Return a file with two linked traces and a log record of the first."""
    link = Span.Link(
        trace_id=bytes.fromhex(trace_id_of("first")), span_id=bytes.fromhex(span_id_of("send"))
    )
    first = a_trace(
        ("gateway", a_span("root", trace="first", name="POST /checkout", duration_ms=80)),
        ("orders", a_span("send", trace="first", parent="root", start_ms=10, duration_ms=50)),
        ("orders", a_span("db", trace="first", parent="send", start_ms=20, status=2)),
    )
    second = a_trace(("mail", a_span("take", trace="second", start_ms=150, links=[link])))
    record = log_record(a_log("sent", trace="first", span="send", at_ms=30))
    path.write_bytes(trace_line(first) + log_line([record]) + trace_line(second))
    return path


def run(*arguments: str) -> str:
    """Return what a command writes."""
    return subprocess.run(
        [*DEVTRACE, *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    ).stdout


def held(path: Path) -> list[dict[str, Any]]:
    """Return the traces of a file in order of time."""
    lines = run("show", "--format", "json", str(path)).splitlines()
    return sorted(map(json.loads, lines), key=lambda trace: trace["start_time_unix_nano"])


def shape(trace: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return what a trace is without its ids, times counted from its start."""
    start = trace["start_time_unix_nano"]
    ids = [span["span_id"] for span in trace["spans"]]
    return [
        (
            span["service_name"],
            span["name"],
            span["status_code"],
            ids.index(span["parent_span_id"]) if span["parent_span_id"] else None,
            span["start_time_unix_nano"] - start,
            span["end_time_unix_nano"] - start,
        )
        for span in trace["spans"]
    ]


@pytest.mark.parametrize(
    ("protocol", "pace"), [("grpc", ()), ("http/protobuf", ("--at-once",)), ("http/json", ())]
)
def test_a_replay_has_the_shape_of_the_recording(
    tmp_path: Path, protocol: str, pace: tuple[str, ...]
) -> None:
    """Trees, gaps to the nanosecond, links and log records; the ids are new."""
    recording, received = a_recording(tmp_path / "recording.jsonl"), tmp_path / "received.jsonl"
    with Process(
        [*DEVTRACE, "serve", "--json", "--grpc-port=0", "--http-port=0", "--output", received],
        stdout=subprocess.PIPE,
        text=True,
    ) as serving:
        try:
            assert serving.stdout is not None
            listening = json.loads(serving.stdout.readline())
            address = listening["grpc" if protocol == "grpc" else "http"]
            summary = json.loads(
                run("replay", str(recording), "--json", "--to", address,
                    "--protocol", protocol, *pace)
            )  # fmt: skip
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.communicate(timeout=TIMEOUT_SECONDS)

    assert (summary["traces"], summary["spans"], summary["logs"]) == (2, 4, 1)
    before, after = held(recording), held(received)
    assert list(map(shape, after)) == list(map(shape, before))
    gaps = [
        traces[1]["start_time_unix_nano"] - traces[0]["start_time_unix_nano"]
        for traces in (before, after)
    ]
    assert gaps[0] == gaps[1]
    assert {each["trace_id"] for each in before}.isdisjoint(each["trace_id"] for each in after)
    first, second = after
    send = next(span for span in first["spans"] if span["name"] == "send")
    (link,) = second["spans"][0]["links"]
    assert (link["trace_id"], link["span_id"]) == (first["trace_id"], send["span_id"])
    assert [record["span_id"] for record in first["logs"]] == [send["span_id"]]
    assert first["spans"][0]["attributes"] == {REPLAYED_FROM: trace_id_of("first")}
