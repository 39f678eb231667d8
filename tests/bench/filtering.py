"""Filtering a list and finding in a trace, from the key to what the screen shows of it.

A query is pasted, so that it is one key.  How far a search is stands beside what is typed, and
those words tell when the first rows are there and when all are.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from tests.bench import running
from tests.bench.row import Row, percentile
from tests.bench.running import Screen

_WELCOME = b"OTEL_EXPORTER"
_QUERIES = {
    "a text": "declined",
    "a text in none": "nowhere-to-be-found",
    "a regular expression": 'name=~"^GET /(orders|users)"',
    "an attribute": ".http.response.status_code>=500",
    "a duration": "duration>150ms",
}
_TYPED = "declined"
_FOUND = "SELECT"
_PASTED = "\x1b[200~{}\x1b[201~"
_SOME = re.compile(rb"[1-9][\d ]* of [\d ]+ traces?")
_ALL = re.compile(rb"[\d ]+ of [\d ]+ traces? (?:[^ ]| [^s])")
"""Without the words that say that there is more to come."""
_FIRST_MATCH = re.compile(rb"[1-9]\d* of [1-9]")
_ROOMY = ("--max-bytes", "2GiB", "--max-spans", "2000000")
_BATCH_SPANS = 2048
_BETWEEN_KEYS_SECONDS = 0.09
"""A quick typist; longer than the pause after which what is typed is asked for."""


def filter_rows(span_count: int, repetitions: int, settling_seconds: float) -> Iterator[Row]:
    """Narrow a list of traces of 16 spans: first rows, all rows, and the keys meanwhile."""
    with _filled(span_count, spans_per_trace=16, settling_seconds=settling_seconds) as screen:
        for what, query in _QUERIES.items():
            is_found = "none" not in what
            moments = [_asked(screen, query, is_found=is_found) for _ in range(repetitions)]
            for figure, values, reach in (
                ("first rows", [first for first, _ in moments], "≤ 150 ms"),
                ("all rows", [last for _, last in moments], "≤ 1,500 ms"),
            )[not is_found :]:
                yield _row(f"filter {span_count:,} spans, {what}, {figure}", values, reach)
        taken = [seconds for _ in range(repetitions) for seconds in _typed(screen, _TYPED)]
        name = f"filter {span_count:,} spans, key while it is typed, max"
        yield _row(name, taken, "≤ 50 ms", figure=max(taken))


def list_rows(
    counts: Sequence[int], repetitions: int, settling_seconds: float
) -> Iterator[Row]:
    """Narrow lists of traces of one span, which cost more for each trace than for its bytes."""
    smallest = 0.0
    for count in counts:
        with _filled(count, spans_per_trace=1, settling_seconds=settling_seconds) as screen:
            moments = [
                _asked(screen, "nowhere-to-be-found", is_found=False)[1]
                for _ in range(repetitions)
            ]
        smallest = smallest or median(moments)
        yield _row(
            f"list of {count:,} traces, filter, all rows",
            moments,
            baseline=f"list of {counts[0]:,}",
            baseline_seconds=smallest,
        )


def find_rows(
    counts: Sequence[int], repetitions: int, keys: int, settling_seconds: float
) -> Iterator[Row]:
    """Find spans of one trace, and go from one to the next."""
    smallest: dict[str, float] = {}
    for count in counts:
        found, gone = [], []
        with _filled(count, spans_per_trace=count, settling_seconds=settling_seconds) as screen:
            screen.seconds_until("\r", b"trace id")
            screen.rest(0.3)
            for _ in range(repetitions):
                screen.seconds_until_drawn("/")
                screen.rest(0.1)
                found += screen.moments_of(_PASTED.format(_FOUND), _FIRST_MATCH)
                screen.seconds_until_drawn("\r")
                gone += [screen.seconds_until_drawn("nN"[number % 2]) for number in range(keys)]
                screen.seconds_until_drawn("/")
                screen.seconds_until_drawn("\x1b")
                screen.rest(0.3)
        for what, values, figure in (
            ("first match", found, median(found)),
            ("next match, p99", gone, percentile(gone, 0.99)),
        ):
            least = smallest.setdefault(what, figure)
            yield _row(
                f"trace of {count:,} spans, find, {what}",
                values,
                figure=figure,
                baseline=f"trace of {counts[0]:,}",
                baseline_seconds=least,
            )


@contextmanager
def _filled(
    span_count: int, *, spans_per_trace: int, settling_seconds: float
) -> Iterator[Screen]:
    """Run devtrace in a terminal with so many spans in its ring."""
    ports = running.free_ports()
    with Screen(ports, *_ROOMY) as screen:
        screen.wait_for(_WELCOME)
        running.wait_for_grpc(ports.grpc)
        load = running.loading(
            ports,
            spans=span_count,
            seconds=0,
            spans_per_trace=spans_per_trace,
            batch=min(span_count, _BATCH_SPANS),
            workers=1,
            seed=1,
        )
        while load.poll() is None:
            screen.read_for(0.05)
        running.summary(load)
        screen.read_for(settling_seconds)
        yield screen


def _asked(screen: Screen, query: str, *, is_found: bool) -> tuple[float, float]:
    """Filter by *query* and take it away again; return the seconds to first and all rows."""
    screen.seconds_until_drawn("/")
    screen.rest(0.1)
    first, last = screen.moments_of(_PASTED.format(query), _SOME if is_found else _ALL, _ALL)
    screen.rest(0.1)
    screen.seconds_until_drawn("\x1b")
    screen.rest(0.1)
    return first, last


def _typed(screen: Screen, text: str) -> list[float]:
    """Type *text*; return how long each character took to show, while a search goes on."""
    screen.seconds_until_drawn("/")
    screen.rest(0.1)
    taken = []
    for number, letter in enumerate(text, 1):
        taken.append(screen.seconds_until(letter, text[:number].encode()))
        screen.read_for(_BETWEEN_KEYS_SECONDS)
    screen.rest(0.1)
    screen.seconds_until_drawn("\x1b")
    screen.rest(0.3)
    return taken


def _row(
    name: str,
    seconds: Sequence[float],
    reach: str = "",
    *,
    figure: float | None = None,
    baseline: str = "a frame of 1/60 s",
    baseline_seconds: float = 1 / 60,
) -> Row:
    return Row(
        name=name,
        value=1000 * (median(seconds) if figure is None else figure),
        unit="ms",
        baseline=baseline,
        baseline_value=1000 * baseline_seconds,
        samples=len(seconds),
        reach=reach,
    )
