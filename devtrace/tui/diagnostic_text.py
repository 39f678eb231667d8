"""What is wrong with a sender and how to mend it, and what came from whom, as lines."""

from collections.abc import Iterator, Mapping
from itertools import islice

from devtrace.model.time import duration_text
from devtrace.otlp.signals import Signal
from devtrace.receivers.diagnoses import Diagnosis
from devtrace.receivers.sender import Traffic
from devtrace.session import Endpoints, Session
from devtrace.tui.attribute_text import local_moment
from devtrace.tui.sheet import Line, Sheet
from devtrace.tui.text import display
from devtrace.tui.theme import Mark, Palette

_MAX_NAMES = 3
_MAX_REASONS = 20
_ITEMS = {Signal.TRACES: "span", Signal.LOGS: "record", Signal.METRICS: "data point"}


def counted(count: int, noun: str) -> str:
    """Return a number of things in words."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def who(diagnosis: Diagnosis) -> str:
    """Return how the sender of *diagnosis* is called in one line."""
    sender = str(diagnosis.sender)
    return f"{diagnosis.service_name} · {sender}" if diagnosis.service_name else sender


def age(diagnosis: Diagnosis, now_unix_nano: int) -> str:
    """Return how long ago it was met last."""
    elapsed = max(0, now_unix_nano - diagnosis.last_unix_nano)
    return f"{duration_text(elapsed - elapsed % 1_000_000_000)} ago"


def remedies(diagnosis: Diagnosis, endpoints: Endpoints) -> tuple[str, ...]:
    """Return what to change, and then how in each language where that differs."""
    return diagnosis.diagnostic.remedies(
        grpc_port=endpoints.grpc_port, http_port=endpoints.http_port
    )


def plain_text(diagnosis: Diagnosis, endpoints: Endpoints) -> str:
    """Return all of *diagnosis* as text to be pasted somewhere."""
    diagnostic = diagnosis.diagnostic
    lines = (
        f"{diagnostic.sentence} ({diagnostic.id})",
        f"{who(diagnosis)}, ×{diagnosis.count}",
        diagnosis.example,
        *remedies(diagnosis, endpoints),
    )
    return "\n".join(lines) + "\n"


class DiagnosticText:
    """Writes the detail of the panel.

    Args:
        palette: The styles of the current theme.
        width: Cells of a line.
    """

    def __init__(self, *, palette: Palette, width: int) -> None:
        self._palette = palette
        self._width = max(20, width)
        self._sheet = Sheet(palette, self._width)

    def lines(self, diagnosis: Diagnosis, endpoints: Endpoints) -> list[Line]:
        """Return all of *diagnosis*."""
        return list(self._lines(diagnosis, endpoints))

    def _lines(self, diagnosis: Diagnosis, endpoints: Endpoints) -> Iterator[Line]:
        palette, sheet = self._palette, self._sheet
        diagnostic = diagnosis.diagnostic
        yield from sheet.paragraph(f"{Mark.FINDING} {diagnostic.sentence}", palette.warning)
        yield []
        remedy, *in_code = remedies(diagnosis, endpoints)
        yield from sheet.paragraph(remedy, palette.strong)
        if in_code:
            yield []
            yield from sheet.pairs(dict(each.split(": ", 1) for each in in_code))
        yield from self._pairs(
            "Seen",
            {
                "example": diagnosis.example,
                "how often": str(diagnosis.count),
                "first": local_moment(diagnosis.first_unix_nano),
                "last": local_moment(diagnosis.last_unix_nano),
            },
        )
        yield from self._pairs(
            "Sender",
            {
                "service.name": diagnosis.service_name or "not known",
                "protocol": diagnosis.sender.protocol,
                "address": diagnosis.sender.peer,
                "User-Agent": diagnosis.sender.user_agent or "none",
            },
        )
        yield from self._pairs("Diagnostic", {"id": diagnostic.id})

    def counters(self, session: Session) -> list[Line]:
        """Return everything that is counted of *session*, in all and by sender."""
        return list(self._counters(session))

    def _counters(self, session: Session) -> Iterator[Line]:
        received, store, logs = session.counters, session.store.counters, session.logs.counters
        yield [
            (
                display("Everything received, and what became of it", self._width),
                self._palette.strong,
            )
        ]
        yield from self._pairs(
            "Spans",
            {
                "accepted": str(received.accepted_spans),
                "refused": str(received.refused_spans.total),
                "duplicates": str(store.duplicate_spans),
                "evicted": f"{store.evicted_spans} of {counted(store.evicted_traces, 'trace')}",
                "truncated": str(store.truncated_spans),
            },
        )
        yield from self._pairs(
            "Log records",
            {
                "accepted": str(received.accepted_logs),
                "duplicates": str(logs.duplicate_records),
                "evicted": str(logs.evicted_records),
                "too large": str(logs.oversized_records),
            },
        )
        metrics = session.metrics.counters
        series = f", all of {metrics.evicted_series} series" if metrics.evicted_series else ""
        yield from self._pairs(
            "Data points",
            {
                "accepted": str(received.accepted_points),
                "refused": str(received.refused_points.total),
                "duplicates": str(metrics.duplicate_points),
                "evicted": f"{metrics.evicted_points}{series}",
                "too large": str(metrics.oversized_points),
            },
        )
        yield from self._pairs(
            "Requests",
            {
                "read": str(received.requests.total()),
                "could not be decoded": str(received.malformed_requests),
                "turned away unread": str(received.refused_requests),
                "broken off": str(received.aborted_requests),
                "failed in devtrace": str(received.internal_errors),
            },
        )
        yield from self._reasons(received.problems.counts, others=received.problems.others)
        for sender, traffic in received.senders.items():
            yield from self._traffic(str(sender), traffic)
        if any(_by_signal(received.unlisted_senders)) or received.unlisted_senders.turned_away:
            yield from self._traffic("other senders", received.unlisted_senders)

    def _reasons(self, counts: Mapping[str, int], *, others: int) -> Iterator[Line]:
        yield from self._sheet.section("Reasons", len(counts), 0)
        in_order = sorted(counts.items(), key=lambda pair: -pair[1])
        for sentence, count in islice(in_order, _MAX_REASONS):
            yield from self._sheet.paragraph(
                f"×{count} {sentence}", self._palette.text, indent=2
            )
        others += sum(count for _, count in in_order[_MAX_REASONS:])
        if others:
            yield [(f"  ×{others} for other reasons", self._palette.muted)]

    def _traffic(self, name: str, traffic: Traffic) -> Iterator[Line]:
        texts = dict(_by_signal(traffic))
        if traffic.turned_away:
            texts["turned away"] = counted(traffic.turned_away, "request")
        first, rest = list(traffic.service_names)[:_MAX_NAMES], len(traffic.service_names)
        service = ", ".join(first) + (
            f" and {rest - len(first)} more" if rest > len(first) else ""
        )
        yield from self._pairs(f"{service} · {name}" if service else name, texts)

    def _pairs(self, title: str, texts: Mapping[str, str]) -> Iterator[Line]:
        yield []
        yield from self._sheet.paragraph(title, self._palette.accent)
        yield from self._sheet.pairs(texts)


def _by_signal(traffic: Traffic) -> Iterator[tuple[str, str]]:
    """Yield for each signal that was sent what became of it."""
    for signal in Signal:
        if requests := traffic.requests[signal]:
            parts = [counted(requests, "request")]
            if accepted := traffic.accepted[signal]:
                parts.append(counted(accepted, _ITEMS[signal]))
            if refused := traffic.refused[signal]:
                parts.append(f"{refused} refused")
            if malformed := traffic.malformed[signal]:
                parts.append(f"{malformed} undecodable")
            yield signal, ", ".join(parts)
