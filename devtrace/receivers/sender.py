"""Who sends, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


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
    service_name: str = ""
    """The service whose telemetry it sent last; empty when it is not known."""
