"""Packed bytes are unpacked as they are asked for, and not without end."""

import gzip
import io
import os
from collections.abc import Callable

import pytest
import zstandard

from devtrace.formats import packing
from devtrace.formats.detect import UnreadableError
from devtrace.formats.packing import Unpacked, packing_of, unpacked

CONTENT = os.urandom(200_000) + b"x" * 100_000
PACK = {"gzip": gzip.compress, "zstd": zstandard.compress}

Pack = Callable[[bytes], bytes]


def reader(packed: bytes, name: str) -> io.BufferedReader:
    """Return what reads the content of *packed*."""
    return io.BufferedReader(Unpacked(io.BytesIO(packed), name))


@pytest.mark.parametrize(("name", "pack"), PACK.items())
def test_content_comes_back_whatever_is_asked_for_at_once(name: str, pack: Pack) -> None:
    """Small reads and large ones see the same bytes."""
    packed = pack(CONTENT)
    assert packing_of(packed) == name
    stream = reader(packed, name)

    read = [stream.read(size) for size in (1, 70_000, 3, 1_000_000)]

    assert b"".join(read) == CONTENT


@pytest.mark.parametrize(("name", "pack"), PACK.items())
def test_parts_that_follow_each_other_are_one_content(name: str, pack: Pack) -> None:
    """Files that were rotated and joined are read whole."""
    assert reader(pack(b"one ") + pack(b"") + pack(b"two"), name).read() == b"one two"


@pytest.mark.parametrize(("name", "pack"), PACK.items())
@pytest.mark.parametrize("kept", [slice(0, -3), slice(0, 60_000)])
def test_what_ends_early_is_read_up_to_there(name: str, pack: Pack, kept: slice) -> None:
    """The tear is told when it is come to, not before."""
    stream = reader(pack(CONTENT)[kept], name)
    assert stream.read(1_000) == CONTENT[:1_000]

    with pytest.raises(UnreadableError, match=f"its {name} data is damaged or ends early"):
        stream.read()


@pytest.mark.parametrize(("name", "pack"), PACK.items())
def test_what_is_damaged_is_an_error(name: str, pack: Pack) -> None:
    """Garbage after the first bytes is no content."""
    packed = pack(CONTENT)[:8] + b"\xff" * 1_000

    with pytest.raises(UnreadableError, match="is damaged or ends early"):
        reader(packed, name).read()


@pytest.mark.parametrize(("name", "pack"), PACK.items())
def test_a_bomb_is_given_up(monkeypatch: pytest.MonkeyPatch, name: str, pack: Pack) -> None:
    """What grows out of all proportion ends soon after the free amount."""
    monkeypatch.setattr(packing, "FREE_BYTES", 1_000_000)
    stream = reader(pack(bytes(20_000_000)), name)
    assert len(stream.read(900_000)) == 900_000

    pieces = iter(lambda: stream.read1(65_536), b"")
    with pytest.raises(UnreadableError, match="to more than 500 times its size") as refusal:
        assert sum(map(len, pieces)) < 0, "it was read to its end"
    assert refusal.value.hint


@pytest.mark.parametrize(("name", "pack"), PACK.items())
def test_what_packs_well_is_no_bomb(
    monkeypatch: pytest.MonkeyPatch, name: str, pack: Pack
) -> None:
    """Lines that are much alike pack a hundredfold and are read to their end."""
    monkeypatch.setattr(packing, "FREE_BYTES", 1_000)
    content = b"".join(
        b'{"name":"GET /","traceId":"%s"}\n' % os.urandom(2) for _ in range(9_999)
    )

    assert reader(pack(content), name).read() == content


def test_a_message_is_unpacked_within_its_bound() -> None:
    """One that is not packed is itself."""
    assert unpacked(b"plain", max_bytes=1) == b"plain"
    assert unpacked(zstandard.compress(b"four"), max_bytes=4) == b"four"
    with pytest.raises(UnreadableError, match="it unpacks to more than 3 bytes"):
        unpacked(gzip.compress(b"four"), max_bytes=3)
