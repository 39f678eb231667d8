"""What is odd about telemetry that was accepted: times, names, text, ids of exemplars.

Looks at totals of a batch and at a few items of it, so that it costs nothing to
speak of while all is well; every span is looked at only where a total is odd.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import chain, islice
from typing import NamedTuple

from devtrace.model.resource import UNKNOWN_SERVICE, InstrumentationScope, Resource
from devtrace.model.time import DAY_NANO, FIRST_PLAUSIBLE_NANO, suspected_unit
from devtrace.otlp import mistakes
from devtrace.otlp.decode import TraceSlice, read_hot_fields
from devtrace.otlp.decode_logs import WireLog, read_hot_log_fields
from devtrace.otlp.decode_metrics import MetricSlice
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.values import (
    decode_log_detail,
    decode_span_detail,
    is_strict_log,
    is_strict_span,
)

Slices = Sequence[TraceSlice[InstrumentationScope]]
Records = Sequence[WireLog[InstrumentationScope]]
Metrics = Sequence[MetricSlice[InstrumentationScope]]

SAMPLED_SPANS = 4
"""Spans of a request whose text is checked; a sender's mistake is rarely in one span alone."""
SAMPLED_ITEMS = 4
"""Log records and data points of a request that are looked at, times and all."""

_MAX_REMEMBERED = 1_000
_MAX_REMEMBERED_BYTES = 4_096
"""A resource longer than that is looked at every time."""
_MAX_NAME_CHARACTERS = 200
_NO_START = mistakes.MISSING_TIMES.note("span without a start time")
_FUTURE = mistakes.FUTURE_TIME.note("time more than a day in the future")
_NO_SERVICE = mistakes.UNKNOWN_SERVICE.note("service.name is missing or empty")
_NO_UTF8 = mistakes.INVALID_UTF8.note("text of a span is not valid UTF-8")
_DAMAGED = mistakes.MALFORMED_BODY.note("part of a span cannot be decoded")
_NO_UTF8_IN_LOG = mistakes.INVALID_UTF8.note("text of a log record is not valid UTF-8")
_DAMAGED_LOG = mistakes.MALFORMED_BODY.note("part of a log record cannot be decoded")
_NO_UTF8_IN_POINT = mistakes.INVALID_UTF8.note("text of an exemplar is not valid UTF-8")
_DAMAGED_POINT = mistakes.MALFORMED_BODY.note("part of a data point cannot be decoded")
_NO_UTF8_IN_RESOURCE = mistakes.INVALID_UTF8.note("text of a resource is not valid UTF-8")


class _Known(NamedTuple):
    """What is remembered of a resource."""

    service_name: str
    notes: tuple[Note, ...]


