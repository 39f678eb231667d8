"""Sends the trace that expected.py lists, over what OTEL_EXPORTER_OTLP_PROTOCOL names."""

import os

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

if os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

provider = TracerProvider(resource=Resource.create({"service.name": "interop"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("interop", "1.0")

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

    with tracer.start_as_current_span("order.price") as price:
        price.set_status(StatusCode.OK)

    with tracer.start_as_current_span("POST", kind=SpanKind.CLIENT) as charge:
        charge.record_exception(ValueError("card declined"))
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

provider.shutdown()
