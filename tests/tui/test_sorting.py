"""An order says where a trace stands, and how one would say it."""

import pytest

from devtrace.tui.sorting import Sorting
from devtrace.tui.trace_figures import Figures

FAST = Figures(100, 130, 9, 0, 1)
SLOW = Figures(100, 900, 2, 3, 2)


@pytest.mark.parametrize(
    ("sorting", "is_slow_last"),
    [
        (Sorting.TIME, False),
        (Sorting.DURATION, True),
        (Sorting.SPANS, False),
        (Sorting.ERRORS, True),
    ],
)
def test_the_figure_decides(*, sorting: Sorting, is_slow_last: bool) -> None:
    """By time it is the running number alone."""
    slow, fast = sorting.place(1, SLOW), sorting.place(2, FAST)

    assert slow is not None
    assert fast is not None
    assert (slow > fast) is is_slow_last


def test_equal_figures_stand_by_age() -> None:
    """So no two traces have one place."""
    older, newer = Sorting.SPANS.place(7, FAST), Sorting.SPANS.place(8, FAST)

    assert older is not None
    assert newer is not None
    assert older < newer


def test_what_was_not_read_has_a_place_by_time_only() -> None:
    """Its figure is not taken for 0."""
    assert Sorting.TIME.place(3, None) == 3
    assert Sorting.DURATION.place(3, None) is None


def test_the_orders_go_round() -> None:
    """In both directions."""
    assert Sorting.TIME.step(1) is Sorting.DURATION
    assert Sorting.ERRORS.step(1) is Sorting.TIME
    assert Sorting.TIME.step(-1) is Sorting.ERRORS


def test_an_order_is_said_in_words() -> None:
    """As somebody would ask for it."""
    assert Sorting.TIME.ordered(largest_first=False) == "newest at the end"
    assert Sorting.DURATION.ordered(largest_first=True) == "slowest first"
    assert Sorting.SPANS.ordered(largest_first=False) == "fewest spans first"
