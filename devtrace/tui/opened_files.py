"""Files that are read while the UI shows what they held so far.

Pure of Textual.  Each call of `open` reads in a thread of its own, since a file may be
large, slow or a pipe that nobody writes to; what it holds comes back to the event loop,
which owns the stores, a thousand items at a time and no faster than the stores take it.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import BoundedSemaphore, Event, Thread
from typing import TYPE_CHECKING, TypeVar

from devtrace.errors import ArchiveError
from devtrace.model.consumer import (
    LogBatch,
    LogConsumer,
    MetricBatch,
    MetricConsumer,
    SpanBatch,
    SpanConsumer,
)

if TYPE_CHECKING:  # a reader that opens no file costs no formats
    from devtrace.formats import FileCounts

MAX_SPANS_AT_ONCE = 1_000
"""Spans, log records or data points that the event loop stores at once: a few milliseconds of work."""
MAX_BATCHES_WAITING = 32
"""Batches read and not yet stored; the reader waits when there are so many."""
STORING_SECONDS = 0.004
"""How long the event loop stores before it looks after the keys."""
WORK_SECONDS, REST_SECONDS = 0.004, 0.001
"""How long a reader works before it rests, and how long that is: the interpreter runs one
thread at a time, and without rests a key waits for it again and again."""
_WAIT_SECONDS = 0.2

T = TypeVar("T")


class _StoppedError(Exception):
    """The UI is going away, or the user has seen enough: ends the thread that reads."""


def _no_counts() -> "FileCounts":
    from devtrace.formats import FileCounts

    return FileCounts()


@dataclass(slots=True, kw_only=True)
class OpenedFiles:
    """What became of the files of one `open`; written by its thread, read by the loop."""

    paths: tuple[Path, ...]
    follows: bool
    """Whether the file is read on as it grows."""
    counts: "FileCounts" = field(default_factory=_no_counts)
    errors: list[ArchiveError] = field(default_factory=list)
    """Why some of them could not be read at all."""
    progress: tuple[str, int, int] = ("", 0, 0)
    """Name of the file being read, its bytes read so far, and its size (0: unknown)."""
    is_done: bool = False
    stopping: Event = field(default_factory=Event)
    """Set when nobody wants more of them."""

    def cancel(self) -> None:
        """Read no further; what was read stays."""
        self.stopping.set()

    @property
    def label(self) -> str:
        """What they are called in one line."""
        from devtrace.formats.source import source_name

        if len(self.paths) == 1:
            name = source_name(self.paths[0])
            return name if name != str(self.paths[0]) else self.paths[0].name
        return f"{len(self.paths)} files"

    @property
    def state(self) -> str:
        """What is happening with them, in one line."""
        if self.is_done:
            return f"{self.label}, ended early" if self.stopping.is_set() else self.label
        if self.follows:
            return f"{'following' if self.counts.files else 'waiting for'} {self.label}"
        name, read_bytes, total_bytes = self.progress
        shown = Path(name).name if len(self.paths) > 1 and name else self.label
        percent = f" {100 * read_bytes // total_bytes}%" if total_bytes else ""
        return f"reading {shown}{percent}"

    @property
    def problems(self) -> str:
        """What was wrong with them and how often, in one line; empty if nothing was."""
        counted = (
            (len(self.errors), "unreadable file"),
            (len(self.counts.broken_lines), "broken line"),
            (self.counts.refused.total(), "refused item"),
        )
        return ", ".join(
            f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted if count
        )


class FileReader:
    """Opens files into a store.

    Args:
        consumer: Takes the spans, on the event loop.
        log_consumer: The same for log records.
        metric_consumer: The same for metrics.
        clock: Unix nanoseconds now.
    """

    def __init__(
        self,
        consumer: SpanConsumer,
        log_consumer: LogConsumer,
        metric_consumer: MetricConsumer,
        *,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.opened: list[OpenedFiles] = []
        """Everything opened so far, in order."""
        self.on_done: Callable[[OpenedFiles], None] | None = None
        """Called on the event loop when files have been read to their end."""
        self._consumer = consumer
        self._log_consumer = log_consumer
        self._metric_consumer = metric_consumer
        self._clock = clock

    @property
    def unfinished(self) -> Sequence[OpenedFiles]:
        """What is still being read, files that are followed left out."""
        return [each for each in self.opened if not (each.is_done or each.follows)]

    def open(self, paths: Sequence[Path], *, follows: bool = False) -> OpenedFiles:
        """Begin to read *paths*; returns at once.

        Args:
            paths: Files; `-` is standard input.
            follows: Whether to read on as the file grows; there must be one only.
        """
        files = OpenedFiles(paths=tuple(paths), follows=follows)
        self.opened.append(files)
        hand_over = _HandOver(
            self._consumer,
            self._log_consumer,
            self._metric_consumer,
            files.stopping,
            received=self._clock if follows else lambda: 0,
        )
        loop = asyncio.get_running_loop()

        def run() -> None:
            with suppress(_StoppedError):
                self._read(files, hand_over)
            with suppress(_StoppedError):
                _call(loop, self._done, files)

        # A daemon: nothing can end a thread that waits for a pipe.
        Thread(target=run, name="devtrace-reader", daemon=True).start()
        return files

    def _read(self, files: OpenedFiles, hand_over: "_HandOver") -> None:
        from devtrace.formats import follow_document, read_documents

        worked_since = time.monotonic()

        def on_progress(name: str, read_bytes: int, total_bytes: int) -> None:
            nonlocal worked_since
            files.progress = (name, read_bytes, total_bytes)
            if files.stopping.is_set():
                raise _StoppedError
            if time.monotonic() - worked_since > WORK_SECONDS:
                time.sleep(REST_SECONDS)  # lets the UI have the interpreter
                worked_since = time.monotonic()

        if not files.follows:
            read_documents(
                files.paths,
                consumer=hand_over,
                log_consumer=hand_over,
                metric_consumer=hand_over,
                on_progress=on_progress,
                on_unreadable=files.errors.append,
                counts=files.counts,
            )
            return
        try:
            follow_document(
                files.paths[0],
                consumer=hand_over,
                log_consumer=hand_over,
                metric_consumer=hand_over,
                stopping=files.stopping,
                counts=files.counts,
            )
        except ArchiveError as error:
            files.errors.append(error)

    def _done(self, files: OpenedFiles) -> None:
        files.is_done = True
        if self.on_done is not None:
            self.on_done(files)

    def stop(self) -> None:
        """Read no further; a thread that waits for a pipe ends with the process."""
        self.on_done = None
        for each in self.opened:
            each.cancel()


class _HandOver:
    """Carries batches from the thread that reads to the event loop; a consumer of each signal.

    Made on the event loop.

    Args:
        consumer: Takes the spans there.
        log_consumer: Takes the log records there.
        metric_consumer: Takes the metrics there.
        stopping: Set when nobody takes them any more.
        received: What to give as the time of arrival.
    """

    def __init__(
        self,
        consumer: SpanConsumer,
        log_consumer: LogConsumer,
        metric_consumer: MetricConsumer,
        stopping: Event,
        *,
        received: Callable[[], int],
    ) -> None:
        self._consumer = consumer
        self._log_consumer = log_consumer
        self._metric_consumer = metric_consumer
        self._stopping = stopping
        self._received = received
        self._loop = asyncio.get_running_loop()
        self._room = BoundedSemaphore(MAX_BATCHES_WAITING)
        self._waiting: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._is_awake = False

    def consume(self, batch: SpanBatch) -> None:
        """Hand *batch* over, in parts, waiting while too many are on their way."""
        for part in in_parts(batch):
            self._put(partial(self._store_spans, part))

    def _store_spans(self, part: SpanBatch) -> None:
        self._consumer.consume(replace(part, received_unix_nano=self._received()))

    def consume_logs(self, batch: LogBatch) -> None:
        """Hand *batch* over, on the same terms."""
        for begin in range(0, len(batch.records), MAX_SPANS_AT_ONCE):
            part = LogBatch(batch.records[begin : begin + MAX_SPANS_AT_ONCE])
            self._put(partial(self._log_consumer.consume_logs, part))

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Hand *batch* over, on the same terms."""
        for part in metrics_in_parts(batch):
            self._put(partial(self._metric_consumer.consume_metrics, part))

    def _put(self, store: Callable[[], None]) -> None:
        """Let *store* be called on the event loop when its turn comes."""
        while not self._room.acquire(timeout=_WAIT_SECONDS):
            if self._stopping.is_set():
                raise _StoppedError
        if self._stopping.is_set():
            raise _StoppedError
        self._waiting.put(store)
        if not self._is_awake:  # to wake the loop costs more than a batch of one line
            self._is_awake = True
            _call(self._loop, self._take, None)

    def _take(self, _: None = None) -> None:
        """Store what is waiting, for a moment; what is left then has its turn later."""
        self._is_awake = False  # before looking: what comes from now on wakes anew
        until = time.monotonic() + STORING_SECONDS
        while time.monotonic() < until:
            try:
                store = self._waiting.get_nowait()
            except Empty:
                return
            self._room.release()
            store()
        self._is_awake = True
        self._loop.call_soon(self._take)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[T], None], what: T) -> None:
    """Let *function* be called on the event loop.

    Raises:
        _StoppedError: If the loop has ended.
    """
    try:
        loop.call_soon_threadsafe(function, what)
    except RuntimeError:
        raise _StoppedError from None


