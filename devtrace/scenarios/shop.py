"""The shop as one child process, and what is known of its services while it runs.

The child holds the read end of a pipe from here as its standard input and stops at its
end; so it stops when it is told to, and also when devtrace is killed outright.  It says
what happens as JSON lines on its standard output; `Shop` keeps the newest of that as
plain attributes, for whoever draws them.
"""

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from devtrace.errors import DevtraceError
from devtrace.scenarios.table import did_you_mean

if TYPE_CHECKING:  # a shop that nobody opens costs no reader of scenarios
    from devtrace.scenarios.scenario import Scenario

READY_SECONDS = 30.0
"""How long the shop may take to be ready before that counts as a failure."""

STOP_SECONDS = 6.0
"""How long it may take to stop by itself; it flushes its telemetry before it ends."""

SHOP_LOG = "shop.log"
"""The file in the log directory with what the shop's own process prints."""

KEPT_LOG_DIRS = 20
"""Log directories of earlier runs that stay; older ones go once they are a day old."""

_LOG_DIR_PREFIX = "devtrace-shop-"
_DAY_SECONDS = 86_400.0
_NEEDED = ("demo_services", "httpx", "opentelemetry.sdk", "starlette")
"""What the extra `demo` brings, as far as it takes to notice that it is missing."""

_LOOPBACK = "127.0.0.1,localhost,::1"
_LONGEST_LINE_BYTES = 1 << 20


