"""What input costs that nobody sends in good health, beside an ordinary load.

Each shape has a ring of its own, which is full before it is measured.  No span comes twice;
what has many values has as many as its name says, again and again.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count, islice, repeat
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import psutil
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.store.limits import MEBIBYTE
from tests.bench.requests import BATCH, a_template, distinct
from tests.bench.row import Row
from tests.bench.store import (
    Road,
    collecting_as_in_a_session,
    seconds_to_parse,
    seconds_to_take,
)
from tests.builders import SECOND, T0

if TYPE_CHECKING:
    from tests.bench.measures import Size

ORDINARY = "ordinary"
MANY = 10_000
"""Services, or names."""
_LARGE_BATCH = 8
_REQUESTS_OF_MANY = -(-MANY // BATCH)
_ROUND_BYTES = 64 * MEBIBYTE
_Edit = Callable[[ExportTraceServiceRequest, int], None]


class Shape(NamedTuple):
    """One kind of input.

    A template is made of each number below `templates`, and many requests of each.
    """

    template: Callable[[int], bytes] = lambda _: a_template(services=1)
    templates: int = 1
    goes_back: bool = False
    """Whether each request is received a second before the last."""

    def requests(self) -> Iterator[bytes]:
        """Yield requests without end."""
        numbers = count(1)
        made = [distinct(self.template(each), numbers) for each in range(self.templates)]
        while True:
            yield from map(next, made)

    def clock(self) -> Iterator[int]:
        """Yield when they are received."""
        return count(T0, -SECOND) if self.goes_back else repeat(T0)


def _edited(edit: Callable[[Span, int], None], *, first: int = 0) -> bytes:
    """Return a template with each span changed; *first* is the number of its first span."""
    request = ExportTraceServiceRequest.FromString(a_template(services=1))
    for number, span in enumerate(request.resource_spans[0].scope_spans[0].spans, first):
        edit(span, number)
    return request.SerializeToString()


def _in_one_trace(span: Span, _: int) -> None:
    span.trace_id = bytes(range(16))


def _named(span: Span, number: int) -> None:
    span.name = f"{span.name} {number % MANY}"
    span.attributes[0].key = f"key.{number % MANY}"


def _earlier(seconds: int) -> Callable[[Span, int], None]:
    def edit(span: Span, _: int) -> None:
        span.start_time_unix_nano -= seconds * SECOND
        span.end_time_unix_nano -= seconds * SECOND

    return edit


def _reversed() -> bytes:
    request = ExportTraceServiceRequest.FromString(a_template(services=1))
    spans = request.resource_spans[0].scope_spans[0].spans
    backwards = list(reversed(spans))
    del spans[:]
    spans.extend(backwards)
    return request.SerializeToString()


SHAPES: Mapping[str, Shape] = {
    ORDINARY: Shape(),
    "every span in one trace": Shape(lambda _: _edited(_in_one_trace)),
    "one span per trace": Shape(lambda _: a_template(services=1, spans_per_trace=1)),
    "10,000 services": Shape(
        lambda number: a_template(services=BATCH, service=f"service-{number}"),
        _REQUESTS_OF_MANY,
    ),
    "10,000 names": Shape(
        lambda number: _edited(_named, first=number * BATCH), _REQUESTS_OF_MANY
    ),
    "attributes of 1 MiB": Shape(
        lambda _: a_template(
            _LARGE_BATCH, services=1, attributes={"body": "1234567 " * (MEBIBYTE // 8)}
        )
    ),
    "children before parents": Shape(lambda _: _reversed()),
    "a clock that steps back": Shape(
        lambda number: _edited(_earlier(number)), 60, goes_back=True
    ),
}


class Cost(NamedTuple):
    """What a span of one shape costs."""

    seconds: float
    """Of the processor."""
    parses: float
    """The same in bare parses of its bytes."""


def costs(max_bytes: int, *, rounds: int, requests: int) -> Mapping[str, Cost]:
    """Return what each shape costs in a full ring.

    Args:
        max_bytes: How much each ring holds.
        rounds: How often each shape is measured.
        requests: How many requests are taken at once; fewer of large ones.
    """
    found: dict[str, Cost] = {}
    for name, shape in SHAPES.items():
        bodies, clock = shape.requests(), shape.clock()
        road = _full_road(bodies, clock, max_bytes)
        some = max(1, min(requests, _ROUND_BYTES // len(next(bodies))))
        measured = []
        with collecting_as_in_a_session():
            for _ in range(rounds):
                taken = list(islice(bodies, some))
                before = road.store.counters.received_spans
                bare = seconds_to_parse(taken)
                seconds = seconds_to_take(road, taken, clock)
                spans = road.store.counters.received_spans - before
                measured.append(Cost(seconds / spans, seconds / bare))
        found[name] = Cost(*map(median, zip(*measured, strict=True)))
    return found


def _full_road(bodies: Iterator[bytes], clock: Iterator[int], max_bytes: int) -> Road:
    """Return a road to a ring that is full of *bodies*."""
    road = Road(max_bytes=max_bytes)
    counters = road.store.counters
    while not counters.evicted_spans + counters.truncated_spans:
        road.take(islice(bodies, 1), clock)
    return road


def resident(name: str, max_bytes: int) -> float:
    """Return what a full ring of a shape takes, of what it may; ask in a fresh process."""
    bodies, clock = SHAPES[name].requests(), SHAPES[name].clock()
    body = next(bodies)
    Road().take([body], clock)
    process = psutil.Process()
    with collecting_as_in_a_session():
        before = process.memory_info().rss
        road = _full_road(bodies, clock, max_bytes)
        road.take(islice(bodies, max_bytes // len(body)), clock)
        return (process.memory_info().rss - before) / max_bytes


def hostile(size: "Size") -> Iterator[Row]:
    """Decode and store, and what is held, when input is bad."""
    found = costs(size.hostile_bytes, rounds=size.repetitions, requests=size.requests)
    for name, cost in found.items():
        yield Row(
            name=f"{name}, decode and store",
            value=cost.parses,
            unit="parses",
            baseline="bare parse",
            baseline_value=1,
            samples=size.repetitions,
            reach="≤ 3.0",
        )
        yield Row(
            name=f"{name}, a span",
            value=1e6 * cost.seconds,
            unit="µs",
            baseline=ORDINARY,
            baseline_value=1e6 * found[ORDINARY].seconds,
            samples=size.repetitions,
        )
        program = (
            "from tests.bench.hostile import resident\n"
            f"print(resident({name!r}, {size.hostile_bytes}))"
        )
        told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
        yield Row(
            name=f"{name}, resident",
            value=float(told.stdout),
            unit="bytes",
            baseline="byte of the bound",
            baseline_value=1,
            reach="≤ 1.05",
        )
