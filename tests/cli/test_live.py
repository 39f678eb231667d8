"""The terminal is taken over last and given back whatever happens."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import pytest

from devtrace.cli.context import Context
from devtrace.cli.live import show
from devtrace.errors import UsageError
from devtrace.session import SessionConfig
from tests.processes import Process

TIMEOUT_SECONDS = 60
DEVTRACE = [sys.executable, "-m", "devtrace"]
TAKES_OVER = b"\x1b[?1049h"
GIVES_BACK = b"\x1b[?1049l"
ANY_PORTS = ("--grpc-port", "0", "--http-port", "0")


class Terminal:
    """A pseudo-terminal with devtrace in it."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.shown = b""
        self._master = master

    def until(self, text: bytes) -> None:
        """Read until *text* was shown."""
        while text not in self.shown:
            assert self._read(), self.shown

    def finish(self) -> int:
        """Read to the end and return the exit code."""
        while self._read():
            pass
        return self.process.wait(TIMEOUT_SECONDS)

    def _read(self) -> bool:
        try:
            shown = os.read(self._master, 65_536)
        except OSError:  # how Linux tells that the other end is closed
            return False
        self.shown += shown
        return bool(shown)


@contextmanager
def in_terminal(*arguments: str) -> Iterator[Terminal]:
    """Run devtrace with *arguments* in a pseudo-terminal."""
    master, slave = pty.openpty()
    try:
        with Process(
            [*DEVTRACE, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=os.environ | {"TERM": "xterm-256color"},
            start_new_session=True,
        ) as process:
            os.close(slave)
            guard = threading.Timer(TIMEOUT_SECONDS, process.kill)
            guard.start()
            try:
                yield Terminal(process, master)
            finally:
                guard.cancel()
                process.kill()
    finally:
        os.close(master)


def test_being_told_to_end_gives_the_terminal_back() -> None:
    """After SIGTERM one can type again."""
    with in_terminal(*ANY_PORTS) as terminal:
        terminal.until(TAKES_OVER)
        terminal.until(b"Nothing received yet")
        terminal.process.send_signal(signal.SIGTERM)

        assert terminal.finish() == 0

    assert terminal.shown.rindex(GIVES_BACK) > terminal.shown.rindex(TAKES_OVER)
    assert b"Traceback" not in terminal.shown


@pytest.mark.parametrize("command", [(), ("demo",)])
def test_a_taken_port_is_a_plain_line_on_an_untouched_terminal(
    command: tuple[str, ...],
) -> None:
    """The error is readable where the command was typed."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        with in_terminal(*command, "--grpc-port", port, "--http-port", "0") as terminal:
            assert terminal.finish() == 3

    assert re.match(rb"devtrace: error: cannot receive OTLP/gRPC on 127.0.0.1:", terminal.shown)
    assert b"\x1b" not in terminal.shown


def test_an_unknown_scenario_is_told_before_the_terminal_is_taken_over() -> None:
    """A slip of the finger costs no screen."""
    with in_terminal("demo", "chekout", *ANY_PORTS) as terminal:
        assert terminal.finish() == 2

    assert b"did you mean checkout?" in terminal.shown
    assert b"\x1b" not in terminal.shown


def test_keys_need_a_terminal_too() -> None:
    """`devtrace < file` in a terminal is told what is wrong with it."""

    class Screen(StringIO):
        def isatty(self) -> bool:
            return True

    with pytest.raises(UsageError, match="standard input is no terminal"):
        show(Context(stdin=StringIO(), stdout=Screen()), SessionConfig())
