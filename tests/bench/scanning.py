"""What a query costs over everything held, against a bare parse of the same spans.

A query is put to the ring as a view does it, by a `Filter` in steps, and the time is the
processor's.  No trace is known beforehand: each query is a new one.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from statistics import median
from typing import NamedTuple

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.load.requests import RequestSource
from devtrace.load.shape import Shape
from devtrace.query import Filter, parse
from devtrace.store.ring import TraceStore
from tests.bench.row import Row
from tests.bench.store import Road, collecting_as_in_a_session

QUERIES = (
    "declined",
    "nowhere-to-be-found",
    "gateway",
    "987654321",
    'name="no such name"',
    "name=~nowhere",
    'name=~"^[xyz]{3}"',
    "service=gateway",
    "kind=producer status=ok",
    "status=error",
    "duration>1h",
    '.http.route="/nowhere"',
    ".http.route=~nowhere",
    ".http.response.status_code>=500",
    ".http.response.status_code>=600",
    "trace:duration>1h",
    "trace:spans>100",
    "{service=gateway} >> {name=nowhere}",
    "status=error | count() > 100",
    "{kind=server} | avg(duration) > 1h",
)
"""What people ask for; most of them match nothing, which takes longest."""
_STEP_SECONDS = 0.015


class Scan(NamedTuple):
    """What one query cost."""

    parses: float
    """Of all held spans, in bare parses of the same."""
    first_share: float
    """Of the time, until the first match was known."""
    longest_step_seconds: float


def a_ring(span_count: int) -> TraceStore:
    """Return a store of so many spans, as `devtrace load` sends them."""
    road = Road(max_spans=span_count)
    source = RequestSource(Shape(), batch=512, seed=1)
    requests = islice(source.requests(), -(-span_count // 512))
    road.take(request.body for request in requests)
    return road.store


def seconds_to_parse(store: TraceStore) -> float:
    """Return the processor time of a bare parse of every held span."""
    held = [store.payloads(each) or {} for each in store.changes_since(0).updated]
    begun = time.process_time()
    for payloads in held:
        for payload in payloads:
            Span.FromString(payload)
    return time.process_time() - begun


def scan(store: TraceStore, text: str) -> tuple[float, float, float]:
    """Put a query to all that is held.

    Returns:
        Processor seconds until the first match was known, until the end, and of the longest step.
    """
    newest_first = store.changes_since(0).updated[::-1]
    traces = Filter(parse(text), store)
    first, longest = 0.0, 0.0
    begun = before = time.process_time()
    traces.reconsider(newest_first)
    while traces.pending:
        traces.step(_STEP_SECONDS)
        now = time.process_time()
        longest, before = max(longest, now - before), now
        if not first and len(traces):
            first = now - begun
    total = before - begun
    return first or total, total, longest


def cost_of_scans(
    span_count: int, rounds: int, queries: Sequence[str] = QUERIES
) -> Mapping[str, Scan]:
    """Return what each of *queries* costs over *span_count* spans; medians of *rounds*."""
    store = a_ring(span_count)
    found: dict[str, list[Scan]] = {}
    with collecting_as_in_a_session():
        for _ in range(rounds):
            bare = seconds_to_parse(store)
            for text in queries:
                first, total, longest = scan(store, text)
                found.setdefault(text, []).append(Scan(total / bare, first / total, longest))
    return {
        text: Scan(*(median(column) for column in zip(*scans, strict=True)))
        for text, scans in found.items()
    }


def scan_rows(span_count: int, repetitions: int) -> Iterator[Row]:
    """What each query costs over everything held."""
    for text, cost in cost_of_scans(span_count, repetitions).items():
        yield Row(
            name=f"scan {span_count:,} spans, {text}",
            value=cost.parses,
            unit="parses",
            baseline="bare parse of each span",
            baseline_value=1,
            samples=repetitions,
        )
