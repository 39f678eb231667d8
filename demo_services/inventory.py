"""`inventory`: tells over gRPC what is in stock and what it costs."""

import asyncio
import logging
from collections.abc import Iterator
from typing import NamedTuple

import grpc.aio
from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, Observation

from demo_services import faults
from demo_services.faults import Fault
from demo_services.lifecycle import run_grpc
from demo_services.protos import shop_pb2_grpc
from demo_services.protos.shop_pb2 import CheckReply, CheckRequest

CHECK_SECONDS = 0.014
"""Asking the warehouse."""

SHELVES = 400
"""Where an article may be."""

DOWN_SECONDS = 5.0
"""Asking a warehouse that is down: longer than anybody waits."""

logger = logging.getLogger("shop.inventory")
tracer = trace.get_tracer("shop.inventory")


class Stock(NamedTuple):
    """One article."""

    quantity: int
    price_cents: int


STOCK = {
    "ESP-01": Stock(quantity=1_000_000, price_cents=4250),
    "GRD-02": Stock(quantity=1_000_000, price_cents=11900),
    "CUP-03": Stock(quantity=1_000_000, price_cents=800),
    "RAR-04": Stock(quantity=0, price_cents=99900),
}


def _observe_stock(_options: CallbackOptions) -> Iterator[Observation]:
    for sku, stock in STOCK.items():
        yield Observation(stock.quantity, {"stock.sku": sku})


metrics.get_meter("shop.inventory").create_observable_gauge(
    "shop.stock.level",
    callbacks=[_observe_stock],
    unit="{piece}",
    description="Pieces of an article in stock",
)


async def check(
    request: CheckRequest, _context: grpc.aio.ServicerContext[CheckRequest, CheckReply]
) -> CheckReply:
    """Answer `Check`."""
    with tracer.start_as_current_span("stock.check") as span:
        is_down = faults.active(Fault.INVENTORY_DOWN)
        await asyncio.sleep(DOWN_SECONDS if is_down else CHECK_SECONDS)
        if faults.active(Fault.OVER_INSTRUMENTED):
            for shelf in range(SHELVES):
                with tracer.start_as_current_span("shelf.look", attributes={"shelf": shelf}):
                    pass
        reply = CheckReply()
        for line in request.lines:
            stock = STOCK.get(line.sku)
            if stock is None or stock.quantity < line.quantity:
                reply.missing_skus.append(line.sku)
            else:
                reply.total_cents += stock.price_cents * line.quantity
        span.set_attribute("stock.lines", len(request.lines))
        span.set_attribute("stock.missing_lines", len(reply.missing_skus))
        logger.info("stock checked", extra={"stock.missing_lines": len(reply.missing_skus)})
        return reply


if __name__ == "__main__":
    run_grpc("inventory", lambda server: shop_pb2_grpc.offer_inventory(server, check=check))
