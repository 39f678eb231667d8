"""Receiving until enough has come, and writing what of it is wanted."""

import time
from collections.abc import Callable
from pathlib import Path

from devtrace.cli.context import Context
from devtrace.cli.events import SETTLED_NANO
from devtrace.cli.telling import TICK_SECONDS, on_signal, wait_for
from devtrace.cli.trace_row import counted
from devtrace.errors import DevtraceError
from devtrace.exporters.archive import write_whole
from devtrace.exporters.documents import Format, document
from devtrace.exporters.entries import Entry, Stores, entries
from devtrace.model.trace import Trace
from devtrace.session import Session


class Recording:
    """One recording.

    Args:
        context: Gets what happens on stderr, and what was written on stdout.
        session: Not entered yet.
        path: The file to write.
        wanted: Whether a trace is to be written; None: all of them, and all else.
    """

    def __init__(
        self,
        context: Context,
        session: Session,
        path: Path,
        *,
        wanted: Callable[[Trace], bool] | None,
    ) -> None:
        self._context = context
        self._session = session
        self._path = path
        self._wanted = wanted
        self._revision = 0
        self._matching: dict[str, None] = {}
        self._pending: dict[str, None] = {}

    async def run(self, *, seconds: float, max_traces: int) -> int:
        """Receive and write.

        Args:
            seconds: After how long it ends; 0 sets no bound.
            max_traces: After how many whole traces that are wanted; 0 sets no bound.

        Returns:
            The exit code.

        Raises:
            ArchiveError: If the file cannot be written.
        """
        stopping = on_signal()
        session = self._session
        async with session:
            endpoints = session.endpoints
            self._context.progress(
                f"devtrace: recording what comes to {endpoints.grpc} (gRPC) and "
                f"{endpoints.http} (HTTP); Ctrl-C writes it"
            )
            deadline = time.monotonic() + seconds if seconds else float("inf")
            while not stopping.is_set() and time.monotonic() < deadline:
                await wait_for(stopping, min(TICK_SECONDS, deadline - time.monotonic()))
                if max_traces and self._whole_traces() >= max_traces:
                    break
            await session.stop()
        return self._write()

    def _whole_traces(self) -> int:
        """Return how many traces that are wanted have grown no more for a while."""
        store = self._session.store
        change = store.changes_since(self._revision)
        self._revision = change.revision
        self._pending |= dict.fromkeys(change.updated)
        quiet_since = time.time_ns() - SETTLED_NANO
        for trace_id in tuple(self._pending):
            trace = store.trace(trace_id)
            if trace is not None and trace.last_received_unix_nano > quiet_since:
                continue
            del self._pending[trace_id]
            self._matching.pop(trace_id, None)
            if trace is not None and (self._wanted is None or self._wanted(trace)):
                self._matching[trace_id] = None
        return len(self._matching)

    def _write(self) -> int:
        session = self._session
        stores = Stores(session.store, session.logs, session.metrics)
        traces = logs = points = 0

        def counting(entry: Entry) -> Entry:
            nonlocal traces, logs, points
            traces += entry.trace is not None
            logs += len(entry.logs)
            points += entry.point_count
            return entry

        ids = sorted(
            self._wanted_ids(),
            key=lambda trace_id: (stores.traces.start_of(trace_id), trace_id),
        )
        is_all = self._wanted is None
        if not ids and not (is_all and (len(stores.logs) or len(stores.metrics))):
            self._context.complain(
                f"cannot record to '{self._path}': nothing has come that is wanted",
                hint="let your services export to the addresses above",
            )
            return DevtraceError.exit_code
        held = entries(stores, ids, is_all=is_all)
        write_whole(self._path, document(map(counting, held), Format.OTLP))
        self._context.write(
            f"recorded {counted(traces, 'trace')}, {counted(logs, 'log record')} and "
            f"{counted(points, 'data point')} to {self._path}"
        )
        return DevtraceError.exit_code if self._has_lost() else 0

    def _wanted_ids(self) -> list[str]:
        store = self._session.store
        held = store.changes_since(0).updated
        if self._wanted is None:
            return list(held)
        traces = filter(None, map(store.trace, held))
        return [trace.trace_id for trace in traces if self._wanted(trace)]

    def _has_lost(self) -> bool:
        """Tell what had to leave before it was written, if anything had."""
        session = self._session
        lost = (
            (session.store.counters.evicted_traces, "trace", "--max-bytes or --max-spans"),
            (session.store.counters.truncated_spans, "span", "--max-bytes or --max-spans"),
            (session.logs.counters.evicted_records, "log record", "--max-log-bytes"),
            (session.metrics.counters.evicted_points, "data point", "--max-metric-bytes"),
        )
        for count, noun, way_out in lost:
            if count:
                be = "is" if count == 1 else "are"
                self._context.warn(
                    f"{counted(count, noun)} {be} not in the file, for want of memory: "
                    f"raise {way_out}"
                )
        return any(count for count, _, _ in lost)
