"""What stores hold, in the pieces in which it is written to a file."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from devtrace.model.log import LogRecord
from devtrace.model.metric import Series
from devtrace.model.trace import Trace
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore

MAX_ITEMS_AT_ONCE = 1_000
"""Log records, or data points, in one line of a file, and read at once for it."""


class Entry(NamedTuple):
    """A trace with the log records that were written in it, or some of what is of none."""

    trace: Trace | None = None
    logs: Sequence[LogRecord] = ()
    metrics: Sequence[Series] = ()
    """Series, or parts of some."""

    @property
    def item_count(self) -> int:
        """How many spans, log records and data points it has."""
        spans = len(self.trace.spans) if self.trace else 0
        return spans + len(self.logs) + self.point_count

    @property
    def point_count(self) -> int:
        """How many data points it has."""
        return sum(len(series.payloads) for series in self.metrics)


class Stores(NamedTuple):
    """Where everything is."""

    traces: TraceStore
    logs: LogStore
    metrics: MetricStore


def entries(
    stores: Stores, trace_ids: Iterable[str], *, is_all: bool = False
) -> Iterator[Entry]:
    """Yield traces, each read when its turn comes, with their log records.

    The stores may change between one entry and the next: what is evicted meanwhile is
    left out, and so are log records and series that arrive after the beginning.

    Args:
        stores: Where they are.
        trace_ids: Which traces, in the order in which to yield them.
        is_all: Whether all other log records follow, in order of arrival, and all metrics.
    """
    last = stores.logs.revision
    yielded: set[str] = set()
    for trace_id in trace_ids:
        trace = stores.traces.trace(trace_id)
        if trace is not None:
            yielded.add(trace_id)
            yield Entry(trace, stores.logs.of_trace(trace_id))
    if is_all:
        yield from other_entries(stores, yielded, last=last)


def other_entries(
    stores: Stores, trace_ids: Container[str], *, last: int | None = None
) -> Iterator[Entry]:
    """Yield the log records of no such trace, in order of arrival, and all metrics.

    Args:
        stores: Where they are.
        trace_ids: The traces whose log records are left out.
        last: The number of the last log record; None is the newest.
    """
    last = stores.logs.revision if last is None else last
    yield from _other_logs(stores.logs, last, trace_ids)
    yield from _all_metrics(stores.metrics)


def _other_logs(logs: LogStore, last: int, yielded: Container[str]) -> Iterator[Entry]:
    """Yield the log records up to the number *last* that are of no trace in *yielded*."""
    number = 1
    while number <= last:
        number = max(number, logs.numbers.start)
        records = logs.records(range(number, min(number + MAX_ITEMS_AT_ONCE, last + 1)))
        number += MAX_ITEMS_AT_ONCE
        if others := [record for record in records if record.trace_id not in yielded]:
            yield Entry(logs=others)


def _all_metrics(metrics: MetricStore) -> Iterator[Entry]:
    """Yield all series in order of their newest points; a long one in parts."""
    parts: list[Series] = []
    room = MAX_ITEMS_AT_ONCE
    for key in metrics.changes_since(0).updated:
        series = metrics.series(key)
        payloads = series.payloads if series else ()
        begin = 0
        while series and begin < len(payloads):
            some = payloads[begin : begin + room]
            parts.append(Series(key, series.metric, series.scope, some))
            begin += len(some)
            room -= len(some)
            if not room:
                yield Entry(metrics=parts)
                parts, room = [], MAX_ITEMS_AT_ONCE
    if parts:
        yield Entry(metrics=parts)
