"""What both protocols do with a request once they hold its bytes.

gRPC and HTTP differ in how a request is read and an answer is written; everything
between is here, once.  Nothing that a sender writes raises: an answer is always
returned, and a defect of devtrace itself is one answer of many.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from devtrace.model.consumer import (
    LogBatch,
    LogConsumer,
    LogFanOut,
    MetricBatch,
    MetricConsumer,
    MetricFanOut,
    SpanBatch,
    SpanConsumer,
)
from devtrace.model.resource import ScopeInterner
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.otlp.json import (
    TranslatedJson,
    translate_logs,
    translate_metrics,
    translate_traces,
)
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code, MalformedError, shortened
from devtrace.receivers.counters import BoundedCounter, ReceiverCounters, Sender

ResultT = TypeVar("ResultT")

_LOGGER = logging.getLogger(__name__)
STOPPING = "devtrace is stopping"
"""What is said to requests that arrive too late."""

_MAX_JSON_BYTES_ON_LOOP = 256 * 1024
"""JSON beyond this is read in a thread: at about 30 ns a byte it would be seen on screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a sender is told, before it is written in its protocol."""

    code: Code = Code.OK
    message: str = ""
    """One sentence; empty on full success."""
    rejected_spans: int = 0
    """Spans refused of a request that was accepted otherwise."""
    rejected_points: int = 0
    """The same of metric data points."""
    field: str = ""
    """Path of the field that is wrong; empty when it is none in particular."""
    retry_after_seconds: int = 0
    """When to try again; 0 when that would not help."""


class Ingest:
    """Decodes requests, hands on what they hold and counts everything.

    Args:
        consumer: Takes the accepted spans before the request is acknowledged.
        log_consumer: The same for log records; without one they are only counted.
        metric_consumer: The same for metrics.
        clock: Tells the time of arrival in Unix nanoseconds.
    """

    def __init__(
        self,
        consumer: SpanConsumer,
        *,
        log_consumer: LogConsumer | None = None,
        metric_consumer: MetricConsumer | None = None,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self.counters = ReceiverCounters()
        self._consumer = consumer
        self._log_consumer = LogFanOut(()) if log_consumer is None else log_consumer
        self._metric_consumer = MetricFanOut(()) if metric_consumer is None else metric_consumer
        self._clock = clock
        self._interner = ScopeInterner()

    async def export(
        self, signal: Signal, body: bytes, *, is_json: bool, sender: Sender
    ) -> Answer:
        """Take one request.

        Args:
            signal: What it was sent as.
            body: Its bytes, decompressed.
            is_json: Whether they are OTLP/JSON rather than protobuf.
            sender: Who sent it.

        Returns:
            The answer; OK means that a query would find the spans by now.
        """
        self.counters.requests[sender.protocol, signal] += 1
        self.counters.request_bytes[sender.protocol, signal] += len(body)
        try:
            if signal is Signal.TRACES:
                return await self._take_traces(body, is_json=is_json, sender=sender)
            if signal is Signal.LOGS:
                return await self._take_logs(body, is_json=is_json)
            return await self._take_metrics(body, is_json=is_json, sender=sender)
        except MalformedError as error:
            return self.malformed(error, sender=sender)
        except Exception as error:  # noqa: BLE001  # a defect costs this request, not the receiver
            return self.internal_error(error, sender=sender)

    def malformed(self, error: MalformedError, *, sender: Sender) -> Answer:
        """Return the answer to a request that cannot be decoded, and count it."""
        self.counters.malformed_requests += 1
        message = shortened(str(error))
        self.counters.count_problem(message, sender)
        return Answer(code=Code.INVALID_ARGUMENT, message=message, field=error.field)

    def refuse(
        self, code: Code, message: str, *, sender: Sender, retry_after_seconds: int = 0
    ) -> Answer:
        """Return the answer to a request that is turned away unread, and count it."""
        self.counters.refused_requests += 1
        message = shortened(message)
        self.counters.count_problem(message, sender)
        return Answer(code=code, message=message, retry_after_seconds=retry_after_seconds)

    def internal_error(self, error: Exception, *, sender: Sender) -> Answer:
        """Return the answer to a request on which devtrace itself failed, and log why.

        A sender does not send such a request again, so that it cannot fail for ever.
        """
        _LOGGER.error(
            "a request over %s failed: a defect of devtrace", sender.protocol, exc_info=error
        )
        self.counters.internal_errors += 1
        message = (
            "devtrace failed on this request; it is a defect of devtrace, not of the sender"
        )
        self.counters.count_problem(message, sender)
        return Answer(code=Code.INTERNAL, message=message)

    async def _take_traces(self, body: bytes, *, is_json: bool, sender: Sender) -> Answer:
        refused: Counter[str] = Counter()
        if is_json:
            translated = await self._translated(translate_traces, body)
            body, refused = translated.payload, translated.refused
        decoded = decode_spans(body, scope_of=self._interner)
        if decoded.slices:
            self._consumer.consume(SpanBatch(decoded.slices, self._clock()))
        self.counters.accepted_spans += decoded.span_count
        refused.update(decoded.refused)
        if not refused:
            return Answer()
        self._count_refused(refused, self.counters.refused_spans, sender)
        total = refused.total()
        return Answer(
            message=f"{total} of {decoded.span_count + total} spans refused: "
            f"{_sentences(refused)}. "
            "A trace_id is 16 bytes, a span_id is 8, and neither is all zero",
            rejected_spans=total,
        )

    async def _take_metrics(self, body: bytes, *, is_json: bool, sender: Sender) -> Answer:
        if is_json:
            body = (await self._translated(translate_metrics, body)).payload
        decoded = decode_metrics(body, scope_of=self._interner)
        if decoded.slices:
            self._metric_consumer.consume_metrics(MetricBatch(decoded.slices))
        self.counters.accepted_points += decoded.point_count
        refused = decoded.refused
        if not refused:
            return Answer()
        self._count_refused(refused, self.counters.refused_points, sender)
        total = refused.total()
        return Answer(
            message=f"{total} of {decoded.point_count + total} data points refused: "
            f"{_sentences(refused)}. "
            "A metric is a gauge, sum, histogram, exponential histogram or summary",
            rejected_points=total,
        )

    def _count_refused(
        self, refused: Counter[str], counter: BoundedCounter[str], sender: Sender
    ) -> None:
        for reason, count in refused.items():
            counter.add(reason, count)
            self.counters.problems.add(reason)
        self.counters.problems_by_sender.add(sender)

    async def _take_logs(self, body: bytes, *, is_json: bool) -> Answer:
        if is_json:
            body = (await self._translated(translate_logs, body)).payload
        decoded = decode_logs(body, scope_of=self._interner)
        if decoded.records:
            self._log_consumer.consume_logs(LogBatch(decoded.records))
        self.counters.accepted_logs += len(decoded.records)
        self._note(decoded.notes)
        return Answer(message=_sentences(decoded.notes))

    async def _translated(
        self, translate: Callable[[bytes], TranslatedJson], body: bytes
    ) -> TranslatedJson:
        """Translate a JSON request and count what was not OTLP/JSON but taken as meant."""
        translated = await _off_loop_if_large(translate, body)
        self._note(translated.notes)
        return translated

    def _note(self, notes: Counter[str]) -> None:
        for note, count in notes.items():
            self.counters.notes.add(note, count)


async def _off_loop_if_large(read: Callable[[bytes], ResultT], body: bytes) -> ResultT:
    if len(body) <= _MAX_JSON_BYTES_ON_LOOP:
        return read(body)
    return await asyncio.to_thread(read, body)


def _sentences(counts: Counter[str]) -> str:
    """Return what was counted in one line, the most frequent first."""
    return "; ".join(
        sentence if count == 1 else f"{sentence} (×{count})"
        for sentence, count in counts.most_common()
    )
