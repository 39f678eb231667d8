"""Plays a scenario on the shop, as any client of the shop would.

Faults ride in W3C baggage, so they concern this play's requests alone and several
plays may run at once.  Which traces came of a play is told by the shop's own answers,
in the header `traceresponse`.

Source: W3C Baggage, "Header Content"; W3C Trace Context Level 2 (draft of 2021),
"Traceresponse Header".
"""

import asyncio
import importlib
import json
import re
import shlex
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from devtrace.errors import DevtraceError
from devtrace.scenarios.scenario import Scenario, Step

if TYPE_CHECKING:
    import httpx

FAULT_KEY = "demo.fault"
"""The baggage entry in which the shop looks for faults."""

REQUEST_SECONDS = 15.0
"""How long one answer may take; the slowest fault waits a tenth of that."""

_TRACERESPONSE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f][13579bdf]")
"""Of a trace that is sampled; the others never arrive."""


class Progress(NamedTuple):
    """How far a play has come."""

    scenario_id: str
    done: int
    """Requests answered."""
    total: int
    """Requests the scenario sends."""
    trace_id: str = ""
    """The trace of the newest answer; empty where it named none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayResult:
    """What came of playing a scenario once."""

    scenario_id: str
    trace_ids: tuple[str, ...]
    """The traces it made, in order, without repetition."""
    statuses: tuple[int, ...]
    """The HTTP status of each answer, in order."""
    seconds: float
    """From the first request to the last answer."""
    failure: str | None = None
    """Why it did not go as the scenario says; None if it did."""


class Player:
    """Sends the requests of scenarios to one shop.

    Args:
        base_url: The shop's gateway, such as `http://127.0.0.1:41233`.
    """

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def play(
        self, scenario: Scenario, on_progress: Callable[[Progress], None] | None = None
    ) -> PlayResult:
        """Send every request of *scenario*, step after step.

        A shop that answers otherwise than expected, or not at all, ends the play; the
        result says why.

        Args:
            scenario: What to play.
            on_progress: Called before the first request and after every answer.

        Raises:
            DevtraceError: If the extra `demo` is not installed.
        """
        try:  # in a thread: it takes a tenth of a second, and somebody may be typing
            await asyncio.to_thread(importlib.import_module, "httpx")
        except ModuleNotFoundError:
            raise missing_extra("play a scenario") from None
        import httpx

        playing = _Playing(scenario, on_progress)
        began = time.monotonic()
        playing.report()
        async with httpx.AsyncClient(
            base_url=self._base_url,
            timeout=None,  # noqa: S113  # the bound below is on the whole exchange
            trust_env=False,  # a proxy for the outside world has no part in this
            verify=self._base_url.startswith("https"),  # reading certificates takes 20 ms
        ) as client:
            for step in scenario.steps:
                await playing.take(step, client)
        return PlayResult(
            scenario_id=scenario.id,
            trace_ids=tuple(playing.trace_ids),
            statuses=tuple(playing.statuses),
            seconds=time.monotonic() - began,
            failure=playing.failure,
        )


class _Playing:
    """How far one play has come."""

    def __init__(
        self, scenario: Scenario, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self._scenario = scenario
        self._on_progress = on_progress
        self.trace_ids: dict[str, None] = {}
        self.statuses: list[int] = []
        self.failure: str | None = None

    def report(self, trace_id: str = "") -> None:
        """Tell how many requests have been answered, the last in the trace *trace_id*."""
        if self._on_progress is not None:
            total = sum(step.count for step in self._scenario.steps)
            self._on_progress(Progress(self._scenario.id, len(self.statuses), total, trace_id))

    async def take(self, step: Step, client: "httpx.AsyncClient") -> None:
        """Send the requests of *step*, unless something has gone wrong before."""
        numbers = iter(range(step.count))

        async def send_some() -> None:
            for _ in numbers:
                if self.failure is not None:
                    return
                await asyncio.sleep(step.pause_seconds)
                await self._send(step, client)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(min(step.concurrency, step.count)):
                tasks.create_task(send_some())

    async def _send(self, step: Step, client: "httpx.AsyncClient") -> None:
        import httpx

        headers = _headers(step, self._scenario.faults)
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                response = await client.request(
                    step.method, step.path, json=step.body, headers=headers
                )
        except (httpx.HTTPError, TimeoutError) as error:
            self.failure = self.failure or _no_answer(step, error)
            return
        self.statuses.append(response.status_code)
        if trace_id := _trace_id(response):
            self.trace_ids[trace_id] = None
        self.report(trace_id)
        if step.expect_status and response.status_code not in step.expect_status:
            self.failure = self.failure or (
                f"{step.method} {step.path} answered {response.status_code}, "
                f"expected {' or '.join(map(str, step.expect_status))}"
            )


def missing_extra(verb: str) -> DevtraceError:
    """Return the error for what cannot be done without the extra `demo`.

    Args:
        verb: What cannot be done, such as `start the shop`.
    """
    return DevtraceError(
        f"cannot {verb}: the extra 'demo' is not installed",
        hint=f"{sys.executable} -m pip install {_requirement()}",
    )


def _requirement() -> str:
    """Return what to ask pip for: this very devtrace with its extra, wherever it came from."""
    try:
        origin = distribution("devtrace").read_text("direct_url.json")
        url = json.loads(origin or "{}").get("url", "")
    except (PackageNotFoundError, ValueError):
        url = ""
    return shlex.quote(f"devtrace[demo] @ {url}" if url else "devtrace[demo]")


def _headers(step: Step, faults: tuple[str, ...]) -> dict[str, str]:
    """Return what the request says, with the faults beside its own baggage if it has any."""
    headers = {key.lower(): value for key, value in step.headers.items()}
    if faults:
        fault = f"{FAULT_KEY}={'+'.join(quote(each, safe='') for each in faults)}"
        headers["baggage"] = ",".join(filter(None, (headers.get("baggage"), fault)))
    return headers


def _trace_id(response: "httpx.Response") -> str:
    match = _TRACERESPONSE.fullmatch(response.headers.get("traceresponse", "").strip())
    return match[1] if match else ""


def _no_answer(step: Step, error: Exception) -> str:
    cause = str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        cause = f"no answer within {REQUEST_SECONDS:.0f} s"
    return f"{step.method} {step.path} failed: {cause}"
