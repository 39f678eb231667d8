"""MetricStore keeps the newest points of every series within its bounds, and finds them."""

import gc
import tracemalloc
from collections import OrderedDict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.model.consumer import MetricBatch
from devtrace.model.metric import SeriesKey
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.store.limits import MetricLimits
from devtrace.store.metrics import _SPARE_AGES, MetricStore
from tests.builders import (
    a_metric,
    a_metric_batch,
    a_metrics_request,
    a_point,
    an_exemplar,
    key_values,
    span_id_of,
    trace_id_of,
)


def a_store(**limits: int) -> MetricStore:
    """Return an empty store with *limits*."""
    return MetricStore(MetricLimits(**limits))


def put(store: MetricStore, *points: Any, service: str = "shop", **of_metric: Any) -> SeriesKey:
    """Let a request with *points* come; return the key of the series last updated."""
    store.consume_metrics(a_metric_batch(a_metric(*points, **of_metric), service=service))
    return store.changes_since(0).updated[-1]


def values(store: MetricStore, key: SeriesKey) -> list[Any]:
    """Return the values of the held points of a series of numbers."""
    series = store.series(key)
    return [] if series is None else [point.value for point in series.points]  # type: ignore[union-attr]


# -- reading -------------------------------------------------------------------------


def test_points_of_a_series_come_together_from_many_requests() -> None:
    """Also from requests that write its attributes in another order."""
    store = a_store()
    key = put(store, a_point(1, attributes={"a": 1, "b": 2}))
    same = put(store, a_point(2, at_ms=1, attributes={"b": 2, "a": 1}))

    assert same == key
    assert len(store) == 1
    assert store.point_count == 2
    assert values(store, key) == [1, 2]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "other"},
        {"unit": "By"},
        {"kind": "gauge"},
        {"temporality": 1},
        {"monotonic": False},
        {"service": "other"},
    ],
)
def test_whatever_identifies_a_series_tells_it_apart(other: dict[str, Any]) -> None:
    """Resource, name, unit, kind, temporality and monotonicity."""
    store = a_store()

    assert put(store, a_point()) != put(store, a_point(), **other)
    assert len(store) == 2


def test_another_description_is_the_same_series() -> None:
    """It identifies nothing; the newest is shown."""
    store = a_store()
    key = put(store, a_point(1), description="old")
    put(store, a_point(2), description="new")

    series = store.series(key)

    assert series is not None
    assert series.description == "new"
    assert len(series.points) == 2
    assert len(store._metrics) == 1


def test_only_as_many_points_are_read_as_asked_for() -> None:
    """A sparkline needs the newest."""
    store = a_store()
    key = put(store, *(a_point(number, at_ms=number) for number in range(5)))

    newest = store.series(key, newest=2)

    assert newest is not None
    assert [point.value for point in newest.points] == [3, 4]  # type: ignore[union-attr]
    assert len(store.series(key, newest=9).payloads) == 5  # type: ignore[union-attr]
    totals = store.totals(key)
    assert totals is not None
    assert totals.point_count == 5


def test_a_series_that_is_not_held_is_none() -> None:
    """Whoever shows one asks again."""
    key = put(a_store(), a_point())
    store = a_store()

    assert store.series(key) is None
    assert store.totals(key) is None
    assert key not in store


# -- changes -------------------------------------------------------------------------


def test_a_reader_is_told_which_series_were_updated_since_it_looked() -> None:
    """The oldest update first; a series updated twice is told once."""
    store = a_store()
    first, second = put(store, a_point(), name="1"), put(store, a_point(), name="2")
    seen = store.changes_since(0)
    assert seen.updated == (first, second)
    assert store.changes_since(seen.revision).updated == ()

    third = put(store, a_point(2), a_point(3), name="3")
    put(store, a_point(2), name="1")
    change = store.changes_since(seen.revision)

    assert change.revision == store.revision > seen.revision
    assert change.updated == (third, first)


def test_the_order_of_attributes_makes_no_other_series() -> None:
    """Of resource, scope and point: SDKs keep them in maps whose order is their own."""
    store = a_store()
    request = a_metrics_request(a_metric(a_point(1, attributes={"a": 1, "b": 2})))
    (of_resource,) = request.resource_metrics
    of_resource.resource.attributes.extend(key_values({"k": 1, "l": 2}))
    of_resource.scope_metrics[0].scope.attributes.extend(key_values({"m": 1, "n": 2}))
    other = type(request)()
    other.CopyFrom(request)
    (of_other,) = other.resource_metrics
    (point,) = of_other.scope_metrics[0].metrics[0].sum.data_points
    point.as_int = 2
    for attributes in (
        of_other.resource.attributes,
        of_other.scope_metrics[0].scope.attributes,
        point.attributes,
    ):
        attributes.reverse()

    for each in (request, other):
        decoded = decode_metrics(each.SerializeToString(), scope_of=ScopeInterner())
        store.consume_metrics(MetricBatch(decoded.slices))

    (key,) = store.changes_since(0).updated
    assert values(store, key) == [1, 2]


