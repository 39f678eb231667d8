"""`payments`: charges cards."""

import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.trace import StatusCode
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo_services import bank, faults, lifecycle, telemetry
from demo_services.faults import Fault
from demo_services.lifecycle import Shop, run_http

logger = logging.getLogger("shop.payments")
tracer = trace.get_tracer("shop.payments")
meter = metrics.get_meter("shop.payments")
charges = meter.create_counter(
    "shop.payment.charges", unit="{charge}", description="Charges that the bank has answered"
)
amounts = meter.create_histogram(
    "shop.payment.amount",
    unit="EUR",
    description="What customers were charged",
    explicit_bucket_boundaries_advisory=[5, 10, 25, 50, 100, 250, 500, 1000],
)


async def post_charge(request: Request) -> JSONResponse:
    """Answer `POST /charge`."""
    body = await request.json()
    attributes = {
        "order.id": body["order_id"],
        "payment.amount": body["amount_cents"] / 100,
        "payment.currency": body["currency"],
    }
    try:
        # An exception that leaves this block is recorded on the span, which ends as ERROR.
        with tracer.start_as_current_span("card.charge", attributes=attributes) as span:
            telemetry.note_tenant()
            if faults.active(Fault.SECRETS):
                span.set_attribute("payment.card.number", "4111 1111 1111 1111")
            charged_cents = await charge(body)
            span.set_attribute("payment.charged", charged_cents / 100)
    except bank.CardDeclinedError as error:
        charges.add(1, {"payment.outcome": "declined"})
        # To HTTP a 402 is a correct answer; to the shop the charge has failed.
        trace.get_current_span().set_status(StatusCode.ERROR, f"card declined: {error}")
        logger.warning("card declined", extra={"payment.decline_reason": str(error)})
        return JSONResponse({"error": "card declined", "reason": str(error)}, status_code=402)
    dies = faults.active(Fault.NO_SHUTDOWN)
    return JSONResponse(
        {"charged_cents": charged_cents}, background=BackgroundTask(die) if dies else None
    )


async def die() -> None:
    """End at once, as a process does that is killed; and be replaced."""
    os._exit(lifecycle.REPLACE_ME)


async def charge(body: Mapping[str, Any]) -> int:
    """Charge what *body* says; return the cents charged.

    Raises:
        CardDeclinedError: If the bank refuses.
    """
    try:
        await bank.charge(attempt=body.get("attempt", 1))
    except bank.BankUnreachableError:
        # The defect of the scenario swallowed_error: no status, no event, no log line.
        return 0
    charged_cents: int = body["amount_cents"]
    charges.add(1, {"payment.outcome": "charged"})
    amounts.record(charged_cents / 100)
    logger.info("card charged", extra={"order.id": body["order_id"]})
    return charged_cents


@asynccontextmanager
async def open_payments(_shop: Shop) -> AsyncIterator[Starlette]:
    """Make `payments` ready to serve."""
    yield Starlette(routes=[Route("/charge", post_charge, methods=["POST"])])


if __name__ == "__main__":
    run_http("payments", open_payments)
