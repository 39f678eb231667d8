"""`devtrace record` writes what is wanted of what has come, when it ends."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devtrace.cli import run
from tests.builders import a_log, a_logs_request, a_request, a_span, trace_id_of
from tests.processes import Process

TIMEOUT_SECONDS = 60


class Recorder:
    """A running `devtrace record`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stderr is not None
        self.said = process.stderr.readline()
        found = re.search(r"and (\S+) \(HTTP\)", self.said)
        assert found, self.said
        self._address = found[1]

    def post(self, body: bytes, signal_path: str = "traces") -> None:
        """Send one request."""
        request = urllib.request.Request(  # our own loopback address
            f"http://{self._address}/v1/{signal_path}",
            body,
            {"content-type": "application/x-protobuf"},
        )
        urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS).close()  # noqa: S310

    def end(self, *, by_signal: bool = True) -> tuple[int, str, str]:
        """Wait for its end, and return exit code, stdout and stderr."""
        if by_signal:
            self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=TIMEOUT_SECONDS)
        return self.process.returncode, out, err


@contextmanager
def recording(file: Path, *arguments: str) -> Iterator[Recorder]:
    """Run `devtrace record` on free ports."""
    command = [sys.executable, "-m", "devtrace", "record", str(file)]
    with Process(
        [*command, "--grpc-port=0", "--http-port=0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Recorder(process)
        finally:
            process.kill()


def spans(*names: str) -> bytes:
    """Return a request with a trace of one span for each name."""
    return a_request(
        *(a_span(trace=name, name=name, start_ms=index) for index, name in enumerate(names))
    ).SerializeToString()


def recorded(file: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the trace ids of a file."""
    assert run(["ls", str(file), "--json"]) == 0
    return [json.loads(line)["trace_id"] for line in capsys.readouterr().out.splitlines()]


def test_everything_is_written_at_ctrl_c(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Traces in order of their start, and what is of no trace."""
    file = tmp_path / "all.jsonl"
    with recording(file) as recorder:
        recorder.post(spans("one", "two"))
        records = a_logs_request(a_log(trace="one"), a_log(trace=None))
        recorder.post(records.SerializeToString(), "logs")
        assert not file.exists()
        code, out, err = recorder.end()

    assert code == 0, err
    assert out == f"recorded 2 traces, 2 log records and 0 data points to {file}\n"
    assert recorded(file, capsys) == [trace_id_of("one"), trace_id_of("two")]


def test_it_ends_by_itself_when_enough_has_come(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only traces that match are counted, and written."""
    file = tmp_path / "some.jsonl"
    with recording(file, "--traces", "1", "--where", "name=wanted") as recorder:
        recorder.post(spans("other", "wanted"))
        code, out, err = recorder.end(by_signal=False)

    assert code == 0, err
    assert "recorded 1 trace, 0 log records" in out
    assert recorded(file, capsys) == [trace_id_of("wanted")]


def test_nothing_is_no_file(tmp_path: Path) -> None:
    """After the time it was given, and it says so."""
    file = tmp_path / "none.jsonl"
    with recording(file, "--seconds", "0.1") as recorder:
        code, _, err = recorder.end(by_signal=False)

    assert code == 1
    assert "nothing has come that is wanted" in err
    assert not file.exists()


def test_what_had_to_leave_is_told(tmp_path: Path) -> None:
    """The file holds the newest, and the exit code says that it is not all."""
    file = tmp_path / "full.jsonl"
    with recording(file, "--max-spans", "2") as recorder:
        for name in ("one", "two", "three"):
            recorder.post(spans(name))
        code, out, err = recorder.end()

    assert code == 1
    assert "recorded 2 traces" in out
    assert "1 trace is not in the file, for want of memory: raise --max-bytes" in err


@pytest.mark.parametrize("name", ["there.jsonl", "no/such/folder.jsonl"])
def test_where_it_cannot_write_nothing_is_received(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Said before anything could be lost; what exists stays."""
    (tmp_path / "there.jsonl").write_text("mine")

    assert run(["record", str(tmp_path / name)]) == 4

    assert "cannot record to" in capsys.readouterr().err
    assert (tmp_path / "there.jsonl").read_text() == "mine"


def test_a_file_can_be_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """If that is asked for."""
    file = tmp_path / "again.jsonl"
    file.write_text("old")
    with recording(file, "--force") as recorder:
        recorder.post(spans("new"))
        assert recorder.end()[0] == 0

    assert recorded(file, capsys) == [trace_id_of("new")]
