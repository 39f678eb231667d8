"""How much one sender may ask of a receiver."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverLimits:
    """The bounds of both receivers.

    Raises:
        ValueError: If a bound is not above 0.

    Source:
        opentelemetry-proto `docs/specification.md`, "OTLP/gRPC Request", for the size
        of a request; the others are ours.
    """

    max_request_bytes: int = 64 * MEBIBYTE
    """Size of a request, on the wire and again decompressed."""
    max_held_bytes: int = 256 * MEBIBYTE
    """Size of all requests over HTTP that are being read and decoded, decompressed."""
    max_header_bytes: int = 32 * 1024
    """Size of a request's headers."""
    read_timeout_seconds: float = 30
    """How long a sender may pause within a request."""
    keep_alive_seconds: int = 120
    """How long an idle HTTP connection stays open: longer than any SDK's export interval."""
    grace_seconds: float = 5
    """How long requests in flight may take to finish when devtrace stops."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, got {getattr(self, name)}")
