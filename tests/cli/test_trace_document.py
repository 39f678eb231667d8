"""A trace as an object has everything in a form that programs read without OTLP."""

import json

from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan

from devtrace.cli.trace_document import trace_document
from tests.builders import a_span, a_trace, an_event, span_id_of


def test_spans_are_decoded_and_in_tree_order() -> None:
    """Names instead of numbers, hex instead of bytes, and JSON throughout."""
    link = WireSpan.Link(trace_id=b"t" * 16, span_id=b"s" * 8)
    trace = a_trace(
        a_span("child", parent="root", kind=3, status=2, message="no", links=[link]),
        a_span("root", events=[an_event("e", attributes={"f": float("inf")})]),
        a_span("lost", parent="nowhere"),
    )

    document = trace_document(trace)

    root, child, lost = document["spans"]
    assert [each["name"] for each in document["spans"]] == ["root", "child", "lost"]
    assert (child["kind"], child["status_code"], child["status_message"]) == (
        "CLIENT",
        "ERROR",
        "no",
    )
    assert child["links"] == [
        {"trace_id": b"t".hex() * 16, "span_id": b"s".hex() * 8, "attributes": {}}
    ]
    assert root["events"][0]["attributes"] == {"f": "Infinity"}
    assert (lost["placement"], lost["parent_span_id"]) == ("orphan", span_id_of("nowhere"))
    assert document["orphan_count"] == 1
    json.dumps(document, allow_nan=False)
