"""Reading the files that a command names, with what is said meanwhile on stderr."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from devtrace.cli.context import Context
from devtrace.cli.options import byte_count
from devtrace.errors import ArchiveError
from devtrace.model.text import printable
from devtrace.store.limits import MEBIBYTE, Limits

if TYPE_CHECKING:
    from devtrace.formats import FileCounts
    from devtrace.model.consumer import SpanConsumer
    from devtrace.model.trace import Trace

MIN_PROGRESS_BYTES = 16 * 1024 * 1024
"""Files below this are read before anybody wonders."""

files_argument = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, allow_dash=True),
)


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the options `max_bytes` and `max_spans`."""
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
    )
    for option in reversed(options):
        command = option(command)
    return command


class HeldFiles:
    """The traces of some files, as far as there is room for them.

    Args:
        context: Gets complaints, warnings and progress.
        files: As typed; `-` is standard input.
        limits: How much may be held.
    """

    def __init__(self, context: Context, files: Iterable[Path], limits: Limits) -> None:
        from devtrace.store.ring import TraceStore

        self._store: TraceStore = TraceStore(limits)
        self.counts, self.exit_code = read_files(context, files, consumer=self._store)
        for file, line, message in self.counts.broken_lines:
            context.warn(printable(f"{file}:{line}: {message}"))
        if refused := self.counts.refused.total():
            context.warn(f"{refused} spans are refused; devtrace stats says why")
        for omission in self._omissions():
            context.warn(f"{omission} are left out: raise --max-bytes or --max-spans")

    @property
    def is_whole(self) -> bool:
        """Whether everything that was read found room."""
        return not any(self._omissions())

    def _omissions(self) -> Iterator[str]:
        counters = self._store.counters
        if counters.evicted_traces:
            yield f"{counters.evicted_traces} traces of {counters.evicted_spans} spans"
        if counters.truncated_spans:
            yield f"{counters.truncated_spans} spans of over-long traces"

    def trace_ids(self) -> list[str]:
        """Return the ids of the traces, the one that began first in front."""
        return sorted(self._store.changes_since(0).updated, key=self._beginning)

    def _beginning(self, trace_id: str) -> tuple[int, str]:
        return self._store.start_of(trace_id), trace_id

    def traces(self, trace_ids: Iterable[str]) -> "Iterator[Trace]":
        """Yield traces, each read when its turn comes."""
        return filter(None, map(self._store.trace, trace_ids))


def read_files(
    context: Context, files: Iterable[Path], *, consumer: "SpanConsumer | None" = None
) -> "tuple[FileCounts, int]":
    """Read *files* and complain of each that cannot be read.

    Args:
        context: Gets the complaints, and a progress line if stderr is a terminal.
        files: As typed; `-` is standard input.
        consumer: Takes the spans.

    Returns:
        What the readable ones held, and the exit code of the command.
    """
    from devtrace.formats import read_documents

    exit_code = 0
    progress = _ProgressLine(context)

    def complain(error: ArchiveError) -> None:
        nonlocal exit_code
        exit_code = error.exit_code
        progress.clear()
        context.complain(printable(str(error)), hint=error.hint)

    counts = read_documents(
        files, consumer=consumer, on_progress=progress.show, on_unreadable=complain
    )
    progress.clear()
    return counts, exit_code


class _ProgressLine:
    """How much of a large file is read, on one line that is wiped in the end."""

    def __init__(self, context: Context) -> None:
        self._stream = context.stderr
        self._is_seen = context.stderr.isatty()
        self._shown = ""

    def show(self, name: str, read_bytes: int, total_bytes: int) -> None:
        """Say how much of *name* is read, when that makes a visible difference."""
        if not self._is_seen or total_bytes < MIN_PROGRESS_BYTES:
            return
        text = f"reading {printable(Path(name).name)} {100 * read_bytes // total_bytes}%"
        if text != self._shown:
            self._write(text)

    def clear(self) -> None:
        """Wipe the line."""
        if self._shown:
            self._write("")

    def _write(self, text: str) -> None:
        self._stream.write(f"\r{text}{' ' * (len(self._shown) - len(text))}\r")
        self._stream.flush()
        self._shown = text
