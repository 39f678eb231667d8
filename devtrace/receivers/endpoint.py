"""The addresses that receivers listen on, bound before anything heavy is imported.

Whatever can go wrong with an address goes wrong here, early and in one sentence.
An address is bound without SO_REUSEPORT, so that two programs never share a port
and halve each other's telemetry in silence.
"""

import errno
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from devtrace.errors import EndpointInUseError, UsageError

OtlpProtocol = Literal["gRPC", "HTTP"]

LOCALHOST = "localhost"
"""The default host: 127.0.0.1 and ::1, since clients resolve the name to either."""

_BACKLOG = 1024
_FREE_PORT_ATTEMPTS = 20
_MAX_PORT = 65_535
_HOST_HINT = "give --host an address of this machine, such as 127.0.0.1, or localhost"
_NO_SUCH_ADDRESS = frozenset({errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT})


class _Address(NamedTuple):
    family: int
    host: str
    """Numeric."""
    flow_and_zone: tuple[int, ...] = ()
    """What an IPv6 address carries beside the port."""
    is_optional: bool = False
    """Whether a machine may do without it."""


_LOOPBACKS = (
    _Address(socket.AF_INET, "127.0.0.1"),
    _Address(socket.AF_INET6, "::1", (0, 0), is_optional=True),
)


class _RefusedError(Exception):
    """The system's refusal of one address."""

    def __init__(self, host: str, port: int, cause: OSError) -> None:
        super().__init__(host, port)
        self.host = host
        self.port = port
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Listening sockets for one protocol, all with the same port."""

    protocol: OtlpProtocol
    port: int
    """Never 0: the port that was found when any was asked for."""
    hosts: tuple[str, ...]
    """Numeric addresses, IPv4 before IPv6 for localhost; at least one."""
    sockets: tuple[socket.socket, ...]
    """One per host."""
    flag: str
    """The option that sets the port, for messages."""

    def __str__(self) -> str:
        return self.addresses[0]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each host with the port, as in a URL: `127.0.0.1:4317`, `[::1]:4317`."""
        return tuple(_address_text(host, self.port) for host in self.hosts)

    def close(self) -> None:
        """Stop listening; harmless when done twice."""
        for each in self.sockets:
            each.close()


def bind(host: str, port: int, *, protocol: OtlpProtocol, flag: str) -> Endpoint:
    """Listen on *port* of *host*; connections wait in the kernel until a receiver starts.

    Args:
        host: `localhost` for the loopback addresses of both families, or a name or
            address of this machine, or a wildcard.
        port: 0 for one that is free on every address of *host*.
        protocol: What will be spoken, for messages.
        flag: The option that sets the port, for messages.

    Raises:
        EndpointInUseError: If another process listens there.
        UsageError: If *host* is not an address of this machine, or the port is not
            a port or not ours to take.
    """
    subject = f"cannot receive OTLP/{protocol} on"
    if not 0 <= port <= _MAX_PORT:
        raise UsageError(
            f"{subject} port {port}: a port is a number from 0 to {_MAX_PORT}",
            hint=f"choose another port with {flag}",
        )
    try:
        addresses = _LOOPBACKS if host == LOCALHOST else _resolved(host)
        sockets = _bind_all(addresses, port) if port else _bind_to_any_port(addresses)
    except (socket.gaierror, UnicodeError):
        raise UsageError(
            f"{subject} {host!r}: no address has that name", hint=_HOST_HINT
        ) from None
    except _RefusedError as refused:
        if refused.cause.errno == errno.EADDRINUSE:
            raise in_use_error(protocol, refused.host, refused.port, flag=flag) from None
        raise _explained(refused, subject, flag) from None
    return Endpoint(
        protocol=protocol,
        port=sockets[0].getsockname()[1],
        hosts=tuple(each.getsockname()[0] for each in sockets),
        sockets=tuple(sockets),
        flag=flag,
    )


def in_use_error(
    protocol: OtlpProtocol, host: str, port: int, *, flag: str
) -> EndpointInUseError:
    """Return the error for an address that another program has, naming it where known."""
    from devtrace.receivers.holder import holder_of

    cause, hint = "the address is in use", "stop the other program"
    if (holder := holder_of(host, port)) is not None:
        if holder.pid == os.getpid():
            cause, hint = "this devtrace already listens there", ""
        else:
            cause, hint = f"the address is in use by {holder}", "stop it"
    other_port = f"choose another port with {flag} 0 (any free port)"
    return EndpointInUseError(
        f"cannot receive OTLP/{protocol} on {_address_text(host, port)}: {cause}",
        hint=f"{hint}, or {other_port}" if hint else other_port,
    )


def _resolved(host: str) -> tuple[_Address, ...]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return tuple(
        dict.fromkeys(
            _Address(family, str(address[0]), tuple(map(int, address[2:])))
            for family, _, _, _, address in found
        )
    )


def _bind_to_any_port(addresses: Sequence[_Address]) -> list[socket.socket]:
    """Find a port that is free on all *addresses*."""
    for _ in range(_FREE_PORT_ATTEMPTS - 1):
        try:
            return _bind_all(addresses, 0)
        except _RefusedError as refused:
            if refused.cause.errno != errno.EADDRINUSE:
                raise
    return _bind_all(addresses, 0)


def _bind_all(addresses: Sequence[_Address], port: int) -> list[socket.socket]:
    """Bind all of *addresses* to one port, or none."""
    sockets: list[socket.socket] = []
    for address in addresses:
        try:
            sockets.append(_listening(address, port))
        except OSError as error:
            if address.is_optional and error.errno in _NO_SUCH_ADDRESS:
                continue
            for each in sockets:
                each.close()
            raise _RefusedError(address.host, port, error) from None
        port = sockets[0].getsockname()[1]
    return sockets


def _listening(address: _Address, port: int) -> socket.socket:
    # asyncio sends small writes at once only on sockets that say they are TCP.
    listener = socket.socket(address.family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A port is free again at once after a restart, despite connections in TIME_WAIT.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.family == socket.AF_INET6:
            is_every_family = address.host == "::"
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not is_every_family)
        listener.bind((address.host, port, *address.flow_and_zone))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _explained(refused: _RefusedError, subject: str, flag: str) -> UsageError:
    at = _address_text(refused.host, refused.port)
    number = refused.cause.errno
    if number in _NO_SUCH_ADDRESS:
        return UsageError(f"{subject} {at}: it is no address of this machine", hint=_HOST_HINT)
    if number == errno.EACCES:
        return UsageError(
            f"{subject} {at}: the system keeps this port for privileged programs",
            hint=f"choose a port above 1023 with {flag}",
        )
    return UsageError(f"{subject} {at}: {refused.cause.strerror}", hint=_HOST_HINT)


def _address_text(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
