"""The newest data points of every series, within bounds of bytes, series and points.

When memory is short the oldest points leave, whichever series they are of, so that
series that are all alive keep equal parts of their past; a series leaves with its last
point.  When there are too many series, the one that was not updated for longest leaves.

The store pushes nothing: a reader keeps the last `revision` it saw and asks
`changes_since`.  One event loop owns a store and is its only reader and writer.
"""

from array import array
from collections import OrderedDict
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

from devtrace.model.consumer import MetricBatch
from devtrace.model.metric import ExemplarOfSpan, Series, SeriesKey
from devtrace.model.resource import InstrumentationScope
from devtrace.otlp.decode_metrics import MetricSlice, WireMetric, WirePoint
from devtrace.store.limits import MetricLimits
from devtrace.store.scopes import SharedScopes

POINT_OVERHEAD_BYTES = 60
"""Python's own share of one point: its bytes object and its places in two lists."""
SERIES_OVERHEAD_BYTES = 520
"""Python's own share of one series: key, attributes, entry, lists, its places elsewhere."""
METRIC_OVERHEAD_BYTES = 400
"""Python's own share of one metric: identity, texts, bytes, place in a dict."""

_SPARE_AGES = 64
"""How many ages of series that are gone may be kept beyond one for each that is held."""


class MetricChange(NamedTuple):
    """What became different since a revision the caller had already seen."""

    revision: int
    updated: tuple[SeriesKey, ...]
    """Held series that have new points, the oldest change first."""


@dataclass(slots=True)
class MetricCounters:
    """What happened since the store was made; each only grows."""

    received_points: int = 0
    evicted_points: int = 0
    evicted_series: int = 0
    """Series of which no point is left."""
    duplicate_points: int = 0
    """Points equal in every byte to the one before: a request sent twice."""
    oversized_points: int = 0
    """Points dropped because one alone would pass the bound."""


class SeriesTotals(NamedTuple):
    """What is known of a held series without reading its points."""

    revision: int
    """The store's revision when its newest point came."""
    point_count: int


@dataclass(slots=True)
class _HeldSeries:
    """One series: its points as they came, in order of arrival."""

    metric: WireMetric
    scope: InstrumentationScope
    payloads: list[bytes] = field(default_factory=list)
    revisions: "array[int]" = field(default_factory=lambda: array("Q"))
    """The revision that the arrival of each of them made."""


class _SharedMetrics:
    """The metrics that held series refer to: equal ones are one object, paid for once."""

    def __init__(self) -> None:
        self._references: dict[WireMetric, tuple[WireMetric, int]] = {}
        self.byte_count = 0

    def __len__(self) -> int:
        return len(self._references)

    def hold(self, metric: WireMetric) -> WireMetric:
        """Note one more reference to *metric*; return the one object to refer to."""
        shared, references = self._references.get(metric, (metric, 0))
        if not references:
            self.byte_count += _metric_bytes(metric)
        self._references[shared] = shared, references + 1
        return shared

    def release(self, metric: WireMetric) -> None:
        """Note one reference less to *metric*."""
        shared, references = self._references[metric]
        if references > 1:
            self._references[shared] = shared, references - 1
        else:
            del self._references[shared]
            self.byte_count -= _metric_bytes(shared)


