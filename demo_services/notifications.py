"""`notifications`: sends an e-mail for every order it finds in the queue."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from typing import Any

from opentelemetry import context, metrics, propagate, trace
from opentelemetry.trace import Link, SpanKind

from demo_services import faults, telemetry
from demo_services.faults import Fault
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
    is what says "through a queue".  The jobs of a campaign have the link alone.
    """
    sender = propagate.extract(message.headers)
    link = Link(trace.get_current_span(sender).get_span_context())
    if "campaign_id" in message.body:
        # One of many jobs: a trace of its own, tied to what caused it by the link alone.
        sender = trace.set_span_in_context(trace.INVALID_SPAN, sender)
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
            links=[link] if link.context.is_valid else [],
        ):
            await send_email(message.body)
    finally:
        context.detach(token)


async def send_email(body: Mapping[str, Any]) -> None:
    """Write to one customer about what *body* names."""
    attributes = (
        {"campaign.id": body["campaign_id"], "email.template": "campaign"}
        if "campaign_id" in body
        else {"order.id": body["order_id"], "email.template": "order_confirmation"}
    )
    with tracer.start_as_current_span("email.send", attributes=attributes):
        telemetry.note_tenant()
        if faults.active(Fault.SECRETS):
            trace.get_current_span().set_attribute("email.to", "ada.lovelace@example.com")
        began = time.perf_counter()
        await asyncio.sleep(EMAIL_SECONDS)
        durations.record(
            time.perf_counter() - began, {"email.template": attributes["email.template"]}
        )
        logger.info("mail sent", extra=attributes)


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
