"""Limits are what the protocol recommends, and never nothing."""

from typing import Any

import pytest

from devtrace.receivers.limits import ReceiverLimits


def test_a_request_may_have_64_mebibytes() -> None:
    """The protocol's recommendation since 1.11."""
    assert ReceiverLimits().max_request_bytes == 64 * 1024 * 1024


@pytest.mark.parametrize(
    "bound",
    [{"max_request_bytes": 0}, {"read_timeout_seconds": -1.0}, {"keep_alive_seconds": 0}],
)
def test_a_limit_is_above_zero(bound: dict[str, Any]) -> None:
    """A receiver that takes nothing is a mistake."""
    with pytest.raises(ValueError, match="must be above 0"):
        ReceiverLimits(**bound)