def in_parts(batch: SpanBatch) -> Iterator[SpanBatch]:
    """Yield the spans of *batch* in batches that do not keep the event loop busy."""
    pieces = (
        replace(each, payloads=each.payloads[begin : begin + MAX_SPANS_AT_ONCE])
        for each in batch.slices
        for begin in range(0, len(each.payloads), MAX_SPANS_AT_ONCE)
    )
    for slices in _grouped(pieces, lambda piece: len(piece.payloads)):
        yield SpanBatch(slices, batch.received_unix_nano)


def metrics_in_parts(batch: MetricBatch) -> Iterator[MetricBatch]:
    """Yield the data points of *batch* in batches of the same size."""
    pieces = (
        replace(each, points=each.points[begin : begin + MAX_SPANS_AT_ONCE])
        for each in batch.slices
        for begin in range(0, len(each.points), MAX_SPANS_AT_ONCE)
    )
    return map(MetricBatch, _grouped(pieces, lambda piece: len(piece.points)))


def _grouped(pieces: Iterable[T], size_of: Callable[[T], int]) -> Iterator[list[T]]:
    """Yield as many of *pieces* together as do not keep the event loop busy."""
    group: list[T] = []
    count = 0
    for piece in pieces:
        if group and count + size_of(piece) > MAX_SPANS_AT_ONCE:
            yield group
            group, count = [], 0
        group.append(piece)
        count += size_of(piece)
    if group:
        yield group
