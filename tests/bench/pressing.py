"""Keys pressed in a pseudo-terminal, and how long until they show.

A key is timed until the first bytes come that show what it did: a word that only its
effect writes where spans arrive meanwhile, any bytes where nothing else changes.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from tests.bench import running
from tests.bench.row import Row, percentile
from tests.bench.running import Screen

LIVE = "● live".encode()
"""What the list of traces says of itself, whenever it is shown."""
WELCOME = b"OTEL_EXPORTER"
_ROOT = b"/gateway"
"""In the name of every root of a load."""
_WARM_UP_SECONDS = 3.0
"""Within which a load has prepared itself and is under way."""
_ORDINARY: Final[Mapping[str, float]] = {"spans_per_trace": 16}


def key_rows(rates: Sequence[int], count: int) -> Iterator[Row]:
    """Measure from a key to the bytes that show what it did, while spans arrive.

    Args:
        rates: Spans a second.
        count: How many keys are pressed at each.
    """
    chance = random.Random(1)  # noqa: S311  # no secret
    idle = 0.0
    for name, rate, shape in (
        ("nothing arriving", None, _ORDINARY),
        *((f"{rate:,} spans/s", rate, _ORDINARY) for rate in rates),
        ("flood", 0, _ORDINARY),
        ("flood of one span per trace", 0, {"spans_per_trace": 1}),
        ("flood of 5,000 spans per trace", 0, {"spans_per_trace": 5_000}),
        ("flood of one trace for all", 0, {"one_trace": True}),
    ):
        ports = running.free_ports()
        with Screen(ports) as screen:
            screen.wait_for(WELCOME)
            running.wait_for_grpc(ports.grpc)
            fill(screen, ports, spans=512)
            load = None
            if rate is not None:
                load = running.loading(ports, rate=rate, seconds=0, **shape)
                screen.read_for(_WARM_UP_SECONDS)
            taken = _toggled(screen, count, chance)
            told = running.stop(load) if load is not None else {}
        idle = idle or median(taken)
        arrived = ""
        if told:
            refused = told["refused"] + told["failed"]
            arrived = f" ({told['spans_per_second']:,.0f}/s, {refused} refused)"
        for figure, value, reach in (
            ("p50", median(taken), ""),
            ("p99", percentile(taken, 0.99), "≤ 40 ms" if rate == max(rates) else ""),
            ("max", max(taken), "≤ 100 ms" if rate == 0 else ""),
        ):
            yield Row(
                name=f"key to paint, {name}{arrived}, {figure}",
                value=1000 * value,
                unit="ms",
                baseline="p50 with nothing arriving",
                baseline_value=1000 * idle,
                samples=len(taken),
                reach=reach,
            )


def _toggled(screen: Screen, count: int, chance: random.Random) -> list[float]:
    """Pause the list and let it go on, again and again; return how long each took to show."""
    taken = []
    for number in range(count):
        screen.read_for(chance.uniform(0.03, 0.13))
        taken.append(screen.seconds_until(" ", LIVE if number % 2 else b"paused"))
    if count % 2:
        screen.seconds_until(" ", LIVE)
    return taken


def pressed(screen: Screen, pair: tuple[str, str], count: int) -> list[float]:
    """Press two keys that undo each other in turn; return how long each took to show."""
    return [screen.seconds_until_drawn(pair[number % 2]) for number in range(count)]


def fill(
    screen: Screen, ports: running.Ports, *, spans: int, spans_per_trace: int = 16
) -> None:
    """Send so many spans and wait until the screen is at rest."""
    load = running.loading(
        ports,
        spans=spans,
        seconds=0,
        spans_per_trace=spans_per_trace,
        batch=min(spans, 4096 if spans_per_trace > 1 else 512),
        workers=1,
        # The same trace each time: an error's text would push what is waited for off the screen.
        errors=0,
        seed=1,
    )
    screen.wait_for(_ROOT)
    while load.poll() is None:
        screen.read_for(0.05)
    running.summary(load)
    screen.read_for(0.5)
