"""What came in, what was refused, and why: the numbers beside every bound of a receiver."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from devtrace.otlp.diagnostic import diagnostic_of
from devtrace.receivers.diagnoses import Diagnoses
from devtrace.receivers.sender import Sender, Traffic

KeyT = TypeVar("KeyT")

_MAX_SENTENCES = 200
_MAX_SENDERS = 64


class BoundedCounter(Generic[KeyT]):
    """Counts distinct things, but tells apart only the first of them.

    Senders choose the keys, so their number must not be theirs to choose.

    Args:
        max_keys: How many are told apart.
    """

    def __init__(self, max_keys: int) -> None:
        self.max_keys = max_keys
        self.counts: Counter[KeyT] = Counter()
        self.others = 0
        """Count of all keys beyond `max_keys`."""

    def add(self, key: KeyT, count: int = 1) -> None:
        """Count *key*, *count* times."""
        if key in self.counts or len(self.counts) < self.max_keys:
            self.counts[key] += count
        else:
            self.others += count

    @property
    def total(self) -> int:
        """Everything counted."""
        return self.counts.total() + self.others


def _sentences() -> BoundedCounter[str]:
    return BoundedCounter(_MAX_SENTENCES)


@dataclass(slots=True)
class ReceiverCounters:
    """All that one pair of receivers has to report; it only grows."""

    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Requests that were read, by protocol and signal (`traces`, `metrics`, `logs`)."""
    request_bytes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Their bytes, decompressed."""
    accepted_spans: int = 0
    accepted_logs: int = 0
    """Log records; none is ever refused alone."""
    accepted_points: int = 0
    """Metric data points."""
    refused_points: BoundedCounter[str] = field(default_factory=_sentences)
    """By reason."""
    refused_spans: BoundedCounter[str] = field(default_factory=_sentences)
    """By reason."""
    malformed_requests: int = 0
    """Requests that could not be decoded; nothing of them was accepted."""
    refused_requests: int = 0
    """Requests turned away without being decoded."""
    aborted_requests: int = 0
    """Requests whose sender went away before they were complete."""
    internal_errors: int = 0
    """Requests lost to a defect of devtrace; each has a log record."""
    problems: BoundedCounter[str] = field(default_factory=_sentences)
    """What senders were told, by sentence."""
    problems_by_sender: BoundedCounter[Sender] = field(
        default_factory=lambda: BoundedCounter(_MAX_SENDERS)
    )
    """Requests that were refused in whole or in part."""
    notes: BoundedCounter[str] = field(default_factory=_sentences)
    """What senders wrote wrongly and was taken as meant, by sentence."""
    senders: dict[Sender, Traffic] = field(default_factory=dict)
    """What came of the first senders; `traffic_of` adds to it within a bound."""
    unlisted_senders: Traffic = field(default_factory=Traffic)
    """All the others together."""
    diagnoses: Diagnoses = field(default_factory=Diagnoses)
    """What is wrong with which sender."""

    def count_problem(self, sentence: str, sender: Sender) -> None:
        """Count a request that was refused, in whole or in part, with *sentence*."""
        self.problems.add(sentence)
        self.problems_by_sender.add(sender)

    def traffic_of(self, sender: Sender) -> Traffic:
        """Return where the requests of *sender* are counted."""
        traffic = self.senders.get(sender)
        if traffic is None:
            if len(self.senders) == _MAX_SENDERS:
                return self.unlisted_senders
            traffic = self.senders[sender] = Traffic()
        return traffic

    def recognize(self, sender: Sender, service_name: str) -> None:
        """Note which service *sender* turned out to be."""
        traffic = self.traffic_of(sender)
        if not traffic.service_names and sender in self.senders:
            self.diagnoses.name(sender, service_name)
        traffic.recognize(service_name)

    def diagnose(
        self, sentence: str, sender: Sender, *, count: int = 1, service_name: str = ""
    ) -> None:
        """Count *sentence* as a case of its diagnostic, against *sender*.

        Args:
            sentence: A `Note`; any other text is a case of `UNNAMED`.
            sender: Who did it.
            count: How often.
            service_name: Whose spans they were; empty takes what is known of the sender.
        """
        if not service_name and sender in self.senders:
            service_name = self.senders[sender].service_name
        self.diagnoses.add(
            diagnostic_of(sentence),
            sentence,
            sender=sender,
            service_name=service_name,
            count=count,
        )
