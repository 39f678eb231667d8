"""A list narrowed to a query looks again only at what changed, a little at a time."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devtrace.query import Filter, parse
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.kept_state import KeptState
from devtrace.tui.trace_search import TraceSearch
from devtrace.tui.view import TraceView
from tests.builders import a_batch, a_span, trace_id_of


@pytest.fixture(scope="module", autouse=True)
def timeless() -> Iterator[None]:
    """Let time stand still for filters, so that one slice is enough on any machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(Filter.__init__.__kwdefaults__, "clock", lambda: 0.0)  # type: ignore[arg-type]  # it has some
        yield


def receive(store: TraceStore, names: str, *, failed: str = "") -> None:
    """Let a span of each of the traces *names* arrive."""
    for name in names:
        status = 2 if name in failed else 0
        store.consume(a_batch(a_span(trace=name, name=f"op {name}", status=status)))


def search_in(store: TraceStore) -> tuple[TraceView, TraceSearch]:
    """Return a view of a store that has looked at it, and a search in it."""
    view = TraceView(store)
    view.refresh()
    return view, TraceSearch(view, KeptState())


def shown(view: TraceView) -> str:
    """Return the one-letter names of the rows, from the top."""
    names = {trace_id_of(chr(code)): chr(code) for code in range(ord("a"), ord("z") + 1)}
    return "".join(names[view.id_at(row)] for row in range(len(view)))


def name_of(view: TraceView) -> str:
    """Return the name of the selected trace."""
    row = view.row_of(view.selected)
    return "" if row is None else shown(view)[row]


# -- the query -----------------------------------------------------------------------


def test_only_what_matches_is_shown_and_all_of_it_again_without_a_query() -> None:
    """In the order of the list."""
    store = TraceStore()
    receive(store, "abcde", failed="bd")
    view, search = search_in(store)
    search.ask("status=error")
    assert shown(view) == "bd"
    assert view.matching == 2

    search.clear()
    assert shown(view) == "abcde"
    assert not view.is_narrowed


def test_what_arrives_is_shown_when_it_matches() -> None:
    """Also a trace that matches only with a later span."""
    store = TraceStore()
    receive(store, "ab", failed="b")
    view, search = search_in(store)
    search.ask("status=error")
    receive(store, "cd", failed="d")
    view.refresh()
    assert shown(view) == "bd"

    store.consume(a_batch(a_span("late", trace="c", status=2)))
    view.refresh()
    assert shown(view) == "bcd"


def test_a_trace_that_matches_no_longer_leaves_unless_it_is_selected() -> None:
    """The row under the cursor stays until the cursor leaves it."""
    store = TraceStore()
    receive(store, "abc")
    view, search = search_in(store)
    search.ask("trace:spans=1")
    view.following, view.selected = False, trace_id_of("b")
    for name in "ab":
        store.consume(a_batch(a_span("late", trace=name)))
    view.refresh()
    assert shown(view) == "bc"

    view.selected = trace_id_of("c")
    store.consume(a_batch(a_span(trace="d")))
    view.refresh()
    assert shown(view) == "cd"


def test_the_selection_goes_to_the_nearest_match_and_stays_there() -> None:
    """Unless the newest is followed."""
    store = TraceStore()
    receive(store, "abcdefgh", failed="ach")
    view, search = search_in(store)
    view.following, view.selected = False, trace_id_of("d")
    search.ask("status=error")
    assert name_of(view) == "c"
    search.clear()
    assert name_of(view) == "c"

    view.following = True
    search.ask("status=error")
    assert name_of(view) == "h"


def test_an_error_leaves_the_results_and_says_where() -> None:
    """What was found before is better than nothing."""
    store = TraceStore()
    receive(store, "abc", failed="b")
    view, search = search_in(store)
    search.ask("status=error")
    search.ask("statuss=error")

    assert shown(view) == "b"
    assert search.error is not None
    assert search.error.position == 0
    assert "did you mean 'status'" in search.error.explanation
    search.ask("status=unset")
    assert search.error is None
    assert shown(view) == "ac"


def test_what_is_evicted_leaves_the_results() -> None:
    """And is not counted among them."""
    store = TraceStore(Limits(max_spans=4))
    receive(store, "abcd", failed="abcd")
    view, search = search_in(store)
    search.ask("status=error")
    receive(store, "efg", failed="f")
    view.refresh()

    assert shown(view) == "df"
    assert view.matching == 2


def test_a_paused_list_can_be_narrowed() -> None:
    """It holds still what it shows of the traces it knows."""
    store = TraceStore()
    receive(store, "abc", failed="b")
    view, search = search_in(store)
    view.pause()
    receive(store, "d", failed="d")
    search.ask("status=error")
    view.refresh()
    assert shown(view) == "b"

    view.resume()
    view.refresh()
    assert shown(view) == "bd"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdefghijkl"), st.booleans()), max_size=40))
