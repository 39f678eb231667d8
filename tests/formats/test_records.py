"""Messages after their length are read one by one; a torn last one is told."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.formats.detect import MAX_RECORD_BYTES, Container
from devtrace.formats.records import Record, records


def varint(value: int) -> bytes:
    """Return *value* as protobuf writes it."""
    head = bytearray()
    while value > 0x7F:
        head.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*head, value))


def framed(message: bytes, framing: Container) -> bytes:
    """Return *message* after its length."""
    length = len(message)
    big_endian = framing is Container.BIG_ENDIAN_RECORDS
    return (length.to_bytes(4) if big_endian else varint(length)) + message


def read(content: bytes, framing: Container) -> list[Record]:
    """Return the records of *content*."""
    return list(records(io.BufferedReader(io.BytesIO(content)), framing))  # type: ignore[arg-type]


framings = st.sampled_from([Container.BIG_ENDIAN_RECORDS, Container.VARINT_RECORDS])
messages = st.lists(st.binary(max_size=300), max_size=4)


def test_a_length_may_be_torn_too() -> None:
    """A file may end within the length of a message."""
    assert read(b"\xff", Container.VARINT_RECORDS) == [Record(1, None)]
    assert read(b"\0", Container.BIG_ENDIAN_RECORDS) == [Record(1, None)]


@given(messages, framings)
def test_what_was_written_is_read(written: list[bytes], framing: Container) -> None:
    """Lengths of every size, and empty messages, come back in order and numbered."""
    content = b"".join(framed(message, framing) for message in written)

    assert read(content, framing) == [
        Record(number, message) for number, message in enumerate(written, 1)
    ]


@given(messages, st.binary(min_size=1, max_size=300), framings, st.data())
def test_a_torn_record_is_the_last(
    written: list[bytes], torn: bytes, framing: Container, data: st.DataObject
) -> None:
    """A writer that was killed costs the message it was writing, and no other."""
    whole = framed(torn, framing)
    cut = data.draw(st.integers(1, len(whole) - 1))
    content = b"".join(framed(message, framing) for message in written) + whole[:cut]

    *before, last = read(content, framing)

    assert [record.message for record in before] == written
    assert last == Record(len(written) + 1, None)


@pytest.mark.parametrize(
    ("content", "framing"),
    [
        ((MAX_RECORD_BYTES + 1).to_bytes(4), Container.BIG_ENDIAN_RECORDS),
        (varint(MAX_RECORD_BYTES + 1), Container.VARINT_RECORDS),
        (b"\xff" * 10, Container.VARINT_RECORDS),
    ],
)
def test_a_length_beyond_the_bound_is_not_believed(content: bytes, framing: Container) -> None:
    """No length in a file makes the reader ask for that much memory."""
    assert read(content + b"x" * 50, framing) == [Record(1, None)]
