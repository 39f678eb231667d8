"""A sorted list is what a naive one would be, at a cost that follows what changed."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.query import Filter, parse
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.sorted_rows import _MOVES_AT_ONCE, FEW_MOVES, MAX_FIGURES
from devtrace.tui.sorting import Sorting
from devtrace.tui.view import TraceView
from tests.builders import SECOND, T0, a_batch, a_span, trace_id_of


class Step(NamedTuple):
    """Something that happens: *trace* is of whom, *took* how long, in ms."""

    what: str
    trace: int
    took: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["arrive"] * 5 + ["look", "choose", "sort", "turn", "ask", "clear"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=50,
)


def receive(store: TraceStore, trace: str, took: int, *, span: str = "s") -> None:
    """Let one span arrive that took *took* ms; what took more than 5 failed."""
    status = 2 if took > 5 else 0
    store.consume(a_batch(a_span(span, trace=trace, duration_ms=took, status=status)))


def rows(view: TraceView) -> list[str]:
    """Return the ids of all rows from the top."""
    return [view.id_at(row) for row in range(len(view))]


def settle(view: TraceView) -> None:
    """Let the view go on until nothing is left to do."""
    view.refresh()
    while view.unsifted or view.unsorted:
        view.sift()


def a_view(store: TraceStore) -> TraceView:
    """Return a view whose clock is a second later at every look: nothing is ever too early."""
    now = iter(range(T0, T0 * 2, SECOND))
    return TraceView(store, clock=lambda: next(now))


def act(view: TraceView, step: Step, span: str) -> None:
    """Let one thing happen."""
    what, trace, took = step
    match what:
        case "arrive":
            receive(view.store, str(trace), took, span=span)
        case "choose" if len(view):
            view.selected = view.id_at(trace % len(view))
            view.following = False
        case "sort":
            view.sort_by(list(Sorting)[trace % 4], largest_first=view.newest_first)
        case "turn":
            view.newest_first = not view.newest_first
        case "ask":
            view.narrow(Filter(parse("status=error"), view.store) if trace % 2 else None)
        case "clear":
            view.store.clear()


@given(STEPS)
def test_any_history_gives_what_a_naive_list_would(steps: list[Step]) -> None:
    """Sorted, narrowed, evicted and chosen in any order."""
    store = TraceStore(Limits(max_spans=12))
    view = a_view(store)
    for number, step in enumerate(steps):
        act(view, step, f"s{number}")
        chosen = None if view.following else view.selected
        settle(view)

        shown = rows(view)
        assert [view.row_of(each) for each in shown] == list(range(len(view)))
        held = set(store.changes_since(0).updated)
        expected = {each for each in held if not view.is_narrowed or _fails(store, each)}
        assert held.intersection(shown) - {view.selected} == expected - {view.selected}
        if view.sorting is not Sorting.TIME:
            figures = [_figure(store, view.sorting, each) for each in shown if each in held]
            assert figures == sorted(figures, reverse=view.newest_first)
        assert chosen is None or view.selected == chosen or chosen not in shown


def _fails(store: TraceStore, trace_id: str) -> bool:
    trace = store.trace(trace_id)
    return trace is not None and any(span.status_code == 2 for span in trace.spans)


def _figure(store: TraceStore, sorting: Sorting, trace_id: str) -> int:
    trace = store.trace(trace_id)
    assert trace is not None
    if sorting is Sorting.DURATION:
        return max(span.duration_nano for span in trace.spans)
    if sorting is Sorting.SPANS:
        return len(trace.spans)
    return sum(span.status_code == 2 for span in trace.spans)


def test_one_change_in_a_long_list_moves_one_row() -> None:
    """Neither is any other trace read again."""
    store = TraceStore(Limits(max_spans=20_000))
    for number in range(5_000):
        receive(store, f"t{number}", number % 997)
    view = a_view(store)
    view.refresh()
    view.sort_by(Sorting.DURATION, largest_first=True)
    settle(view)
    assert len(view) == view.moves == 5_000
    read = view.figures.spans_read

    receive(store, "t3", 2_000, span="late")
    view.refresh()

    assert view.id_at(0) == trace_id_of("t3")
    assert view.figures.spans_read == read + 1
    assert view.moves == 5_001


def test_another_order_begins_with_a_few_rows_and_says_how_many_are_missing() -> None:
    """The key that sorts a hundred thousand costs no more than one that sorts a few."""
    store = TraceStore(Limits(max_spans=20_000))
    for number in range(5_000):
        receive(store, f"t{number}", number % 997)
    view = a_view(store)
    settle(view)
    for _ in ("unread", "read"):
        view.sort_by(Sorting.DURATION, largest_first=True)
        assert view.unsorted >= 5_000 - _MOVES_AT_ONCE
        assert len(view) <= _MOVES_AT_ONCE
        assert view.figures.pending <= MAX_FIGURES
        while view.unsifted or view.unsorted:
            before = view.moves
            view.sift()
            assert view.moves - before <= _MOVES_AT_ONCE
        assert len(view) == 5_000
        view.sort_by(Sorting.SPANS, largest_first=True)
        settle(view)


def test_where_many_change_rows_take_their_places_once_a_second() -> None:
    """Under load all of the order is written once a second, not at every tick."""
    now = T0
    store = TraceStore(Limits(max_spans=20_000))
    view = TraceView(store, clock=lambda: now)
    view.sort_by(Sorting.DURATION, largest_first=True)
    for tick in range(20):
        for number in range(FEW_MOVES + 1):
            receive(store, f"t{tick}-{number}", number)
        view.refresh()
        now += SECOND // 10

    assert view.moves == 11 * (FEW_MOVES + 1)
    now += SECOND
    view.sift()
    assert len(view) == len(store) == view.moves


def test_by_time_the_figures_of_the_newest_are_known() -> None:
    """A full ring costs no figures of traces that nobody looks at."""
    store = TraceStore()
    for number in range(MAX_FIGURES + 50):
        receive(store, f"t{number}", 1)
    view = a_view(store)
    settle(view)
    while view.figures.pending:
        view.sift()

    assert len(view.figures) == MAX_FIGURES
    assert view.moves == 0
    view.sort_by(Sorting.SPANS, largest_first=True)
    settle(view)
    assert len(view) == len(store)


@pytest.mark.parametrize("largest_first", [True, False])
def test_following_stays_on_what_is_greatest(*, largest_first: bool) -> None:
    """At whichever end it stands; a chosen trace stays chosen."""
    store = TraceStore()
    view = a_view(store)
    view.sort_by(Sorting.DURATION, largest_first=largest_first)
    receive(store, "a", 5)
    view.refresh()
    receive(store, "b", 9)
    receive(store, "c", 7)
    view.refresh()
    assert view.selected == trace_id_of("b")
    assert view.row_of(view.selected) == (0 if largest_first else 2)

    view.following, view.selected = False, trace_id_of("c")
    receive(store, "d", 50)
    view.refresh()
    assert view.selected == trace_id_of("c")
    assert view.rows_beyond(view.number_at(view.row_of(trace_id_of("b")) or 0)) == 1


def test_what_is_put_off_is_taken_back_when_it_left() -> None:
    """A trace that was evicted before it had its place gets none."""
    store = TraceStore(Limits(max_spans=3))
    view = a_view(store)
    view.sort_by(Sorting.DURATION, largest_first=True)
    for name in "abcdef":
        receive(store, name, 3)
        view.refresh()

    assert sorted(rows(view)) == sorted(map(trace_id_of, "def"))


def test_what_does_not_match_has_no_row() -> None:
    """Its figures are read, for the order is one of all, but they give it no place."""
    store = TraceStore()
    view = a_view(store)
    view.sort_by(Sorting.DURATION, largest_first=True)
    view.narrow(Filter(parse("status=error"), store))
    receive(store, "good", 1)
    receive(store, "bad", 9)
    view.refresh()
    settle(view)

    assert rows(view) == [trace_id_of("bad")]
