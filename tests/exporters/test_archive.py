"""An archive holds everything that was acknowledged, and never takes a receiver down."""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devtrace.errors import ArchiveError
from devtrace.exporters.archive import ArchiveWriter, write_archive
from devtrace.formats import read_documents
from devtrace.model.consumer import SpanBatch
from devtrace.store.ring import TraceStore
from tests.builders import (
    a_batch,
    a_log,
    a_log_batch,
    a_metric,
    a_metric_batch,
    a_point,
    a_span,
    a_trace,
    trace_id_of,
)
from tests.processes import Process


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return where a test may write."""
    return tmp_path / "traces.jsonl"


@contextmanager
def no_file_beyond(byte_count: int) -> Iterator[None]:
    """Let the system refuse to write past *byte_count*, as a full disk does midway."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (byte_count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def lines_of(path: Path) -> list[Any]:
    """Return the documents of an archive."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_batch_is_on_disk_when_consume_returns(archive: Path) -> None:
    """What is acknowledged after that is in the file without a flush or a close."""
    writer = ArchiveWriter(archive)

    writer.consume(a_batch(a_span("a"), a_span("b", parent="a")))

    assert read_documents([archive]).spans == 2
    assert writer.written_spans == 2
    writer.close()


def test_log_records_are_lines_of_the_same_file(archive: Path) -> None:
    """As the Collector writes them when its exporter gets more than one signal."""
    with ArchiveWriter(archive) as writer:
        writer.consume(a_batch(a_span()))
        writer.consume_logs(a_log_batch(a_log("1"), a_log("2")))

    counts = read_documents([archive])
    assert (counts.spans, counts.logs, counts.broken_lines) == (1, 2, [])
    assert [list(line) for line in lines_of(archive)] == [["resourceSpans"], ["resourceLogs"]]
    assert (writer.written_spans, writer.written_logs) == (1, 2)


def test_metrics_are_lines_of_the_same_file(archive: Path) -> None:
    """With all of their points, and one batch a line."""
    points = [a_point(number, at_ms=number) for number in range(3)]
    with ArchiveWriter(archive) as writer:
        writer.consume(a_batch(a_span()))
        writer.consume_metrics(a_metric_batch(a_metric(*points), a_metric(a_point(), name="n")))

    counts = read_documents([archive])
    assert (counts.spans, counts.metrics, counts.broken_lines) == (1, 4, [])
    assert [list(line) for line in lines_of(archive)] == [
        ["resourceSpans"],
        ["resourceMetrics"],
    ]
    assert writer.written_points == 4
    writer.consume_metrics(a_metric_batch(a_metric(a_point())))
    assert (writer.written_points, writer.failed_batches) == (4, 1)


def test_log_records_after_the_end_are_counted_as_failed(archive: Path) -> None:
    """As spans are."""
    writer = ArchiveWriter(archive)
    writer.close()

    writer.consume_logs(a_log_batch(a_log()))

    assert (writer.written_logs, writer.failed_batches) == (0, 1)
    assert writer.error


def test_every_batch_is_a_line(archive: Path) -> None:
    """Lines are what a file exporter writes; a batch of several services stays one."""
    with ArchiveWriter(archive) as writer:
        writer.consume(a_batch(a_span("a")))
        writer.consume(a_batch(a_span("b"), service="other"))
        writer.consume(SpanBatch((), 0))

    assert len(lines_of(archive)) == 2


def test_what_a_file_holds_stays(archive: Path) -> None:
    """A second run adds to the first, also when that one ended within a line."""
    archive.write_bytes(b'{"resourceSpans":[]}')

    with ArchiveWriter(archive) as writer:
        writer.consume(a_batch(a_span()))

    assert lines_of(archive)[0] == {"resourceSpans": []}
    assert read_documents([archive]).spans == 1


@pytest.mark.parametrize("held", [b"", b"\n", b"\xef\xbb\xbf{}\n"])
def test_no_blank_line_is_added_where_none_is_needed(archive: Path, held: bytes) -> None:
    """A file that ends with its line feed, or is empty, simply grows."""
    archive.write_bytes(held)

    with ArchiveWriter(archive) as writer:
        writer.consume(a_batch(a_span()))

    added = archive.read_bytes().removeprefix(held)
    assert added.startswith(b"{")


def test_a_file_of_another_kind_is_left_alone(archive: Path) -> None:
    """A slip of the keyboard does not append spans to a database."""
    archive.write_bytes(b"SQLite format 3\0")

    with pytest.raises(ArchiveError, match="it holds no lines of JSON") as refusal:
        ArchiveWriter(archive)

    assert refusal.value.hint == "name another file"
    assert archive.read_bytes() == b"SQLite format 3\0"


@pytest.mark.parametrize("name", ["missing/traces.jsonl", "."])
def test_a_file_that_cannot_be_opened_is_an_error_at_the_start(
    tmp_path: Path, name: str
) -> None:
    """The user hears of it before the first span is lost."""
    with pytest.raises(ArchiveError, match=r"cannot write '.*': (no such|is a)") as failure:
        ArchiveWriter(tmp_path / name)

    assert failure.value.exit_code == 4
    assert failure.value.hint.startswith("name a file in a folder")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_is_counted_and_remembered() -> None:
    """The sender of the batch is not to blame and hears nothing; the counter tells."""
    with ArchiveWriter(Path("/dev/full")) as writer:
        writer.consume(a_batch(a_span()))

    assert (writer.failed_batches, writer.written_spans) == (1, 0)
    assert writer.error == "no space left on device"


def test_a_line_that_was_cut_off_does_not_take_the_next_with_it(archive: Path) -> None:
    """After the disk filled up within a line, the next line is one of its own again."""
    with ArchiveWriter(archive) as writer:
        with no_file_beyond(100):
            writer.consume(a_batch(a_span("cut off")))
            writer.consume(a_batch(a_span("refused")))
        writer.consume(a_batch(a_span("kept")))

    counts = read_documents([archive])

    assert counts.spans == writer.written_spans == 1
    assert [broken.line for broken in counts.broken_lines] == [1]
    assert (writer.failed_batches, writer.error) == (2, "file too large")


def test_a_closed_archive_counts_what_it_misses(archive: Path) -> None:
    """A batch that comes after the end is no crash."""
    writer = ArchiveWriter(archive)
    writer.close()
    writer.close()

    writer.consume(a_batch(a_span()))

    assert writer.failed_batches == 1
    assert writer.error


def test_an_archive_can_be_a_pipe(tmp_path: Path) -> None:
    """What is written to a pipe is read at its other end, and its reader may leave."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with ArchiveWriter(pipe) as writer:
        writer.consume(a_batch(a_span()))
        received = os.read(reader, 65_536)
        os.close(reader)
        writer.consume(a_batch(a_span()))

    assert json.loads(received)
    assert writer.failed_batches == 1
    assert writer.error == "broken pipe"


