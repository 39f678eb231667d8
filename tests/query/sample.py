"""The two traces that docs/query.md shows."""

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.model.resource import ScopeInterner
from devtrace.model.span import Span
from devtrace.model.trace import Trace
from devtrace.otlp.decode import decode_spans
from tests.builders import (
    a_request,
    a_span,
    an_event,
    key_values,
    span_id_of,
    trace_id_of,
)

INTERNAL, SERVER, CLIENT, _, CONSUMER = range(1, 6)
OK, ERROR = 1, 2

_POD = {"k8s.pod.name": "orders-7f9"}


def _request(
    span: trace_pb2.Span, service: str, resource: dict[str, str] | None = None
) -> ExportTraceServiceRequest:
    request = a_request(span, service=service, resource=resource)
    scope = request.resource_spans[0].scope_spans[0].scope
    scope.name, scope.version = "shop", "1.2"
    return request


def _requests() -> list[ExportTraceServiceRequest]:
    return [
        _request(
            a_span(
                "A",
                trace="checkout",
                name="POST /checkout",
                kind=SERVER,
                duration_ms=240,
                status=ERROR,
                attributes={
                    "http.request.method": "POST",
                    "http.route": "/checkout",
                    "http.response.status_code": 502,
                },
            ),
            "gateway",
        ),
        _request(
            a_span(
                "B",
                trace="checkout",
                parent="A",
                name="POST /orders",
                kind=SERVER,
                start_ms=20,
                duration_ms=200,
                status=ERROR,
                attributes={"order.items": ["book", "pen"], "order.id": "007"},
            ),
            "orders",
            _POD,
        ),
        _request(
            a_span(
                "C",
                trace="checkout",
                parent="B",
                name="INSERT orders",
                kind=CLIENT,
                start_ms=25,
                duration_ms=30,
                attributes={"db.system": "sqlite", "db.rows": "3"},
            ),
            "orders",
            _POD,
        ),
        _request(
            a_span(
                "D",
                trace="checkout",
                parent="B",
                name="POST /charge",
                kind=SERVER,
                start_ms=60,
                duration_ms=160,
                status=ERROR,
                message="card declined",
                attributes={"http.status_code": "402"},
                events=[
                    an_event(
                        "exception",
                        at_ms=200,
                        attributes={
                            "exception.type": "CardDeclined",
                            "exception.message": "insufficient funds",
                        },
                    )
                ],
            ),
            "payments",
        ),
        _request(
            a_span(
                "E",
                trace="mail",
                name="process orders",
                kind=CONSUMER,
                duration_ms=12,
                attributes={"retry": True, "messaging.message.body.size": 4096},
                links=[
                    trace_pb2.Span.Link(
                        trace_id=bytes.fromhex(trace_id_of("checkout")),
                        span_id=bytes.fromhex(span_id_of("B")),
                        attributes=key_values({"reason": "follows"}),
                    )
                ],
            ),
            "notifications",
        ),
        _request(
            a_span(
                "F",
                trace="mail",
                parent="E",
                name="render",
                kind=INTERNAL,
                start_ms=2,
                duration_ms=1.5,
                status=OK,
                attributes={"template": "Grüße"},
            ),
            "notifications",
        ),
    ]


def sample_traces() -> tuple[Trace, ...]:
    """Return the traces of docs/query.md, the checkout first."""
    interner = ScopeInterner()
    spans: dict[str, list[Span]] = {}
    for request in _requests():
        decoded = decode_spans(request.SerializeToString(), scope_of=interner)
        for part in decoded.slices:
            spans.setdefault(part.trace_id, []).extend(
                Span(payload, part.scope) for payload in part.payloads
            )
    return tuple(
        Trace(trace_id=trace_id, spans=tuple(found)) for trace_id, found in spans.items()
    )


LETTERS = {span_id_of(letter): letter for letter in "ABCDEF"}
"""The letter of each span of the sample, by its id."""
