"""One request's journey: every held span with one trace id."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import starmap

from devtrace.model.resource import InstrumentationScope
from devtrace.model.span import Span
from devtrace.model.steps import Steps

_SPANS_A_STEP = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The spans of one trace at one moment; a later look makes a new value."""

    trace_id: str
    """32 lower-case hex digits."""
    spans: tuple[Span, ...]
    """In order of arrival, without exact duplicates; at least one."""
    first_received_unix_nano: int = 0
    """When its first span arrived here; 0 when that is unknown, as in a file."""
    last_received_unix_nano: int = 0
    """When its newest span arrived here."""
    is_partial: bool = False
    """Whether earlier spans were evicted before these arrived."""
    is_truncated: bool = False
    """Whether spans beyond the bound for one trace were dropped."""
    is_pinned: bool = False
    """Whether the user keeps it from being evicted."""


def read_spans(payloads: Mapping[bytes, InstrumentationScope]) -> Steps[tuple[Span, ...]]:
    """Read the spans of a trace, stopping now and then.

    Args:
        payloads: Each serialized `Span` with its scope; copied before the first stop.
    """
    held = tuple(payloads.items())
    spans: list[Span] = []
    for first in range(0, len(held), _SPANS_A_STEP):
        if first:
            yield
        spans += starmap(Span, held[first : first + _SPANS_A_STEP])
    return tuple(spans)
