"""The list shows the store in the order traces began, and nothing a reader looks at moves."""

import itertools
from itertools import pairwise
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.span import StatusCode
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui import readings as readings_module
from devtrace.tui.view import (
    MAX_REMEMBERED_SUMMARIES,
    MAX_REMEMBERED_WATERFALLS,
    MAX_SUMMARY_CHARACTERS,
    SETTLED_NANO,
    TraceView,
)
from tests.builders import SECOND, T0, a_batch, a_span, trace_id_of


@pytest.fixture
def instant(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let reading a trace take no time, so that a change is seen at the next look."""
    monkeypatch.setattr(readings_module, "time", SimpleNamespace(perf_counter=lambda: 0.0))


def receive(store: TraceStore, *traces: str, span: str = "root", received: int = T0) -> None:
    """Let one span of each trace arrive, each by itself."""
    for trace in traces:
        store.consume(a_batch(a_span(span, trace=trace), received=received))


def a_view(*traces: str, max_spans: int = 1_000) -> TraceView:
    """Return a view that has taken in one span of each of *traces*."""
    view = TraceView(TraceStore(Limits(max_spans=max_spans)), clock=lambda: T0 + 60 * SECOND)
    receive(view.store, *traces)
    view.refresh()
    return view


def rows(view: TraceView) -> list[str]:
    """Return the ids of all rows from the top."""
    return [view.id_at(row) for row in range(len(view))]


def ids(names: str) -> list[str]:
    """Return the trace ids of one-letter names."""
    return [trace_id_of(name) for name in names]


# -- order ---------------------------------------------------------------------------


def test_a_trace_keeps_the_place_of_its_first_span() -> None:
    """What still arrives changes a row, never where it stands."""
    view = a_view(*"abc")

    receive(view.store, "a", span="late")
    view.refresh()

    assert rows(view) == ids("abc")


def test_newest_first_turns_the_list_round() -> None:
    """Turning twice is turning not at all, and every row is found where it is."""
    view = a_view(*"abcd")
    upright = rows(view)

    view.newest_first = True
    turned = rows(view)
    found = [view.row_of(each) for each in turned]
    numbers = [view.row_near(view.number_at(row)) for row in range(4)]
    view.newest_first = False

    assert turned == upright[::-1]
    assert found == numbers == [0, 1, 2, 3]
    assert rows(view) == upright


@pytest.mark.parametrize(
    ("newest_first", "step", "found"),
    [(False, 1, "cdab"), (False, -1, "adcb"), (True, 1, "adcb"), (True, -1, "cdab")],
)
def test_a_search_goes_once_round(*, newest_first: bool, step: int, found: str) -> None:
    """From the next row on, in the direction of the screen; the start comes last."""
    view = a_view(*"abcd")
    view.newest_first = newest_first

    assert view.ids_from(trace_id_of("b"), step) == ids(found)
    assert view.ids_from(trace_id_of("stranger"), step) == []


def test_nothing_and_strangers_have_no_row() -> None:
    """A selection that is gone is None, not a wrong row."""
    view = a_view(*"ab")

    assert view.row_of(None) is None
    assert view.row_of(trace_id_of("stranger")) is None


def test_a_row_that_is_gone_leaves_its_place_to_the_next() -> None:
    """The view scrolls to the neighbour of what it stood on."""
    view = a_view(*"abcd", max_spans=4)
    number_of_a, number_of_d = view.number_at(0), view.number_at(3)

    receive(view.store, *"ef")
    view.refresh()

    assert rows(view) == ids("cdef")
    assert view.row_near(number_of_a) == 0
    assert view.row_near(number_of_d) == 1


# -- selection -----------------------------------------------------------------------


def test_the_selection_follows_the_newest_trace_at_first() -> None:
    """Someone who just watches sees what came last."""
    view = a_view(*"ab")
    receive(view.store, "c")
    view.refresh()

    assert view.selected == trace_id_of("c")


def test_a_chosen_trace_stays_chosen() -> None:
    """After a move nothing that arrives takes the selection away."""
    view = a_view(*"abc")
    view.following = False
    view.selected = trace_id_of("b")

    receive(view.store, *"defgh")
    view.refresh()

    assert view.selected == trace_id_of("b")
    assert view.row_of(view.selected) == 1


def test_an_evicted_trace_keeps_its_row_while_it_is_selected() -> None:
    """The reader learns what became of it; its facts are those last seen."""
    view = a_view(*"abcd", max_spans=4)
    view.following = False
    view.selected = trace_id_of("a")
    before = view.summary(view.selected)

    receive(view.store, *"efgh")
    view.refresh()

    assert rows(view) == ids("aefgh")
    assert view.selected not in view.store
    assert view.summary(view.selected) is before


def test_an_evicted_trace_goes_when_the_selection_leaves_it() -> None:
    """It was kept for the reader alone."""
    view = a_view(*"abcd", max_spans=4)
    view.following = False
    view.selected = trace_id_of("a")
    receive(view.store, *"ef")
    view.refresh()

    view.selected = trace_id_of("e")
    receive(view.store, "g")
    view.refresh()

    assert rows(view) == ids("defg")


def test_what_was_evicted_behind_the_selected_trace_is_gone() -> None:
    """One row says that it was evicted, not a page of them."""
    view = a_view(*(f"t{number}" for number in range(400)), max_spans=400)
    view.following = False
    view.selected = trace_id_of("t3")

    receive(view.store, *(f"new{number}" for number in range(20)))
    view.refresh()

    assert rows(view)[:2] == [trace_id_of("t3"), trace_id_of("t20")]
    assert len(view) == 401


def test_following_lets_go_of_evicted_traces() -> None:
    """Nothing is kept for a reader who has not chosen anything."""
    view = a_view(*"abcd", max_spans=4)
    receive(view.store, *"efghi")
    view.refresh()

    assert rows(view) == ids("fghi")
    assert view.selected == trace_id_of("i")


def test_nothing_is_selected_after_all_is_cleared() -> None:
    """An empty list has no row that Enter could open."""
    view = a_view(*"abc")

    view.store.clear()
    view.refresh()

    assert len(view) == 0
    assert view.selected is None


def test_a_trace_that_is_held_nowhere_and_was_never_read_is_none() -> None:
    """A row of it can still say so."""
    view = a_view("a")

    assert view.summary(trace_id_of("z")) is None
    assert view.waterfall(trace_id_of("z")) is None


# -- pause ---------------------------------------------------------------------------


def test_a_paused_view_counts_what_it_does_not_show() -> None:
    """Rows hold still, receiving goes on, and what was missed is shown afterwards."""
    view = a_view(*"ab")
    view.pause()

    receive(view.store, *"cde")

    assert not view.refresh()
    assert (rows(view), view.held_back) == (ids("ab"), 3)
    view.resume()
    assert view.refresh()
    assert (rows(view), view.held_back) == (ids("abcde"), 0)


def test_what_arrived_just_before_the_pause_is_counted_too() -> None:
    """The rows do not show it, so the count must."""
    view = a_view(*"ab")
    receive(view.store, "c")

    view.pause()

    assert view.held_back == 1


def test_a_paused_row_does_not_change(instant: None) -> None:
    """Its facts are those of the moment, also when spans of it still arrive."""
    view = a_view("a")
    summary = view.summary(trace_id_of("a"))
    view.pause()

    receive(view.store, "a", span="late")

    assert view.summary(trace_id_of("a")) is summary
    view.resume()
    view.refresh()
    assert view.summary(trace_id_of("a")) is not summary


def test_a_trace_in_full_goes_on_while_the_list_is_paused(instant: None) -> None:
    """Pausing is of the list; a trace opened from it grows and settles."""
    now = T0
    view = TraceView(TraceStore(), clock=lambda: now)
    receive(view.store, "a")
    view.refresh()
    view.pause()
    receive(view.store, "a", span="late")

    now += SETTLED_NANO + 1

    waterfall = view.waterfall(trace_id_of("a"))
    assert waterfall is not None
    assert len(waterfall.nodes) == 2
    assert view.is_settled(trace_id_of("a"))
    assert not view.is_settled(trace_id_of("a"), is_held_still=True)


# -- time ----------------------------------------------------------------------------


def test_a_trace_settles_two_seconds_after_its_last_span() -> None:
    """Until then a missing parent is only not here yet, and rows are drawn anew."""
    now = T0
    view = TraceView(TraceStore(), clock=lambda: now)
    receive(view.store, "a")
    view.refresh()
    assert not view.is_settled(trace_id_of("a"))
    assert view.refresh()

    now += SETTLED_NANO + 1
    assert view.is_settled(trace_id_of("a"))
    assert view.refresh()

    now += SECOND
    assert not view.refresh()


def test_what_came_from_a_file_is_settled() -> None:
    """Nobody waits for spans of a trace without a time of arrival."""
    view = TraceView(TraceStore(), clock=lambda: T0)
    receive(view.store, "a", received=0)

    assert view.is_settled(trace_id_of("a"))


# -- work ----------------------------------------------------------------------------


def test_only_rows_that_are_looked_at_are_read(instant: None) -> None:
    """A list of thousands costs one screen of reading, and nothing when nothing changed."""
    view = a_view(*(f"t{number}" for number in range(2_000)), max_spans=5_000)
    assert view.traces_read == 0

    for _ in range(3):
        for row in range(40):
            view.summary(view.id_at(row))
    assert view.traces_read == 40

    receive(view.store, "t7", span="late")
    view.refresh()
    for row in range(40):
        view.summary(view.id_at(row))
    assert view.traces_read == 41


def test_an_open_trace_is_read_once_for_its_row_and_its_tree() -> None:
    """The row takes its facts from the waterfall that is there already."""
    view = a_view("a")

    waterfall = view.waterfall(trace_id_of("a"))
    summary = view.summary(trace_id_of("a"))

    assert waterfall is not None
    assert summary is waterfall.summary
    assert view.traces_read == 1


def test_what_is_remembered_is_bounded() -> None:
    """Scrolling through a full ring does not copy it into memory a second time."""
    count = MAX_REMEMBERED_SUMMARIES + 20
    view = a_view(*(f"t{number}" for number in range(count)), max_spans=5_000)
    for row in range(count):
        view.summary(view.id_at(row))
    for row in range(10):
        view.waterfall(view.id_at(row))

    assert len(view._summaries._known) == MAX_REMEMBERED_SUMMARIES
    assert len(view._waterfalls._known) == MAX_REMEMBERED_WATERFALLS


def test_a_trace_that_takes_long_to_read_is_read_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A runaway trace shows an older reading for a while instead of holding up every key."""
    seconds = itertools.count()  # each look at the clock is a second later than the one before
    clock = SimpleNamespace(perf_counter=lambda: next(seconds))
    monkeypatch.setattr(readings_module, "time", clock)
    view = a_view("a")
    first = view.waterfall(trace_id_of("a"))

    receive(view.store, "a", span="late")
    view.refresh()
    looks = 0
    while view.waterfall(trace_id_of("a")) is first:
        looks += 1
        assert view.refresh()

    assert 5 <= looks <= 20


@pytest.mark.parametrize("is_pinned", [True, False])
def test_pinning_is_a_change_of_the_row(*, is_pinned: bool) -> None:
    """The mark appears with the next look."""
    view = a_view(*"ab")
    view.store.pin(trace_id_of("a"))
    if not is_pinned:
        view.store.unpin(trace_id_of("a"))

    assert view.refresh()
    summary = view.summary(trace_id_of("a"))
    assert summary is not None
    assert summary.is_pinned is is_pinned


# -- any history -----------------------------------------------------------------------


class Step(NamedTuple):
    """Something that happens to a view; *value* is a trace or a row."""

    what: str
    value: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            ["arrive", "arrive", "arrive", "look", "look", "choose", "pause", "follow", "clear"]
        ),
        st.integers(0, 11),
    ),
    max_size=60,
)


