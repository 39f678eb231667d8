"""Queries that are measured are queries, and a scan looks at everything."""

import pytest

from devtrace.query import parse
from tests.bench import scanning
from tests.bench.scanning import QUERIES, a_ring, cost_of_scans


@pytest.mark.parametrize("text", QUERIES)
def test_each_query_can_be_read(text: str) -> None:
    """An error would be a fast answer."""
    parse(text)


def test_the_ring_holds_what_is_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each query is put to every trace; each cost is one of the right sign."""
    store = a_ring(1_024)
    monkeypatch.setattr(scanning, "a_ring", lambda _: store)

    costs = cost_of_scans(1_024, 1, ("gateway", "nowhere-to-be-found"))

    assert (store.span_count, len(store)) == (1_024, 64)
    assert list(costs) == ["gateway", "nowhere-to-be-found"]
    assert all(cost.parses > 0 and 0 < cost.first_share <= 1 for cost in costs.values())
