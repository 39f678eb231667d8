"""One field of many spans at once, for whoever looks for spans that have a certain one.

Spans written one after the other are, to protobuf, one span with the fields of all.  A
field that is declared repeated then yields the values of all of them, for a tenth of what
it costs to read each span.  Which span has which value is not told, and of a span that
repeats a field all values are, though its last one counts: what is returned may hold more
than the spans have, and never less but for the values of absent fields.
"""

from collections.abc import Collection, Iterable
from operator import attrgetter

from devtrace.otlp.schema import SpanAttributes, SpanKinds, SpanNames, SpanStatuses, SpanTimes

_times_of = attrgetter("start_time_unix_nano", "end_time_unix_nano")


def names_in(payloads: bytes) -> Collection[bytes]:
    """Return the distinct names of spans, as written; without the empty name of no name.

    Args:
        payloads: Serialized `Span`s, one after the other.
    """
    return set(SpanNames.FromString(payloads).name[:])


def kinds_in(payloads: bytes) -> Collection[int]:
    """Return the distinct kinds of spans; without the 0 of no kind.

    Args:
        payloads: Serialized `Span`s, one after the other.
    """
    return set(SpanKinds.FromString(payloads).kind[:])


def statuses_in(payloads: bytes) -> Collection[bytes]:
    """Return the distinct statuses of spans, each a serialized `Status`; without no status.

    Args:
        payloads: Serialized `Span`s, one after the other.
    """
    return set(SpanStatuses.FromString(payloads).status[:])


def attributes_in(payloads: bytes) -> Collection[bytes]:
    """Return the distinct attributes of spans, each a serialized `KeyValue`, unread.

    Args:
        payloads: Serialized `Span`s, one after the other.
    """
    return set(SpanAttributes.FromString(payloads).attributes[:])


def durations_of(payloads: Iterable[bytes]) -> tuple[int, int]:
    """Return the shortest and the longest duration of spans.

    Args:
        payloads: A serialized `Span` each; at least one.

    Returns:
        Nanoseconds; a start or an end that is missing makes 0, as an end before the start.
    """
    durations = [
        end - start if 0 < start < end else 0
        for start, end in map(_times_of, map(SpanTimes.FromString, payloads))
    ]
    return min(durations), max(durations)


def extent_of(payloads: Iterable[bytes]) -> int:
    """Return the time from the earliest start of spans to their latest start or end.

    Args:
        payloads: A serialized `Span` each; spans without a start do not count.

    Returns:
        Nanoseconds; 0 when no span has a start.
    """
    times = [
        (start, max(start, end))
        for start, end in map(_times_of, map(SpanTimes.FromString, payloads))
        if start
    ]
    if not times:
        return 0
    extent: int = max(end for _, end in times) - min(start for start, _ in times)
    return extent
