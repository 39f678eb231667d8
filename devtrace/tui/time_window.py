"""Which part of a trace's time the bars are drawn on."""

from devtrace.tui.bars import Interval

LEAST_NANO = 100
"""The shortest piece of time one can zoom to."""
_FACTOR = 2


class TimeWindow:
    """The whole of a time axis until a piece of it is chosen."""

    def __init__(self) -> None:
        self._piece: Interval | None = None

    @property
    def is_zoomed(self) -> bool:
        """Whether only a piece of the time is shown."""
        return self._piece is not None

    def within(self, whole: Interval) -> Interval:
        """Return start and end of what is shown of *whole*; the end is after the start."""
        start, end = self._piece or whole
        start, end = max(start, whole[0]), min(end, whole[1])
        return (start, end) if start < end else (whole[0], max(whole[1], whole[0] + 1))

    def show(self, start: int, end: int) -> None:
        """Show the time between two moments, in either order."""
        start, end = min(start, end), max(start, end)
        lacking = max(0, LEAST_NANO - (end - start))
        self._piece = (start - lacking // 2, end + lacking - lacking // 2)

    def reset(self) -> None:
        """Show everything."""
        self._piece = None

    def zoom(self, step: int, whole: Interval, around: Interval) -> None:
        """Show half of the time that is shown (1), or twice of it (-1).

        Args:
            step: 1 or -1.
            whole: All there is to show.
            around: A span; what is in view of it comes to the middle as far as it can.
        """
        start, end = self.within(whole)
        length = end - start
        length = length // _FACTOR if step > 0 else length * _FACTOR
        length = max(LEAST_NANO, length)
        if length >= whole[1] - whole[0]:
            self.reset()
            return
        low, high = max(around[0], start), min(around[1], end)
        if high < low:
            low, high = around
        middle = (low + high) // 2
        start = max(whole[0], min(middle - length // 2, whole[1] - length))
        self._piece = (start, start + length)
