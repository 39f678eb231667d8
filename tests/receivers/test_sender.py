"""A sender is called by what it says of itself."""

import pytest

from devtrace.receivers.sender import Sender


@pytest.mark.parametrize(
    ("sender", "text"),
    [
        (Sender("HTTP", "::1", "curl/8"), "HTTP from ::1, curl/8"),
        (Sender("gRPC", "127.0.0.1", ""), "gRPC from 127.0.0.1"),
        (Sender("", "other senders", ""), "other senders"),
    ],
)
def test_a_sender_is_one_line(sender: Sender, text: str) -> None:
    """Protocol, address, exporter; what is not known is left out."""
    assert str(sender) == text
