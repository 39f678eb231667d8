"""Whatever happens in a session is told once, when it is time, and nothing is forgotten."""

import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from devtrace.cli.events import COUNTS_NANO, SETTLED_NANO, Event, EventStream
from devtrace.otlp import mistakes
from devtrace.receivers.sender import Sender
from devtrace.session import Session, SessionConfig
from devtrace.store.limits import Limits, LogLimits, MetricLimits
from tests.builders import (
    T0,
    a_batch,
    a_log,
    a_log_batch,
    a_metric,
    a_metric_batch,
    a_point,
    a_span,
    trace_id_of,
)

SENDER = Sender("HTTP", "127.0.0.1", "")


class Clock:
    """Unix nanoseconds that pass when told to."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> int:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands still."""
    return Clock()


@pytest.fixture
async def session() -> AsyncIterator[Session]:
    """Run a session that holds at most four spans."""
    config = SessionConfig(grpc_port=0, http_port=0, limits=Limits(max_spans=4))
    async with Session(config) as session:
        yield session


def traces(events: Iterable[Event]) -> list[tuple[str, int, bool]]:
    """Return name, spans and whether it is an update, of each trace that is told."""
    return [
        (event.fields["name"], event.fields["span_count"], event.fields.get("updated", False))
        for event in events
        if event.name == "trace"
    ]


def counts(events: Iterable[Event]) -> dict[str, dict[str, object]]:
    """Return what else is told, by kind."""
    return {event.name: event.fields for event in events if event.name != "trace"}


async def test_a_trace_is_told_once_it_is_settled(session: Session, clock: Clock) -> None:
    """Not while it grows, then whole, and then never again."""
    events = EventStream(session, clock=clock)
    session.store.consume(a_batch(a_span("root", trace="a"), received=T0))
    assert traces(events.due()) == []

    clock.now += SETTLED_NANO - 1
    session.store.consume(
        a_batch(a_span("child", trace="a", parent="root"), received=clock.now)
    )
    clock.now += 1
    assert traces(events.due()) == []

    clock.now += SETTLED_NANO
    assert traces(events.due()) == [("root", 2, False)]
    assert traces(events.due()) == []


async def test_a_trace_that_grows_later_is_told_again(session: Session, clock: Clock) -> None:
    """A late span makes an update; a duplicate or a pin does not."""
    events = EventStream(session, clock=clock)
    first = a_batch(a_span("root", trace="a"), received=T0)
    session.store.consume(first)
    clock.now += SETTLED_NANO
    assert traces(events.due()) == [("root", 1, False)]

    session.store.consume(first)
    session.store.pin(trace_id_of("a"))
    clock.now += SETTLED_NANO
    assert traces(events.due()) == []

    session.store.consume(a_batch(a_span("late", trace="a", parent="root"), received=clock.now))
    clock.now += SETTLED_NANO
    assert traces(events.due()) == [("root", 2, True)]


async def test_events_may_be_taken_a_few_at_a_time(session: Session, clock: Clock) -> None:
    """Leaving between two events loses none and repeats none."""
    events = EventStream(session, clock=clock)
    for name in "abc":
        session.store.consume(a_batch(a_span(name, trace=name), received=T0))
    clock.now += SETTLED_NANO

    first = next(iter(events.due()))
    rest = list(events.due())

    assert [name for name, _, _ in traces([first, *rest])] == ["a", "b", "c"]


async def test_the_end_tells_what_is_not_settled(session: Session, clock: Clock) -> None:
    """Everything that was received is told before it stops."""
    events = EventStream(session, clock=clock)
    session.store.consume(a_batch(a_span("root"), received=T0))
    session.counters.accepted_spans = 1

    *told, last = events.rest()

    assert traces(told) == [("root", 1, False)]
    assert last.name == "stopped"
    assert last.fields == {"spans": 1, "traces": 1}


async def test_what_a_bound_costs_is_told_as_a_difference(
    session: Session, clock: Clock
) -> None:
    """Each count is told when it grew, by how much, with the reasons where there are some."""
    events = EventStream(session, clock=clock)
    for name in "abcdef":
        session.store.consume(a_batch(a_span(name, trace=name), received=T0))
    received = session.counters
    received.refused_spans.add("span_id is missing", 3)
    received.problems.add("span_id is missing")
    received.malformed_requests += 1
    received.count_problem("cannot read the body", SENDER)

    assert counts(events.due()) == {
        "refused": {"spans": 3, "reasons": {"span_id is missing": 3}},
        "malformed": {
            "requests": 1,
            "malformed": 1,
            "turned_away": 0,
            "failed": 0,
            "reasons": {"cannot read the body": 1},
        },
        "evicted": {"traces": 2, "spans": 2},
    }

    received.refused_spans.add("span_id is missing")
    assert counts(events.due()) == {}
    clock.now += COUNTS_NANO
    assert counts(events.due()) == {
        "refused": {"spans": 1, "reasons": {"span_id is missing": 1}}
    }


