"""`payments`: charges cards."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from opentelemetry import metrics, trace
from opentelemetry.trace import StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo_services import bank, telemetry
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
            charged_cents = await charge(body)
            span.set_attribute("payment.charged", charged_cents / 100)
    except bank.CardDeclinedError as error:
        charges.add(1, {"payment.outcome": "declined"})
        # To HTTP a 402 is a correct answer; to the shop the charge has failed.
        trace.get_current_span().set_status(StatusCode.ERROR, f"card declined: {error}")
        logger.warning("card declined", extra={"payment.decline_reason": str(error)})
        return JSONResponse({"error": "card declined", "reason": str(error)}, status_code=402)
    return JSONResponse({"charged_cents": charged_cents})


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
