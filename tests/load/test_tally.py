"""A load counts every span once, as what became of it."""

from hypothesis import given
from hypothesis import strategies as st

from devtrace.exporters.otlp import Outcome, Reply
from devtrace.load.tally import Latencies, Tally
from devtrace.otlp.status import Code


def an_outcome(reply: Reply, *, attempts: int = 1) -> Outcome:
    """Return what came of a request that took a millisecond."""
    return Outcome(reply=reply, attempts=attempts, seconds=0.001)


def test_each_span_is_acknowledged_refused_or_failed() -> None:
    """Partial success refuses some; a failure refuses all; silence is neither."""
    tally = Tally()
    tally.add(an_outcome(Reply(Code.OK)), spans=10, size_bytes=100)
    tally.add(an_outcome(Reply(Code.OK, "no id", 3)), spans=10, size_bytes=100)
    assert not tally.is_clean
    tally.add(
        an_outcome(Reply(Code.INVALID_ARGUMENT, "no"), attempts=2), spans=10, size_bytes=9
    )
    tally.add(
        an_outcome(Reply(Code.UNAVAILABLE, "gone", is_answered=False)), spans=10, size_bytes=9
    )

    assert tally.sent_spans == 40
    assert (tally.acknowledged_spans, tally.refused_spans, tally.failed_spans) == (17, 13, 10)
    assert (tally.requests, tally.retries, tally.sent_bytes) == (4, 1, 200)
    assert tally.problems == {"no id": 1, "no": 1, "gone": 1}
    assert tally.last_failure is not None
    assert tally.last_failure.message == "gone"


@given(st.lists(st.floats(1e-5, 100), min_size=1, max_size=200), st.floats(0, 1))
def test_percentiles_are_near_those_of_the_sorted_list(
    seconds: list[float], share: float
) -> None:
    """Within the step in which they are counted; the largest is exact."""
    latencies = Latencies()
    for each in seconds:
        latencies.add(each)
    exact = sorted(seconds)[max(0, -int(-share * len(seconds) // 1) - 1)]

    assert latencies.max_seconds == max(seconds)
    assert exact * 0.97 <= latencies.percentile_seconds(share) <= exact * 1.03


def test_without_requests_nothing_took_any_time() -> None:
    """A load that was stopped at once has a summary too."""
    assert Latencies().percentile_seconds(0.99) == 0
