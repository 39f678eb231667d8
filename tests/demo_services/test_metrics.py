"""The shop measures itself, and what it measured leads to the traces that caused it."""

from typing import Any

from tests.demo_services.conftest import Receiver, RunningShop


def newest(receiver: Receiver, service: str, name: str) -> Any:
    """Return the newest metric *name* of *service*, waiting for the first."""

    def seen() -> list[Any]:
        return [
            metric.wire
            for metric in receiver.metrics
            if (metric.service, metric.wire.name) == (service, name)
        ]

    assert receiver.wait(lambda: bool(seen())), f"{service} has not sent {name}"
    return seen()[-1]


def test_a_checkout_is_counted_and_timed(shop: RunningShop, receiver: Receiver) -> None:
    """Counter, histogram and gauge come from where the thing happens, in its unit."""
    shop.checkout()

    charges = newest(receiver, "payments", "shop.payment.charges")
    assert charges.sum.is_monotonic
    assert charges.sum.data_points[0].as_int >= 1
    amounts = newest(receiver, "payments", "shop.payment.amount")
    assert amounts.unit == "EUR"
    assert amounts.histogram.data_points[0].min == 42.5
    assert len(newest(receiver, "inventory", "shop.stock.level").gauge.data_points) == 4
    assert newest(receiver, "notifications", "shop.email.duration").unit == "s"
    assert newest(receiver, "gateway", "http.server.request.duration").unit == "s"


def test_a_measurement_names_the_trace_it_was_made_in(
    shop: RunningShop, receiver: Receiver
) -> None:
    """That is its exemplar."""
    answer = shop.checkout()

    def exemplars() -> set[str]:
        return {
            exemplar.trace_id.hex()
            for metric in receiver.metrics
            if metric.wire.name == "shop.payment.amount"
            for point in metric.wire.histogram.data_points
            for exemplar in point.exemplars
        }

    assert receiver.wait(lambda: answer.trace_id in exemplars())
