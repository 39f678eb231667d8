"""Requests of files are read signal by signal and handed to who wants them."""

import pytest

from devtrace.formats.counts import FileCounts
from devtrace.formats.intake import Consumers, Intake
from devtrace.otlp.diagnostic import counts_by_id
from devtrace.otlp.status import MalformedError
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from tests.builders import (
    a_log,
    a_logs_request,
    a_metric,
    a_metrics_request,
    a_point,
    a_request,
    a_span,
)


def test_each_signal_goes_to_its_consumer() -> None:
    """A message does not say which signal it carries."""
    spans, logs, metrics, counts = TraceStore(), LogStore(), MetricStore(), FileCounts()
    intake = Intake(Consumers(spans, logs, metrics), counts)

    intake.take_message(a_request(a_span()).SerializeToString())
    intake.take_message(a_logs_request(a_log("said")).SerializeToString())

    intake.take_message(a_metrics_request(a_metric(a_point(1))).SerializeToString())

    held = (spans.span_count, len(logs), metrics.point_count)
    assert held == (counts.spans, counts.logs, counts.metrics) == (1, 1, 1)


def test_a_signal_without_a_consumer_is_counted() -> None:
    """Counting needs nobody who takes anything."""
    counts = FileCounts()

    taken = Intake(Consumers(), counts).take_json({"resourceLogs": [], "resourceMetrics": []})

    assert (taken.signals, taken.failures) == (2, [])


def test_a_request_says_what_of_it_failed() -> None:
    """An id that is none costs no record; a list that is none costs the signal."""
    logs, counts = LogStore(), FileCounts()
    record = {"traceId": "?", "body": {"stringValue": "said"}}

    taken = Intake(Consumers(None, logs), counts).take_json(
        {"resource_logs": [{"scopeLogs": [{"logRecords": [record]}]}], "resourceSpans": 7}
    )

    assert taken.signals == 1
    assert taken.failures[0].startswith("cannot read resourceSpans: ")
    assert len(logs) == 1
    assert counts_by_id(counts.diagnostics.items()) == {
        "snake-case-keys": 1,
        "invalid-log-ids": 1,
        "unknown-service": 1,
    }


def test_what_is_no_message_is_refused() -> None:
    """With a sentence for its reader."""
    with pytest.raises(MalformedError, match="cannot decode the message as OTLP"):
        Intake(Consumers(), FileCounts()).take_message(b"\x12\x01x")
