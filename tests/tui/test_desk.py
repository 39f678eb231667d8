"""The desk hands every screen the same figures, and speaks of each problem once."""

from types import SimpleNamespace
from typing import cast

from devtrace.otlp import mistakes
from devtrace.receivers.counters import ReceiverCounters
from devtrace.receivers.sender import Sender
from devtrace.session import Session
from devtrace.store.limits import Limits
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from devtrace.tui.desk import Desk
from tests.builders import a_batch, a_span, trace_id_of
from tests.tui.rig import a_session, a_stage

NOBODY = Sender(protocol="HTTP", peer="127.0.0.1", user_agent="")


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def a_desk(limits: Limits | None = None) -> tuple[Desk, TraceStore, Clock]:
    """Return a desk over an empty store, with its clock."""
    store, clock = TraceStore(limits), Clock()
    session = a_session(store)
    return Desk(session, a_stage(session=session), clock=clock), store, clock


def counters(desk: Desk) -> ReceiverCounters:
    """Return what the session counts."""
    return cast("Session", desk.session).counters


def test_everything_held_and_everything_lost_is_counted() -> None:
    """Each bound has its counter, and the counter is on screen."""
    desk, store, _ = a_desk(Limits(max_spans=4))
    store.consume(a_batch(a_span("dup", trace="a"), a_span("dup", trace="a")))
    store.consume(a_batch(*(a_span(f"s{number}", trace="b") for number in range(4))))
    store.consume(a_batch(*(a_span(f"s{number}", trace="c") for number in range(3))))
    received = counters(desk)
    received.refused_spans.add("no trace id", 2)
    received.malformed_requests = 3
    received.refused_requests = 4
    received.internal_errors = 5

    held = desk.held()

    assert (held.grpc, held.http) == ("127.0.0.1:4317", "127.0.0.1:4318")
    assert (held.traces, held.spans) == (len(store), store.span_count) == (2, 4)
    assert (held.byte_count, held.max_bytes) == (store.byte_count, store.limits.max_bytes)
    assert (held.evicted, held.duplicates, held.truncated) == (1, 1, 3)
    assert (held.refused, held.malformed) == (2, 12)


def test_the_rate_is_of_the_last_two_seconds() -> None:
    """It rises at once and falls to nothing when nothing comes."""
    desk, store, clock = a_desk()
    rates = []
    for second in range(12):
        if 2 <= second < 6:
            store.consume(a_batch(*(a_span(f"{second}.{number}") for number in range(30))))
        rates.append(round(desk.held().spans_per_second))
        clock.now += 1

    assert rates == [0, 0, 15, 30, 30, 30, 15, 0, 0, 0, 0, 0]


def test_the_rate_of_a_moment_is_no_division_by_nothing() -> None:
    """Two looks at the same instant."""
    desk, store, _ = a_desk()
    desk.held()
    store.consume(a_batch(a_span()))

    assert desk.held().spans_per_second == 0


def test_samples_of_the_rate_do_not_pile_up() -> None:
    """A UI that is open all day keeps two seconds of them."""
    desk, _, clock = a_desk()
    for _ in range(1_000):
        desk.held()
        clock.now += 0.1

    assert len(desk._rate._samples) <= 22


def test_a_diagnosis_is_new_until_somebody_looked() -> None:
    """Once for each sender; the thousandth request is only counted."""
    desk, _, _ = a_desk()
    assert desk.unseen_diagnoses == 0

    for _ in range(3):
        counters(desk).diagnose(mistakes.BASE64_IDS.note("x"), NOBODY)
    assert (desk.unseen_diagnoses, desk.held().diagnostics) == (1, 1)

    desk.see_diagnoses()
    counters(desk).diagnose(mistakes.BASE64_IDS.note("x"), NOBODY)
    assert (desk.unseen_diagnoses, desk.held().diagnostics) == (0, 1)


def test_pinning_and_letting_go() -> None:
    """One key does both."""
    desk, store, _ = a_desk()
    store.consume(a_batch(a_span(trace="a")))
    told: list[str] = []

    for expected in (True, False):
        desk.toggle_pin(trace_id_of("a"), tell=told.append)
        trace = store.trace(trace_id_of("a"))
        assert trace is not None
        assert trace.is_pinned is expected
    assert told == []


def test_why_a_trace_cannot_be_pinned_is_told() -> None:
    """It is gone, or pinned traces would fill more than half of the ring."""
    desk, store, _ = a_desk(Limits(max_spans=4))
    store.consume(a_batch(a_span(trace="a"), a_span(trace="b"), a_span(trace="c")))
    told: list[str] = []

    for name in ("a", "b", "c"):
        desk.toggle_pin(trace_id_of(name), tell=told.append)
    desk.toggle_pin(trace_id_of("gone"), tell=told.append)
    desk.toggle_pin(None, tell=told.append)

    assert told == [
        "pinned traces already fill half of the ring",
        "this trace was evicted",
        "this trace was evicted",
    ]


def test_the_stage_and_the_session_are_shared() -> None:
    """A screen asks nobody else."""
    stores = SimpleNamespace(store=TraceStore(), logs=LogStore(), metrics=MetricStore())
    session = cast("Session", stores)
    stage = a_stage()

    desk = Desk(session, stage)

    assert (desk.session, desk.stage, desk.view.store) == (session, stage, session.store)
