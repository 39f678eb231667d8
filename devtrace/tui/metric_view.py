"""What the list of metrics shows: every series under its name, in an order that stays.

Pure of Textual.  Rows are numbers: a series has one for as long as it is held, and a
name with several series has a heading, which can be folded.  Only series that are drawn
are read, and of those only the newest points.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from dataclasses import dataclass, field

from devtrace.model.metric import SeriesKey
from devtrace.store.metrics import MetricStore
from devtrace.tui.series_reading import SeriesReading

MAX_REMEMBERED_READINGS = 512
NEWEST_POINTS = 17
"""Points of a series that are read for its row: a sparkline's, and one before."""
MANY_SERIES = 8
"""A name with more series than so many is folded until it is opened."""

_Place = tuple[str, bytes, int]
"""Where a series stands under its name: service, attributes, its number."""


@dataclass(slots=True)
class Group:
    """The series of one name."""

    name: str
    number: int
    """That of its heading, below 0."""
    places: list[_Place] = field(default_factory=list)
    is_folded: bool = False
    was_toggled: bool = False
    """Whether the user has folded or opened it, who then decides."""

    @property
    def has_heading(self) -> bool:
        """Whether there is more than one series to head."""
        return len(self.places) > 1


class MetricView:
    """The series as far as this view has seen them, by name, service and attributes.

    Args:
        store: What is read; never changed.
    """

    def __init__(self, store: MetricStore) -> None:
        self.store = store
        self.paused = False
        self.selected: int | None = None
        """Number of the row under the cursor."""
        self.series_read = 0
        """How many series were ever read; tests count work with it."""
        self._revision = 0
        self._points_seen = 0
        self._groups: dict[str, Group] = {}
        self._names: list[str] = []  # sorted
        self._keys: dict[int, SeriesKey] = {}
        self._number_of: dict[SeriesKey, int] = {}
        self._group_of: dict[int, Group] = {}  # by the numbers of series and of headings
        self._next_number = 0
        self._rows: list[int] = []
        self._row_of: dict[int, int] = {}
        self._known: OrderedDict[int, tuple[int, SeriesReading]] = OrderedDict()

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    @property
    def held_back(self) -> int:
        """How many points arrived since the view was paused; 0 while it is live."""
        received = self.store.counters.received_points
        return received - self._points_seen if self.paused else 0

    def refresh(self) -> bool:
        """Take in what changed in the store and return whether any row may be different."""
        if self.paused or self.store.revision == self._revision:
            return False
        change = self.store.changes_since(self._revision)
        self._revision = change.revision
        self._points_seen = self.store.counters.received_points
        new = [key for key in change.updated if key not in self._number_of]
        for key in new:
            self._add(key)
        gone = len(self._keys) > len(self.store)
        if gone:
            for number, key in list(self._keys.items()):
                if key not in self.store:
                    self._remove(number, key)
        if new or gone:
            self._fold_what_is_many()
            self._lay_out()
        return True

    def _add(self, key: SeriesKey) -> None:
        series = self.store.series(key, newest=0)
        if series is None:
            return
        group = self._groups.get(series.name)
        if group is None:
            group = Group(series.name, -1 - self._next_number)
            self._groups[series.name] = self._group_of[group.number] = group
            insort(self._names, series.name)
        number = self._next_number
        self._next_number += 1
        self._keys[number] = key
        self._number_of[key] = number
        self._group_of[number] = group
        insort(group.places, (series.service_name, key.attributes, number))

    def _remove(self, number: int, key: SeriesKey) -> None:
        group = self._group_of.pop(number)
        group.places = [place for place in group.places if place[2] != number]
        del self._keys[number], self._number_of[key]
        self._known.pop(number, None)
        if not group.places:
            del self._groups[group.name], self._group_of[group.number]
            del self._names[bisect_left(self._names, group.name)]

    def _fold_what_is_many(self) -> None:
        selected = None if self.selected is None else self._group_of.get(self.selected)
        for group in self._groups.values():
            if not group.was_toggled and group is not selected:
                group.is_folded = len(group.places) > MANY_SERIES

    def _lay_out(self) -> None:
        row_before = self._row_of.get(self.selected, 0) if self.selected is not None else 0
        self._rows = []
        for name in self._names:
            group = self._groups[name]
            if group.has_heading:
                self._rows.append(group.number)
            if not (group.has_heading and group.is_folded):
                self._rows += [number for _, _, number in group.places]
        self._row_of = {number: row for row, number in enumerate(self._rows)}
        if self.selected not in self._row_of:
            row = min(row_before, len(self._rows) - 1)
            self.selected = self._rows[row] if self._rows else None

    # -- rows ----------------------------------------------------------------------

    def id_at(self, row: int) -> int:
        """Return the number of a row, 0 being the top."""
        return self._rows[row]

    def row_of(self, number: int | None) -> int | None:
        """Return the row with a number, or None when there is none."""
        return None if number is None else self._row_of.get(number)

    def key(self, number: int | None) -> SeriesKey | None:
        """Return which series a row is; None for a heading."""
        return None if number is None else self._keys.get(number)

    def group(self, number: int) -> Group:
        """Return the group of a row that is there."""
        return self._group_of[number]

    def toggle_fold(self, number: int) -> None:
        """Fold or open the group of a row; the cursor goes to its heading if it must."""
        group = self._group_of.get(number)
        if group is None or not group.has_heading:
            return
        group.is_folded = not group.is_folded
        group.was_toggled = True
        is_within = self.selected is not None and self._group_of.get(self.selected) is group
        if group.is_folded and is_within:
            self.selected = group.number
        self._lay_out()

    def reading(self, number: int) -> SeriesReading | None:
        """Return what the newest points of a series say; None for a heading.

        While the view is paused, what was read before stays.
        """
        key = self._keys.get(number)
        if key is None:
            return None
        known = self._known.get(number)
        totals = self.store.totals(key)
        if known is not None:
            self._known.move_to_end(number)
            if self.paused or totals is None or known[0] == totals.revision:
                return known[1]
        series = self.store.series(key, newest=NEWEST_POINTS)
        if series is None or totals is None:
            return None
        self.series_read += 1
        reading = SeriesReading(series)
        self._known[number] = totals.revision, reading
        if len(self._known) > MAX_REMEMBERED_READINGS:
            self._known.popitem(last=False)
        return reading

    def pause(self) -> None:
        """Hold every row still; the store goes on receiving."""
        self.paused = True

    def resume(self) -> None:
        """Show what arrived in the meantime."""
        self.paused = False
