"""`python -m demo_services`: start the shop, tell how it goes, stop it.

Standard output is one JSON object a line and nothing else.  What the services print
goes to a file for each in the log directory.  A line `{"replace": "payments"}` on
standard input has that service stopped and started anew.

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
from collections.abc import Callable
from pathlib import Path

from demo_services.child import StartError
from demo_services.supervisor import Supervisor, say

EXTRA = ("grpc", "httpx", "opentelemetry.sdk", "starlette", "uvicorn")
"""What the extra `demo` brings, as far as it takes to notice that it is missing."""


async def supervise(options: argparse.Namespace) -> int:
    """Keep the shop until told to stop; return the exit code."""
    arguments = ["--data-dir", str(options.data_dir)]
    if options.redis is not None:
        arguments += ["--redis", options.redis]
    supervisor = Supervisor(arguments, log_dir=options.log_dir)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if not options.detached:
        read_stdin(
            on_line=lambda line: loop.call_soon_threadsafe(take, line, supervisor),
            on_end=lambda: loop.call_soon_threadsafe(stop.set),
        )

    exit_code = 0
    try:
        async with asyncio.TaskGroup() as tasks:
            shop = tasks.create_task(supervisor.keep())
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
        await supervisor.close()
    return exit_code


def take(line: bytes, supervisor: Supervisor) -> None:
    """Do what a line of standard input asks for: `{"replace": "payments"}`."""
    with contextlib.suppress(ValueError):
        match json.loads(line):
            case {"replace": str(name)}:
                supervisor.replace(name)


def read_stdin(*, on_line: Callable[[bytes], object], on_end: Callable[[], object]) -> None:
    """Have *on_line* called, in a thread, for each line of standard input, then *on_end*.

    A terminal is not read: its input never ends, and reading it would stop a shop that
    runs in the background.
    """

    def read() -> None:
        # It may have been closed from the start, and the event loop may have ended.
        with contextlib.suppress(OSError, RuntimeError), open(0, "rb", closefd=False) as stdin:
            for line in stdin:
                on_line(line)
        with contextlib.suppress(RuntimeError):
            on_end()

    if not os.isatty(0):
        threading.Thread(target=read, daemon=True).start()


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