class Scrutiny:
    """Looks at batches of spans, log records and data points and remembers their resources.

    Args:
        clock: Unix nanoseconds now.
    """

    def __init__(self, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._clock = clock
        self._known: dict[bytes, _Known] = {}

    def notes_on(self, slices: Slices, *, samples: int | None = SAMPLED_SPANS) -> Counter[str]:
        """Return what is odd about the spans of one request: how often, by sentence.

        Args:
            slices: As they were decoded.
            samples: Spans whose text is checked; None checks all, 0 none.
        """
        notes: Counter[str] = Counter()
        horizon = self._horizon()
        for part in slices:
            if (
                part.earliest_unix_nano < FIRST_PLAUSIBLE_NANO
                or part.latest_unix_nano > horizon
            ):
                notes.update(_notes_on_times(part, horizon))
        notes.update(self._notes_on_resources(part.scope for part in slices))
        for payload in islice(chain.from_iterable(part.payloads for part in slices), samples):
            if not is_strict_span(payload):
                is_text = _has_no_utf8(decode_span_detail(payload).notes)
                notes[_NO_UTF8 if is_text else _DAMAGED] += 1
        return notes

    def notes_on_logs(
        self, records: Records, *, samples: int | None = SAMPLED_ITEMS
    ) -> Counter[str]:
        """Return what is odd about the log records of one request; see `notes_on`.

        Args:
            records: As they were decoded.
            samples: How many are looked at; None looks at all.
        """
        notes: Counter[str] = Counter(
            self._notes_on_resources(record.scope for record in records)
        )
        horizon = self._horizon()
        for record in islice(records, samples):
            hot = read_hot_log_fields(record.payload)
            at = hot.time_unix_nano or hot.observed_time_unix_nano
            notes.update(_notes_on_time(at, at, horizon))
            if not is_strict_log(record.payload):
                is_text = _has_no_utf8(decode_log_detail(record.payload).notes)
                notes[_NO_UTF8_IN_LOG if is_text else _DAMAGED_LOG] += 1
        return notes

    def notes_on_metrics(
        self, slices: Metrics, *, samples: int | None = SAMPLED_ITEMS
    ) -> Counter[str]:
        """Return what is odd about the data points of one request; see `notes_on`.

        Args:
            slices: As they were decoded.
            samples: How many are looked at, the largest: they have exemplars if any has;
                None looks at all.
        """
        from devtrace.otlp.points import decode_point

        notes: Counter[str] = Counter(self._notes_on_resources(part.scope for part in slices))
        horizon = self._horizon()
        points = [
            (part.metric.identity.kind, point.payload)
            for part in slices
            for point in part.points
        ]
        if samples is not None:
            points = nlargest(samples, points, key=lambda point: len(point[1]))
        for kind, payload in points:
            point = decode_point(kind, payload)
            at = point.time_unix_nano
            notes.update(_notes_on_time(at, at, horizon))
            for note in point.notes:
                if isinstance(note, Note):
                    notes[note] += 1
                elif "UTF-8" in note:
                    notes[_NO_UTF8_IN_POINT] += 1
                elif "cannot be decoded" in note:
                    notes[_DAMAGED_POINT] += 1
        return notes

    def service_name_of(self, scopes: Iterable[InstrumentationScope]) -> str:
        """Return the one service to which all of *scopes* belong; empty if there are several."""
        names = {self._known_of(scope.resource).service_name for scope in scopes}
        return names.pop() if len(names) == 1 else ""

    def _horizon(self) -> int:
        """Return the first moment that is too far in the future to be meant."""
        return self._clock() + DAY_NANO

    def _notes_on_resources(self, scopes: Iterable[InstrumentationScope]) -> Iterator[Note]:
        last = None
        for scope in scopes:
            if scope is not last:
                last = scope
                yield from self._known_of(scope.resource).notes

    def _known_of(self, resource: Resource) -> _Known:
        """Return what is known of *resource*, which is read the first time only."""
        known = self._known.get(resource.payload)
        if known is None:
            name = resource.service_name[:_MAX_NAME_CHARACTERS]
            known = _Known(name, tuple(_notes_on_resource(resource)))
            if len(resource.payload) > _MAX_REMEMBERED_BYTES:
                return known
            if len(self._known) == _MAX_REMEMBERED:
                self._known.clear()
            self._known[resource.payload] = known
        return known


def _notes_on_resource(resource: Resource) -> Iterator[Note]:
    name = resource.service_name
    if not resource.attributes.get("service.name"):
        yield _NO_SERVICE
    elif name.startswith(UNKNOWN_SERVICE):
        yield mistakes.UNKNOWN_SERVICE.note(f"service.name is {name[:80]}")
    if _has_no_utf8(resource.notes):
        yield _NO_UTF8_IN_RESOURCE


def _has_no_utf8(notes: Iterable[str]) -> bool:
    return any("UTF-8" in note for note in notes)


def _notes_on_times(part: TraceSlice[InstrumentationScope], horizon: int) -> Iterable[Note]:
    for _, _, _, _, start, end, _ in map(read_hot_fields, part.payloads):
        if not start:
            yield _NO_START
        yield from _notes_on_time(start or end, max(start, end), horizon)


def _notes_on_time(unix_nano: int, latest: int, horizon: int) -> Iterator[Note]:
    if unit := suspected_unit(unix_nano):
        yield mistakes.TIME_UNIT.note(f"time that looks like {unit}")
    if latest > horizon:
        yield _FUTURE
