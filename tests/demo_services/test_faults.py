"""A fault is active exactly in the requests that ask for it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from opentelemetry import context
from opentelemetry.baggage.propagation import W3CBaggagePropagator

from demo_services import faults
from demo_services.faults import Fault


@contextmanager
def request_with(baggage: str) -> Iterator[None]:
    """Be inside of a request that came with the header *baggage*."""
    token = context.attach(W3CBaggagePropagator().extract({"baggage": baggage}))
    try:
        yield
    finally:
        context.detach(token)


@pytest.mark.parametrize(
    ("baggage", "active"),
    [
        ("", set()),
        ("demo.fault=slow_payment", {Fault.SLOW_PAYMENT}),
        ("tenant=a,demo.fault=slow_payment", {Fault.SLOW_PAYMENT}),
        ("demo.fault=slow_payment+failed_charge", {Fault.SLOW_PAYMENT, Fault.FAILED_CHARGE}),
        ("demo.fault=failed_charge%20slow_payment", {Fault.SLOW_PAYMENT, Fault.FAILED_CHARGE}),
        ("demo.fault=slow_payment%2Bfailed_charge", {Fault.SLOW_PAYMENT, Fault.FAILED_CHARGE}),
        ("demo.fault=slow", set()),
        ("demo.fault=unheard_of+slow_payment", {Fault.SLOW_PAYMENT}),
        ("fault=slow_payment", set()),
    ],
)
def test_a_fault_is_active_if_the_baggage_names_it(baggage: str, active: set[Fault]) -> None:
    """However a propagator in between has encoded the plus sign."""
    with request_with(baggage):
        assert {fault for fault in Fault if faults.active(fault)} == active


def test_what_one_service_read_the_next_one_reads_too() -> None:
    """Reading and writing the header again keeps every name."""
    carrier: dict[str, str] = {}
    with request_with(f"demo.fault={'+'.join(Fault)}"):
        W3CBaggagePropagator().inject(carrier)

    with request_with(carrier["baggage"]):
        assert all(faults.active(fault) for fault in Fault)