class MetricStore:
    """The newest data points by series; a `MetricConsumer`.

    Args:
        limits: The bounds; each has a counter in `counters`.
    """

    def __init__(self, limits: MetricLimits | None = None) -> None:
        self.limits = limits or MetricLimits()
        self.counters = MetricCounters()
        # The least recently updated first.
        self._series: OrderedDict[SeriesKey, _HeldSeries] = OrderedDict()
        # A heap: for each held series the revision of its oldest point, or an earlier one
        # that it had; and some of series that are gone.
        self._ages: list[tuple[int, SeriesKey]] = []
        self._revision = 0
        self._point_count = 0
        self._byte_count = 0
        self._scopes = SharedScopes()
        self._metrics = _SharedMetrics()

    def __len__(self) -> int:
        """How many series are held."""
        return len(self._series)

    def __contains__(self, key: object) -> bool:
        """Whether a series is held."""
        return key in self._series

    @property
    def revision(self) -> int:
        """Grows with every change; equal revisions mean an equal store."""
        return self._revision

    @property
    def point_count(self) -> int:
        """How many data points are held."""
        return self._point_count

    @property
    def byte_count(self) -> int:
        """Estimated memory of everything held, in bytes."""
        return self._byte_count + self._scopes.byte_count + self._metrics.byte_count

    # -- what comes and goes -------------------------------------------------------

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Store *batch* and evict until the bounds hold."""
        for part in batch.slices:
            self.counters.received_points += len(part.points)
            for point in part.points:
                self._add(part, point)
        self._evict()

    def _add(self, part: MetricSlice[InstrumentationScope], point: WirePoint) -> None:
        key = SeriesKey(part.scope.identity, part.metric.identity, point.attributes)
        if _series_bytes(key) + _point_bytes(point.payload) > self.limits.max_bytes:
            self.counters.oversized_points += 1
            return
        held = self._series.get(key)
        if held is None:
            held = self._begun(key, part)
        elif held.payloads[-1] == point.payload:
            self.counters.duplicate_points += 1
            return
        elif held.metric.payload != part.metric.payload:  # its description, for example
            self._metrics.release(held.metric)
            held.metric = self._metrics.hold(
                WireMetric(held.metric.identity, part.metric.payload)
            )
        self._revision += 1
        if not held.payloads:
            heappush(self._ages, (self._revision, key))
        held.revisions.append(self._revision)
        held.payloads.append(point.payload)
        self._point_count += 1
        self._byte_count += _point_bytes(point.payload)
        if len(held.payloads) > self.limits.max_series_points:
            self._drop_oldest(held, 1)
        self._series.move_to_end(key)

    def _begun(self, key: SeriesKey, part: MetricSlice[InstrumentationScope]) -> _HeldSeries:
        metric = self._metrics.hold(part.metric)
        held = _HeldSeries(metric, part.scope)
        self._series[SeriesKey(key.scope, metric.identity, key.attributes)] = held
        self._scopes.hold(part.scope)
        self._byte_count += _series_bytes(key)
        return held

    def _evict(self) -> None:
        limits = self.limits
        while len(self._series) > limits.max_series:
            key = next(iter(self._series))
            self._drop_oldest(self._series[key], len(self._series[key].payloads))
            self._leave(key)
        while self._series and self.byte_count > limits.max_bytes:
            self._drop_oldest_of_all()
        if len(self._ages) > 2 * len(self._series) + _SPARE_AGES:
            self._ages = [(held.revisions[0], key) for key, held in self._series.items()]
            heapify(self._ages)

    def _drop_oldest_of_all(self) -> None:
        """Drop the oldest point, or find that it was thought older than it is."""
        age, key = self._ages[0]
        held = self._series.get(key)
        if held is not None and held.revisions[0] == age:
            self._drop_oldest(held, 1)
            if not held.payloads:
                self._leave(key)
        if held is None or not held.payloads:
            heappop(self._ages)
        else:
            heapreplace(self._ages, (held.revisions[0], key))

    def _drop_oldest(self, held: _HeldSeries, count: int) -> None:
        self._byte_count -= sum(map(_point_bytes, held.payloads[:count]))
        del held.payloads[:count]
        del held.revisions[:count]
        self._point_count -= count
        self.counters.evicted_points += count

    def _leave(self, key: SeriesKey) -> None:
        """Forget a series that has no points."""
        held = self._series.pop(key)
        self._scopes.release(held.scope)
        self._metrics.release(held.metric)
        self._byte_count -= _series_bytes(key)
        self.counters.evicted_series += 1

    def clear(self) -> None:
        """Forget every series; the counters stay."""
        self._revision += 1
        self._series.clear()
        self._ages.clear()
        self._point_count = self._byte_count = 0
        self._scopes = SharedScopes()
        self._metrics = _SharedMetrics()

    # -- what is asked -------------------------------------------------------------

    def series(self, key: SeriesKey, *, newest: int | None = None) -> Series | None:
        """Return a held series, or None.

        Args:
            key: Which one.
            newest: How many points to give it at most, the ones that came last; all
                when None.  Points are decoded when they are asked for.
        """
        held = self._series.get(key)
        if held is None:
            return None
        first = 0 if newest is None else max(0, len(held.payloads) - newest)
        return Series(key, held.metric, held.scope, held.payloads[first:])

    def totals(self, key: SeriesKey) -> SeriesTotals | None:
        """Return what is known of a held series without reading it, or None."""
        held = self._series.get(key)
        return None if held is None else SeriesTotals(held.revisions[-1], len(held.payloads))

    def changes_since(self, revision: int) -> MetricChange:
        """Return which series got points after *revision*; costs its own size.

        What only lost old points is not named: its newest are what they were.

        Args:
            revision: As read from an earlier change; 0 asks for everything held.
        """
        updated: list[SeriesKey] = []
        for key, held in reversed(self._series.items()):
            if held.revisions[-1] <= revision:
                break
            updated.append(key)
        updated.reverse()
        return MetricChange(self._revision, tuple(updated))

    def naming_span(
        self, trace_id: str, span_id: str | None = None
    ) -> tuple[ExemplarOfSpan, ...]:
        """Return the points of which an exemplar was measured in a span.

        Looks for the bytes of the id in every held point, some 50 ms when the store
        is full, and reads only points that have them.

        Args:
            trace_id: 32 hex digits.
            span_id: 16 hex digits; None finds the exemplars of the whole trace.
        """
        from devtrace.otlp.points import decode_point

        needle = bytes.fromhex(trace_id if span_id is None else span_id)
        found: list[ExemplarOfSpan] = []
        for key, held in self._series.items():
            for payload in held.payloads:
                if needle not in payload:
                    continue
                point = decode_point(key.metric.kind, payload)
                if any(
                    exemplar.trace_id == trace_id and span_id in {None, exemplar.span_id}
                    for exemplar in point.exemplars
                ):
                    found.append(ExemplarOfSpan(key, point))
        return tuple(found)


def _point_bytes(payload: bytes) -> int:
    return len(payload) + POINT_OVERHEAD_BYTES


def _series_bytes(key: SeriesKey) -> int:
    return (
        len(key.attributes)
        + len(key.metric.name)
        + len(key.metric.unit)
        + SERIES_OVERHEAD_BYTES
    )


def _metric_bytes(metric: WireMetric) -> int:
    return len(metric.payload) + METRIC_OVERHEAD_BYTES
