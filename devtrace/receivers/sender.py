"""Who sends, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_SERVICES = 32
"""Services of one sender that are told apart."""


class Sender(NamedTuple):
    """Who sent a request, as far as it says; every part is the sender's own text."""

    protocol: str
    """`gRPC` or `HTTP`."""
    peer: str
    """Numeric address without the port, which changes with every connection."""
    user_agent: str
    """Name and version of the exporter; empty when it gives none."""

    def __str__(self) -> str:
        parts = (
            f"{self.protocol} from {self.peer}" if self.protocol else self.peer,
            self.user_agent,
        )
        return ", ".join(filter(None, parts))


@dataclass(slots=True)
class Traffic:
    """What one sender sent, by signal (`traces`, `metrics`, `logs`)."""

    requests: Counter[str] = field(default_factory=Counter)
    """Requests that were read."""
    accepted: Counter[str] = field(default_factory=Counter)
    """Spans, log records and data points accepted."""
    refused: Counter[str] = field(default_factory=Counter)
    """Spans and data points refused alone."""
    malformed: Counter[str] = field(default_factory=Counter)
    """Requests that could not be decoded."""
    turned_away: int = 0
    """Requests refused unread: of which signal is not always known."""
    service_names: dict[str, None] = field(default_factory=dict)
    """The first services whose telemetry it sent: programs on one machine look alike."""

    @property
    def service_name(self) -> str:
        """The one service that it is; empty when that is not known, or it is several."""
        return next(iter(self.service_names)) if len(self.service_names) == 1 else ""

    def recognize(self, service_name: str) -> None:
        """Note that it sent telemetry of a service."""
        if len(self.service_names) < MAX_SERVICES:
            self.service_names[service_name] = None
