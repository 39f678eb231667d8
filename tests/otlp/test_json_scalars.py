"""Each scalar is read in every form that senders write, and in no other."""

import math
from typing import Any

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.otlp.json_fields import fields_of, fill
from devtrace.otlp.json_scalars import FieldError, Reading, RefusedSpanError, shown

TOO_LARGE = "intValue that is no 64-bit integer; read as double"
BEYOND_DOUBLE = "number beyond the range of double; read as Infinity"


def read(message: Any, value: dict[str, Any], *, lenient: bool = False) -> Reading:
    """Read *value* into *message*."""
    reading = Reading(lenient=lenient)
    fill(message, value, fields_of(message.DESCRIPTOR), reading)
    return reading


def any_value(value: dict[str, Any]) -> tuple[Any, Reading]:
    """Return an attribute's value and what was noted while it was read."""
    message = AnyValue()
    reading = read(message, value)
    which = message.WhichOneof("value")
    return (getattr(message, which) if which else None), reading


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1544712660123456789", 1544712660123456789),
        (1544712660123456789, 1544712660123456789),
        ("18446744073709551615", 2**64 - 1),
        (1.5447e18, 1544700000000000000),
        ("1.5447e18", 1544700000000000000),
        ("1e3", 1000),
        ("12.0", 12),
        (0, 0),
        ("0", 0),
        ("007", 7),
    ],
    ids=repr,
)
def test_64_bit_integers_are_text_or_number_and_exact(written: Any, number: int) -> None:
    """No detour over double, which steps by 256 at today's time in nanoseconds."""
    span = Span()

    reading = read(span, {"startTimeUnixNano": written})

    assert span.start_time_unix_nano == number
    assert not reading.notes


@pytest.mark.parametrize(
    "written",
    [
        1.5,
        "1.5",
        "0.1e0",
        -1,
        "-1",
        2**64,
        "18446744073709551616",
        "1e30",
        1e30,
        math.inf,
        True,
        False,
        "",
        "abc",
        " 1",
        "1_000",
        "0x10",
        "٣",
        "+1",
        "NaN",
        {},
        [],
        "9" * 5000,
        "1e999999",
        "1e-999999",
    ],
    ids=repr,
)
def test_what_is_no_unsigned_64_bit_integer_is_refused(written: Any) -> None:
    """A wrong time would put a span into the wrong century."""
    with pytest.raises(FieldError) as raised:
        read(Span(), {"startTimeUnixNano": written})

    assert raised.value.path == "startTimeUnixNano"


@pytest.mark.parametrize("written", [7, "7", 7.0], ids=repr)
def test_32_bit_integers_are_read_likewise(written: Any) -> None:
    """`flags` and dropped counts occur as text too."""
    span = Span()

    read(span, {"flags": written, "droppedEventsCount": written})

    assert (span.flags, span.dropped_events_count) == (7, 7)


def test_a_32_bit_integer_out_of_range_is_refused() -> None:
    """It would not be what was sent."""
    with pytest.raises(FieldError, match="4294967296 is out of range"):
        read(Span(), {"flags": 2**32})


@pytest.mark.parametrize(
    ("written", "value", "notes"),
    [
        ("5", 5, []),
        (-5, -5, []),
        (1e18, 10**18, []),
        (str(2**63), float(2**63), [TOO_LARGE]),
        (1e21, 1e21, [TOO_LARGE]),
        (1.5, 1.5, [TOO_LARGE]),
        ("1.5", 1.5, [TOO_LARGE]),
        (math.inf, math.inf, [TOO_LARGE]),
    ],
    ids=repr,
)
def test_an_attribute_integer_that_is_none_becomes_a_double(
    written: Any, value: Any, notes: list[str]
) -> None:
    """JavaScript writes every number so, and has rounded it already."""
    read_value, reading = any_value({"intValue": written})

    assert read_value == value
    assert type(read_value) is type(value)
    assert list(reading.notes) == notes


@pytest.mark.parametrize("written", [True, "abc", "", "NaN", {}, []], ids=repr)
def test_an_attribute_integer_that_is_no_number_is_refused(written: Any) -> None:
    """There is nothing to make of it."""
    with pytest.raises(FieldError, match="expected an integer or a string of digits"):
        any_value({"intValue": written})


@pytest.mark.parametrize(
    ("written", "value", "notes"),
    [
        (1.5, 1.5, []),
        (3, 3.0, []),
        ("1.5", 1.5, []),
        ("-1e3", -1000.0, []),
        ("Infinity", math.inf, []),
        ("-Infinity", -math.inf, []),
        (math.inf, math.inf, [BEYOND_DOUBLE]),
        ("1e400", math.inf, [BEYOND_DOUBLE]),
    ],
    ids=repr,
)
def test_doubles_are_read(written: Any, value: float, notes: list[str]) -> None:
    """Numbers, text, and the three that are no numbers by name."""
    read_value, reading = any_value({"doubleValue": written})

    assert read_value == value
    assert list(reading.notes) == notes


