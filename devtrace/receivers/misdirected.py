"""Noticing what is no gRPC on the gRPC port, without standing between it and its senders.

gRPC owns its connections and hangs up on other protocols without telling anybody.
Linux tells every program of TCP connections that have ended, and how much went either
way.  Where the sender said something and the server nothing but its greeting, it was no
HTTP/2: the server would have acknowledged the settings with which a client begins.

What was sent instead cannot be known.  Where the kernel does not tell, on other systems
and in some sandboxes, nothing is noticed.

Source: Linux `uapi/linux/sock_diag.h`, `inet_diag.h`, `tcp.h`, `filter.h`; RFC 9113
sections 3.4 and 6.5.3.
"""

import asyncio
import ctypes
import socket
import struct
import sys
from collections.abc import Callable, Iterator

_NETLINK_SOCK_DIAG = 4
_TCP_DESTROYED = 1 << 0 | 1 << 2  # of IPv4 and of IPv6
_SO_ATTACH_FILTER = 26
_MESSAGE = struct.Struct("=16xBxxx2xH16x16s32x")  # nlmsghdr, then inet_diag_msg
_PORT_AT = 20
_ATTRIBUTE = struct.Struct("=HH")
_TCP_INFO = 2
_BYTES_RECEIVED = struct.Struct("=128xQ")
_BYTES_SENT = struct.Struct("=200xQ")
_CLOSING_BYTES = 1
"""The end of a connection counts as a byte received: a probe of the port sends no other."""
_DATAGRAM_BYTES = 8192
_GREETING_SECONDS = 1


class MisdirectedConnections:
    """Tells of each connection to one port of gRPC that did not speak it.

    Args:
        port: Where gRPC answers.
        on_connection: Called on the event loop with the numeric address of the peer.
    """

    def __init__(self, port: int, on_connection: Callable[[str], None]) -> None:
        self._port = port
        self._on_connection = on_connection
        self._socket: socket.socket | None = None
        self._greeting_bytes = 0
        self._own_port = 0

    @property
    def is_watching(self) -> bool:
        """Whether the kernel tells."""
        return self._socket is not None

    async def start(self, host: str) -> None:
        """Begin to notice, if the kernel tells; gRPC must answer on *host* already."""
        subscribed = _subscribed_to(self._port)
        if subscribed is None:
            return
        try:
            async with asyncio.timeout(_GREETING_SECONDS):
                await self._measure_greeting(host)
        except OSError:  # a timeout is one as well
            subscribed.close()
            return
        self._socket = subscribed
        asyncio.get_running_loop().add_reader(subscribed, self._read)

    def close(self) -> None:
        """Notice nothing any more; harmless when done twice."""
        subscribed, self._socket = self._socket, None
        if subscribed is not None:
            asyncio.get_running_loop().remove_reader(subscribed)
            subscribed.close()

    async def _measure_greeting(self, host: str) -> None:
        """Find out how much the server says before it hangs up, by sending it nonsense."""
        reader, writer = await asyncio.open_connection(host, self._port)
        self._own_port = writer.get_extra_info("sockname")[1]
        try:
            writer.write(b"\0")
            self._greeting_bytes = len(await reader.read())
        finally:
            writer.close()

    def _read(self) -> None:
        for message in self._messages():
            family, peer_port, peer = _MESSAGE.unpack_from(message)
            info = _tcp_info(message)
            if socket.ntohs(peer_port) == self._own_port:
                self._own_port = 0
            elif len(info) >= _BYTES_SENT.size and self._is_misdirected(info):
                address = peer if family == socket.AF_INET6 else peer[:4]
                text = socket.inet_ntop(family, address)
                self._on_connection(text.removeprefix("::ffff:"))

    def _messages(self) -> Iterator[bytes]:
        while self._socket is not None:
            try:
                message = self._socket.recv(_DATAGRAM_BYTES)
            except OSError:  # no more for now, or more than the kernel keeps
                return
            if len(message) >= _MESSAGE.size:
                yield message

    def _is_misdirected(self, info: bytes) -> bool:
        received: int = _BYTES_RECEIVED.unpack_from(info)[0]
        sent: int = _BYTES_SENT.unpack_from(info)[0]
        return received > _CLOSING_BYTES and sent <= self._greeting_bytes


def _tcp_info(message: bytes) -> bytes:
    """Return the `tcp_info` of *message*, empty when it has none."""
    at = _MESSAGE.size
    while at + _ATTRIBUTE.size <= len(message):
        length, kind = _ATTRIBUTE.unpack_from(message, at)
        if kind == _TCP_INFO:
            return message[at + _ATTRIBUTE.size : at + length]
        at += max(length + 3 & ~3, _ATTRIBUTE.size)
    return b""


def _subscribed_to(port: int) -> socket.socket | None:
    """Return a socket on which the kernel tells of ended connections to *port*, if it does."""
    if sys.platform != "linux":
        return None
    try:
        subscribed = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, _NETLINK_SOCK_DIAG
        )
    except OSError:
        return None
    try:
        _keep_only(subscribed, port)
        subscribed.bind((0, _TCP_DESTROYED))
    except OSError:
        subscribed.close()
        return None
    return subscribed


def _keep_only(subscribed: socket.socket, port: int) -> None:
    """Let the kernel pass over the connections to all other ports of the machine."""
    load_half, jump_if_equal, give_back = 0x28, 0x15, 0x06
    instructions = (
        (load_half, 0, 0, _PORT_AT),
        (jump_if_equal, 0, 1, port),
        (give_back, 0, 0, 0xFFFFFFFF),
        (give_back, 0, 0, 0),
    )
    program = b"".join(struct.pack("=HBBI", *each) for each in instructions)
    held = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("@HP", len(instructions), ctypes.addressof(held))
    subscribed.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)
