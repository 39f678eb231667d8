"""Packed bytes, unpacked as they are read.

A few packed bytes can stand for gigabytes.  Nothing is unpacked before it is asked
for, and a stream that grows out of all proportion is given up.
"""

import gzip
import io
import zlib
from typing import BinaryIO, Protocol, cast

from devtrace.formats.detect import GZIP, ZSTD, UnreadableError

MAX_RATIO = 500
"""How many times its packed size telemetry may have; in truth it is below a hundred."""
FREE_BYTES = 256 * 1024 * 1024
"""What may be unpacked of anything before that is looked at."""
MAX_WINDOW_BYTES = 128 * 1024 * 1024
"""How far back zstd may refer: all of that is held in memory."""

_PACKED_CHUNK_BYTES = 1_024
"""Read at once of zstd, which makes up to 128 KiB of 4 bytes."""


class ReadsSome(Protocol):
    """Gives what is there, without waiting until it is as much as was asked for."""

    def read1(self, size: int, /) -> bytes:
        """Return between 1 and *size* bytes; none at the end."""


def packing_of(head: bytes) -> str:
    """Return `gzip` or `zstd` for what begins so, or nothing."""
    if head.startswith(GZIP):
        return "gzip"
    return "zstd" if head.startswith(ZSTD) else ""


class Unpacked(io.RawIOBase):
    """What *packed* holds.

    Args:
        packed: The packed bytes.
        packing: `gzip` or `zstd`.
    """

    def __init__(self, packed: ReadsSome, packing: str) -> None:
        self._counted = _Counted(packed)
        self._packing = packing
        self._unpacking: ReadsSome = (
            gzip.GzipFile(fileobj=cast("BinaryIO", self._counted))
            if packing == "gzip"
            else _Zstd(self._counted)
        )
        self._byte_count = 0

    def readable(self) -> bool:
        """Tell the reader above that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Unpack into *buffer*.

        Raises:
            UnreadableError: If the bytes are damaged, or unpack to far too much.
        """
        try:
            content = self._unpacking.read1(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile, _DamagedError):
            raise UnreadableError(
                f"its {self._packing} data is damaged or ends early",
                hint="copy it anew; what stands before the damage is read",
            ) from None
        buffer[: len(content)] = content
        self._byte_count += len(content)
        if self._byte_count > max(FREE_BYTES, MAX_RATIO * self._counted.byte_count):
            raise UnreadableError(
                f"it unpacks to more than {MAX_RATIO} times its size",
                hint=f"unpack it with {self._packing} -d if you trust it",
            )
        return len(content)


def unpacked(message: bytes, *, max_bytes: int) -> bytes:
    """Return what *message* holds, itself if it is not packed.

    Raises:
        UnreadableError: If it is damaged, or holds more than *max_bytes*.
    """
    packing = packing_of(message)
    if not packing:
        return message
    content = io.BufferedReader(Unpacked(io.BytesIO(message), packing)).read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UnreadableError(f"it unpacks to more than {max_bytes} bytes")
    return content


class _Counted:
    """A stream, and how much of it was read."""

    def __init__(self, stream: ReadsSome) -> None:
        self._stream = stream
        self.byte_count = 0

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read1(size)
        self.byte_count += len(content)
        return content


class _DamagedError(Exception):
    """Packed bytes that are none, or that end within a frame."""


class _Zstd:
    """The frames of a zstd stream, one after the other."""

    def __init__(self, packed: _Counted) -> None:
        import zstandard

        self._packed = packed
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._rest = b""
        self._ready = memoryview(b"")

    def read1(self, size: int, /) -> bytes:
        while not self._ready:
            chunk = self._rest or self._packed.read(_PACKED_CHUNK_BYTES)
            if not chunk:
                if self._frame is not None:
                    raise _DamagedError
                return b""
            self._ready = memoryview(self._unpack(chunk))
        content = bytes(self._ready[:size])
        self._ready = self._ready[size:]
        return content

    def _unpack(self, chunk: bytes) -> bytes:
        frame = self._frame or self._decompressor.decompressobj()
        try:
            content = frame.decompress(chunk)
        except self._error:
            raise _DamagedError from None
        self._rest = frame.unused_data
        self._frame = None if frame.eof else frame
        return content
