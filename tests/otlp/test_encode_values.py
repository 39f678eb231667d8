"""A value of any shape is written so that its type can be told."""

from typing import Any

from google.protobuf import json_format
from hypothesis import given
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from devtrace.otlp.encode_values import attributed_json, value_json
from devtrace.otlp.schema import tolerant
from tests.builders import any_value
from tests.otlp.test_encode import values


@given(values)
def test_a_strict_reader_gets_back_any_value(value: Any) -> None:
    """R121: text, numbers, bytes, arrays and maps, nested and empty."""
    sent = any_value(value)
    message = tolerant("opentelemetry.proto.common.v1.AnyValue")
    read = message.FromString(sent.SerializeToString())

    assert json_format.ParseDict(value_json(read), AnyValue()) == sent


def test_no_attributes_are_no_keys() -> None:
    """Readers must tell missing from empty, and writers must not make them."""
    assert attributed_json([], 0) == {}
    assert attributed_json([], 3) == {"droppedAttributesCount": 3}
