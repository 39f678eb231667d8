"""Addresses are bound early, exclusively, and with one clear sentence when they cannot be."""

import errno
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from devtrace.errors import DevtraceError, EndpointInUseError, UsageError
from devtrace.receivers.endpoint import LOCALHOST, Endpoint, bind
from tests.processes import Process

LISTEN = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0), reuse_port=True)
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
"""


def has_ipv6() -> bool:
    """Tell whether this machine has ::1."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def bound(host: str = LOCALHOST, port: int = 0) -> Endpoint:
    """Bind as a session does for gRPC."""
    return bind(host, port, protocol="gRPC", flag="--grpc-port")


def refused(host: str, port: int) -> DevtraceError:
    """Return why *host* and *port* cannot be bound."""
    with pytest.raises(DevtraceError) as raised:
        bound(host, port).close()
    return raised.value


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Listen on localhost."""
    with_port = bound()
    yield with_port
    with_port.close()


@pytest.fixture
def other_process() -> Iterator[tuple[int, int]]:
    """Give the port and pid of another process that listens, willing to share its port."""
    with Process(
        [sys.executable, "-c", LISTEN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield int(process.stdout.readline()), process.pid
        process.kill()


def test_localhost_is_both_loopback_addresses_with_one_port(endpoint: Endpoint) -> None:
    """Clients resolve the name to either."""
    expected = ("127.0.0.1", "::1") if has_ipv6() else ("127.0.0.1",)

    assert endpoint.hosts == expected
    assert {each.getsockname()[1] for each in endpoint.sockets} == {endpoint.port}
    assert endpoint.addresses[0] == str(endpoint) == f"127.0.0.1:{endpoint.port}"
    if has_ipv6():
        assert endpoint.addresses[1] == f"[::1]:{endpoint.port}"


def test_connections_are_taken_before_any_receiver_runs(endpoint: Endpoint) -> None:
    """The kernel queues them, so that a sender need not wait for imports."""
    for host in endpoint.hosts:
        with socket.create_connection((host, endpoint.port), timeout=5):
            pass


def test_answers_are_sent_without_delay(endpoint: Endpoint) -> None:
    """A socket that does not say it is TCP keeps each answer back for 40 ms."""
    assert {each.proto for each in endpoint.sockets} == {socket.IPPROTO_TCP}


def test_only_the_host_asked_for_is_bound() -> None:
    """127.0.0.1 is not ::1."""
    only = bound("127.0.0.1")
    only.close()

    assert only.hosts == ("127.0.0.1",)


def test_a_port_can_be_bound_again_at_once(endpoint: Endpoint) -> None:
    """A restart must not wait for connections that the kernel still remembers."""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=5) as client:
        endpoint.sockets[0].setblocking(True)
        served, _ = endpoint.sockets[0].accept()
        served.close()
        endpoint.close()
        endpoint.close()
        client.recv(1)

    bound(port=endpoint.port).close()


def test_a_taken_port_names_its_holder_and_the_way_out(other_process: tuple[int, int]) -> None:
    """One sentence, before anything else starts; even when the holder would share."""
    port, pid = other_process

    error = refused(LOCALHOST, port)

    assert isinstance(error, EndpointInUseError)
    assert error.exit_code == 3
    message = f"cannot receive OTLP/gRPC on 127.0.0.1:{port}: the address is in use"
    assert str(error).startswith(message)
    if sys.platform == "linux":
        assert str(error).endswith(f" (pid {pid})")
        assert error.hint == (
            "stop it, or choose another port with --grpc-port 0 (any free port)"
        )


def test_a_holder_that_is_not_known_is_left_out(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's processes cannot be looked into."""
    monkeypatch.setattr("devtrace.receivers.holder.holder_of", lambda *_: None)

    error = refused(LOCALHOST, endpoint.port)

    assert str(error).endswith(": the address is in use")
    assert error.hint.startswith("stop the other program, or choose another port")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_one_port_for_both_protocols_is_told_as_such(endpoint: Endpoint) -> None:
    """Naming one's own process as a stranger would mislead."""
    assert str(refused(LOCALHOST, endpoint.port)).endswith(
        ": this devtrace already listens there"
    )


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_a_port_that_is_taken_on_one_address_is_taken() -> None:
    """Half a start would lose what clients send to the other half."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]

        error = refused(LOCALHOST, port)

    assert f"[::1]:{port}" in str(error)
    bound("127.0.0.1", port).close()


def test_a_machine_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers often have no ::1."""
    made = socket.socket

    def only_ipv4(family: int, kind: int, protocol: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, os.strerror(errno.EAFNOSUPPORT))
        return made(family, kind, protocol)

    monkeypatch.setattr("devtrace.receivers.endpoint.socket.socket", only_ipv4)
    endpoint = bound()
    endpoint.close()

    assert endpoint.hosts == ("127.0.0.1",)


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no ::1")
def test_a_free_port_is_free_on_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that IPv4 offers may be taken on IPv6; then another is tried."""
    refusals: list[object] = []

    class TakenAtFirst(socket.socket):
        def bind(self, address: tuple[object, ...], /) -> None:  # type: ignore[override]
            if self.family == socket.AF_INET6 and len(refusals) < 3:
                refusals.append(address)
                raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
            super().bind(address)

    monkeypatch.setattr("devtrace.receivers.endpoint.socket.socket", TakenAtFirst)
    endpoint = bound()
    endpoint.close()

    assert len(refusals) == 3
    assert len(endpoint.hosts) == 2


@pytest.mark.parametrize(
    ("host", "port", "cause"),
    [
        ("203.0.113.7", 4317, "it is no address of this machine"),
        ("no-such-host.invalid", 4317, "no address has that name"),
        ("", 4317, "no address has that name"),
        ("a" * 300, 4317, "no address has that name"),
        (LOCALHOST, 65536, "a port is a number from 0 to 65535"),
        (LOCALHOST, -1, "a port is a number from 0 to 65535"),
    ],
)
def test_an_address_that_cannot_be_is_a_usage_error(host: str, port: int, cause: str) -> None:
    """Nobody else has it; the command line is wrong."""
    error = refused(host, port)

    assert isinstance(error, UsageError)
    assert str(error).startswith("cannot receive OTLP/gRPC on ")
    assert cause in str(error)
    assert "--grpc-port" in error.hint or "--host" in error.hint


def test_a_privileged_port_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The number is the reason, not the other program."""

    class Forbidden(socket.socket):
        def bind(self, _: object, /) -> None:
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("devtrace.receivers.endpoint.socket.socket", Forbidden)

    error = refused(LOCALHOST, 80)

    assert isinstance(error, UsageError)
    assert error.hint == "choose a port above 1023 with --grpc-port"


def test_binding_imports_nothing_heavy() -> None:
    """Senders can connect some 20 ms after the start, not after all imports."""
    code = (
        "import sys, devtrace.receivers.endpoint\n"
        "heavy = {'grpc', 'uvicorn', 'httptools', 'google', 'opentelemetry', 'orjson',\n"
        "         'asyncio', 'textual'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.split() == []
