"""What is held, made ready to be sent once more: with new ids, at the present time.

A replay is one change of time for everything, so that gaps within traces and between
them stay what they were, and one change of ids for everything, so that links, log
records and exemplars lead where they led.  Both are functions of what was sent and of a
seed: nothing is remembered, and two replays with one seed have the same ids.

Traces are sent whole, when their last span would have ended.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

from devtrace.analysis.timing import bounds
from devtrace.analysis.tree import assemble, main_root
from devtrace.exporters.entries import Entry, Stores, other_entries
from devtrace.exporters.otlp import Outcome
from devtrace.model.trace import Trace
from devtrace.otlp.decode import SPAN_ID_BYTES, TRACE_ID_BYTES, WireScope
from devtrace.otlp.decode_metrics import WireMetric
from devtrace.otlp.encode import traces_json_line, traces_proto
from devtrace.otlp.encode_logs import logs_json_line, logs_proto
from devtrace.otlp.encode_metrics import metric_payload, metrics_json_line
from devtrace.otlp.points import decode_point
from devtrace.otlp.rewrite import (
    Rewriting,
    redacted_metric,
    redacted_scope,
    rewritten_log,
    rewritten_point,
    rewritten_span,
)
from devtrace.otlp.signals import Signal

MAX_REQUEST_ITEMS = 512
"""Spans or log records in one request, as SDKs send them."""
MAX_REQUEST_BYTES = 1 << 20
"""A request ends with the item that makes it longer than this; receivers take four times that."""

_SECOND = 1_000_000_000


class Pace(StrEnum):
    """When traces are sent."""

    RECORDED = "recorded"
    """With the gaps between them that they had."""
    RATE = "rate"
    """At a rate, whatever the gaps were; each ends when it is sent."""
    AT_ONCE = "at once"
    """Without waiting, with the times of a recording that ends now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayConfig:
    """What a user may decide about a replay."""

    pace: Pace = Pace.RECORDED
    speed: float = 1.0
    """By how much all times are divided, within traces too; above 0."""
    rate: float = 1.0
    """Traces a second, with `Pace.RATE`; above 0."""
    keeps_ids: bool = False
    redacted_keys: frozenset[str] = frozenset()
    """The attributes whose values are left out."""
    seed: int = 0
    """What new ids begin with; the same seed makes the same ids."""
    is_json: bool = False
    """Whether requests are OTLP/JSON, which has no place for unknown fields."""


class Request(NamedTuple):
    """One request, encoded."""

    signal: Signal
    body: bytes
    item_count: int
    """Spans, log records or data points."""


class Part(NamedTuple):
    """What is sent together: a trace with its log records, or some of what is of none."""

    due_unix_nano: int
    """When it is to be sent; not before the part before it."""
    trace_count: int
    """0 or 1."""
    requests: Iterator[Request]
    """Made as they are asked for."""


class _Extent(NamedTuple):
    """A trace and when it was."""

    trace_id: str
    start: int
    """0 when no span of it has one."""
    end: int


_Items = Iterable[tuple[WireScope, bytes]]
_TimeOf = Callable[[int], int]


