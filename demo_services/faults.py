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
