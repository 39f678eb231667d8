"""Spans that no service has recorded: what a network and an exporter can do to a trace.

They are sent by the SDK's own exporter, out of order, twice, and one of them ten
seconds late, as children of the request that asked for them.
"""

import asyncio
import time
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import SpanContext, SpanKind
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse

from demo_services import telemetry

LATE_SECONDS = 10.0

MILLI = 1_000_000
"""Nanoseconds."""


async def post(_request: Request) -> JSONResponse:
    """Answer `POST /crafted`; the spans follow."""
    spans = craft(trace.get_current_span().get_span_context(), now=time.time_ns())
    return JSONResponse({"spans": len(spans)}, background=BackgroundTask(send, spans))


def craft(above: SpanContext, *, now: int) -> list[ReadableSpan]:
    """Return a warehouse's four spans under the span *above*, parents first.

    Args:
        above: The parent of the first.
        now: Unix nanoseconds of its start.
    """
    ids = RandomIdGenerator()
    resource = Resource.create({"service.name": "warehouse", "service.namespace": "shop"})
    spans: list[ReadableSpan] = []
    for name, parent, start, end in (
        ("POST /parcels", None, 2, 90),
        ("parcel.pack", 0, 5, 60),
        ("label.print", 1, 20, 50),
        ("parcel.send", 0, 62, 88),
    ):
        context = SpanContext(
            trace_id=above.trace_id,
            span_id=ids.generate_span_id(),
            is_remote=False,
            trace_flags=above.trace_flags,
        )
        spans.append(
            ReadableSpan(
                name=name,
                context=context,
                parent=above if parent is None else spans[parent].get_span_context(),
                resource=resource,
                kind=SpanKind.SERVER if parent is None else SpanKind.INTERNAL,
                start_time=now + start * MILLI,
                end_time=now + end * MILLI,
            )
        )
    return spans


async def send(spans: Sequence[ReadableSpan]) -> None:
    """Send *spans*, the last of them first, all of them twice, and their root late."""
    root, *others = spans
    exporter = telemetry.make_exporters().spans
    for batch in ([others[-1]], others[:-1], others[::-1]):
        await asyncio.to_thread(_export, exporter, batch)
    await asyncio.sleep(LATE_SECONDS)
    for _ in range(2):
        await asyncio.to_thread(_export, exporter, [root])
    exporter.shutdown()


def _export(exporter: SpanExporter, batch: Sequence[ReadableSpan]) -> None:
    exporter.export(batch)
