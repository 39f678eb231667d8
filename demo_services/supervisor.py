"""Keeps the services of the shop: starts them, tells how it goes, replaces one of them.

What it tells is one JSON object a line, on standard output.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from demo_services.child import Child, StartError
from demo_services.faults import Fault
from demo_services.lifecycle import REPLACE_ME

SERVICES = ("gateway", "auth", "users", "orders", "inventory", "payments", "notifications")

READY_SECONDS = 20
"""How long the services may take to be ready, together or one of them later."""


class Supervisor:
    """Every service of one shop, and where each is.

    Args:
        arguments: What each service is started with.
        log_dir: Takes a file for each, with what it prints.
    """

    def __init__(self, arguments: Sequence[str], *, log_dir: Path) -> None:
        self._arguments = tuple(arguments)
        self._log_dir = log_dir
        self._children: dict[str, Child] = {}
        self._addresses: dict[str, str] = {}
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._replacing = asyncio.Lock()
        self._tasks: asyncio.TaskGroup | None = None

    async def keep(self) -> None:
        """Start every service, then tell of each that ends; never returns, it is cancelled.

        Raises:
            StartError: If one cannot start.
        """
        await self._open()
        async with asyncio.TaskGroup() as self._tasks:
            for name in SERVICES:
                self._watch(name)
            await asyncio.Event().wait()  # an empty shop is still open until someone closes it

    def replace(self, name: str) -> None:
        """Stop the service *name*, if it runs, and start it anew where it was.

        Does nothing while the shop is not open.  A new one that cannot start is told of,
        and the others go on.
        """
        if self._tasks is not None and name in self._watching:
            self._tasks.create_task(self._replace(name))

    async def _open(self) -> None:
        began = time.monotonic()
        deadline = asyncio.get_running_loop().time() + READY_SECONDS
        for name in SERVICES:
            await self._start(name)
        bound = await asyncio.gather(
            *(child.said("bound", deadline=deadline) for child in self._children.values())
        )
        self._addresses = {
            name: line["address"]
            for name, line in zip(self._children, bound, strict=True)
            if line["address"] is not None
        }
        await asyncio.gather(
            *(self._become_ready(child, began, deadline) for child in self._children.values())
        )
        seconds = round(time.monotonic() - began, 2)
        gateway = f"http://{self._addresses['gateway']}"
        say("shop_ready", gateway=gateway, seconds=seconds, faults=[*map(str, Fault)])

    async def _replace(self, name: str) -> None:
        async with self._replacing:
            began = time.monotonic()
            deadline = asyncio.get_running_loop().time() + READY_SECONDS
            self._watching[name].cancel()
            await self._children[name].close()
            child = await self._start(name)
            try:
                await child.said("bound", deadline=deadline)
                await self._become_ready(child, began, deadline)
            except StartError as error:
                message = f"cannot start: {error}"
                say("exited", service=name, code=None, log=str(child.log), message=message)
            else:
                self._watch(name)

    async def close(self) -> None:
        """Stop every service."""
        await asyncio.gather(*(child.close() for child in self._children.values()))

    async def _start(self, name: str) -> Child:
        arguments = list(self._arguments)
        if address := self._addresses.get(name):  # the others know this one already
            arguments += ["--port", address.rpartition(":")[2]]
        child = await Child.start(name, arguments, log=self._log_dir / f"{name}.log")
        self._children[name] = child
        say("starting", service=name)
        return child

    async def _become_ready(self, child: Child, began: float, deadline: float) -> None:
        child.tell(self._addresses)
        await child.said("ready", deadline=deadline)
        seconds = round(time.monotonic() - began, 2)
        address = self._addresses.get(child.name)
        say("ready", service=child.name, address=address, seconds=seconds, pid=child.pid)

    def _watch(self, name: str) -> None:
        assert self._tasks is not None  # noqa: S101  # it is called where they are
        self._watching[name] = self._tasks.create_task(self._tell_of_end(name))

    async def _tell_of_end(self, name: str) -> None:
        child = self._children[name]
        code = await child.ended()
        message = None
        if code == REPLACE_ME:
            message = "ended, and another takes its place"
            self.replace(name)
        elif code > 0 and (words := child.last_words()):
            message = f"ended with exit code {code}: {words}"
        say("exited", service=name, code=code, log=str(child.log), message=message)


def say(event: str, **facts: str | float | list[str] | None) -> None:
    """Print one line of the protocol."""
    sys.stdout.write(json.dumps({"event": event} | facts) + "\n")
    sys.stdout.flush()
