"""A program in a real pseudo-terminal whose screen a test can read."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import psutil
import pyte

DEADLINE_SECONDS = 30.0
_CHUNK_BYTES = 65_536


class Terminal:
    """Runs *command* in a pseudo-terminal of so many columns and rows.

    Args:
        command: Program and arguments.
        columns: Width of the screen.
        rows: Height of the screen.
    """

    def __init__(self, command: Sequence[str], *, columns: int = 140, rows: int = 44) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # pragma: no cover  # the child becomes the program
            environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            for name in ("COLUMNS", "LINES"):
                environment.pop(name, None)
            os.execvpe(command[0], list(command), environment)  # noqa: S606  # our own program
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)
        self._family: set[psutil.Process] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in {*self._family, *self.family()}:
            if process.is_running():
                process.kill()
        os.close(self._fd)

    def text(self) -> str:
        """Return the screen as it is now."""
        return "\n".join(self.screen.display)

    def wait_for(
        self, condition: Callable[[str], bool], *, what: str, seconds: float = DEADLINE_SECONDS
    ) -> str:
        """Read the screen until *condition* holds for its text, and return that text."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self.text()
            if condition(text):
                return text
            self._read()
        message = f"{what} was not on the screen within {seconds} s:\n{self.text()}"
        raise AssertionError(message)

    def _read(self) -> None:
        ready, _, _ = select.select([self._fd], [], [], 0.1)
        if ready:
            try:
                self._stream.feed(os.read(self._fd, _CHUNK_BYTES))
            except OSError:  # the program has closed its side
                time.sleep(0.01)

    def press(self, keys: str) -> None:
        """Send *keys* as typed."""
        os.write(self._fd, keys.encode())

    def family(self) -> set[psutil.Process]:
        """Return the program and every process it has started, and remember them."""
        try:
            root = psutil.Process(self.pid)
            self._family |= {root, *root.children(recursive=True)}
        except psutil.NoSuchProcess:
            pass
        return self._family

    def wait_for_exit(self, *, seconds: float = DEADLINE_SECONDS) -> int:
        """Read on until the program has ended, and return its exit code."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            self._read()
        message = f"still running after {seconds} s:\n{self.text()}"
        raise AssertionError(message)

    def kill(self) -> None:
        """End the program as `kill -9` would; what it started must notice by itself."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def wait_until_gone(processes: set[psutil.Process], *, seconds: float = 10.0) -> None:
    """Wait until none of *processes* lives any more."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    assert not alive, f"left behind: {alive}"