def test_a_request_sent_twice_counts_once() -> None:
    """A sender that had no answer tries again; the same bytes are the same point."""
    store = a_store()
    key = put(store, a_point(1))
    revision = store.revision
    put(store, a_point(1))

    assert values(store, key) == [1]
    assert store.counters.duplicate_points == 1
    assert store.revision == revision


def test_clearing_forgets_all_and_keeps_the_counters() -> None:
    """And is a change."""
    store = a_store()
    key = put(store, a_point())
    revision = store.revision

    store.clear()

    assert store.revision > revision
    assert (len(store), store.point_count, store.byte_count) == (0, 0, 0)
    assert store.counters.received_points == 1
    assert key not in store


# -- exemplars -----------------------------------------------------------------------


def test_exemplars_lead_from_a_span_to_its_measurements() -> None:
    """R137: by span, or by the whole trace; not by the same span id of another trace."""
    store = a_store()
    put(store, a_point(1, exemplars=[an_exemplar()]), name="mine")
    put(store, a_point(2, exemplars=[an_exemplar(span="other")]), name="sibling")
    put(store, a_point(3, exemplars=[an_exemplar(trace="else")]), name="else")
    put(store, a_point(4), name="none")
    trace_id, span_id = trace_id_of("trace"), span_id_of("root")

    of_span = store.naming_span(trace_id, span_id)
    of_trace = store.naming_span(trace_id)

    assert [found.key.metric.name for found in of_span] == ["mine"]
    assert [found.key.metric.name for found in of_trace] == ["mine", "sibling"]
    (exemplar,) = of_span[0].point.exemplars
    assert (exemplar.trace_id, exemplar.span_id) == (trace_id, span_id)
    assert store.naming_span(trace_id_of("nobody")) == ()


# -- bounds --------------------------------------------------------------------------


def test_a_series_keeps_its_newest_points() -> None:
    """Every one that leaves is counted."""
    store = a_store(max_series_points=3)
    for number in range(5):
        key = put(store, a_point(number, at_ms=number))

    assert values(store, key) == [2, 3, 4]
    assert store.counters.evicted_points == 2
    assert store.counters.evicted_series == 0


def test_the_series_that_nobody_updates_leaves_first() -> None:
    """Least recently updated, not first seen."""
    store = a_store(max_series=2)
    first, second = put(store, a_point(), name="1"), put(store, a_point(), name="2")
    put(store, a_point(2), name="1")
    third = put(store, a_point(), name="3")

    assert second not in store
    assert first in store
    assert third in store
    assert store.counters.evicted_series == store.counters.evicted_points == 1


def test_live_series_share_what_memory_there_is() -> None:
    """The oldest points leave, of each as many as of any other."""
    store = a_store(max_bytes=20_000)
    for number in range(200):
        points = [a_point(number, at_ms=number, attributes={"k": each}) for each in range(4)]
        put(store, *points)

    counts = [store.totals(key).point_count for key in store.changes_since(0).updated]  # type: ignore[union-attr]
    assert store.byte_count <= 20_000
    assert len(counts) == 4
    assert min(counts) > 20
    assert max(counts) - min(counts) <= 1
    assert store.counters.evicted_series == 0


def test_a_series_that_is_dead_gives_way_to_live_ones() -> None:
    """All of it is older than what comes."""
    store = a_store(max_bytes=20_000)
    dead = put(store, *(a_point(number, at_ms=number) for number in range(100)), name="dead")
    for number in range(300):
        live = put(store, a_point(number, at_ms=number), name="live")

    assert dead not in store
    assert values(store, live)[-1] == 299
    assert len(values(store, live)) > 50