@given(steps=STEPS, newest_first=st.booleans())
def test_any_history_gives_what_a_naive_list_would(
    *, steps: list[Step], newest_first: bool
) -> None:
    """Order, selection and eviction agree with a list that is searched from end to end."""
    store = TraceStore(Limits(max_spans=5))
    view = TraceView(store, clock=lambda: T0)
    view.newest_first = newest_first
    expected: list[str] = []  # what was shown, the oldest first
    touched: list[str] = []  # ids by their last change
    selected: str | None = None
    seen_revision = 0
    for number, (what, value) in enumerate(steps):
        match what:
            case "arrive":
                trace_id = trace_id_of(str(value))
                receive(store, str(value), span=f"s{number}")
                touched = [each for each in touched if each != trace_id] + [trace_id]
            case "choose" if len(view):
                view.selected = selected = view.id_at(value % len(view))
                view.following = False
            case "pause":
                (view.resume if view.paused else view.pause)()
            case "follow":
                view.following = True
            case "clear":
                store.clear()
        view.refresh()
        if not view.paused and store.revision != seen_revision:
            seen_revision = store.revision
            expected += [each for each in touched if each in store and each not in expected]
            kept = None if view.following else selected
            expected = [each for each in expected if each in store or each == kept]
            if view.following or selected is None:
                selected = expected[-1] if expected else None

        assert rows(view) == (expected[::-1] if newest_first else expected)
        assert view.selected == selected
        assert [view.row_of(each) for each in rows(view)] == list(range(len(view)))
        numbers = [view.number_at(row) for row in range(len(view))]
        assert all((one > other) is newest_first for one, other in pairwise(numbers))


