"""What the list of traces can be sorted by."""

from enum import Enum

from devtrace.tui.trace_figures import Figures

_NUMBER_BITS = 40
"""So many bits of a place are the running number of its trace: equal figures stand by age."""


class Sorting(Enum):
    """What decides the order of the rows; equal ones stand as they arrived."""

    TIME = "time"
    DURATION = "duration"
    SPANS = "spans"
    ERRORS = "errors"

    def place(self, number: int, figures: Figures | None) -> int | None:
        """Return where a trace stands, the greatest being the last; None while that is unknown.

        Args:
            number: Its running number.
            figures: What was read of it.
        """
        if self is Sorting.TIME:
            return number
        if figures is None:
            return None
        if self is Sorting.DURATION:
            figure = figures.duration_nano
        else:
            figure = figures.span_count if self is Sorting.SPANS else figures.error_count
        return figure << _NUMBER_BITS | number

    def ordered(self, *, largest_first: bool) -> str:
        """Return how one would say the order."""
        least, most = _ENDS[self]
        if self is Sorting.TIME:
            return f"{most} at the {'top' if largest_first else 'end'}"
        return f"{most if largest_first else least} first"

    def step(self, step: int) -> "Sorting":
        """Return what follows it, or with -1 what precedes it, round and round."""
        every = list(Sorting)
        return every[(every.index(self) + step) % len(every)]


_ENDS = {
    Sorting.TIME: ("oldest", "newest"),
    Sorting.DURATION: ("fastest", "slowest"),
    Sorting.SPANS: ("fewest spans", "most spans"),
    Sorting.ERRORS: ("fewest errors", "most errors"),
}
