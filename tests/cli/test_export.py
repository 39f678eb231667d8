"""`devtrace export` writes one document, whole or not at all."""

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from devtrace.cli.context import Context
from devtrace.cli.export import export
from devtrace.errors import ArchiveError, UsageError
from devtrace.exporters.archive import write_archive
from devtrace.exporters.documents import Format
from devtrace.formats import read_documents
from tests.builders import (
    a_log,
    a_logs_request,
    a_metric,
    a_metrics_request,
    a_point,
    a_span,
    a_trace,
    trace_id_of,
)


class Terminal(io.StringIO):
    """A stream at which somebody looks."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file of two traces and a log record."""
    path = tmp_path / "traces.jsonl"
    write_archive(path, [a_trace(a_span(trace="one")), a_trace(a_span(trace="two"))])
    with path.open("a") as file:
        file.write('{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}\n')
    return path


def run(*arguments: str | Path) -> tuple[int, bytes, str]:
    """Return what `devtrace export` with *arguments* makes of it: code, stdout, stderr."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    context = Context(stdout=out, stderr=err)
    code = export.main([str(each) for each in arguments], standalone_mode=False, obj=context)
    assert isinstance(out.buffer, io.BytesIO)
    return code, out.buffer.getvalue(), err.getvalue()


def test_otlp_lines_go_to_standard_output(archive: Path) -> None:
    """A log record that belongs to no trace is one of them."""
    code, output, errors = run(archive)

    assert (code, len(output.splitlines()), errors) == (0, 3, "")
    assert b"resourceLogs" in output.splitlines()[2]


@pytest.mark.parametrize("form", ["otlp-proto", "jaeger", "zipkin"])
def test_log_records_without_a_place_are_told(archive: Path, form: str) -> None:
    """How many are left out, and where they would not be."""
    code, _, errors = run(archive, "--format", form)

    assert code == 0
    assert errors == (
        f"devtrace: warning: 1 log record is left out: {form} has no place for them; otlp has\n"
    )


def test_metrics_are_exported(tmp_path: Path) -> None:
    """As all other signals; where they have no place it is told."""
    sent = tmp_path / "sent"
    sent.write_bytes(a_metrics_request(a_metric(a_point(1), a_point(2))).SerializeToString())

    code, output, errors = run(sent)
    assert (code, errors, output.count(b'"asInt"')) == (0, "", 2)
    assert "2 data points are left out: zipkin has no place" in run(sent, "--format=zipkin")[2]
    assert "2 data points are left out: raise" in run(sent, "--max-metric-bytes", "1")[2]


def test_log_records_alone_are_exported(tmp_path: Path) -> None:
    """A file without traces is no empty one."""
    sent = tmp_path / "sent"
    sent.write_bytes(a_logs_request(a_log("one"), a_log("two")).SerializeToString())

    run(sent, "--format", "otlp-records", "-o", tmp_path / "out")

    assert read_documents([tmp_path / "out"]).logs == 2


def test_what_stands_before_the_damage_is_exported(archive: Path, tmp_path: Path) -> None:
    """The exit code tells that it is not all."""
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(archive.read_bytes())[:-12])

    code, output, errors = run(packed)

    assert (code, b"resourceSpans" in output) == (4, True)
    assert "damaged or ends early" in errors


def test_log_records_that_find_no_room_are_told(archive: Path) -> None:
    """Their bound is one of its own."""
    code, output, errors = run("--max-log-bytes", "1", archive)

    assert (code, len(output.splitlines())) == (1, 2)
    assert "1 log records are left out: raise --max-log-bytes" in errors


@pytest.mark.parametrize("form", Format)
def test_a_file_holds_the_same_as_standard_output(
    archive: Path, tmp_path: Path, form: str
) -> None:
    """Byte by byte, and nothing is printed."""
    out = tmp_path / "out"

    code, output, _ = run(archive, "--format", form, "-o", out)

    assert (code, output) == (0, b"")
    assert out.read_bytes() == run(archive, "--format", form)[1]
    assert read_documents([out]).spans == 2


def test_a_file_may_be_written_over_itself(archive: Path) -> None:
    """It is read to its end before it is replaced, and nothing is left beside it."""
    run(archive, "-o", archive)

    assert read_documents([archive]).traces == 2
    assert list(archive.parent.iterdir()) == [archive]


def test_a_file_that_cannot_be_written_is_an_error(archive: Path, tmp_path: Path) -> None:
    """The exit code is that of files."""
    with pytest.raises(ArchiveError, match="cannot write") as failure:
        run(archive, "-o", tmp_path / "no" / "such")

    assert failure.value.exit_code == 4


def test_nothing_is_written_when_nothing_could_be_read(tmp_path: Path) -> None:
    """An empty document would replace a good one."""
    out = tmp_path / "out"

    code, output, errors = run(tmp_path / "missing", "-o", out)

    assert (code, output, out.exists()) == (4, b"", False)
    assert "missing': no such file or directory" in errors


def test_what_found_no_room_shows_in_the_exit_code(archive: Path) -> None:
    """A script does not take a part for the whole."""
    code, output, errors = run("--max-spans", "1", archive)

    assert (code, output.count(b"resourceSpans")) == (1, 1)
    assert "1 traces of 1 spans are left out" in errors


def test_protobuf_is_kept_from_a_terminal(archive: Path) -> None:
    """Bytes would set it to who knows what."""
    context = Context(stdout=Terminal(), stderr=io.StringIO())

    with pytest.raises(UsageError, match="cannot write protobuf to a terminal"):
        export.main(
            ["--format", "otlp-proto", str(archive)], standalone_mode=False, obj=context
        )


def test_the_command_converts_in_a_pipe(archive: Path) -> None:
    """The installed program, as `cat FILE | devtrace export --format jaeger -`."""
    with archive.open("rb") as file:
        finished = subprocess.run(
            [sys.executable, "-m", "devtrace", "export", "--format", "jaeger", "-"],
            stdin=file,
            check=True,
            capture_output=True,
        )

    trace_ids = {trace["traceID"] for trace in json.loads(finished.stdout)["data"]}
    assert trace_ids == {trace_id_of("one"), trace_id_of("two")}
