"""One held trace: the bytes of its spans, what they take, and how much more may come."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from devtrace.model.resource import InstrumentationScope
from devtrace.model.steps import Steps
from devtrace.model.trace import Trace, read_spans
from devtrace.otlp.decode import read_start

SPAN_OVERHEAD_BYTES = 80
"""Python's own share of one span: the head of a bytes object and its place in a dict."""
TRACE_OVERHEAD_BYTES = 1_000
"""Python's own share of one trace: id, record, its dict, its places, and what stays unused
between traces once others have left."""
_FEW_SCOPES = 8
"""So many scopes of a trace are kept in a tuple: for few that is smaller, and as fast."""


class Totals(NamedTuple):
    """What is known of a held trace without reading its spans."""

    revision: int
    """The store's revision at this trace's last change."""
    span_count: int
    first_received_unix_nano: int
    last_received_unix_nano: int


@dataclass(slots=True)
class Record:
    """One held trace."""

    payloads: dict[bytes, InstrumentationScope]
    """Each distinct span with its scope, in order of arrival."""
    revision: int
    first_received: int
    last_received: int
    is_partial: bool
    scopes: tuple[InstrumentationScope, ...] | set[InstrumentationScope] = ()
    """Those of its spans; a tuple while they are few, which takes a quarter of the room."""
    byte_count: int = TRACE_OVERHEAD_BYTES
    """Its own memory; that of its scopes is shared with other traces."""
    scope_byte_count: int = 0
    """The memory of its scopes."""
    is_truncated: bool = False

    def totals(self) -> Totals:
        """Return what is known of it without reading its spans."""
        return Totals(
            self.revision, len(self.payloads), self.first_received, self.last_received
        )

    def add_scope(self, scope: InstrumentationScope) -> None:
        """Note a scope that none of its spans had."""
        if isinstance(self.scopes, set):
            self.scopes.add(scope)
        elif len(self.scopes) < _FEW_SCOPES:
            self.scopes = (*self.scopes, scope)
        else:
            self.scopes = {*self.scopes, scope}

    def start(self) -> int:
        """Return the earliest start of its spans in Unix nanoseconds; 0 when none has one."""
        return min(filter(None, map(read_start, self.payloads)), default=0)

    def new_of(self, payloads: Iterable[bytes]) -> list[bytes]:
        """Return those of *payloads* that are not held, each once, in their order."""
        return [span for span in dict.fromkeys(payloads) if span not in self.payloads]

    def fitting(self, fresh: Sequence[bytes], *, room: int, max_spans: int) -> list[bytes]:
        """Return the first of *fresh* spans that this trace may still take.

        Args:
            fresh: Spans that are not held.
            room: The bytes that the trace may have in all.
            max_spans: The spans that it may have in all.
        """
        room -= self.byte_count + self.scope_byte_count
        within = max(0, max_spans - len(self.payloads))
        return list(_first_within(room, islice(fresh, within)))

    def trace_steps(self, trace_id: str, *, is_pinned: bool) -> Steps[Trace]:
        """Read its spans, those that are held at the first step."""
        return Trace(
            trace_id=trace_id,
            spans=(yield from read_spans(self.payloads)),
            first_received_unix_nano=self.first_received,
            last_received_unix_nano=self.last_received,
            is_partial=self.is_partial,
            is_truncated=self.is_truncated,
            is_pinned=is_pinned,
        )


def _first_within(room: int, payloads: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the first of *payloads* that take no more than *room* bytes together."""
    for payload in payloads:
        room -= len(payload) + SPAN_OVERHEAD_BYTES
        if room < 0:
            return
        yield payload


def payload_bytes(payloads: Collection[bytes]) -> int:
    """Return the memory of spans that are held for their own."""
    return sum(map(len, payloads)) + SPAN_OVERHEAD_BYTES * len(payloads)
