"""devtrace's UI over a real store, with a shop that opens at once, and a screen to read."""

import io
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from rich.console import Console
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from devtrace.receivers.counters import ReceiverCounters
from devtrace.scenarios.scenario import Catalogue, Scenario, Step
from devtrace.scenarios.shop import ServiceState, Shop, Status
from devtrace.session import Session
from devtrace.store.logs import LogStore
from devtrace.store.metrics import MetricStore
from devtrace.store.ring import TraceStore
from devtrace.tui.app import DevtraceApp
from devtrace.tui.stage import Stage

DEADLINE_SECONDS = 20.0
GATEWAY = "http://127.0.0.1:9"
"""Nothing answers there."""

_CHECKOUT = Step(method="POST", path="/checkout", body={"user_id": "42"})
SCENARIOS = (
    Scenario(
        id="checkout",
        title="Checkout",
        group="How it should look",
        lesson="One click is one trace, however many services it takes: seven of them here.",
        look_for="The gateway waits for most of its 240 ms; the solid time is in payments.",
        faults=(),
        steps=(_CHECKOUT,),
    ),
    Scenario(
        id="slow_payment",
        title="Slow payment",
        group="Slow",
        lesson="The bank takes 1.5 s. Every service above it waits, and each of their bars is thin.",
        look_for="The long solid piece is card.charge, under four layers of waiting.",
        faults=("slow_payment",),
        steps=(_CHECKOUT,),
        remedy={"python": "async with asyncio.timeout(0.5):\n    await bank.charge(order)\n"},
    ),
    Scenario(
        id="failed_charge",
        title="Failed charge",
        group="Failing",
        lesson="An error is recorded once, where it happens, with its stack trace.",
        look_for="A red path from card.charge up to the gateway's answer, 402.",
        faults=("failed_charge",),
        steps=(_CHECKOUT,),
    ),
)


class OpenShop(Shop):
    """A shop that is ready as soon as it is started, without a process.

    Args:
        gateway: What it says its address is.
    """

    def __init__(self, gateway: str = GATEWAY) -> None:
        super().__init__("http://127.0.0.1:4318")
        self._address = gateway
        self.starts = 0

    async def start(self) -> None:
        """Be ready, or go on being it."""
        if self.status is Status.READY:
            return
        self.starts += 1
        self.status, self.gateway, self.seconds = Status.READY, self._address, 2.4
        for name in (
            "gateway",
            "auth",
            "users",
            "orders",
            "inventory",
            "payments",
            "notifications",
        ):
            self.services[name] = ServiceState(status=Status.READY, seconds=2.1)
        self._changed()

    async def ready(self) -> str:
        """Return the address that was given."""
        return self._address


async def _nothing() -> None:
    """Take the place of what only a real session does."""


def a_session(
    store: TraceStore,
    logs: LogStore | None = None,
    metrics: MetricStore | None = None,
    *,
    is_receiving: bool = True,
    is_exposed: bool = False,
    counters: ReceiverCounters | None = None,
) -> Session:
    """Return what the UI sees of a running session."""
    endpoints = SimpleNamespace(
        grpc="127.0.0.1:4317",
        http="127.0.0.1:4318",
        grpc_port=4317,
        http_port=4318,
        http_url="http://127.0.0.1:4318",
    )
    session = SimpleNamespace(
        store=store,
        logs=LogStore() if logs is None else logs,
        metrics=MetricStore() if metrics is None else metrics,
        counters=ReceiverCounters() if counters is None else counters,
        endpoints=endpoints,
        is_receiving=is_receiving,
        is_exposed=is_exposed,
        is_away=False,
        away=nullcontext,
        answer_http=_nothing,
        freeze=lambda: None,
    )
    return cast("Session", session)