def test_evicting_a_point_looks_at_no_other_series() -> None:
    """However many there are: a full store takes a request as quickly as an empty one."""

    class Unlisted(OrderedDict[SeriesKey, Any]):
        """Series that nobody may go through."""

        def items(self) -> Any:
            raise AssertionError

        values = items

    store = a_store(max_bytes=150_000)
    for number in range(300):
        put(store, a_point(number, attributes={"k": number}))
    store._series = Unlisted(store._series)
    evicted = store.counters.evicted_points
    assert evicted

    for number in range(50):
        point = a_point(-number - 1, attributes={"k": 299})
        store.consume_metrics(a_metric_batch(a_metric(point)))

    assert evicted < store.counters.evicted_points <= evicted + 50


def test_ages_of_series_that_are_gone_are_forgotten() -> None:
    """A sender that makes a new series with each request keeps nothing but those held."""
    store = a_store(max_series=2)
    for number in range(500):
        put(store, a_point(attributes={"k": number}))
        put(store, a_point(number), name="kept")

    assert len(store) == 2
    assert len(store._ages) <= 2 * len(store) + _SPARE_AGES


def test_a_point_larger_than_the_bound_evicts_nothing() -> None:
    """R139: it cannot be kept, so it must not cost what can."""
    store = a_store(max_bytes=6_000)
    key = put(store, a_point())

    store.consume_metrics(a_metric_batch(a_metric(a_point(attributes={"k": "x" * 6_000}))))

    assert key in store
    assert store.counters.oversized_points == 1
    assert store.counters.evicted_points == 0


def test_everything_shrinks_when_series_leave() -> None:
    """Names, attributes, metrics and resources leave with the last series that has them."""
    store = a_store(max_series=1)
    key = put(store, a_point(), name="last", service="last")
    byte_count = store.byte_count
    for number in range(20):
        put(
            store,
            a_point(attributes={f"k{number}": number}),
            name=f"m{number}",
            service=f"s{number}",
            description=f"d{number}",
        )
    assert put(store, a_point(), name="last", service="last") == key

    assert store.byte_count == byte_count
    assert len(store._metrics) == len(store._scopes) == 1


@pytest.mark.parametrize(
    ("metrics", "series", "points"), [(1, 1, 2_000), (1, 800, 2), (400, 1, 2)]
)
def test_the_estimate_is_what_python_takes(metrics: int, series: int, points: int) -> None:
    """64 MiB means memory, within a fifth, however points are spread over series."""
    bodies = [
        a_metrics_request(
            *(
                a_metric(
                    *(a_point(at, at_ms=at, attributes={"k": each}) for each in range(series)),
                    name=f"metric {metric}",
                )
                for metric in range(metrics)
            )
        ).SerializeToString()
        for at in range(points)
    ]
    scope = a_metric_batch(a_metric(a_point())).slices[0].scope
    gc.collect()
    tracemalloc.start()
    store = a_store(max_series_points=points)
    for body in bodies:
        store.consume_metrics(
            MetricBatch(decode_metrics(body, scope_of=lambda _: scope).slices)
        )
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert store.point_count == metrics * series * points
    assert taken == pytest.approx(store.byte_count, rel=0.2)


series_names = st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("12"))
batches = st.lists(st.lists(series_names, min_size=1, max_size=6), max_size=15)


@given(
    max_bytes=st.integers(1, 12_000),
    max_series=st.integers(1, 5),
    max_series_points=st.integers(1, 4),
    batches=batches,
)
def test_the_bounds_hold_after_every_batch(
    max_bytes: int,
    max_series: int,
    max_series_points: int,
    batches: list[list[tuple[str, str, str]]],
) -> None:
    """And every point that came is held, evicted, too large or a duplicate."""
    store = a_store(
        max_bytes=max_bytes, max_series=max_series, max_series_points=max_series_points
    )
    revision = 0
    for at, batch in enumerate(batches):
        for name, label, service in batch:
            metric = a_metric(a_point(at, attributes={"k": label}), name=name)
            store.consume_metrics(a_metric_batch(metric, service=service))

            keys = store.changes_since(0).updated
            totals = [store.totals(key) for key in keys]
            counts = [each.point_count for each in totals if each is not None]
            counters = store.counters
            assert len(store) == len(keys) == len(counts) <= max_series
            assert store.byte_count <= max_bytes
            assert store.point_count == sum(counts)
            assert all(1 <= count <= max_series_points for count in counts)
            assert counters.received_points == (
                store.point_count
                + counters.evicted_points
                + counters.duplicate_points
                + counters.oversized_points
            )
            assert len(store._scopes) <= len(store)
            assert len(store._metrics) <= len(store)
        change = store.changes_since(revision)
        assert set(change.updated) <= set(keys)
        revision = change.revision
