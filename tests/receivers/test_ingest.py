"""A request is decoded, handed on, counted and answered, whatever it holds."""

import json
import logging
import threading
from typing import Any

import pytest

from devtrace.model.consumer import SpanBatch
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import MAX_MESSAGE_BYTES, Code
from devtrace.receivers import turns
from devtrace.receivers.ingest import Answer, Ingest
from devtrace.receivers.sender import Sender
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from tests.builders import (
    T0,
    a_log,
    a_logs_request,
    a_metric,
    a_metrics_request,
    a_point,
    a_request,
    a_span,
    span_id_of,
    trace_id_of,
)

SENDER = Sender("HTTP", "127.0.0.1", "exporter/1.0")


class Taken:
    """Keeps the batches it is given."""

    def __init__(self) -> None:
        self.batches: list[SpanBatch] = []
        self.threads: set[int] = set()

    def consume(self, batch: SpanBatch) -> None:
        """Keep *batch*."""
        self.batches.append(batch)
        self.threads.add(threading.get_ident())


class Broken:
    """A consumer with a defect."""

    def consume(self, batch: SpanBatch) -> None:
        """Fail."""
        raise RuntimeError(batch)


def a_json_request(spans: int, **fields: Any) -> bytes:
    """Return an OTLP/JSON request."""
    written = [
        {"traceId": trace_id_of("t"), "spanId": span_id_of(str(number))} | fields
        for number in range(spans)
    ]
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": written}]}]}).encode()


async def test_accepted_spans_are_with_the_consumer_when_the_answer_is() -> None:
    """An acknowledgement means that a query finds them."""
    store = TraceStore()
    ingest = Ingest(store, clock=lambda: T0)
    body = a_request(a_span("a"), a_span("b")).SerializeToString()

    answer = await ingest.export(Signal.TRACES, body, is_json=False, sender=SENDER)

    trace = store.trace(trace_id_of("trace"))
    assert trace is not None
    assert (len(trace.spans), trace.first_received_unix_nano) == (2, T0)
    assert (answer.code, answer.message) == (Code.OK, "")
    assert ingest.counters.accepted_spans == 2
    assert ingest.counters.requests == {("HTTP", "traces"): 1}
    assert ingest.counters.request_bytes == {("HTTP", "traces"): len(body)}
    assert ingest.counters.problems.total == 0


