"""What a span costs as the ring grows: rings of all sizes side by side, each full.

What one holds is found by key and left by its oldest, so the size should not matter; the
caches of the processor, and collections that look at every trace, would show here.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from tests.bench.requests import a_template, distinct
from tests.bench.row import Row
from tests.bench.store import (
    Road,
    collecting_as_in_a_session,
    seconds_to_parse,
    seconds_to_take,
)

if TYPE_CHECKING:
    from tests.bench.measures import Size


def growth_of_cost(
    held_spans: Sequence[int], *, rounds: int, requests: int
) -> dict[int, float]:
    """Return what a span costs in a full ring of each size, in bare parses.

    Args:
        held_spans: How many spans each ring holds.
        rounds: How often each is measured, in turn.
        requests: How many requests are taken at once.
    """
    bodies = distinct(a_template(services=1))
    found: dict[int, list[float]] = {size: [] for size in held_spans}
    with collecting_as_in_a_session():
        roads = {size: Road(size) for size in held_spans}
        for road in roads.values():
            while not road.store.counters.evicted_spans:
                road.take(islice(bodies, 100))
        for _ in range(rounds):
            for size, road in roads.items():
                some = list(islice(bodies, requests))
                bare = seconds_to_parse(some)
                found[size].append(seconds_to_take(road, some) / bare)
    return {size: median(ratios) for size, ratios in found.items()}


def growth(size: "Size") -> Iterator[Row]:
    """Decode and store into full rings, against the smallest."""
    costs = growth_of_cost(size.rings, rounds=3 * size.repetitions, requests=size.requests)
    least = costs[size.rings[0]]
    for held, parses in costs.items():
        yield Row(
            name=f"decode and store, full ring of {held:,} spans",
            value=parses,
            unit="parses",
            baseline=f"ring of {size.rings[0]:,}",
            baseline_value=least,
            samples=3 * size.repetitions,
            reach="ratio ≤ 1.25",
        )
