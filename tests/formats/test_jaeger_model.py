"""Jaeger's protobuf model as JSON says the same as its UI's form."""

import json
from pathlib import Path
from typing import Any

import pytest

from devtrace.formats.jaeger import read_jaeger
from devtrace.formats.jaeger_model import as_ui_trace, is_model
from tests.formats.reading import spans_of

FIXTURES = Path(__file__).parents[2] / "../shared/fixtures/jaeger-ui-json"
SPAN: dict[str, Any] = {
    "traceId": "AAAAAAAAAAAAAAAAAAAAAQ==",
    "spanId": "AAAAAAAAAAI=",
    "operationName": "GET /",
    "startTime": "2017-01-26T16:46:31.639875139-05:00",
    "duration": "5000ns",
    "process": {"serviceName": "shop"},
}


def test_it_is_known_by_its_spans() -> None:
    """The UI spells its ids otherwise."""
    assert is_model({"spans": [SPAN]})
    assert not is_model({"spans": [{"traceID": "1", "spanID": "2"}]})
    assert not is_model({"spans": []})


def test_a_span_is_read_to_the_nanosecond() -> None:
    """Its moment has more digits than the UI's."""
    (span,) = spans_of(read_jaeger, {"spans": [SPAN]})

    assert (span.trace_id, span.span_id) == ("0" * 31 + "1", "0000000000000002")
    assert span.start_time_unix_nano == 1_485_467_191_639_875_139
    assert (span.duration_nano, span.service_name) == (5_000, "shop")


@pytest.mark.parametrize(
    ("text", "micros"),
    [("5000ns", "5.000"), ("1.5s", "1500000.0"), ("1m2.5s", "62500000.0"), ("250ms", "250000")],
)
def test_durations_are_read_as_go_and_protobuf_write_them(text: str, micros: str) -> None:
    """Both have units, Go several of them."""
    trace = as_ui_trace({"spans": [SPAN | {"duration": text}]})

    assert trace["spans"][0]["duration"] == micros


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"vStr": "x"}, "x"),
        ({"vType": "STRING"}, ""),
        ({"vType": "BOOL", "vBool": True}, True),
        ({"vType": "BOOL"}, False),
        ({"vType": "INT64", "vInt64": "23456"}, 23456),
        ({"vType": "INT64"}, 0),
        ({"vType": "FLOAT64", "vFloat64": 72.5}, 72.5),
        ({"vType": "BINARY", "vBinary": "AAAwOQ=="}, b"\x00\x0009"),
    ],
)
def test_a_tag_has_its_value_in_the_field_of_its_type(
    fields: dict[str, Any], expected: object
) -> None:
    """What protobuf leaves out is the default of the type."""
    (span,) = spans_of(read_jaeger, {"spans": [SPAN | {"tags": [{"key": "k"} | fields]}]})

    assert span.attributes == {"k": expected}


def test_processes_may_stand_in_a_map() -> None:
    """A span names its process, or carries it."""
    span = {key: value for key, value in SPAN.items() if key != "process"}
    processes = [{"processId": "p1", "process": {"serviceName": "mapped"}}]

    (read,) = spans_of(
        read_jaeger, {"spans": [span | {"processId": "p1"}], "processMap": processes}
    )

    assert read.service_name == "mapped"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("startTime", "yesterday"),
        ("startTime", "2017-13-26T16:46:31Z"),
        ("duration", "long"),
        ("process", 7),
        ("tags", {"k": "v"}),
        ("logs", [1]),
    ],
)
def test_what_does_not_fit_costs_no_more_than_itself(key: str, value: object) -> None:
    """The span is there all the same."""
    (span,) = spans_of(read_jaeger, {"spans": [SPAN | {key: value}]})

    assert span.name == "GET /"


@pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="the collection of real documents is not beside the checkout"
)
def test_a_real_pair_reads_the_same() -> None:
    """The same trace in both forms gives the same spans, but for what the UI cuts off."""
    model, ui = (
        spans_of(read_jaeger, json.loads((FIXTURES / name).read_bytes()))
        for name in ("domain_01.json", "ui_01.json")
    )

    assert len(model) == 5
    for one, two in zip(model, ui, strict=True):
        assert one.start_time_unix_nano // 1_000 == two.start_time_unix_nano // 1_000
        assert (one.span_id, one.parent_span_id, one.links) == (
            two.span_id,
            two.parent_span_id,
            two.links,
        )
        assert (one.status_code, one.attributes) == (two.status_code, two.attributes)
        assert [each.name for each in one.events] == [each.name for each in two.events]
