"""Find goes through a trace's matches in the order of its tree, a little at a time."""

from itertools import count

from devtrace.store.ring import TraceStore
from devtrace.tui.trace_find import TraceFind
from devtrace.tui.waterfall import Waterfall
from tests.builders import a_batch, a_span, trace_id_of


def a_waterfall(spans: int = 5) -> Waterfall:
    """Return a root with children of which every second has an attribute."""
    store = TraceStore()
    store.consume(
        a_batch(
            a_span("root", trace="a"),
            *(
                a_span(
                    f"child {number}",
                    trace="a",
                    parent="root",
                    start_ms=number,
                    name=f"child {number}",
                    attributes={"k": "v"} if number % 2 else {},
                )
                for number in range(spans)
            ),
        )
    )
    trace = store.trace(trace_id_of("a"))
    assert trace is not None
    return Waterfall(trace)


def test_matches_are_gone_through_round_the_end() -> None:
    """In both directions, from wherever one is."""
    find = TraceFind()
    find.ask(".k=v")
    assert find.look_in(a_waterfall())

    assert find.rows == (2, 4)
    assert [find.next_row(here, 1) for here in (None, 0, 2, 3, 4, 5)] == [2, 2, 4, 4, 2, 2]
    assert [find.next_row(here, -1) for here in (0, 2, 3, 4, 5)] == [4, 4, 2, 2, 4]
    assert find.first_row_from(4) == 4
    assert find.first_row_from(5) == 2
    assert find.tally(4) == "2 of 2"
    assert find.tally(0) == "2 matches"


def test_without_matches_there_is_no_next() -> None:
    """Nor for an empty query, which ends the search."""
    find = TraceFind()
    find.ask("nowhere")
    find.look_in(a_waterfall())
    assert find.next_row(0, 1) is None
    assert find.first_row_from(0) is None
    assert find.tally(0) == "0 matches"

    find.ask("child")
    assert find.look_in(a_waterfall())
    find.ask("")
    assert find.look_in(a_waterfall())
    assert find.rows == ()


def test_a_mistake_leaves_what_was_found() -> None:
    """And says what is wrong."""
    find, waterfall = TraceFind(), a_waterfall()
    find.ask("child")
    find.look_in(waterfall)
    find.ask("statuss=1")

    assert find.error is not None
    assert not find.look_in(waterfall)
    assert len(find.rows) == 5


def test_a_trace_that_grew_is_looked_through_again() -> None:
    """The same one is not."""
    find = TraceFind()
    find.ask("child")
    waterfall = a_waterfall(3)
    assert find.look_in(waterfall)
    assert not find.look_in(waterfall)
    assert find.look_in(a_waterfall(4))
    assert len(find.rows) == 4


def test_a_long_trace_is_looked_through_in_slices() -> None:
    """Each as long as a key may wait; the last one has the matches."""
    ticks = count()
    find = TraceFind(clock=lambda: next(ticks) * 0.005)
    waterfall = a_waterfall(2_000)
    find.ask("child")
    slices = 0
    while not find.look_in(waterfall):
        assert find.is_searching
        assert find.tally(0) == "searching…"
        slices += 1

    assert slices > 3
    assert len(find.rows) == 2_000
