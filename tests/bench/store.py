"""What it costs to decode and store spans, and what a held span costs.

Each figure is a ratio against a baseline of the same run: absolute times on shared
machines are worth little.  Times are those of the processor, which waiting for other
programs does not lengthen, and the garbage collector is set as in a session.
"""

import gc
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice, repeat
from statistics import median

import psutil
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from devtrace.garbage import GC_THRESHOLDS
from devtrace.model.consumer import SpanBatch
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from tests.bench.requests import BATCH, a_template, distinct
from tests.builders import T0

REQUESTS = 100
"""Distinct requests in one round."""
ROUNDS = 5
_NO_LIMIT = 2**40


class Road:
    """What a span passes from the receivers to the ring.

    Args:
        max_spans: How many spans the ring may hold.
        max_bytes: How many bytes.
    """

    def __init__(self, max_spans: int = _NO_LIMIT, max_bytes: int = _NO_LIMIT) -> None:
        self.store = TraceStore(Limits(max_spans=max_spans, max_bytes=max_bytes))
        self._interner = ScopeInterner()

    def take(self, bodies: Iterable[bytes], clock: Iterable[int] = repeat(T0)) -> None:
        """Decode and store *bodies*, received when *clock* says."""
        consume, interner = self.store.consume, self._interner
        for body, received in zip(bodies, clock, strict=False):
            consume(SpanBatch(decode_spans(body, scope_of=interner).slices, received))


@contextmanager
def collecting_as_in_a_session() -> Iterator[None]:
    """Set the garbage collector as `Session` does, and restore it."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def seconds_to_parse(bodies: Sequence[bytes]) -> float:
    """Return what a bare parse of *bodies* takes."""
    started = time.process_time()
    for body in bodies:
        ExportTraceServiceRequest.FromString(body)
    return time.process_time() - started


def seconds_to_take(
    road: Road, bodies: Sequence[bytes], clock: Iterable[int] = repeat(T0)
) -> float:
    """Return what decoding and storing *bodies* takes."""
    started = time.process_time()
    road.take(bodies, clock)
    return time.process_time() - started


def cost_of_storing(rounds: int = ROUNDS) -> Mapping[str, float]:
    """Return what decoding and storing costs, in bare parses of the same bytes.

    `growing` fills an empty ring, `full` evicts as much as it takes in.  The spans of
    a trace come from one service in each request, or from three.
    """
    found: dict[str, float] = {}
    for services in (1, 3):
        bodies = list(islice(distinct(a_template(services=services)), REQUESTS))
        for state, max_spans in (("growing", 10**9), ("full", 20_000)):
            ratios = []
            with collecting_as_in_a_session():
                for _ in range(rounds):
                    bare = seconds_to_parse(bodies)
                    ratios.append(seconds_to_take(Road(max_spans), bodies) / bare)
            found[f"{state}, {services} services"] = median(ratios)
    return found


def bytes_held(max_spans: int = 500_000, *, fillings: int = 2) -> Mapping[str, float]:
    """Return what a full ring takes per byte of the spans it holds.

    To be asked in a fresh process: memory that was used before is used again unseen.

    Args:
        max_spans: How many spans the ring holds.
        fillings: How many times as many go through it.

    Returns:
        `resident`, as the system counts it, and `accounted`, as the store does.
    """
    requests = distinct(a_template(services=1))
    road = Road(max_spans)
    road.take(islice(requests, 1))
    process = psutil.Process()
    with collecting_as_in_a_session():
        before = process.memory_info().rss
        road.take(islice(requests, fillings * max_spans // BATCH))
        resident = process.memory_info().rss - before
    wire = road.store.span_count * len(next(requests)) / BATCH
    return {"resident": resident / wire, "accounted": road.store.byte_count / wire}
