"""The list of logs narrowed to a query keeps its promises: order, selection, little work."""

import pytest

from devtrace.store.limits import LogLimits
from devtrace.store.logs import LogStore
from devtrace.tui.condition_text import Pair
from devtrace.tui.kept_state import KeptState
from devtrace.tui.log_search import LogSearch
from devtrace.tui.log_view import LogView
from tests.builders import a_log, a_log_batch


def receive(store: LogStore, *bodies: str, severity: int = 9) -> None:
    """Let records arrive."""
    for body in bodies:
        at = store.counters.received_records
        store.consume_logs(a_log_batch(a_log(body, at_ms=at, severity=severity)))


def search_in(store: LogStore) -> tuple[LogView, LogSearch]:
    """Return a view of a store that has looked at it, and a search in it."""
    view = LogView(store)
    view.refresh()
    return view, LogSearch(view, KeptState())


def shown(view: LogView) -> str:
    """Return the bodies of the rows, one after the other."""
    records = [view.record(number) for number in view.numbers]
    return "".join(str(record.body) if record else "?" for record in records)


def sifted(view: LogView) -> LogView:
    """Return a view whose search is done."""
    while view.unsifted:
        view.sift()
    return view


def test_only_what_matches_is_listed_and_all_of_it_again_without_a_query() -> None:
    """What arrives is looked at as it comes, and rows are found by their record."""
    store = LogStore()
    receive(store, "a", "b", "a")
    view, search = search_in(store)
    search.ask("a")
    assert shown(sifted(view)) == "aa"
    assert [view.row_of(number) for number in store.numbers] == [0, None, 1]

    receive(store, "b", "a")
    assert view.refresh()
    assert shown(sifted(view)) == "aaa"
    assert (view.total, len(view)) == (5, 3)

    search.ask("")
    assert shown(view) == "abaBA".lower()
    assert not view.is_narrowed


def test_a_query_that_is_none_changes_nothing() -> None:
    """The list stays as it was while one types on."""
    store = LogStore()
    receive(store, "a", "b")
    view, search = search_in(store)
    search.ask("a")
    sifted(view)
    search.ask("severity=")
    assert search.error is not None
    assert shown(view) == "a"
    search.keep()
    assert search.state.log_history == []


def test_what_was_selected_comes_back_with_its_row() -> None:
    """Out of sight the neighbour stands in; without the query it is selected again."""
    store = LogStore()
    receive(store, "a", "b", "a", "a")
    view, search = search_in(store)
    view.following, view.selected = False, store.numbers[1]
    search.ask("a")
    sifted(view)
    assert view.row_of(view.selected) == 1
    search.ask("")
    assert view.selected == store.numbers[1]


def test_where_the_user_went_meanwhile_counts() -> None:
    """A selection made among the matches is the one that stays."""
    store = LogStore()
    receive(store, "a", "b", "a", "a")
    view, search = search_in(store)
    view.following, view.selected = False, store.numbers[1]
    search.ask("a")
    sifted(view)
    view.selected = store.numbers[0]
    search.ask("")
    assert view.selected == store.numbers[0]


def test_the_newest_match_is_followed() -> None:
    """And where nothing matches, nothing is selected."""
    store = LogStore()
    receive(store, "a", "b")
    view, search = search_in(store)
    search.ask("a")
    sifted(view)
    assert view.selected == store.numbers[0]
    receive(store, "a")
    view.refresh()
    assert view.selected == store.numbers[-1]
    search.ask("c")
    assert (view.selected, len(sifted(view))) == (None, 0)


def test_evicted_records_leave_and_a_pause_holds_the_rows() -> None:
    """The filter is over the records that the list has taken in, no others."""
    store = LogStore(LogLimits(max_records=4))
    receive(store, "a", "b", "a", "b")
    view, search = search_in(store)
    search.ask("a")
    sifted(view)
    view.pause()
    receive(store, "a", "a", "a")
    assert not view.refresh()
    assert len(view) == 2
    assert view.held_back == 3
    view.resume()
    view.refresh()
    assert shown(sifted(view)) == "aaa"


def test_errors_are_gone_to_among_the_matches() -> None:
    """A record that is not listed is not gone to."""
    store = LogStore()
    receive(store, "a", "b", severity=17)
    receive(store, "a")
    view, search = search_in(store)
    search.ask("a")
    sifted(view)
    assert view.next_error(1) == store.numbers[0]


@pytest.mark.parametrize(
    ("held", "is_excluded", "expected"),
    [
        ("", False, ".k=7"),
        ("", True, "!(.k=7)"),
        ("severity>=warn", False, "severity>=warn && .k=7"),
        ("a || b", True, "(a || b) && !(.k=7)"),
        ("severity=", False, ".k=7"),
        ("x" * 3998, False, ".k=7"),
    ],
)
def test_an_attribute_is_added_to_what_was_asked(
    held: str,
    is_excluded: bool,  # noqa: FBT001  # a parameter
    expected: str,
) -> None:
    """What does not go together with it gives way."""
    _, search = search_in(LogStore())
    search.ask(held)
    search.require(Pair(".", "k", "7"), is_excluded=is_excluded)
    assert search.text == expected
    assert search.error is None


def test_what_can_be_asked_for_is_learnt_from_the_newest() -> None:
    """Keys, values, services: what completion offers."""
    store = LogStore()
    store.consume_logs(a_log_batch(a_log(attributes={"order.id": "7"}), service="orders"))
    _, search = search_in(store)
    search.learn()
    assert "order.id" in set(search.seen.keys("log"))  # type: ignore[arg-type]
    assert "order.id" in set(search.seen.keys("any"))  # type: ignore[arg-type]
