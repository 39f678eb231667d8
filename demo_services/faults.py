"""What can be made to go wrong in the shop, and how a request asks for it.

A request names faults in its W3C baggage, `demo.fault=slow_payment`, several of them
joined by `+`.  Baggage travels with the trace over every hop, so a fault needs no
restart, concerns that one request only, and leaves its cause in the trace: the span
that acts on it gets an event `demo.fault`.
"""

import re
from enum import StrEnum

from opentelemetry import baggage, trace
from opentelemetry.context import Context

BAGGAGE_KEY = "demo.fault"


class Fault(StrEnum):
    """Every fault some service knows how to have."""

    # slow
    SLOW_PAYMENT = "slow_payment"
    """The bank takes 1.5 s to answer `payments`."""
    N_PLUS_ONE = "n_plus_one"
    """`orders` asks its database for the price of every order line by itself."""
    POOL_CONTENTION = "pool_contention"
    """`orders` has one connection to its database, and holds it far too long."""

    # failing
    FAILED_CHARGE = "failed_charge"
    """The bank declines the card."""
    RETRY_STORM = "retry_storm"
    """The bank hangs twice; `orders` gives up early and tries again."""
    SWALLOWED_ERROR = "swallowed_error"
    """The bank cannot be reached, and `payments` says nothing about it."""
    INVENTORY_DOWN = "inventory_down"
    """`inventory` does not answer in time; after a few failures nobody asks it any more."""

    # propagation broken
    LOST_CONTEXT = "lost_context"
    """`orders` calls `payments` without any header about the trace."""
    LOST_IN_QUEUE = "lost_in_queue"
    """`orders` sends its message without any header about the trace."""
    WRONG_PROPAGATOR = "wrong_propagator"
    """`orders` calls `payments` with B3 headers, which nobody there reads."""
    LOST_IN_THREAD = "lost_in_thread"
    """`orders` writes its audit log in a thread that knows nothing of the request."""
    SAMPLED_FLAG_LOST = "sampled_flag_lost"
    """`orders` records nothing, and those behind it record all the same."""

    # instrumentation that hurts
    SPAN_LEAK = "span_leak"
    """`orders` begins a span and never ends it."""
    NO_SHUTDOWN = "no_shutdown"
    """`payments` dies right after its answer, before its spans have been exported."""
    CARDINALITY = "cardinality"
    """`orders` and `users` put ids into the names of spans."""
    OVER_INSTRUMENTED = "over_instrumented"
    """`inventory` makes a span of each turn of a loop."""
    SECRETS = "secrets"
    """Card number, token and e-mail address stand in attributes."""

    # transport
    CLOCK_SKEW = "clock_skew"
    """The clock of `payments` is 200 ms ahead."""
    SAMPLING = "sampling"
    """`gateway` samples one trace in ten, and all the others agree."""


def active(fault: Fault) -> bool:
    """Tell whether the current request asks for *fault*; if so, say it on the current span.

    Call it only where the answer is acted on.
    """
    if not is_asked_for(fault):
        return False
    trace.get_current_span().add_event("demo.fault", {"demo.fault.name": fault.value})
    return True


def is_asked_for(fault: Fault, context: Context | None = None) -> bool:
    """Tell whether the request of *context* (None: the current one) asks for *fault*."""
    # Baggage is form-encoded by OpenTelemetry Python: it reads a plus sign as a blank.
    names = re.split(r"[+\s]+", str(baggage.get_baggage(BAGGAGE_KEY, context) or ""))
    return fault in names
