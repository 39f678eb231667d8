"""The newest traces of the list as dots: when each began, how long it took, whether it failed.

Pure of Textual.  However many traces there are, so many dots are drawn and no more; what is
known of them was read before, each span once (`trace_figures`).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, log
from typing import NamedTuple

from devtrace.model.time import NANOS_PER_SECOND
from devtrace.tui.sorted_rows import SortedRows

MAX_DOTS = 2_000
FEW_DOTS, LARGE_EVERY = 500, 4
"""A chart of more dots is made no more often than at every fourth asking."""
QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""What a cell looks like by the sum of its quarters: 1 and 2 above, 4 and 8 below."""
SHADES = " ░▒▓█"
"""What a cell of a crowded picture looks like by its shade."""
_CROWDED = 4
"""With more dots in a cell than so many on average, quarters would all be full."""
_LEAST_GAP_NANO = 3_600 * NANOS_PER_SECOND
_GAP_FACTOR = 4
_TENS = (10, 20, 50, 100)
_FINE_TENS = (10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)
"""Tenths of the largest power of ten: which numbers are round."""


class Dot(NamedTuple):
    """One trace."""

    start_nano: int
    trace_id: str
    duration_nano: int
    span_count: int
    has_failed: bool
    """Whether a span has status ERROR."""


class Cell(NamedTuple):
    """One character of the scatter."""

    quarters: int
    """Which of its quarters hold a dot, as in `QUARTERS`."""
    has_failed: bool
    shade: int = 0
    """How many dots it holds beside the fullest, as in `SHADES`; 0 where few fit in quarters."""

    @property
    def sign(self) -> str:
        """What it looks like."""
        return SHADES[self.shade] if self.shade else QUARTERS[self.quarters]


