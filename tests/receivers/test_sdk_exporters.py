"""The exporters that users have are understood, and understand what they are told."""

import asyncio

import pytest
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import (
    OTLPMetricExporter as GrpcMetricExporter,
)
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
    OTLPSpanExporter as GrpcSpanExporter,
)
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.metric_exporter import (
    OTLPMetricExporter as HttpMetricExporter,
)
from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
    OTLPSpanExporter as HttpSpanExporter,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

from tests.receivers.conftest import Receiving


def recorded() -> list[ReadableSpan]:
    """Return two spans of one trace as the SDK records them."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracer = provider.get_tracer("lib", "1.0")
    with tracer.start_as_current_span("parent", kind=SpanKind.SERVER) as parent:
        parent.set_attribute("list", ["a", "b"])
        with tracer.start_as_current_span("child") as child:
            child.add_event("event", {"n": 1})
            child.set_status(Status(StatusCode.ERROR, "why"))
    provider.shutdown()
    return list(memory.get_finished_spans())


async def export(exporter: SpanExporter, spans: list[ReadableSpan]) -> SpanExportResult:
    """Export from a thread, since exporters block."""
    try:
        return await asyncio.to_thread(exporter.export, spans)
    finally:
        await asyncio.to_thread(exporter.shutdown)


def assert_stored(receiving: Receiving, spans: list[ReadableSpan]) -> None:
    """Check that what was recorded is what is held."""
    child, parent = spans
    trace = receiving.store.trace(f"{child.context.trace_id:032x}")
    assert trace is not None
    by_name = {span.name: span for span in trace.spans}
    assert set(by_name) == {"parent", "child"}
    held = by_name["child"]
    assert held.service_name == "shop"
    assert held.parent_span_id == by_name["parent"].span_id == f"{parent.context.span_id:016x}"
    assert held.scope.name == "lib"
    assert (held.status_code, held.status_message) == (2, "why")
    assert held.events[0].attributes == {"n": 1}
    assert by_name["parent"].attributes == {"list": ["a", "b"]}
    assert held.start_time_unix_nano == child.start_time


@pytest.mark.parametrize("compression", list(Compression), ids=lambda each: each.value)
async def test_the_http_exporter_is_understood(
    http: Receiving, compression: Compression
) -> None:
    """With every compression it has."""
    spans = recorded()
    exporter = HttpSpanExporter(f"http://{http.address}/v1/traces", compression=compression)

    assert await export(exporter, spans) is SpanExportResult.SUCCESS
    assert_stored(http, spans)


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
async def test_the_grpc_exporter_is_understood(
    grpc_receiver: Receiving,
    gzip: bool,  # noqa: FBT001  # a parameter of pytest
) -> None:
    """With and without compression."""
    import grpc

    spans = recorded()
    exporter = GrpcSpanExporter(
        endpoint=f"http://{grpc_receiver.address}",
        compression=grpc.Compression.Gzip if gzip else grpc.Compression.NoCompression,
    )

    assert await export(exporter, spans) is SpanExportResult.SUCCESS
    assert_stored(grpc_receiver, spans)


async def test_a_wrong_path_fails_at_once(http: Receiving) -> None:
    """The exporter is told not to retry, so its user sees the mistake and not a delay."""
    exporter = HttpSpanExporter(f"http://{http.address}/v1/trace", timeout=30)

    async with asyncio.timeout(5):
        assert await export(exporter, recorded()) is SpanExportResult.FAILURE
    assert http.ingest.counters.refused_requests == 1


async def test_metrics_are_acknowledged_over_both_protocols(
    http: Receiving, grpc_receiver: Receiving
) -> None:
    """An SDK that exports all signals to one endpoint has nothing to complain about."""

    def flush(exporter: MetricExporter) -> bool:
        provider = MeterProvider([PeriodicExportingMetricReader(exporter)])
        provider.get_meter("lib").create_counter("orders").add(1)
        flushed = provider.force_flush()
        provider.shutdown()
        return flushed

    over_http = HttpMetricExporter(f"http://{http.address}/v1/metrics")
    over_grpc = GrpcMetricExporter(endpoint=f"http://{grpc_receiver.address}")

    assert await asyncio.to_thread(flush, over_http)
    assert await asyncio.to_thread(flush, over_grpc)
    assert http.ingest.counters.requests["HTTP", "metrics"] >= 1
    assert grpc_receiver.ingest.counters.requests["gRPC", "metrics"] >= 1
    assert http.ingest.counters.accepted_points >= 1
    assert grpc_receiver.ingest.counters.accepted_points >= 1
