"""The rows of the table; each function measures those of one question."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from devtrace.load.requests import RequestSource
from devtrace.load.shape import Shape
from tests.bench import filtering, json_cost, pressing, running, scanning, store
from tests.bench.growth import growth
from tests.bench.hostile import hostile
from tests.bench.row import Row, percentile
from tests.bench.running import Screen

_BARE = "bare parse"
_PAGE_DOWN, _PAGE_UP = "\x1b[6~", "\x1b[5~"
_ROOMY = ("--max-bytes", "2GiB", "--max-spans", "2000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured: everything, or just enough to see that it can be."""

    repetitions: int = 5
    requests: int = 100
    held_spans: int = 200_000
    rings: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    hostile_bytes: int = 64 << 20
    batches: tuple[int, ...] = (1, 10, 100, 512)
    seconds: float = 4
    rates: tuple[int, ...] = (5_000, 20_000, 50_000)
    keys: int = 100
    lists: tuple[int, ...] = (1_000, 10_000, 100_000)
    traces: tuple[int, ...] = (1_000, 10_000, 50_000)
    scanned_spans: int = 100_000
    filtered_spans: int = 500_000
    settling_seconds: float = 2.5
    """After which a trace changes no more by itself."""


TINY = Size(
    repetitions=1,
    requests=2,
    held_spans=2_000,
    rings=(1_000, 2_000),
    hostile_bytes=1 << 20,
    batches=(64,),
    seconds=0.2,
    rates=(1_000,),
    keys=2,
    lists=(20,),
    traces=(20,),
    scanned_spans=2_000,
    filtered_spans=6_400,
    settling_seconds=0,
)


