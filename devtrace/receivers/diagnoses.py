"""What is wrong with whom: each diagnostic once per sender, however many requests show it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from devtrace.model.text import printable
from devtrace.otlp.diagnostic import Diagnostic
from devtrace.receivers.sender import Sender

MAX_SENDERS = 64
"""Senders that are told apart; the table of diagnostics bounds how many each can have."""

_EXAMPLE_CHARACTERS = 300
_OTHERS = Sender("", "other senders", "")


@dataclass(slots=True, kw_only=True)
class Diagnosis:
    """One thing that is wrong with one sender."""

    diagnostic: Diagnostic
    sender: Sender
    service_name: str
    """Empty when it is not known, or the request came from several."""
    example: str
    """The sentence of the first time, with its particulars; harmless to display."""
    count: int
    """How often: spans, values or requests."""
    first_unix_nano: int
    last_unix_nano: int


class Diagnoses:
    """Everything found wrong so far, in the order in which it was first met.

    Args:
        clock: Unix nanoseconds now.
        max_senders: How many are told apart; all others are one.
    """

    def __init__(
        self, *, clock: Callable[[], int] = time.time_ns, max_senders: int = MAX_SENDERS
    ) -> None:
        self.max_senders = max_senders
        self.unlisted = 0
        """How often a sender beyond the bound did something wrong; it has no entry of its own."""
        self.total = 0
        """How often anything was found wrong."""
        self._clock = clock
        self._senders: set[tuple[Sender, str]] = set()
        self._found: dict[tuple[Sender, str, str], Diagnosis] = {}
        self._in_order: list[Diagnosis] = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self._in_order)

    def __iter__(self) -> Iterator[Diagnosis]:
        """Yield them, the one that was first met first."""
        return iter(tuple(self._in_order))

    def __getitem__(self, index: int) -> Diagnosis:
        """Return one by its place in that order; none ever leaves it."""
        return self._in_order[index]

    @property
    def newest(self) -> Diagnosis | None:
        """The one that was met last for the first time."""
        return self._in_order[-1] if self._in_order else None

    def name(self, sender: Sender, service_name: str) -> None:
        """Give *service_name* to what was found wrong with *sender* before it was known."""
        for key, found in [*self._found.items()]:
            if key[:2] != (sender, ""):
                continue
            del self._found[key]
            found.service_name = service_name
            self._found[sender, service_name, found.diagnostic.id] = found
            self._senders.discard((sender, ""))
            self._senders.add((sender, service_name))

    def add(
        self,
        diagnostic: Diagnostic,
        example: str,
        *,
        sender: Sender,
        service_name: str = "",
        count: int = 1,
    ) -> None:
        """Note that *sender* did something wrong, *count* times."""
        self.total += count
        if (sender, service_name) not in self._senders:
            if len(self._senders) < self.max_senders:
                self._senders.add((sender, service_name))
            else:
                self.unlisted += count
                sender, service_name = _OTHERS, ""
        key = (sender, service_name, diagnostic.id)
        now = self._clock()
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = Diagnosis(
                diagnostic=diagnostic,
                sender=sender,
                service_name=service_name,
                example=printable(example[:_EXAMPLE_CHARACTERS]),
                count=count,
                first_unix_nano=now,
                last_unix_nano=now,
            )
            self._in_order.append(found)
        else:
            found.count += count
            found.last_unix_nano = now
