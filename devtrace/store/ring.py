"""The ring: the newest traces, within a bound of bytes and of spans.

Retention is by whole trace, the one with the oldest activity first: half a trace
misleads more than a missing one.  Pinned traces stay, within half of the ring, so
that live traffic always has room.  A span that arrives after its trace was evicted
begins a new trace, which is marked partial.

The store keeps bytes and totals that no order of arrival can change; everything
else is derived by whoever looks.  It pushes nothing: a reader keeps the last
`revision` it saw and asks `changes_since`.  One event loop owns a store and is its
only reader and writer, so there is no lock.
"""

from collections import OrderedDict, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import islice, repeat
from typing import NamedTuple

from devtrace.model.consumer import SpanBatch
from devtrace.model.resource import InstrumentationScope
from devtrace.model.steps import Steps, finish
from devtrace.model.trace import Trace
from devtrace.otlp.decode import TraceSlice
from devtrace.store.limits import Limits
from devtrace.store.record import TRACE_OVERHEAD_BYTES, Record, Totals, payload_bytes
from devtrace.store.scopes import SharedScopes, scope_bytes

MAX_REMEMBERED_EVICTIONS = 10_000
"""Evicted trace ids remembered to mark late spans as partial; about 2 MB."""
_exhaust = deque[object](maxlen=0).extend
"""Runs an iterator to its end."""


class Change(NamedTuple):
    """What became different since a revision the caller had already seen."""

    revision: int
    updated: tuple[str, ...]
    """Ids of held traces that are new or changed, oldest change first."""


@dataclass(slots=True)
class Counters:
    """What happened since the store was made; each only grows."""

    received_traces: int = 0
    """Traces begun; one that begins again after its eviction counts again."""
    received_spans: int = 0
    """Spans offered, duplicates included."""
    duplicate_spans: int = 0
    """Exact copies of a held span, dropped."""
    truncated_spans: int = 0
    """Spans dropped because their trace had reached its bound."""
    evicted_traces: int = 0
    evicted_spans: int = 0
    forgotten_evictions: int = 0
    """Evicted traces that are no longer remembered: a late span begins one that looks whole."""


