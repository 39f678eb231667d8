"""When Python's collector of garbage may look, and at what.

A collection walks everything that it may collect, so the spans held would decide how
long a key waits for its answer.  They are no garbage while a store holds them, and what
a store lets go of is freed at once, so the collector never needs to see them.
"""

import asyncio
import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, Self

from devtrace.model.consumer import (
    LogBatch,
    LogConsumer,
    MetricBatch,
    MetricConsumer,
    SpanBatch,
    SpanConsumer,
)

GC_THRESHOLDS = (10_000, 50, 1_000_000)
"""Young generations are collected as they fill; the oldest only when nothing arrives."""
IDLE_SECONDS = 1.0
"""How long nothing must have arrived for that."""
WHOLE_SECONDS = 600.0
"""What is out of sight is looked at no more often: for a full ring that takes 0.1 to 0.2 s."""
_FEW = 64
"""So many traces, records or metrics may be stored before they are put out of sight."""


class Watched(Protocol):
    """A store that tells whether anything arrived."""

    @property
    def revision(self) -> int:
        """Grows with every change."""


@contextmanager
def out_of_sight() -> Iterator[None]:
    """Have the collector never walk what is made within: it is large, and stays for a while.

    What was garbage before is collected first.  Does nothing unless the collector rests,
    see `CollectingAtIdle`, which looks at all of it again in the end.
    """
    if gc.get_threshold() != GC_THRESHOLDS:
        yield
        return
    gc.collect(0)
    yield
    gc.freeze()


class OutOfSight:
    """Hands batches on, and puts what becomes of them where the collector never looks.

    What was garbage before is collected first, so that only what is alive is put there.

    Args:
        spans: Takes spans.
        logs: Takes log records.
        metrics: Takes metrics.
    """

    def __init__(self, spans: SpanConsumer, logs: LogConsumer, metrics: MetricConsumer) -> None:
        self._spans = spans
        self._logs = logs
        self._metrics = metrics
        self._in_sight = 0

    def consume(self, batch: SpanBatch) -> None:
        """Take spans."""
        with self._storing(batch.slices):
            self._spans.consume(batch)

    def consume_logs(self, batch: LogBatch) -> None:
        """Take log records."""
        with self._storing(batch.records):
            self._logs.consume_logs(batch)

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Take metrics."""
        with self._storing(batch.slices):
            self._metrics.consume_metrics(batch)

    @contextmanager
    def _storing(self, parts: Sequence[object]) -> Iterator[None]:
        self._in_sight += len(parts)
        if self._in_sight < _FEW:
            yield
            return
        gc.collect(0)
        yield
        gc.freeze()
        self._in_sight = 0


class CollectingAtIdle:
    """Keeps the collector from pausing the event loop while telemetry arrives.

    What exists by now is never looked at again.  The oldest generation is collected only
    after a second in which nothing arrived, and with it, every ten minutes at most, what
    was put out of sight: a screen that was open then and is closed now.  Leaving the
    context restores what was set before.

    Args:
        stores: Tell whether anything arrived.
    """

    def __init__(self, *stores: Watched) -> None:
        self._stores = stores
        self._thresholds = gc.get_threshold()
        self._seen = self._collected = self._revisions()
        self._whole_at = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def _revisions(self) -> list[int]:
        return [store.revision for store in self._stores]

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._look)

    def _look(self) -> None:
        revisions = self._revisions()
        _, _, middle_collections = gc.get_count()
        if revisions == self._seen and (middle_collections or revisions != self._collected):
            self._collect()
            self._collected = revisions
        self._seen = revisions
        self._wait()

    def _collect(self) -> None:
        now = time.monotonic()
        if now - self._whole_at < WHOLE_SECONDS:
            gc.collect()
            return
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._whole_at = now
