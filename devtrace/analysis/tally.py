"""Counts and durations by key over many traces, from which a trace can be taken away again.

Durations go into buckets, 128 to an octave, and a quantile is the mean of its bucket:
right to 0.8 %, exact where a bucket holds one duration, and cheap to merge.  What each
trace gave is kept in three machine words a span: a trace that grows or is evicted is
subtracted exactly, and no other is read again.

Source: docs/analysis.md, "Across traces".
"""

from array import array
from collections import OrderedDict
from collections.abc import Collection, Hashable, Iterable, Iterator
from math import ceil, log2
from typing import Generic, NamedTuple, TypeVar

MAX_KEYS = 10_000
"""Keys counted at once; beyond it those that were met longest ago are forgotten."""
_MANTISSA_BITS = 7
_WORDS = 3
"""Of a sample: number of its key and whether it failed, duration, self time."""
_MAX_NANO = 2**64 - 1

KeyT = TypeVar("KeyT", bound=Hashable)


class Sample(NamedTuple, Generic[KeyT]):
    """One call, as one span tells of it."""

    key: KeyT
    duration_nano: int
    """From 0 to what 64 bits hold."""
    is_error: bool
    self_nano: int = 0
    """How much of it was its own work."""


class Found(NamedTuple):
    """What one trace has of the keys that were looked for."""

    trace_id: str
    calls: int
    errors: int
    longest_nano: int


def bucket_of(nano: int) -> int:
    """Return the bucket of a duration: below 256 each has its own, then 128 to the octave."""
    shift = max(0, nano.bit_length() - _MANTISSA_BITS - 1)
    return (shift << _MANTISSA_BITS) + (nano >> shift)


def middle_of(bucket: int) -> int:
    """Return the duration in the middle of a bucket, within 0.4 % of all that are in it."""
    shift = max(0, (bucket >> _MANTISSA_BITS) - 1)
    least = (bucket - (shift << _MANTISSA_BITS)) << shift
    return least + ((1 << shift) - 1) // 2


class Tally:
    """What is known of one key.

    Args:
        number: Stands for the key in what is kept of traces.
    """

    __slots__ = ("_ordered", "buckets", "count", "errors", "number", "self_nano", "sums")

    def __init__(self, number: int = 0) -> None:
        self.number = number
        self.count = 0
        self.errors = 0
        self.self_nano = 0
        self.buckets: dict[int, int] = {}
        """How many durations are in each bucket that holds any."""
        self.sums: dict[int, int] = {}
        """The sum of the durations in each bucket that holds any."""
        self._ordered: list[tuple[int, int]] | None = None

    def add(self, nano: int, *, is_error: int, self_nano: int, times: int = 1) -> None:
        """Count one call that took *nano*; with *times* -1 take it back."""
        bucket = bucket_of(nano)
        self.count += times
        self.errors += is_error * times
        self.self_nano += self_nano * times
        held = self.buckets.get(bucket, 0) + times
        if held:
            self.buckets[bucket] = held
            self.sums[bucket] = self.sums.get(bucket, 0) + nano * times
        else:
            del self.buckets[bucket], self.sums[bucket]
        self._ordered = None

    def merge(self, other: "Tally") -> None:
        """Count everything that *other* counted."""
        self.count += other.count
        self.errors += other.errors
        self.self_nano += other.self_nano
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count
            self.sums[bucket] = self.sums.get(bucket, 0) + other.sums[bucket]
        self._ordered = None

    def quantile(self, share: float) -> int:
        """Return the duration that *share* of the calls do not exceed (nearest rank).

        Args:
            share: From 0 to 1; 1 is the longest.

        Returns:
            Nanoseconds, to 0.8 %; 0 when nothing was counted.
        """
        rank, seen = max(1, ceil(share * self.count)), 0
        for bucket, count in self._in_order():
            seen += count
            if seen >= rank:
                return self.sums[bucket] // count
        return 0

    def shape(self, least_nano: int, most_nano: int, columns: int) -> list[int]:
        """Return how many calls lie in each of *columns* equal steps of the logarithm.

        Args:
            least_nano: Where the first column begins; what is shorter is in it.
            most_nano: Where the last one ends; what is longer is in it.
            columns: At least 1.
        """
        first, last = log2(max(1, least_nano)), log2(max(1, most_nano))
        step = max(last - first, 1e-9) / columns
        counts = [0] * columns
        for bucket, count in self.buckets.items():
            column = int((log2(max(1, middle_of(bucket))) - first) / step)
            counts[max(0, min(columns - 1, column))] += count
        return counts

    def _in_order(self) -> list[tuple[int, int]]:
        if self._ordered is None:
            self._ordered = sorted(self.buckets.items())
        return self._ordered


