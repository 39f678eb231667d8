"""The logs of the trace one looks at, or of several as one, read again only when they have changed.

Pure of Textual.  A trace's logs live in a store of their own and may arrive before,
with or after its spans.
"""

from heapq import merge
from operator import attrgetter

from devtrace.model.log import LogRecord
from devtrace.store.logs import LogStore
from devtrace.tui.patience import Patience


class TraceLogs:
    """Remembers what was read last.

    Args:
        store: What is read.
    """

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._read: tuple[LogRecord, ...] = ()
        self._read_for: tuple[tuple[str, ...], tuple[int, ...]] = ((), ())
        self._patience = Patience()

    def of(self, *trace_ids: str) -> tuple[LogRecord, ...]:
        """Return the log records of a trace, or of several, in order of time.

        The same object until they are others, or nearly so if reading them is costly.
        When all of them were evicted, the last reading stays.
        """
        wanted = trace_ids, tuple(map(self._store.trace_revision, trace_ids))
        if wanted == self._read_for:
            return self._read
        is_same_trace = trace_ids == self._read_for[0]
        if is_same_trace and (not any(wanted[1]) or not self._patience.is_over):
            return self._read
        with self._patience.measured():
            read = map(self._store.of_trace, trace_ids)
            self._read = tuple(merge(*read, key=attrgetter("at_unix_nano")))
            self._read_for = wanted
        return self._read