@dataclass(frozen=True)
class TraceChart:
    """Dots in order of their start.

    Args:
        dots: At least one, all with a start.
        left_out: How many earlier ones there are that would squeeze these.
    """

    dots: Sequence[Dot]
    left_out: int = 0
    _durations: list[int] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._durations.extend(sorted(dot.duration_nano for dot in self.dots))

    def quantile(self, share: float) -> int:
        """Return the duration in nanoseconds that *share* of the traces do not exceed."""
        return self._durations[max(1, ceil(share * len(self.dots))) - 1]

    @property
    def seconds(self) -> float:
        """From the first start to the last, at least 1."""
        nano = self.dots[-1].start_nano - self.dots[0].start_nano
        return max(1.0, nano / NANOS_PER_SECOND)

    @cached_property
    def span_count(self) -> int:
        """Spans of all traces."""
        return sum(dot.span_count for dot in self.dots)

    @cached_property
    def failed(self) -> int:
        """Traces that failed."""
        return sum(dot.has_failed for dot in self.dots)

    @cached_property
    def ends(self) -> tuple[int, int]:
        """The ends of the axis of durations, in nanoseconds: round numbers, the first above 0."""
        least, most = max(1, self._durations[0]), max(1, self._durations[-1])
        power: int = 10 ** (len(str(least)) - 1)
        bottom = next(step * power for step in (5, 2, 1) if step * power <= least)
        return bottom, max(_round_up(most), bottom + 1)

    def arrivals(self, columns: int) -> tuple[list[int], set[int]]:
        """Return how many traces began in each column, and in which one failed."""
        counts, failed = [0] * columns, set()
        for dot, column in zip(self.dots, self._columns(columns), strict=True):
            counts[column] += 1
            if dot.has_failed:
                failed.add(column)
        return counts, failed

    def scatter(self, columns: int, rows: int) -> list[list[Cell]]:
        """Return the cells of a picture, from the top; the upper ends took longer."""
        bits = [[0] * columns for _ in range(rows)]
        counts: Counter[tuple[int, int]] = Counter()
        failed: set[tuple[int, int]] = set()
        for dot, quarter in zip(self.dots, self._columns(2 * columns), strict=True):
            level = self._level(dot, 2 * rows)
            place = level // 2, quarter // 2
            bits[place[0]][place[1]] |= 1 << (quarter % 2 + 2 * (level % 2))
            counts[place] += 1
            if dot.has_failed:
                failed.add(place)
        most = max(counts.values()) if len(self.dots) > _CROWDED * len(counts) else 0
        return [
            [
                Cell(each, (row, column) in failed, _shade(counts[row, column], most))
                for column, each in enumerate(line)
            ]
            for row, line in enumerate(bits)
        ]

    def cell_of(self, trace_id: str | None, columns: int, rows: int) -> tuple[int, int] | None:
        """Return row and column of a trace's dot, or None when it has none."""
        dot = self.dot(trace_id)
        if dot is None:
            return None
        step, begin = self._steps(2 * columns)
        return self._level(dot, 2 * rows) // 2, (dot.start_nano // step - begin) // 2

    def nearest(self, row: int, column: int, columns: int, rows: int) -> Dot:
        """Return the dot nearest to a cell; of several the one that began last."""

        def distance(dot: Dot, quarter: int) -> int:
            across = quarter // 2 - column
            down = self._level(dot, 2 * rows) // 2 - row
            return across * across + 4 * down * down  # a cell is twice as high as wide

        pairs = zip(self.dots, self._columns(2 * columns), strict=True)
        return min(reversed(list(pairs)), key=lambda pair: distance(*pair))[0]

    def beside(self, trace_id: str | None, step: int, *, by_duration: bool = False) -> Dot:
        """Return the next dot in time or, *by_duration*, the next slower one; -1 goes back.

        At an end it is that one; of a trace without a dot it is the last.
        """
        dot = self.dot(trace_id)
        if dot is None:
            return self.dots[-1]
        order = self._by_duration if by_duration else self.dots
        place = (
            bisect_left(order, _duration_first(dot), key=_duration_first)
            if by_duration
            else bisect_left(order, dot)
        )
        return order[max(0, min(len(order) - 1, place + step))]

    def dot(self, trace_id: str | None) -> Dot | None:
        """Return a trace's dot, or None."""
        return self._dot_of.get(trace_id or "")

    @cached_property
    def _dot_of(self) -> dict[str, Dot]:
        return {dot.trace_id: dot for dot in self.dots}

    @cached_property
    def _by_duration(self) -> list[Dot]:
        return sorted(self.dots, key=_duration_first)

    def _columns(self, columns: int) -> list[int]:
        """Return the column of each dot."""
        step, begin = self._steps(columns)
        return [dot.start_nano // step - begin for dot in self.dots]

    def _steps(self, columns: int) -> tuple[int, int]:
        """Return how much time a column is, a round stretch, and the number of the first one.

        So a dot stays in its column while others come, until there is too little room.
        """
        first, last = self.dots[0].start_nano, self.dots[-1].start_nano
        step = _round_up(max(1, (last - first) // columns), _FINE_TENS)
        while last // step - first // step >= columns:
            step = _round_up(step + 1, _FINE_TENS)
        return step, first // step

    def _level(self, dot: Dot, levels: int) -> int:
        """Return how far below the top a dot is, on a scale of logarithms."""
        bottom, top = self.ends
        share = log(top / max(bottom, dot.duration_nano)) / log(top / bottom)
        return max(0, min(levels - 1, int(share * levels)))


class ChartReading:
    """The chart of what a list shows, made anew when that is different.

    Args:
        rows: The list.
    """

    def __init__(self, rows: SortedRows) -> None:
        self.chart: TraceChart | None = None
        """None while there is no dot."""
        self.dots_made = 0
        """How many dots were ever made; tests count work with it."""
        self._rows = rows
        self._asked = 0
        self._drawn: tuple[object, ...] = ()

    def refresh(self) -> bool:
        """Take in what changed; return whether the chart is another.

        One of many dots is made at every fourth asking, and not at each, in a flood.
        """
        self._asked += 1
        is_large = self.chart is not None and len(self.chart.dots) > FEW_DOTS
        state = self._rows.matching_state
        if state == self._drawn or (is_large and self._asked < LARGE_EVERY):
            return False
        self._drawn, self._asked = state, 0
        trace_ids, figures = self._rows.newest(MAX_DOTS), self._rows.figures
        dots = [
            Dot(known.start_nano, each, known.duration_nano, known.span_count,
                known.error_count > 0)
            for each in trace_ids
            if (known := figures.get(each)) is not None and known.start_nano
        ]  # fmt: skip
        figures.meet_unknown(each for each in trace_ids if each in self._rows.store)
        self.dots_made += len(dots)
        dots.sort()
        begin = newest_stretch(dots)
        self.chart = TraceChart(dots[begin:], begin) if dots else None
        return True


def newest_stretch(dots: Sequence[Dot]) -> int:
    """Return which dot the newest stretch begins with: what came long before would squeeze it.

    Such as a file of yesterday beside what arrives now.  A gap parts them when it is longer
    than an hour and than a few times all that came after it.
    """
    for place in range(len(dots) - 1, 0, -1):
        after = dots[-1].start_nano - dots[place].start_nano
        gap = dots[place].start_nano - dots[place - 1].start_nano
        if gap > max(_LEAST_GAP_NANO, _GAP_FACTOR * after):
            return place
    return 0


def _shade(count: int, most: int) -> int:
    """Return the shade of a cell with *count* dots; one dot is seen beside any number."""
    if not count or not most:
        return 0
    return ceil((len(SHADES) - 1) * count / most)


def _duration_first(dot: Dot) -> tuple[int, Dot]:
    return dot.duration_nano, dot


def _round_up(least: int, tens: Sequence[int] = _TENS) -> int:
    """Return the smallest round number that is not below *least*."""
    power: int = 10 ** (len(str(least)) - 1)
    return next(step for each in tens if (step := each * power // 10) >= least)
