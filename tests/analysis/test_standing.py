"""A percentile and a histogram say where a duration stands."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.standing import BUCKETS, standing


def test_most_are_shorter() -> None:
    """The longest of four is slower than none, the second longer than half."""
    stands = standing(10, [1, 2, 10, 1_000])

    assert (stands.compared, stands.percent, stands.least_nano, stands.most_nano) == (
        4,
        75,
        1,
        1_000,
    )
    assert sum(stands.buckets) == 4
    assert (stands.buckets[0], stands.buckets[-1]) == (2, 1)
    assert 0 < stands.own < BUCKETS - 1
    assert standing(1_000, [1, 2, 10, 1_000]).percent == 100


def test_equal_durations_are_one_column() -> None:
    """Also when they are no time at all."""
    for nano in (0, 7):
        stands = standing(nano, [nano] * 3)
        assert (stands.percent, stands.buckets[stands.own]) == (100, 3)


@given(st.lists(st.integers(0, 2**63), min_size=1, max_size=30), st.data())
def test_every_duration_is_in_one_column(durations: list[int], data: st.DataObject) -> None:
    """Whatever they are; the own column is not empty, and longer is never less."""
    nano = data.draw(st.sampled_from(durations))
    stands = standing(nano, durations)

    assert sum(stands.buckets) == stands.compared == len(durations)
    assert stands.buckets[stands.own] > 0
    assert 0 < stands.percent <= 100 or len(durations) > 100
    longest = standing(max(durations), durations)
    assert (longest.percent, longest.own >= stands.own) == (100, True)
