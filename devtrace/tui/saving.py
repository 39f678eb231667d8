"""What is held, saved to a file while the UI goes on.

The file is written by a thread; what is held is read on the event loop,
which owns the stores, some at a time whenever the thread asks for more.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from devtrace.exporters.archive import write_whole
from devtrace.exporters.documents import Format, document
from devtrace.exporters.entries import Entry
from devtrace.tui.long_work import LongWork

MAX_ITEMS_AT_ONCE = 1_000
"""Spans, log records and data points that are read on the event loop at once: some milliseconds of work."""


class Saved(NamedTuple):
    """How much was written."""

    traces: int
    logs: int
    points: int = 0

    @property
    def text(self) -> str:
        """The same in words."""
        counted = (
            (self.traces, "trace"),
            (self.logs, "log record"),
            (self.points, "data point"),
        )
        said = [
            f"{count} {what}{'' if count == 1 else 's'}" for count, what in counted if count
        ]
        return ", ".join(said) or "nothing"


class CancelledSaveError(Exception):
    """The user does not want the file any more."""


async def save(entries: Iterator[Entry], path: Path, work: LongWork | None = None) -> Saved:
    """Write what is held to *path* as lines of OTLP/JSON, whole or not at all.

    Args:
        entries: Read on the event loop.
        path: The file; what it holds is replaced.
        work: Told how many entries are written; ends the saving when it is cancelled.

    Raises:
        ArchiveError: If the file cannot be written.
        CancelledSaveError: If it was cancelled; the file is as it was before.
    """
    loop = asyncio.get_running_loop()
    traces = logs = points = 0

    async def some() -> list[Entry]:
        read: list[Entry] = []
        items = 0
        while items < MAX_ITEMS_AT_ONCE and (entry := next(entries, None)) is not None:
            read.append(entry)
            items += entry.item_count
        return read

    def all_of_them() -> Iterator[Entry]:
        nonlocal traces, logs, points
        while read := asyncio.run_coroutine_threadsafe(some(), loop).result():
            if work is not None and work.is_cancelled:
                raise CancelledSaveError
            yield from read
            if work is not None:
                work.done += len(read)
            traces += sum(entry.trace is not None for entry in read)
            logs += sum(len(entry.logs) for entry in read)
            points += sum(entry.point_count for entry in read)

    await asyncio.to_thread(write_whole, path, document(all_of_them(), Format.OTLP))
    return Saved(traces, logs, points)
