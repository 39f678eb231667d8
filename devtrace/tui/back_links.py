"""Which held spans link to those of one trace, found a piece at a time at idle.

Pure of Textual.  There is no index: a link to a trace has its id in its bytes, so only
payloads in which that occurs are decoded, and of a trace that grew only what is new is
looked at.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from devtrace.model.span import Span
from devtrace.store.ring import TraceStore

PAYLOADS_PER_TICK = 10_000
"""Payloads that are looked at in one go."""
MAX_BACK_LINKS = 1_000
"""Links that are remembered; how many more there are is counted."""


class BackLink(NamedTuple):
    """A held span that links to one of the trace."""

    span: Span
    """Which links."""
    to_span_id: str
    """Which it links to."""


class BackLinks:
    """The links that lead into one trace, from others and from itself.

    Args:
        store: What is read.
        trace_id: The trace: 32 hex digits.
    """

    def __init__(self, store: TraceStore, trace_id: str) -> None:
        self.looked_at = 0
        """How many payloads were ever looked at; tests count work with it."""
        self.left_out = 0
        """Links beyond `MAX_BACK_LINKS`."""
        self.counts: dict[str, int] = {}
        """How many spans link to a span, by its id; another object when they are others."""
        self.is_done = True
        """Whether everything held was looked at."""
        self._store = store
        self.trace_id = trace_id
        self._needle = bytes.fromhex(trace_id)
        self._revision = 0
        self._seen: dict[str, tuple[int, int]] = {}
        """When each trace began to arrive, and how many of its payloads were looked at."""
        self._found: dict[str, list[BackLink]] = {}  # by the trace they are of
        self._unread: Iterator[None] = iter(())
        self._room = MAX_BACK_LINKS
        self._is_news = False

    def to(self, span_id: str) -> tuple[BackLink, ...]:
        """Return the links to one span, in the order in which their traces came."""
        if span_id not in self.counts:
            return ()
        return tuple(link for link in self.all() if link.to_span_id == span_id)

    def all(self) -> Iterator[BackLink]:
        """Yield the links that were found."""
        for links in self._found.values():
            yield from links

    def work(self) -> bool:
        """Look at the next piece of what is held and was not looked at.

        Returns:
            Whether other links are known than before.
        """
        self._forget_gone()
        if self.is_done:
            change = self._store.changes_since(self._revision)
            self._revision = change.revision
            self._unread = self._look_at(change.updated)
        looked_at = sum(1 for _ in islice(self._unread, PAYLOADS_PER_TICK))
        self.looked_at += looked_at
        self.is_done = looked_at < PAYLOADS_PER_TICK
        is_news, self._is_news = self._is_news, False
        if is_news:
            self.counts = dict(Counter(link.to_span_id for link in self.all()))
        return is_news

    def _forget_gone(self) -> None:
        """Forget links of traces that were evicted, and at times how much of those was seen."""
        for trace_id in [each for each in self._found if each not in self._store]:
            self._drop(trace_id)
        if len(self._seen) > 2 * len(self._store):
            held = self._seen.items()
            self._seen = {each: seen for each, seen in held if each in self._store}

    def _drop(self, trace_id: str) -> None:
        if dropped := self._found.pop(trace_id, None):
            self._room += len(dropped)
            self._is_news = True

    def _look_at(self, trace_ids: tuple[str, ...]) -> Iterator[None]:
        """Look at the new payloads of some traces; yields after each of them."""
        for trace_id in reversed(trace_ids):
            payloads, totals = self._store.payloads(trace_id), self._store.totals(trace_id)
            if payloads is None or totals is None:
                continue
            began, seen = self._seen.get(trace_id, (0, 0))
            if began != totals.first_received_unix_nano:  # it was evicted, and came again
                seen = 0
                self._drop(trace_id)
            self._seen[trace_id] = (totals.first_received_unix_nano, len(payloads))
            own = trace_id == self.trace_id
            for payload, scope in tuple(islice(payloads.items(), seen, None)):
                if payload.count(self._needle) > own:
                    self._read(trace_id, Span(payload, scope))
                yield

    def _read(self, trace_id: str, span: Span) -> None:
        targets = {link.span_id for link in span.links if link.trace_id == self.trace_id}
        kept = [BackLink(span, span_id) for span_id in sorted(targets)[: self._room]]
        self.left_out += len(targets) - len(kept)
        if kept:
            self._room -= len(kept)
            self._is_news = True
            self._found.setdefault(trace_id, []).extend(kept)
