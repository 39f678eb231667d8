"""A file's bytes come unpacked and from the beginning, whatever they come from."""

import gzip
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from devtrace.errors import ArchiveError
from devtrace.formats.detect import UnreadableError
from devtrace.formats.source import opened

CONTENT = os.urandom(200_000)


class Terminal:
    """Standard input that holds *content* and cannot be rewound."""

    def __init__(self, content: bytes) -> None:
        reading, writing = os.pipe()
        self._writer = os.fdopen(writing, "wb")
        self.buffer = os.fdopen(reading, "rb")
        self._writer.write(content)
        self._writer.close()


@pytest.mark.parametrize(
    ("pack", "packing"),
    [(bytes, ""), (gzip.compress, "gzip"), (zstandard.compress, "zstd")],
    ids=["plain", "gzip", "zstd"],
)
def test_what_was_read_ahead_is_given_back(
    tmp_path: Path, pack: Callable[[bytes], bytes], packing: str
) -> None:
    """Looking at the beginning loses nothing, packed or not."""
    path = tmp_path / "file"
    path.write_bytes(pack(CONTENT))

    with opened(path) as source:
        assert source.packing == packing
        assert source.head == CONTENT[: len(source.head)]
        assert source.stream.read() == CONTENT
        assert source.read_bytes == source.total_bytes == path.stat().st_size


def test_members_of_a_gzip_file_are_one_content(tmp_path: Path) -> None:
    """Archives that were rotated and joined are read whole."""
    path = tmp_path / "joined.gz"
    path.write_bytes(gzip.compress(b"one ") + gzip.compress(b"two"))

    with opened(path) as source:
        assert source.stream.read() == b"one two"


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch, *, packed: bool) -> None:
    """A pipe cannot be rewound or measured, and is read like a file all the same."""
    content = b"line\n" * 1_000
    terminal = Terminal(gzip.compress(content) if packed else content)
    monkeypatch.setattr(sys, "stdin", terminal)

    with opened(Path("-")) as source:
        assert source.name == "standard input"
        assert source.stream.read() == content
        assert (source.read_bytes, source.total_bytes) == (0, 0)
    terminal.buffer.close()


@pytest.mark.parametrize(
    ("name", "cause"), [("missing", "no such file or directory"), (".", "is a directory")]
)
def test_what_cannot_be_opened_is_named_with_the_cause(
    tmp_path: Path, name: str, cause: str
) -> None:
    """The user reads which of the files it was, and why."""
    path = tmp_path / name

    with pytest.raises(ArchiveError) as failure, opened(path):
        pass

    assert str(failure.value) == f"cannot read '{path}': {cause}"
    assert failure.value.exit_code == 4


def test_a_refusal_keeps_its_hint() -> None:
    """What a reader finds out about the content becomes an error about the file."""
    with (
        pytest.raises(ArchiveError, match=r"cannot read '.*null': it is odd") as failure,
        opened(Path(os.devnull)),
    ):
        raise UnreadableError("it is odd", hint="mend it")

    assert failure.value.hint == "mend it"


def test_the_first_line_of_a_pipe_is_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is still running is seen at work."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as end, os.fdopen(writing, "wb", buffering=0) as writer:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=end))
        writer.write(b'{"first":1}\n')

        with opened(Path("-")) as source:
            assert source.stream.readline() == b'{"first":1}\n'
            writer.write(b'{"second":2}\n')
            assert source.stream.readline() == b'{"second":2}\n'


def test_pieces_of_any_size_can_be_read(tmp_path: Path) -> None:
    """A reader that asks for more than there is, or for little, gets every byte once."""
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    read = io.BytesIO()

    with opened(path) as source:
        for size in (1, 65_535, 3, 70_000, 1_000_000):
            read.write(source.stream.read(size))

    assert read.getvalue() == CONTENT


def test_a_name_that_is_nearly_right_is_suggested(tmp_path: Path) -> None:
    """And a folder is told what it holds."""
    (tmp_path / "traces.jsonl").touch()

    with pytest.raises(ArchiveError) as missing, opened(tmp_path / "trace.jsonl"):
        pass
    with pytest.raises(ArchiveError) as folder, opened(tmp_path):
        pass

    assert missing.value.hint == str(tmp_path / "traces.jsonl")
    assert str(folder.value) == f"cannot read '{tmp_path}': is a directory"
    assert folder.value.hint == f"name the files in it: {tmp_path}/*"