async def test_what_the_bounds_of_logs_and_metrics_cost_is_told(clock: Clock) -> None:
    """Each in an event of its own, as a difference."""
    config = SessionConfig(
        grpc_port=0,
        http_port=0,
        log_limits=LogLimits(max_records=2),
        metric_limits=MetricLimits(max_series_points=1, max_series=1),
    )
    async with Session(config) as session:
        events = EventStream(session, clock=clock)
        session.logs.consume_logs(a_log_batch(*(a_log(number) for number in range(5))))
        for number, name in enumerate("aab"):
            session.metrics.consume_metrics(
                a_metric_batch(a_metric(a_point(number), name=name))
            )
        session.counters.refused_points.add("unknown", 3)
        session.counters.problems.add("unknown")

        assert [(event.name, event.fields, event.text) for event in events.due()] == [
            (
                "refused",
                {"points": 3, "reasons": {"unknown": 3}},
                "refused 3 data points: unknown (×3)",
            ),
            ("evicted", {"logs": 3}, "evicted 3 log records: the oldest"),
            (
                "evicted",
                {"points": 2, "series": 1},
                "evicted 2 data points: the oldest, with all of 1 series",
            ),
        ]
        clock.now += COUNTS_NANO
        assert list(events.due()) == []


async def test_an_evicted_trace_is_forgotten_and_new_if_it_comes_back(
    session: Session, clock: Clock
) -> None:
    """Memory follows the store, and a trace that begins again is told again."""
    events = EventStream(session, clock=clock)
    session.store.consume(a_batch(a_span("a", trace="a"), received=T0))
    clock.now += SETTLED_NANO
    assert traces(events.due()) == [("a", 1, False)]

    for name in "bcdef":
        session.store.consume(a_batch(a_span(name, trace=name), received=clock.now))
    session.store.consume(a_batch(a_span("z", trace="a"), received=clock.now))
    clock.now += SETTLED_NANO

    assert ("z", 1, True) in traces(events.due())


async def test_a_trace_that_leaves_before_it_is_settled_is_counted_instead(
    session: Session, clock: Clock
) -> None:
    """A flood tells what it cost, and nothing about what is no longer there."""
    events = EventStream(session, clock=clock)
    session.store.consume(a_batch(a_span("a", trace="a"), received=T0))
    assert list(events.due()) == []

    for name in "bcde":
        session.store.consume(a_batch(a_span(name, trace=name), received=T0))
    clock.now += SETTLED_NANO
    told = list(events.due())

    assert [name for name, _, _ in traces(told)] == ["b", "c", "d", "e"]
    assert counts(told) == {"evicted": {"traces": 1, "spans": 1}}


async def test_what_could_not_be_written_is_told(tmp_path: Path, clock: Clock) -> None:
    """A full disk is said while there is time to do something about it."""
    config = SessionConfig(grpc_port=0, http_port=0, output=tmp_path / "out.jsonl")
    async with Session(config) as session:
        assert session.archive is not None
        events = EventStream(session, clock=clock)
        session.archive.close()
        session.archive.consume(a_batch(a_span()))

        told = counts(events.due())

    assert told["unwritten"]["batches"] == 1
    assert told["unwritten"]["reason"]


async def test_remembered_traces_are_bounded_by_the_store(
    session: Session, clock: Clock
) -> None:
    """A day of traffic does not grow what is remembered of it."""
    events = EventStream(session, clock=clock)
    for number in range(1_200):
        session.store.consume(a_batch(a_span(trace=str(number)), received=clock.now))
        clock.now += SETTLED_NANO
        assert len(traces(events.due())) == 1

    assert len(events._told) <= 2 * len(session.store) + 1_000


async def test_every_event_has_both_forms(session: Session, clock: Clock) -> None:
    """JSON for programs, one harmless line for people, whatever a sender wrote."""
    events = EventStream(session, clock=clock)
    session.store.consume(a_batch(a_span(name="\x1b[31m\nred"), service="two\nlines"))
    session.counters.refused_spans.add("reason\x1b[0m")

    told = [events.listening(), *events.rest()]

    assert [event.name for event in told] == ["listening", "trace", "refused", "stopped"]
    assert [event.is_data for event in told] == [False, True, False, False]
    for event in told:
        json.dumps(event.fields)
        assert event.text.isprintable()


async def test_a_diagnostic_is_told_once_per_sender(session: Session, clock: Clock) -> None:
    """With what to change; the second request with the same mistake is only counted."""
    events = EventStream(session, clock=clock)
    note = mistakes.GRPC_ON_HTTP_PORT.note("OTLP/gRPC sent to the HTTP port 1")
    for sender in (SENDER, SENDER, SENDER._replace(user_agent="go/1")):
        session.counters.diagnose(note, sender, service_name="\x1bcheckout")

    told = [event for event in events.due() if event.name == "diagnostic"]
    session.counters.diagnose(note, SENDER, service_name="\x1bcheckout")

    assert [event.fields["sender"] for event in told] == [
        "HTTP from 127.0.0.1",
        "HTTP from 127.0.0.1, go/1",
    ]
    port = session.endpoints.grpc_port
    assert told[0].fields["id"] == "grpc-on-http-port"
    assert told[0].fields["service_name"] == "␛checkout"
    assert told[0].fields["sentence"] == mistakes.GRPC_ON_HTTP_PORT.sentence
    assert told[0].fields["remedy"].startswith(f"Send to port {port}, or set OTEL_")
    assert told[0].fields["example"] == note
    assert told[0].text.startswith(
        f"grpc-on-http-port: ␛checkout (HTTP from 127.0.0.1): {note}. Send to port {port}"
    )
    assert [event.name for event in events.due()] == []
    assert [event.name for event in events.rest()] == ["stopped"]
