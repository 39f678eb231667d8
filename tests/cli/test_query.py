"""`devtrace query` prints the spans that match, and its exit code says whether any did."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from devtrace.cli import run as run_devtrace
from devtrace.cli.context import Context
from devtrace.cli.query import query
from devtrace.errors import UsageError
from devtrace.exporters.archive import write_archive
from tests.builders import a_span, a_trace, span_id_of, trace_id_of

FIELDS = ["trace_id", "span_id", "service_name", "name", "kind", "status", "duration_nano"]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file of two traces, of which one fails."""
    path = tmp_path / "traces.jsonl"
    failing = a_trace(
        ("gateway", a_span("root", trace="bad", kind=2, status=2, duration_ms=171)),
        ("payments", a_span("charge", trace="bad", parent="root", status=2, start_ms=1)),
    )
    write_archive(path, [failing, a_trace(a_span(trace="good", start_ms=1000))])
    return path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Return what `devtrace query` with *arguments* makes of it: code, stdout, stderr."""
    context = Context(stdout=StringIO(), stderr=StringIO())
    code = query.main([str(each) for each in arguments], standalone_mode=False, obj=context)
    assert isinstance(context.stdout, StringIO)
    assert isinstance(context.stderr, StringIO)
    return code, context.stdout.getvalue(), context.stderr.getvalue()


def test_a_line_for_each_span_that_matches(archive: Path) -> None:
    """A person sees when, how, how long, which, what kind, who and what."""
    code, output, errors = run("status=error", archive)

    first, second = output.splitlines()
    assert (code, errors) == (0, "")
    assert first.split()[1:] == [
        "✘",
        "171ms",
        trace_id_of("bad"),
        span_id_of("root"),
        "server",
        "gateway",
        "root",
    ]
    assert second.split()[-2:] == ["payments", "charge"]


def test_json_is_one_object_per_span_with_every_field(archive: Path) -> None:
    """A script reads a line per span, and integers as integers."""
    code, output, _ = run("--json", "service=gateway", archive)

    (found,) = map(json.loads, output.splitlines())
    assert code == 0
    assert list(found) == FIELDS
    assert found == {
        "trace_id": trace_id_of("bad"),
        "span_id": span_id_of("root"),
        "service_name": "gateway",
        "name": "root",
        "kind": "SERVER",
        "status": "ERROR",
        "duration_nano": 171_000_000,
    }


def test_traces_are_listed_as_by_ls(archive: Path) -> None:
    """The same objects and the same table, of the traces that match."""
    code, output, _ = run("--traces", "--json", "status=error", archive)
    _, table, _ = run("--traces", "status=error", archive)

    (found,) = map(json.loads, output.splitlines())
    assert (code, found["trace_id"], found["span_count"]) == (0, trace_id_of("bad"), 2)
    assert table.splitlines()[0].startswith("started")
    assert len(table.splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "output", "expected"),
    [
        (["status=error"], "2\n", 0),
        (["--traces", "status=error"], "1\n", 0),
        (["--json", "{}"], "3\n", 0),
        (["status=ok"], "0\n", 1),
    ],
)
def test_count_is_the_number_alone(
    archive: Path, arguments: list[str], output: str, expected: int
) -> None:
    """Nothing found is 0 on stdout and 1 as exit code."""
    assert run("--count", *arguments, archive) == (expected, output, "")


def test_nothing_matched_is_exit_code_one(archive: Path) -> None:
    """A test in a shell needs no output."""
    assert run("nowhere", archive) == (1, "", "")


def test_a_query_that_does_not_parse_says_where(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caret stands below what is wrong, and the nearest right word is named."""
    code = run_devtrace(["query", "statuss=error", str(archive)])

    assert code == 2
    assert capsys.readouterr().err == (
        "devtrace: error: cannot parse query: there is no field 'statuss'; "
        "did you mean 'status'?\n"
        "  statuss=error\n"
        "  ^^^^^^^\n"
        "  try: write .statuss if it is an attribute\n"
    )


def test_without_a_file_it_says_what_to_name() -> None:
    """There is nothing else to search yet."""
    with pytest.raises(UsageError, match="no FILE is named"):
        run("status=error")


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_searched(
    archive: Path, tmp_path: Path
) -> None:
    """What could be found is printed all the same."""
    code, output, errors = run("status=error", tmp_path / "missing.jsonl", archive)

    assert code == 4
    assert len(output.splitlines()) == 2
    assert "missing.jsonl" in errors


def test_standard_input_is_a_dash(archive: Path) -> None:
    """It stands at the end of a pipe."""
    result = subprocess.run(
        [sys.executable, "-m", "devtrace", "query", "--count", "status=error", "-"],
        input=archive.read_bytes(),
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (result.returncode, result.stdout) == (0, b"2\n")
