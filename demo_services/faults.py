"""What can be made to go wrong in the shop, and how a request asks for it.

A request names faults in its W3C baggage, `demo.fault=slow_payment`, several of them
joined by `+`.  Baggage travels with the trace over every hop, so a fault needs no
restart, concerns that one request only, and leaves its cause in the trace: the span
that acts on it gets an event `demo.fault`.
"""

import re
from enum import StrEnum

from opentelemetry import baggage, trace

BAGGAGE_KEY = "demo.fault"


class Fault(StrEnum):
    """Every fault some service knows how to have."""

    SLOW_PAYMENT = "slow_payment"
    """The bank takes 1.5 s to answer `payments`."""

    FAILED_CHARGE = "failed_charge"
    """The bank declines the card."""


def active(fault: Fault) -> bool:
    """Tell whether the current request asks for *fault*; if so, say it on the current span.

    Call it only where the answer is acted on.
    """
    # Baggage is form-encoded by OpenTelemetry Python: it reads a plus sign as a blank.
    names = re.split(r"[+\s]+", str(baggage.get_baggage(BAGGAGE_KEY) or ""))
    if fault not in names:
        return False
    trace.get_current_span().add_event("demo.fault", {"demo.fault.name": fault.value})
    return True
