"""Traces in the order of their first span: rows are found by number, numbers by trace."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from itertools import islice, takewhile
from typing import Protocol

_FEW = 64
"""So many are taken out one by one; of more, the rest is written anew."""


class Held(Protocol):
    """The traces there are: a `TraceStore`."""

    def __len__(self) -> int:
        """How many there are."""

    def __contains__(self, trace_id: str) -> bool:
        """Whether there is one."""

    def isdisjoint(self, trace_ids: Collection[str], /) -> bool:
        """Whether none of several is there."""


class TraceOrder:
    """Ids of traces by their running number, which grows with every new trace."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.numbers: list[int] = []  # parallel to ids, ascending
        self.number_of: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, trace_id: str) -> bool:
        return trace_id in self.number_of

    def extend(self, trace_ids: Sequence[str], number: int) -> None:
        """Add traces that are not among these; the first has *number*, larger than all."""
        numbers = range(number, number + len(trace_ids))
        self.ids += trace_ids
        self.numbers += numbers
        self.number_of.update(zip(trace_ids, numbers, strict=True))

    def insert(self, numbered: Iterable[tuple[int, str]]) -> None:
        """Add traces that are not among these, wherever their numbers belong.

        Neighbours are put in together, so that many from one end cost no more than one.
        """
        new = sorted(numbered)
        self.number_of.update((trace_id, number) for number, trace_id in new)
        begin = 0
        while begin < len(new):
            place = self.place(new[begin][0])
            end = len(new)
            if place < len(self.numbers):
                end = bisect_left(new, (self.numbers[place], ""), lo=begin)
            self.ids[place:place] = [trace_id for _, trace_id in new[begin:end]]
            self.numbers[place:place] = [number for number, _ in new[begin:end]]
            begin = end

    def discard(self, trace_ids: Collection[str]) -> None:
        """Take traces out; those that are not here do not matter."""
        leaving = [trace_id for trace_id in trace_ids if trace_id in self.number_of]
        for trace_id in leaving:
            number = self.number_of.pop(trace_id)
            if len(leaving) <= _FEW:
                place = self.place(number)
                del self.ids[place], self.numbers[place]
        if len(leaving) > _FEW:
            self.ids = [trace_id for trace_id in self.ids if trace_id in self.number_of]
            self.numbers = [self.number_of[trace_id] for trace_id in self.ids]

    def move(self, leaving: Iterable[str], entering: Collection[tuple[int, str]]) -> None:
        """Take traces out, and put others or the same where their numbers belong.

        Few cost a place each; for many the rows between them are copied piece by piece.
        """
        moved = {*leaving, *(trace_id for _, trace_id in entering)}
        if len(moved) <= _FEW:
            self.discard(moved)
            self.insert(entering)
            return
        ids, numbers = self.ids, self.numbers
        gone = [
            self.number_of.pop(trace_id) for trace_id in moved if trace_id in self.number_of
        ]
        self.ids, self.numbers = [], []
        begin = 0
        for place in [bisect_left(numbers, each) for each in sorted(gone)]:
            self.ids += ids[begin:place]
            self.numbers += numbers[begin:place]
            begin = place + 1
        ids, numbers = self.ids + ids[begin:], self.numbers + numbers[begin:]
        self.ids, self.numbers = [], []
        begin = 0
        for number, trace_id in sorted(entering):
            place = bisect_left(numbers, number, lo=begin)
            self.ids += ids[begin:place]
            self.numbers += numbers[begin:place]
            self.ids.append(trace_id)
            self.numbers.append(number)
            self.number_of[trace_id] = number
            begin = place
        self.ids += ids[begin:]
        self.numbers += numbers[begin:]

    def drop_gone(self, held: Held, *, kept: str | None) -> list[str]:
        """Take out traces that are not *held* any more, all but *kept*, and return them.

        Traces mostly leave in the order they came, so the front is looked at first;
        the few that are left in between go once they are a sixteenth of the list.
        """
        gone = self.ids[: max(0, len(self.ids) - len(held))]
        if not held.isdisjoint(gone):
            gone = []
        gone += takewhile(lambda each: each not in held, islice(self.ids, len(gone), None))
        left = [kept] if kept is not None and kept in gone else []
        self.ids[: len(gone)] = left
        self.numbers[: len(gone)] = [self.number_of[trace_id] for trace_id in left]
        left_between = len(self.ids) - len(held) - (kept in self.number_of and kept not in held)
        if left_between > len(self.ids) // 16:
            between = [each for each in self.ids if each not in held and each != kept]
            gone += between
            self.ids = [each for each in self.ids if each in held or each == kept]
            self.numbers = [self.number_of[trace_id] for trace_id in self.ids]
        if left:
            gone.remove(left[0])
        for trace_id in gone:
            del self.number_of[trace_id]
        return gone

    def place(self, number: int) -> int:
        """Return the place of a number, or of the one that follows it."""
        return bisect_left(self.numbers, number)

    def nearest(self, number: int) -> str | None:
        """Return the trace whose number is nearest to one, or None when there is none."""
        place = self.place(number)
        around = self.numbers[max(0, place - 1) : place + 1]
        if not around:
            return None
        return self.ids[self.place(min(around, key=lambda each: abs(each - number)))]


class OrderedRows:
    """An order seen from the top, with either end there."""

    def __init__(self) -> None:
        self.newest_first = False
        self._shown = TraceOrder()

    def id_at(self, row: int) -> str:
        """Return the trace in row *row*, 0 being the top."""
        return self._shown.ids[-1 - row if self.newest_first else row]

    def row_of(self, trace_id: str | None) -> int | None:
        """Return the row of a trace, or None when it has none."""
        number = self._shown.number_of.get(trace_id) if trace_id is not None else None
        if number is None:
            return None
        place = self._shown.place(number)
        return len(self._shown.ids) - 1 - place if self.newest_first else place

    def ids_from(self, trace_id: str, step: int) -> list[str]:
        """Return every trace once: downwards (1) or upwards (-1), from the row next to one.

        The last is *trace_id* itself; nothing if it has no row.
        """
        number = self._shown.number_of.get(trace_id)
        if number is None:
            return []
        place = self._shown.place(number)
        if (step > 0) is self.newest_first:
            return [*self._shown.ids[:place][::-1], *self._shown.ids[place:][::-1]]
        return [*self._shown.ids[place + 1 :], *self._shown.ids[: place + 1]]

    def number_at(self, row: int) -> int:
        """Return the running number of the trace in *row*; it grows with every new trace."""
        return self._shown.numbers[-1 - row if self.newest_first else row]

    def row_near(self, number: int) -> int:
        """Return the row of the trace with a running number, or of the one that follows it."""
        place = self._shown.place(number)
        return len(self._shown.ids) - 1 - place if self.newest_first else place