async def test_a_request_of_many_traces_is_stored_in_portions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others have the loop in between; the answer tells that all are with the consumer."""
    monkeypatch.setattr(turns, "HELD_SECONDS", 0.0)
    batches: list[SpanBatch] = []
    store = TraceStore()
    turns_before: list[int] = []

    class Portions:
        def consume(self, batch: SpanBatch) -> None:
            turns_before.append(ingest.turns.passed)
            batches.append(batch)
            store.consume(batch)

    ingest = Ingest(Portions())
    count = 2 * turns.PARTS_AT_ONCE + 1
    body = a_request(*(a_span(trace=f"t{n}") for n in range(count))).SerializeToString()

    answer = await ingest.export(Signal.TRACES, body, is_json=False, sender=SENDER)

    assert answer == Answer()
    assert len(store) == ingest.counters.accepted_spans == count
    assert max(len(batch.slices) for batch in batches) == turns.PARTS_AT_ONCE
    assert len({batch.received_unix_nano for batch in batches}) == 1
    assert len(set(turns_before)) == len(batches) == 3


async def test_refused_spans_are_counted_and_explained() -> None:
    """The others are stored; the sender learns how many were not, and why."""
    taken = Taken()
    ingest = Ingest(taken)
    request = a_request(a_span("a"), a_span("b", span_id=b""), a_span("c", trace_id=b"short"))

    answer = await ingest.export(
        Signal.TRACES, request.SerializeToString(), is_json=False, sender=SENDER
    )

    assert answer.code is Code.OK
    assert answer.rejected_spans == 2
    assert answer.message.startswith("2 of 3 spans refused: span_id is missing; trace_id has 5")
    assert ingest.counters.refused_spans.total == 2
    assert ingest.counters.problems_by_sender.counts == {SENDER: 1}
    assert sum(len(part.payloads) for part in taken.batches[0].slices) == 1


async def test_a_request_with_nothing_to_accept_reaches_no_consumer() -> None:
    """A revision that changes nothing would cost a repaint."""
    taken = Taken()
    ingest = Ingest(taken)

    empty = await ingest.export(Signal.TRACES, b"", is_json=False, sender=SENDER)
    refused = await ingest.export(
        Signal.TRACES, a_json_request(2, spanId="xyz"), is_json=True, sender=SENDER
    )

    assert (empty.code, empty.rejected_spans) == (Code.OK, 0)
    assert (refused.code, refused.rejected_spans) == (Code.OK, 2)
    assert "span_id is not hex (×2)" in refused.message
    assert not taken.batches


async def test_json_leniency_is_counted_as_notes() -> None:
    """What was taken as meant is accepted in full, and shown to the author."""
    ingest = Ingest(Taken())

    answer = await ingest.export(
        Signal.TRACES,
        a_json_request(3, kind="SPAN_KIND_SERVER", startTimeUnixNano=str(T0)),
        is_json=True,
        sender=SENDER,
    )

    assert (answer.code, answer.message) == (Code.OK, "")
    assert ingest.counters.notes.counts == {
        "kind as a name; OTLP/JSON wants an integer": 3,
        "service.name is missing or empty": 1,
    }
    assert ingest.counters.problems.total == 0


async def test_a_malformed_request_is_answered_with_its_field() -> None:
    """Nothing of it is stored, and it is counted once."""
    taken = Taken()
    ingest = Ingest(taken)

    answer = await ingest.export(
        Signal.TRACES, a_json_request(1, startTimeUnixNano="x"), is_json=True, sender=SENDER
    )

    assert answer.code is Code.INVALID_ARGUMENT
    assert answer.field == "resourceSpans[0].scopeSpans[0].spans[0].startTimeUnixNano"
    assert ingest.counters.malformed_requests == 1
    assert ingest.counters.problems_by_sender.counts == {SENDER: 1}
    assert not taken.batches


async def test_a_defect_costs_one_request_and_leaves_a_record(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It must not surface as UNKNOWN, nor stop anything."""
    ingest = Ingest(Broken())
    body = a_request(a_span()).SerializeToString()

    with caplog.at_level(logging.ERROR):
        answer = await ingest.export(Signal.TRACES, body, is_json=False, sender=SENDER)

    assert answer.code is Code.INTERNAL
    assert ingest.counters.internal_errors == 1
    assert ingest.counters.accepted_spans == 0
    (record,) = caplog.records
    assert record.exc_info is not None
    assert record.exc_info[0] is RuntimeError


async def test_large_json_is_read_beside_the_event_loop_but_stored_on_it() -> None:
    """The loop owns the store, and a large request must not freeze the screen."""
    taken = Taken()
    ingest = Ingest(taken)
    body = a_json_request(3000, name="x" * 100)

    answer = await ingest.export(Signal.TRACES, body, is_json=True, sender=SENDER)

    assert len(body) > 256 * 1024
    assert answer.code is Code.OK
    assert ingest.counters.accepted_spans == 3000
    assert taken.threads == {threading.get_ident()}


@pytest.mark.parametrize("signal", [Signal.METRICS, Signal.LOGS])
@pytest.mark.parametrize(("body", "is_json"), [(b"", False), (b'{"x":[1]}', True)], ids=str)
async def test_other_signals_are_acknowledged_and_counted(
    signal: Signal,
    body: bytes,
    is_json: bool,  # noqa: FBT001  # a parameter of pytest
) -> None:
    """SDKs send all three to one endpoint, and log an error for each that is refused."""
    ingest = Ingest(Taken())

    answer = await ingest.export(signal, body, is_json=is_json, sender=SENDER)

    assert (answer.code, answer.message) == (Code.OK, "")
    assert ingest.counters.requests == {("HTTP", signal): 1}


