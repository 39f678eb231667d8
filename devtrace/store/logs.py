"""The newest log records, within a bound of bytes and of records; the oldest leave first.

Records are kept in the order in which they arrived, each under a number of its own,
and found by trace whichever of the two came first: trace and logs live in stores that
know nothing of each other.

A record has no identity, and a program may well say the same twice.  But requests are
sent again when their answer is lost, and files are opened twice: a batch that is equal,
record by record, to one that is still held is the same one, and is counted.

The store pushes nothing: a reader keeps the last `revision` it saw and asks
`changes_since`.  One event loop owns a store and is its only reader and writer.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from devtrace.model.consumer import LogBatch
from devtrace.model.log import ERROR_SEVERITY_NUMBERS, LogRecord
from devtrace.model.resource import InstrumentationScope
from devtrace.otlp.decode_logs import WireLog
from devtrace.store.limits import LogLimits
from devtrace.store.scopes import SharedScopes

RECORD_OVERHEAD_BYTES = 140
"""Python's own share of one record: its bytes object, its tuple, its two places."""
TRACE_OVERHEAD_BYTES = 350
"""Python's own share of one trace that has records: id, entry, list, place in a dict."""

BATCH_OVERHEAD_BYTES = 220
"""Python's own share of what tells whether a batch came before."""

_HeldLog = WireLog[InstrumentationScope]


class LogChange(NamedTuple):
    """What became different since a revision the caller had already seen."""

    revision: int
    arrived: range
    """Numbers of the held records that are new."""


@dataclass(slots=True)
class LogCounters:
    """What happened since the store was made; each only grows."""

    received_records: int = 0
    evicted_records: int = 0
    duplicate_records: int = 0
    """Records of batches that came before: requests sent again, files opened twice."""
    oversized_records: int = 0
    """Records dropped because one alone would pass the bound."""


@dataclass(slots=True)
class _TraceLogs:
    """The held records of one trace."""

    records: list[_HeldLog] = field(default_factory=list)
    """In order of arrival."""
    revision: int = 0
    """The store's revision when one was last added or evicted."""


