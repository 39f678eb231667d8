"""Spans, log records, metrics, requests and traces that name only what matters to a test."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.metrics.v1 import metrics_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.model.consumer import LogBatch, MetricBatch, SpanBatch
from devtrace.model.log import LogRecord
from devtrace.model.metric import Series, SeriesKey
from devtrace.model.resource import ScopeInterner
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.decode_metrics import decode_metrics

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
T0 = 1_760_000_000 * SECOND
"""The moment at which built traces start."""

_interner = ScopeInterner()


def trace_id_of(name: str) -> str:
    """Return a valid trace id for a readable name: the same name, the same id."""
    return hashlib.blake2b(b"t" + name.encode(), digest_size=16).hexdigest()


def span_id_of(name: str) -> str:
    """Return a valid span id for a readable name: the same name, the same id."""
    return hashlib.blake2b(b"s" + name.encode(), digest_size=8).hexdigest()


def any_value(value: Any) -> AnyValue:  # noqa: PLR0911  # one return per OTLP type
    """Return *value* as OTLP writes it; None is the empty value."""
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case bytes():
            return AnyValue(bytes_value=value)
        case Mapping():
            result = AnyValue()
            result.kvlist_value.SetInParent()
            result.kvlist_value.values.extend(key_values(value))
            return result
        case _:
            result = AnyValue()
            result.array_value.SetInParent()
            result.array_value.values.extend(any_value(item) for item in value)
            return result


def key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    """Return *attributes* as OTLP writes them."""
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def a_span(
    span: str = "root",
    *,
    trace: str = "trace",
    parent: str | None = None,
    name: str | None = None,
    kind: int = trace_pb2.Span.SPAN_KIND_INTERNAL,
    start_ms: float = 0,
    duration_ms: float = 10,
    status: int = 0,
    message: str = "",
    attributes: Mapping[str, Any] | None = None,
    events: Iterable[trace_pb2.Span.Event] = (),
    links: Iterable[trace_pb2.Span.Link] = (),
    **fields: Any,
) -> trace_pb2.Span:
    """Return a wire span; *span*, *trace* and *parent* are readable names."""
    start = T0 + round(start_ms * MILLISECOND)
    return trace_pb2.Span(
        **{
            "trace_id": bytes.fromhex(trace_id_of(trace)),
            "span_id": bytes.fromhex(span_id_of(span)),
            "parent_span_id": bytes.fromhex(span_id_of(parent)) if parent else b"",
            "name": span if name is None else name,
            "kind": kind,
            "start_time_unix_nano": start,
            "end_time_unix_nano": start + round(duration_ms * MILLISECOND),
            "status": trace_pb2.Status(code=status, message=message),
            "attributes": key_values(attributes or {}),
            "events": list(events),
            "links": list(links),
        }
        | fields
    )


def an_event(
    name: str, *, at_ms: float = 0, attributes: Mapping[str, Any] | None = None
) -> trace_pb2.Span.Event:
    """Return a wire event *at_ms* milliseconds after `T0`."""
    return trace_pb2.Span.Event(
        name=name,
        time_unix_nano=T0 + round(at_ms * MILLISECOND),
        attributes=key_values(attributes or {}),
    )


def a_request(
    *spans: trace_pb2.Span,
    service: str | None = "shop",
    resource: Mapping[str, Any] | None = None,
) -> ExportTraceServiceRequest:
    """Return a request with all *spans* in one scope of one resource."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    named = {} if service is None else {"service.name": service}
    resource_spans.resource.attributes.extend(key_values(named | dict(resource or {})))
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = "tests"
    scope_spans.spans.extend(spans)
    return request


def a_batch(
    *spans: trace_pb2.Span,
    service: str | None = "shop",
    received: int = T0,
    resource: Mapping[str, Any] | None = None,
) -> SpanBatch:
    """Return what the store gets for a request with *spans*."""
    request = a_request(*spans, service=service, resource=resource)
    decoded = decode_spans(request.SerializeToString(), scope_of=_interner)
    return SpanBatch(decoded.slices, received)


def a_trace(*spans: trace_pb2.Span | tuple[str, trace_pb2.Span]) -> Trace:
    """Return a trace of *spans*; a pair gives a span's service name first."""
    read: list[Span] = []
    for each in spans:
        service, span = each if isinstance(each, tuple) else ("shop", each)
        for part in a_batch(span, service=service).slices:
            read.extend(Span(payload, part.scope) for payload in part.payloads)
    return Trace(trace_id=read[0].trace_id, spans=tuple(read))


def a_log(
    body: Any = "it happened",
    *,
    trace: str | None = "trace",
    span: str | None = "root",
    at_ms: float = 0,
    severity: int = 9,
    attributes: Mapping[str, Any] | None = None,
    **fields: Any,
) -> logs_pb2.LogRecord:
    """Return a wire log record; *trace* and *span* are readable names."""
    at = T0 + round(at_ms * MILLISECOND)
    return logs_pb2.LogRecord(
        **{
            "time_unix_nano": at,
            "observed_time_unix_nano": at,
            "severity_number": severity,
            "severity_text": "INFO" if severity == 9 else "",
            "body": any_value(body),
            "attributes": key_values(attributes or {}),
            "trace_id": bytes.fromhex(trace_id_of(trace)) if trace else b"",
            "span_id": bytes.fromhex(span_id_of(span)) if trace and span else b"",
        }
        | fields
    )