class TraceStore:
    """The newest traces by id; a `SpanConsumer`.

    Args:
        limits: The bounds; each has a counter in `counters`.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.counters = Counters()
        self._revision = 0
        self._records: OrderedDict[str, Record] = OrderedDict()  # oldest activity first
        self._pinned: OrderedDict[str, Record] = OrderedDict()  # oldest activity first
        self._scopes = SharedScopes()
        self._evicted_ids: OrderedDict[str, None] = OrderedDict()  # oldest eviction first
        self._span_count = 0
        self._byte_count = 0
        self._trace_room = self.limits.max_trace_spans, self.limits.max_trace_bytes

    def __len__(self) -> int:
        """How many traces are held."""
        return len(self._records) + len(self._pinned)

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self._records or trace_id in self._pinned

    def isdisjoint(self, trace_ids: Collection[str]) -> bool:
        """Return whether none of *trace_ids* is held; for many, much less than asking for each."""
        held = (self._records.keys(), self._pinned.keys())
        return all(each.isdisjoint(trace_ids) for each in held)

    @property
    def revision(self) -> int:
        """Grows with every change; equal revisions mean an equal store."""
        return self._revision

    @property
    def span_count(self) -> int:
        """How many spans are held."""
        return self._span_count

    @property
    def byte_count(self) -> int:
        """Estimated memory of everything held, in bytes."""
        return self._byte_count + self._scopes.byte_count

    @property
    def scope_count(self) -> int:
        """How many distinct scopes the held spans refer to."""
        return len(self._scopes)

    def consume(self, batch: SpanBatch) -> None:
        """Store *batch* and evict the oldest traces until the bounds hold."""
        self._revision += 1
        for part in batch.slices:
            self._add(part, batch.received_unix_nano)
        self._evict()

    def _add(self, part: TraceSlice[InstrumentationScope], received: int) -> None:
        """Store one slice.

        Half of what a span costs before it is looked at is spent here, so nothing is
        done for each span but by what C does for all of them.
        """
        trace_id, scope, spans = part.trace_id, part.scope, part.payloads
        counters = self.counters
        counters.received_spans += len(spans)
        record = self._records.get(trace_id) or self._pinned.get(trace_id)
        if record is None:
            is_partial = trace_id in self._evicted_ids
            record = Record({}, self._revision, received, received, is_partial)
        payloads = record.payloads
        held = len(payloads)
        byte_count = payload_bytes(spans)
        scope_byte_count = 0 if scope in record.scopes else scope_bytes(scope)
        max_spans, max_bytes = self._trace_room
        grown = record.byte_count + record.scope_byte_count + byte_count + scope_byte_count
        if held + len(spans) > max_spans or grown > max_bytes:
            spans = self._fitting(part, record, scope_byte_count, received)
            byte_count = payload_bytes(spans)
        if held:
            _exhaust(map(payloads.setdefault, spans, repeat(scope)))
        else:
            payloads = record.payloads = dict.fromkeys(spans, scope)
        added = len(payloads) - held
        if added < len(spans):
            counters.duplicate_spans += len(spans) - added
            byte_count = payload_bytes(list(islice(reversed(payloads), added)))
        if not added:
            return
        if not held:
            self._records[trace_id] = record
            counters.received_traces += 1
            self._byte_count += TRACE_OVERHEAD_BYTES
        if record.revision != self._revision:
            self._touch(trace_id, record, received)
        record.byte_count += byte_count
        self._byte_count += byte_count
        self._span_count += added
        if scope_byte_count:
            record.scope_byte_count += scope_byte_count
            record.add_scope(scope)
            self._scopes.hold(scope)

    def _touch(self, trace_id: str, record: Record, received: int) -> None:
        """Make a trace the one with the newest activity, if it is held.

        Both indexes stay in order of revision: `changes_since` reads them from the
        end and stops at the first trace that its caller has already seen.
        """
        record.revision = self._revision
        record.last_received = max(record.last_received, received)
        if trace_id in self._records:
            self._records.move_to_end(trace_id)
        elif trace_id in self._pinned:
            self._pinned.move_to_end(trace_id)

    def _fitting(
        self,
        part: TraceSlice[InstrumentationScope],
        record: Record,
        scope_byte_count: int,
        received: int,
    ) -> list[bytes]:
        """Return the spans of *part* that are new, as far as one trace may grow.

        The others are counted; for want of room the trace is marked.
        """
        fresh = record.new_of(part.payloads)
        self.counters.duplicate_spans += len(part.payloads) - len(fresh)
        max_spans, max_bytes = self._trace_room
        room = max_bytes - scope_byte_count
        fitting = record.fitting(fresh, room=room, max_spans=max_spans)
        if len(fitting) < len(fresh):
            self.counters.truncated_spans += len(fresh) - len(fitting)
            record.is_truncated = True
            self._touch(part.trace_id, record, received)
        return fitting

    def _evict(self) -> None:
        limits, counters, evicted_ids = self.limits, self.counters, self._evicted_ids
        while self._span_count > limits.max_spans or self.byte_count > limits.max_bytes:
            # Pinned traces that grew until nothing else is left are the last to go.
            trace_id, record = (self._records or self._pinned).popitem(last=False)
            self._forget(record)
            counters.evicted_traces += 1
            counters.evicted_spans += len(record.payloads)
            evicted_ids[trace_id] = None
            evicted_ids.move_to_end(trace_id)
        while len(evicted_ids) > MAX_REMEMBERED_EVICTIONS:
            evicted_ids.popitem(last=False)
            counters.forgotten_evictions += 1

    def _forget(self, record: Record) -> None:
        self._span_count -= len(record.payloads)
        self._byte_count -= record.byte_count
        for scope in record.scopes:
            self._scopes.release(scope)

    def trace(self, trace_id: str) -> Trace | None:
        """Return a held trace with its spans read, or None; costs its own size."""
        return finish(self.trace_steps(trace_id))

    def trace_steps(self, trace_id: str) -> Steps[Trace | None]:
        """Read what `trace` returns, as it is at the first step."""
        record = self._record(trace_id)
        if record is None:
            return None
        return (yield from record.trace_steps(trace_id, is_pinned=trace_id in self._pinned))

    def payloads(self, trace_id: str) -> Mapping[bytes, InstrumentationScope] | None:
        """Return a held trace's own bytes with their scopes, or None: read at once, or copy."""
        record = self._record(trace_id)
        return None if record is None else record.payloads

    def totals(self, trace_id: str) -> Totals | None:
        """Return what is known of a held trace without reading its spans, or None."""
        record = self._record(trace_id)
        return None if record is None else record.totals()

    def start_of(self, trace_id: str) -> int:
        """Return the earliest start in a held trace; reads one number of each span.

        Returns:
            Unix nanoseconds; 0 when the trace is not held or no span has a start.
        """
        record = self._record(trace_id)
        return 0 if record is None else record.start()

    def changes_since(self, revision: int) -> Change:
        """Return everything that changed after *revision*; costs its own size.

        Args:
            revision: As read from an earlier change; 0 asks for everything held.
        """
        if revision == self._revision:
            return Change(revision, ())
        updated = _newer_than(revision, self._records)
        if pinned := _newer_than(revision, self._pinned):
            records, others = self._records, self._pinned
            updated = sorted(
                updated + pinned, key=lambda each: (records.get(each) or others[each]).revision
            )
        return Change(self._revision, tuple(updated))

    def pin(self, trace_id: str) -> bool:
        """Keep a trace from being evicted.

        Returns:
            Whether it is pinned now: False when it is not held, or when pinned
            traces would pass half of the ring.
        """
        if trace_id in self._pinned:
            return True
        record = self._records.get(trace_id)
        if record is None:
            return False
        pinned = self._pinned.values()
        spans = sum(len(each.payloads) for each in pinned) + len(record.payloads)
        byte_count = sum(each.byte_count for each in pinned) + record.byte_count
        if spans > self.limits.max_pinned_spans or byte_count > self.limits.max_pinned_bytes:
            return False
        self._move(trace_id, self._records, self._pinned)
        return True

    def unpin(self, trace_id: str) -> None:
        """Let a trace be evicted again, as if it had just been active."""
        if trace_id in self._pinned:
            self._move(trace_id, self._pinned, self._records)
            self._evict()

    def clear(self) -> None:
        """Forget every trace that is not pinned; the counters stay."""
        self._revision += 1
        while self._records:
            _, record = self._records.popitem(last=False)
            self._forget(record)
        self._evicted_ids.clear()

    def _move(
        self,
        trace_id: str,
        source: OrderedDict[str, Record],
        target: OrderedDict[str, Record],
    ) -> None:
        self._revision += 1
        record = source.pop(trace_id)
        record.revision = self._revision
        target[trace_id] = record

    def _record(self, trace_id: str) -> Record | None:
        return self._records.get(trace_id) or self._pinned.get(trace_id)


def _newer_than(revision: int, records: OrderedDict[str, Record]) -> list[str]:
    """Return the traces that changed after *revision*, oldest change first."""
    newer = []
    for trace_id, record in reversed(records.items()):
        if record.revision <= revision:
            break
        newer.append(trace_id)
    newer.reverse()
    return newer