def test_nan_is_read_by_name() -> None:
    """It is the one value that equals nothing."""
    assert math.isnan(any_value({"doubleValue": "NaN"})[0])


@pytest.mark.parametrize(
    "written", [True, "abc", "", "nan", "inf", "1_0", " 1", [], {}], ids=repr
)
def test_what_is_no_double_is_refused(written: Any) -> None:
    """Python would take some of these."""
    with pytest.raises(FieldError, match="expected a number"):
        any_value({"doubleValue": written})


@pytest.mark.parametrize(
    "member", ["doubleValue", "stringValue", "intValue", "arrayValue"], ids=repr
)
def test_null_is_the_empty_value(member: str) -> None:
    """JavaScript writes NaN and Infinity so; the span must not be lost for it."""
    assert any_value({member: None})[0] is None


@pytest.mark.parametrize(
    ("written", "kind", "notes"),
    [
        (2, 2, []),
        (9, 9, []),
        (-3, -3, []),
        ("SPAN_KIND_SERVER", 2, ["kind as a name; OTLP/JSON wants an integer"]),
        ("2", 2, ["kind as a string; OTLP/JSON wants an integer"]),
        ("SERVER", 0, ["kind with an unknown name; read as 0"]),
    ],
    ids=repr,
)
def test_enums_are_integers_and_names_are_noted(
    written: Any, kind: int, notes: list[str]
) -> None:
    """An unknown number is kept: a newer protocol may have a name for it."""
    span = Span()

    reading = read(span, {"kind": written})

    assert span.kind == kind
    assert list(reading.notes) == notes


@pytest.mark.parametrize("written", [1.5, True, 2**31, "1.5", {}], ids=repr)
def test_what_is_no_enum_is_refused(written: Any) -> None:
    """A number out of range is no kind of any version."""
    with pytest.raises(FieldError):
        read(Span(), {"kind": written})


@pytest.mark.parametrize("written", ["+/8=", "+/8", "-_8=", "-_8", "+_8"], ids=repr)
def test_bytes_are_base64_in_either_alphabet(written: str) -> None:
    """Padding is optional."""
    assert any_value({"bytesValue": written})[0] == b"\xfb\xff"


@pytest.mark.parametrize(
    "written", ["a", "abcde", "a=b=", "ab c", "äö", "====", 5, True], ids=repr
)
def test_what_is_no_base64_is_refused(written: Any) -> None:
    """Half of a value would be another value."""
    with pytest.raises(FieldError, match="expected base64"):
        any_value({"bytesValue": written})


def test_empty_bytes_are_bytes() -> None:
    """Empty is not absent."""
    assert any_value({"bytesValue": ""})[0] == b""


@pytest.mark.parametrize("written", [1, "true", 0, None, {}], ids=repr)
def test_booleans_are_true_or_false(written: Any) -> None:
    """proto3 JSON knows no other."""
    if written is None:
        assert any_value({"boolValue": written})[0] is None
        return
    with pytest.raises(FieldError, match="expected true or false"):
        any_value({"boolValue": written})


@pytest.mark.parametrize("written", [1, True, {}, []], ids=repr)
def test_strings_are_strings(written: Any) -> None:
    """A number in a name is a mistake worth telling."""
    with pytest.raises(FieldError, match="expected a string"):
        read(Span(), {"name": written})


def test_lone_surrogates_are_replaced_and_noted() -> None:
    """Python keeps them in text, and fails later when it is printed."""
    span = Span()

    reading = read(span, {"name": "a\ud800b😀\udc00"})

    assert span.name == "a\ufffdb😀\ufffd"
    assert reading.notes == {"lone surrogate in a string; replaced by U+FFFD": 1}


def test_an_id_that_is_not_hex_refuses_a_span_but_not_a_log_record() -> None:
    """A span is found by its id; elsewhere an id is a reference."""
    record = LogRecord()

    with pytest.raises(RefusedSpanError):
        read(Span(), {"traceId": "xyz"})
    reading = read(record, {"traceId": "xyz"})

    assert record.trace_id == b""
    assert reading.notes.total() == 1


@pytest.mark.parametrize("written", [5, True, {}, []], ids=repr)
def test_ids_are_strings(written: Any) -> None:
    """A number has lost its leading zeros."""
    with pytest.raises(FieldError, match="expected a string of hex digits"):
        read(Span(), {"traceId": written})


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"a": 1}, "an object"),
        ([1], "a list"),
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("x", '"x"'),
        ("\x1b[2J\ud800", '"\\u001b[2J\\ud800"'),
        ("x" * 41, f'"{"x" * 40}"…'),
    ],
    ids=repr,
)
def test_values_are_shown_short_and_harmless(value: Any, sentence: str) -> None:
    """They go back to the sender and onto a screen."""
    assert shown(value) == sentence