class LogStore:
    """The newest log records; a `LogConsumer`.

    Args:
        limits: The bounds; each has a counter in `counters`.
    """

    def __init__(self, limits: LogLimits | None = None) -> None:
        self.limits = limits or LogLimits()
        self.counters = LogCounters()
        # A record's number is the revision that its arrival made.
        self._revision = 0
        self._records: deque[_HeldLog] = deque()
        self._by_trace: dict[str, _TraceLogs] = {}
        # The number of the first record of each batch, by the hash of all of its records.
        self._batches: dict[int, int] = {}
        self._scopes = SharedScopes()
        self._byte_count = 0

    def __len__(self) -> int:
        """How many records are held."""
        return len(self._records)

    @property
    def revision(self) -> int:
        """Grows with every change; equal revisions mean an equal store."""
        return self._revision

    @property
    def byte_count(self) -> int:
        """Estimated memory of everything held, in bytes."""
        return self._byte_count + self._scopes.byte_count

    @property
    def numbers(self) -> range:
        """The numbers of the held records, oldest first; there is no gap between them."""
        return range(self._revision + 1 - len(self._records), self._revision + 1)

    # -- what comes and goes -------------------------------------------------------

    def consume_logs(self, batch: LogBatch) -> None:
        """Store *batch* and evict the oldest records until the bounds hold."""
        self.counters.received_records += len(batch.records)
        digest = hash(tuple((record.payload, record.scope.wire) for record in batch.records))
        if digest in self._batches:
            self.counters.duplicate_records += len(batch.records)
            return
        first = self._revision + 1
        for record in batch.records:
            if _bytes_of(record) > self.limits.max_bytes:
                self.counters.oversized_records += 1
            else:
                self._hold(record)
        if self._revision >= first:
            self._batches[digest] = first
            self._byte_count += BATCH_OVERHEAD_BYTES
        self._evict()

    def _hold(self, record: _HeldLog) -> None:
        self._revision += 1
        self._records.append(record)
        self._byte_count += _bytes_of(record)
        self._scopes.hold(record.scope)
        if record.trace_id is None:
            return
        held = self._by_trace.get(record.trace_id)
        if held is None:
            held = self._by_trace[record.trace_id] = _TraceLogs()
            self._byte_count += TRACE_OVERHEAD_BYTES
        held.records.append(record)
        held.revision = self._revision

    def _evict(self) -> None:
        limits = self.limits
        left: Counter[str] = Counter()
        while self._records and (
            len(self._records) > limits.max_records or self.byte_count > limits.max_bytes
        ):
            record = self._records.popleft()
            self.counters.evicted_records += 1
            self._byte_count -= _bytes_of(record)
            self._scopes.release(record.scope)
            self._forget_batches()
            if (trace_id := record.trace_id) is not None:
                left[trace_id] += 1
                if left[trace_id] == len(self._by_trace[trace_id].records):
                    self._byte_count -= TRACE_OVERHEAD_BYTES
        for trace_id, count in left.items():
            held = self._by_trace[trace_id]
            if count == len(held.records):
                del self._by_trace[trace_id]
            else:
                # Once for all that leave: records of one trace leave in order of arrival.
                del held.records[:count]
                held.revision = self._revision

    def _forget_batches(self) -> None:
        """Forget each batch whose first record is gone: should it come again, it is new."""
        start = self.numbers.start
        while (digest := next(iter(self._batches), None)) is not None:
            if self._batches[digest] >= start:
                return
            del self._batches[digest]
            self._byte_count -= BATCH_OVERHEAD_BYTES

    def clear(self) -> None:
        """Forget every record; the counters stay."""
        self._revision += 1
        self._records.clear()
        self._by_trace.clear()
        self._batches.clear()
        self._scopes = SharedScopes()
        self._byte_count = 0

    # -- what is asked -------------------------------------------------------------

    def record(self, number: int) -> LogRecord | None:
        """Return the record with a number, or None when it is not held."""
        numbers = self.numbers
        if number not in numbers:
            return None
        return _read(self._records[number - numbers.start])

    def records(self, numbers: range) -> list[LogRecord]:
        """Return those of the records with *numbers* that are held, in order of arrival."""
        first = self.numbers.start
        begin, end = max(0, numbers.start - first), max(0, numbers.stop - first)
        return [_read(record) for record in islice(self._records, begin, end)]

    def payloads(self, numbers: range) -> list[tuple[bytes, InstrumentationScope]]:
        """Return those of the records with *numbers* that are held as bytes, with their scopes."""
        first = self.numbers.start
        begin, end = max(0, numbers.start - first), max(0, numbers.stop - first)
        return [(each.payload, each.scope) for each in islice(self._records, begin, end)]

    def changes_since(self, revision: int) -> LogChange:
        """Return what arrived after *revision* and is still held.

        Args:
            revision: As read from an earlier change; 0 asks for everything held.
        """
        first = max(revision + 1, self.numbers.start)
        return LogChange(self._revision, range(first, self._revision + 1))

    def errors_from(self, number: int, *, backwards: bool = False) -> Iterator[int]:
        """Yield the numbers of the records of error severity or worse.

        Args:
            number: Where to begin: at this record, or at the nearest one held.
            backwards: Whether to go to the older ones.
        """
        first, count = self.numbers.start, len(self._records)
        if backwards:
            skipped = max(0, first + count - 1 - number)
            numbers = range(first + count - 1 - skipped, first - 1, -1)
            records = islice(reversed(self._records), skipped, None)
        else:
            skipped = max(0, number - first)
            numbers = range(first + skipped, first + count)
            records = islice(self._records, skipped, None)
        for each, record in zip(numbers, records, strict=False):
            if record.severity_number in ERROR_SEVERITY_NUMBERS:
                yield each

    def trace_revision(self, trace_id: str) -> int:
        """Return the revision at which the logs of a trace last changed; 0 if it has none."""
        held = self._by_trace.get(trace_id)
        return 0 if held is None else held.revision

    def of_trace(self, trace_id: str) -> tuple[LogRecord, ...]:
        """Return the held records of a trace in order of time, equal times as they came."""
        held = self._by_trace.get(trace_id)
        records = map(_read, () if held is None else held.records)
        return tuple(sorted(records, key=lambda record: record.at_unix_nano))


def _bytes_of(record: _HeldLog) -> int:
    return len(record.payload) + RECORD_OVERHEAD_BYTES


def _read(record: _HeldLog) -> LogRecord:
    return LogRecord(record.payload, record.scope)
