"""The bytes of a file or of standard input, unpacked, from the beginning.

The kind of content is told from its first bytes, so these are read ahead and given
back: standard input cannot be rewound.
"""

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from threading import Event
from typing import BinaryIO, cast

from devtrace.errors import ArchiveError
from devtrace.formats.detect import UnreadableError
from devtrace.formats.packing import ReadsSome, Unpacked, packing_of
from devtrace.formats.tail import Tail

STANDARD_INPUT = Path("-")

_HEAD_BYTES = 64 * 1024
_MAX_SIBLINGS = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """One opened file."""

    name: str
    """What messages call it."""
    head: bytes
    """Its first 64 KiB; less if it is shorter, or to the end of a line of JSON."""
    stream: io.BufferedReader
    """All of it, the head included."""
    raw: BinaryIO
    """The file itself, packed if it is."""
    total_bytes: int
    """Size of the file itself; 0 when that is unknown."""
    packing: str = ""
    """`gzip` or `zstd` if it is packed, else empty."""
    grows: bool = False
    """Whether it is read on as it is written."""

    @property
    def read_bytes(self) -> int:
        """How much of the file itself was read; 0 when that is unknown."""
        return self.raw.tell() if self.total_bytes else 0


def is_stream(path: Path) -> bool:
    """Return whether *path* is a pipe or a device, of which whatever is read is gone."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def source_name(path: Path) -> str:
    """Return what messages call *path*."""
    return "standard input" if path == STANDARD_INPUT else str(path)


@contextmanager
def followed(path: Path, stopping: Event) -> Iterator[Source]:
    """Open a file that is still being written for as long as the context lasts.

    Its stream ends when *stopping* is set, or when the file is replaced or cut short.

    Args:
        path: What the user named; it must exist.
        stopping: May be set by another thread.

    Raises:
        ArchiveError: As `opened` does.
    """
    with _named_errors(path), closing(Tail(path, stopping)) as tail:
        head = b""
        while not head.strip() and (some := tail.read1(_HEAD_BYTES)):
            head += some
        stream: io.BufferedReader = io.BufferedReader(_Rejoined(head, tail), _HEAD_BYTES)
        yield Source(
            source_name(path), head, stream, cast("BinaryIO", tail), 0, packing_of(head), True
        )


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a file for as long as the context lasts; `-` is standard input.

    Args:
        path: What the user named.

    Raises:
        ArchiveError: If it cannot be opened; also when reading it fails within the
            context, or with an `UnreadableError`.
    """
    with _named_errors(path), ExitStack() as stack:
        if path == STANDARD_INPUT:
            yield _source(path, sys.stdin.buffer, _Unbuffered(sys.stdin.buffer))
        else:
            file = stack.enter_context(path.open("rb"))
            yield _source(path, file, file)


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Turn what goes wrong in the context into an error that names the file."""
    try:
        yield
    except UnreadableError as error:
        raise ArchiveError(f"cannot read {_shown(path)}: {error}", hint=error.hint) from None
    except OSError as error:
        raise ArchiveError(
            f"cannot read {_shown(path)}: {_cause(error)}", hint=_hint(path, error)
        ) from None


class _Unbuffered:
    """A buffered stream without its buffer.

    A thread that waits in the buffer of standard input holds the buffer's lock, and the
    interpreter aborts if it has to end meanwhile.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._raw = cast("io.BufferedReader", stream).raw

    def read1(self, size: int, /) -> bytes:
        return self._raw.read(size) or b""


def _source(path: Path, raw: BinaryIO, content: ReadsSome) -> Source:
    status = os.fstat(raw.fileno()) if path != STANDARD_INPUT else None
    total_bytes = status.st_size if status and stat.S_ISREG(status.st_mode) else 0
    head, stream = _read_ahead(content)
    if packing := packing_of(head):
        head, stream = _read_ahead(io.BufferedReader(Unpacked(stream, packing)))
    return Source(source_name(path), head, stream, raw, total_bytes, packing)


def _read_ahead(stream: ReadsSome) -> tuple[bytes, io.BufferedReader]:
    """Return the beginning of *stream*, and all of it.

    The beginning ends early after a line of JSON, so that the first one from a pipe is
    not kept waiting for what follows it.
    """
    head = b""
    while len(head) < _HEAD_BYTES and (some := stream.read1(_HEAD_BYTES - len(head))):
        head += some
        text = head.lstrip()
        if text.startswith((b"{", b"[")) and b"\n" in text:
            break
    return head, io.BufferedReader(_Rejoined(head, stream), _HEAD_BYTES)


class _Rejoined(io.RawIOBase):
    """A stream that begins with what was already read of it."""

    def __init__(self, head: bytes, rest: ReadsSome) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._head[: len(buffer)] or self._rest.read1(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(content)] = content
        return len(content)


def _shown(path: Path) -> str:
    return source_name(path) if path == STANDARD_INPUT else f"'{path}'"


def _cause(error: OSError) -> str:
    cause = error.strerror or str(error)
    return cause[:1].lower() + cause[1:]


def _hint(path: Path, error: OSError) -> str:
    """Return what to do about *error*, as far as its kind tells."""
    match error:
        case FileNotFoundError():
            return _near(path)
        case IsADirectoryError():
            return f"name the files in it: {path / '*'}"
        case PermissionError():
            return "let yourself read it, as with chmod u+r"
        case _:
            return ""


def _near(path: Path) -> str:
    """Return the name that somebody may have meant who named a file that is not there."""
    try:
        siblings = sorted(each.name for each in islice(path.parent.iterdir(), _MAX_SIBLINGS))
    except OSError:
        return f"look for the folder: there is no '{path.parent}' to be read"
    near = get_close_matches(path.name, siblings, n=1)
    return str(path.with_name(near[0])) if near else f"look what is there: ls {path.parent}"
