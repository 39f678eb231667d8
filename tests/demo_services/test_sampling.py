"""Services agree about what is recorded, unless the fault is that they do not."""

import pytest
from opentelemetry import baggage
from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from demo_services.faults import BAGGAGE_KEY
from demo_services.sampling import RATIO, ShopSampler

NOT_SAMPLED, SAMPLED = TraceFlags(0), TraceFlags(1)


def within(flags: TraceFlags | None, *, fault: str = "") -> Context:
    """Return the context of a request, with the caller's decision if there is a caller."""
    context = baggage.set_baggage(BAGGAGE_KEY, fault, Context())
    if flags is None:
        return context
    caller = SpanContext(1, 2, is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(caller), context)


def is_recorded(service: str, context: Context, trace_id: int = 1) -> bool:
    """Tell whether *service* records a span of the request."""
    result = ShopSampler(service).should_sample(context, trace_id, "GET /")
    return result.decision is Decision.RECORD_AND_SAMPLE


@pytest.mark.parametrize("service", ["gateway", "orders", "payments"])
def test_without_a_fault_a_service_does_as_its_caller(service: str) -> None:
    """And records what nobody has decided about."""
    assert is_recorded(service, within(SAMPLED))
    assert not is_recorded(service, within(NOT_SAMPLED))
    assert is_recorded(service, within(None))


def test_one_trace_in_ten_is_recorded_and_all_agree() -> None:
    """It is the first service that decides, by the trace's id."""
    step = 2**64 // 1000
    recorded = [
        is_recorded("gateway", within(None, fault="sampling"), number * step)
        for number in range(1000)
    ]

    assert sum(recorded) == pytest.approx(1000 * RATIO, abs=2)
    assert not is_recorded("orders", within(NOT_SAMPLED, fault="sampling"))
    assert is_recorded("orders", within(SAMPLED, fault="sampling"), trace_id=2**64 - 1)


def test_a_lost_flag_makes_holes() -> None:
    """`orders` records nothing, those behind it all the same, and the others do as told."""
    lost = within(SAMPLED, fault="sampled_flag_lost")

    assert not is_recorded("orders", lost)
    assert is_recorded("gateway", lost)
    assert is_recorded("payments", within(NOT_SAMPLED, fault="sampled_flag_lost"))
