"""Events and log records of a trace are told in one order of time."""

from devtrace.model.log import LogRecord
from devtrace.model.steps import finish
from devtrace.tui.moments import SpanEvent, moments
from devtrace.tui.waterfall import Waterfall
from tests.builders import a_log, a_span, a_trace, an_event, log_record


def said(*spans: object, logs: tuple[LogRecord, ...] = ()) -> list[tuple[int | None, str]]:
    """Return the row and the text of each moment of a trace."""
    waterfall = Waterfall(a_trace(*spans))  # type: ignore[arg-type]
    return [(each.node, each.said.summary) for each in finish(moments(waterfall, logs))]


def test_both_are_merged_by_time() -> None:
    """R135: exceptions move from the one carrier to the other, and readers must not care."""
    parent = a_span("a", events=[an_event("late", at_ms=9), an_event("early", at_ms=1)])
    child = a_span("b", parent="a", events=[an_event("middle", at_ms=5)])
    logs = (
        log_record(a_log("timeless", span="b", time_unix_nano=0, observed_time_unix_nano=0)),
        log_record(a_log("with the event", span="b", at_ms=5)),
        log_record(a_log("last", span="a", at_ms=10)),
    )

    assert said(parent, child, logs=logs) == [
        (1, "timeless"),
        (0, "early"),
        (1, "middle"),
        (1, "with the event"),
        (0, "late"),
        (0, "last"),
    ]


def test_a_record_whose_span_is_not_there_is_told_all_the_same() -> None:
    """Its span may come later, or it may name none."""
    logs = (log_record(a_log("lost", span="gone")), log_record(a_log("none", span=None)))

    assert said(a_span("a"), logs=logs) == [(None, "lost"), (None, "none")]


def test_an_event_says_its_name_and_attributes_or_its_exception() -> None:
    """A line is enough to know what it was."""
    events = [
        an_event("retry", at_ms=1, attributes={"attempt": 2, "cause": "timeout"}),
        an_event(
            "exception", at_ms=2, attributes={"exception.type": "E", "exception.message": "no"}
        ),
        an_event("exception", at_ms=3),
        an_event("", at_ms=4),
    ]

    assert [text for _, text in said(a_span("a", events=events))] == [
        "retry  attempt=2  cause=timeout",
        "E: no",
        "exception",
        "<no name>",
    ]


def test_a_moment_knows_who_said_it() -> None:
    """By the resource that each came with."""
    waterfall = Waterfall(a_trace(("orders", a_span("a", events=[an_event("e")]))))
    record = log_record(a_log("x", span="a", at_ms=1), service="payments")

    event, log = finish(moments(waterfall, (record,)))

    assert (event.service_name, log.service_name) == ("orders", "payments")
    assert isinstance(event.said, SpanEvent)
    assert not event.said.is_error


def test_a_large_trace_can_be_left_while_it_is_read() -> None:
    """A few hundred spans are decoded between two pauses."""
    waterfall = Waterfall(a_trace(*(a_span(f"s{n}") for n in range(1_000))))

    assert sum(1 for _ in moments(waterfall, ())) >= 1_000 // 200
