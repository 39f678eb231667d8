"""`devtrace show` prints traces in full, in the form that was asked for."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from devtrace.cli.context import Context
from devtrace.cli.show import show
from devtrace.errors import UsageError
from devtrace.exporters.archive import ArchiveWriter, write_archive
from tests.builders import a_log, a_log_batch, a_span, a_trace, an_event, trace_id_of


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return a file of two traces."""
    path = tmp_path / "traces.jsonl"
    write_archive(
        path,
        [
            a_trace(a_span(trace="late", start_ms=50, name="late root")),
            a_trace(
                a_span(trace="early", name="GET /", attributes={"k": [1, b"\x00"]}),
                a_span("b", trace="early", parent="root", events=[an_event("retry")]),
            ),
        ],
    )
    return path


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Return what `devtrace show` with *arguments* makes of it: code, stdout, stderr."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    context = Context(stdout=out, stderr=err)
    code = show.main([str(each) for each in arguments], standalone_mode=False, obj=context)
    out.flush()
    assert isinstance(out.buffer, io.BytesIO)
    return code, out.buffer.getvalue().decode(), err.getvalue()


def test_every_trace_is_a_tree_unless_one_is_named(archive: Path) -> None:
    """In the order in which they began, with a blank line between."""
    code, output, errors = run(archive)

    early, late = output.split("\n\n")
    assert (code, errors) == (0, "")
    assert early.splitlines()[0].startswith(f"trace {trace_id_of('early')}  10ms  1 service")
    assert early.splitlines()[1].split() == ["shop", "GET", "/", "10ms"]
    assert "late root" in late


def test_the_beginning_of_an_id_selects(archive: Path) -> None:
    """It may stand before or after the file."""
    prefix = trace_id_of("late")[:6].upper()

    assert run(prefix, archive) == run(archive, prefix)
    assert "late root" in run(prefix, archive)[1]
    assert "GET /" not in run(prefix, archive)[1]


def test_an_id_that_is_not_there_is_an_error(archive: Path) -> None:
    """Nothing is printed instead."""
    with pytest.raises(UsageError, match="cannot find trace 'ffffffff'"):
        run("ffffffff", archive)


def test_json_is_a_decoded_object_per_line(archive: Path) -> None:
    """Spans stand in tree order with everything they have."""
    _, output, _ = run("--format", "json", archive)

    early, late = map(json.loads, output.splitlines())
    root, child = early["spans"]
    assert (early["trace_id"], late["span_count"]) == (trace_id_of("early"), 1)
    assert (root["name"], root["depth"], root["attributes"]) == ("GET /", 0, {"k": [1, "AA=="]})
    assert (child["parent_span_id"], child["depth"]) == (root["span_id"], 1)
    assert child["events"][0]["name"] == "retry"
    assert root["kind"] == "INTERNAL"
    assert root["resource"] == {"service.name": "shop"}


@pytest.mark.parametrize("form", ["otlp", "jaeger", "zipkin"])
def test_documents_can_be_read_again(archive: Path, form: str, tmp_path: Path) -> None:
    """What is printed of one trace holds that trace and no other."""
    again = tmp_path / "again"
    again.write_text(run("--format", form, trace_id_of("early"), archive)[1])

    assert run("--format", "json", again)[1].count(trace_id_of("early")) == 1
    assert trace_id_of("late") not in again.read_text()


@pytest.fixture
def with_logs(archive: Path) -> Path:
    """Return the same file with two log records of the early trace and one of no trace."""
    batch = a_log_batch(
        a_log("rejected", trace="early", at_ms=3, severity=17),
        a_log({"k": [1]}, trace="early", at_ms=-2, span=None),
        a_log("elsewhere", trace=None),
    )
    with ArchiveWriter(archive) as writer:
        writer.consume_logs(batch)
    return archive


def test_log_records_stand_below_their_tree(with_logs: Path) -> None:
    """In order of time, counted from the beginning of the trace."""
    early, late = run(with_logs)[1].split("\n\n")

    assert [line.split() for line in early.splitlines()[-2:]] == [
        ["-2ms", "INFO", "shop", '{"k":', "[1]}"],
        ["+3ms", "ERROR", "shop", "rejected"],
    ]
    assert "elsewhere" not in early + late


def test_log_records_are_part_of_the_documents_of_their_trace(with_logs: Path) -> None:
    """Decoded as JSON, as they were as OTLP, and told where they have no place."""
    trace_id = trace_id_of("early")

    document = json.loads(run("--format", "json", trace_id, with_logs)[1])
    lines = run("--format", "otlp", trace_id, with_logs)[1].splitlines()
    _, _, errors = run("--format", "jaeger", trace_id, with_logs)

    assert [log["body"] for log in document["logs"]] == [{"k": [1]}, "rejected"]
    assert document["logs"][1]["severity_number"] == 17
    assert len(lines) == 2
    assert "2 log records are left out: jaeger has no place" in errors


def test_what_is_left_out_is_said(archive: Path) -> None:
    """A bound that is too small is no silent loss."""
    _, output, errors = run("--max-spans", "1", archive)

    assert output.count("trace ") == 1
    assert "are left out: raise --max-bytes or --max-spans" in errors


def test_the_command_exits_with_2_for_an_unknown_id(archive: Path) -> None:
    """The exit code reaches the shell, with what to do."""
    finished = subprocess.run(
        [sys.executable, "-m", "devtrace", "show", "ffff", str(archive)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert (finished.returncode, finished.stdout) == (2, "")
    assert "devtrace: error: cannot find trace 'ffff': no trace id begins so" in finished.stderr
    assert "\n  try: " in finished.stderr


@pytest.fixture
def request_archive(tmp_path: Path) -> Path:
    """Return a file of two traces of requests, with a token."""
    path = tmp_path / "requests.jsonl"
    attributes = {"http.request.method": "GET", "url.full": "http://shop.test/?token=t0ps3cret"}
    write_archive(
        path,
        [
            a_trace(
                a_span(trace=name, kind=2, name="GET", start_ms=at, attributes=attributes),
                a_span("call", trace=name, parent="root", kind=3, attributes=attributes),
            )
            for name, at in (("one", 0), ("two", 10))
        ],
    )
    return path


@pytest.mark.parametrize(
    ("form", "begins", "count"),
    [("markdown", "## `GET", 2), ("mermaid", "sequenceDiagram", 2), ("curl", "curl --url", 2)],
)
def test_a_trace_can_be_pasted_elsewhere(
    request_archive: Path, form: str, begins: str, count: int
) -> None:
    """One text for each trace, or a line for each request a server took; secrets stay."""
    code, output, errors = run("--format", form, request_archive)

    lines = output.splitlines()
    assert (code, errors) == (0, "")
    assert sum(line.startswith(begins) for line in lines) == count
    assert "t0ps3cret" not in output