def a_stage(
    shop: Shop | None = None,
    scenarios: Sequence[Scenario] = SCENARIOS,
    *,
    session: Session | None = None,
    problems: Sequence[str] = (),
) -> Stage:
    """Return a stage with *scenarios* on a shop that opens at once."""
    return Stage(
        shop or OpenShop(),
        session or a_session(TraceStore()),
        catalogue=Catalogue(tuple(scenarios), tuple(problems)),
    )


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, named as Textual does, and wait until each has had its effect.

    `Pilot.press` waits for the whole process to be idle instead, which takes longer.
    """
    for key in keys:
        event = Key(key, key if len(key) == 1 else None)
        event.set_sender(pilot.app)
        pilot.app.post_message(event)
        for _ in range(3):  # it goes to the app, the screen and the widget in turn
            await pilot.pause(0)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while getattr(pilot.app, "has_keys_to_do", False):
            assert time.monotonic() < deadline, f"{key} has not had all its effect"
            await pilot.pause(0)


async def resize(pilot: Pilot[None], width: int, height: int) -> None:
    """Change the size of the terminal, and wait until the screen is laid out for it.

    The app collects changes of size for some milliseconds before it passes one on.
    """
    await pilot.resize_terminal(width, height)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while pilot.app.screen._compositor.size != (width, height):
        assert time.monotonic() < deadline, "the screen was not laid out anew"
        await pilot.pause(0.005)
    await pilot.pause(0)


@dataclass(frozen=True, slots=True)
class Rig:
    """One running UI and everything around it."""

    app: DevtraceApp
    pilot: Pilot[None]
    store: TraceStore
    stage: Stage
    logs: LogStore
    metrics: MetricStore

    @property
    def screen(self) -> Screen[Any]:
        """The screen on top."""
        return self.app.screen

    def one(self, kind: type[Widget]) -> Any:
        """Return the one widget of a kind on the screen on top."""
        return self.screen.query_one(kind)

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other, and let the screen show their effect."""
        await press(self.pilot, *keys)
        await self.settle()

    async def settle(self) -> None:
        """Let the screen look at the store now instead of at its next tick."""
        await self.pilot.pause(0)
        if tick := getattr(self.screen, "_tick", None):
            tick()
        for _ in range(2):  # what is now displayed, or no longer, changes the layout
            await self.pilot.pause(0)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the UI run until *condition* holds."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "waited in vain; the screen:\n" + self.text
            await self.pilot.pause(0.02)

    async def resize(self, width: int, height: int) -> None:
        """Change the size of the terminal."""
        await resize(self.pilot, width, height)
        await self.settle()

    @property
    def lines(self) -> list[str]:
        """What the terminal shows, line by line."""
        return _recorded(self.app).export_text(clear=False).splitlines()

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return "\n".join(line.rstrip() for line in self.lines) + "\n"

    @property
    def drawn(self) -> str:
        """What the terminal is sent: text, and how to draw it."""
        console = _recorded(self.app)
        return cast("io.StringIO", console.file).getvalue()

    @property
    def toasts(self) -> list[str]:
        """What was notified and is still to be seen, the oldest first."""
        return [note.message for note in self.app._notifications]


def _recorded(app: DevtraceApp) -> Console:
    """Return a console that has recorded what the terminal shows, screens below included."""
    width, height = app.size
    console = Console(
        width=width,
        height=height,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    console.print(
        app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    )
    return console


@asynccontextmanager
async def opened(
    store: TraceStore | None = None,
    *,
    logs: LogStore | None = None,
    metrics: MetricStore | None = None,
    size: tuple[int, int] = (120, 40),
    shop: Shop | None = None,
    scenarios: Sequence[Scenario] = SCENARIOS,
    problems: Sequence[str] = (),
    is_receiving: bool = True,
    is_exposed: bool = False,
    counters: ReceiverCounters | None = None,
    shows_toasts: bool = False,
    **options: Any,
) -> AsyncIterator[Rig]:
    """Run the UI in a terminal of *size* columns and rows.

    Args:
        store: What it shows; None is an empty one.
        logs: The same for log records.
        metrics: The same for metrics.
        size: Columns and rows.
        shop: None is one that opens at once and at which nothing answers.
        scenarios: What can be played.
        problems: What could not be read of the scenarios.
        is_receiving: Whether it has addresses, or shows files only.
        is_exposed: Whether other machines can send to these.
        counters: What was received, refused and found wrong; None is nothing.
        shows_toasts: Whether what is notified is drawn as well.
        options: Further arguments of the app.
    """
    store = TraceStore() if store is None else store
    logs = LogStore() if logs is None else logs
    metrics = MetricStore() if metrics is None else metrics
    session = a_session(
        store,
        logs,
        metrics,
        is_receiving=is_receiving,
        is_exposed=is_exposed,
        counters=counters,
    )
    stage = a_stage(shop, scenarios, session=session, problems=problems)
    app = DevtraceApp(session, stage, **options)
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=shows_toasts) as pilot:
        rig = Rig(app, pilot, store, stage, logs, metrics)
        await rig.settle()
        yield rig
