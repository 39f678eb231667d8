"""The list of logs shows the store as it is, or as it was when it was paused."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.store.limits import LogLimits
from devtrace.store.logs import LogStore
from devtrace.tui.log_view import MAX_REMEMBERED_RECORDS, LogView
from tests.builders import a_log, a_log_batch


def a_view(*bodies: str, max_records: int = 1_000, severity: int = 9) -> LogView:
    """Return a view that has taken in a record for each of *bodies*."""
    view = LogView(LogStore(LogLimits(max_records=max_records)))
    receive(view, *bodies, severity=severity)
    view.refresh()
    return view


def receive(view: LogView, *bodies: str, severity: int = 9) -> None:
    """Let records arrive."""
    for body in bodies:
        view.store.consume_logs(a_log_batch(a_log(body, severity=severity)))


def bodies_in(view: LogView) -> list[object]:
    """Return the body of each row's record; None where it is gone."""
    records = [view.record(number) for number in view.numbers]
    return [record.body if record else None for record in records]


def selected_body(view: LogView) -> object:
    """Return the body of the selected record."""
    record = view.record(view.selected) if view.selected is not None else None
    return record.body if record else None


def test_rows_are_the_records_in_order_of_arrival() -> None:
    """The newest is at the end, and selected as long as the view follows."""
    view = a_view("a", "b")
    assert (bodies_in(view), selected_body(view)) == (["a", "b"], "b")

    receive(view, "c")

    assert view.refresh()
    assert not view.refresh()
    assert (bodies_in(view), selected_body(view)) == (["a", "b", "c"], "c")


def test_the_selection_belongs_to_a_record() -> None:
    """It stays on it while others come and go, and goes to the oldest when it is evicted."""
    view = a_view("a", "b", max_records=3)
    view.following = False
    view.selected = view.numbers[1]

    receive(view, "c", "d")
    view.refresh()
    assert (bodies_in(view), selected_body(view)) == (["b", "c", "d"], "b")
    assert view.row_of(view.selected) == 0

    receive(view, "e")
    view.refresh()
    assert (bodies_in(view), selected_body(view)) == (["c", "d", "e"], "c")


def test_pausing_stops_the_view_and_not_the_store() -> None:
    """Rows whose record is evicted meanwhile stay what they were, if they were drawn."""
    view = a_view("a", "b", max_records=3)
    assert view.record(view.numbers[1])
    view.pause()

    receive(view, "c", "d", "e")

    assert not view.refresh()
    assert view.held_back == 3
    assert bodies_in(view) == [None, "b"]
    view.resume()
    assert view.refresh()
    assert (bodies_in(view), view.held_back) == (["c", "d", "e"], 0)


def test_a_cleared_store_is_an_empty_view() -> None:
    """With nothing selected."""
    view = a_view("a")
    view.store.clear()

    assert view.refresh()
    assert (len(view), view.selected, view.next_error(1)) == (0, None, None)
    assert (view.row_of(1), view.row_near(5)) == (None, 0)


def test_errors_are_found_round_the_end() -> None:
    """From any row, in both directions; the one error there is leads to itself."""
    view = a_view("a")
    receive(view, "first", severity=17)
    receive(view, "b")
    receive(view, "second", severity=21)
    receive(view, "c", severity=16)
    view.refresh()
    first, second = view.numbers[1], view.numbers[3]

    assert [view.next_error(1), view.next_error(-1)] == [first, second]
    view.selected = first
    assert [view.next_error(1), view.next_error(-1)] == [second, second]
    view.pause()
    receive(view, "third", severity=17)
    view.selected = second
    assert view.next_error(1) == first
    assert a_view("a", severity=13).next_error(1) is None
    only = a_view("a", severity=17)
    assert only.next_error(1) == only.next_error(-1) == only.selected


def test_a_record_is_read_once_while_it_is_on_screen() -> None:
    """Drawing a row a second time decodes nothing, and what is remembered is bounded."""
    view = a_view(*map(str, range(MAX_REMEMBERED_RECORDS + 10)))
    assert view.records_read == 0
    page = view.numbers[-40:]

    for _ in range(3):
        assert all(view.record(number) for number in page)
    assert view.records_read == 40

    bodies_in(view)
    assert len(view._known) == MAX_REMEMBERED_RECORDS


@given(
    bound=st.integers(1, 6),
    steps=st.lists(st.integers(0, 5) | st.sampled_from(["pause", "resume", "clear"])),
    following=st.booleans(),
)
def test_the_selection_is_a_row_whatever_happens(
    bound: int, steps: list[int | str], *, following: bool
) -> None:
    """There is a selected row exactly when there are rows."""
    view = a_view(max_records=bound)
    view.following = following
    for step in steps:
        match step:
            case "pause":
                view.pause()
            case "resume":
                view.resume()
            case "clear":
                view.store.clear()
            case _:
                receive(view, *map(str, range(int(step))))
        view.refresh()

        row = view.row_of(view.selected)
        assert (row is None) == (len(view) == 0)
        assert following is False or view.paused or row in {None, len(view) - 1}
        assert view.held_back >= 0
