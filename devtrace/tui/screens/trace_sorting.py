"""The order and the columns of the list of traces: their keys, and that both are kept."""

from textual import on

from devtrace.tui.desk import Desk
from devtrace.tui.screens.asking import AskingScreen
from devtrace.tui.sorting import Sorting
from devtrace.tui.trace_columns import Column, kept_columns
from devtrace.tui.widgets.trace_list import TraceList

_FEW = 100
"""So many traces that are not read yet are none worth a word: the next tick has them."""


class SortingScreen(AskingScreen):
    """A list of traces that can be sorted by its columns.

    Args:
        desk: What the screen works on.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        by, largest_first = desk.state.sort or ("", False)
        if by in {sorting.value for sorting in Sorting}:
            desk.view.sort_by(Sorting(by), largest_first=largest_first)
        self._traces.show_columns(kept_columns(desk.state.columns))

    def say_state(self) -> None:
        """Say that rows are still missing, as long as they are."""
        if self.desk.view.unsorted > _FEW:
            self.say("sorting …", tone="accent")
        else:
            super().say_state()

    def action_choose_columns(self) -> None:
        """List the columns, to show and to hide them."""
        from devtrace.tui.screens.columns import ColumnsScreen

        def choose(columns: frozenset[Column]) -> None:
            self.desk.state.choose_columns([each.value for each in Column if each in columns])
            self._traces.show_columns(columns)

        self.app.push_screen(ColumnsScreen(kept_columns(self.desk.state.columns), choose))

    def action_sort_next(self) -> None:
        """Sort by the next column."""
        self._sort_by(self.desk.view.sorting.step(1))

    def action_sort_previous(self) -> None:
        """Sort by the column before."""
        self._sort_by(self.desk.view.sorting.step(-1))

    def action_reverse_order(self) -> None:
        """Turn the list round."""
        view = self.desk.view
        self._order(view.sorting, largest_first=not view.newest_first)

    @on(TraceList.SortAsked)
    def _sort_asked(self, event: TraceList.SortAsked) -> None:
        if event.sorting is self.desk.view.sorting:
            self.action_reverse_order()
        else:
            self._sort_by(event.sorting)

    def _sort_by(self, sorting: Sorting) -> None:
        """Sort by a figure, what stands out at the top; by time the newest are at the end."""
        self._order(sorting, largest_first=sorting is not Sorting.TIME)

    def _order(self, sorting: Sorting, *, largest_first: bool) -> None:
        self.desk.view.sort_by(sorting, largest_first=largest_first)
        self.desk.state.choose_sort(sorting.value, largest_first=largest_first)
        self._list.forget_edge()
        self._list.take_changes()
        self._list.reveal()
        self.tick()
        self.app.notify(sorting.ordered(largest_first=largest_first))
