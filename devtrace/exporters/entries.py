"""What stores hold, in the pieces in which it is written to a file."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from devtrace.model.log import LogRecord
from devtrace.model.trace import Trace
from devtrace.store.logs import LogStore
from devtrace.store.ring import TraceStore

MAX_RECORDS_AT_ONCE = 1_000
"""Log records in one line of a file, and read at once for it."""


class Entry(NamedTuple):
    """A trace with the log records that were written in it, or some that are of none."""

    trace: Trace | None = None
    logs: Sequence[LogRecord] = ()


def entries(
    traces: TraceStore, logs: LogStore, trace_ids: Iterable[str], *, is_all: bool = False
) -> Iterator[Entry]:
    """Yield traces, each read when its turn comes, with their log records.

    The stores may change between one entry and the next: what is evicted meanwhile is
    left out, and so are log records that arrive after the beginning.

    Args:
        traces: Where the traces are.
        logs: Where the log records are.
        trace_ids: Which traces, in the order in which to yield them.
        is_all: Whether all other log records follow, in order of arrival.
    """
    last = logs.revision
    yielded: set[str] = set()
    for trace_id in trace_ids:
        trace = traces.trace(trace_id)
        if trace is not None:
            yielded.add(trace_id)
            yield Entry(trace, logs.of_trace(trace_id))
    number = 1
    while is_all and number <= last:
        number = max(number, logs.numbers.start)
        records = logs.records(range(number, min(number + MAX_RECORDS_AT_ONCE, last + 1)))
        number += MAX_RECORDS_AT_ONCE
        if others := [record for record in records if record.trace_id not in yielded]:
            yield Entry(logs=others)
