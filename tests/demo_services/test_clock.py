"""A clock that is ahead shows in the spans of requests that ask for it, and in no others."""

from opentelemetry import baggage
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from demo_services.clock import AHEAD_NANO, MAX_TRACES, WrongClock
from demo_services.faults import BAGGAGE_KEY

START, EVENT, END = 1_000, 1_500, 2_000


def recorded(*faults: str) -> list[ReadableSpan]:
    """Record a span with an event for each of *faults*, and return what is exported."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(WrongClock(SimpleSpanProcessor(exporter)))
    tracer = provider.get_tracer("test")
    for fault in faults:
        context = baggage.set_baggage(BAGGAGE_KEY, fault, Context())
        span = tracer.start_span(
            f"of {fault}", context=context, start_time=START, attributes={"a": 1}
        )
        span.add_event("event", timestamp=EVENT)
        span.end(END)
    assert provider.force_flush()
    provider.shutdown()
    return list(exporter.get_finished_spans())


def test_every_time_of_a_span_is_ahead_by_as_much() -> None:
    """Nothing else of it is changed."""
    (span,) = recorded("clock_skew")

    assert (span.start_time, span.end_time) == (START + AHEAD_NANO, END + AHEAD_NANO)
    assert [event.timestamp for event in span.events] == [EVENT + AHEAD_NANO]
    assert span.name == "of clock_skew"
    assert dict(span.attributes or {}) == {"a": 1}


def test_other_requests_have_the_right_time() -> None:
    """At the same time, in the same service."""
    skewed, other = recorded("clock_skew", "slow_payment")

    assert skewed.start_time == START + AHEAD_NANO
    assert (other.start_time, other.end_time) == (START, END)


def test_only_so_many_traces_are_remembered() -> None:
    """A service that runs for days does not grow by it."""
    processor = WrongClock(SimpleSpanProcessor(InMemorySpanExporter()))
    provider = TracerProvider()
    provider.add_span_processor(processor)
    context = baggage.set_baggage(BAGGAGE_KEY, "clock_skew", Context())
    for _ in range(MAX_TRACES + 5):
        provider.get_tracer("test").start_span("x", context=context).end()

    assert len(processor._trace_ids) == MAX_TRACES
    provider.shutdown()
