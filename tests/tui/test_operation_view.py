"""The order of the operations: it follows the figures until the user moves."""

from devtrace.analysis.operations import operation_samples
from devtrace.store.ring import TraceStore
from devtrace.tui.across import AcrossReading
from devtrace.tui.operation_view import OperationView, Sorting
from tests.builders import a_batch, a_span


class Clock:
    """Seconds that pass when told."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def put(store: TraceStore, name: str, duration_ms: float, *, status: int = 0) -> None:
    """Let a trace of one span arrive."""
    trace = f"{name} {duration_ms} {store.revision}"
    store.consume(a_batch(a_span(name, trace=trace, duration_ms=duration_ms, status=status)))


def a_view(store: TraceStore) -> tuple[OperationView, Clock]:
    """Return a view whose reading has all the time it needs."""
    clock = Clock()
    clock.now = 10.0
    reading = AcrossReading(store, operation_samples, clock=lambda: 0.0)
    return OperationView(reading, clock=clock), clock


def names(view: OperationView) -> list[str]:
    """Read, refresh, and return the rows from the top."""
    view.reading.step(1.0)
    view.refresh()
    return [view.id_at(row).name for row in range(len(view))]


def test_each_order_puts_its_greatest_first() -> None:
    """One key goes through all of them."""
    store = TraceStore()
    put(store, "b slow", 90)
    put(store, "a failed", 5, status=2)
    put(store, "c often", 7)
    put(store, "c often", 7)
    view, _ = a_view(store)
    seen = {}
    for _ in Sorting:
        seen[view.sorting] = names(view)
        view.sort_by(view.sorting.step(1))

    assert seen[Sorting.P95] == ["b slow", "c often", "a failed"]
    assert seen[Sorting.ERRORS] == ["a failed", "b slow", "c often"]
    assert seen[Sorting.CALLS] == ["c often", "a failed", "b slow"]
    assert seen[Sorting.NAME] == ["a failed", "b slow", "c often"]
    assert view.sorting is Sorting.P95


def test_rows_stand_still_once_the_user_has_moved() -> None:
    """Figures change in place, and what is new comes last, until the order is asked for."""
    store = TraceStore()
    put(store, "one", 10)
    put(store, "two", 5)
    view, clock = a_view(store)
    assert names(view) == ["one", "two"]
    view.following, view.selected = False, view.id_at(1)

    put(store, "two", 500)
    put(store, "three", 50)
    clock.now += 60

    assert names(view) == ["one", "two", "three"]
    assert view.selected == view.id_at(1)
    view.follow()
    assert names(view) == ["two", "three", "one"]
    assert view.selected == view.id_at(0)


def test_a_live_order_changes_once_a_second() -> None:
    """Not ten times."""
    store = TraceStore()
    put(store, "one", 10)
    view, clock = a_view(store)
    assert names(view) == ["one"]

    put(store, "two", 500)
    assert names(view) == ["one", "two"]
    clock.now += 1
    put(store, "three", 5)
    assert names(view) == ["two", "one", "three"]


def test_the_selected_row_stays_when_its_traces_are_gone() -> None:
    """The others leave."""
    store = TraceStore()
    put(store, "one", 10)
    put(store, "two", 5)
    view, _ = a_view(store)
    names(view)
    view.following, view.selected = False, view.id_at(0)
    store.clear()

    assert names(view) == ["one"]
    assert view.tally(view.id_at(0)).count == 0


def test_the_histograms_share_an_axis() -> None:
    """From the shortest call of all to the longest."""
    store = TraceStore()
    put(store, "one", 10)
    put(store, "two", 1_000)
    view, _ = a_view(store)
    names(view)

    assert abs(view.least_nano - 10_000_000) < 50_000
    assert abs(view.most_nano - 1_000_000_000) < 5_000_000


def test_only_operations_with_every_word_are_listed() -> None:
    """In service, name or kind, whatever the case; new ones are held to it too."""
    store = TraceStore()
    put(store, "GET /users", 10)
    put(store, "GET /orders", 20)
    view, _ = a_view(store)
    view.narrow("SHOP user")
    assert names(view) == ["GET /users"]
    assert view.total == 2
    assert view.selected is not None
    assert view.selected.name == "GET /users"

    view.following = False
    put(store, "PUT /users", 5)
    put(store, "PUT /orders", 5)
    view.reading.step()
    view.refresh()
    assert names(view) == ["GET /users", "PUT /users"]

    view.narrow("")
    assert set(names(view)) == {"GET /users", "GET /orders", "PUT /users", "PUT /orders"}
    view.narrow("nowhere")
    assert (names(view), view.selected) == ([], None)


def test_the_order_goes_both_ways_round() -> None:
    """Every figure of a row can decide it."""
    assert Sorting.P95.step(1).step(-1) is Sorting.P95
    assert Sorting.P95.step(-1) is Sorting.NAME
    assert Sorting.NAME.step(1) is Sorting.P95


def test_the_share_of_errors_is_not_their_number() -> None:
    """One of one stands before two of four, and self time, p50, p99 and max decide as well."""
    store = TraceStore()
    for number in range(4):
        put(store, "often", 1 + number, status=2 if number < 2 else 0)
    put(store, "once", 9, status=2)
    view, _ = a_view(store)
    view.sort_by(Sorting.ERRORS)
    assert names(view) == ["often", "once"]
    view.sort_by(Sorting.ERROR_SHARE)
    assert names(view) == ["once", "often"]
    view.sort_by(Sorting.SELF)
    assert names(view) == ["often", "once"]
    for sorting in (Sorting.P50, Sorting.P99, Sorting.MAX):
        view.sort_by(sorting)
        assert names(view) == ["once", "often"]
