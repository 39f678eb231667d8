"""`notifications`: sends an e-mail for every order it finds in the queue."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from opentelemetry import context, metrics, propagate, trace
from opentelemetry.trace import Link, SpanKind

from demo_services.lifecycle import Shop, run_worker
from demo_services.queue import CONSUMER_GROUP, DESTINATION, Message, Queue, open_queue

EMAIL_SECONDS = 0.04
"""Handing one e-mail to a mail server."""

logger = logging.getLogger("shop.notifications")
tracer = trace.get_tracer("shop.notifications")
durations = metrics.get_meter("shop.notifications").create_histogram(
    "shop.email.duration", unit="s", description="Time to hand one e-mail to the mail server"
)


async def process(message: Message, *, system: str) -> None:
    """Send the e-mail for one order.

    The span is a child of the span that sent the message, because one order leads to
    one e-mail and belongs in one picture with it; and it has a link to that span, which
    is what says "through a queue" and would be all there is for a batch of messages.
    """
    sender = propagate.extract(message.headers)
    attributes = {
        "messaging.system": system,
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": DESTINATION,
        "messaging.consumer.group.name": CONSUMER_GROUP,
        "messaging.message.id": message.id,
    }
    # Attached, not only given to the span: the sender's baggage comes along this way.
    token = context.attach(sender)
    try:
        with tracer.start_as_current_span(
            f"process {DESTINATION}",
            kind=SpanKind.CONSUMER,
            attributes=attributes,
            links=[Link(trace.get_current_span().get_span_context())],
        ):
            await send_email(message.body["order_id"])
    finally:
        context.detach(token)


async def send_email(order_id: str) -> None:
    """Confirm one order to its customer."""
    attributes = {"order.id": order_id, "email.template": "order_confirmation"}
    with tracer.start_as_current_span("email.send", attributes=attributes):
        began = time.perf_counter()
        await asyncio.sleep(EMAIL_SECONDS)
        durations.record(time.perf_counter() - began, {"email.template": "order_confirmation"})
        logger.info("confirmation sent", extra=attributes)


async def work(queue: Queue) -> None:
    """Process one message after another, for as long as it is let."""
    async for message in queue.messages():
        await process(message, system=queue.system)


@asynccontextmanager
async def open_notifications(shop: Shop) -> AsyncIterator[Coroutine[Any, Any, None]]:
    """Make `notifications` ready to work."""
    async with open_queue(data_dir=shop.data_dir, redis_url=shop.redis_url) as queue:
        yield work(queue)


if __name__ == "__main__":
    run_worker("notifications", open_notifications)
