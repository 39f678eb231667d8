"""The columns of the list of traces: which are shown, and how wide each of them is.

The user chooses among them; what then does not fit leaves in a fixed order, the title never,
and not the one that rows are sorted by.
"""

from collections.abc import Collection, Iterable
from enum import Enum
from typing import NamedTuple

from devtrace.tui.sorting import Sorting

DURATION_CELLS = 7
TRACE_ID_CELLS = 8
_LEAST_SERVICE_CELLS = 7
_LEAST_TITLE_CELLS = 8


class Column(Enum):
    """A column that can be left out; its value is what the user calls it."""

    TIME = "time"
    SERVICE = "service"
    BAR = "bar"
    DURATION = "took"
    SPANS = "spans"
    ERRORS = "err"
    SERVICES = "svc"
    TRACE_ID = "trace id"


SAYS = {
    Column.TIME: "when it began",
    Column.SERVICE: "the service it began in",
    Column.BAR: "how long it took beside the others in view",
    Column.DURATION: "how long it took",
    Column.SPANS: "how many spans it has",
    Column.ERRORS: "how many of them failed",
    Column.SERVICES: "how many services it went through",
    Column.TRACE_ID: "the first digits of its id",
}
DEFAULT_COLUMNS = frozenset(Column) - {Column.TRACE_ID}
_SORTED = {
    Sorting.TIME: Column.TIME,
    Sorting.DURATION: Column.DURATION,
    Sorting.SPANS: Column.SPANS,
    Sorting.ERRORS: Column.ERRORS,
}
_CELLS = {
    Column.TIME: 9,
    Column.SERVICE: 10,
    Column.BAR: 2,
    Column.DURATION: 8,
    Column.SPANS: 6,
    Column.ERRORS: 4,
    Column.SERVICES: 4,
    Column.TRACE_ID: TRACE_ID_CELLS + 1,
}
"""What a column takes where there is little room, with the blank before it."""


class Widths(NamedTuple):
    """How wide each column is; 0 leaves it out."""

    time: int
    service: int
    title: int
    bar: int
    duration: int
    spans: int
    errors: int
    services: int
    trace_id: int


def widths(
    width: int, longest_service: int, *, chosen: Collection[Column], sorting: Sorting
) -> Widths:
    """Return the columns of a list.

    Args:
        width: Cells of the list.
        longest_service: Cells of the longest service name, if it is to be whole.
        chosen: Which columns the user wants.
        sorting: What rows are sorted by; by time they simply stand as they arrived.
    """
    held = {_SORTED[sorting]} - {Column.TIME}
    wanted = {*chosen, *held}
    # what the user has taken away leaves room for the others, and the other way round
    room = width + sum(_CELLS[each] for each in DEFAULT_COLUMNS - wanted)
    room -= sum(_CELLS[each] for each in wanted - DEFAULT_COLUMNS)

    def cells(column: Column, *steps: tuple[int, int]) -> int:
        """Return the cells of a column by the least room each width needs."""
        fitting = (count for least, count in steps if room >= least or column in held)
        return next(fitting, 0) if column in wanted else 0

    time = cells(Column.TIME, (64, 12), (48, 8))
    longest = max(_LEAST_SERVICE_CELLS, min(longest_service, width // 6))
    service = cells(Column.SERVICE, (0, longest))
    bar = cells(Column.BAR, (100, 8), (90, 4), (56, 1))
    duration = cells(Column.DURATION, (0, DURATION_CELLS))
    spans = cells(Column.SPANS, (46, 5))
    errors = cells(Column.ERRORS, (76, 3))
    services = cells(Column.SERVICES, (76, 3))
    trace_id = cells(Column.TRACE_ID, (40, TRACE_ID_CELLS))
    used = 5 + (service + 3 if service else 0)
    used += sum(
        each + 1 for each in (time, bar, duration, spans, errors, services, trace_id) if each
    )
    title = max(_LEAST_TITLE_CELLS, width - used)
    return Widths(time, service, title, bar, duration, spans, errors, services, trace_id)


def kept_columns(names: Iterable[str] | None) -> frozenset[Column]:
    """Return the columns of names that were kept; None is as usual, unknown names are nothing."""
    if names is None:
        return DEFAULT_COLUMNS
    known = set(names)
    return frozenset(each for each in Column if each.value in known)
