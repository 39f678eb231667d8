"""How every service of the shop sets up OpenTelemetry, before it does anything else.

Where traces and logs go is the standard environment's business
(`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_PROTOCOL`).  Who sends them is
decided here: name, sampler and propagators are given in code, because variables meant
for the developer's own program must not rename the shop or silence it.
"""

import http.client
import logging
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from opentelemetry import baggage, metrics, propagate, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.instrumentation.logging import LoggingInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from demo_services.clock import WrongClock
from demo_services.flushing import UnhurriedExport
from demo_services.propagation import ShopPropagator
from demo_services.sampling import ShopSampler

if TYPE_CHECKING:
    from opentelemetry.instrumentation.httpx import RequestInfo, ResponseInfo
    from starlette.applications import Starlette

HEALTH_PATH = "/health"
"""Where an HTTP service says that it is well; nobody wants to see that in a trace."""

EXPORT_DELAY_MILLIS = 100
"""How long a finished span waits for company; short, so that a tree grows live."""

MAX_SPANS_WAITING = 16_384
"""What may wait for export; the largest trace of the shop fits in."""

UNLUCKY_SERVICE = "payments"
"""The one whose clock may be wrong, and which may die before its export."""

METRICS_MILLIS = 1000
"""How often metrics are exported; short, so that a chart grows live."""

FLUSH_SECONDS = 1.5
"""How long an ending service tries to deliver its last spans to a receiver that is away."""


@contextmanager
def recording(service_name: str) -> Iterator[None]:
    """Record and export what *service_name* does; on leaving, flush it."""
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    os.environ.setdefault(
        "OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SERVER_REQUEST", "x-b3-traceid,x-b3-spanid"
    )
    resource = Resource.create(
        {
            "service.name": service_name,
            "service.namespace": "shop",
            "service.version": "1.0.0",
            "service.instance.id": str(uuid.uuid4()),
            "deployment.environment.name": "demo",
        }
    )
    exporters = make_exporters()

    tracers = TracerProvider(
        resource=resource, sampler=ShopSampler(service_name), shutdown_on_exit=False
    )
    batches: SpanProcessor = BatchSpanProcessor(
        exporters.spans,
        schedule_delay_millis=EXPORT_DELAY_MILLIS,
        max_queue_size=MAX_SPANS_WAITING,
    )
    if service_name == UNLUCKY_SERVICE:
        batches = WrongClock(UnhurriedExport(batches, exporters.spans))
    tracers.add_span_processor(batches)
    trace.set_tracer_provider(tracers)
    propagate.set_global_textmap(ShopPropagator())

    loggers = LoggerProvider(resource=resource, shutdown_on_exit=False)
    loggers.add_log_record_processor(
        BatchLogRecordProcessor(exporters.logs, schedule_delay_millis=EXPORT_DELAY_MILLIS)
    )
    set_logger_provider(loggers)
    _send_logs()

    meters = MeterProvider(
        [PeriodicExportingMetricReader(exporters.metrics, METRICS_MILLIS)],
        resource=resource,
        shutdown_on_exit=False,
    )
    metrics.set_meter_provider(meters)

    try:
        yield
    finally:

        def flush() -> None:
            tracers.shutdown()
            loggers.shutdown()
            meters.shutdown()

        flushing = threading.Thread(target=flush, daemon=True)
        flushing.start()
        flushing.join(FLUSH_SECONDS)


def note_tenant() -> None:
    """Put the tenant that the caller's baggage names on the current span, if it names one.

    Baggage is in every service and on no span: each decides for itself what to record.
    """
    if tenant := baggage.get_baggage("tenant.id"):
        trace.get_current_span().set_attribute("tenant.id", str(tenant))


def trace_http_server(app: "Starlette") -> None:
    """Give every request to *app* one SERVER span named after its route."""
    from opentelemetry.instrumentation.starlette import StarletteInstrumentor

    StarletteInstrumentor.instrument_app(app)
    # The instrumentor does not pass these on; the middleware it adds knows them.
    options = app.user_middleware[0].kwargs
    options["exclude_spans"] = ["receive", "send"]  # else two more spans a request
    options["excluded_urls"] = f"{HEALTH_PATH}$"


def trace_http_clients() -> None:
    """Give every call of an httpx client a CLIENT span.

    A call that says what it is, by `extensions={"url_template": "/users/{user_id}"}`,
    has a span named after that: the instrumentation alone knows but the method and an
    URL with an id in it.  One that says `resend_count` has tried before.  A failed call
    says so in words.
    """
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor

    HTTPXClientInstrumentor().instrument(
        async_request_hook=_name_call, async_response_hook=_describe_failure
    )


async def _name_call(span: trace.Span, request: "RequestInfo") -> None:
    extensions = request.extensions or {}
    if template := extensions.get("url_template"):
        span.update_name(f"{request.method.decode()} {template}")
        span.set_attribute("url.template", template)
    if resend_count := extensions.get("resend_count"):
        span.set_attribute("http.request.resend_count", resend_count)


async def _describe_failure(
    span: trace.Span, _request: "RequestInfo", response: "ResponseInfo"
) -> None:
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        phrase = http.client.responses.get(response.status_code, "")
        span.set_status(trace.StatusCode.ERROR, f"{response.status_code} {phrase}".rstrip())


def trace_grpc_server() -> None:
    """Give every call that a gRPC server made from now on answers a SERVER span."""
    from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorServer

    GrpcAioInstrumentorServer().instrument()  # type: ignore[no-untyped-call]  # untyped upstream


def trace_grpc_clients() -> None:
    """Give every call over a gRPC channel made from now on a CLIENT span."""
    from opentelemetry.instrumentation.grpc import GrpcAioInstrumentorClient

    GrpcAioInstrumentorClient().instrument()  # type: ignore[no-untyped-call]  # untyped upstream


def _send_logs() -> None:
    """Send what the shop logs over OTLP; the services' log files have all the rest too."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("shop").setLevel(logging.INFO)
    LoggingInstrumentor().instrument()
    # A failing exporter must not export its own complaints.
    sdk = logging.getLogger("opentelemetry")
    sdk.addHandler(logging.StreamHandler())
    sdk.propagate = False


class Exporters(NamedTuple):
    """One for each signal."""

    spans: SpanExporter
    logs: LogRecordExporter
    metrics: MetricExporter


def make_exporters() -> Exporters:
    """Return the exporters for the protocol that the environment asks for."""
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc._log_exporter import (
            OTLPLogExporter as GrpcLogs,
        )
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import (
            OTLPMetricExporter as GrpcMetrics,
        )
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
            OTLPSpanExporter as GrpcSpans,
        )

        return Exporters(GrpcSpans(), GrpcLogs(), GrpcMetrics())
    if protocol == "http/protobuf":
        from opentelemetry.exporter.otlp.proto.http._log_exporter import (
            OTLPLogExporter as HttpLogs,
        )
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import (
            OTLPMetricExporter as HttpMetrics,
        )
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter as HttpSpans,
        )

        return Exporters(HttpSpans(), HttpLogs(), HttpMetrics())
    raise SystemExit(
        f"cannot export over {protocol!r}: "
        "OTEL_EXPORTER_OTLP_PROTOCOL must be 'grpc' or 'http/protobuf'"
    )
