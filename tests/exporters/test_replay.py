"""A replay is the recording at another time with other ids; all still leads where it led."""

from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.exporters.entries import Stores
from devtrace.exporters.otlp import Outcome, Reply
from devtrace.exporters.replay import (
    MAX_REQUEST_ITEMS,
    Pace,
    Part,
    Replay,
    ReplayConfig,
    ReplayTally,
    Request,
)
from devtrace.otlp.replay_mark import REPLAYED_FROM
from devtrace.otlp.rewrite import REDACTED
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from tests.builders import (
    MILLISECOND,
    SECOND,
    T0,
    a_batch,
    a_log,
    a_log_batch,
    a_metric,
    a_metric_batch,
    a_point,
    a_span,
    an_exemplar,
    span_id_of,
    trace_id_of,
)

NOW = T0 + 1_000_000 * SECOND
REQUESTS: dict[Signal, Any] = {
    Signal.TRACES: ExportTraceServiceRequest,
    Signal.LOGS: ExportLogsServiceRequest,
    Signal.METRICS: ExportMetricsServiceRequest,
}


def a_link(trace: str, span: str) -> Span.Link:
    """Return a link to a span."""
    return Span.Link(
        trace_id=bytes.fromhex(trace_id_of(trace)), span_id=bytes.fromhex(span_id_of(span))
    )


def recorded() -> Stores:
    """Return two traces a second apart, linked, with log records and an exemplar."""
    stores = Stores(TraceStore(), LogStore(), MetricStore())
    stores.traces.consume(
        a_batch(
            a_span("send", trace="first", duration_ms=100),
            a_span("query", trace="first", parent="send", start_ms=20, duration_ms=30),
        )
    )
    links = [a_link("first", "send"), a_link("unknown", "x")]
    stores.traces.consume(
        a_batch(a_span("take", trace="second", start_ms=1000, duration_ms=50, links=links))
    )
    stores.logs.consume_logs(
        a_log_batch(
            a_log("in it", trace="first", span="query", at_ms=30),
            a_log("of none", trace=None, at_ms=500),
        )
    )
    stores.metrics.consume_metrics(
        a_metric_batch(
            a_metric(a_point(3, at_ms=900, exemplars=[an_exemplar(trace="first", span="send")]))
        )
    )
    return stores


def ids(*names: str) -> list[str]:
    """Return the trace ids of readable names."""
    return list(map(trace_id_of, names))


def replay(*, is_all: bool = True, **config: Any) -> Replay:
    """Return a replay of what was recorded."""
    return Replay(
        recorded(), ids("first", "second"), ReplayConfig(seed=1, **config), is_all=is_all
    )


def items(parts: Sequence[Part], signal: Signal) -> list[Any]:
    """Return every item of a signal that is sent, in order."""
    return [
        item
        for part in parts
        for request in part.requests
        if request.signal is signal
        for resource in _only(REQUESTS[signal].FromString(request.body))
        for scope in _only(resource)
        for item in _only(scope)
    ]


def _only(message: Any) -> Any:
    """Return the repeated messages of one level of a request."""
    return next(
        value
        for field, value in message.ListFields()
        if field.is_repeated and field.message_type.name != "KeyValue"
    )


def spans_of(made: Replay, number: int = 0) -> dict[str, Span]:
    """Return the spans that are sent by name."""
    parts = list(made.parts(NOW, number=number))
    return {span.name: span for span in items(parts, Signal.TRACES)}


def test_gaps_within_and_between_traces_stay() -> None:
    """At its own speed every time is moved by the same amount, to the nanosecond."""
    sent = spans_of(replay())

    assert sent["send"].start_time_unix_nano == NOW
    assert sent["send"].end_time_unix_nano == NOW + 100 * MILLISECOND
    assert sent["query"].start_time_unix_nano == NOW + 20 * MILLISECOND
    assert sent["take"].start_time_unix_nano == NOW + 1000 * MILLISECOND


def test_speed_divides_every_time() -> None:
    """Ten times as fast is ten times as short, durations included."""
    sent = spans_of(replay(speed=10))

    assert sent["take"].start_time_unix_nano == NOW + 100 * MILLISECOND
    assert sent["send"].end_time_unix_nano == NOW + 10 * MILLISECOND
    assert replay(speed=10).seconds == pytest.approx(0.105)


def test_what_is_sent_is_due_when_it_would_have_ended() -> None:
    """In order of time, log records and metrics of no trace among the traces."""
    parts = list(replay().parts(NOW))

    assert [(part.due_unix_nano - NOW) // MILLISECOND for part in parts] == [
        100,
        500,
        900,
        1050,
    ]
    assert [part.trace_count for part in parts] == [1, 0, 0, 1]


def test_at_once_nothing_waits_and_nothing_lies_ahead() -> None:
    """The recording ends now, with its gaps."""
    made = replay(pace=Pace.AT_ONCE)
    sent = spans_of(made)

    assert {part.due_unix_nano for part in made.parts(NOW)} == {NOW}
    assert sent["take"].end_time_unix_nano == NOW
    assert sent["send"].start_time_unix_nano == NOW - 1050 * MILLISECOND
    assert made.seconds == 0