def test_a_killed_process_leaves_every_acknowledged_span(archive: Path) -> None:
    """Nothing waits in a buffer: what was said to be written is there after SIGKILL."""
    script = (
        "import sys; from pathlib import Path\n"
        "from devtrace.exporters.archive import ArchiveWriter\n"
        "from tests.builders import a_batch, a_span\n"
        "writer = ArchiveWriter(Path(sys.argv[1]))\n"
        "for index in range(5):\n"
        "    writer.consume(a_batch(a_span(str(index))))\n"
        "    print(index, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with Process(
        [sys.executable, "-c", script, str(archive)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(5)]
        process.send_signal(signal.SIGKILL)

    assert len(acknowledged) == read_documents([archive]).spans == 5


def test_traces_are_written_one_a_line(archive: Path) -> None:
    """A saved trace is one line, whatever services it went through."""
    write_archive(
        archive,
        [
            a_trace(("gateway", a_span("a")), ("orders", a_span("b", parent="a"))),
            a_trace(a_span("c", trace="other")),
        ],
    )

    first, second = lines_of(archive)
    assert len(first["resourceSpans"]) == 2
    (span,) = second["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert span["traceId"] == trace_id_of("other")


def test_a_failed_write_leaves_what_was_there(archive: Path) -> None:
    """A reader finds the old file or the new one, never half of one."""
    archive.write_text("old")

    def traces() -> Any:
        yield a_trace(a_span())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_archive(archive, traces())

    assert archive.read_text() == "old"
    assert list(archive.parent.iterdir()) == [archive]


def test_a_new_archive_can_be_read_by_whom_the_umask_lets(archive: Path) -> None:
    """Writing by way of another file does not make the archive private."""
    archive.with_name("plain").touch()

    write_archive(archive, [])

    assert stat.S_IMODE(archive.stat().st_mode) == stat.S_IMODE(
        archive.with_name("plain").stat().st_mode
    )


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """The error says which file could not be written."""
    with pytest.raises(ArchiveError, match=r"cannot write '.*/no/x.jsonl': no such file"):
        write_archive(tmp_path / "no" / "x.jsonl", [])


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("pqr"), st.text(max_size=3)),
        min_size=1,
        max_size=6,
    )
)
def test_reading_and_writing_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[str, str, str]]
) -> None:
    """An archive of what an archive holds holds the same, to the byte."""
    folder = tmp_path_factory.mktemp("again")
    first, second = folder / "first", folder / "second"
    with ArchiveWriter(first) as writer:
        for index, (trace, service, name) in enumerate(spans):
            span = a_span(str(index), trace=trace, name=name, attributes={"n": index})
            writer.consume(a_batch(span, service=service))

    def stored(path: Path) -> list[Any]:
        store = TraceStore()
        read_documents([path], consumer=store)
        traces = [store.trace(trace_id) for trace_id in store.changes_since(0).updated]
        if path == first:
            write_archive(second, [trace for trace in traces if trace])
        return sorted(
            (trace.trace_id, span.payload, span.scope.payload, span.resource.payload)
            for trace in traces
            if trace
            for span in trace.spans
        )

    assert stored(first) == stored(second)


def test_a_device_is_written_to_as_it_is() -> None:
    """No file takes the place of what is no file."""
    write_archive(Path(os.devnull), [a_trace(a_span())])

    assert Path(os.devnull).is_char_device()