def storing(size: Size) -> Iterator[Row]:
    """Decode and store, and what is held, against the bytes themselves."""
    for state, ratio in store.cost_of_storing(size.repetitions).items():
        yield Row(
            name=f"decode and store, ring {state}",
            value=ratio,
            unit="parses",
            baseline=_BARE,
            baseline_value=1,
            samples=size.repetitions,
            reach="≤ 3.0",
        )
    program = (
        "from tests.bench.store import bytes_held\n"
        f"print(bytes_held({size.held_spans})['resident'])"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    yield Row(
        name="bytes held, resident",
        value=float(told.stdout),
        unit="bytes",
        baseline="byte on the wire",
        baseline_value=1,
        reach="≤ 1.35",
    )


def _parsed_per_second(size: Size, batch: int) -> float:
    """Return how many spans of the load a bare parse takes in a second."""
    source = RequestSource(Shape(), batch=batch, seed=1)
    requests = source.requests()
    rates = []
    for _ in range(size.repetitions):
        some = [next(requests) for _ in range(max(1, size.requests * 512 // batch // 8))]
        begun = time.perf_counter()
        for request in some:
            ExportTraceServiceRequest.FromString(request.body)
        rates.append(sum(each.span_count for each in some) / (time.perf_counter() - begun))
    return median(rates)


def receiving(size: Size) -> Iterator[Row]:
    """Spans a second over both protocols, without a screen and with one."""
    for batch in size.batches:
        bare = _parsed_per_second(size, batch)
        for protocol in ("grpc", "http/protobuf"):
            for has_screen in (False, True):
                told = _flood(size, protocol, batch, has_screen=has_screen)
                refused = told["refused"] + told["failed"]
                yield Row(
                    name=f"{protocol}, batches of {batch}, UI {'on' if has_screen else 'off'}"
                    + f", {refused} refused" * bool(refused),
                    value=told["spans_per_second"],
                    unit="spans/s",
                    baseline=_BARE,
                    baseline_value=bare,
                    reach="≥ 100,000" if has_screen and batch == 512 else "",
                )


def _flood(size: Size, protocol: str, batch: int, *, has_screen: bool) -> dict[str, Any]:
    if not has_screen:
        with running.serving() as ports:
            return running.summary(
                running.loading(ports, protocol, batch=batch, seconds=size.seconds)
            )
    ports = running.free_ports()
    with Screen(ports) as screen:
        screen.wait_for(pressing.WELCOME)
        running.wait_for_grpc(ports.grpc)
        load = running.loading(ports, protocol, batch=batch, seconds=size.seconds)
        while load.poll() is None:
            screen.read_for(0.05)
        return running.summary(load)


def keys(size: Size) -> Iterator[Row]:
    """From a key to the bytes that show what it did, while spans arrive."""
    return pressing.key_rows(size.rates, size.keys)


def lists(size: Size) -> Iterator[Row]:
    """A list of many traces: shown, scrolled, moved in."""
    smallest: dict[str, float] = {}
    for count in size.lists:
        ports = running.free_ports()
        with Screen(ports, *_ROOMY) as screen:
            screen.wait_for(pressing.WELCOME)
            running.wait_for_grpc(ports.grpc)
            pressing.fill(screen, ports, spans=count, spans_per_trace=1)
            shown = []
            for _ in range(size.repetitions):
                screen.seconds_until_drawn("4")
                shown.append(screen.seconds_until_drawn("1"))
            screen.read_for(size.settling_seconds)
            paged = pressing.pressed(screen, (_PAGE_DOWN, _PAGE_UP), size.keys)
            moved = pressing.pressed(screen, ("j", "k"), size.keys)
            jumped = pressing.pressed(screen, ("G", "g"), size.keys)
        for what, figure, value, samples, reach in (
            ("shown again", "p50", median(shown), len(shown), ""),
            ("page", "p99", percentile(paged, 0.99), len(paged), "≤ 35 ms"),
            ("line", "p99", percentile(moved, 0.99), len(moved), "≤ 35 ms"),
            ("end and top", "p99", percentile(jumped, 0.99), len(jumped), "≤ 35 ms"),
        ):
            least = smallest.setdefault(what, value)
            yield Row(
                name=f"list of {count:,} traces, {what}, {figure}",
                value=1000 * value,
                unit="ms",
                baseline=f"list of {size.lists[0]:,}",
                baseline_value=1000 * least,
                samples=samples,
                reach=reach,
            )


def traces(size: Size) -> Iterator[Row]:
    """One large trace: opened, scrolled, folded."""
    smallest: dict[str, float] = {}
    for count in size.traces:
        ports = running.free_ports()
        with Screen(ports, *_ROOMY) as screen:
            screen.wait_for(pressing.WELCOME)
            running.wait_for_grpc(ports.grpc)
            pressing.fill(screen, ports, spans=count, spans_per_trace=count)
            screen.read_for(size.settling_seconds)
            opened, folded = [], []
            for _ in range(size.repetitions):
                screen.rest()
                opened.append(screen.seconds_until("\r", b"trace id"))
                screen.rest()
                screen.seconds_until("\x7f", pressing.LIVE)
            screen.seconds_until("\r", b"trace id")
            paged = pressing.pressed(screen, (_PAGE_DOWN, _PAGE_UP), size.keys)
            for _ in range(size.repetitions):
                folded.append(screen.seconds_until_drawn("{"))
                screen.seconds_until_drawn("}")
        reaches = {10_000: "≤ 100 ms", 50_000: "≤ 350 ms"}
        for what, value, samples, reach in (
            ("open", median(opened), len(opened), reaches.get(count, "")),
            ("page, p99", percentile(paged, 0.99), len(paged), ""),
            ("fold all", median(folded), len(folded), ""),
        ):
            least = smallest.setdefault(what, value)
            yield Row(
                name=f"trace of {count:,} spans, {what}",
                value=1000 * value,
                unit="ms",
                baseline=f"trace of {size.traces[0]:,}",
                baseline_value=1000 * least,
                samples=samples,
                reach=reach,
            )


def starting(size: Size) -> Iterator[Row]:
    """From the command to the first connection, the first answer, the first paint."""
    with Screen(running.free_ports()) as screen:  # compiles what was changed
        screen.wait_for(pressing.WELCOME)
        screen.rest()
    found: dict[str, list[float]] = {}
    bare = []
    for _ in range(2 * size.repetitions):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        bare.append(time.perf_counter() - begun)
        ports = running.free_ports()
        with Screen(ports) as screen:
            moments: dict[str, float] = {}
            waiting = [
                threading.Thread(target=_note, args=(moments, what, wait, port))
                for what, wait, port in (
                    ("HTTP connectable", running.wait_for_connection, ports.http),
                    ("gRPC answers", running.wait_for_grpc, ports.grpc),
                )
            ]
            for thread in waiting:
                thread.start()
            moments["first paint"] = screen.wait_for(pressing.WELCOME)
            for thread in waiting:
                thread.join()
            for what, moment in moments.items():
                found.setdefault(what, []).append(moment - screen.started)
    reaches = {
        "HTTP connectable": "≤ 60 ms",
        "gRPC answers": "≤ 250 ms",
        "first paint": "≤ 350 ms",
    }
    for what, reach in reaches.items():
        yield Row(
            name=f"start to {what}",
            value=1000 * median(found[what]),
            unit="ms",
            baseline="python -c pass",
            baseline_value=1000 * median(bare),
            samples=len(found[what]),
            reach=reach,
        )


def _note(
    moments: dict[str, float], what: str, wait: Callable[[int], float], port: int
) -> None:
    moments[what] = wait(port)


def json(size: Size) -> Iterator[Row]:
    """Take OTLP/JSON."""
    return json_cost.json_rows(size.requests, size.repetitions)


def scan(size: Size) -> Iterator[Row]:
    """Put queries to everything that is held, without a screen."""
    return scanning.scan_rows(size.scanned_spans, size.repetitions)


def filters(size: Size) -> Iterator[Row]:
    """Narrow a list while one looks at it."""
    yield from filtering.filter_rows(
        size.filtered_spans, size.repetitions, size.settling_seconds
    )
    yield from filtering.list_rows(size.lists, size.repetitions, size.settling_seconds)


def find(size: Size) -> Iterator[Row]:
    """Find spans of one trace."""
    return filtering.find_rows(size.traces, size.repetitions, size.keys, size.settling_seconds)


MEASURES: dict[str, Callable[[Size], Iterator[Row]]] = {
    "storing": storing,
    "growth": growth,
    "hostile": hostile,
    "receiving": receiving,
    "keys": keys,
    "lists": lists,
    "traces": traces,
    "starting": starting,
    "json": json,
    "scan": scan,
    "filter": filters,
    "find": find,
}
