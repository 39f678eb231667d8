"""What happens in a session, told once each: for whoever reads a stream instead of a screen.

The store pushes nothing, so this pulls: what became of traces several times a second,
what was refused or evicted once a second.  It remembers traces only while the store
holds them.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from devtrace.cli.trace_row import counted, json_fields, live_line, trace_row
from devtrace.model.text import printable
from devtrace.model.trace import Trace
from devtrace.receivers.diagnoses import Diagnosis
from devtrace.session import Endpoints, Session

SETTLED_NANO = 2_000_000_000
"""A trace is told this long after its newest span."""

COUNTS_NANO = 1_000_000_000
"""Counts are told at most this often."""

_SPARE_TRACES = 1_000


class Event(NamedTuple):
    """Something to tell."""

    name: str
    fields: dict[str, Any]
    """What is known of it, as JSON has it."""
    text: str
    """The same as a line for people."""
    is_data: bool = False
    """Whether that line is data, rather than a remark on it."""


class EventStream:
    """Turns a running session into events.

    Args:
        session: An entered session.
        clock: Unix nanoseconds now.
    """

    def __init__(self, session: Session, *, clock: Callable[[], int] = time.time_ns) -> None:
        self._session = session
        self._clock = clock
        self._revision = 0
        self._unsettled: dict[str, None] = {}
        self._told: dict[str, tuple[int, int]] = {}  # arrival and spans, by trace id
        self._counted_at = 0
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._reasons_of_points: Counter[str] = Counter()
        self._problems: Counter[str] = Counter()
        self._diagnosed = 0

    def listening(self) -> Event:
        """Return what a reader waits for before it sends."""
        endpoints = self._session.endpoints
        return Event(
            "listening",
            {"grpc": endpoints.grpc, "http": endpoints.http},
            f"receiving on {endpoints.grpc} (gRPC) and {endpoints.http} (HTTP)",
        )

    def due(self) -> Iterator[Event]:
        """Yield what is to be told by now.

        May be left between two events and asked again: nothing is told twice or missed.
        """
        now = self._clock()
        yield from self._traces(settled_before=now - SETTLED_NANO)
        yield from self._diagnoses()
        if now - self._counted_at >= COUNTS_NANO:
            self._counted_at = now
            yield from self._count_changes()

    def rest(self) -> Iterator[Event]:
        """Yield all that was not told yet, settled or not; call it when nothing more comes."""
        yield from self._traces(settled_before=None)
        yield from self._diagnoses()
        yield from self._count_changes()
        spans = self._session.counters.accepted_spans
        traces = self._session.store.counters.received_traces
        yield Event(
            "stopped",
            {"spans": spans, "traces": traces},
            f"stopped after {counted(spans, 'span')} of {counted(traces, 'trace')}",
        )

    def _traces(self, *, settled_before: int | None) -> Iterator[Event]:
        store = self._session.store
        change = store.changes_since(self._revision)
        self._revision = change.revision
        self._unsettled.update(dict.fromkeys(change.updated))
        for trace_id in list(self._unsettled):
            totals = store.totals(trace_id)
            if totals is None:  # evicted, which is counted
                del self._unsettled[trace_id]
                continue
            if settled_before is not None and totals.last_received_unix_nano > settled_before:
                continue
            del self._unsettled[trace_id]
            state = totals.first_received_unix_nano, totals.span_count
            before = self._told.get(trace_id)
            trace = store.trace(trace_id)
            if state == before or trace is None:
                continue
            self._told[trace_id] = state
            yield _trace_event(trace, is_update=before is not None)
        if len(self._told) > 2 * len(store) + _SPARE_TRACES:
            self._told = {key: state for key, state in self._told.items() if key in store}

    def _diagnoses(self) -> Iterator[Event]:
        """Yield what was found wrong with a sender for the first time."""
        diagnoses = self._session.counters.diagnoses
        while self._diagnosed < len(diagnoses):
            diagnosis = diagnoses[self._diagnosed]
            self._diagnosed += 1
            yield _diagnostic_event(diagnosis, self._session.endpoints)

    def _count_changes(self) -> Iterator[Event]:
        store, received = self._session.store.counters, self._session.counters
        archive = self._session.archive
        now = Counter(
            refused=received.refused_spans.total,
            malformed=received.malformed_requests,
            turned_away=received.refused_requests,
            failed=received.internal_errors,
            evicted_traces=store.evicted_traces,
            evicted_spans=store.evicted_spans,
            refused_points=received.refused_points.total,
            evicted_logs=self._session.logs.counters.evicted_records,
            evicted_points=self._session.metrics.counters.evicted_points,
            evicted_series=self._session.metrics.counters.evicted_series,
            unwritten=archive.failed_batches if archive else 0,
        )
        grown = now - self._counts
        if not grown:
            return
        self._counts = now
        reasons = received.refused_spans.counts - self._reasons
        self._reasons = received.refused_spans.counts.copy()
        of_points = received.refused_points.counts - self._reasons_of_points
        self._reasons_of_points = received.refused_points.counts.copy()
        problems = received.problems.counts - self._problems - reasons - of_points
        self._problems = received.problems.counts.copy()
        if spans := grown["refused"]:
            fields = {"spans": spans, "reasons": dict(reasons)}
            yield Event("refused", fields, _with(counted(spans, "span"), reasons))
        if points := grown["refused_points"]:
            fields = {"points": points, "reasons": dict(of_points)}
            yield Event("refused", fields, _with(counted(points, "data point"), of_points))
        requests = {key: grown[key] for key in ("malformed", "turned_away", "failed")}
        if count := sum(requests.values()):
            fields = {"requests": count, **requests, "reasons": dict(problems)}
            yield Event("malformed", fields, _with(counted(count, "request"), problems))
        if traces := grown["evicted_traces"]:
            spans = grown["evicted_spans"]
            text = f"evicted {counted(traces, 'trace')} of {counted(spans, 'span')}: the oldest"
            yield Event("evicted", {"traces": traces, "spans": spans}, text)
        if records := grown["evicted_logs"]:
            text = f"evicted {counted(records, 'log record')}: the oldest"
            yield Event("evicted", {"logs": records}, text)
        if points := grown["evicted_points"]:
            series = grown["evicted_series"]
            text = f"evicted {counted(points, 'data point')}: the oldest"
            if series:
                text += f", with all of {series} series"
            yield Event("evicted", {"points": points, "series": series}, text)
        if archive and (batches := grown["unwritten"]):
            fields = {"batches": batches, "reason": archive.error}
            text = f"{batches} × not written to {archive.path}: {archive.error}"
            yield Event("unwritten", fields, text)


def _diagnostic_event(diagnosis: Diagnosis, endpoints: Endpoints) -> Event:
    diagnostic, sender = diagnosis.diagnostic, printable(str(diagnosis.sender))
    remedy, *in_code = diagnostic.remedies(
        grpc_port=endpoints.grpc_port, http_port=endpoints.http_port
    )
    service_name = printable(diagnosis.service_name)
    fields = {
        "id": diagnostic.id,
        "sender": sender,
        "service_name": service_name,
        "sentence": diagnostic.sentence,
        "remedy": ". ".join((remedy, *in_code)),
        "example": diagnosis.example,
    }
    who = f"{service_name} ({sender})" if service_name else sender
    text = f"{diagnostic.id}: {who}: {diagnosis.example}. {remedy}"
    return Event("diagnostic", fields, text)


def _trace_event(trace: Trace, *, is_update: bool) -> Event:
    row = trace_row(trace)
    fields, text = json_fields(row), live_line(row)
    if is_update:
        fields["updated"] = True
        text += "  (told again: more spans came)"
    return Event("trace", fields, text, is_data=True)


def _with(refused: str, reasons: Counter[str]) -> str:
    told = "; ".join(
        f"{printable(reason)} (×{times})" for reason, times in reasons.most_common()
    )
    return f"refused {refused}: {told}" if told else f"refused {refused}"
