"""Spans of a process that is about to be killed wait for the SDK's default delay."""

from opentelemetry import baggage
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from demo_services.faults import BAGGAGE_KEY
from demo_services.flushing import UnhurriedExport


def test_only_what_is_to_be_lost_is_held_back() -> None:
    """And it leaves all the same when there is an orderly end."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(UnhurriedExport(SimpleSpanProcessor(exporter), exporter))
    tracer = provider.get_tracer("test")

    for fault in ("no_shutdown", "slow_payment"):
        context = baggage.set_baggage(BAGGAGE_KEY, fault, Context())
        tracer.start_span(fault, context=context).end()
    before = [span.name for span in exporter.get_finished_spans()]
    provider.shutdown()

    assert before == ["slow_payment"]
    assert [span.name for span in exporter.get_finished_spans()] == [
        "slow_payment",
        "no_shutdown",
    ]
