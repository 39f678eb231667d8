"""What the services of the shop log during a declined checkout, as they would send it."""

from typing import Any

from devtrace.store.logs import LogStore
from tests.builders import a_log, a_log_batch

_STACK = """\
Traceback (most recent call last):
  File "/srv/shop/orders/app.py", line 61, in release
    raise StockError("ESP-01 is not reserved")
StockError: ESP-01 is not reserved
"""
_RECORDS: tuple[tuple[str, str | None, str | None, float, int, Any, dict[str, Any]], ...] = (
    ("gateway", None, None, -90, 9, "listening", {"server.port": 8080}),
    ("auth", "three", "verify", 14, 9, "caller verified", {"user.id": "42"}),
    ("users", "three", "user", 24, 5, "user found", {}),
    ("inventory", "three", "check", 41, 9, "stock checked", {"stock.left": 11}),
    ("payments", "three", "card.charge", 140, 13, "card declined",
     {"payment.decline_reason": "insufficient funds"}),
    ("orders", "three", "order.process", 175, 17, "cannot release the stock",
     {"exception.type": "StockError", "exception.message": "ESP-01 is not reserved",
      "exception.stacktrace": _STACK, "code.function.name": "release"}),
    ("gateway", "three", "checkout", 210, 13, {"what": "checkout refused", "status": 402}, {}),
    ("notifications", "gone", "process", 260, 21, "no such template\nreceipt.html", {}),
)  # fmt: skip


def shop_logs(*, start_ms: float = 5_200) -> LogStore:
    """Return what is held after the shop's services have said all this.

    Args:
        start_ms: When the checkout began.
    """
    store = LogStore()
    for service, trace, span, at_ms, severity, body, attributes in _RECORDS:
        record = a_log(
            body,
            trace=trace,
            span=span,
            at_ms=start_ms + at_ms,
            severity=severity,
            attributes=attributes,
        )
        store.consume_logs(a_log_batch(record, service=service))
    return store