def test_at_a_rate_each_trace_ends_when_it_is_sent() -> None:
    """The gaps between traces are those of the rate; within them they stay."""
    made = replay(pace=Pace.RATE, rate=4)
    sent = spans_of(made)

    assert [part.due_unix_nano - NOW for part in made.parts(NOW)][:2] == [0, SECOND // 4]
    assert sent["send"].end_time_unix_nano == NOW
    assert sent["send"].start_time_unix_nano == NOW - 100 * MILLISECOND
    assert sent["take"].end_time_unix_nano == NOW + SECOND // 4
    assert made.seconds == 0.25


def test_everything_leads_where_it_led() -> None:
    """Parents, links, log records and exemplars name the new ids of what they named."""
    parts = list(replay().parts(NOW))
    signals = {signal: items(list(replay().parts(NOW)), signal) for signal in Signal}
    by_name = {span.name: span for span in signals[Signal.TRACES]}
    send, query, take = (by_name[name] for name in ("send", "query", "take"))
    in_it = next(r for r in signals[Signal.LOGS] if r.body.string_value == "in it")
    exemplar = signals[Signal.METRICS][0].sum.data_points[0].exemplars[0]

    assert len(parts) == 4
    assert send.trace_id.hex() not in ids("first", "second")
    assert send.trace_id != take.trace_id
    assert (query.trace_id, query.parent_span_id) == (send.trace_id, send.span_id)
    assert (take.links[0].trace_id, take.links[0].span_id) == (send.trace_id, send.span_id)
    assert (in_it.trace_id, in_it.span_id) == (query.trace_id, query.span_id)
    assert (exemplar.trace_id, exemplar.span_id) == (send.trace_id, send.span_id)


def test_a_link_to_what_is_not_replayed_stays() -> None:
    """It still leads to the trace it named, wherever that is."""
    link = spans_of(replay())["take"].links[1]

    assert link == a_link("unknown", "x")


def test_ids_follow_from_the_seed() -> None:
    """The same seed makes the same ids; a second round of one replay makes others."""
    made = replay()

    assert spans_of(made)["send"].trace_id == spans_of(replay())["send"].trace_id
    assert spans_of(made, 1)["send"].trace_id != spans_of(made)["send"].trace_id
    assert spans_of(made, 1)["send"].span_id != spans_of(made)["send"].span_id


def test_ids_can_stay() -> None:
    """Only the times are new then."""
    sent = spans_of(replay(keeps_ids=True))["send"]

    assert sent.trace_id.hex() == trace_id_of("first")
    assert sent.span_id.hex() == span_id_of("send")
    assert sent.start_time_unix_nano == NOW


def test_one_span_of_a_trace_says_where_it_comes_from() -> None:
    """The root, so that a list can mark the trace."""
    marks = {
        name: {pair.key: pair.value.string_value for pair in span.attributes}
        for name, span in spans_of(replay()).items()
    }

    assert marks == {
        "send": {REPLAYED_FROM: trace_id_of("first")},
        "query": {},
        "take": {REPLAYED_FROM: trace_id_of("second")},
    }


def test_a_selection_leaves_all_else_out() -> None:
    """Of some traces only their own log records are sent, and no metrics."""
    made = Replay(recorded(), ids("first"), ReplayConfig())
    parts = [list(part.requests) for part in made.parts(NOW)]

    assert [(r.signal, r.item_count) for part in parts for r in part] == [
        (Signal.TRACES, 2),
        (Signal.LOGS, 1),
    ]


def test_values_of_senders_are_left_out_too() -> None:
    """A key is redacted wherever it stands, in every signal."""
    made = replay(redacted_keys=frozenset({"service.name"}))
    bodies = [request.body for part in made.parts(NOW) for request in part.requests]

    assert bodies
    assert all(REDACTED.encode() in body and b"shop" not in body for body in bodies)


def test_long_traces_are_sent_in_several_requests() -> None:
    """No request is longer than what receivers take."""
    stores = Stores(TraceStore(), LogStore(), MetricStore())
    spans = [a_span(f"s{index}", parent="s0" if index else None) for index in range(600)]
    stores.traces.consume(a_batch(*spans))
    (part,) = Replay(stores, ids("trace"), ReplayConfig()).parts(NOW)

    assert [each.item_count for each in part.requests] == [MAX_REQUEST_ITEMS, 88]


def test_json_is_sent_as_json() -> None:
    """All three signals have a form of it."""
    bodies = [
        request.body for part in replay(is_json=True).parts(NOW) for request in part.requests
    ]

    assert [body[:12] for body in bodies] == [
        b'{"resourceSp',
        b'{"resourceLo',
        b'{"resourceLo',
        b'{"resourceMe',
        b'{"resourceSp',
    ]


def test_spans_without_times_are_sent_at_once() -> None:
    """A time that was not sent stays away and delays nothing."""
    stores = Stores(TraceStore(), LogStore(), MetricStore())
    stores.traces.consume(a_batch(a_span(start_time_unix_nano=0, end_time_unix_nano=0)))
    made = Replay(stores, ids("trace"), ReplayConfig())

    (part,) = made.parts(NOW)
    (span,) = items([part], Signal.TRACES)

    assert part.due_unix_nano == NOW
    assert (span.start_time_unix_nano, span.end_time_unix_nano) == (0, 0)
    assert made.seconds == 0


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        (Reply(Code.OK), 0),
        (Reply(Code.OK, "odd", 3), 3),
        (Reply(Code.UNIMPLEMENTED, "no logs"), 10),
    ],
)
def test_what_is_refused_is_counted_by_signal(reply: Reply, refused: int) -> None:
    """In part or as a whole, with what the receiver said."""
    tally = ReplayTally()
    outcome = Outcome(reply=reply, attempts=1, seconds=0)
    tally.add(Request(Signal.LOGS, b"", 10), outcome)

    assert tally.sent == {Signal.LOGS: 10}
    assert tally.refused[Signal.LOGS] == refused
    assert tally.is_clean is (refused == 0)
    assert list(tally.problems) == [reply.message] * bool(reply.message)