class Replay:
    """Makes the requests of a replay, as often as asked for.

    Args:
        stores: What holds it; must not change.
        trace_ids: Which traces.
        config: How they are changed.
        is_all: Whether log records of no such trace and metrics are sent too.
    """

    def __init__(
        self,
        stores: Stores,
        trace_ids: Iterable[str],
        config: ReplayConfig,
        *,
        is_all: bool = False,
    ) -> None:
        self._stores = stores
        self._config = config
        traces = filter(None, map(stores.traces.trace, trace_ids))
        self._extents = sorted(
            (_Extent(trace.trace_id, *bounds(trace.spans)) for trace in traces),
            key=lambda extent: (extent.end, extent.trace_id),
        )
        self._replayed = {bytes.fromhex(extent.trace_id) for extent in self._extents}
        ids = {extent.trace_id for extent in self._extents}
        self._others = list(other_entries(stores, ids)) if is_all else []
        self._ends_of_others = [max(_times(entry), default=0) for entry in self._others]
        times = list(chain.from_iterable(extent[1:] for extent in self._extents))
        times += chain.from_iterable(map(_times, self._others))
        known = [time for time in times if time]
        self._first, self._last = min(known, default=0), max(known, default=0)
        self._keys = frozenset(key.encode() for key in config.redacted_keys)
        self._scopes: dict[WireScope, WireScope] = {}

    @property
    def trace_count(self) -> int:
        """How many traces it sends each time."""
        return len(self._extents)

    @property
    def seconds(self) -> float:
        """How long it takes to send everything once, if the receiver keeps up."""
        config = self._config
        match config.pace:
            case Pace.RECORDED:
                return (self._last - self._first) / _SECOND / config.speed
            case Pace.RATE:
                return max(0, self.trace_count - 1) / config.rate
            case Pace.AT_ONCE:
                return 0.0

    def parts(self, begin_unix_nano: int, *, number: int = 0) -> Iterator[Part]:
        """Yield everything once, in the order in which it is to be sent.

        Args:
            begin_unix_nano: When sending begins: now.
            number: Replays of one seed with other numbers have other ids.
        """
        trace_id, span_id = self._ids(number)

        def rewriting(time: _TimeOf) -> Rewriting:
            return Rewriting(
                trace_id=trace_id, span_id=span_id, time=time, redacted_keys=self._keys
            )

        if self._config.pace is Pace.RATE:
            yield from self._parts_at_rate(begin_unix_nano, rewriting)
            return
        is_at_once = self._config.pace is Pace.AT_ONCE
        time_of = self._time(self._last if is_at_once else self._first, begin_unix_nano)
        how = rewriting(time_of)
        ends: list[tuple[int, _Extent | Entry]] = []
        ends += ((extent.end, extent) for extent in self._extents)
        ends += zip(self._ends_of_others, self._others, strict=True)
        for end, what in sorted(ends, key=lambda pair: pair[0]):
            due = time_of(end) if end and not is_at_once else begin_unix_nano
            yield self._part(due, what, how)

    def _parts_at_rate(
        self, begin: int, rewriting: Callable[[_TimeOf], Rewriting]
    ) -> Iterator[Part]:
        due = begin
        for index, extent in enumerate(self._extents):
            due = begin + round(index * _SECOND / self._config.rate)
            yield self._part(due, extent, rewriting(self._time(extent.end, due)))
        how = rewriting(self._time(self._last, due))
        yield from (self._part(due, entry, how) for entry in self._others)

    def _part(self, due: int, what: _Extent | Entry, how: Rewriting) -> Part:
        is_trace = isinstance(what, _Extent)
        return Part(due, int(is_trace), self._requests(what, how))

    def _time(self, origin: int, becomes: int) -> _TimeOf:
        """Return what moves *origin* to *becomes*, and every other time with it."""
        speed = self._config.speed
        if speed == 1:
            return lambda time: time - origin + becomes
        return lambda time: round((time - origin) / speed) + becomes

    def _ids(
        self, number: int
    ) -> tuple[Callable[[bytes], bytes], Callable[[bytes, bytes], bytes]]:
        if self._config.keeps_ids:
            return (lambda trace_id: trace_id), (lambda _, span_id: span_id)
        key = blake2b(f"{self._config.seed} {number}".encode(), digest_size=16).digest()

        def trace_id_of(trace_id: bytes) -> bytes:
            if trace_id not in self._replayed:
                return trace_id
            return blake2b(trace_id, digest_size=TRACE_ID_BYTES, key=key).digest()

        def span_id_of(trace_id: bytes, span_id: bytes) -> bytes:
            if trace_id not in self._replayed:
                return span_id
            return blake2b(trace_id + span_id, digest_size=SPAN_ID_BYTES, key=key).digest()

        return trace_id_of, span_id_of

    # -- requests ------------------------------------------------------------------------

    def _requests(self, what: _Extent | Entry, how: Rewriting) -> Iterator[Request]:
        entry = self._entry(what.trace_id) if isinstance(what, _Extent) else what
        is_json = self._config.is_json
        if entry.trace is not None:
            spans = self._spans(entry.trace, how)
            written = traces_json_line if is_json else traces_proto
            for few in _few_at_once(spans):
                yield Request(Signal.TRACES, written((w, (p,)) for w, p in few), len(few))
        records = (
            (self._scope(each.scope.wire), rewritten_log(each.payload, how))
            for each in entry.logs
        )
        written = logs_json_line if is_json else logs_proto
        for few in _few_at_once(records):
            yield Request(Signal.LOGS, written((w, (p,)) for w, p in few), len(few))
        if entry.metrics:
            # The levels above the items are the same in every signal.
            written = metrics_json_line if is_json else traces_proto
            body = written((w, (p,)) for w, p in self._metrics(entry, how))
            yield Request(Signal.METRICS, body, entry.point_count)

    def _entry(self, trace_id: str) -> Entry:
        trace = self._stores.traces.trace(trace_id)
        return Entry(trace, self._stores.logs.of_trace(trace_id))

    def _spans(self, trace: Trace, how: Rewriting) -> _Items:
        rows = assemble(trace.spans)
        main = main_root(rows)
        marked = (None if main is None else rows[main].span) or trace.spans[0]
        for span in trace.spans:
            mark = trace.trace_id if span is marked else ""
            payload = rewritten_span(span.payload, how, replayed_from=mark)
            yield self._scope(span.scope.wire), payload

    def _metrics(self, entry: Entry, how: Rewriting) -> _Items:
        points: dict[tuple[WireScope, WireMetric], list[bytes]] = {}
        for each in entry.metrics:
            key = (self._scope(each.scope.wire), each.metric)
            points.setdefault(key, []).extend(
                rewritten_point(each.kind, payload, how) for payload in each.payloads
            )
        for (scope, metric), payloads in points.items():
            bare = metric._replace(payload=redacted_metric(metric.payload, self._keys))
            yield scope, metric_payload(bare, payloads)

    def _scope(self, wire: WireScope) -> WireScope:
        if not self._keys:
            return wire
        if wire not in self._scopes:
            self._scopes[wire] = redacted_scope(wire, self._keys)
        return self._scopes[wire]


