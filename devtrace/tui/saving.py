"""Traces that are held, saved to a file while the UI goes on.

The file is written by a thread; the traces are read on the event loop, which owns the
store, some at a time whenever the thread asks for more.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from devtrace.exporters.archive import write_archive
from devtrace.model.trace import Trace
from devtrace.store.ring import TraceStore

MAX_SPANS_AT_ONCE = 1_000
"""Spans that are read on the event loop at once: some milliseconds of work."""


async def save(store: TraceStore, trace_ids: Iterable[str], path: Path) -> int:
    """Write traces to *path* as lines of OTLP/JSON, whole or not at all.

    Args:
        store: Where they are; what is evicted meanwhile is left out.
        trace_ids: Which, in the order in which to write them.
        path: The file; what it holds is replaced.

    Returns:
        How many were written.

    Raises:
        ArchiveError: If the file cannot be written.
    """
    loop = asyncio.get_running_loop()
    waiting = deque(trace_ids)
    written = 0

    async def some() -> list[Trace]:
        traces: list[Trace] = []
        spans = 0
        while waiting and spans < MAX_SPANS_AT_ONCE:
            trace = store.trace(waiting.popleft())
            if trace is not None:
                traces.append(trace)
                spans += len(trace.spans)
        return traces

    def all_of_them() -> Iterator[Trace]:
        nonlocal written
        while traces := asyncio.run_coroutine_threadsafe(some(), loop).result():
            yield from traces
            written += len(traces)

    await asyncio.to_thread(write_archive, path, all_of_them())
    return written
