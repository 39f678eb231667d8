"""Who listens on an address, as far as the system tells.

Only Linux tells without a helper program, and only of processes one may look into.

Source: Linux `proc(5)`, `/proc/net/tcp`.
"""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PROC = Path("/proc")
_LISTENING = "0A"
_WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104  # compared, not bound


class Holder(NamedTuple):
    """A process."""

    pid: int
    name: str

    def __str__(self) -> str:
        return f"{self.name} (pid {self.pid})"


def holder_of(host: str, port: int) -> Holder | None:
    """Return the process whose listening keeps others from a numeric address, if it is known."""
    rivals = _WILDCARDS | {host}
    try:
        inodes = {
            inode
            for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6"))
            for address, inode in _listeners(family, _PROC / "net" / table, port)
            if host in _WILDCARDS or address.removeprefix("::ffff:") in rivals
        }
        return _owner({f"socket:[{inode}]" for inode in inodes}) if inodes else None
    except OSError:
        return None


def _listeners(family: int, table: Path, port: int) -> Iterator[tuple[str, str]]:
    """Yield address and inode of each socket in *table* that listens on *port*."""
    for line in table.read_text().splitlines()[1:]:
        columns = line.split()
        digits, _, port_digits = columns[1].partition(":")
        if columns[3] == _LISTENING and int(port_digits, 16) == port:
            words = (int(digits[at : at + 8], 16) for at in range(0, len(digits), 8))
            packed = b"".join(struct.pack("=I", word) for word in words)
            yield socket.inet_ntop(family, packed), columns[9]


def _owner(links: set[str]) -> Holder | None:
    for process in _PROC.iterdir():
        if not process.name.isdecimal():
            continue
        try:
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()) in links:
                    return Holder(int(process.name), (process / "comm").read_text().strip())
        except OSError:
            continue  # it is another user's, or has just ended
    return None
