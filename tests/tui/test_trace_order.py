"""TraceOrder finds rows by number and numbers by trace, whatever comes and goes."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.tui.trace_order import TraceOrder

NUMBERS = st.sets(st.integers(0, 300), max_size=150)


def order_of(numbers: set[int]) -> TraceOrder:
    """Return the traces with *numbers*, each named by its own."""
    order = TraceOrder()
    for number in sorted(numbers):
        order.extend([str(number)], number)
    return order


def check(order: TraceOrder, numbers: set[int]) -> None:
    """Assert that exactly the traces with *numbers* are there, in order."""
    assert order.numbers == sorted(numbers)
    assert order.ids == [str(number) for number in sorted(numbers)]
    assert order.number_of == {str(number): number for number in numbers}


@given(NUMBERS, NUMBERS)
def test_what_is_put_in_stands_where_it_belongs(before: set[int], new: set[int]) -> None:
    """In front, behind and in between."""
    order = order_of(before)
    order.insert((number, str(number)) for number in new - before)

    check(order, before | new)


@given(NUMBERS, NUMBERS)
def test_what_is_taken_out_is_gone(before: set[int], leaving: set[int]) -> None:
    """One by one or many at once; what was not there does not matter."""
    order = order_of(before)
    order.discard([str(number) for number in leaving])

    check(order, before - leaving)


@given(NUMBERS, NUMBERS, st.integers(0, 300))
def test_of_what_is_not_held_few_stay(before: set[int], held: set[int], kept: int) -> None:
    """What is returned is what left; what stays is held, kept, or a sixteenth of the rest."""
    order = order_of(before)
    names = {str(number) for number in before & held}
    gone = order.drop_gone(names, kept=str(kept))

    left = before - {int(name) for name in gone}
    check(order, left)
    assert len(gone) == len(set(gone))
    assert before & held <= left
    assert kept in left or kept not in before
    assert len(left - held - {kept}) <= len(before) // 16


@given(NUMBERS, st.integers(-5, 305))
def test_the_nearest_is_no_farther_than_any_other(numbers: set[int], number: int) -> None:
    """And nothing is near where nothing is."""
    nearest = order_of(numbers).nearest(number)
    assert (nearest is None) == (not numbers)
    if nearest is not None:
        assert all(abs(int(nearest) - number) <= abs(each - number) for each in numbers)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_what_moves_stands_where_it_then_belongs(
    before: set[int], leaving: set[int], moving: set[int]
) -> None:
    """Few or many, those that were there and those that were not."""
    order = order_of(before)
    order.move(
        [str(number) for number in leaving - moving],
        [(number + 1_000, str(number)) for number in moving],
    )

    there = {str(number): number for number in before - leaving - moving}
    there |= {str(number): number + 1_000 for number in moving}
    assert order.number_of == there
    assert order.numbers == sorted(there.values())
    assert [there[each] for each in order.ids] == order.numbers
