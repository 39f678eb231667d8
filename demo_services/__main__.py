"""`python -m demo_services`: start the shop, tell how it goes, stop it.

Standard output is one JSON object a line and nothing else.  What the services print
goes to a file for each in the log directory.

The shop lives exactly as long as whoever holds this process's standard input: at its
end, as at SIGHUP, SIGINT or SIGTERM, every service is asked to finish by ending *its*
standard input, and killed if it does not.  Because that end comes by itself when a
process dies, nothing stays behind even if this one is killed outright.
"""

import argparse
import asyncio
import contextlib
import importlib.util
import json
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from demo_services.child import Child, StartError

SERVICES = ("gateway", "auth", "users", "orders", "inventory", "payments", "notifications")

READY_SECONDS = 20
"""How long the services may take to be ready."""

EXTRA = ("grpc", "httpx", "opentelemetry.sdk", "starlette", "uvicorn")
"""What the extra `demo` brings, as far as it takes to notice that it is missing."""


async def keep_shop(options: argparse.Namespace, children: list[Child]) -> None:
    """Start every service, adding it to *children*, and tell what becomes of them.

    Never returns; it is cancelled.

    Raises:
        StartError: If a service cannot start.
    """
    began = time.monotonic()
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    arguments = ["--data-dir", str(options.data_dir)]
    if options.redis is not None:
        arguments += ["--redis", options.redis]
    for name in SERVICES:
        log = options.log_dir / f"{name}.log"
        children.append(await Child.start(name, arguments, log=log))
        say("starting", service=name)

    bound = await asyncio.gather(
        *(child.said("bound", deadline=deadline) for child in children)
    )
    addresses = {
        child.name: line["address"]
        for child, line in zip(children, bound, strict=True)
        if line["address"] is not None
    }

    async def become_ready(child: Child) -> None:
        child.tell(addresses)
        await child.said("ready", deadline=deadline)
        seconds = round(time.monotonic() - began, 2)
        address = addresses.get(child.name)
        say("ready", service=child.name, address=address, seconds=seconds, pid=child.pid)

    await asyncio.gather(*(become_ready(child) for child in children))
    seconds = round(time.monotonic() - began, 2)
    say("shop_ready", gateway=f"http://{addresses['gateway']}", seconds=seconds)

    async def watch(child: Child) -> None:
        code = await child.ended()
        say("exited", service=child.name, code=code, log=str(child.log))

    await asyncio.gather(*(watch(child) for child in children))
    await asyncio.Event().wait()  # an empty shop is still open until someone closes it


async def supervise(options: argparse.Namespace) -> int:
    """Keep the shop until told to stop; return the exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if not options.detached:
        at_end_of_stdin(lambda: loop.call_soon_threadsafe(stop.set))

    exit_code = 0
    children: list[Child] = []
    try:
        async with asyncio.TaskGroup() as tasks:
            shop = tasks.create_task(keep_shop(options, children))
            await stop.wait()
            shop.cancel()
    except* StartError as errors:
        for error in errors.exceptions:
            if isinstance(error, StartError):
                log = str(error.child.log)
                say("failed", service=error.child.name, message=str(error), log=log)
        exit_code = 1
    except* BrokenPipeError:  # nobody reads what this process says; there is no one to serve
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        await asyncio.gather(*(child.close() for child in children))
    return exit_code


def at_end_of_stdin(call: Callable[[], object]) -> None:
    """Have *call* called, in a thread, when standard input ends.

    A terminal's never does, and reading it would stop a shop that runs in the background.
    """

    def wait() -> None:
        with contextlib.suppress(OSError):  # it may have been closed from the start
            while os.read(0, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # the event loop may have ended before it
            call()

    if not os.isatty(0):
        threading.Thread(target=wait, daemon=True).start()


def say(event: str, **facts: str | float | None) -> None:
    """Print one line of the protocol."""
    sys.stdout.write(json.dumps({"event": event} | facts) + "\n")
    sys.stdout.flush()


def is_installed(name: str) -> bool:
    """Tell whether the module *name* could be imported, without importing it."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # the package it would be in
        return False


def complain(problem: str, *, remedy: str) -> int:
    """Print what is wrong and what to do about it; return the exit code."""
    sys.stderr.write(f"demo_services: error: {problem}\n  try: {remedy}\n")
    return 1


def main() -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="demo_services", description="Run a shop of seven traced services."
    )
    parser.add_argument(
        "--log-dir",
        type=Path,
        required=True,
        metavar="DIR",
        help="where what each service prints is kept, as SERVICE.log",
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="where the databases are kept (default: a temporary directory)",
    )
    parser.add_argument("--redis", metavar="URL", help="queue in Redis Streams, not in SQLite")
    parser.add_argument(
        "--detached",
        action="store_true",
        help="go on when standard input ends, as /dev/null does at once",
    )
    options = parser.parse_args()

    needed = EXTRA if options.redis is None else (*EXTRA, "redis")
    if not all(is_installed(name) for name in needed):
        return complain(
            "cannot start the shop: the extra 'demo' is not installed",
            remedy="pip install 'devtrace[demo]'",
        )
    with tempfile.TemporaryDirectory(prefix="demo-services-") as temporary:
        options.data_dir = options.data_dir or Path(temporary)
        for directory in (options.log_dir, options.data_dir):
            try:
                directory.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                return complain(
                    f"cannot write to '{directory}': {error.strerror}",
                    remedy="name another directory",
                )
        return asyncio.run(supervise(options))


if __name__ == "__main__":
    sys.exit(main())
