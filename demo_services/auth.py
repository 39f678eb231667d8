"""`auth`: tells over gRPC who a bearer token belongs to."""

import asyncio
import logging

import grpc.aio
from opentelemetry import trace

from demo_services.lifecycle import run_grpc
from demo_services.protos import shop_pb2_grpc
from demo_services.protos.shop_pb2 import VerifyReply, VerifyRequest

VERIFY_SECONDS = 0.0125
"""Checking a signature."""

logger = logging.getLogger("shop.auth")


async def verify(
    request: VerifyRequest, _context: grpc.aio.ServicerContext[VerifyRequest, VerifyReply]
) -> VerifyReply:
    """Answer `Verify`.  The token itself is a secret: no span and no log line has it."""
    scope = "customer" if request.token else "guest"
    await asyncio.sleep(VERIFY_SECONDS)
    trace.get_current_span().set_attribute("auth.scope", scope)
    logger.info("caller verified", extra={"auth.scope": scope})
    return VerifyReply(scope=scope)


if __name__ == "__main__":
    run_grpc("auth", lambda server: shop_pb2_grpc.offer_auth(server, verify=verify))
