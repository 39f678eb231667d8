"""`orders`: places an order if it is in stock and paid for, and tells the queue."""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
import httpx
from opentelemetry import propagate, trace
from opentelemetry.instrumentation.sqlite3 import SQLite3Instrumentor
from opentelemetry.trace import SpanKind, StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo_services import faults, telemetry
from demo_services.breaker import Breaker, BreakerOpenError
from demo_services.faults import Fault
from demo_services.ledger import Ledger
from demo_services.lifecycle import Shop, run_http
from demo_services.propagation import Wrong, leaving
from demo_services.protos.shop_pb2 import CheckReply, CheckRequest, Line
from demo_services.protos.shop_pb2_grpc import InventoryStub
from demo_services.queue import DESTINATION, Message, Queue, open_queue

logger = logging.getLogger("shop.orders")
tracer = trace.get_tracer("shop.orders")

INVENTORY_SECONDS = 1.0
"""How long `inventory` may take to answer."""

IMPATIENT_SECONDS = 0.25
"""How long the bank may take, in the scenario retry_storm."""

ATTEMPTS = 3
BACKOFF_SECONDS = 0.1
"""The pause before the second attempt; the next is twice as long."""

AUDIT_SECONDS = 0.02

MAX_JOBS = 100
"""E-mails that one campaign may send."""


class OrderRefusedError(Exception):
    """The order cannot be placed, for a reason the customer should hear."""

    def __init__(self, error: str, *, reason: str, status_code: int) -> None:
        super().__init__(f"{error}: {reason}")
        self.answer = {"error": error, "reason": reason}
        self.status_code = status_code


