"""One service of the shop as a process, seen by whoever started it."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

GRACE_SECONDS = 3
"""How long a service may take to finish before it is killed."""

NEVER_PROXIED = "127.0.0.1,localhost,::1"
"""A proxy that the environment names cannot reach what listens here."""


class StartError(Exception):
    """A service could not start, or takes too long."""

    def __init__(self, child: "Child", message: str) -> None:
        super().__init__(message)
        self.child = child


class Child:
    """One service as a process; `start` makes it."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, *, log: Path) -> None:
        self.name = name
        self.pid = process.pid
        self.log = log
        self._process = process
        self._stdin = cast("asyncio.StreamWriter", process.stdin)
        self._stdout = cast("asyncio.StreamReader", process.stdout)

    @classmethod
    async def start(cls, name: str, arguments: Sequence[str], *, log: Path) -> Self:
        """Start the service *name*, with what it prints in the file *log*."""
        with _opened_empty(log) as stderr:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", f"demo_services.{name}", *arguments),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                env=os.environ | {"NO_PROXY": NEVER_PROXIED, "no_proxy": NEVER_PROXIED},
                start_new_session=True,  # Ctrl-C in a terminal is not for a service
            )
        return cls(name, process, log=log)

    async def said(self, event: str, *, deadline: float) -> dict[str, Any]:
        """Wait until the service says *event*, and return all that it says with it.

        Raises:
            StartError: If it ends first, or has not said it by *deadline* (loop time).
        """
        try:
            async with asyncio.timeout_at(deadline):
                while (line := await self._next_line()) is not None:
                    if line["event"] == event:
                        return line
                code = await self._process.wait()
        except TimeoutError:
            raise StartError(self, "is not ready in time") from None
        raise StartError(self, self.last_words() or f"ended with exit code {code}")

    def last_words(self) -> str:
        """Return the last line it has printed, which of a traceback is the reason."""
        printed = [
            line.strip(" |+-")  # how Python frames a group of exceptions
            for line in self.log.read_text(errors="replace").splitlines()
        ]
        return next(filter(None, reversed(printed)), "")

    def tell(self, addresses: Mapping[str, str]) -> None:
        """Tell the service where the others are."""
        self._stdin.write(json.dumps(dict(addresses)).encode() + b"\n")

    async def ended(self) -> int:
        """Wait until the process has ended by itself, and return its exit code."""
        while await self._next_line() is not None:
            pass
        return await self._process.wait()

    async def close(self) -> None:
        """Ask the service to finish, by ending its stdin; kill it if it does not."""
        self._stdin.close()
        try:
            async with asyncio.timeout(GRACE_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _next_line(self) -> dict[str, Any] | None:
        """Return the next line of the protocol, or None at the end; log any other line."""
        async for line in self._stdout:
            with contextlib.suppress(ValueError):
                if isinstance(said := json.loads(line), dict) and "event" in said:
                    return said
            with self.log.open("ab") as log:
                log.write(line)
        return None


def _opened_empty(log: Path) -> BinaryIO:
    log.unlink(missing_ok=True)
    return log.open("ab")  # at its end, wherever that is: two processes write to it
