"""Archives: OTLP/JSON lines on disk, as the Collector's file exporter writes them.

A line is written and handed to the operating system before `consume` returns, and
only then is the sender answered: whatever was acknowledged is in the file, however
devtrace ends.  The most a crash can leave is one broken last line, which readers
report and skip.

Trouble with the file is not the senders' trouble: it is counted and remembered,
and receiving goes on.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from devtrace.errors import ArchiveError
from devtrace.model.consumer import LogBatch, MetricBatch, SpanBatch
from devtrace.model.log import LogRecord
from devtrace.model.metric import Series
from devtrace.model.trace import Trace
from devtrace.otlp.decode import WireScope
from devtrace.otlp.decode_metrics import WireMetric
from devtrace.otlp.encode import ScopeGroup, traces_json_line
from devtrace.otlp.encode_logs import logs_json_line
from devtrace.otlp.encode_metrics import metric_payload, metrics_json_line

_HEAD_BYTES = 512
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ArchiveWriter:
    """Appends every batch to a file as one line; a consumer of all three signals.

    What the file already holds stays.  Closing twice is harmless; what is consumed
    after that is counted as failed.

    Args:
        path: The file; it is made when missing, its folder is not.

    Raises:
        ArchiveError: If the file cannot be opened, or holds something to which
            lines of JSON cannot be appended.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written_spans = 0
        """Spans in the file by this writer."""
        self.written_logs = 0
        """Log records in the file by this writer."""
        self.written_points = 0
        """Metric data points in the file by this writer."""
        self.failed_batches = 0
        """Batches that are not in the file."""
        self.error = ""
        """Why the last of them is not; empty when none failed."""
        try:
            self._needs_newline = _ends_within_a_line(path)
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise _cannot("write", path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def consume(self, batch: SpanBatch) -> None:
        """Write *batch*; when that fails, count it and remember why."""
        if not batch.slices:
            return
        line = traces_json_line((part.scope.wire, part.payloads) for part in batch.slices)
        if self._is_written(line):
            self.written_spans += sum(len(part.payloads) for part in batch.slices)

    def consume_logs(self, batch: LogBatch) -> None:
        """Write *batch*; when that fails, count it and remember why."""
        line = logs_json_line(
            (record.scope.wire, (record.payload,)) for record in batch.records
        )
        if self._is_written(line):
            self.written_logs += len(batch.records)

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Write *batch*; when that fails, count it and remember why."""
        line = metrics_json_line(
            (
                part.scope.wire,
                (metric_payload(part.metric, [point.payload for point in part.points]),),
            )
            for part in batch.slices
        )
        if self._is_written(line):
            self.written_points += sum(len(part.points) for part in batch.slices)

    def _is_written(self, line: bytes) -> bool:
        """Write a batch; return whether that went well."""
        try:
            self._append(line)
        except (OSError, ValueError) as error:  # ValueError: the file is closed
            self.failed_batches += 1
            self.error = _cause(error)
            return False
        return True

    def _append(self, line: bytes) -> None:
        """Write all of *line*, on a line of its own even after a write that failed midway."""
        rest = memoryview(b"\n" + line if self._needs_newline else line)
        while rest:
            rest = rest[self._file.write(rest) :]
            self._needs_newline = bool(rest)

    def close(self) -> None:
        """Release the file; there is nothing left to write."""
        with suppress(OSError):
            self._file.close()


def write_archive(path: Path, traces: Iterable[Trace]) -> None:
    """Write one line per trace, whole or not at all; see `write_whole`.

    Args:
        path: The file; what it holds is replaced.
        traces: May be read lazily.

    Raises:
        ArchiveError: If the file cannot be written.
    """
    write_whole(path, map(trace_line, traces))


def trace_line(trace: Trace) -> bytes:
    """Return a trace as one line of an archive."""
    return traces_json_line(scope_groups(trace))


def log_line(records: Iterable[LogRecord]) -> bytes:
    """Return log records as one line of an archive."""
    return logs_json_line(log_groups(records))


def metric_line(series: Iterable[Series]) -> bytes:
    """Return the data points of series as one line of an archive."""
    return metrics_json_line(metric_groups(series))


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all.

    The chunks go to a new file beside *path*, which then takes its place: a reader
    never sees half of it, and a failure leaves what was there.  A device or a pipe is
    written to as it is.

    Args:
        path: The file; what it holds is replaced.
        chunks: May be made lazily.

    Raises:
        ArchiveError: If the file cannot be written.
    """
    target = path.resolve()
    scratch = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("wb") as file:
                file.writelines(chunks)
            return
        with scratch.open("xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(target)
    except OSError as error:
        raise _cannot("write", path, error) from None
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def scope_groups(trace: Trace) -> Iterator[ScopeGroup]:
    """Yield each span of a trace with the scope it was sent with."""
    return ((span.scope.wire, (span.payload,)) for span in trace.spans)


def log_groups(records: Iterable[LogRecord]) -> Iterator[ScopeGroup]:
    """Yield each log record with the scope it was sent with."""
    return ((record.scope.wire, (record.payload,)) for record in records)


def metric_groups(series: Iterable[Series]) -> Iterator[ScopeGroup]:
    """Yield each metric once, with all points of *series*, and the scope it was sent with."""
    points: dict[tuple[WireScope, WireMetric], list[bytes]] = {}
    for each in series:
        points.setdefault((each.scope.wire, each.metric), []).extend(each.payloads)
    return (
        (scope, (metric_payload(metric, payloads),))
        for (scope, metric), payloads in points.items()
    )


def _ends_within_a_line(path: Path) -> bool:
    """Return whether what *path* holds lacks its last line feed.

    Raises:
        ArchiveError: If it holds something else than lines of JSON.
    """
    if not path.is_file():
        return False  # a new file, a pipe or a device
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] not in {b"", b"{"}:
            raise ArchiveError(
                f"cannot append to '{path}': it holds no lines of JSON",
                hint="name another file",
            )
        if not head:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def _cannot(verb: str, path: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        f"cannot {verb} '{path}': {_cause(error)}",
        hint="name a file in a folder that exists and that you may write to",
    )


def _cause(error: OSError | ValueError) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    cause = text or str(error)
    return cause[:1].lower() + cause[1:]
