"""Requests as a busy system sends them: each distinct, and none costly to make.

A template is serialized once.  Whatever has to differ between two requests holds
`MARK`, and making a request replaces the mark in its bytes.
"""

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.builders import a_span, an_event, key_values

BATCH = 512
"""Spans in a request: what SDKs send under load."""
SPANS_PER_TRACE = 16
MARK = b"\xf1\x9e\xb7\xa3"
"""Four bytes that occur in no other part of a request, and are one character in UTF-8."""
ATTRIBUTES: Mapping[str, Any] = {
    "http.request.method": "POST",
    "http.route": "/api/orders/{order_id}",
    "http.response.status_code": 201,
    "url.full": "http://orders.shop.local:8080/api/orders/4711?expand=items",
    "server.address": "orders.shop.local",
    "server.port": 8080,
    "user_agent.original": "python-httpx/0.28.1",
    "enduser.id": "user-4711",
}


def a_template(
    batch: int = BATCH,
    *,
    spans_per_trace: int = SPANS_PER_TRACE,
    services: int = 3,
    attributes: Mapping[str, Any] = ATTRIBUTES,
    service: str = "service",
) -> bytes:
    """Return a request of *batch* spans in which every id begins with `MARK`.

    Spans of about 400 bytes; one in ten failed and says so in an event.

    Args:
        batch: How many spans.
        spans_per_trace: How many of them share a trace id.
        services: How many services the spans of each trace come from.
        attributes: Those of each span.
        service: What the services are called, before their number.
    """
    request = ExportTraceServiceRequest()
    for number in range(min(services, batch)):
        resource_spans = request.resource_spans.add()
        resource_spans.resource.attributes.extend(
            key_values({"service.name": f"{service}-{number}", "host.name": "localhost"})
        )
        scope_spans = resource_spans.scope_spans.add()
        scope_spans.scope.name = "opentelemetry.instrumentation.asgi"
        scope_spans.spans.extend(
            _span(span, spans_per_trace, attributes) for span in range(number, batch, services)
        )
    return request.SerializeToString()


def _span(number: int, spans_per_trace: int, attributes: Mapping[str, Any]) -> Span:
    trace, place = divmod(number, spans_per_trace)
    failed = number % 10 == 9
    return a_span(
        name="POST /api/orders/{order_id}",
        trace_id=MARK + trace.to_bytes(12),
        span_id=_span_id(number),
        parent_span_id=_span_id(number - (place + 1) // 2) if place else b"",
        kind=Span.SPAN_KIND_SERVER,
        start_ms=place,
        duration_ms=SPANS_PER_TRACE - place,
        status=2 if failed else 0,
        attributes=attributes,
        events=[an_event("exception", attributes={"exception.type": "Declined"})] * failed,
    )


def _span_id(number: int) -> bytes:
    return MARK + (number + 1).to_bytes(4)


def distinct(template: bytes, numbers: Iterator[int] | None = None) -> Iterator[bytes]:
    """Yield requests like *template* without end, no two of which share an id.

    Args:
        template: A request in which every id begins with `MARK`.
        numbers: What their ids are made of, for templates that shall share none.
    """
    for number in count(1) if numbers is None else numbers:
        # Scattered as random ids are, by an odd factor, which keeps them distinct.
        yield template.replace(MARK, (number * 0x9E3779B1 % 2**32).to_bytes(4))
