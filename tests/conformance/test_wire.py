"""Text in Protoscope's notation becomes the bytes that protobuf means by it."""

import pytest
from google.protobuf.struct_pb2 import Value
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.conformance.wire import encode


@pytest.mark.parametrize(
    ("text", "encoded"),
    [
        ("", ""),
        ("# nothing", ""),
        ("1: 5", "08 05"),
        ("1: -1", "08 ff ff ff ff ff ff ff ff ff 01"),
        ("1: 300 # two bytes", "08 ac 02"),
        ("1:VARINT 5", "08 05"),
        ("7: 1i64", "39 01 00 00 00 00 00 00 00"),
        ("7: 18446744073709551615i64", "39 ff ff ff ff ff ff ff ff"),
        ("16: 769i32", "85 01 01 03 00 00"),
        ("4: 0.5", "21 00 00 00 00 00 00 e0 3f"),
        ("4: 0.5i32", "25 00 00 00 3f"),
        ('5: {"a\\n\\"\\xff"}', "2a 04 61 0a 22 ff"),
        ('5: {"é"}', "2a 02 c3 a9"),
        ("5: {`0a FF`}", "2a 02 0a ff"),
        ("5: {}", "2a 00"),
        ("1: {2: {3: 4}}", "0a 04 12 02 18 04"),
        ("1:LEN `03 00`", "0a 03 00"),
        ("1000: {}", "c2 3e 00"),
    ],
)
def test_each_notation_has_its_bytes(text: str, encoded: str) -> None:
    """Also those that no schema would allow."""
    assert encode(text) == bytes.fromhex(encoded)


@pytest.mark.parametrize("text", ["1: {", "1:", "name: 1", '5: {"a}', "5: {`0`}"])
def test_what_is_not_in_the_notation_is_an_error(text: str) -> None:
    """A slip in a case must not send something else."""
    with pytest.raises(ValueError, match=r"."):
        encode(text)


@given(name=st.binary(max_size=20), start=st.integers(0, 2**64 - 1), kind=st.integers(0, 9))
def test_messages_are_what_the_official_encoder_writes(
    name: bytes, start: int, kind: int
) -> None:
    """Field by field, in order."""
    span = Span(trace_id=name, kind=kind, start_time_unix_nano=start)  # type: ignore[arg-type]
    text = (
        (f"1: {{`{name.hex()}`}} " if name else "")
        + (f"6: {kind} " if kind else "")
        + (f"7: {start}i64" if start else "")
    )

    assert encode(text) == span.SerializeToString()


@given(number=st.integers(-(2**63), 2**63 - 1))
def test_values_are_what_the_official_encoder_writes(number: int) -> None:
    """Signed integers as varints of ten bytes, doubles as eight."""
    pair = KeyValue(key="k", value=AnyValue(int_value=number))

    assert encode(f'1: {{"k"}} 2: {{3: {number}}}') == pair.SerializeToString()
    assert encode("2: 2.25") == Value(number_value=2.25).SerializeToString()
