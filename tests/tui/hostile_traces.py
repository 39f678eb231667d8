"""Traces that nobody means to send and somebody does: each breaks an assumption."""

from collections.abc import Callable

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.store.ring import TraceStore
from tests.builders import a_batch, a_span

Shape = Callable[[int], list[Span]]
"""Makes spans of the trace `hostile`, about as many as it is told."""
_TRACE = "hostile"


def deep(count: int) -> list[Span]:
    """One chain."""
    parents = [None, *(str(number) for number in range(count))]
    return [
        a_span(str(number), trace=_TRACE, parent=parents[number], duration_ms=count)
        for number in range(count)
    ]


def wide(count: int) -> list[Span]:
    """One parent, and every other span its child; half of them look alike."""
    children = (
        a_span(
            str(number),
            trace=_TRACE,
            parent="root",
            start_ms=number,
            name="alike" if number % 2 else f"op {number}",
            status=2 if number % 10 == 0 else 0,
        )
        for number in range(1, count)
    )
    return [a_span("root", trace=_TRACE, duration_ms=count), *children]


def long_names(count: int) -> list[Span]:
    """Names of 10,000 characters, some of two cells, some that mean something to a terminal."""
    letters = ("x", "漢", "\x1b[31m", "e\u0301", "[bold]")
    return [
        a_span(
            str(number),
            trace=_TRACE,
            parent="0" if number else None,
            start_ms=number,
            name=(letters[number % 5] * 10_000)[:10_000],
            attributes={"k" * 1_000: letters[number % 5] * 1_000},
        )
        for number in range(count)
    ]


def rootless(count: int) -> list[Span]:
    """Every span is below one that never came."""
    return [
        a_span(str(number), trace=_TRACE, parent="never", start_ms=number)
        for number in range(count)
    ]


def orphans(count: int) -> list[Span]:
    """Every span is below another one that never came."""
    return [
        a_span(str(number), trace=_TRACE, parent=f"never {number}", start_ms=number)
        for number in range(count)
    ]


def cycles(count: int) -> list[Span]:
    """Spans in rings of four, and spans that are their own parents."""
    ring = {0: 3, 1: -1, 2: -1, 3: -1}
    return [
        a_span(
            str(number),
            trace=_TRACE,
            parent=str(number if number % 7 == 0 else number + ring[number % 4]),
            start_ms=number,
        )
        for number in range(count // 4 * 4)
    ]


def timeless(count: int) -> list[Span]:
    """No span has a start or an end."""
    return [
        a_span(
            str(number),
            trace=_TRACE,
            parent="0" if number else None,
            start_time_unix_nano=0,
            end_time_unix_nano=0,
        )
        for number in range(count)
    ]


def reversed_times(count: int) -> list[Span]:
    """Every span ends before it starts, and begins before its parent."""
    return [
        a_span(
            str(number),
            trace=_TRACE,
            parent=str(number // 2) if number else None,
            start_ms=count - number,
            duration_ms=-5,
        )
        for number in range(count)
    ]


def duplicates(count: int) -> list[Span]:
    """Three spans have each id, and children name it as their parent."""
    return [
        a_span(
            str(number // 3),
            trace=_TRACE,
            parent=str(number // 9) if number >= 3 else None,
            name=f"op {number}",
            start_ms=number,
        )
        for number in range(count)
    ]


SHAPES: dict[str, Shape] = {
    each.__name__: each
    for each in (
        deep,
        wide,
        long_names,
        rootless,
        orphans,
        cycles,
        timeless,
        reversed_times,
        duplicates,
    )
}


def fill(store: TraceStore, spans: list[Span], *, services: int = 3) -> None:
    """Give *spans* to a store, sent by so many services in turn."""
    for service in range(services):
        if of_service := spans[service::services]:
            store.consume(a_batch(*of_service, service=f"service {service}"))
