"""A value is put to the test once, and what is remembered has a bound."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.query.refusals import MAX_REMEMBERED, MAX_REMEMBERED_BYTES, Refusals


@given(st.lists(st.lists(st.sampled_from([b"a", b"b", b"no", b"yes"])), max_size=6))
def test_the_answer_is_that_of_the_test(rounds: list[list[bytes]]) -> None:
    """Whatever was asked before."""
    refusals = Refusals(lambda value: value == b"yes")

    for values in rounds:
        assert refusals.lets_one_pass(values) is (b"yes" in values)


def test_a_value_that_did_not_pass_is_not_asked_again() -> None:
    """A million spans of three names cost three looks."""
    refusals = Refusals(lambda _: False)

    for _ in range(100):
        refusals.lets_one_pass([b"a", b"b", b"c", b"a"])

    assert refusals.tested == 3


def test_memory_has_a_bound() -> None:
    """In values and in the length of each."""
    refusals = Refusals(lambda _: False)
    refusals.lets_one_pass([b"x" * (MAX_REMEMBERED_BYTES + 1)])
    assert len(refusals) == 0

    for number in range(3 * MAX_REMEMBERED):
        refusals.lets_one_pass([b"%d" % number])

    assert len(refusals) <= MAX_REMEMBERED
