"""Reading the files that a command names, with what is said meanwhile on stderr."""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import click

from devtrace.cli.context import Context
from devtrace.cli.options import byte_count
from devtrace.cli.selection import file_named
from devtrace.errors import ArchiveError
from devtrace.model.text import printable
from devtrace.store.limits import MEBIBYTE, Limits, LogLimits, MetricLimits

if TYPE_CHECKING:
    from os import PathLike

    from devtrace.exporters.entries import Entry, Stores
    from devtrace.formats import FileCounts
    from devtrace.model.consumer import LogConsumer, MetricConsumer, SpanConsumer
    from devtrace.model.trace import Trace

MIN_PROGRESS_BYTES = 16 * 1024 * 1024
"""Files below this are read before anybody wonders."""
_PROGRESS_STEPS = 200


class FilePath(click.Path):
    """The name of a file that is to be read."""

    def convert(
        self,
        value: "str | PathLike[str]",
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "str | bytes | PathLike[str]":
        """Return the name as a path."""
        return super().convert(file_named(str(value)), param, ctx)


files_argument = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=FilePath(path_type=Path, allow_dash=True),
)


class FileLimits(NamedTuple):
    """How much of what files hold may be held at once."""

    traces: Limits
    logs: LogLimits
    metrics: MetricLimits


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* options for how much to hold; it gets them as one keyword, `limits`."""

    @functools.wraps(command)
    def with_limits(
        *args: object,
        max_bytes: int,
        max_spans: int,
        max_log_bytes: int,
        max_metric_bytes: int,
        **others: object,
    ) -> object:
        limits = FileLimits(
            Limits(max_bytes=max_bytes, max_spans=max_spans),
            # Each of what is counted takes more than a byte: only memory bounds them.
            LogLimits(max_bytes=max_log_bytes, max_records=max_log_bytes),
            MetricLimits(
                max_bytes=max_metric_bytes,
                max_series=max_metric_bytes,
                max_series_points=max_metric_bytes,
            ),
        )
        return command(*args, limits=limits, **others)

    options = (
        click.option(
            "--max-bytes",
            type=byte_count,
            metavar="SIZE",
            default=f"{Limits().max_bytes // MEBIBYTE}MiB",
            show_default=True,
            help="Memory for spans; what does not fit is left out, and said so.",
        ),
        click.option(
            "--max-spans",
            type=click.IntRange(min=1),
            default=Limits().max_spans,
            show_default=True,
            help="Spans to hold at once; what does not fit is left out, and said so.",
        ),
        click.option(
            "--max-log-bytes",
            type=byte_count,
            metavar="SIZE",
            default=f"{LogLimits().max_bytes // MEBIBYTE}MiB",
            show_default=True,
            help="The same for log records.",
        ),
        click.option(
            "--max-metric-bytes",
            type=byte_count,
            metavar="SIZE",
            default=f"{MetricLimits().max_bytes // MEBIBYTE}MiB",
            show_default=True,
            help="The same for metrics.",
        ),
    )
    for option in reversed(options):
        with_limits = option(with_limits)
    return with_limits


class HeldFiles:
    """What some files held, as far as there is room for it.

    Args:
        context: Gets complaints, warnings and progress.
        files: As typed; `-` is standard input.
        limits: How much may be held.
    """

    def __init__(self, context: Context, files: Iterable[Path], limits: FileLimits) -> None:
        from devtrace.exporters.entries import Stores
        from devtrace.store.logs import LogStore
        from devtrace.store.metrics import MetricStore
        from devtrace.store.ring import TraceStore

        self._store: TraceStore = TraceStore(limits.traces)
        self.logs: LogStore = LogStore(limits.logs)
        self.metrics: MetricStore = MetricStore(limits.metrics)
        self._stores = Stores(self._store, self.logs, self.metrics)
        self.counts, self.exit_code = read_files(
            context,
            files,
            consumer=self._store,
            log_consumer=self.logs,
            metric_consumer=self.metrics,
        )
        for file, line, message in self.counts.broken_lines:
            context.warn(printable(f"{file}:{line}: {message}"))
        if refused := self.counts.refused.total():
            context.warn(f"{refused} spans or data points are refused; devtrace stats says why")
        for omission in self._omissions():
            context.warn(omission)

    @property
    def stores(self) -> "Stores":
        """Where everything is held."""
        return self._stores

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held."""
        return not any(len(store) for store in self._stores)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was read found room."""
        return not any(self._omissions())

    def _omissions(self) -> Iterator[str]:
        counters = self._store.counters
        way_out = "raise --max-bytes or --max-spans"
        if counters.evicted_traces:
            yield (
                f"{counters.evicted_traces} traces of {counters.evicted_spans} spans "
                f"are left out: {way_out}"
            )
        if counters.truncated_spans:
            yield f"{counters.truncated_spans} spans of over-long traces are left out: {way_out}"
        log_counters = self.logs.counters
        if lost := log_counters.evicted_records + log_counters.oversized_records:
            yield f"{lost} log records are left out: raise --max-log-bytes"
        metric_counters = self.metrics.counters
        if lost := metric_counters.evicted_points + metric_counters.oversized_points:
            yield f"{lost} data points are left out: raise --max-metric-bytes"

    def trace_ids(self, wanted: "Callable[[Trace], bool] | None" = None) -> list[str]:
        """Return the ids of the traces, the one that began first in front.

        Args:
            wanted: Leaves those out of which it is false.
        """
        updated = self._store.changes_since(0).updated
        return self.matching(sorted(updated, key=self._beginning), wanted)

    def _beginning(self, trace_id: str) -> tuple[int, str]:
        return self._store.start_of(trace_id), trace_id

    def matching(
        self, trace_ids: list[str], wanted: "Callable[[Trace], bool] | None"
    ) -> list[str]:
        """Return those of *trace_ids* whose traces are wanted."""
        if wanted is None:
            return trace_ids
        return [trace.trace_id for trace in self.traces(trace_ids) if wanted(trace)]

    def traces(self, trace_ids: Iterable[str]) -> "Iterator[Trace]":
        """Yield traces, each read when its turn comes."""
        return filter(None, map(self._store.trace, trace_ids))

    def log_count(self, trace_ids: Iterable[str]) -> int:
        """Return how many log records belong to traces."""
        return sum(len(self.logs.of_trace(trace_id)) for trace_id in trace_ids)

    def entries(self, trace_ids: Iterable[str], *, is_all: bool = False) -> "Iterator[Entry]":
        """Yield traces with their log records, each read when its turn comes.

        Args:
            trace_ids: Which, in their order.
            is_all: Whether log records of no such trace and all metrics follow.
        """
        from devtrace.exporters.entries import entries

        return entries(self._stores, trace_ids, is_all=is_all)


def tell_left_out(context: Context, form: str, *, logs: int, points: int = 0) -> None:
    """Warn of log records and data points for which a format has no place."""
    counted = ((logs, "log record"), (points, "data point"))
    said = [f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted if count]
    if said:
        be = "is" if logs + points == 1 else "are"
        context.warn(
            f"{' and '.join(said)} {be} left out: {form} has no place for them; otlp has"
        )


def read_files(
    context: Context,
    files: Iterable[Path],
    *,
    consumer: "SpanConsumer | None" = None,
    log_consumer: "LogConsumer | None" = None,
    metric_consumer: "MetricConsumer | None" = None,
) -> "tuple[FileCounts, int]":
    """Read *files* and complain of each that cannot be read.

    Args:
        context: Gets the complaints, and a progress bar if stderr is a terminal.
        files: As typed; `-` is standard input.
        consumer: Takes the spans.
        log_consumer: Takes the log records.
        metric_consumer: Takes the metrics.

    Returns:
        What the readable ones held, and the exit code of the command.
    """
    from devtrace.formats import read_documents

    exit_code = 0

    def complain(error: ArchiveError) -> None:
        nonlocal exit_code
        exit_code = error.exit_code
        progress.end()
        context.complain(printable(str(error)), hint=printable(error.hint))

    with _Progress(context) as progress:
        counts = read_documents(
            files,
            consumer=consumer,
            log_consumer=log_consumer,
            metric_consumer=metric_consumer,
            on_progress=progress.show,
            on_unreadable=complain,
        )
    return counts, exit_code


class _Progress:
    """How much of each large file is read, as a bar on stderr if that is a terminal."""

    def __init__(self, context: Context) -> None:
        self._stream = context.stderr
        self._is_seen = context.stderr.isatty()
        self._name = ""
        self._read_bytes = 0
        self._advance: Callable[[int], None] | None = None
        self._shown = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def show(self, name: str, read_bytes: int, total_bytes: int) -> None:
        """Say how much of *name* is read."""
        if not self._is_seen or total_bytes < MIN_PROGRESS_BYTES:
            return
        if self._advance is None or name != self._name:
            self.end()
            self._name, self._read_bytes = name, 0
            self._advance = self._shown.enter_context(
                click.progressbar(
                    length=total_bytes,
                    label=f"reading {printable(Path(name).name)}",
                    file=self._stream,
                    update_min_steps=total_bytes // _PROGRESS_STEPS,
                )
            ).update
        self._advance(read_bytes - self._read_bytes)
        self._read_bytes = read_bytes

    def end(self) -> None:
        """Leave the bar as it is and go to the next line."""
        self._shown.close()
        self._advance = None
