"""`devtrace ls` lists the traces of files, oldest first, and tells what it leaves out."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from devtrace.cli.context import Context
from devtrace.cli.ls import ls
from devtrace.exporters.archive import ArchiveWriter
from tests.builders import MILLISECOND, SECOND, T0, a_batch, a_span, trace_id_of
from tests.processes import Process

FIELDS = [
    "trace_id",
    "service_name",
    "name",
    "start_time_unix_nano",
    "duration_nano",
    "span_count",
    "error_count",
    "orphan_count",
    "services",
    "kinds",
    "partial",
]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file of two traces, the later one first."""
    path = tmp_path / "traces.jsonl"
    with ArchiveWriter(path) as writer:
        writer.consume(
            a_batch(
                a_span(trace="late", start_ms=5_000, parent="nowhere", name="order.process")
            )
        )
        writer.consume(
            a_batch(
                a_span(
                    "root",
                    trace="early",
                    name="POST",
                    kind=2,
                    duration_ms=240,
                    attributes={"http.request.method": "POST", "http.route": "/checkout"},
                ),
                service="gateway",
            )
        )
        writer.consume(
            a_batch(a_span("b", trace="early", parent="root", start_ms=1, kind=3, status=2))
        )
    return path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Return what `devtrace ls` with *arguments* makes of it: code, stdout, stderr."""
    context = Context(stdout=StringIO(), stderr=StringIO())
    code = ls.main([str(each) for each in arguments], standalone_mode=False, obj=context)
    assert isinstance(context.stdout, StringIO)
    assert isinstance(context.stderr, StringIO)
    return code, context.stdout.getvalue(), context.stderr.getvalue()


def test_json_is_one_object_per_trace_with_every_field(archive: Path) -> None:
    """A script reads a line per trace; the name is the root's own, numbers are integers."""
    code, output, errors = run("--json", archive)

    early, late = (json.loads(line) for line in output.splitlines())
    assert (code, errors) == (0, "")
    assert list(early) == list(late) == FIELDS
    assert early == {
        "trace_id": trace_id_of("early"),
        "service_name": "gateway",
        "name": "POST",
        "start_time_unix_nano": T0,
        "duration_nano": 240 * MILLISECOND,
        "span_count": 2,
        "error_count": 1,
        "orphan_count": 0,
        "services": ["gateway", "shop"],
        "kinds": {"SERVER": 1, "CLIENT": 1},
        "partial": False,
    }
    assert late["start_time_unix_nano"] == T0 + 5 * SECOND
    assert (late["name"], late["orphan_count"]) == ("order.process", 1)


def test_text_stands_in_columns(archive: Path) -> None:
    """A person reads what a trace is by its title, in order of start."""
    code, output, _ = run(archive)

    header, early, late = output.splitlines()
    assert code == 0
    assert header.split() == ["started", "duration", "spans", "trace", "id", "service", "trace"]
    assert early.index("gateway") == late.index("shop") == header.index("service")
    assert early.index("POST /checkout") == late.index("order.process")
    assert "240ms" in early
    assert f"✘ {trace_id_of('early')[:8]}" in early
    assert late.endswith("order.process  ◌1")


def test_ids_are_as_long_as_they_must_be(tmp_path: Path) -> None:
    """Ids that begin alike are shown until they differ."""
    path = tmp_path / "traces.jsonl"
    with ArchiveWriter(path) as writer:
        for last in (1, 2):
            writer.consume(
                a_batch(a_span(trace_id=bytes(11) + b"\x01\x00\x00\x00" + bytes((last,))))
            )

    _, output, _ = run(path)

    assert "00000000000000000000000100000001" in output
    assert "00000000000000000000000100000002" in output


def test_columns_hold_whatever_a_service_is_called(tmp_path: Path) -> None:
    """Wide characters keep their place, and escape sequences stay text."""
    path = tmp_path / "traces.jsonl"
    with ArchiveWriter(path) as writer:
        writer.consume(a_batch(a_span(trace="a", name="one"), service="決済"))
        writer.consume(
            a_batch(a_span(trace="b", name="two", start_ms=1), service="\x1b[31mpay")
        )

    _, output, _ = run(path)

    _, wide, hostile = output.splitlines()
    assert "\x1b" not in output
    assert wide.index("one") + len("決済") == hostile.index("two")


def test_one_trace_over_several_files_is_one_line(archive: Path, tmp_path: Path) -> None:
    """Spans belong together by trace id, and copies add nothing."""
    other = tmp_path / "other.jsonl"
    with ArchiveWriter(other) as writer:
        writer.consume(a_batch(a_span("c", trace="early", parent="root")))

    _, output, _ = run("--json", archive, other, archive)

    counts = {json.loads(line)["trace_id"]: json.loads(line) for line in output.splitlines()}
    assert len(counts) == 2
    assert counts[trace_id_of("early")]["span_count"] == 3


@pytest.mark.parametrize("bound", [("--max-spans", "5"), ("--max-bytes", "20kB")])
def test_what_does_not_fit_is_said(tmp_path: Path, bound: tuple[str, str]) -> None:
    """Nothing is left out silently."""
    path = tmp_path / "many.jsonl"
    with ArchiveWriter(path) as writer:
        for index in range(40):
            writer.consume(a_batch(a_span(trace=str(index))))

    _, output, errors = run("--json", *bound, path)

    left_out = 40 - len(output.splitlines())
    assert 0 < left_out < 40
    assert f"warning: {left_out} traces of {left_out} spans are left out" in errors
    assert "raise --max-bytes or --max-spans" in errors


def test_a_trace_cut_short_is_partial(archive: Path) -> None:
    """A trace of which spans were left out says so itself."""
    _, output, errors = run("--json", "--max-spans", "3", archive)

    partial = [json.loads(line)["partial"] for line in output.splitlines()]
    assert partial == [True, False]
    assert "1 spans of over-long traces are left out" in errors
    assert "✂" in run("--max-spans", "3", archive)[1]


def test_defects_are_told_beside_the_list(archive: Path) -> None:
    """The list is data; broken lines and refused spans are remarks on stderr."""
    with archive.open("ab") as file:
        file.write(b'{broken\n{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}\n')

    code, output, errors = run("--json", archive)

    assert code == 0
    assert len(output.splitlines()) == 2
    assert f"devtrace: warning: {archive}:4: cannot read the line as JSON" in errors
    assert (
        "devtrace: warning: 1 spans or data points are refused; devtrace stats says why"
        in errors
    )


def test_a_file_that_cannot_be_read_exits_with_4(archive: Path) -> None:
    """The other files are listed all the same."""
    code, output, errors = run("--json", "/nonexistent", archive)

    assert code == 4
    assert len(output.splitlines()) == 2
    assert errors.startswith("devtrace: error: cannot read '/nonexistent'")


def test_nothing_to_list_prints_nothing(tmp_path: Path) -> None:
    """No header stands over an empty list."""
    path = tmp_path / "empty.jsonl"
    path.touch()

    assert run(path) == (0, "", "")


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path: Path) -> None:
    """`devtrace ls FILE | head -1` ends without a traceback."""
    path = tmp_path / "many.jsonl"
    with ArchiveWriter(path) as writer:
        for index in range(2_000):
            writer.consume(a_batch(a_span(trace=str(index))))

    with Process(
        [sys.executable, "-m", "devtrace", "ls", "--json", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first: Any = json.loads(process.stdout.readline())
        process.stdout.close()
        errors = process.stderr.read()

    assert list(first) == FIELDS
    assert errors == b""
