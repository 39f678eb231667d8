"""The bank that `payments` asks: slow on its bad days, and it may decline a card."""

import asyncio

from demo_services import faults
from demo_services.faults import Fault

CHARGE_SECONDS = 0.15
DECLINE_SECONDS = 0.09
SLOW_SECONDS = 1.5


class CardDeclinedError(Exception):
    """The bank refuses the charge, and says why."""


async def charge() -> None:
    """Move the customer's money.

    Raises:
        CardDeclinedError: If the bank refuses.
    """
    declines = faults.active(Fault.FAILED_CHARGE)
    seconds = DECLINE_SECONDS if declines else CHARGE_SECONDS
    if faults.active(Fault.SLOW_PAYMENT):
        seconds = SLOW_SECONDS
    await asyncio.sleep(seconds)
    if declines:
        raise CardDeclinedError("insufficient funds")
