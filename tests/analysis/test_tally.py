"""Totals over many traces: what is taken away is as if it had never been there."""

from collections import Counter
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.tally import Found, Sample, Tallies, Tally, bucket_of, middle_of
from tests.builders import SECOND

nanos = st.integers(0, 2**64 - 1)
samples = st.lists(
    st.builds(
        Sample, st.sampled_from("abc"), st.integers(0, 10**12), st.booleans(), st.integers(0, 9)
    ),
    max_size=5,
)


@given(nanos, nanos)
def test_buckets_are_in_the_order_of_durations(one: int, other: int) -> None:
    """So a quantile of buckets is one of durations."""
    assert (one < other) <= (bucket_of(one) <= bucket_of(other))


@given(nanos)
def test_a_bucket_is_narrow(nano: int) -> None:
    """What is read from a bucket is right to 0.4 %, and exact where it is short."""
    assert abs(middle_of(bucket_of(nano)) - nano) <= nano / 256


@given(st.lists(nanos, min_size=1, max_size=50), st.sampled_from((0.0, 0.5, 0.95, 0.99, 1.0)))
def test_a_quantile_is_the_one_of_nearest_rank(durations: list[int], share: float) -> None:
    """As one would find it in the sorted list."""
    tally = Tally()
    for duration in durations:
        tally.add(duration, is_error=0, self_nano=0)

    expected = sorted(durations)[max(1, ceil(share * len(durations))) - 1]

    assert bucket_of(tally.quantile(share)) == bucket_of(expected)
    if len(set(durations)) == 1:
        assert tally.quantile(share) == expected


@given(st.lists(st.tuples(st.sampled_from("123"), st.none() | samples), max_size=20))
def test_what_is_counted_is_the_sum_of_the_traces_that_are_in(
    steps: list[tuple[str, list[Sample[str]] | None]],
) -> None:
    """Whatever was put in, replaced and dropped before."""
    tallies: Tallies[str] = Tallies()
    held: dict[str, list[Sample[str]]] = {}
    for trace_id, given_samples in steps:
        if given_samples is None:
            tallies.drop(trace_id)
            held.pop(trace_id, None)
        else:
            tallies.put(trace_id, given_samples, 0)
            held[trace_id] = given_samples

    each = [sample for part in held.values() for sample in part]
    assert {key: tally.count for key, tally in tallies.by_key.items()} == Counter(
        sample.key for sample in each
    )
    for key, tally in tallies.by_key.items():
        of_key = [sample for sample in each if sample.key == key]
        assert tally.errors == sum(sample.is_error for sample in of_key)
        assert tally.self_nano == sum(sample.self_nano for sample in of_key)
        assert tally.buckets == Counter(bucket_of(sample.duration_nano) for sample in of_key)


@given(samples, samples, st.integers(1, 3))
def test_a_trace_comes_and_leaves_in_pieces(
    first: list[Sample[str]], then: list[Sample[str]], most: int
) -> None:
    """As a large one does, so that no key waits for it."""
    whole: Tallies[str] = Tallies()
    whole.put("1", [*first, *then], SECOND)
    pieces: Tallies[str] = Tallies()
    pieces.extend("1", first, SECOND)
    pieces.extend("1", then, SECOND)

    assert pieces.size("1") == len(first) + len(then)
    for key, tally in whole.by_key.items():
        assert pieces.by_key[key].buckets == tally.buckets
    while not pieces.drop("1", most=most):
        assert "1" in pieces
    assert not pieces.by_key
    assert not len(pieces)


def test_keys_that_come_and_leave_are_told() -> None:
    """Who lays rows out by key need not look at every figure that changes."""
    tallies: Tallies[str] = Tallies()
    tallies.put("1", [Sample("a", 1, is_error=False)], 0)
    before = tallies.keys_revision
    tallies.put("2", [Sample("a", 1, is_error=False)], 0)
    assert tallies.keys_revision == before
    tallies.drop("1")
    tallies.drop("2")
    assert tallies.keys_revision > before


def test_the_least_recent_key_leaves_and_is_counted() -> None:
    """Ten thousand names in a span name must not fill the memory."""
    tallies: Tallies[str] = Tallies(max_keys=2)
    for number, key in enumerate("abac"):
        tallies.put(str(number), [Sample(key, 1, is_error=False)], 0)

    assert sorted(tallies.by_key) == ["a", "c"]
    assert tallies.forgotten == 1

    tallies.drop("1")
    assert sorted(tallies.by_key) == ["a", "c"]


def test_the_window_runs_from_the_first_second_to_the_last() -> None:
    """Rates are per second of it; an unknown start does not count."""
    tallies: Tallies[str] = Tallies()
    assert tallies.seconds == 1
    for number, second in enumerate((10, 14, 0)):
        tallies.put(str(number), [], second * SECOND)
    assert tallies.seconds == 5
    tallies.drop("0")
    assert tallies.seconds == 1


def test_traces_with_a_key_are_found() -> None:
    """With how many calls, how many errors, and the longest of them."""
    tallies: Tallies[str] = Tallies()
    tallies.put("1", [Sample("a", 7, is_error=True), Sample("a", 9, is_error=False)], 0)
    tallies.put("2", [Sample("b", 5, is_error=False)], 0)

    assert list(tallies.find_all(["a"])) == [Found("1", 2, 1, 9), None]
    assert tallies.find(["a", "b"], "2") == Found("2", 1, 0, 5)
    assert tallies.find(["gone"], "2") is None


def test_a_shape_has_every_call_in_one_column() -> None:
    """Also those that lie outside."""
    tally = Tally()
    for duration in (1, 10, 100, 1_000, 10_000):
        tally.add(duration, is_error=0, self_nano=0)

    assert tally.shape(10, 1_000, 3) == [2, 1, 2]
    assert sum(tally.shape(5, 5, 4)) == 5


def test_merged_tallies_count_both() -> None:
    """A service is what all its callers see of it."""
    one, other = Tally(), Tally()
    one.add(5, is_error=1, self_nano=2)
    other.add(9, is_error=0, self_nano=3)
    one.merge(other)

    assert (one.count, one.errors, one.self_nano, one.quantile(1.0)) == (2, 1, 5, 9)