@pytest.mark.parametrize("signal", [Signal.METRICS, Signal.LOGS])
@pytest.mark.parametrize(
    ("body", "is_json"), [(b"\xff", False), (b"[]", True), (b"{", True)], ids=str
)
async def test_other_signals_that_cannot_be_decoded_are_refused(
    signal: Signal,
    body: bytes,
    is_json: bool,  # noqa: FBT001  # a parameter of pytest
) -> None:
    """An acknowledgement of what is no telemetry would hide the sender's mistake."""
    ingest = Ingest(Taken())

    answer = await ingest.export(signal, body, is_json=is_json, sender=SENDER)

    assert answer.code is Code.INVALID_ARGUMENT
    assert ingest.counters.malformed_requests == 1


async def test_a_request_that_is_turned_away_is_counted() -> None:
    """By sentence and by sender."""
    ingest = Ingest(Taken())

    answer = ingest.refuse(
        Code.UNAVAILABLE,
        "later " * 1000,
        sender=SENDER,
        diagnostic=None,
        retry_after_seconds=2,
    )

    assert (answer.code, answer.retry_after_seconds) == (Code.UNAVAILABLE, 2)
    assert len(answer.message.encode()) <= MAX_MESSAGE_BYTES
    assert ingest.counters.refused_requests == 1
    assert ingest.counters.problems.counts == {answer.message: 1}
    assert ingest.counters.problems_by_sender.counts == {SENDER: 1}


# -- logs --------------------------------------------------------------------------------


async def test_log_records_are_with_their_consumer_when_the_answer_is() -> None:
    """R134: acknowledged in full, from protobuf and JSON alike."""
    logs = LogStore()
    ingest = Ingest(Taken(), log_consumer=logs)
    as_json = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": {"intValue": 2}}]}]}]}

    for body, is_json in (
        (a_logs_request(a_log(1)).SerializeToString(), False),
        (json.dumps(as_json).encode(), True),
        (b"", False),
    ):
        answer = await ingest.export(Signal.LOGS, body, is_json=is_json, sender=SENDER)
        assert answer == Answer()

    records = [logs.record(number) for number in logs.numbers]
    assert [record.body for record in records if record] == [1, 2]
    assert ingest.counters.accepted_logs == 2


async def test_a_sender_of_log_records_with_wrong_ids_is_warned() -> None:
    """R19: all are accepted, so none is rejected, but the answer says what is wrong."""
    ingest = Ingest(Taken(), log_consumer=LogStore())
    request = a_logs_request(a_log(trace_id=b"short"), a_log(trace_id=b"short"), a_log())

    answer = await ingest.export(
        Signal.LOGS, request.SerializeToString(), is_json=False, sender=SENDER
    )

    sentence = "trace_id has 5 bytes instead of 16; the log record is kept without it"
    assert answer == Answer(message=f"{sentence} (×2)")
    assert ingest.counters.notes.counts == {sentence: 2}
    assert ingest.counters.accepted_logs == 3
    assert ingest.counters.problems.total == 0


@pytest.mark.parametrize("signal", [Signal.LOGS, Signal.METRICS])
async def test_a_sender_without_traces_is_diagnosed_by_its_name(signal: Signal) -> None:
    """Also for what it did before the name was known, and whether or not it is its first."""
    ingest = Ingest(Taken(), log_consumer=LogStore(), metric_consumer=MetricStore())
    seconds = T0 // 10**9
    sound: Any
    if signal is Signal.LOGS:
        sound, odd = a_logs_request(a_log()), a_logs_request(a_log(time_unix_nano=seconds))
    else:
        sound = a_metrics_request(a_metric(a_point()))
        odd = a_metrics_request(a_metric(a_point(time_unix_nano=seconds)))

    for body in (b"?", sound.SerializeToString(), odd.SerializeToString()):
        await ingest.export(signal, body, is_json=False, sender=SENDER)

    found = [(each.diagnostic.id, each.service_name) for each in ingest.counters.diagnoses]
    assert found == [("malformed-body", "shop"), ("time-unit", "shop")]


