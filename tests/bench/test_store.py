"""What is measured is what is stored, and the figures have the names that are printed."""

import gc
import tracemalloc
from itertools import islice

import pytest

from devtrace.garbage import GC_THRESHOLDS
from devtrace.otlp.decode import decode_spans
from tests.bench import store
from tests.bench.requests import BATCH, SPANS_PER_TRACE, a_template, distinct
from tests.bench.store import Road, collecting_as_in_a_session

MAX_OBJECTS_OF_A_TRACE = 9
"""Its id, record, dict with table, scopes, and numbers: eight, and one that varies."""
SPARE = 50
"""Objects that are held once, such as tables that had to grow."""


def test_requests_share_no_id_and_are_as_large_as_they_should_be() -> None:
    """512 spans of 400 bytes, 16 to a trace, whichever service sent them."""
    bodies = list(islice(distinct(a_template()), 3))
    slices = [
        part for body in bodies for part in decode_spans(body, scope_of=lambda _: 0).slices
    ]

    assert len({part.trace_id for part in slices}) == 3 * BATCH // SPANS_PER_TRACE
    assert len({payload for part in slices for payload in part.payloads}) == 3 * BATCH
    assert 380 < len(bodies[0]) / BATCH < 420


def test_the_road_ends_in_the_ring() -> None:
    """A bench of spans that are refused would be a fast one."""
    road = Road(max_spans=BATCH)

    road.take(islice(distinct(a_template()), 3))

    assert road.store.span_count == BATCH
    assert road.store.counters.evicted_spans == 2 * BATCH


def test_figures_are_named_and_positive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever prints them needs no list of its own; the figures are for a quiet machine."""
    monkeypatch.setattr(store, "REQUESTS", 2)

    found = {
        **store.cost_of_storing(rounds=1),
        **store.bytes_held(4 * BATCH),
    }

    assert len(found) == 6
    assert all(figure > 0 for name, figure in found.items() if name != "resident")


def test_the_collector_is_set_as_in_a_session_and_back() -> None:
    """Or every ratio would be one of another program."""
    before = gc.get_threshold()

    with collecting_as_in_a_session():
        assert gc.get_threshold() == GC_THRESHOLDS

    assert gc.get_threshold() == before


@pytest.mark.parametrize("services", [1, 3])
@pytest.mark.parametrize("spans_per_trace", [1, SPANS_PER_TRACE, BATCH])
def test_a_held_span_is_one_object(spans_per_trace: int, services: int) -> None:
    """Its bytes; whatever else is held is paid for once a trace, however many spans that has."""
    template = a_template(services=services, spans_per_trace=spans_per_trace)
    bodies = list(islice(distinct(template), 6))
    road = Road()
    road.take(bodies[:2])
    gc.collect()
    tracemalloc.start(1)
    road.take(bodies[2:])
    gc.collect()
    ours = tracemalloc.Filter(inclusive=True, filename_pattern="*/devtrace/*")
    held = tracemalloc.take_snapshot().filter_traces([ours])
    tracemalloc.stop()

    blocks = sum(each.count for each in held.statistics("filename"))
    spans = 4 * BATCH
    assert spans < blocks <= spans + MAX_OBJECTS_OF_A_TRACE * spans // spans_per_trace + SPARE
