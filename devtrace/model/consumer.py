"""The joint of the pipeline: whatever takes a signal has one method for it.

Receivers, files and replays all hand their spans to a `SpanConsumer`, their log records
to a `LogConsumer` and their metrics to a `MetricConsumer`, so there is one road, and a
test double is any object with that method.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from devtrace.model.resource import InstrumentationScope
from devtrace.otlp.decode import TraceSlice
from devtrace.otlp.decode_logs import WireLog
from devtrace.otlp.decode_metrics import MetricSlice


@dataclass(frozen=True, slots=True)
class SpanBatch:
    """Spans that arrived together: what one request or one line of a file held."""

    slices: Sequence[TraceSlice[InstrumentationScope]]
    """The spans by trace and scope."""
    received_unix_nano: int
    """When they arrived; 0 when they come from a file."""


class SpanConsumer(Protocol):
    """Takes batches of accepted spans.

    `consume` runs on the event loop, returns when the spans would be found by a
    query, and raises for nothing that a batch can contain.  It must not change the
    batch or its payloads, which other consumers share.
    """

    def consume(self, batch: SpanBatch) -> None:
        """Take *batch*."""


class FanOut:
    """Hands each batch to several consumers, in order.

    Args:
        consumers: The first is asked first; the store belongs there.
    """

    def __init__(self, consumers: Sequence[SpanConsumer]) -> None:
        self._consumers = tuple(consumers)

    def consume(self, batch: SpanBatch) -> None:
        """Take *batch* to every consumer."""
        for consumer in self._consumers:
            consumer.consume(batch)


@dataclass(frozen=True, slots=True)
class LogBatch:
    """Log records that arrived together; never empty."""

    records: Sequence[WireLog[InstrumentationScope]]
    """In the order in which they were sent."""


class LogConsumer(Protocol):
    """Takes batches of log records, on the terms of a `SpanConsumer`."""

    def consume_logs(self, batch: LogBatch) -> None:
        """Take *batch*."""


class LogFanOut:
    """Hands each batch of log records to several consumers, in order.

    Args:
        consumers: The first is asked first; the store belongs there.
    """

    def __init__(self, consumers: Sequence[LogConsumer]) -> None:
        self._consumers = tuple(consumers)

    def consume_logs(self, batch: LogBatch) -> None:
        """Take *batch* to every consumer."""
        for consumer in self._consumers:
            consumer.consume_logs(batch)


@dataclass(frozen=True, slots=True)
class MetricBatch:
    """Metrics that arrived together; never empty."""

    slices: Sequence[MetricSlice[InstrumentationScope]]
    """The data points by metric, in the order in which they were sent."""


class MetricConsumer(Protocol):
    """Takes batches of metrics, on the terms of a `SpanConsumer`."""

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Take *batch*."""


class MetricFanOut:
    """Hands each batch of metrics to several consumers, in order.

    Args:
        consumers: The first is asked first; the store belongs there.
    """

    def __init__(self, consumers: Sequence[MetricConsumer]) -> None:
        self._consumers = tuple(consumers)

    def consume_metrics(self, batch: MetricBatch) -> None:
        """Take *batch* to every consumer."""
        for consumer in self._consumers:
            consumer.consume_metrics(batch)
