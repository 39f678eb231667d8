"""One checkout through the seven services of the shop, as they would send it."""

from collections.abc import Mapping
from typing import Any, Literal

from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.store.ring import TraceStore
from tests.builders import T0, a_batch, a_span, an_event, span_id_of, trace_id_of

Fault = Literal["slow_payment", "failed_charge"]
Sent = tuple[str, trace_pb2.Span]
"""A service name and a span of it."""

_INTERNAL = trace_pb2.Span.SPAN_KIND_INTERNAL
_SERVER = trace_pb2.Span.SPAN_KIND_SERVER
_CLIENT = trace_pb2.Span.SPAN_KIND_CLIENT
_PRODUCER = trace_pb2.Span.SPAN_KIND_PRODUCER
_CONSUMER = trace_pb2.Span.SPAN_KIND_CONSUMER

_STACK = """\
Traceback (most recent call last):
  File "/srv/payments/app.py", line 88, in charge
    await bank.charge(order)
  File "/srv/payments/bank.py", line 41, in charge
    raise CardDeclinedError("insufficient funds")
CardDeclinedError: insufficient funds
"""


def shop_trace(
    fault: Fault | None = None, *, name: str = "checkout", start_ms: float = 0
) -> list[Sent]:
    """Return the spans of one checkout in the order in which they end.

    Args:
        fault: What goes wrong in payments; None for nothing.
        name: Readable name of the trace.
        start_ms: Milliseconds from `T0` to the checkout.
    """
    payment_ms = 1_520.0 if fault == "slow_payment" else 150.0
    late = payment_ms - 150
    is_declined = fault == "failed_charge"
    status = 402 if is_declined else 200
    failed: Mapping[str, Any] = (
        {"status": 2, "message": "card declined: insufficient funds"} if is_declined else {}
    )

    def span(service: str, span: str, parent: str | None, **fields: Any) -> Sent:
        at, took, kind = fields.pop("at"), fields.pop("took"), fields.pop("kind", _INTERNAL)
        return service, a_span(
            span,
            trace=name,
            parent=parent,
            kind=kind,
            start_ms=start_ms + at,
            duration_ms=took,
            flags=0x300 if kind in {_SERVER, _CONSUMER} else 0x100,
            **fields,
        )

    spans = [
        span(
            "auth", "verify", "checkout", name="shop.Auth/Verify", kind=_SERVER, at=4, took=15,
            attributes=_rpc("Auth", "Verify"),
        ),
        span(
            "users", "select user", "user", name="SELECT", kind=_CLIENT, at=23, took=2,
            attributes=_sqlite("SELECT", "users", "SELECT id, name FROM users WHERE id = ?"),
        ),
        span(
            "users", "user", "checkout", name="GET /users/{id}", kind=_SERVER, at=21, took=6,
            attributes=_http("GET", "/users/{id}", 200),
        ),
        span("inventory", "stock.check", "check", at=37, took=7, attributes={"stock.sku": "ESP-01"}),
        span(
            "inventory", "check", "order.process", name="shop.Inventory/Check", kind=_SERVER,
            at=36, took=9, attributes=_rpc("Inventory", "Check"),
        ),
        span(
            "payments", "card.charge", "charge", at=52, took=payment_ms,
            attributes={"payment.amount": 42.5, "payment.currency": "EUR", "card.brand": "visa"},
            events=_payment_events(fault, start_ms, payment_ms), **failed,
        ),
        span(
            "payments", "charge", "call charge", name="POST /charge", kind=_SERVER,
            at=50, took=payment_ms + 6, attributes=_http("POST", "/charge", status), **failed,
        ),
        span(
            "orders", "call charge", "order.process", name="POST", kind=_CLIENT,
            at=48, took=payment_ms + 10,
            attributes={
                "http.request.method": "POST", "http.response.status_code": status,
                "url.full": "http://127.0.0.1:41237/charge", "server.address": "127.0.0.1",
            },
            **failed,
        ),
    ]  # fmt: skip
    if not is_declined:
        message = span_id_of("publish")
        spans += [
            span(
                "orders", "insert", "order.process", name="INSERT orders", kind=_CLIENT,
                at=209 + late, took=28,
                attributes=_sqlite("INSERT", "orders", "INSERT INTO orders (id, user_id) VALUES (?, ?)"),
            ),
            span(
                "orders", "publish", "order.process", name="send orders", kind=_PRODUCER,
                at=237 + late, took=1, attributes=_messaging("send"),
            ),
        ]  # fmt: skip
    spans += [
        span("orders", "order.process", "order", at=32, took=(180 if is_declined else 207) + late,
             attributes={"order.id": "7f3a", "order.items": 1}, **failed),
        span(
            "orders", "order", "checkout", name="POST /orders", kind=_SERVER, at=30,
            took=(184 if is_declined else 210) + late,
            attributes=_http("POST", "/orders", status), **failed,
        ),
        span(
            "gateway", "checkout", None, name="POST /checkout", kind=_SERVER, at=0,
            took=(218 if is_declined else 243) + late,
            attributes=_http("POST", "/checkout", status), **failed,
        ),
    ]  # fmt: skip
    if not is_declined:
        link = trace_pb2.Span.Link(
            trace_id=bytes.fromhex(trace_id_of(name)), span_id=bytes.fromhex(message)
        )
        spans += [
            span("notifications", "email.send", "process", at=255 + late, took=36,
                 attributes={"email.template": "receipt"}),
            span(
                "notifications", "process", "publish", name="process orders", kind=_CONSUMER,
                at=252 + late, took=41, attributes=_messaging("process"), links=[link],
            ),
        ]  # fmt: skip
    return spans


def send(store: TraceStore, spans: list[Sent], *, received: int = T0) -> None:
    """Let *spans* arrive one by one, each with the resource its service sends."""
    for service, span in spans:
        resource = {
            "service.version": "1.0.0",
            "service.instance.id": f"{service}-1",
            "deployment.environment.name": "demo",
            "telemetry.sdk.language": "python",
        }
        store.consume(a_batch(span, service=service, received=received, resource=resource))


def _payment_events(
    fault: Fault | None, start_ms: float, payment_ms: float
) -> list[trace_pb2.Span.Event]:
    if fault is None:
        return []
    begins = an_event(
        "demo.fault", at_ms=start_ms + 52.1, attributes={"demo.fault.name": fault}
    )
    if fault == "slow_payment":
        return [begins]
    declined = an_event(
        "exception",
        at_ms=start_ms + 50 + payment_ms,
        attributes={
            "exception.type": "CardDeclinedError",
            "exception.message": "insufficient funds",
            "exception.stacktrace": _STACK,
            "exception.escaped": "True",
        },
    )
    return [begins, declined]


def _http(method: str, route: str, status: int) -> dict[str, Any]:
    return {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "url.path": route.replace("{id}", "42"),
        "url.scheme": "http",
        "server.address": "127.0.0.1",
        "network.protocol.version": "1.1",
        "user_agent.original": "python-httpx/0.28.1",
    }


def _rpc(service: str, method: str) -> dict[str, Any]:
    return {
        "rpc.system": "grpc",
        "rpc.service": f"shop.{service}",
        "rpc.method": method,
        "rpc.grpc.status_code": 0,
    }


def _sqlite(operation: str, table: str, query: str) -> dict[str, Any]:
    return {
        "db.system.name": "sqlite",
        "db.operation.name": operation,
        "db.collection.name": table,
        "db.query.text": query,
    }


def _messaging(operation: str) -> dict[str, Any]:
    return {
        "messaging.system": "sqlite",
        "messaging.operation.name": operation,
        "messaging.destination.name": "orders",
    }
