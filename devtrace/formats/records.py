"""Messages that follow each other in a file, each after its length.

Source: OpenTelemetry Collector, file exporter, `format: proto` (4 bytes, big-endian);
protobuf, "Streaming Multiple Messages" (varint).
"""

from collections.abc import Iterator
from io import BufferedReader
from typing import NamedTuple

from devtrace.formats.detect import MAX_RECORD_BYTES, MAX_VARINT_BYTES, Container


class Record(NamedTuple):
    """One message of a file."""

    number: int
    """Counted from 1."""
    message: bytes | None
    """None when the file ends within it, or its length is beyond the bound."""


def records(stream: BufferedReader, framing: Container) -> Iterator[Record]:
    """Yield the messages of *stream*; one that is not whole is the last.

    Args:
        stream: A file of length-delimited messages, from its beginning.
        framing: `BIG_ENDIAN_RECORDS` or `VARINT_RECORDS`.
    """
    read_length = _big_endian if framing is Container.BIG_ENDIAN_RECORDS else _varint
    number = 0
    while stream.peek(1):
        number += 1
        length = read_length(stream)
        message = stream.read(length) if 0 <= length <= MAX_RECORD_BYTES else b""
        if len(message) != length:
            yield Record(number, None)
            return
        yield Record(number, message)


def _big_endian(stream: BufferedReader) -> int:
    """Read a length; -1 when the stream ends within it."""
    head = stream.read(4)
    return int.from_bytes(head) if len(head) == 4 else -1


def _varint(stream: BufferedReader) -> int:
    """Read a length; -1 when the stream ends within it or it is none."""
    value = 0
    for index in range(MAX_VARINT_BYTES):
        byte = stream.read(1)
        if not byte:
            return -1
        value |= (byte[0] & 0x7F) << 7 * index
        if byte[0] < 0x80:
            return value
    return -1