def _times(entry: Entry) -> list[int]:
    """Return when the first and the last of what is of no trace were, among other times."""
    times = [record.at_unix_nano for record in entry.logs]
    for series in entry.metrics:
        ends = (series.payloads[0], series.payloads[-1])
        times += (decode_point(series.kind, payload).time_unix_nano for payload in ends)
    return [time for time in times if time]


def _few_at_once(items: _Items) -> Iterator[Sequence[tuple[WireScope, bytes]]]:
    few: list[tuple[WireScope, bytes]] = []
    size = 0
    for item in items:
        few.append(item)
        size += len(item[1])
        if len(few) == MAX_REQUEST_ITEMS or size > MAX_REQUEST_BYTES:
            yield few
            few, size = [], 0
    if few:
        yield few


@dataclass(slots=True)
class ReplayTally:
    """What became of what was sent."""

    traces: int = 0
    """Traces of which every request was finished with."""
    sent: Counter[Signal] = field(default_factory=Counter)
    """Spans, log records and data points, whatever came of them."""
    refused: Counter[Signal] = field(default_factory=Counter)
    """Those of them that the receiver said it does not take."""
    problems: Counter[str] = field(default_factory=Counter)
    """How often the receiver said what."""

    @property
    def is_clean(self) -> bool:
        """Whether everything was taken."""
        return not self.refused.total()

    def add(self, request: Request, outcome: Outcome) -> None:
        """Count a request that was answered."""
        reply = outcome.reply
        self.sent[request.signal] += request.item_count
        if not outcome.is_acknowledged:
            self.refused[request.signal] += request.item_count
        elif reply.rejected:
            self.refused[request.signal] += min(reply.rejected, request.item_count)
        if reply.message:
            self.problems[reply.message] += 1
