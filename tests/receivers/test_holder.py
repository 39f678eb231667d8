"""The process that keeps an address is named, where the system tells."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from devtrace.receivers.holder import Holder, holder_of
from tests.processes import Process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")

LISTEN = """
import socket, sys
listener = socket.create_server((sys.argv[1], 0), family=getattr(socket, sys.argv[2]))
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=[("127.0.0.1", "AF_INET"), ("::1", "AF_INET6")], ids=str)
def other(request: pytest.FixtureRequest) -> Iterator[tuple[str, int, int]]:
    """Give the address, port and pid of another process that listens."""
    host, family = request.param
    command = [sys.executable, "-c", LISTEN, host, family]
    with Process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield host, int(process.stdout.readline()), process.pid
        process.kill()


def test_another_process_is_found(other: tuple[str, int, int]) -> None:
    """Its name and id are what a user needs to stop it."""
    host, port, pid = other

    holder = holder_of(host, port)

    assert holder is not None
    assert holder.pid == pid
    assert str(holder) == f"{holder.name} (pid {pid})"


def test_an_address_nobody_has_has_no_holder() -> None:
    """Nothing is guessed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert holder_of("127.0.0.1", port) is None


def test_a_listener_on_every_address_holds_each() -> None:
    """And asking for every address finds a listener on one."""
    with socket.create_server(("0.0.0.0", 0)) as everywhere:  # noqa: S104  # the wildcard is the case
        assert _pid("127.0.0.1", everywhere) == os.getpid()
    with socket.create_server(("127.0.0.1", 0)) as somewhere:
        assert _pid("0.0.0.0", somewhere) == os.getpid()  # noqa: S104  # looked up, not bound


def _pid(host: str, listener: socket.socket) -> int | None:
    holder = holder_of(host, listener.getsockname()[1])
    return holder.pid if isinstance(holder, Holder) else None
