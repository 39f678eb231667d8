"""The chart has every trace in its place, and costs what changed and what is drawn."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from devtrace.query import Filter, parse
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from devtrace.tui.trace_chart import (
    LARGE_EVERY,
    MAX_DOTS,
    QUARTERS,
    ChartReading,
    Dot,
    TraceChart,
    newest_stretch,
)
from devtrace.tui.view import TraceView
from tests.builders import SECOND, T0, a_batch, a_span, trace_id_of

DOTS = st.lists(
    st.builds(
        Dot,
        st.integers(1, 2**63),
        st.uuids().map(str),
        st.integers(0, 2**63),
        st.integers(1, 50),
        st.booleans(),
    ),
    min_size=1,
    max_size=30,
)
CELLS = st.tuples(st.integers(1, 60), st.integers(1, 6))


@given(DOTS, CELLS)
def test_every_dot_is_drawn_where_it_is_found(dots: list[Dot], cells: tuple[int, int]) -> None:
    """Whatever the times are; a click on its cell finds a trace that is drawn there."""
    columns, rows = cells
    chart = TraceChart(sorted(dots))
    picture = chart.scatter(columns, rows)

    assert [len(line) for line in picture] == [columns] * rows
    for dot in dots:
        place = chart.cell_of(dot.trace_id, columns, rows)
        assert place is not None
        cell = picture[place[0]][place[1]]
        assert cell.sign != " "
        assert QUARTERS[cell.quarters] != " "
        assert cell.has_failed or not dot.has_failed
        near = chart.nearest(place[0], place[1], columns, rows)
        assert chart.cell_of(near.trace_id, columns, rows) == place


@given(st.lists(st.integers(1, 30), min_size=1, max_size=20))
def test_a_crowded_picture_shows_where_most_are(counts: list[int]) -> None:
    """Of two cells the fuller is never the lighter, and one dot is still seen."""
    dots = [
        Dot(1 + 1000 * column, f"{column} {number}", 5, 1, has_failed=False)
        for column, count in enumerate(counts)
        for number in range(count)
    ]
    line = [cell for cell in TraceChart(dots).scatter(len(counts), 1)[0] if cell.sign != " "]
    held = Counter(TraceChart(dots)._columns(2 * len(counts)))
    shades = [cell.shade for cell in line]

    if len(dots) > 4 * len(line):
        assert max(shades) == 4
        assert min(shades) >= 1
        if len(line) == len(held):
            cells = sorted(held)
            order = sorted(range(len(cells)), key=lambda each: held[cells[each]])
            assert [shades[each] for each in order] == sorted(shades)
    else:
        assert not any(shades)


def test_what_began_long_before_is_left_out_and_counted() -> None:
    """An hour of nothing parts it from the rest, if that is short beside it."""
    hour = 3_600 * SECOND
    starts = [T0, T0 + SECOND, T0 + 5 * hour, T0 + 5 * hour + SECOND]
    dots = [Dot(start, str(start), 5, 1, has_failed=False) for start in starts]
    assert newest_stretch(dots) == 2
    assert newest_stretch(dots[:2]) == 0
    assert newest_stretch(dots[:1]) == 0
    assert newest_stretch([*dots, Dot(T0 + 7 * hour, "z", 5, 1, has_failed=False)]) == 4
    assert newest_stretch([*dots, Dot(T0 + 6 * hour, "z", 5, 1, has_failed=False)]) == 2

    store = TraceStore()
    for number in range(3):
        begin = 0 if number == 0 else 9 * 3_600_000 + number
        store.consume(a_batch(a_span(trace=str(number), start_ms=begin)))
    view = TraceView(store)
    view.refresh()
    reading = ChartReading(view)
    reading.refresh()
    assert reading.chart is not None
    assert (len(reading.chart.dots), reading.chart.left_out) == (2, 1)


@given(DOTS, st.integers(1, 60))
def test_arrivals_are_all_counted(dots: list[Dot], columns: int) -> None:
    """The first trace is in the first column."""
    chart = TraceChart(sorted(dots))
    counts, failed = chart.arrivals(columns)

    assert sum(counts) == len(dots)
    assert counts[0] > 0
    assert bool(failed) == any(dot.has_failed for dot in dots)
    assert all(counts[column] for column in failed)


@given(DOTS)
def test_walking_meets_every_trace_once(dots: list[Dot]) -> None:
    """In time and by duration, and back again; at the end one stays."""
    chart = TraceChart(sorted(dots))
    for by_duration in (False, True):
        order = sorted(dots, key=lambda dot: (dot.duration_nano if by_duration else 0, dot))
        at = order[0]
        for expected in [*order[1:], order[-1]]:
            at = chart.beside(at.trace_id, 1, by_duration=by_duration)
            assert at == expected
        for expected in [*order[-2::-1], order[0]]:
            at = chart.beside(at.trace_id, -1, by_duration=by_duration)
            assert at == expected
    assert chart.beside("stranger", 1) == chart.dots[-1]
    assert chart.cell_of("stranger", 10, 2) is None


def test_slower_is_higher_and_later_farther_right() -> None:
    """On a scale of logarithms: ten times as long is one step, wherever it is."""
    dots = [Dot(1_000 + each, f"t{each}", 10**each, 1, False) for each in range(3, 8)]
    chart = TraceChart(dots)
    places = [chart.cell_of(dot.trace_id, 5, 5) for dot in dots]

    assert chart.ends == (1_000, 10_000_000)
    assert [place[0] for place in places if place] == [4, 3, 2, 1, 0]
    assert [place[1] for place in places if place] == sorted(
        place[1] for place in places if place
    )


def test_the_figures_are_those_of_the_dots() -> None:
    """Quantiles by nearest rank, and rates over the time between first and last."""
    second = 1_000_000_000
    chart = TraceChart(
        [Dot(second * each, f"t{each}", each * 10, 3, each == 4) for each in range(1, 21)]
    )

    assert (chart.quantile(0.5), chart.quantile(0.95), chart.quantile(1)) == (100, 190, 200)
    assert (chart.seconds, chart.span_count, chart.failed) == (19.0, 60, 1)


def receive(store: TraceStore, trace: str, *, start_ms: int = 0, status: int = 0) -> None:
    """Let one span arrive."""
    store.consume(a_batch(a_span(trace=trace, start_ms=start_ms, status=status)))


def test_the_chart_is_of_the_query() -> None:
    """And all again without one."""
    store = TraceStore()
    for number, trace in enumerate("abc"):
        receive(store, trace, status=2 * (number == 1))
    view = TraceView(store)
    reading = ChartReading(view)
    view.refresh()
    assert reading.refresh()
    assert reading.chart is not None
    assert len(reading.chart.dots) == 3

    view.narrow(Filter(parse("status=error"), store))
    assert reading.refresh()
    assert [dot.trace_id for dot in reading.chart.dots] == [trace_id_of("b")]
    assert not reading.refresh()

    view.narrow(None)
    assert reading.refresh()
    assert len(reading.chart.dots) == 3


def test_a_chart_of_many_traces_is_bounded_and_reads_what_changed() -> None:
    """Nothing is done when nothing changed; one span more is one span read."""
    store = TraceStore(Limits(max_spans=20_000))
    for number in range(MAX_DOTS + 500):
        receive(store, f"t{number}", start_ms=number)
    view = TraceView(store)
    reading = ChartReading(view)
    view.refresh()
    while view.figures.pending or asked_in_a_row(reading):
        view.sift()
    read, made = view.figures.spans_read, reading.dots_made
    assert reading.chart is not None
    assert len(reading.chart.dots) == MAX_DOTS
    assert read <= len(store)

    view.refresh()
    assert not asked_in_a_row(reading)
    store.consume(a_batch(a_span("late", trace="t2400", duration_ms=9_000)))
    view.refresh()
    while view.figures.pending:
        view.sift()
    assert asked_in_a_row(reading)

    assert view.figures.spans_read == read + 1
    assert reading.dots_made == made + MAX_DOTS


def test_in_a_flood_a_large_chart_is_made_at_a_fourth_of_the_ticks() -> None:
    """However many traces come at each."""
    store = TraceStore(Limits(max_spans=20_000))
    view = TraceView(store)
    reading = ChartReading(view)
    ticks = 20
    for tick in range(ticks):
        store.consume(a_batch(*(a_span("root", trace=f"{tick}-{n}") for n in range(600))))
        view.refresh()
        while view.figures.pending:
            view.sift()
        reading.refresh()

    assert reading.dots_made <= MAX_DOTS * (ticks // LARGE_EVERY + 1)


def asked_in_a_row(reading: ChartReading) -> bool:
    """Ask as often as may be needed; return whether the chart is another."""
    return any(reading.refresh() for _ in range(LARGE_EVERY))
