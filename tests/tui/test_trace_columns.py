"""Columns leave in a fixed order, the title never, and what is hidden leaves room."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.tui.sorting import Sorting
from devtrace.tui.trace_columns import (
    DEFAULT_COLUMNS,
    SAYS,
    Column,
    Widths,
    kept_columns,
    widths,
)

CHOSEN = st.frozensets(st.sampled_from(Column))


def laid_out(
    width: int,
    chosen: frozenset[Column] = DEFAULT_COLUMNS,
    sorting: Sorting = Sorting.TIME,
) -> Widths:
    """Return the columns of a list whose longest service name has ten cells."""
    return widths(width, 10, chosen=chosen, sorting=sorting)


def shown(columns: Widths) -> set[str]:
    """Return the names of the columns that are there."""
    return {name for name, cells in columns._asdict().items() if cells}


@given(st.integers(60, 300), CHOSEN, st.sampled_from(Sorting))
def test_columns_never_take_more_than_there_is(
    width: int, chosen: frozenset[Column], sorting: Sorting
) -> None:
    """Whatever is chosen, the title has room for a word."""
    columns = laid_out(width, chosen, sorting)
    service = columns.service + 3 if columns.service else 0
    others = (*columns[3:], columns.time)
    used = 5 + service + columns.title + sum(each + 1 for each in others if each)
    assert columns.title >= 8
    assert used <= width


@given(st.integers(40, 300), CHOSEN)
def test_what_is_not_chosen_is_not_there(width: int, chosen: frozenset[Column]) -> None:
    """At no width."""
    names = {each.name.lower() for each in chosen}
    assert shown(laid_out(width, chosen)) <= {*names, "title"}


@given(st.integers(40, 300), CHOSEN, st.sampled_from(Sorting))
def test_the_sorted_column_stays(
    width: int, chosen: frozenset[Column], sorting: Sorting
) -> None:
    """Its head says what the rows are sorted by; time is how they arrive anyway."""
    if sorting is not Sorting.TIME:
        assert sorting.value in shown(laid_out(width, chosen, sorting))


def test_columns_leave_in_a_fixed_order() -> None:
    """What goes first is missed least."""
    left: list[str] = []
    for width in range(200, 39, -1):
        now = shown(laid_out(width, frozenset(Column)))
        left += sorted({each.name.lower() for each in Column} - now - set(left))
    assert left == ["errors", "services", "bar", "time", "spans", "trace_id"]


def test_a_hidden_column_leaves_room_for_another() -> None:
    """Without service and time, the errors are there where they were not."""
    assert "errors" not in shown(laid_out(70))
    fewer = DEFAULT_COLUMNS - {Column.SERVICE, Column.TIME}
    assert "errors" in shown(laid_out(70, fewer))


def test_names_that_are_none_are_nothing() -> None:
    """A file that somebody has edited shows what it can."""
    assert kept_columns(None) == DEFAULT_COLUMNS
    assert kept_columns([]) == frozenset()
    assert kept_columns(["time", "colour"]) == {Column.TIME}


def test_every_column_says_what_it_is() -> None:
    """The dialog has a word for each."""
    assert set(SAYS) == set(Column)
