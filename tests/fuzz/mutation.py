"""Bytes that are nearly right: a valid beginning, and a few edits that a machine makes up."""

import random
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

TOKENS = (
    *(
        b"\0",
        b"\xff",
        b"\x0a",
        b"\x12",
        b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
        b"\xff" * 9,
    ),
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"null", b"true", b"-1", b"1e400", b"NaN"),
    *(b'"\\ud800"', b"\\u0000", b'"traceId"', b'"spanId"', b'"kvlistValue"', b'"values"'),
    *(b'{"arrayValue":{"values":[', b"18446744073709551616", b"\xef\xbb\xbf", b"\xc3\x28"),
    *(b"\r\n", b"\r\n\r\n", b"0\r\n\r\n", b"transfer-encoding: chunked\r\n", b"\x16\x03\x01"),
    *(b"content-length: 5\r\n", b"expect: 100-continue\r\n", b"upgrade: h2c\r\n", b"\n"),
    *(b"content-encoding: gzip\r\n", b"POST /v1/traces HTTP/1.1\r\n", b"ffffffff\r\n"),
)
MAX_BYTES = 64 * 1024
_MAX_EDITS = 8


class Kind(IntEnum):
    """What an edit does at its place."""

    REPLACE = 0
    INSERT = 1
    DELETE = 2
    REPEAT = 3
    CUT = 4
    BEGIN_ANEW = 5


class Edit(NamedTuple):
    """One change."""

    kind: Kind
    at: int
    """Counted round and round, so any number is a place."""
    length: int
    """Bytes deleted, or times repeated."""
    text: bytes


def edited(seed: bytes, edits: Sequence[Edit]) -> bytes:
    """Return *seed* after *edits*; at most `MAX_BYTES`."""
    text = seed
    for kind, anywhere, length, inserted in edits:
        at = anywhere % (len(text) + 1)
        before, after = text[:at], text[at:]
        match kind:
            case Kind.REPLACE:
                text = before + inserted + after[len(inserted) :]
            case Kind.INSERT:
                text = before + inserted + after
            case Kind.DELETE:
                text = before + after[length:]
            case Kind.REPEAT:
                text = before + after[:32] * (length + 1) + after[32:]
            case Kind.CUT:
                text = before
            case Kind.BEGIN_ANEW:
                text = before + seed
        text = text[:MAX_BYTES]
    return text


def random_edits(chance: random.Random, seeds: Sequence[bytes]) -> list[Edit]:
    """Return a few edits; some insert a piece of another seed."""
    return [
        Edit(
            chance.choice(list(Kind)),
            chance.randrange(1 << 16),
            chance.choice((1, 1, 2, 4, 8, 64)),
            _inserted(chance, seeds),
        )
        for _ in range(chance.randint(1, _MAX_EDITS))
    ]


def _inserted(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    match chance.randrange(4):
        case 0:
            return chance.randbytes(chance.randint(1, 8))
        case 1:
            seed = chance.choice(seeds)
            at = chance.randrange(len(seed) + 1)
            return seed[at : at + chance.randint(1, 64)]
        case _:
            return chance.choice(TOKENS)
