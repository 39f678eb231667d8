"""devtrace as a process of its own, without a screen or in a pseudo-terminal."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Self

DEADLINE_SECONDS = 60.0
_CHUNK_BYTES = 1 << 16
DEVTRACE = (sys.executable, "-m", "devtrace")


class Ports(NamedTuple):
    """Where a devtrace receives."""

    grpc: int
    http: int

    @property
    def options(self) -> tuple[str, ...]:
        """The options that make it do so."""
        return ("--grpc-port", str(self.grpc), "--http-port", str(self.http))

    def endpoint(self, protocol: str) -> str:
        """Return what to send *protocol* to."""
        return f"127.0.0.1:{self.grpc if protocol == 'grpc' else self.http}"


def free_ports() -> Ports:
    """Return two ports that nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return Ports(one.getsockname()[1], other.getsockname()[1])


class Screen:
    """devtrace in a pseudo-terminal, whose bytes are looked at as they come.

    Nothing draws the screen here: that would take longer than what is measured.

    Args:
        ports: Where it receives.
        options: Further options.
    """

    def __init__(self, ports: Ports, *options: str) -> None:
        self.started = time.perf_counter()
        self._pid, self._fd = pty.fork()
        if self._pid == 0:  # the child becomes the program
            environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            # The terminal says how large it is; what was compiled once is, for a user.
            for name in ("COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE"):
                environment.pop(name, None)
            os.execvpe(  # noqa: S606  # our own program
                sys.executable, [*DEVTRACE, *ports.options, *options], environment
            )
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 45, 140, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._fd)

    def wait_for(self, *marks: bytes, seconds: float = DEADLINE_SECONDS) -> float:
        """Read on until one of *marks* has come; return when it did, by `perf_counter`."""
        deadline = time.perf_counter() + seconds
        tail = b""
        while (now := time.perf_counter()) < deadline:
            if chunk := self._read(deadline - now):
                tail += chunk
                if any(mark in tail for mark in marks):
                    return time.perf_counter()
                tail = tail[-1024:]
        raise TimeoutError(f"{marks!r} was not on the screen within {seconds} s")

    def moments_of(self, key: str, *patterns: re.Pattern[bytes]) -> list[float]:
        """Press *key* and return how long it took until each of *patterns* had come.

        Raises:
            TimeoutError: If they did not all come in time.
        """
        begun = time.perf_counter()
        os.write(self._fd, key.encode())
        told, moments = b"", []
        while len(moments) < len(patterns):
            left = begun + DEADLINE_SECONDS - time.perf_counter()
            if left < 0:
                missing = patterns[len(moments)].pattern
                raise TimeoutError(f"{missing!r} did not come after {key!r}")
            told += self._read(left)
            while len(moments) < len(patterns) and patterns[len(moments)].search(told):
                moments.append(time.perf_counter() - begun)
        return moments

    def seconds_until(self, key: str, *marks: bytes) -> float:
        """Press *key* and return how long it took until one of *marks* came."""
        begun = time.perf_counter()
        os.write(self._fd, key.encode())
        return self.wait_for(*marks) - begun

    def seconds_until_drawn(self, key: str) -> float:
        """Press *key* while nothing changes by itself; return how long until it showed."""
        self.rest()
        return self.seconds_until(key, b"")

    def rest(self, seconds: float = 0.03) -> None:
        """Read on until nothing has come for *seconds*."""
        while self._read(seconds):
            pass

    def read_for(self, seconds: float) -> None:
        """Read on for *seconds*, so that devtrace never waits for its terminal."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._read(left)

    def _read(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._fd], [], [], seconds)
        return os.read(self._fd, _CHUNK_BYTES) if ready else b""


@contextmanager
def serving(*options: str) -> Iterator[Ports]:
    """Run devtrace without a screen."""
    ports = free_ports()
    with subprocess.Popen(
        [*DEVTRACE, "serve", "--json", *ports.options, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            wait_for_grpc(ports.grpc)
            yield ports
        finally:
            process.kill()


def wait_for_grpc(port: int) -> float:
    """Wait until gRPC answers; return when it did, by `perf_counter`."""
    deadline = time.perf_counter() + DEADLINE_SECONDS
    while time.perf_counter() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as sock:
            sock.sendall(
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
            )
            if sock.recv(9):
                return time.perf_counter()
        time.sleep(0.001)
    raise TimeoutError("gRPC did not answer")


def wait_for_connection(port: int) -> float:
    """Wait until a connection is taken; return when it was, by `perf_counter`."""
    deadline = time.perf_counter() + DEADLINE_SECONDS
    while time.perf_counter() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 5):
            return time.perf_counter()
        time.sleep(0.001)
    raise TimeoutError(f"nobody listens on {port}")


def loading(ports: Ports, protocol: str = "grpc", **options: float) -> "subprocess.Popen[str]":
    """Start `devtrace load` against *ports*; *options* are its own, True for a bare flag."""
    arguments = []
    for name, value in options.items():
        arguments.append(f"--{name.replace('_', '-')}")
        if value is not True:
            arguments.append(str(value))
    return subprocess.Popen(
        [
            *(*DEVTRACE, "load", "--json", "--protocol", protocol),
            *("--endpoint", ports.endpoint(protocol), *arguments),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def summary(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Wait for the end of a load and return what it tells."""
    out, _ = process.communicate(timeout=DEADLINE_SECONDS * 5)
    told: dict[str, Any] = json.loads(out)
    return told


def stop(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """End a load early and return what it tells."""
    process.send_signal(signal.SIGINT)
    return summary(process)
