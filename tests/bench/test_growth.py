"""What is measured is a ring that is full, of each size in turn."""

from tests.bench import growth
from tests.bench.measures import TINY
from tests.bench.requests import BATCH


def test_every_size_has_a_cost_in_full_rings() -> None:
    """How it grows is for a quiet machine."""
    found = growth.growth_of_cost((BATCH, 3 * BATCH), rounds=2, requests=2)

    assert list(found) == [BATCH, 3 * BATCH]
    assert all(parses > 0 for parses in found.values())


def test_each_row_stands_beside_the_smallest_ring() -> None:
    """So that a ratio of 1 is what is hoped for."""
    rows = list(growth.growth(TINY))

    assert len(rows) == len(TINY.rings)
    assert rows[0].ratio == 1
    assert all(row.baseline_value == rows[0].value for row in rows)
