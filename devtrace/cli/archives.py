"""Reading the files that a command names, with what is said meanwhile on stderr."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from devtrace.cli.context import Context
from devtrace.errors import ArchiveError
from devtrace.model.text import printable

if TYPE_CHECKING:
    from devtrace.formats import FileCounts
    from devtrace.model.consumer import SpanConsumer

MIN_PROGRESS_BYTES = 16 * 1024 * 1024
"""Files below this are read before anybody wonders."""

files_argument = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path, allow_dash=True),
)


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