class Status(StrEnum):
    """Where the shop, or one of its services, is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    EXITED = "exited"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """What is known of one service at the moment."""

    status: Status
    seconds: float | None = None
    """How long it took to be ready."""
    address: str | None = None
    """`host:port`; None before it is ready, and for a service that nobody calls."""
    message: str | None = None
    """Why it failed, or how it ended; None while all is well."""


class Shop:
    """Starts the shop, follows it, stops it.

    It is started at most once at a time; after it stopped or failed it may be started
    again.  Leaving the context stops it; entering it does not start it.

    Args:
        otlp_http_endpoint: Where the services send telemetry, such as
            `http://127.0.0.1:4318`; empty if nothing is received, and it cannot start.
        on_change: Called on the event loop whenever an attribute below has changed.
        command: The program to run; `--log-dir DIR` is appended.
        arguments: What else it is told, such as `--redis URL`.
        home: The folder that holds somebody's own copy of it; None: the installed one.
    """

    def __init__(
        self,
        otlp_http_endpoint: str,
        *,
        on_change: Callable[[], None] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "demo_services"),
        arguments: Sequence[str] = (),
        home: Path | None = None,
    ) -> None:
        self.on_change = on_change
        self.status = Status.STOPPED
        self.services: dict[str, ServiceState] = {}
        """Each service by name, in the order in which they were started."""
        self.gateway: str | None = None
        """The base URL to send requests to; None unless the shop is ready."""
        self.seconds: float | None = None
        """How long it took to be ready."""
        self.failure: str | None = None
        """What is wrong with it, as one line; None while all is well."""
        self.faults: frozenset[str] = frozenset()
        """What can be asked to go wrong, once it is ready; empty where the shop does not say."""
        self.log_dir: Path | None = None
        """What the services of the last start print, one file each; None before the first."""
        self.home = home
        self._endpoint = otlp_http_endpoint
        self._command = (*command, *arguments)
        self._process: asyncio.subprocess.Process | None = None
        self._following: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._changing = asyncio.Lock()
        self._is_stopping = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @staticmethod
    def require_extra() -> None:
        """Look whether the shop can be started at all; costs next to nothing.

        Raises:
            DevtraceError: If the extra `demo` is not installed.
        """
        for name in _NEEDED:
            try:
                found = importlib.util.find_spec(name)
            except ModuleNotFoundError:
                found = None
            if found is None:
                from devtrace.scenarios.player import missing_extra

                raise missing_extra("start the shop")

    async def start(self) -> None:
        """Start the shop in the background; does nothing while it runs.

        Raises:
            DevtraceError: If nothing receives, the extra `demo` is not installed, or the
                process cannot be started at all.  Whatever goes wrong later is told by `failure`.
        """
        if not self._endpoint:
            raise DevtraceError(
                "cannot start the shop: nothing is received here", hint="devtrace demo"
            )
        self.require_extra()
        async with self._changing:
            if self._following is not None and not self._following.done():
                return
            self.status, self.services = Status.STARTING, {}
            self.gateway = self.seconds = self.failure = None
            self._is_stopping = False
            self._settled.clear()
            self.log_dir = _new_log_dir()
            try:
                with (self.log_dir / SHOP_LOG).open("wb") as log:
                    self._process = await asyncio.create_subprocess_exec(
                        *self._command,
                        "--log-dir",
                        str(self.log_dir),
                        stdin=asyncio.subprocess.PIPE,
                        stdout=asyncio.subprocess.PIPE,
                        stderr=log,
                        env=shop_environment(os.environ, self._endpoint, home=self.home),
                        limit=_LONGEST_LINE_BYTES,
                        start_new_session=True,  # Ctrl-C in the terminal is not for the shop
                    )
            except OSError as error:
                self._fail(f"cannot start the shop: {error.strerror}")
                raise DevtraceError(f"cannot start the shop: {error.strerror}") from None
            self._following = asyncio.create_task(self._follow(self._process))
        self._changed()

    async def ready(self) -> str:
        """Wait until the shop is ready, and return the URL of its gateway.

        Raises:
            DevtraceError: If it fails, is stopped, or takes more than `READY_SECONDS`.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._settled.wait()
        except TimeoutError:
            self._fail(f"cannot start the shop: not ready after {READY_SECONDS:.0f} s")
        if self.gateway is None:
            raise DevtraceError(
                self.failure or "cannot wait for the shop: it was stopped",
                hint=f"read the logs in {self.log_dir}",
            )
        return self.gateway

    async def stop(self) -> None:
        """Stop the shop and wait until it is gone; does nothing if it does not run."""
        async with self._changing:
            process, following = self._process, self._following
            if process is None or following is None:
                return
            self._is_stopping = True
            assert process.stdin is not None  # noqa: S101  # it was asked for
            process.stdin.close()
            await asyncio.wait({following}, timeout=STOP_SECONDS)
            if not following.done():
                os.killpg(process.pid, signal.SIGKILL)
                await asyncio.wait({following})
            self._process = self._following = None
            if self.status is not Status.FAILED:
                self.status, self.gateway = Status.STOPPED, None
                self.services.clear()
        self._settled.set()
        self._changed()

    def replace(self, name: str) -> None:
        """Have the service *name* stopped, if it runs, and started anew where it was.

        Returns at once; what becomes of it is told by `services`.

        Raises:
            DevtraceError: If the shop does not run, or has no such service.
        """
        process = self._process
        if process is None or self.gateway is None:
            raise DevtraceError(
                f"cannot restart {name}: the shop does not run", hint="start the shop first"
            )
        if name not in self.services:
            raise DevtraceError(
                f"cannot restart {name!r}: the shop has no such service",
                hint=f"name one of {', '.join(self.services)}",
            )
        assert process.stdin is not None  # noqa: S101  # it was asked for
        process.stdin.write(json.dumps({"replace": name}).encode() + b"\n")

    def require_faults(self, scenario: "Scenario") -> None:
        """Look whether the shop can do wrong what *scenario* asks for.

        Raises:
            DevtraceError: If it says what it can, and that is not among it.
        """
        for fault in scenario.faults:
            if self.faults and fault not in self.faults:
                near = did_you_mean(fault, self.faults)
                raise DevtraceError(
                    f"cannot play {scenario.id}: the shop has no fault {fault!r}{near}"
                )

    async def _follow(self, process: asyncio.subprocess.Process) -> None:
        """Take in what the shop says until it has ended."""
        assert process.stdout is not None  # noqa: S101  # it was asked for
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than any line of the protocol
                continue
            if not line:
                break
            try:
                said = json.loads(line)
            except ValueError:
                continue
            if isinstance(said, dict):
                self._take(said)
        code = await process.wait()
        if not self._is_stopping and self.status is not Status.FAILED:
            was = "was " if code < 0 else ""
            self._fail(f"cannot keep the shop open: it {was}{ending(code)}")

    def _take(self, said: Mapping[str, Any]) -> None:
        """Take in one line of the protocol; one that is not part of it changes nothing."""
        match said:
            case {"event": "starting", "service": str(name)}:
                self.services[name] = ServiceState(status=Status.STARTING)
            case {
                "event": "ready",
                "service": str(name),
                "seconds": int() | float() as seconds,
            }:
                self.services[name] = ServiceState(
                    status=Status.READY, seconds=seconds, address=said.get("address")
                )
            case {
                "event": "shop_ready",
                "gateway": str(gateway),
                "seconds": int() | float() as seconds,
            }:
                self.status, self.gateway, self.seconds = Status.READY, gateway, seconds
                self.faults = frozenset(map(str, said.get("faults") or ()))
                self._settled.set()
            case {"event": "exited", "service": str(name), "code": int() | None as code}:
                message = said.get("message") or ending(code)
                self.services[name] = ServiceState(status=Status.EXITED, message=f"{message}")
            case {"event": "failed", "service": str(name), "message": str(message)}:
                self.services[name] = ServiceState(status=Status.FAILED, message=message)
                self._fail(f"cannot start {name}: {message}")
            case _:
                return
        if self.status is not Status.FAILED and not self._is_stopping:
            self.failure = "; ".join(self._gone()) or None
        self._changed()

    def _gone(self) -> Iterator[str]:
        """Yield a sentence for each service that is not there any more."""
        for name, state in self.services.items():
            if state.status is Status.EXITED:
                verb = "was" if f"{state.message}".startswith("killed") else ""
                yield " ".join(filter(None, (name, verb, state.message)))

    def _fail(self, failure: str) -> None:
        self.status, self.failure, self.gateway = Status.FAILED, failure, None
        self._settled.set()
        self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()


