"""The bank that `payments` asks: slow on its bad days, and it may decline a card."""

import asyncio

from demo_services import faults
from demo_services.faults import Fault

CHARGE_SECONDS = 0.15
DECLINE_SECONDS = 0.09
SLOW_SECONDS = 1.5
HANGING_SECONDS = 0.8
GOOD_ATTEMPT = 3
"""The first that a hanging bank answers as usual."""


class CardDeclinedError(Exception):
    """The bank refuses the charge, and says why."""


class BankUnreachableError(Exception):
    """Nobody knows whether the bank would have agreed."""


async def charge(*, attempt: int = 1) -> None:
    """Move the customer's money.

    Args:
        attempt: How often the same charge has been asked for, this time included.

    Raises:
        CardDeclinedError: If the bank refuses.
        BankUnreachableError: If it does not answer at all.
    """
    if faults.active(Fault.SWALLOWED_ERROR):
        raise BankUnreachableError("connection refused")
    declines = faults.active(Fault.FAILED_CHARGE)
    seconds = DECLINE_SECONDS if declines else CHARGE_SECONDS
    if faults.active(Fault.SLOW_PAYMENT):
        seconds = SLOW_SECONDS
    if attempt < GOOD_ATTEMPT and faults.active(Fault.RETRY_STORM):
        seconds = HANGING_SECONDS
    await asyncio.sleep(seconds)
    if declines:
        raise CardDeclinedError("insufficient funds")