class Orders:
    """Places orders."""

    def __init__(
        self,
        *,
        inventory: InventoryStub,
        payments: httpx.AsyncClient,
        ledger: Ledger,
        queue: Queue,
    ) -> None:
        self._inventory = inventory
        self._payments = payments
        self._ledger = ledger
        self._queue = queue
        # One for requests that ask for the fault, so that it stays theirs alone.
        self._breakers = {is_faulty: Breaker("inventory") for is_faulty in (False, True)}

    async def show(self, request: Request) -> JSONResponse:
        """Answer `GET /orders?user_id=`."""
        return JSONResponse(await self._ledger.orders_of(request.query_params["user_id"]))

    async def start_campaign(self, request: Request) -> JSONResponse:
        """Answer `POST /campaigns`: leave one job in the queue for each e-mail."""
        jobs = (await request.json()).get("jobs", 1)
        if not isinstance(jobs, int) or not 0 < jobs <= MAX_JOBS:
            answer = {"error": "bad campaign", "reason": f"jobs is from 1 to {MAX_JOBS}"}
            return JSONResponse(answer, status_code=400)
        campaign_id = str(uuid.uuid4())
        with tracer.start_as_current_span("campaign.start", attributes={"campaign.jobs": jobs}):
            for _ in range(jobs):
                await self._send({"campaign_id": campaign_id})
        logger.info("campaign started", extra={"campaign.jobs": jobs})
        return JSONResponse({"campaign_id": campaign_id}, status_code=202)

    async def post(self, request: Request) -> JSONResponse:
        """Answer `POST /orders`."""
        cart = await request.json()
        order_id = str(uuid.uuid4())
        trace.get_current_span().set_attribute("order.id", order_id)
        try:
            total_cents = await self._place(order_id, cart)
        except OrderRefusedError as error:
            trace.get_current_span().set_status(StatusCode.ERROR, str(error))
            logger.warning("order refused", extra={"order.id": order_id})
            return JSONResponse(error.answer, status_code=error.status_code)
        await self._announce(order_id)
        if faults.active(Fault.LOST_IN_THREAD):
            # The executor's thread has a context of its own, an empty one; asyncio.to_thread
            # would have taken the request's along.
            asyncio.get_running_loop().run_in_executor(None, write_audit, order_id)
        logger.info("order placed", extra={"order.id": order_id})
        return JSONResponse({"order_id": order_id, "total": total_cents / 100}, status_code=201)

    async def _place(self, order_id: str, cart: Mapping[str, Any]) -> int:
        """Check, charge and write down; return the total in cents."""
        attributes: dict[str, str | int] = {
            "order.id": order_id,
            "order.lines": len(cart["items"]),
        }
        # What went wrong is recorded where it went wrong; here the status is enough.
        with tracer.start_as_current_span(
            f"order {order_id}" if faults.active(Fault.CARDINALITY) else "order.process",
            attributes=attributes,
            record_exception=False,
            end_on_exit=not faults.active(Fault.SPAN_LEAK),
        ) as span:
            lines = [Line(sku=item["sku"], quantity=item["quantity"]) for item in cart["items"]]
            stock = await self._check_stock(CheckRequest(lines=lines))
            if stock.missing_skus:
                skus = ", ".join(stock.missing_skus)
                raise OrderRefusedError("out of stock", reason=skus, status_code=409)
            span.set_attribute("order.total", stock.total_cents / 100)

            charge = {
                "order_id": order_id,
                "amount_cents": stock.total_cents,
                "currency": cart["currency"],
            }
            if faults.active(Fault.N_PLUS_ONE):
                await self._ledger.look_up_prices([line.sku for line in lines])
            response = await self._charge(charge)
            if response.status_code == httpx.codes.PAYMENT_REQUIRED:
                answer = response.json()
                raise OrderRefusedError(
                    answer["error"], reason=answer["reason"], status_code=response.status_code
                )
            response.raise_for_status()

            await self._ledger.add(
                order_id,
                user_id=cart["user_id"],
                total_cents=stock.total_cents,
                currency=cart["currency"],
            )
            return stock.total_cents

    async def _check_stock(self, request: CheckRequest) -> CheckReply:
        """Ask `inventory`, unless it has failed too often lately.

        Raises:
            OrderRefusedError: If there is no answer.
        """
        breaker = self._breakers[faults.is_asked_for(Fault.INVENTORY_DOWN)]
        try:
            async with breaker.guarded():
                reply: CheckReply = await self._inventory.Check(
                    request, timeout=INVENTORY_SECONDS
                )
                return reply
        except (grpc.aio.AioRpcError, BreakerOpenError) as error:
            reason = error.details() if isinstance(error, grpc.aio.AioRpcError) else str(error)
            raise OrderRefusedError(
                "inventory is not available", reason=reason or "", status_code=503
            ) from error

    async def _charge(self, charge: Mapping[str, Any]) -> httpx.Response:
        """Ask `payments`, more than once if it takes too long and is to be hurried."""
        way = (
            Wrong.NOTHING
            if faults.active(Fault.LOST_CONTEXT)
            else Wrong.B3
            if faults.active(Fault.WRONG_PROPAGATOR)
            else None
        )
        if not faults.active(Fault.RETRY_STORM):
            with leaving(way):
                return await self._payments.post(
                    "/charge", json=charge, extensions={"url_template": "/charge"}
                )
        for attempt in range(1, ATTEMPTS):
            try:
                return await self._payments.post(
                    "/charge",
                    json={**charge, "attempt": attempt},
                    timeout=IMPATIENT_SECONDS,
                    extensions={"url_template": "/charge", "resend_count": attempt - 1},
                )
            except httpx.TimeoutException:
                pause = BACKOFF_SECONDS * 2 ** (attempt - 1)
                trace.get_current_span().add_event(
                    "retry", {"retry.attempt": attempt, "retry.delay": pause}
                )
                await asyncio.sleep(pause)
        return await self._payments.post(
            "/charge",
            json={**charge, "attempt": ATTEMPTS},
            extensions={"url_template": "/charge", "resend_count": ATTEMPTS - 1},
        )

    async def _announce(self, order_id: str) -> None:
        """Tell whom it may concern that an order is placed."""
        await self._send({"order_id": order_id})

    async def _send(self, body: Mapping[str, Any]) -> None:
        """Leave a message in the queue, with the trace context in its headers."""
        message_id = str(uuid.uuid4())
        attributes = {
            "messaging.system": self._queue.system,
            "messaging.operation.name": "send",
            "messaging.operation.type": "send",
            "messaging.destination.name": DESTINATION,
            "messaging.message.id": message_id,
        }
        with tracer.start_as_current_span(
            f"send {DESTINATION}", kind=SpanKind.PRODUCER, attributes=attributes
        ):
            headers: dict[str, str] = {}
            with leaving(Wrong.NOTHING if faults.active(Fault.LOST_IN_QUEUE) else None):
                propagate.inject(headers)
            await self._queue.send(Message(id=message_id, headers=headers, body=body))


def write_audit(order_id: str) -> None:
    """Write down who has ordered what, for those who may ask one day."""
    with tracer.start_as_current_span("audit.write", attributes={"order.id": order_id}):
        time.sleep(AUDIT_SECONDS)


@asynccontextmanager
async def open_orders(shop: Shop) -> AsyncIterator[Starlette]:
    """Make `orders` ready to serve."""
    telemetry.trace_http_clients()
    telemetry.trace_grpc_clients()
    SQLite3Instrumentor().instrument()
    ledger = Ledger(shop.data_dir / "orders.db")
    await asyncio.to_thread(ledger.create)
    async with (
        shop.grpc_channel("inventory") as inventory,
        shop.http_client("payments") as payments,
        open_queue(data_dir=shop.data_dir, redis_url=shop.redis_url) as queue,
    ):
        orders = Orders(
            inventory=InventoryStub(inventory), payments=payments, ledger=ledger, queue=queue
        )
        yield Starlette(
            routes=[
                Route("/orders", orders.post, methods=["POST"]),
                Route("/orders", orders.show),
                Route("/campaigns", orders.start_campaign, methods=["POST"]),
            ]
        )


if __name__ == "__main__":
    run_http("orders", open_orders)
