"""The gRPC services of shop.proto: what a client calls, what a server offers."""

from collections.abc import Awaitable, Callable

import grpc
import grpc.aio

from .shop_pb2 import CheckReply, CheckRequest, VerifyReply, VerifyRequest


class AuthStub:
    """Calls `auth`."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.Verify = channel.unary_unary(
            "/shop.Auth/Verify",
            request_serializer=VerifyRequest.SerializeToString,
            response_deserializer=VerifyReply.FromString,
        )


class InventoryStub:
    """Calls `inventory`."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.Check = channel.unary_unary(
            "/shop.Inventory/Check",
            request_serializer=CheckRequest.SerializeToString,
            response_deserializer=CheckReply.FromString,
        )


def offer_auth(
    server: grpc.aio.Server,
    *,
    verify: Callable[[VerifyRequest, grpc.aio.ServicerContext], Awaitable[VerifyReply]],
) -> None:
    """Let *server* answer calls of `shop.Auth`."""
    method = grpc.unary_unary_rpc_method_handler(
        verify,
        request_deserializer=VerifyRequest.FromString,
        response_serializer=VerifyReply.SerializeToString,
    )
    handler = grpc.method_handlers_generic_handler("shop.Auth", {"Verify": method})
    server.add_generic_rpc_handlers((handler,))


def offer_inventory(
    server: grpc.aio.Server,
    *,
    check: Callable[[CheckRequest, grpc.aio.ServicerContext], Awaitable[CheckReply]],
) -> None:
    """Let *server* answer calls of `shop.Inventory`."""
    method = grpc.unary_unary_rpc_method_handler(
        check,
        request_deserializer=CheckRequest.FromString,
        response_serializer=CheckReply.SerializeToString,
    )
    handler = grpc.method_handlers_generic_handler("shop.Inventory", {"Check": method})
    server.add_generic_rpc_handlers((handler,))
