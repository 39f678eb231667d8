"""What is odd about spans that were accepted: times, names, text.

Looks at totals of a batch and at a few spans of it, so that it costs nothing to
speak of while all is well; every span is looked at only where a total is odd.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from devtrace.model.resource import UNKNOWN_SERVICE, InstrumentationScope, Resource
from devtrace.model.time import DAY_NANO, FIRST_PLAUSIBLE_NANO, suspected_unit
from devtrace.otlp import mistakes
from devtrace.otlp.decode import TraceSlice, read_hot_fields
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.values import decode_span_detail, is_strict_span

Slices = Sequence[TraceSlice[InstrumentationScope]]

SAMPLED_SPANS = 4
"""Spans of a request whose text is checked; a sender's mistake is rarely in one span alone."""

_MAX_REMEMBERED = 1_000
_NO_START = mistakes.MISSING_TIMES.note("span without a start time")
_FUTURE = mistakes.FUTURE_TIME.note("time more than a day in the future")
_NO_SERVICE = mistakes.UNKNOWN_SERVICE.note("service.name is missing or empty")
_NO_UTF8 = mistakes.INVALID_UTF8.note("text of a span is not valid UTF-8")
_DAMAGED = mistakes.MALFORMED_BODY.note("part of a span cannot be decoded")
_NO_UTF8_IN_RESOURCE = mistakes.INVALID_UTF8.note("text of a resource is not valid UTF-8")


class _Known(NamedTuple):
    """What is remembered of a resource."""

    service_name: str
    notes: tuple[Note, ...]


class Scrutiny:
    """Looks at batches of spans and remembers their resources.

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
        horizon = self._clock() + DAY_NANO
        scope = None
        for part in slices:
            if (
                part.earliest_unix_nano < FIRST_PLAUSIBLE_NANO
                or part.latest_unix_nano > horizon
            ):
                notes.update(_notes_on_times(part, horizon))
            if part.scope is not scope:
                scope = part.scope
                if odd := self._known_of(scope.resource).notes:
                    notes.update(odd)
        for payload in islice(chain.from_iterable(part.payloads for part in slices), samples):
            if not is_strict_span(payload):
                is_text = _has_no_utf8(decode_span_detail(payload).notes)
                notes[_NO_UTF8 if is_text else _DAMAGED] += 1
        return notes

    def service_name_of(self, slices: Slices) -> str:
        """Return the one service that sent all of *slices*; empty if there are several."""
        names = {self._known_of(part.scope.resource).service_name for part in slices}
        return names.pop() if len(names) == 1 else ""

    def _known_of(self, resource: Resource) -> _Known:
        """Return what is known of *resource*, which is read the first time only."""
        known = self._known.get(resource.payload)
        if known is None:
            if len(self._known) == _MAX_REMEMBERED:
                self._known.clear()
            known = _Known(resource.service_name, tuple(_notes_on_resource(resource)))
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
        if unit := suspected_unit(start or end):
            yield mistakes.TIME_UNIT.note(f"time that looks like {unit}")
        if max(start, end) > horizon:
            yield _FUTURE
