"""What came of the requests of a load: counts, and how long receivers took."""

import math
import threading
from collections import Counter
from dataclasses import dataclass, field

from devtrace.exporters.otlp import Outcome, Reply

_STEPS_PER_DOUBLING = 32
"""Latencies are counted in steps of 2.2 %, so that a week of them takes no memory."""
_SMALLEST_SECONDS = 1e-6


@dataclass(slots=True)
class Latencies:
    """How long requests took; percentiles are exact to 2.2 %, the largest is exact."""

    max_seconds: float = 0.0
    _counts: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        """Count one request."""
        step = round(_STEPS_PER_DOUBLING * math.log2(max(seconds, _SMALLEST_SECONDS)))
        self._counts[step] += 1
        self.max_seconds = max(self.max_seconds, seconds)

    def percentile_seconds(self, share: float) -> float:
        """Return the time within which *share* of the requests were answered; 0 without any.

        Args:
            share: From 0 to 1.
        """
        rank = math.ceil(share * self._counts.total())
        for step in sorted(self._counts):
            rank -= self._counts[step]
            if rank <= 0:
                return min(self.max_seconds, math.exp2(step / _STEPS_PER_DOUBLING))
        return 0.0


@dataclass(slots=True)
class Tally:
    """Counts of one load; its workers add to it, from threads of their own."""

    sent_spans: int = 0
    """Spans of all requests that were finished with, whatever came of them."""
    acknowledged_spans: int = 0
    refused_spans: int = 0
    """Spans that a receiver said it does not take."""
    failed_spans: int = 0
    """Spans of requests that nobody answered."""
    requests: int = 0
    retries: int = 0
    """Attempts after the first ones."""
    sent_bytes: int = 0
    """Of acknowledged requests, before compression."""
    latencies: Latencies = field(default_factory=Latencies)
    problems: Counter[str] = field(default_factory=Counter)
    """How often receivers, or the lack of them, said what."""
    last_failure: Reply | None = None
    """The newest reply that was no acknowledgement."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_clean(self) -> bool:
        """Whether every span was acknowledged."""
        return not self.refused_spans and not self.failed_spans

    def add(self, outcome: Outcome, *, spans: int, size_bytes: int) -> None:
        """Count one request that is finished with.

        Args:
            outcome: What came of it.
            spans: How many it held.
            size_bytes: Its size before compression.
        """
        reply = outcome.reply
        with self._lock:
            self.requests += 1
            self.retries += outcome.attempts - 1
            self.sent_spans += spans
            if outcome.is_acknowledged:
                refused = min(reply.rejected, spans)
                self.acknowledged_spans += spans - refused
                self.refused_spans += refused
                self.sent_bytes += size_bytes
                self.latencies.add(outcome.seconds)
            elif reply.is_answered:
                self.refused_spans += spans
            else:
                self.failed_spans += spans
            if not outcome.is_acknowledged:
                self.last_failure = reply
            if reply.message:
                self.problems[reply.message] += 1
