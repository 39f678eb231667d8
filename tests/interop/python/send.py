"""Sends what expected_*.py list, over what OTEL_EXPORTER_OTLP_PROTOCOL names."""

import os

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

resource = Resource.create({"service.name": "interop"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("interop", "1.0")

logger_provider = LoggerProvider(resource=resource)
logger_provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
logger = logger_provider.get_logger("interop", "1.0")

meter_provider = MeterProvider(
    [PeriodicExportingMetricReader(OTLPMetricExporter())],
    resource=resource,
    views=[
        View(
            instrument_name="order.weight",
            aggregation=ExponentialBucketHistogramAggregation(),
        )
    ],
)
meter = meter_provider.get_meter("interop", "1.0")

logger.emit(
    LogRecord(
        severity_number=SeverityNumber.WARN, severity_text="WARN", body="the shop opens late"
    )
)

with tracer.start_as_current_span(
    "GET /orders/{id}",
    kind=SpanKind.SERVER,
    attributes={
        "order.customer": "Zoë 注文",
        "order.express": True,
        "order.number": 2**53 - 1,
        "order.total": 42.5,
        "order.skus": ["anvil", "rope"],
        "order.quantities": [1, -20],
    },
) as root:
    root.add_event("order.received", {"attempt": 0})
    logger.emit(
        LogRecord(
            severity_number=SeverityNumber.INFO,
            severity_text="INFO",
            body={
                "order": 42,
                "express": True,
                "total": 42.5,
                "skus": ["anvil", "rope"],
                "customer": {"name": "Zoë 注文"},
            },
            attributes={
                "order.number": 2**53 - 1,
                "order.total": 42.5,
                "order.express": True,
                "order.skus": ["anvil", "rope"],
            },
        )
    )
    logger.emit(
        LogRecord(
            event_name="order.placed",
            severity_number=SeverityNumber.INFO,
            attributes={"order.customer": "Zoë 注文"},
        )
    )

    with tracer.start_as_current_span("order.price") as price:
        price.set_status(StatusCode.OK)

    with tracer.start_as_current_span("POST", kind=SpanKind.CLIENT) as charge:
        declined = ValueError("card declined")
        charge.record_exception(declined)
        logger.emit(
            LogRecord(
                severity_number=SeverityNumber.ERROR,
                severity_text="ERROR",
                body="cannot charge",
                exception=declined,
            )
        )
        charge.set_status(Status(StatusCode.ERROR, "card declined"))

    earlier = SpanContext(
        trace_id=0x0AF7651916CD43DD8448EB211C80319C,
        span_id=0xB7AD6B7169203331,
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    with tracer.start_as_current_span(
        "orders publish",
        kind=SpanKind.PRODUCER,
        links=[Link(earlier, {"link.reason": "previous order"})],
    ):
        pass

    orders = meter.create_counter("orders", unit="{order}", description="Orders placed")
    orders.add(2, {"order.express": True})
    orders.add(1, {"order.express": False})
    still_open = meter.create_up_down_counter("orders.open", unit="{order}")
    still_open.add(5)
    still_open.add(-2)
    temperature = meter.create_gauge("oven.temperature", unit="Cel")
    temperature.set(180.0)
    temperature.set(-21.5)
    duration = meter.create_histogram("order.duration", unit="ms")
    for milliseconds in (4, 120, 20_000):
        duration.record(milliseconds)
    weight = meter.create_histogram("order.weight", unit="kg")
    for kilograms in (0, 1.5, 300):
        weight.record(kilograms)

provider.shutdown()
logger_provider.shutdown()
meter_provider.shutdown()
