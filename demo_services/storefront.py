"""What customers of the shop look at: articles, and a page about themselves."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any
from urllib.parse import quote

import httpx
from opentelemetry import trace
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from demo_services.protos.shop_pb2 import CheckReply, CheckRequest, Line
from demo_services.protos.shop_pb2_grpc import InventoryStub

SUPPLIER_SECONDS = 0.3
"""Asking the supplier for the description of an article."""

MAX_DAYS = 500
"""Days that a report may cover."""

DASHBOARD_SKUS = ("ESP-01", "GRD-02", "CUP-03")
"""What is recommended to everybody."""

logger = logging.getLogger("shop.gateway")
tracer = trace.get_tracer("shop.gateway")


class Storefront:
    """Answers what only reads.

    Args:
        inventory: Knows what is in stock and what it costs.
        users: Knows the customers.
        orders: Knows what they have ordered.
    """

    def __init__(
        self,
        *,
        inventory: InventoryStub,
        users: httpx.AsyncClient,
        orders: httpx.AsyncClient,
    ) -> None:
        self._inventory = inventory
        self._users = users
        self._orders = orders
        self._descriptions: dict[str, str] = {}
        """What the supplier has said of an article, kept so as not to ask twice."""

    async def show_product(self, request: Request) -> JSONResponse:
        """Answer `GET /products/{sku}`."""
        sku = request.path_params["sku"]
        price_cents = await self._price_cents(sku)
        if price_cents is None:
            return JSONResponse({"error": "no such article"}, status_code=404)
        return JSONResponse({"sku": sku, "price": price_cents / 100})

    async def show_description(self, request: Request) -> JSONResponse:
        """Answer `GET /products/{sku}/description`, from the cache if it is there."""
        sku = request.path_params["sku"]
        is_cached = sku in self._descriptions
        trace.get_current_span().set_attribute("cache.hit", is_cached)
        if not is_cached:
            with tracer.start_as_current_span("supplier.fetch"):
                await asyncio.sleep(SUPPLIER_SECONDS)
            self._descriptions[sku] = f"The best {sku} there is."
        return JSONResponse({"sku": sku, "description": self._descriptions[sku]})

    async def clear_cache(self, _request: Request) -> Response:
        """Answer `DELETE /cache`."""
        self._descriptions.clear()
        return Response(status_code=204)

    async def show_user(self, request: Request) -> JSONResponse:
        """Answer `GET /users/{user_id}`."""
        response = await self._find_user(request.path_params["user_id"])
        return JSONResponse(response.json(), status_code=response.status_code)

    async def show_dashboard(self, request: Request) -> JSONResponse:
        """Answer `GET /dashboard/{user_id}`: five calls at once, or `?calls=one_by_one`."""
        user_id = request.path_params["user_id"]
        calls: list[Coroutine[Any, Any, Any]] = [
            self._user(user_id),
            self._orders_of(user_id),
            *(self._price_cents(sku) for sku in DASHBOARD_SKUS),
        ]
        if request.query_params.get("calls") == "one_by_one":
            user, orders, *prices = [await call for call in calls]
        else:
            user, orders, *prices = await asyncio.gather(*calls)
        recommended = dict(zip(DASHBOARD_SKUS, prices, strict=True))
        return JSONResponse({"user": user, "orders": orders, "recommended": recommended})

    async def _price_cents(self, sku: str) -> int | None:
        reply: CheckReply = await self._inventory.Check(
            CheckRequest(lines=[Line(sku=sku, quantity=1)])
        )
        return None if reply.missing_skus else reply.total_cents

    async def _find_user(self, user_id: str) -> httpx.Response:
        return await self._users.get(
            f"/users/{quote(user_id, safe='')}",
            extensions={"url_template": "/users/{user_id}"},
        )

    async def _user(self, user_id: str) -> object:
        found: object = (await self._find_user(user_id)).json()
        return found

    async def _orders_of(self, user_id: str) -> object:
        response = await self._orders.get(
            "/orders", params={"user_id": user_id}, extensions={"url_template": "/orders"}
        )
        found: object = response.json()
        return found


async def show_report(request: Request) -> JSONResponse:
    """Answer `GET /reports/{days}`: sums up every hour of many days, a span for each."""
    days = min(request.path_params["days"], MAX_DAYS)
    for day in range(days):
        with tracer.start_as_current_span("report.day", attributes={"report.day": day}):
            for hour in range(24):
                with tracer.start_as_current_span("report.hour", attributes={"hour": hour}):
                    pass
        await asyncio.sleep(0)  # whoever else is served has a turn
    return JSONResponse({"days": days})
