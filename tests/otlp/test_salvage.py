"""What one damaged field holds is lost; the rest of the message is read."""

import pytest
from google.protobuf.message import DecodeError
from opentelemetry.proto.metrics.v1 import metrics_pb2

from devtrace.otlp.salvage import read_by_field

HISTOGRAM = "opentelemetry.proto.metrics.v1.HistogramDataPoint"
EXPONENTIAL = "opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint"


def test_a_sound_message_is_read_whole() -> None:
    """Nothing is left out."""
    payload = metrics_pb2.HistogramDataPoint(count=3, sum=0.0).SerializeToString()

    message, left_out = read_by_field(HISTOGRAM, payload)

    assert (message.count, message.HasField("sum"), left_out) == (3, True, ())


def test_damaged_fields_are_left_out_by_name() -> None:
    """Fields of every wire type around them are kept, those sent as zero too."""
    payload = metrics_pb2.ExponentialHistogramDataPoint(
        count=3, sum=0.0, scale=-4, flags=300, zero_count=2
    ).SerializeToString()
    damage = b"\x0a\x01\xff" + b"\x42\x02\x12\xff" + b"\x0a\x01\xff"
    attribute = b"\x0a\x03\x0a\x01k" + b"\xf8\x3e\x01" + b"\xfd\x3e\x01\x02\x03\x04"

    message, left_out = read_by_field(EXPONENTIAL, damage + payload + attribute)

    assert left_out == ("attributes", "positive", "attributes")
    assert (message.count, message.scale, message.flags, message.zero_count) == (3, -4, 300, 2)
    assert message.HasField("sum")
    assert message.attributes[0].key == b"k"


def test_a_group_is_left_out_without_a_word() -> None:
    """OTLP has none; an unknown field of that kind says nothing to anybody."""
    message, left_out = read_by_field(HISTOGRAM, b"\xfb\x3e\xfc\x3e\x4a\x01\xff\x21" + bytes(8))

    assert (message.count, left_out) == (0, ("attributes",))


def test_what_is_no_message_at_all_cannot_be_read() -> None:
    """Arrival has refused it before."""
    with pytest.raises(DecodeError):
        read_by_field(HISTOGRAM, b"\xff")
