"""What is put out of the collector's sight in a flood is alive, and stays no longer than that."""

import gc

from devtrace.garbage import OutOfSight
from devtrace.model.consumer import LogFanOut, MetricFanOut
from devtrace.store.limits import Limits
from devtrace.store.ring import TraceStore
from tests.builders import a_batch, a_span
from tests.tui.rig import Rig, opened

BATCHES, SPANS = 20, 100


async def test_a_flood_leaves_no_garbage_out_of_sight() -> None:
    """Messages, frames and readings die while nobody looks; no batch may add to a heap of them."""
    store = TraceStore(Limits(max_spans=5 * SPANS))
    async with opened(store) as rig:
        out_of_sight = OutOfSight(store, LogFanOut(()), MetricFanOut(()))
        try:
            await flood(rig, out_of_sight, 0)
            left = [await flood(rig, out_of_sight, number) for number in (1, 2, 3)]
        finally:
            gc.unfreeze()

        assert min(left) < BATCHES


async def flood(rig: Rig, stores: OutOfSight, number: int) -> int:
    """Take batches of new traces while they are shown and walked; return what was garbage then."""
    for batch in range(BATCHES):
        traces = range(SPANS)
        stores.consume(a_batch(*(a_span("a", trace=f"{number}-{batch}-{t}") for t in traces)))
        await rig.press("j", "k")
    gc.collect(0)
    gc.unfreeze()
    return gc.collect()
