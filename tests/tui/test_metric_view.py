"""The list of metrics has every series once, in an order that stays."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.store.limits import MetricLimits
from devtrace.store.metrics import MetricStore
from devtrace.tui.metric_view import MANY_SERIES, MetricView
from tests.builders import a_metric, a_metric_batch, a_point


def receive(store: MetricStore, *series: tuple[str, int], service: str = "shop") -> None:
    """Let a point of each series arrive, a series being a name and a number."""
    for at, (name, number) in enumerate(series):
        point = a_point(at, at_ms=store.counters.received_points, attributes={"n": number})
        store.consume_metrics(a_metric_batch(a_metric(point, name=name), service=service))


def shown(view: MetricView) -> list[str]:
    """Return what the rows are: `name`, or under a heading `  n`."""
    rows = []
    for row in range(len(view)):
        number = view.id_at(row)
        group, reading = view.group(number), view.reading(number)
        if reading is None:
            rows.append(f"{group.name} ×{len(group.places)}")
        else:
            n = reading.series.attributes["n"]
            rows.append(f"  {n}" if group.has_heading else group.name)
    return rows


def a_view(*series: tuple[str, int]) -> MetricView:
    """Return a view that has seen a point of each series."""
    view = MetricView(MetricStore())
    receive(view.store, *series)
    assert view.refresh()
    return view


def test_series_of_one_name_stand_under_it_in_an_order_of_their_own() -> None:
    """By name, then service and attributes, whatever came first."""
    view = a_view(("b", 2), ("c", 0), ("b", 1), ("a", 0))

    assert shown(view) == ["a", "b ×2", "  1", "  2", "c"]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=40),
    st.integers(0, 40),
)
def test_what_is_listed_is_what_is_held(series: list[tuple[str, int]], middle: int) -> None:
    """However it came in, and when the view looked."""
    at_once, in_parts = MetricView(MetricStore()), MetricView(MetricStore())
    receive(at_once.store, *series)
    at_once.refresh()
    receive(in_parts.store, *series[:middle])
    in_parts.refresh()
    receive(in_parts.store, *series[middle:])
    in_parts.refresh()

    for view in (at_once, in_parts):
        for number in [view.id_at(row) for row in range(len(view))]:
            if number < 0 and view.group(number).is_folded:
                view.toggle_fold(number)
        assert sum(view.id_at(row) >= 0 for row in range(len(view))) == len(set(series))
    assert shown(at_once) == shown(in_parts)


def test_a_name_with_many_series_is_folded_until_it_is_opened() -> None:
    """And what the user did to it stays, however many come."""
    view = a_view(*(("many", n) for n in range(MANY_SERIES + 1)), ("one", 0))
    assert shown(view) == [f"many ×{MANY_SERIES + 1}", "one"]

    view.toggle_fold(view.id_at(0))
    receive(view.store, ("many", 100))
    view.refresh()
    assert len(view) == MANY_SERIES + 4

    view.selected = view.id_at(3)
    view.toggle_fold(view.selected)
    assert view.row_of(view.selected) == 0
    assert len(view) == 2


def test_a_name_is_not_folded_away_under_the_cursor() -> None:
    """Growing past the bound folds nothing that is looked at."""
    view = a_view(*(("many", n) for n in range(MANY_SERIES)))
    view.selected = view.id_at(4)

    receive(view.store, ("many", 100))
    view.refresh()

    assert len(view) == MANY_SERIES + 2
    assert view.row_of(view.selected) is not None


def test_one_series_has_nothing_to_fold() -> None:
    """It has no heading."""
    view = a_view(("a", 0))

    view.toggle_fold(view.id_at(0))

    assert shown(view) == ["a"]


def test_an_evicted_series_leaves_and_the_cursor_goes_to_its_neighbour() -> None:
    """So does a name with its last series."""
    view = MetricView(MetricStore(MetricLimits(max_series=2)))
    receive(view.store, ("a", 0), ("b", 0))
    view.refresh()
    view.selected = view.id_at(0)

    receive(view.store, ("c", 0))
    view.refresh()

    assert shown(view) == ["b", "c"]
    assert view.row_of(view.selected) == 0

    view.store.clear()
    view.refresh()
    assert (len(view), view.selected) == (0, None)


def test_pausing_holds_rows_and_readings_still() -> None:
    """And counts what came."""
    view = a_view(("a", 0))
    number = view.id_at(0)
    reading = view.reading(number)
    view.pause()

    receive(view.store, ("a", 0), ("b", 0))

    assert not view.refresh()
    assert (len(view), view.held_back) == (1, 2)
    assert view.reading(number) is reading

    view.resume()
    assert view.refresh()
    assert (len(view), view.held_back) == (2, 0)
    assert view.reading(number) is not reading


def test_only_what_is_asked_for_is_read_and_only_when_it_changed() -> None:
    """Five thousand series cost their place in the list and no more."""
    view = a_view(*((f"m{n}", 0) for n in range(5_000)))
    assert view.series_read == 0

    for _ in range(3):
        for row in range(40):
            view.reading(view.id_at(row))
    assert view.series_read == 40

    receive(view.store, ("m0", 0))
    view.refresh()
    for row in range(40):
        view.reading(view.id_at(row))
    assert view.series_read == 41
