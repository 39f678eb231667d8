"""A sender is called by what it says of itself."""

import pytest

from devtrace.receivers.sender import MAX_SERVICES, Sender, Traffic


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


def test_a_sender_is_a_service_while_it_is_one() -> None:
    """Several are remembered within a bound."""
    traffic = Traffic()
    assert traffic.service_name == ""
    for number in range(MAX_SERVICES + 5):
        traffic.recognize(f"service {number}")
        if not number:
            assert traffic.service_name == "service 0"

    assert traffic.service_name == ""
    assert len(traffic.service_names) == MAX_SERVICES
