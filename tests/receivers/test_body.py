"""A body is inflated while it arrives, and measured before it is kept."""

import gzip
import hashlib
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.otlp.status import MalformedError
from devtrace.receivers.body import (
    Body,
    BodyTooLargeError,
    HeldBytes,
    OverloadedError,
    coding_of,
)

MEBIBYTE = 1024 * 1024


def read(coding: str, *chunks: bytes, max_bytes: int = MEBIBYTE) -> bytes:
    """Feed *chunks* and return the body."""
    body = Body(coding, max_bytes=max_bytes)
    for chunk in chunks:
        for _ in body.feed(chunk):
            pass
    return body.finish()


def raw_deflate(data: bytes) -> bytes:
    """Return *data* deflated without the zlib header that HTTP demands."""
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(data) + deflater.flush()


ENCODERS = {
    "identity": lambda data: data,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "raw deflate": raw_deflate,
}


@given(
    data=st.binary(max_size=2000),
    encoder=st.sampled_from(list(ENCODERS)),
    cuts=st.lists(st.integers(1, 100), min_size=1, max_size=30),
)
def test_every_coding_is_undone_however_it_is_cut(
    data: bytes, encoder: str, cuts: list[int]
) -> None:
    """The network cuts where it likes."""
    sent = ENCODERS[encoder](data)
    chunks = []
    for cut in cuts:
        chunks.append(sent[:cut])
        sent = sent[cut:]

    assert read(encoder.removeprefix("raw "), *chunks, sent) == data


def test_several_gzip_members_are_one_body() -> None:
    """Some senders flush a member per write; padding between them is allowed."""
    sent = (
        gzip.compress(b"a") + gzip.compress(b"b") + bytes(10) + gzip.compress(b"c") + bytes(3)
    )

    assert read("gzip", sent) == b"abc"
    assert read("gzip", *(bytes([byte]) for byte in sent)) == b"abc"


@pytest.mark.parametrize(
    ("coding", "sent", "cause"),
    [
        ("gzip", b"", "it is empty"),
        ("gzip", b"not gzip", "incorrect header check"),
        ("gzip", gzip.compress(b"x" * 100)[:-3], "it is truncated"),
        ("gzip", gzip.compress(b"x")[:-8] + bytes(8), "incorrect data check"),
        ("gzip", gzip.compress(b"x") + b"more", "incorrect header check"),
        ("deflate", b"", "it is empty"),
        ("deflate", b"\x78", "it is truncated"),
        ("deflate", zlib.compress(b"x")[:-1], "it is truncated"),
        ("deflate", zlib.compress(b"x") + b"more", "bytes follow its end"),
        ("deflate", b"\xff\xff\xff", "invalid block type"),
    ],
)
def test_what_is_not_in_its_coding_is_malformed(coding: str, sent: bytes, cause: str) -> None:
    """The sender learns what is wrong with it."""
    with pytest.raises(MalformedError, match=f"cannot inflate the body as {coding}: {cause}"):
        read(coding, sent)


@pytest.mark.parametrize("encoder", list(ENCODERS))
def test_the_bound_holds_for_what_is_inflated(encoder: str) -> None:
    """At the bound is in; one byte more is out."""
    coding = encoder.removeprefix("raw ")

    assert len(read(coding, ENCODERS[encoder](bytes(1000)), max_bytes=1000)) == 1000
    with pytest.raises(BodyTooLargeError):
        read(coding, ENCODERS[encoder](bytes(1001)), max_bytes=1000)


def test_the_bound_holds_for_what_is_sent() -> None:
    """Bytes that inflate to less than they are cost the wire all the same."""
    incompressible = gzip.compress(hashlib.shake_256(b"noise").digest(1000))

    with pytest.raises(BodyTooLargeError):
        read("gzip", incompressible, max_bytes=len(incompressible) - 1)


def test_a_bomb_costs_no_more_memory_than_the_bound() -> None:
    """A quarter of a gigabyte in 256 kB, refused on the way."""
    bomb = gzip.compress(bytes(256 * MEBIBYTE))
    bound = 8 * MEBIBYTE

    tracemalloc.start()
    try:
        with pytest.raises(BodyTooLargeError):
            read("gzip", bomb, max_bytes=bound)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 2 * bound


def test_others_get_a_turn_while_a_body_is_inflated() -> None:
    """Inflating is cut into pieces; between them the event loop goes on."""
    body = Body("gzip", max_bytes=16 * MEBIBYTE)

    pauses = sum(1 for _ in body.feed(gzip.compress(bytes(10 * MEBIBYTE))))

    assert pauses >= 10
    assert len(body.finish()) == 10 * MEBIBYTE


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("GZip", "gzip"),
        ("x-gzip", "gzip"),
        ("identity, gzip", "gzip"),
        ("deflate", "deflate"),
        ("zstd", None),
        ("gzip, gzip", None),
        ("snappy", None),
    ],
)
def test_codings_are_told_from_the_header(header: str, coding: str | None) -> None:
    """None stands for what is not supported."""
    assert coding_of(header) == coding


def test_bodies_together_hold_no_more_than_their_bound() -> None:
    """However many there are; each has a mebibyte of its own, and all is given back."""
    held = HeldBytes(3 * MEBIBYTE)
    bomb = gzip.compress(bytes(8 * MEBIBYTE))

    def opened() -> Body:
        return Body("gzip", max_bytes=8 * MEBIBYTE, held=held)

    with opened() as first, opened() as second, opened() as small:
        feeding, other = first.feed(bomb), second.feed(bomb)
        for _ in range(2):
            next(feeding), next(other)
        assert held.byte_count == 2 * MEBIBYTE
        next(feeding)
        with pytest.raises(OverloadedError):
            next(other)
        with pytest.raises(OverloadedError):
            next(feeding)
        for _ in small.feed(gzip.compress(bytes(MEBIBYTE))):
            pass
        assert small.finish() == bytes(MEBIBYTE)
        assert held.byte_count == 3 * MEBIBYTE
    assert held.byte_count == 0


@given(st.lists(st.integers(0, 3 * MEBIBYTE), max_size=8))
def test_what_a_body_took_is_given_back_to_the_byte(sizes: list[int]) -> None:
    """Also of one that was refused midway."""
    held = HeldBytes(2 * MEBIBYTE)
    with Body("identity", max_bytes=4 * MEBIBYTE, held=held) as body:
        try:
            for size in sizes:
                for _ in body.feed(bytes(size)):
                    pass
        except (BodyTooLargeError, OverloadedError):
            pass
        assert held.byte_count <= held.max_bytes
    assert held.byte_count == 0
