"""`gateway`: the one service that the outside talks to."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import grpc.aio
import httpx
from opentelemetry import trace
from opentelemetry.instrumentation.propagators import (
    TraceResponsePropagator,
    set_global_response_propagator,
)
from opentelemetry.trace import StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from demo_services import crafted, faults, storefront, telemetry
from demo_services.faults import Fault
from demo_services.lifecycle import Shop, run_http
from demo_services.protos.shop_pb2 import VerifyReply, VerifyRequest
from demo_services.protos.shop_pb2_grpc import AuthStub, InventoryStub
from demo_services.storefront import Storefront

DEFAULT_CART = {
    "user_id": "42",
    "items": [{"sku": "ESP-01", "quantity": 1}],
    "currency": "EUR",
}

logger = logging.getLogger("shop.gateway")


def read_cart(document: bytes) -> dict[str, Any]:
    """Read a cart; what *document* leaves out has its default.

    Raises:
        ValueError: If *document* is not a cart.
    """
    given = json.loads(document or b"{}")
    if not isinstance(given, dict):
        raise ValueError("a cart is a JSON object")  # noqa: TRY004 - of the document, not the call
    cart = DEFAULT_CART | given
    match cart:
        case {"user_id": str(), "items": [_, *_] as items, "currency": str()}:
            for item in items:
                match item:
                    case {"sku": str(), "quantity": int(quantity)} if 0 < quantity <= 1000:
                        continue
                raise ValueError("an item has a sku and a quantity from 1 to 1000")
            return {key: cart[key] for key in DEFAULT_CART}
    raise ValueError("a cart has a user_id, items and a currency")


class Gateway:
    """Turns one request from outside into the requests inside."""

    def __init__(
        self, *, auth: AuthStub, users: httpx.AsyncClient, orders: httpx.AsyncClient
    ) -> None:
        self._auth = auth
        self._users = users
        self._orders = orders

    async def checkout(self, request: Request) -> JSONResponse:
        """Answer `POST /checkout`."""
        try:
            cart = read_cart(await request.body())
        except ValueError as error:
            answer = {"error": "cannot read the cart", "reason": str(error)}
            return JSONResponse(answer, status_code=400)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        span = trace.get_current_span()
        if faults.active(Fault.SECRETS):
            span.set_attribute("http.request.header.authorization", [f"Bearer {token}"])
        try:
            status_code, answer = await self._checkout(cart, token=token)
        except (grpc.aio.AioRpcError, httpx.HTTPError) as error:
            span.record_exception(error)
            span.set_status(StatusCode.ERROR, "a service of the shop has failed")
            logger.exception("checkout failed")
            return JSONResponse({"error": "the shop is out of order"}, status_code=502)
        if httpx.codes.is_error(status_code):
            # To HTTP a 402 is a correct answer; to the shop the checkout has failed.
            span.set_status(StatusCode.ERROR, ": ".join(answer.values()))
            logger.warning("checkout refused")
            return JSONResponse(answer, status_code=status_code)
        logger.info("checkout done", extra={"order.id": answer["order_id"]})
        return JSONResponse(answer)

    async def start_campaign(self, request: Request) -> JSONResponse:
        """Answer `POST /campaigns`: one e-mail to each of many customers."""
        response = await self._orders.post(
            "/campaigns",
            json=json.loads(await request.body() or b"{}"),
            extensions={"url_template": "/campaigns"},
        )
        return JSONResponse(response.json(), status_code=response.status_code)

    async def _checkout(
        self, cart: dict[str, Any], *, token: str
    ) -> tuple[int, dict[str, Any]]:
        """Return the answer of the first service that refuses, else that of `orders`."""
        verified: VerifyReply = await self._auth.Verify(VerifyRequest(token=token))
        trace.get_current_span().set_attribute("auth.scope", verified.scope)
        user = await self._users.get(
            f"/users/{quote(cart['user_id'], safe='')}",
            extensions={"url_template": "/users/{user_id}"},
        )
        if user.status_code == httpx.codes.NOT_FOUND:
            return user.status_code, {"error": "no such user"}
        user.raise_for_status()
        order = await self._orders.post(
            "/orders", json=cart, extensions={"url_template": "/orders"}
        )
        if order.is_server_error:
            order.raise_for_status()
        return order.status_code, order.json()


@asynccontextmanager
async def open_gateway(shop: Shop) -> AsyncIterator[Starlette]:
    """Make `gateway` ready to serve."""
    telemetry.trace_http_clients()
    telemetry.trace_grpc_clients()
    set_global_response_propagator(TraceResponsePropagator())  # type: ignore[no-untyped-call]  # untyped upstream
    async with (
        shop.grpc_channel("auth") as auth,
        shop.grpc_channel("inventory") as inventory,
        shop.http_client("users") as users,
        shop.http_client("orders") as orders,
    ):
        gateway = Gateway(auth=AuthStub(auth), users=users, orders=orders)
        front = Storefront(inventory=InventoryStub(inventory), users=users, orders=orders)
        yield Starlette(
            routes=[
                Route("/checkout", gateway.checkout, methods=["POST"]),
                Route("/campaigns", gateway.start_campaign, methods=["POST"]),
                Route("/products/{sku}", front.show_product),
                Route("/products/{sku}/description", front.show_description),
                Route("/cache", front.clear_cache, methods=["DELETE"]),
                Route("/users/{user_id}", front.show_user),
                Route("/dashboard/{user_id}", front.show_dashboard),
                Route("/reports/{days:int}", storefront.show_report),
                Route("/crafted", crafted.post, methods=["POST"]),
            ]
        )


if __name__ == "__main__":
    run_http("gateway", open_gateway)
