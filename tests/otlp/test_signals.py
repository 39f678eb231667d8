"""The signal of a serialized message is told from its items."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData

from devtrace.otlp.signals import Signal, signal_of
from tests.builders import a_request, a_span, any_value


def traces(*spans: Span) -> bytes:
    """Return serialized `TracesData`."""
    return a_request(*spans).SerializeToString()


def logs(*records: LogRecord) -> bytes:
    """Return serialized `LogsData`."""
    data = LogsData()
    data.resource_logs.add().scope_logs.add().log_records.extend(records)
    return data.SerializeToString()


def metrics(*each: Metric) -> bytes:
    """Return serialized `MetricsData`."""
    data = MetricsData()
    data.resource_metrics.add().scope_metrics.add().metrics.extend(each)
    return data.SerializeToString()


def a_metric(kind: str, points: int, **fields: Any) -> Metric:
    """Return a metric of *kind* with that many points."""
    metric = Metric(name="http.server.requests", **fields)
    getattr(metric, kind).SetInParent()
    for _ in range(points):
        getattr(metric, kind).data_points.add(time_unix_nano=1)
    return metric


KINDS = ["gauge", "sum", "histogram", "exponential_histogram", "summary"]


@pytest.mark.parametrize(
    ("body", "signal"),
    [
        (traces(a_span()), Signal.TRACES),
        (traces(Span(trace_id=b"t" * 16, span_id=b"s" * 8)), Signal.TRACES),
        (traces(Span(name="no ids", start_time_unix_nano=1)), Signal.TRACES),
        (logs(LogRecord(time_unix_nano=1)), Signal.LOGS),
        (logs(LogRecord(body=any_value("only a body"))), Signal.LOGS),
        (logs(LogRecord(trace_id=b"t" * 16, span_id=b"s" * 8, flags=1)), Signal.LOGS),
        *((metrics(a_metric(kind, 1)), Signal.METRICS) for kind in KINDS),
        (metrics(Metric(name="empty")), Signal.METRICS),
        (metrics(a_metric("sum", 1, description="d", unit="1")), Signal.METRICS),
    ],
)
def test_the_items_tell_the_signal(body: bytes, signal: Signal) -> None:
    """Messages of all signals look alike but for what is innermost."""
    assert signal_of(body) is signal


def test_the_first_item_that_tells_decides() -> None:
    """An item without any field says nothing of its message."""
    assert signal_of(logs(LogRecord(), LogRecord(severity_text="INFO"))) is Signal.LOGS


def test_a_message_without_items_is_an_empty_trace_request() -> None:
    """Nothing in it can be miscounted, and it is valid."""
    assert signal_of(b"") is Signal.TRACES
    assert signal_of(TracesData(resource_spans=[{}]).SerializeToString()) is Signal.TRACES


@pytest.mark.parametrize("body", [b"hello, world", b"\x0a\x05ab", b"\x12\x02hi", b"\xff" * 9])
def test_other_bytes_are_no_signal(body: bytes) -> None:
    """Text, truncated messages and other messages are told apart from OTLP."""
    assert signal_of(body) is None


@given(st.binary(max_size=64))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    """A file may hold anything."""
    assert signal_of(body) in {None, *Signal}
