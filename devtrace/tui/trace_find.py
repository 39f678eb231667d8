"""Which spans of an open trace a query matches, and which of them is next."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from devtrace.tui.waterfall import Waterfall

if TYPE_CHECKING:
    from devtrace.model.span import Span
    from devtrace.query import Query, QueryError

FIND_SECONDS = 0.012
"""A search in a long trace stops after so long and goes on when it is asked to."""


class TraceFind:
    """Finds spans of one trace while it grows.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, *, clock: Callable[[], float] = perf_counter) -> None:
        self.text = ""
        """What was last asked for, right or wrong."""
        self.error: QueryError | None = None
        """What is wrong with it; the one before then still holds."""
        self.rows: tuple[int, ...] = ()
        """Nodes that match, in the order of the tree."""
        self._clock = clock
        self._query: Query | None = None
        self._waterfall: Waterfall | None = None
        self._looked_for: Query | None = None
        self._steps: Iterator[tuple[Span, ...] | None] | None = None

    @property
    def is_searching(self) -> bool:
        """Whether there is more to look at."""
        return self._steps is not None

    def ask(self, text: str) -> None:
        """Look for something else; nothing when *text* is empty."""
        text = text.strip()
        if text == self.text:
            return
        self.text, self.error = text, None
        if not text:
            self._query = None
            return
        from devtrace.query import QueryError, parse

        try:
            self._query = parse(text)
        except QueryError as error:
            self.error = error

    def look_in(self, waterfall: Waterfall | None) -> bool:
        """Go on looking, from the beginning if the trace or the query is another.

        Returns:
            Whether other nodes match than before.
        """
        query, before = self._query, self.rows
        if query is None or waterfall is None:
            self._steps = self._looked_for = self._waterfall = None
            self.rows = ()
            return bool(before)
        if waterfall is not self._waterfall or query is not self._looked_for:
            self._waterfall, self._looked_for = waterfall, query
            self._steps = _found(query, waterfall)
        if self._steps is None:
            return False
        deadline = self._clock() + FIND_SECONDS
        for spans in self._steps:
            if spans is not None:
                wanted = set(map(id, spans))
                nodes = enumerate(waterfall.nodes)
                self.rows = tuple(row for row, node in nodes if id(node.span) in wanted)
                self._steps = None
                break
            if self._clock() >= deadline:
                break
        return self.rows != before

    def next_row(self, here: int | None, step: int) -> int | None:
        """Return the match below (1) or above (-1) a node, round the end; None without any."""
        if not self.rows:
            return None
        at = -1 if here is None else here
        if step > 0:
            return self.rows[bisect_right(self.rows, at) % len(self.rows)]
        return self.rows[bisect_left(self.rows, at) - 1]

    def first_row_from(self, here: int | None) -> int | None:
        """Return *here* if it matches, else the match below it."""
        return here if self._place(here) is not None else self.next_row(here, 1)

    def _place(self, here: int | None) -> int | None:
        """Return the place of a node among the matches, or None when it is none."""
        place = bisect_left(self.rows, -1 if here is None else here)
        return place if self.rows[place : place + 1] == (here,) else None

    def tally(self, here: int | None) -> str:
        """Return which match *here* is, and of how many."""
        if self.is_searching:
            return "searching…"
        if (place := self._place(here)) is not None:
            return f"{place + 1} of {len(self.rows)}"
        count = len(self.rows)
        return f"{count} match{'' if count == 1 else 'es'}"


def _found(query: "Query", waterfall: Waterfall) -> "Iterator[tuple[Span, ...] | None]":
    """Yield None now and then, and at the end the spans that match."""
    steps = query.span_steps(waterfall.trace)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            yield stop.value
            return
        yield None
