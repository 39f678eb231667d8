"""Zooming never shows nothing, and always something of what there is."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.tui.time_window import LEAST_NANO, TimeWindow

WHOLE = (1_000, 9_000)


def test_zooming_halves_and_doubles_round_a_span() -> None:
    """The span comes to the middle; out of the whole is the whole."""
    window = TimeWindow()
    assert window.within(WHOLE) == WHOLE

    window.zoom(1, WHOLE, (4_000, 6_000))
    assert window.within(WHOLE) == (3_000, 7_000)
    assert window.is_zoomed
    window.zoom(1, WHOLE, (4_000, 6_000))
    assert window.within(WHOLE) == (4_000, 6_000)
    window.zoom(-1, WHOLE, (4_000, 6_000))
    window.zoom(-1, WHOLE, (4_000, 6_000))
    assert not window.is_zoomed


def test_at_an_edge_it_stays_within() -> None:
    """A span at the end is shown at the end."""
    window = TimeWindow()

    window.zoom(1, WHOLE, (9_000, 9_000))

    assert window.within(WHOLE) == (5_000, 9_000)


def test_a_brush_may_go_backwards_and_a_reset_shows_all() -> None:
    """From right to left is as good; a click without length has some."""
    window = TimeWindow()

    window.show(5_000, 2_000)
    assert window.within(WHOLE) == (2_000, 5_000)
    window.show(5_000, 5_000)
    assert window.within(WHOLE) == (4_950, 5_050)
    window.reset()
    assert window.within(WHOLE) == WHOLE


moments = st.integers(0, 10**19)


@given(
    st.lists(st.sampled_from([1, -1]), max_size=80),
    st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))),
    st.tuples(moments, moments),
)
def test_there_is_always_some_time_to_show(
    steps: list[int], whole: tuple[int, int], around: tuple[int, int]
) -> None:
    """Whatever one zooms to, also a span that ends before it starts."""
    window = TimeWindow()
    for step in steps:
        window.zoom(step, whole, around)
        start, end = window.within(whole)
        assert whole[0] <= start < end <= max(whole[1], whole[0] + 1)
        assert end - start >= min(LEAST_NANO, max(1, whole[1] - whole[0]))