def ending(code: int | None) -> str:
    """Say how a process ended: `killed by signal 9`, `ended with exit code 3`.

    Args:
        code: As `subprocess` has it, negative for a signal; None: it is not known.
    """
    if code is None:
        return "ended"
    return f"killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _new_log_dir() -> Path:
    """Make a folder for what the shop prints, and remove those of long ago."""
    age_by_folder: dict[Path, float] = {}
    for folder in Path(tempfile.gettempdir()).glob(f"{_LOG_DIR_PREFIX}*"):
        with suppress(OSError):  # another devtrace may be removing it, too
            age_by_folder[folder] = time.time() - folder.stat().st_mtime
    for folder in sorted(age_by_folder, key=age_by_folder.__getitem__)[KEPT_LOG_DIRS - 1 :]:
        if age_by_folder[folder] > _DAY_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=_LOG_DIR_PREFIX))


def shop_environment(
    environment: Mapping[str, str], otlp_http_endpoint: str, *, home: Path | None = None
) -> dict[str, str]:
    """Return the environment of the shop, made from that of devtrace.

    What the user set for their own program (every `OTEL_*`) does not reach the shop, a
    proxy is not asked for what is on this machine, and modules that happen to lie in
    the working directory are not imported.

    Args:
        environment: What devtrace itself was started with.
        otlp_http_endpoint: Where the services send telemetry.
        home: The folder its sources are found in; None: they are installed.
    """
    own = {key: value for key, value in environment.items() if not key.startswith("OTEL_")}
    if home is not None:
        paths = (str(home.resolve()), own.get("PYTHONPATH"))
        own["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    past_proxy = ",".join(filter(None, (own.get("no_proxy") or own.get("NO_PROXY"), _LOOPBACK)))
    return own | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": otlp_http_endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "NO_PROXY": past_proxy,
        "no_proxy": past_proxy,
        "PYTHONSAFEPATH": "1",
    }
