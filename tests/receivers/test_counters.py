"""Counts are kept of everything, and what senders choose cannot make them grow."""

from devtrace.otlp import mistakes
from devtrace.receivers.counters import BoundedCounter, ReceiverCounters
from devtrace.receivers.sender import Sender


def test_keys_beyond_the_bound_are_counted_together() -> None:
    """The number of keys is not the senders' to choose, the total is exact."""
    counter: BoundedCounter[int] = BoundedCounter(3)

    for key in range(10):
        counter.add(key)
    counter.add(1, 5)

    assert counter.counts == {0: 1, 1: 6, 2: 1}
    assert counter.others == 7
    assert counter.total == 15


def test_senders_are_told_apart_up_to_a_bound() -> None:
    """One bad exporter is recognised; a thousand cost no memory."""
    counters = ReceiverCounters()

    for number in range(1000):
        counters.count_problem(
            f"problem {number}", Sender("HTTP", "127.0.0.1", f"agent {number}")
        )

    senders = counters.problems_by_sender
    assert len(senders.counts) == senders.max_keys == 64
    assert senders.total == counters.problems.total == 1000
    assert len(counters.problems.counts) == counters.problems.max_keys


def test_the_traffic_of_senders_beyond_the_bound_is_one() -> None:
    """Nothing that arrived is missing from the sum."""
    counters = ReceiverCounters()

    for number in range(100):
        sender = Sender("gRPC", "127.0.0.1", f"agent {number}")
        counters.traffic_of(sender).requests["traces"] += 1

    assert len(counters.senders) == 64
    assert counters.unlisted_senders.requests == {"traces": 36}


def test_a_diagnosis_has_the_service_that_the_sender_is() -> None:
    """Before it is known and after: a request that cannot be decoded does not say whose it is."""
    counters, sender = ReceiverCounters(), Sender("gRPC", "127.0.0.1", "agent")

    counters.traffic_of(sender)
    counters.diagnose(mistakes.MALFORMED_BODY.note("x"), sender)
    counters.recognize(sender, "orders")
    counters.diagnose(mistakes.MALFORMED_BODY.note("x"), sender)
    counters.diagnose("without a diagnostic", sender, service_name="users")

    assert [(each.diagnostic.id, each.service_name) for each in counters.diagnoses] == [
        ("malformed-body", "orders"),
        ("other", "users"),
    ]
    assert [each.count for each in counters.diagnoses] == [2, 1]


def test_a_diagnosis_of_one_of_several_services_blames_none() -> None:
    """Programs of one machine and language look alike but for their spans."""
    counters, sender = ReceiverCounters(), Sender("gRPC", "127.0.0.1", "agent")
    for name in ("orders", "users"):
        counters.recognize(sender, name)

    counters.diagnose(mistakes.MALFORMED_BODY.note("x"), sender)

    assert [each.service_name for each in counters.diagnoses] == [""]