@given(st.integers(40, 120), st.sets(st.integers(0, 119)))
def test_few_evicted_rows_are_left_in_a_long_list(count: int, pinned: set[int]) -> None:
    """What is evicted between traces that stay goes soon: never more than a sixteenth."""
    view = a_view(*map(str, range(count)), max_spans=2 * count)
    for each in pinned:
        view.store.pin(trace_id_of(str(each)))
    view.refresh()

    receive(view.store, *(f"new-{number}" for number in range(2 * count)))
    view.refresh()

    gone = [each for each in rows(view) if each not in view.store]
    held = [each for each in rows(view) if each in view.store]
    assert len(gone) <= len(view) / 16
    assert len(held) == len(view.store)


def test_an_error_of_a_trace_is_told_with_its_row() -> None:
    """The view hands through what the summary says."""
    view = a_view()
    view.store.consume(a_batch(a_span(trace="a", status=StatusCode.ERROR)))
    view.refresh()

    summary = view.summary(trace_id_of("a"))
    assert summary is not None
    assert summary.error_count == 1
    assert view.has_error(trace_id_of("a"))
    assert not view.has_error(trace_id_of("gone"))


def test_long_names_of_many_traces_are_not_remembered_together() -> None:
    """What is remembered of rows is bounded by its text, not by how many rows there are."""
    view = TraceView(TraceStore(), clock=lambda: T0)
    name = "x" * (MAX_SUMMARY_CHARACTERS // 4)
    for trace in "abcdef":
        view.store.consume(a_batch(a_span("root", trace=trace, name=name)))
    view.refresh()

    for trace_id in rows(view):
        assert view.summary(trace_id) is not None
    read = view.traces_read
    view.summary(trace_id_of("f"))
    assert view.traces_read == read
    view.summary(trace_id_of("a"))
    assert view.traces_read == read + 1