def test_rows_are_those_that_the_query_matches(spans: list[tuple[str, bool]]) -> None:
    """Whatever arrives and leaves, after each tick, as if all were looked at anew."""
    store = TraceStore(Limits(max_spans=10))
    view, search = search_in(store)
    search.ask("status=error")
    query = parse("status=error")
    for number, (name, is_failed) in enumerate(spans):
        status = 2 if is_failed else 0
        store.consume(a_batch(a_span(f"s{number}", trace=name, status=status)))
        view.refresh()
        while view.unsifted:
            view.sift()
        held = {each: store.trace(trace_id_of(each)) for each in "abcdefghijkl"}
        expected = {name for name, trace in held.items() if trace and query.matches(trace)}
        assert expected <= set(shown(view))
        held_rows = [view.id_at(row) for row in range(len(view)) if view.id_at(row) in store]
        assert len(held_rows) == len(expected) == view.matching


# -- work ----------------------------------------------------------------------------


def test_a_tick_looks_at_what_changed_and_at_no_more_than_its_slice() -> None:
    """Of very many traces, with a clock that lets each slice have ten looks."""
    store = TraceStore()
    for first in range(0, 5_000, 1_000):
        store.consume(
            a_batch(*(a_span(trace=f"t{first + number}", status=2) for number in range(1_000)))
        )
    view = TraceView(store)
    view.refresh()
    ticks = count()
    sieve = Filter(parse("status=error"), store, clock=lambda: next(ticks) * 0.001)
    view.narrow(sieve)
    before = sieve.considered
    assert 0 < before <= 20
    view.refresh()
    assert 0 < sieve.considered - before <= 20
    while view.unsifted:
        view.sift(1_000)
    assert len(view) == 5_000

    before = sieve.considered
    store.consume(a_batch(*(a_span("x", trace=f"t{number}") for number in range(7))))
    view.refresh()
    view.refresh()
    assert sieve.considered - before == 7


# -- mutes ---------------------------------------------------------------------------


def test_a_muted_shape_is_hidden_also_when_it_arrives_later() -> None:
    """With a query and without one; unmuted, it is back."""
    store = TraceStore()
    receive(store, "abab", failed="b")
    view, search = search_in(store)
    search.mute(("shop", "op a"))
    assert shown(view) == "b"
    search.ask("status=unset")
    assert shown(view) == ""
    receive(store, "c")
    view.refresh()
    assert shown(view) == "c"

    search.clear()
    search.unmute(("shop", "op a"))
    assert shown(view) == "abc"


# -- attributes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "with_it", "without_it"),
    [
        ("", '.a="x y"', '!{.a="x y"}'),
        ("status=error", '{status=error} && {.a="x y"}', '{status=error} && !{.a="x y"}'),
        ("x || y", '{x || y} && {.a="x y"}', '{x || y} && !{.a="x y"}'),
        ("{x} || {y}", '({x} || {y}) && {.a="x y"}', '({x} || {y}) && !{.a="x y"}'),
        ("{x} && {y}", '{x} && {y} && {.a="x y"}', '{x} && {y} && !{.a="x y"}'),
        ("{x} | count()>1", '.a="x y"', '!{.a="x y"}'),
        ("statuss=1", '.a="x y"', '!{.a="x y"}'),
    ],
)
def test_an_attribute_is_added_as_a_condition_on_the_trace(
    text: str, with_it: str, without_it: str
) -> None:
    """So that the trace it was taken from matches; what cannot be joined gives way."""
    for is_excluded, expected in ((False, with_it), (True, without_it)):
        _, search = search_in(TraceStore())
        search.ask(text)
        search.require("a", "x y", is_excluded=is_excluded)
        assert search.text == expected
        assert search.error is None


@given(st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_any_key_and_value_make_a_query(key: str, value: str) -> None:
    """Whatever a sender wrote; the span that has them is found."""
    store = TraceStore()
    key, value = key.replace("\x00", "0"), value.replace("\x00", "0")
    store.consume(a_batch(a_span(attributes={key: value})))
    view, search = search_in(store)
    search.require(key, value)

    assert search.error is None
    assert len(view) == 1


def test_another_query_or_none_ends_a_search() -> None:
    """Typing on, or Esc, leaves nothing behind that goes on."""
    store = TraceStore()
    receive(store, "abcdefgh")
    view, search = search_in(store)
    for text in ("op zz", ""):
        sieve = Filter(parse("op"), store, clock=count().__next__)
        view.narrow(sieve)
        sieve.reconsider(store.changes_since(0).updated)
        sieve.step(3)
        looked_at = sieve.considered
        assert sieve.pending

        search.ask(text)
        while view.unsifted:
            view.sift()
        view.refresh()

        assert sieve.considered == looked_at


def test_what_is_new_is_told_once() -> None:
    """Whether it was found between two looks or during one."""
    store = TraceStore()
    receive(store, "abc")
    view, search = search_in(store)
    search.ask("op")
    assert view.take_news()
    assert not view.take_news()

    receive(store, "d")
    view.narrow(Filter(parse("op d"), store))
    view.sift_on()
    assert view.take_news()
