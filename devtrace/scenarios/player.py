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
from itertools import chain, repeat
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

_TRACERESPONSE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Progress(NamedTuple):
    """How far a play has come."""

    scenario_id: str
    done: int
    """Requests answered."""
    total: int
    """Requests the scenario sends."""


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
        """Send every request of *scenario*, one after the other.

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

        total = sum(step.count for step in scenario.steps)
        trace_ids: dict[str, None] = {}
        statuses: list[int] = []
        failure: str | None = None
        began = time.monotonic()

        def report() -> None:
            if on_progress is not None:
                on_progress(Progress(scenario.id, len(statuses), total))

        report()
        async with httpx.AsyncClient(
            base_url=self._base_url,
            headers=_baggage(scenario.faults),
            timeout=None,  # noqa: S113  # the bound below is on the whole exchange
            trust_env=False,  # a proxy for the outside world has no part in this
        ) as client:
            for step in chain.from_iterable(
                repeat(each, each.count) for each in scenario.steps
            ):
                try:
                    async with asyncio.timeout(REQUEST_SECONDS):
                        response = await client.request(step.method, step.path, json=step.body)
                except (httpx.HTTPError, TimeoutError) as error:
                    failure = _no_answer(step, error)
                    break
                statuses.append(response.status_code)
                if trace_id := _trace_id(response):
                    trace_ids[trace_id] = None
                report()
                if response.status_code != step.expect_status:
                    failure = (
                        f"{step.method} {step.path} answered {response.status_code}, "
                        f"expected {step.expect_status}"
                    )
                    break
        return PlayResult(
            scenario_id=scenario.id,
            trace_ids=tuple(trace_ids),
            statuses=tuple(statuses),
            seconds=time.monotonic() - began,
            failure=failure,
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


def _baggage(faults: tuple[str, ...]) -> dict[str, str]:
    if not faults:
        return {}
    return {"baggage": f"{FAULT_KEY}={'+'.join(quote(fault, safe='') for fault in faults)}"}


def _trace_id(response: "httpx.Response") -> str | None:
    match = _TRACERESPONSE.fullmatch(response.headers.get("traceresponse", "").strip())
    return match[1] if match else None


def _no_answer(step: Step, error: Exception) -> str:
    cause = str(error) or type(error).__name__
    if isinstance(error, TimeoutError):
        cause = f"no answer within {REQUEST_SECONDS:.0f} s"
    return f"{step.method} {step.path} failed: {cause}"
