"""A file that is still being written: reading waits at its end for more.

The end has come only when the reader is stopped, or when the file has been replaced
or cut short; then whoever reads begins anew with what bears its name.
"""

import io
import os
from pathlib import Path
from threading import Event

POLL_SECONDS = 0.2
"""How often it is looked whether there is more."""


class Tail(io.RawIOBase):
    """The bytes of a file as they come.

    Args:
        path: The file; it must exist.
        stopping: Ends the waiting when it is set.

    Raises:
        OSError: If it cannot be opened.
    """

    def __init__(self, path: Path, stopping: Event) -> None:
        self._path = path
        self._stopping = stopping
        self._file = path.open("rb", buffering=0)
        self._read_bytes = 0

    def readable(self) -> bool:
        """Tell the reader above that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read what there is, or wait until there is something; 0 at the end."""
        content = self.read1(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def read1(self, size: int, /) -> bytes:
        """Return what there is, or wait until there is something; nothing at the end."""
        while not (content := self._file.read(size)):
            if self._is_replaced():
                content = self._file.read(size)  # what was written until it was moved
                break
            if self._stopping.wait(POLL_SECONDS):
                break
        self._read_bytes += len(content)
        return content

    def _is_replaced(self) -> bool:
        """Return whether another file has the name now, or this one was cut short."""
        own = os.fstat(self._file.fileno())
        if own.st_size < self._read_bytes:
            return True
        try:
            named = self._path.stat()
        except OSError:
            return False  # moved away, and nothing in its place yet
        return not os.path.samestat(own, named)

    def close(self) -> None:
        """Release the file."""
        self._file.close()
        super().close()
