"""A value is put to the test once, and what is remembered has a bound."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.query.remembered import MAX_REMEMBERED, MAX_REMEMBERED_BYTES, Remembered


@given(st.lists(st.lists(st.sampled_from([b"a", b"b", b"no", b"yes"])), max_size=6))
def test_the_answer_is_that_of_the_test(rounds: list[list[bytes]]) -> None:
    """Whatever was asked before."""
    remembered = Remembered(lambda value: value == b"yes")

    for values in rounds:
        assert remembered.lets_one_pass(values) is (b"yes" in values)


@given(st.lists(st.lists(st.sampled_from([b"a", b"b", b"no", b"yes", b"yes!"])), max_size=6))
def test_those_that_pass_are_returned(rounds: list[list[bytes]]) -> None:
    """All of them, whatever was asked before."""
    remembered = Remembered(lambda value: value.startswith(b"yes"))

    for values in rounds:
        assert remembered.passing(values) == {each for each in values if b"yes" in each}


def test_a_value_is_tested_once() -> None:
    """A million spans of four names cost four looks."""
    remembered = Remembered(lambda value: value == b"yes")

    for _ in range(100):
        remembered.lets_one_pass([b"a", b"b", b"c", b"a"])
        remembered.lets_one_pass([b"yes"])

    assert remembered.tested == 4


def test_memory_has_a_bound() -> None:
    """In values and in the length of each."""
    remembered = Remembered(lambda _: False)
    remembered.lets_one_pass([b"x" * (MAX_REMEMBERED_BYTES + 1)])
    assert len(remembered) == 0

    for number in range(3 * MAX_REMEMBERED):
        remembered.lets_one_pass([b"%d" % number])

    assert len(remembered) <= MAX_REMEMBERED