class Tallies(Generic[KeyT]):
    """One `Tally` for each key of the traces that were put in.

    Args:
        max_keys: How many keys are counted at once.
    """

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self.forgotten = 0
        """Keys that had to leave for others."""
        self.revision = 0
        """Grows with every change."""
        self.keys_revision = 0
        """Grows when a key comes or leaves."""
        self._max_keys = max_keys
        self._by_key: OrderedDict[KeyT, Tally] = OrderedDict()  # met longest ago first
        self._by_number: dict[int, tuple[KeyT, Tally]] = {}
        self._next_number = 0
        self._parts: dict[str, tuple[int, array[int]]] = {}
        self._seconds: dict[int, int] = {}

    def __len__(self) -> int:
        """How many traces were put in."""
        return len(self._parts)

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self._parts

    @property
    def by_key(self) -> OrderedDict[KeyT, Tally]:
        """The tally of each key, those met longest ago first; to be read only."""
        return self._by_key

    @property
    def seconds(self) -> int:
        """From the second in which the first trace started to the one of the last, both included.

        At least 1, so that it can be divided by.
        """
        return max(self._seconds) - min(self._seconds) + 1 if self._seconds else 1

    def put(self, trace_id: str, samples: Iterable[Sample[KeyT]], start_nano: int) -> None:
        """Count a trace, in the place of what was counted of it before.

        Args:
            trace_id: Which trace.
            samples: Everything that is to be counted of it.
            start_nano: When it started, in Unix nanoseconds; 0 is unknown.
        """
        self.drop(trace_id)
        self.extend(trace_id, samples, start_nano)

    def extend(self, trace_id: str, samples: Iterable[Sample[KeyT]], start_nano: int) -> None:
        """Count more of a trace, beside what was counted of it before.

        Args:
            trace_id: Which trace.
            samples: What is to be counted.
            start_nano: As in `put`; it counts when the trace was not in.
        """
        if trace_id not in self._parts:
            second = start_nano // 1_000_000_000
            self._parts[trace_id] = second, array("Q")
            if second:
                self._seconds[second] = self._seconds.get(second, 0) + 1
        _, part = self._parts[trace_id]
        for key, duration_nano, is_error, self_nano in samples:
            tally = self._tally(key)
            nano, own = min(duration_nano, _MAX_NANO), min(self_nano, _MAX_NANO)
            tally.add(nano, is_error=is_error, self_nano=own)
            part.extend((tally.number << 1 | is_error, nano, own))
        self.revision += 1

    def size(self, trace_id: str) -> int:
        """Return how many samples were counted of a trace."""
        return len(self._parts[trace_id][1]) // _WORDS if trace_id in self._parts else 0

    def drop(self, trace_id: str, *, most: int | None = None) -> bool:
        """Take back what was counted of a trace.

        Args:
            trace_id: Which trace; it need not be in.
            most: So many samples at most, for a trace that is large; None is all.

        Returns:
            Whether nothing of it is left.
        """
        if trace_id not in self._parts:
            return True
        second, part = self._parts[trace_id]
        begin = 0 if most is None else max(0, len(part) - _WORDS * most)
        leaving = part[begin:]
        del part[begin:]
        self.revision += 1
        columns = (leaving[column::_WORDS] for column in range(_WORDS))
        for word, nano, self_nano in zip(*columns, strict=True):
            self._take_back(word, nano, self_nano)
        if part:
            return False
        del self._parts[trace_id]
        if second:
            self._seconds[second] -= 1
            if not self._seconds[second]:
                del self._seconds[second]
        return True

    def _take_back(self, word: int, nano: int, self_nano: int) -> None:
        number = word >> 1
        known = self._by_number.get(number)
        if known is None:
            return
        key, tally = known
        tally.add(nano, is_error=word & 1, self_nano=self_nano, times=-1)
        if not tally.count:
            del self._by_key[key], self._by_number[number]
            self.keys_revision += 1

    def find(self, keys: Collection[KeyT], trace_id: str) -> Found | None:
        """Return what a trace has of *keys*, or None when it has nothing of them."""
        wanted = {self._by_key[key].number for key in keys if key in self._by_key}
        return self._find(wanted, trace_id)

    def find_all(self, keys: Collection[KeyT]) -> Iterator[Found | None]:
        """Yield what each trace has of *keys*; None for one that has nothing.

        It looks at the traces that are there when it begins, and may be left waiting
        between two of them.
        """
        wanted = {self._by_key[key].number for key in keys if key in self._by_key}
        for trace_id in list(self._parts):
            yield self._find(wanted, trace_id)

    def _find(self, numbers: Collection[int], trace_id: str) -> Found | None:
        _, part = self._parts.get(trace_id, (0, ()))
        calls = [
            (word, nano)
            for word, nano in zip(part[::_WORDS], part[1::_WORDS], strict=True)
            if word >> 1 in numbers
        ]
        if not calls:
            return None
        errors = sum(word & 1 for word, _ in calls)
        return Found(trace_id, len(calls), errors, max(nano for _, nano in calls))

    def _tally(self, key: KeyT) -> Tally:
        tally = self._by_key.get(key)
        if tally is not None:
            self._by_key.move_to_end(key)
            return tally
        if len(self._by_key) >= self._max_keys:
            _, least_recent = self._by_key.popitem(last=False)
            del self._by_number[least_recent.number]
            self.forgotten += 1
        self.keys_revision += 1
        tally = Tally(self._next_number)
        self._next_number += 1
        self._by_key[key] = tally
        self._by_number[tally.number] = key, tally
        return tally
