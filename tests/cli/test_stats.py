"""`devtrace stats` counts files, on stdout as data and on stderr what cannot be read."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from devtrace.cli.context import Context
from devtrace.cli.stats import stats
from devtrace.otlp.decode import WireScope
from devtrace.otlp.encode import traces_json_line
from tests.builders import a_span

FIELDS = [
    "files",
    "traces",
    "spans",
    "logs",
    "metrics",
    "refused",
    "broken_lines",
    "diagnostics",
    "duplicates",
]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file with a span twice, a broken line, a refused span and logs."""
    path = tmp_path / "traces.jsonl"
    line = traces_json_line([(WireScope(b"", b"", b"", b""), [a_span().SerializeToString()])])
    refused = b'{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}\n'
    logs = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}\n'
    path.write_bytes(line + b"{broken\n" + line + refused + logs)
    return path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Return what `devtrace stats` with *arguments* makes of it: code, stdout, stderr."""
    context = Context(stdout=StringIO(), stderr=StringIO())
    code = stats.main([str(each) for each in arguments], standalone_mode=False, obj=context)
    assert isinstance(context.stdout, StringIO)
    assert isinstance(context.stderr, StringIO)
    return code, context.stdout.getvalue(), context.stderr.getvalue()


def test_json_is_one_object_with_every_field(archive: Path) -> None:
    """A script finds all counts in one line, whether they are zero or not."""
    code, output, errors = run("--json", archive)

    counts: dict[str, Any] = json.loads(output)
    assert list(counts) == FIELDS
    assert (code, errors, output.count("\n")) == (0, "", 1)
    assert counts == counts | {
        "files": 1,
        "traces": 1,
        "spans": 1,
        "logs": 1,
        "metrics": 0,
        "duplicates": 1,
        "refused": {"trace_id is missing": 1},
    }
    (broken,) = counts["broken_lines"]
    assert broken.pop("message").startswith("cannot read the line as JSON")
    assert broken == {"file": str(archive), "line": 2}


def test_text_says_the_same_to_a_person(archive: Path) -> None:
    """Totals stand in columns, with the reasons under the totals they explain."""
    code, output, _ = run(archive)

    assert code == 0
    assert output == (
        "files                     1\n"
        "traces                    1\n"
        "spans                     1\n"
        "duplicates                1  exact copies of spans\n"
        "logs                      1  records\n"
        "metrics                   0\n"
        "refused                   1  spans, data points\n"
        "    1 × trace_id is missing [invalid-ids]\n"
        "diagnostics               3  odd, or taken as meant\n"
        "    3 × service.name is missing or empty [unknown-service]\n"
        "broken lines              1  passed over\n"
        f"    {archive}:2: cannot read the line as JSON: expecting property name enclosed in "
        "double quotes at byte 1\n"
    )


def test_a_file_that_cannot_be_read_does_not_hide_the_others(
    archive: Path, tmp_path: Path
) -> None:
    """The rest is counted, the file is named on stderr, and the exit code tells."""
    code, output, errors = run("--json", tmp_path / "missing", archive)

    assert code == 4
    assert json.loads(output)["files"] == 1
    assert errors == (
        f"devtrace: error: cannot read '{tmp_path / 'missing'}': no such file or directory\n"
        f"  try: look what is there: ls {tmp_path}\n"
    )


def test_broken_lines_alone_are_counted_and_are_an_error(tmp_path: Path) -> None:
    """The counts are there for a script, and the exit code does not say that all is well."""
    path = tmp_path / "broken.jsonl"
    path.write_text("{broken\n")

    code, output, errors = run("--json", path)

    assert (code, len(json.loads(output)["broken_lines"])) == (4, 1)
    assert "none of its lines can be read; line 1: " in errors


def test_nothing_readable_prints_no_counts(tmp_path: Path) -> None:
    """Zeros would look like an answer."""
    zipkin = tmp_path / "zipkin.json"
    zipkin.write_text('[{"traceId":"1","id":"2","binaryAnnotations":[]}]')

    code, output, errors = run("--json", zipkin)

    assert (code, output) == (4, "")
    assert "it holds Zipkin v1 JSON" in errors
    assert "\n  try: " in errors


def test_hostile_text_in_a_file_is_shown_and_not_run(tmp_path: Path) -> None:
    """Escape sequences in a name or a message do not reach the terminal."""
    path = tmp_path / "\x1b[2J"
    path.write_text('{"resourceSpans":[{"scopeSpans":"\\u001b[31m"}]}\n')

    _, output, _ = run(path)

    assert "\x1b" not in output
    assert "␛[2J:1:" in output


def test_at_least_one_file_is_named() -> None:
    """Counting nothing is a slip, not a request."""
    result = CliRunner().invoke(stats, [], obj=Context(stdout=StringIO(), stderr=StringIO()))

    assert result.exit_code == 2
    assert "FILE..." in result.output


def test_the_command_reads_standard_input(archive: Path) -> None:
    """The installed program, in a pipe, as `cat FILE | devtrace stats --json -`."""
    with archive.open("rb") as file:
        finished = subprocess.run(
            [sys.executable, "-m", "devtrace", "stats", "--json", "-"],
            stdin=file,
            check=True,
            capture_output=True,
        )

    counts = json.loads(finished.stdout)
    assert (counts["spans"], finished.stderr) == (1, b"")
    assert counts["broken_lines"][0]["file"] == "standard input"


def test_the_command_exits_with_4() -> None:
    """The exit code reaches the shell."""
    finished = subprocess.run(
        [sys.executable, "-m", "devtrace", "stats", "/nonexistent"],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (finished.returncode, finished.stdout) == (4, "")
    assert finished.stderr == (
        "devtrace: error: cannot read '/nonexistent': no such file or directory\n"
        "  try: look what is there: ls /\n"
    )
