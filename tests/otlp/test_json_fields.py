"""Objects and lists of OTLP/JSON become messages; every defect has a path."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, EntityRef
from opentelemetry.proto.metrics.v1.metrics_pb2 import HistogramDataPoint, Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from devtrace.otlp.json_fields import MAX_NESTING, fields_of, fill
from devtrace.otlp.json_scalars import FieldError, Reading
from devtrace.otlp.values import decode_span_detail
from tests.builders import a_span, any_value


def read(message: Any, value: Any) -> Reading:
    """Read *value* into *message*."""
    reading = Reading(lenient=False)
    fill(message, value, fields_of(message.DESCRIPTOR), reading)
    return reading


def nested(levels: int, *, as_map: bool) -> dict[str, Any]:
    """Return a value with *levels* arrays or maps around a number."""
    value: dict[str, Any] = {"intValue": 1}
    for _ in range(levels):
        if as_map:
            value = {"kvlistValue": {"values": [{"key": "k", "value": value}]}}
        else:
            value = {"arrayValue": {"values": [value]}}
    return value


def test_every_field_that_is_published_is_known() -> None:
    """The fields are taken from the descriptor, so none can be forgotten."""
    for message in (Span, Span.Event, Span.Link, Metric):
        assert set(fields_of(message.DESCRIPTOR).puts) == {
            field.camelcase_name for field in message.DESCRIPTOR.fields
        }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"stringValue": ""}, ""),
        ({"boolValue": False}, False),
        ({"intValue": 0}, 0),
        ({"arrayValue": {}}, []),
        ({"arrayValue": {"values": None}}, []),
        ({"kvlistValue": {}}, {}),
        ({}, None),
        (
            {"arrayValue": {"values": [{"stringValue": "a"}, {}, {"arrayValue": {}}]}},
            ["a", None, []],
        ),
    ],
)
def test_empty_values_stay_apart(written: dict[str, Any], value: Any) -> None:
    """The empty value is not the empty string, nor 0, nor false."""
    message = AnyValue()

    read(message, written)

    assert message == any_value(value)


def test_a_pair_without_a_value_has_the_empty_one() -> None:
    """The key is kept."""
    span = a_span()

    read(span, {"attributes": [{"key": "a"}, {"key": "b", "value": {}}, {}]})

    assert decode_span_detail(span.SerializeToString()).attributes == {
        "a": None,
        "b": None,
        "": None,
    }


def test_null_in_an_array_is_the_empty_value() -> None:
    """Nothing else can be meant; it is noted."""
    message = AnyValue()

    reading = read(message, {"arrayValue": {"values": [None, {"intValue": 1}]}})

    assert message == any_value([None, 1])
    assert reading.notes == {"null in an array; read as the empty value": 1}


def test_the_last_member_of_a_value_wins_and_is_noted() -> None:
    """A value has one kind."""
    message = AnyValue()

    reading = read(
        Span(),
        {"attributes": [{"key": "k", "value": {"stringValue": "a", "intValue": 1}}]},
    )
    read(message, {"arrayValue": {}, "stringValue": "a", "intValue": 1, "doubleValue": None})

    assert message == any_value(1)
    assert reading.notes == {"more than one member in a value; the last one is taken": 1}


@pytest.mark.parametrize("as_map", [False, True])
def test_nesting_is_read_to_its_bound(as_map: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    """What is accepted can be shown, even in an event, where it lies deepest."""
    event = {"attributes": [{"key": "k", "value": nested(MAX_NESTING, as_map=as_map)}]}
    span = a_span()

    read(span, {"events": [event]})

    detail = decode_span_detail(span.SerializeToString())
    value = detail.events[0].attributes["k"]
    for _ in range(MAX_NESTING):
        value = value["k"] if as_map else value[0]  # type: ignore[index,call-overload]
    assert value == 1
    assert detail.notes == ()


@pytest.mark.parametrize("as_map", [False, True])
def test_nesting_beyond_its_bound_is_refused(as_map: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    """It could not be read back."""
    value = nested(MAX_NESTING + 1, as_map=as_map)

    with pytest.raises(FieldError, match="nested more than 32 levels deep"):
        read(Span(), {"attributes": [{"key": "k", "value": value}]})


def test_values_side_by_side_are_not_nested() -> None:
    """Depth is counted, not number."""
    values = [nested(2, as_map=True) for _ in range(100)]

    read(AnyValue(), {"arrayValue": {"values": values}})


@pytest.mark.parametrize(
    ("written", "path", "cause"),
    [
        ([], "", "expected an object, got a list"),
        ({"status": 2}, "status", "expected an object, got 2"),
        ({"events": {}}, "events", "expected a list, got an object"),
        ({"events": [{}, None]}, "events[1]", "expected an object, got null"),
        (
            {"attributes": {"k": "v"}},
            "attributes",
            (
                'expected a list of {"key": …, "value": …}, got an object; '
                "OTLP/JSON writes attributes as a list"
            ),
        ),
        (
            {"attributes": [{"key": "k", "value": "v"}]},
            "attributes[0].value",
            'expected an object such as {"stringValue": "…"}, got "v"',
        ),
        (
            {"links": [{}, {"attributes": [{"value": {"arrayValue": {"values": [1]}}}]}]},
            "links[1].attributes[0].value.arrayValue.values[0]",
            'expected an object such as {"stringValue": "…"}, got 1',
        ),
    ],
)
def test_a_defect_has_a_path_and_a_cause(written: Any, path: str, cause: str) -> None:
    """Both go back to the sender."""
    with pytest.raises(FieldError) as raised:
        read(Span(), written)

    assert (raised.value.path, raised.value.cause) == (path, cause)


@given(
    key=st.text() | st.just("\ud800"),
    kind=st.sampled_from(["stringValue", "intValue", "boolValue", "doubleValue"]),
    member=st.text()
    | st.just("\udfff")
    | st.integers(min_value=-(2**64), max_value=2**64)
    | st.integers().map(str)
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.none(),
)
def test_an_attribute_is_read_the_same_with_more_around_it(
    key: str, kind: str, member: Any
) -> None:
    """What is read at once because it is common means what it means elsewhere."""

    def outcome(pair: dict[str, Any]) -> Any:
        span = Span()
        try:
            return read(span, {"attributes": [pair]}).notes, span.SerializeToString()
        except FieldError as error:
            return error.path, error.cause

    plain = {"key": key, "value": {kind: member}}

    assert outcome(plain) == outcome({**plain, "unknown": 1})


def test_an_alias_is_ignored_where_the_right_key_is() -> None:
    """Null counts as missing."""
    span = Span()

    read(span, {"name": "n", "trace_state": "old", "traceState": "new"})
    read(span, {"dropped_events_count": 3, "droppedEventsCount": None})

    assert (span.trace_state, span.dropped_events_count) == ("new", 3)


def test_other_signals_are_read_by_the_same_rules() -> None:
    """Nothing is particular to spans but their ids."""
    metric = Metric()

    reading = read(
        metric,
        {
            "name": "m",
            "sum": {
                "aggregationTemporality": "AGGREGATION_TEMPORALITY_DELTA",
                "dataPoints": [{"asInt": "5", "exemplars": [{"traceId": "ab" * 16}]}],
            },
        },
    )

    (point,) = metric.sum.data_points
    assert (metric.sum.aggregation_temporality, point.as_int) == (1, 5)
    assert point.exemplars[0].trace_id == b"\xab" * 16
    assert reading.notes.total() == 1


def test_lists_of_scalars_are_read_one_by_one() -> None:
    """References to entities have keys, histograms have bounds and counts."""
    entity, point = EntityRef(), HistogramDataPoint()

    read(entity, {"type": "service", "idKeys": ["service.name", "service.namespace"]})
    read(point, {"bucketCounts": ["1", 2, "1e1"], "explicitBounds": [0.5, "Infinity"]})

    assert list(entity.id_keys) == ["service.name", "service.namespace"]
    assert list(point.bucket_counts) == [1, 2, 10]
    assert list(point.explicit_bounds) == [0.5, float("inf")]


@pytest.mark.parametrize(
    ("written", "path", "cause"),
    [
        ({"bucketCounts": 1}, "bucketCounts", "expected a list, got 1"),
        ({"bucketCounts": [1, {}]}, "bucketCounts[1]", "expected an integer"),
        ({"bucketCounts": [None]}, "bucketCounts[0]", "got null"),
        ({"bucketCounts": [-1]}, "bucketCounts[0]", "-1 is out of range"),
        ({"explicitBounds": [1, "x"]}, "explicitBounds[1]", "expected a number"),
    ],
)
def test_a_defect_in_a_list_of_scalars_has_its_index(
    written: dict[str, Any], path: str, cause: str
) -> None:
    """A number that is left out would move all that follow it."""
    with pytest.raises(FieldError, match=re.escape(cause)) as raised:
        read(HistogramDataPoint(), written)

    assert raised.value.path == path