def a_logs_request(
    *records: logs_pb2.LogRecord, service: str | None = "shop"
) -> ExportLogsServiceRequest:
    """Return a request with all *records* in one scope of one resource."""
    request = ExportLogsServiceRequest()
    resource_logs = request.resource_logs.add()
    named = {} if service is None else {"service.name": service}
    resource_logs.resource.attributes.extend(key_values(named))
    scope_logs = resource_logs.scope_logs.add()
    scope_logs.scope.name = "tests"
    scope_logs.log_records.extend(records)
    return request


def a_log_batch(*records: logs_pb2.LogRecord, service: str | None = "shop") -> LogBatch:
    """Return what the store of logs gets for a request with *records*."""
    body = a_logs_request(*records, service=service).SerializeToString()
    return LogBatch(decode_logs(body, scope_of=_interner).records)


def log_record(record: logs_pb2.LogRecord, *, service: str | None = "shop") -> LogRecord:
    """Return *record* as it is read back."""
    (wire,) = a_log_batch(record, service=service).records
    return LogRecord(wire.payload, wire.scope)


_KINDS = {
    metrics_pb2.NumberDataPoint: "sum",
    metrics_pb2.HistogramDataPoint: "histogram",
    metrics_pb2.ExponentialHistogramDataPoint: "exponential_histogram",
    metrics_pb2.SummaryDataPoint: "summary",
}


def a_point(
    value: float | None = 1,
    *,
    at_ms: float = 0,
    since_ms: float = 0,
    attributes: Mapping[str, Any] | None = None,
    of: Any = metrics_pb2.NumberDataPoint,
    **fields: Any,
) -> Any:
    """Return a wire data point of type *of*; only a number has a *value*."""
    if of is metrics_pb2.NumberDataPoint and value is not None:
        fields = {"as_int" if isinstance(value, int) else "as_double": value} | fields
    return of(
        **{
            "start_time_unix_nano": T0 + round(since_ms * MILLISECOND),
            "time_unix_nano": T0 + round(at_ms * MILLISECOND),
            "attributes": key_values(attributes or {}),
        }
        | fields
    )


def an_exemplar(
    value: float = 1.5, *, trace: str | None = "trace", span: str | None = "root", **fields: Any
) -> metrics_pb2.Exemplar:
    """Return a wire exemplar; *trace* and *span* are readable names."""
    return metrics_pb2.Exemplar(
        **{
            "as_double": value,
            "time_unix_nano": T0,
            "trace_id": bytes.fromhex(trace_id_of(trace)) if trace else b"",
            "span_id": bytes.fromhex(span_id_of(span)) if trace and span else b"",
        }
        | fields
    )


def a_metric(
    *points: Any,
    name: str = "requests",
    kind: str | None = None,
    unit: str = "1",
    temporality: int = 2,
    monotonic: bool = True,
    **fields: Any,
) -> metrics_pb2.Metric:
    """Return a wire metric of *points*; numbers are a sum unless *kind* says otherwise."""
    metric = metrics_pb2.Metric(name=name, unit=unit, **fields)
    kind = kind or _KINDS[type(points[0])]
    data = getattr(metric, kind)
    data.SetInParent()
    data.data_points.extend(points)
    if kind not in {"gauge", "summary"}:
        data.aggregation_temporality = temporality
    if kind == "sum":
        data.is_monotonic = monotonic
    return metric


def a_metrics_request(
    *metrics: metrics_pb2.Metric, service: str | None = "shop"
) -> ExportMetricsServiceRequest:
    """Return a request with all *metrics* in one scope of one resource."""
    request = ExportMetricsServiceRequest()
    resource_metrics = request.resource_metrics.add()
    named = {} if service is None else {"service.name": service}
    resource_metrics.resource.attributes.extend(key_values(named))
    scope_metrics = resource_metrics.scope_metrics.add()
    scope_metrics.scope.name = "tests"
    scope_metrics.metrics.extend(metrics)
    return request


def a_metric_batch(*metrics: metrics_pb2.Metric, service: str | None = "shop") -> MetricBatch:
    """Return what the store of metrics gets for a request with *metrics*."""
    body = a_metrics_request(*metrics, service=service).SerializeToString()
    return MetricBatch(decode_metrics(body, scope_of=_interner).slices)


def a_series(*points: Any, service: str | None = "shop", **of_metric: Any) -> Series:
    """Return the series of *points*, which have the same attributes."""
    (part,) = a_metric_batch(a_metric(*points, **of_metric), service=service).slices
    key = SeriesKey(part.scope.identity, part.metric.identity, part.points[0].attributes)
    return Series(key, part.metric, part.scope, [point.payload for point in part.points])
