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
from devtrace.model.resource import InstrumentationScope, ScopeInterner
from devtrace.model.scrutiny import SAMPLED_SPANS, Scrutiny
from devtrace.otlp import mistakes
from devtrace.otlp.decode import decode_spans
from devtrace.otlp.decode_logs import decode_logs
from devtrace.otlp.decode_metrics import decode_metrics
from devtrace.otlp.diagnostic import Diagnostic, Note
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code, MalformedError, shortened
from devtrace.receivers.counters import BoundedCounter, ReceiverCounters
from devtrace.receivers.sender import Sender
from devtrace.receivers.turns import Turns

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
        self._scrutiny = Scrutiny(clock=clock)
        self.turns = Turns()

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
        self.counters.traffic_of(sender).requests[signal] += 1
        try:
            if signal is Signal.TRACES:
                return await self._take_traces(body, is_json=is_json, sender=sender)
            if signal is Signal.LOGS:
                return await self._take_logs(body, is_json=is_json, sender=sender)
            return await self._take_metrics(body, is_json=is_json, sender=sender)
        except MalformedError as error:
            self.counters.traffic_of(sender).malformed[signal] += 1
            return self.malformed(error, sender=sender)
        except Exception as error:  # noqa: BLE001  # a defect costs this request, not the receiver
            return self.internal_error(error, sender=sender)

    def malformed(self, error: MalformedError, *, sender: Sender) -> Answer:
        """Return the answer to a request that cannot be decoded, and count it."""
        self.counters.malformed_requests += 1
        message = shortened(str(error))
        self.counters.count_problem(message, sender)
        self.counters.diagnose(error.diagnostic.note(message), sender)
        return Answer(code=Code.INVALID_ARGUMENT, message=message, field=error.field)

    def refuse(
        self,
        code: Code,
        message: str,
        *,
        sender: Sender,
        diagnostic: Diagnostic | None,
        retry_after_seconds: int = 0,
    ) -> Answer:
        """Return the answer to a request that is turned away unread, and count it.

        Args:
            code: How it fails.
            message: Why, and what to change.
            sender: Who sent it.
            diagnostic: What the sender did wrong; None if it did not.
            retry_after_seconds: When to try again; 0 when that would not help.
        """
        self.counters.refused_requests += 1
        self.counters.traffic_of(sender).turned_away += 1
        message = shortened(message)
        self.counters.count_problem(message, sender)
        if diagnostic is not None:
            self.counters.diagnose(diagnostic.note(message), sender)
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
        self.counters.diagnose(mistakes.DEVTRACE_DEFECT.note(message), sender)
        return Answer(code=Code.INTERNAL, message=message)

    async def _take_traces(self, body: bytes, *, is_json: bool, sender: Sender) -> Answer:
        refused: Counter[str] = Counter()
        notes: Counter[str] = Counter()
        if is_json:
            from devtrace.otlp.json import translate_traces

            translated = await _off_loop_if_large(translate_traces, body)
            body, refused, notes = translated.payload, translated.refused, translated.notes
        async with self.turns.mine():
            decoded = decode_spans(body, scope_of=self._interner)
            received = self._clock()
            async for slices in self.turns.portions(decoded.slices):
                self._consumer.consume(SpanBatch(slices, received))
        traffic = self.counters.traffic_of(sender)
        if decoded.slices:
            traffic.accepted[Signal.TRACES] += decoded.span_count
            self._recognize(sender, decoded.slices[0].scope)
            samples = 0 if is_json else SAMPLED_SPANS
            if odd := self._scrutiny.notes_on(decoded.slices, samples=samples):
                notes.update(odd)
        self.counters.accepted_spans += decoded.span_count
        refused.update(decoded.refused)
        if decoded.notes:
            notes.update(decoded.notes)
        if notes or refused:
            service_name = self._scrutiny.service_name_of(part.scope for part in decoded.slices)
            self._note(notes, sender=sender, service_name=service_name)
            for reason, count in refused.items():
                self.counters.diagnose(reason, sender, count=count, service_name=service_name)
        if not refused:
            return Answer()
        self._count_refused(refused, self.counters.refused_spans, Signal.TRACES, sender)
        total = refused.total()
        return Answer(
            message=f"{total} of {decoded.span_count + total} spans refused: "
            f"{_sentences(refused)}. "
            "A trace_id is 16 bytes, a span_id is 8, and neither is all zero",
            rejected_spans=total,
        )

    async def _take_metrics(self, body: bytes, *, is_json: bool, sender: Sender) -> Answer:
        notes: Counter[str] = Counter()
        if is_json:
            from devtrace.otlp.json import translate_metrics

            translated = await _off_loop_if_large(translate_metrics, body)
            body, notes = translated.payload, translated.notes
        async with self.turns.mine():
            decoded = decode_metrics(body, scope_of=self._interner)
            if decoded.slices:
                self._metric_consumer.consume_metrics(MetricBatch(decoded.slices))
        if decoded.slices:
            self._recognize(sender, decoded.slices[0].scope)
            notes.update(self._scrutiny.notes_on_metrics(decoded.slices))
        service_name = self._scrutiny.service_name_of(part.scope for part in decoded.slices)
        self._note(notes, sender=sender, service_name=service_name)
        self.counters.accepted_points += decoded.point_count
        self.counters.traffic_of(sender).accepted[Signal.METRICS] += decoded.point_count
        refused = decoded.refused
        if not refused:
            return Answer()
        for reason, count in refused.items():
            self.counters.diagnose(reason, sender, count=count, service_name=service_name)
        self._count_refused(refused, self.counters.refused_points, Signal.METRICS, sender)
        total = refused.total()
        return Answer(
            message=f"{total} of {decoded.point_count + total} data points refused: "
            f"{_sentences(refused)}. "
            "A metric is a gauge, sum, histogram, exponential histogram or summary",
            rejected_points=total,
        )

    def _count_refused(
        self,
        refused: Counter[str],
        counter: BoundedCounter[str],
        signal: Signal,
        sender: Sender,
    ) -> None:
        for reason, count in refused.items():
            counter.add(reason, count)
            self.counters.problems.add(reason)
        self.counters.problems_by_sender.add(sender)
        self.counters.traffic_of(sender).refused[signal] += refused.total()

    async def _take_logs(self, body: bytes, *, is_json: bool, sender: Sender) -> Answer:
        notes: Counter[str] = Counter()
        if is_json:
            from devtrace.otlp.json import translate_logs

            translated = await _off_loop_if_large(translate_logs, body)
            body, notes = translated.payload, translated.notes
        async with self.turns.mine():
            decoded = decode_logs(body, scope_of=self._interner)
            if decoded.records:
                self._log_consumer.consume_logs(LogBatch(decoded.records))
        if decoded.records:
            self._recognize(sender, decoded.records[0].scope)
            notes.update(self._scrutiny.notes_on_logs(decoded.records))
        self.counters.accepted_logs += len(decoded.records)
        self.counters.traffic_of(sender).accepted[Signal.LOGS] += len(decoded.records)
        notes.update(decoded.notes)
        service_name = self._scrutiny.service_name_of({each.scope for each in decoded.records})
        self._note(notes, sender=sender, service_name=service_name)
        return Answer(message=_sentences(decoded.notes))

    def _recognize(self, sender: Sender, scope: InstrumentationScope) -> None:
        """Note which service *sender* is, which sent *scope*."""
        self.counters.recognize(sender, self._scrutiny.service_name_of((scope,)))

    def note(self, sentence: Note, *, sender: Sender) -> None:
        """Count what a sender did otherwise than it should and was taken as meant."""
        self._note(Counter({sentence: 1}), sender=sender)

    def _note(self, notes: Counter[str], *, sender: Sender, service_name: str = "") -> None:
        for note, count in notes.items():
            self.counters.notes.add(note, count)
            self.counters.diagnose(note, sender, count=count, service_name=service_name)


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
