"""A request body, inflated and measured while it arrives.

All bounds are checked on the way, so a few kilobytes that inflate to a gigabyte cost no
more memory than the bound, and many of them at once no more than the bound for all.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/HTTP Request"; RFC 9110
section 8.4.1, RFC 1950, RFC 1952.
"""

import zlib
from collections.abc import Iterator
from typing import Any, Self

from devtrace.otlp import mistakes
from devtrace.otlp.status import MalformedError

SUPPORTED_CODINGS = "gzip, deflate"
"""For `Accept-Encoding`."""

_PIECE_BYTES = 1024 * 1024
_GZIP_WINDOW = 31
_ZLIB_WINDOW = 15
_RAW_WINDOW = -15
_DEFLATE_METHOD = 8


_OWN_BYTES = 1024 * 1024
"""What each body may hold whatever others do, so that usual requests are always read."""


class BodyTooLargeError(Exception):
    """A body beyond the bound, on the wire or inflated."""


class OverloadedError(Exception):
    """A body for which there is no room now, beside the others that are being read."""


class HeldBytes:
    """Counts what all bodies together hold beyond a mebibyte each.

    Args:
        max_bytes: Their bound.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.byte_count = 0

    def take(self, byte_count: int) -> None:
        """Count what a body holds more.

        Raises:
            OverloadedError: If that is too much; nothing is counted then.
        """
        if self.byte_count + byte_count > self.max_bytes:
            raise OverloadedError
        self.byte_count += byte_count

    def give_back(self, byte_count: int) -> None:
        """Count what a body holds no longer."""
        self.byte_count -= byte_count


def coding_of(content_encoding: str) -> str | None:
    """Return `identity`, `gzip` or `deflate` for a header's value, None for any other coding."""
    codings = [each.strip().lower() for each in content_encoding.split(",")]
    applied = [each for each in codings if each not in ("", "identity")]
    match applied:
        case []:
            return "identity"
        case ["gzip" | "x-gzip"]:
            return "gzip"
        case ["deflate"]:
            return "deflate"
        case _:
            return None


class Body:
    """Collects the bytes of one request; leaving its context gives them back.

    Args:
        coding: As returned by `coding_of`.
        max_bytes: Bound of the body as sent, and again of the body inflated.
        held: Bounds what it and others hold together; None bounds nothing.
    """

    def __init__(self, coding: str, *, max_bytes: int, held: HeldBytes | None = None) -> None:
        self._coding = coding
        self._max_bytes = max_bytes
        self._held = held
        self._taken_bytes = 0
        self._received_bytes = 0
        self._held_bytes = 0
        self._pieces: list[bytes] = []
        self._undecided = b""
        self._inflater: Any = None
        self._has_member = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.clear()
        if self._held is not None:
            self._held.give_back(self._taken_bytes)
        self._taken_bytes = 0

    def feed(self, chunk: bytes) -> Iterator[None]:
        """Take the next bytes; pauses after each mebibyte, so that others get a turn.

        Raises:
            BodyTooLargeError: If its own bound is passed.
            MalformedError: If the bytes are not in the coding.
            OverloadedError: If the bound of all bodies is passed.
        """
        self._received_bytes += len(chunk)
        if self._received_bytes > self._max_bytes:
            raise BodyTooLargeError
        if self._coding == "identity":
            self._keep(chunk)
        else:
            yield from self._inflate(chunk)

    def finish(self) -> bytes:
        """Return the whole body.

        Raises:
            MalformedError: If it breaks off within its coding, or has nothing in it.
        """
        if self._coding != "identity":
            if self._inflater is not None or self._undecided:
                raise self._malformed("it is truncated")
            if not self._has_member:
                raise self._malformed("it is empty")
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def _inflate(self, data: bytes) -> Iterator[None]:
        while data:
            if self._inflater is None:
                data = self._begin_member(data)
                if self._inflater is None:
                    return
            piece = b""
            # A full piece may leave output behind even when all input is consumed.
            while data or len(piece) == _PIECE_BYTES:
                try:
                    piece = self._inflater.decompress(data, _PIECE_BYTES)
                except zlib.error as error:
                    raise self._malformed(str(error).rpartition(": ")[2]) from None
                self._keep(piece)
                yield
                if self._inflater.eof:
                    data, self._inflater = self._inflater.unused_data, None
                    break
                data = self._inflater.unconsumed_tail

    def _begin_member(self, data: bytes) -> bytes:
        """Begin to inflate what *data* starts with, if it is enough to tell."""
        if self._coding == "gzip":
            data = data.lstrip(b"\0") if self._has_member else data  # padding is allowed
            window = _GZIP_WINDOW
        else:
            if self._has_member:
                raise self._malformed("bytes follow its end")
            data, self._undecided = self._undecided + data, b""
            if len(data) < 2:
                self._undecided = data
                return b""
            # Some senders leave out the zlib header that HTTP's deflate has.
            has_header = (
                data[0] & 0x0F == _DEFLATE_METHOD and int.from_bytes(data[:2]) % 31 == 0
            )
            window = _ZLIB_WINDOW if has_header else _RAW_WINDOW
        if data:
            self._inflater = zlib.decompressobj(window)
            self._has_member = True
        return data

    def _keep(self, piece: bytes) -> None:
        self._held_bytes += len(piece)
        if self._held_bytes > self._max_bytes:
            raise BodyTooLargeError
        if self._held is not None and self._held_bytes > _OWN_BYTES:
            more = self._held_bytes - _OWN_BYTES - self._taken_bytes
            self._held.take(more)
            self._taken_bytes += more
        if piece:
            self._pieces.append(piece)

    def _malformed(self, cause: str) -> MalformedError:
        return MalformedError(
            f"cannot inflate the body as {self._coding}: {cause}",
            diagnostic=mistakes.DAMAGED_COMPRESSION,
        )
