"""An endpoint is understood as users and SDKs write it."""

import pytest

from devtrace.errors import UsageError
from devtrace.exporters.target import Protocol, target
from devtrace.otlp.signals import Signal


@pytest.mark.parametrize(
    ("endpoint", "protocol", "shown"),
    [
        ("", Protocol.GRPC, "http://localhost:4317"),
        ("", Protocol.HTTP_JSON, "http://localhost:4318"),
        ("collector", Protocol.GRPC, "http://collector:4317"),
        ("127.0.0.1:9", Protocol.GRPC, "http://127.0.0.1:9"),
        ("[::1]:9", Protocol.GRPC, "http://[::1]:9"),
        ("https://otlp.example.com/", Protocol.HTTP_PROTOBUF, "https://otlp.example.com:443"),
        ("http://host:9/otlp/v1/traces", Protocol.HTTP_PROTOBUF, "http://host:9/otlp"),
    ],
)
def test_what_is_left_out_is_what_the_protocol_has(
    endpoint: str, protocol: Protocol, shown: str
) -> None:
    """Scheme, port and the path of the signal need not be written."""
    assert str(target(endpoint, protocol)) == shown


def test_the_signal_is_added_to_the_path() -> None:
    """An endpoint is the base for all signals."""
    read = target("http://host/otlp", Protocol.HTTP_PROTOBUF)

    assert read.path_of(Signal.LOGS) == "/otlp/v1/logs"
    assert read.address == "host:4318"


@pytest.mark.parametrize("endpoint", ["ftp://host", "http://", "host:notaport", "http://[::1"])
def test_what_is_no_endpoint_is_a_usage_error(endpoint: str) -> None:
    """The error names it and shows one that would do."""
    with pytest.raises(UsageError, match="cannot send to") as caught:
        target(endpoint, Protocol.GRPC)

    assert "localhost:4317" in caught.value.hint
