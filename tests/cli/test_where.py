"""`--where` leaves the traces that match, for every command that has it."""

import io
import json
from pathlib import Path

import click
import pytest

from devtrace.cli.context import Context
from devtrace.cli.export import export
from devtrace.cli.ls import ls
from devtrace.cli.show import show
from devtrace.exporters.archive import write_archive
from devtrace.query import QueryError
from tests.builders import a_span, a_trace, trace_id_of


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file of two traces, of which one fails."""
    path = tmp_path / "traces.jsonl"
    traces = [a_trace(a_span(trace="bad", status=2)), a_trace(a_span(trace="good"))]
    write_archive(path, traces)
    return path


def run(command: click.Command, *arguments: str | Path) -> str:
    """Return what *command* with *arguments* writes."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    context = Context(stdout=out, stderr=io.StringIO())
    words = [str(each) for each in arguments]
    assert command.main(words, standalone_mode=False, obj=context) == 0
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return out.buffer.getvalue().decode()


def test_ls_lists_those_that_match(archive: Path) -> None:
    """The others are as if they were not there."""
    (found,) = run(ls, "--json", "--where", "status=error", archive).splitlines()

    assert json.loads(found)["trace_id"] == trace_id_of("bad")
    assert run(ls, "--where", "nowhere", archive) == ""
    assert len(run(ls, "--json", archive).splitlines()) == 2


def test_export_writes_those_that_match(archive: Path) -> None:
    """Whole traces, in any format."""
    written = run(export, "--where", "!{status=error}", archive)

    assert trace_id_of("good") in written
    assert trace_id_of("bad") not in written


def test_show_prints_those_that_match(archive: Path) -> None:
    """A failing trace is found and read in one go."""
    written = run(show, "--where", "status=error", archive)

    assert trace_id_of("bad") in written
    assert trace_id_of("good") not in written


@pytest.mark.parametrize("command", [ls, show, export])
def test_a_query_that_does_not_parse_is_refused_before_a_file_is_read(
    command: click.Command,
) -> None:
    """The mistake is told at once."""
    with pytest.raises(QueryError, match="cannot parse query"):
        run(command, "--where", "status=eror", "no/such/file")
