"""The traces that match, in the order of what they are sorted by, kept true as they change.

Pure of Textual.  An order by time is the order of arrival and costs nothing.  Any other is
made of figures that are read a little at a time; a row takes its place as soon as its trace
was read, or together with others once a second where many change.
"""

from collections.abc import Callable, Collection, Iterable
from itertools import islice

from devtrace.store.ring import TraceStore
from devtrace.tui.sorting import Sorting
from devtrace.tui.trace_figures import STEP_SECONDS, TraceFigures
from devtrace.tui.trace_order import OrderedRows, TraceOrder

FEW_MOVES = 64
"""So many rows take their places at once; more wait for a second to be over."""
_PLACED_EVERY_NANO = 1_000_000_000
_MOVES_AT_ONCE = 4_000
"""So many rows take their places in one go: more would take longer than a frame."""
MAX_FIGURES = 4_000
"""While the order is that of time, figures are kept of so many traces, the newest."""
_CHART_SECONDS = 0.002
"""How long figures are read at a time while only a chart of the newest traces needs them."""


class SortedRows(OrderedRows):
    """Rows by time, duration, spans or errors.

    `newest_first` is that what is greatest stands at the top, whatever decides the order.

    Args:
        store: Where the traces are.
        clock: Unix nanoseconds now.
    """

    def __init__(self, store: TraceStore, clock: Callable[[], int]) -> None:
        super().__init__()
        self.store = store
        self.sorting = Sorting.TIME
        self.figures = TraceFigures(store)
        self.figures.limit = MAX_FIGURES
        self.moves = 0
        """How many rows ever took a place in an order other than time; tests count with it."""
        self._clock = clock
        self._all = self._shown
        """Every trace, in the order of arrival."""
        self._matching = self._shown
        """Those that match, in the order of arrival; what is shown, too, if that is by time."""
        self._unplaced: dict[str, None] = {}
        self._leaving: dict[str, None] = {}
        self._placed_at = 0
        self._has_news = False
        self._is_filling = False
        """Whether the rows were put in another order and some have no place yet."""

    def take_news(self) -> bool:
        """Return whether there are other rows than when this was last asked."""
        has_news, self._has_news = self._has_news, False
        return has_news

    @property
    def unsorted(self) -> int:
        """How many traces have no place yet."""
        if self.sorting is Sorting.TIME:
            return 0
        return self.figures.pending + len(self._unplaced) * self._is_filling

    def newest(self, count: int) -> list[str]:
        """Return the matching traces that arrived last, the newest at the end."""
        return self._matching.ids[-count:]

    @property
    def matching_state(self) -> tuple[object, ...]:
        """Something that is another when other traces match, or when figures of them changed."""
        ids = self._matching.ids
        ends = (ids[0], ids[-1]) if ids else ()
        return id(self._matching), len(ids), ends, self.figures.revision

    def rows_beyond(self, place: int) -> int:
        """Return how many rows belong behind *place*, in the direction of what is greatest."""
        return len(self._shown) - self._shown.place(place + 1)

    def _sort(self, sorting: Sorting) -> None:
        """Put the rows in another order, as far as they were read."""
        self.sorting = sorting
        self._lay_out(self._matching)

    def _lay_out(self, matching: TraceOrder) -> None:
        """Show the traces of *matching*, and what will be put there."""
        self._matching = matching
        self._unplaced, self._leaving = {}, {}
        is_by_time = self.sorting is Sorting.TIME
        self.figures.limit = MAX_FIGURES if is_by_time else None
        self._shown = matching if is_by_time else TraceOrder()
        self._is_filling = not is_by_time
        if not is_by_time:
            self.figures.meet_unknown(matching.ids)
            self._unplaced = dict.fromkeys(matching.ids)
            self._place_rows()

    def _place_of(self, trace_id: str | None) -> int | None:
        """Return where a trace stands or would stand; None while that is unknown."""
        number = self._all.number_of.get(trace_id or "")
        if number is None or trace_id is None:
            return None
        return self.sorting.place(number, self.figures.get(trace_id))

    def _add(self, trace_ids: Iterable[str]) -> None:
        """Take in traces that match now."""
        numbers = self._all.number_of
        new = [each for each in trace_ids if each in numbers and each not in self._matching]
        self._matching.insert((numbers[each], each) for each in new)
        self._join(new)

    def _drop(self, trace_ids: Collection[str]) -> None:
        """Take out traces that match no more."""
        self._matching.discard(trace_ids)
        self._leave(trace_ids)

    def _join(self, trace_ids: Iterable[str]) -> None:
        """Have rows placed."""
        if self.sorting is not Sorting.TIME:
            self._unplaced.update(dict.fromkeys(trace_ids))

    def _leave(self, trace_ids: Iterable[str]) -> None:
        """Have rows taken out."""
        if self.sorting is not Sorting.TIME:
            for trace_id in trace_ids:
                self._unplaced.pop(trace_id, None)
                self._leaving[trace_id] = None

    def _read_figures(self) -> bool:
        """Read figures for a while, and let rows take their places."""
        is_by_time = self.sorting is Sorting.TIME
        self._join(self.figures.step(_CHART_SECONDS if is_by_time else STEP_SECONDS))
        return self._place_rows()

    def _place_rows(self) -> bool:
        """Put rows where they belong, unless many wait that did so less than a second ago.

        Returns:
            Whether any row moved.
        """
        waiting = len(self._unplaced) + len(self._leaving)
        now = self._clock()
        is_early = now - self._placed_at < _PLACED_EVERY_NANO and not self._is_filling
        if not waiting or (waiting > FEW_MOVES and is_early):
            self._is_filling &= bool(waiting or self.figures.pending)
            return False
        if waiting > FEW_MOVES:
            self._placed_at = now
        known, entering = self._shown.number_of, []
        for trace_id in list(islice(self._unplaced, _MOVES_AT_ONCE)):
            del self._unplaced[trace_id]
            place = self._place_of(trace_id) if trace_id in self._matching else None
            if place is not None and known.get(trace_id) != place:
                entering.append((place, trace_id))
        self._is_filling &= bool(self._unplaced or self.figures.pending)
        is_moved = bool(entering or self._leaving)
        self._shown.move(self._leaving, entering)
        self.moves += len(entering)
        self._leaving = {}
        return is_moved
