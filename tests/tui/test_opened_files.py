"""Files come into the store in parts, from a thread that the event loop never waits for."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path

from devtrace.exporters.archive import write_archive
from devtrace.model.consumer import LogBatch, MetricBatch, SpanBatch
from devtrace.store.ring import TraceStore
from devtrace.tui.opened_files import (
    MAX_BATCHES_WAITING,
    MAX_SPANS_AT_ONCE,
    FileReader,
    OpenedFiles,
    in_parts,
)
from tests.builders import (
    a_batch,
    a_log,
    a_logs_request,
    a_metric,
    a_metrics_request,
    a_point,
    a_span,
    a_trace,
    trace_id_of,
)

DEADLINE_SECONDS = 20


class Recorder:
    """A consumer that keeps the size of every batch."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.log_sizes: list[int] = []
        self.point_sizes: list[int] = []
        self.received: set[int] = set()

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Note *batch*."""
        self.point_sizes.append(sum(len(part.points) for part in batch.slices))

    def consume_logs(self, batch: LogBatch) -> None:
        """Note *batch*."""
        self.log_sizes.append(len(batch.records))

    def consume(self, batch: SpanBatch) -> None:
        """Note *batch*."""
        self.sizes.append(sum(len(part.payloads) for part in batch.slices))
        self.received.add(batch.received_unix_nano)


async def until(condition: Callable[[], object]) -> None:
    """Wait until *condition* holds."""
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110  # what is waited for tells nobody
            await asyncio.sleep(0.01)


def a_reader(recorder: Recorder) -> FileReader:
    """Return a reader that hands everything to *recorder*."""
    return FileReader(recorder, recorder, recorder)


def an_archive(path: Path, *traces: str) -> Path:
    """Return a file with a trace for each of *traces*."""
    write_archive(path, [a_trace(a_span(trace=name)) for name in traces])
    return path


async def test_files_are_read_and_their_end_is_told(tmp_path: Path) -> None:
    """Traces are in the store when `on_done` is called, with no time of arrival."""
    store, done = TraceStore(), list[OpenedFiles]()
    reader = FileReader(store, Recorder(), Recorder())
    reader.on_done = done.append

    files = reader.open([an_archive(tmp_path / "a", "one"), an_archive(tmp_path / "b", "two")])
    assert files.state.startswith("reading")
    await until(lambda: done)

    assert done == reader.opened == [files]
    assert len(store) == 2
    assert (files.counts.spans, files.is_done, files.state) == (2, True, "2 files")
    totals = store.totals(trace_id_of("one"))
    assert totals
    assert totals.last_received_unix_nano == 0


async def test_other_signals_are_handed_over_in_parts(tmp_path: Path) -> None:
    """As many as there are, and never too many at once."""
    logs, metrics = tmp_path / "logs", tmp_path / "metrics"
    count = 2 * MAX_SPANS_AT_ONCE + 7
    logs.write_bytes(a_logs_request(*(a_log() for _ in range(count))).SerializeToString())
    points = [a_point(number) for number in range(count)]
    request = a_metrics_request(a_metric(*points), a_metric(*points[:993], name="other"))
    metrics.write_bytes(request.SerializeToString())
    recorder = Recorder()

    files = a_reader(recorder).open([logs, metrics])
    await until(lambda: files.is_done)

    assert recorder.log_sizes == [MAX_SPANS_AT_ONCE, MAX_SPANS_AT_ONCE, 7]
    assert recorder.point_sizes == [MAX_SPANS_AT_ONCE] * 3
    assert (files.counts.logs, files.counts.metrics) == (count, count + 993)


async def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    """The state says so until something of it was read."""
    recorder = Recorder()
    reader = a_reader(recorder)

    files = reader.open([tmp_path / "later"], follows=True)
    assert files.state == "waiting for later"
    an_archive(tmp_path / "later", "one")
    await until(lambda: recorder.sizes)

    assert files.state == "following later"
    reader.stop()


async def test_what_is_wrong_is_kept(tmp_path: Path) -> None:
    """A file that is missing does not keep the other from being read."""
    path = an_archive(tmp_path / "a", "one")
    with path.open("a") as file:
        file.write("{oops\n{oops\n")
    reader = a_reader(Recorder())

    files = reader.open([tmp_path / "missing", path])
    await until(lambda: files.is_done)

    assert files.problems == "1 unreadable file, 2 broken lines"
    assert "no such file" in str(files.errors[0])


async def test_a_file_is_followed_with_times_of_arrival(tmp_path: Path) -> None:
    """What is written now arrives now, so that it counts as still arriving."""
    path = an_archive(tmp_path / "a", "one")
    recorder = Recorder()
    reader = FileReader(recorder, recorder, recorder, clock=lambda: 77)

    files = reader.open([path], follows=True)
    await until(lambda: len(recorder.sizes) == 1)
    with path.open("ab") as file:
        file.write(an_archive(tmp_path / "b", "two").read_bytes())
    await until(lambda: len(recorder.sizes) == 2)

    assert recorder.received == {77}
    assert (files.is_done, files.state) == (False, "following a")
    reader.stop()


async def test_a_followed_file_that_turns_bad_is_told(tmp_path: Path) -> None:
    """The end of following is an end like any other."""
    path = tmp_path / "a"
    path.write_text("no telemetry\n")
    reader = a_reader(Recorder())

    files = reader.open([path], follows=True)
    await until(lambda: files.is_done)

    assert files.problems == "1 unreadable file"


async def test_the_reader_does_not_run_ahead_of_the_loop(tmp_path: Path) -> None:
    """Memory holds few batches that are not stored yet, however large the file is."""
    path = an_archive(tmp_path / "a", *map(str, range(50)))
    recorder = Recorder()

    files = a_reader(recorder).open([path])
    deadline = time.monotonic() + DEADLINE_SECONDS
    while files.counts.spans <= MAX_BATCHES_WAITING:
        assert time.monotonic() < deadline
        time.sleep(0.01)  # noqa: ASYNC251  # the loop is kept from taking anything

    assert files.counts.spans == MAX_BATCHES_WAITING + 1
    assert recorder.sizes == []
    await until(lambda: files.is_done)
    assert sum(recorder.sizes) == 50


async def test_a_stopped_reader_takes_nothing_more(tmp_path: Path) -> None:
    """The thread ends although the loop takes nothing off it."""
    path = an_archive(tmp_path / "a", *map(str, range(50)))
    recorder = Recorder()
    reader = a_reader(recorder)

    before = set(threading.enumerate())
    files = reader.open([path])
    reader.stop()
    await until(lambda: set(threading.enumerate()) <= before)

    await until(lambda: files.is_done)
    assert files.state == "a, ended early"
    assert len(recorder.sizes) <= MAX_BATCHES_WAITING


async def test_one_of_many_is_cancelled_and_the_others_are_read(tmp_path: Path) -> None:
    """What was read of it stays, its end is told, and nothing more comes."""
    recorder = Recorder()
    reader = a_reader(recorder)
    told: list[str] = []
    reader.on_done = lambda files: told.append(files.state)
    unwanted = reader.open([an_archive(tmp_path / "unwanted", *map(str, range(50)))])
    unwanted.cancel()
    wanted = reader.open([an_archive(tmp_path / "wanted", "x", "y")])
    assert list(reader.unfinished) == [unwanted, wanted]

    await until(lambda: len(told) == 2)
    assert set(told) == {"unwanted, ended early", "wanted"}
    assert wanted.counts.traces == 2
    assert list(reader.unfinished) == []


def test_a_large_batch_is_stored_in_parts() -> None:
    """No document keeps the loop from answering keys, and no span is lost."""
    count = 2 * MAX_SPANS_AT_ONCE + 7
    spans = [a_span(str(number)) for number in range(count)]
    spans += [a_span(str(number), trace="other") for number in range(5)]
    batch = a_batch(*spans)

    parts = list(in_parts(batch))

    sizes = [sum(len(part.payloads) for part in each.slices) for each in parts]
    assert sum(sizes) == count + 5
    assert max(sizes) <= MAX_SPANS_AT_ONCE
    assert len(parts) == 3
    payloads = [payload for each in parts for part in each.slices for payload in part.payloads]
    assert payloads == [payload for part in batch.slices for payload in part.payloads]


def test_progress_is_told_in_words(tmp_path: Path) -> None:
    """The name of the file, and how much of it is read where that is known."""
    one = OpenedFiles(paths=(tmp_path / "large.jsonl",), follows=False)
    two = OpenedFiles(paths=(tmp_path / "a", tmp_path / "b"), follows=False)
    piped = OpenedFiles(paths=(Path("-"),), follows=False)

    one.progress = (str(tmp_path / "large.jsonl"), 43, 100)
    two.progress = (str(tmp_path / "b"), 1, 2)

    assert one.state == "reading large.jsonl 43%"
    assert two.state == "reading b 50%"
    assert piped.state == "reading standard input"
    assert one.problems == ""