async def test_base64_ids_of_exemplars_are_named() -> None:
    """R71: as those of spans are."""
    ingest = Ingest(Taken(), metric_consumer=MetricStore())
    exemplar = {"asInt": "1", "traceId": "AAAAAAAAAAAAAAAAAAAAAQ=="}
    gauge = {"name": "g", "gauge": {"dataPoints": [{"asInt": "2", "exemplars": [exemplar]}]}}
    document = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [gauge]}]}]}

    answer = await ingest.export(
        Signal.METRICS, json.dumps(document).encode(), is_json=True, sender=SENDER
    )

    assert answer.code is Code.INVALID_ARGUMENT
    assert "ids look like base64" in answer.message
    assert [each.diagnostic.id for each in ingest.counters.diagnoses] == ["base64-ids"]


async def test_logs_that_nobody_takes_are_counted() -> None:
    """A front end without a use for them need not provide one."""
    ingest = Ingest(Taken())

    body = a_logs_request(a_log()).SerializeToString()
    await ingest.export(Signal.LOGS, body, is_json=False, sender=SENDER)

    assert ingest.counters.accepted_logs == 1


# -- metrics -----------------------------------------------------------------------------


async def test_metrics_are_with_their_consumer_when_the_answer_is() -> None:
    """R134: acknowledged in full, from protobuf and JSON alike."""
    metrics = MetricStore()
    ingest = Ingest(Taken(), metric_consumer=metrics)
    gauge = {"name": "g", "gauge": {"dataPoints": [{"asInt": "2", "timeUnixNano": "5"}]}}
    as_json = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [gauge]}]}]}

    for body, is_json in (
        (a_metrics_request(a_metric(a_point(1))).SerializeToString(), False),
        (json.dumps(as_json).encode(), True),
        (b"", False),
    ):
        answer = await ingest.export(Signal.METRICS, body, is_json=is_json, sender=SENDER)
        assert answer == Answer()

    keys = metrics.changes_since(0).updated
    assert [key.metric.name for key in keys] == ["requests", "g"]
    assert ingest.counters.accepted_points == metrics.point_count == 2


async def test_metrics_of_an_unknown_kind_are_a_partial_success() -> None:
    """R18: refused data points are counted and explained, the others stored."""
    metrics = MetricStore()
    ingest = Ingest(Taken(), metric_consumer=metrics)
    unknown = a_metric(a_point(), kind="gauge")
    unknown.ParseFromString(b"\x0a\x03new\x6a\x04\x0a\x00\x0a\x00")
    request = a_metrics_request(a_metric(a_point()), unknown)

    answer = await ingest.export(
        Signal.METRICS, request.SerializeToString(), is_json=False, sender=SENDER
    )

    reason = "a metric holds a kind of data that is not known"
    assert (answer.code, answer.rejected_points, answer.rejected_spans) == (Code.OK, 2, 0)
    assert answer.message.startswith(f"2 of 3 data points refused: {reason} (×2). A metric is")
    assert metrics.point_count == ingest.counters.accepted_points == 1
    assert ingest.counters.refused_points.counts == {reason: 2}
    assert ingest.counters.problems_by_sender.counts == {SENDER: 1}


async def test_metrics_that_nobody_takes_are_counted() -> None:
    """A front end without a use for them need not provide one."""
    ingest = Ingest(Taken())
    body = a_metrics_request(a_metric(a_point())).SerializeToString()

    assert await ingest.export(Signal.METRICS, body, is_json=False, sender=SENDER) == Answer()
    assert ingest.counters.accepted_points == 1
