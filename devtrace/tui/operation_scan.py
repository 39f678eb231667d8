"""How long all held spans of one operation took, read a piece at a time at idle.

Pure of Textual.  A span is of the operation if service and name are the same; its
payload is decoded only if the bytes of the name occur in it.
"""

from collections.abc import Iterator
from itertools import islice

from devtrace.analysis.standing import Standing, standing
from devtrace.model.span import Span
from devtrace.store.ring import TraceStore

SPANS_PER_TICK = 10_000
"""Payloads that are looked at in one go."""
MAX_DURATIONS = 10_000
"""Durations that are compared; beyond that the newest traces speak for all."""


class OperationScan:
    """Remembers the durations of the operation that was asked for last.

    Args:
        store: What is read.
    """

    def __init__(self, store: TraceStore) -> None:
        self._store = store
        self._operation: tuple[str, str] | None = None
        self._durations: list[int] = []
        self._unread: Iterator[Span | None] = iter(())
        self._known: tuple[int, Standing] | None = None
        self.is_done = True
        """Whether everything held was looked at."""
        self.looked_at = 0
        """How many payloads were ever looked at; tests count work with it."""

    def of(self, span: Span | None) -> Standing | None:
        """Return where *span* stands among those of its operation that were read so far.

        None while it stands alone, and for a span without a duration.
        """
        if span is None or not (span.has_end and span.start_time_unix_nano):
            return None
        operation = (span.service_name, span.name)
        if operation != self._operation:
            self._operation, self._durations, self._known = operation, [], None
            self._unread, self.is_done = self._spans(*operation), False
        durations = self._durations
        if len(durations) < 2:
            return None
        if self._known is None or self._known[0] != span.duration_nano:
            self._known = span.duration_nano, standing(span.duration_nano, durations)
        return self._known[1]

    def work(self) -> None:
        """Look at the next piece of what is held."""
        if self.is_done:
            return
        looked_at = 0
        for span in islice(self._unread, SPANS_PER_TICK):
            looked_at += 1
            if span is not None:
                self._durations.append(span.duration_nano)
        self.looked_at += looked_at
        self._known = None
        self.is_done = looked_at < SPANS_PER_TICK or len(self._durations) >= MAX_DURATIONS

    def _spans(self, service_name: str, name: str) -> Iterator[Span | None]:
        """Yield for each held span, the newest traces first, itself if it is of an operation."""
        raw = name.encode("utf-8", "replace")
        for trace_id in reversed(self._store.changes_since(0).updated):
            for payload, scope in tuple((self._store.payloads(trace_id) or {}).items()):
                found = None
                if raw in payload and scope.resource.service_name == service_name:
                    span = Span(payload, scope)
                    if span.name == name and span.has_end and span.start_time_unix_nano:
                        found = span
                yield found
