"""When the collector of garbage looks, and at what."""

import gc
import weakref
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from devtrace import garbage
from devtrace.garbage import CollectingAtIdle, OutOfSight, out_of_sight
from devtrace.model.consumer import LogBatch, LogFanOut, MetricBatch, MetricFanOut, SpanBatch
from tests.builders import T0

PYTHONS_OWN = (700, 10, 10)
"""The collector's thresholds where nobody has set them."""


class Node:
    """What only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


class Keeper:
    """Stores an object for each slice."""

    def __init__(self) -> None:
        self.held: list[Node] = []

    def consume(self, batch: SpanBatch) -> None:
        """Take spans."""
        self.held += [Node() for _ in batch.slices]

    def consume_logs(self, batch: LogBatch) -> None:
        """Take log records."""
        self.held += [Node() for _ in batch.records]

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Take metrics."""
        self.held += [Node() for _ in batch.slices]


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """Return a store, and let the collector see everything again afterwards."""
    gc.set_threshold(*PYTHONS_OWN)
    gc.collect()
    yield Keeper()
    gc.unfreeze()


def batch_of(count: int) -> SpanBatch:
    """Return a batch of *count* slices, which nobody looks into."""
    return SpanBatch([SimpleNamespace()] * count, T0)  # type: ignore[list-item]


def in_sight(kept: object) -> bool:
    """Return whether the collector would look at *kept*."""
    return any(kept is each for each in gc.get_objects())


@pytest.mark.parametrize("signal", ["spans", "logs", "metrics"])
def test_what_a_large_batch_stores_is_out_of_sight(keeper: Keeper, signal: str) -> None:
    """A collection costs the same whatever is held, of every signal."""
    stores = OutOfSight(keeper, keeper, keeper)
    many = batch_of(100)

    match signal:
        case "spans":
            stores.consume(many)
        case "logs":
            stores.consume_logs(LogBatch(many.slices))  # type: ignore[arg-type]
        case _:
            stores.consume_metrics(MetricBatch(many.slices))  # type: ignore[arg-type]

    assert len(keeper.held) == 100
    assert not any(map(in_sight, keeper.held))


def test_small_batches_are_put_out_of_sight_together(keeper: Keeper) -> None:
    """A collection before each of them would cost more than it is worth."""
    stores = OutOfSight(keeper, LogFanOut(()), MetricFanOut(()))

    stores.consume(batch_of(63))
    assert all(map(in_sight, keeper.held))
    stores.consume(batch_of(1))

    assert not any(map(in_sight, keeper.held))


def test_what_is_garbage_already_is_not_put_out_of_sight(keeper: Keeper) -> None:
    """Or what requests leave behind would pile up for as long as they come."""
    stores = OutOfSight(keeper, LogFanOut(()), MetricFanOut(()))
    node = weakref.ref(Node())

    stores.consume(batch_of(100))

    assert node() is None


def test_what_a_store_lets_go_of_is_freed_though_nobody_looks(keeper: Keeper) -> None:
    """Being out of sight is no leak."""
    stores = OutOfSight(keeper, LogFanOut(()), MetricFanOut(()))
    stores.consume(batch_of(100))
    freed = [weakref.ref(node) for node in keeper.held]

    for node in keeper.held:
        del node.itself
    del node
    keeper.held.clear()

    assert not any(node() for node in freed)


@pytest.mark.parametrize(("passed", "is_freed"), [(0.0, False), (garbage.WHOLE_SECONDS, True)])
async def test_what_died_out_of_sight_is_found_after_a_while(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, *, passed: float, is_freed: bool
) -> None:
    """Looking at everything is worth a pause now and then, and no more often."""
    now = 1_000.0
    monkeypatch.setattr(garbage, "time", SimpleNamespace(monotonic=lambda: now))
    stores = OutOfSight(keeper, LogFanOut(()), MetricFanOut(()))
    store = SimpleNamespace(revision=0)
    with CollectingAtIdle(store) as collecting:
        stores.consume(batch_of(100))
        dead = weakref.ref(keeper.held[0])
        keeper.held.clear()
        store.revision += 1
        collecting._look()  # it arrived
        now += passed

        collecting._look()  # nothing more did

        assert (dead() is None) == is_freed


async def test_what_is_read_for_long_is_out_of_sight_while_the_collector_rests(
    keeper: Keeper,
) -> None:
    """A collection that walked it would hold the next key; elsewhere nothing changes."""
    with out_of_sight():
        seen = Node()
    assert in_sight(seen)
    with CollectingAtIdle(), out_of_sight():
        keeper.held.append(Node())
    assert in_sight(keeper.held[0])  # at the end everything is seen again
    with CollectingAtIdle():
        with out_of_sight():
            keeper.held.append(Node())
        assert not in_sight(keeper.held[-1])
