"""The shallow messages read the published ones, and leave alone what they do not name."""

import subprocess
import sys

import pytest
from google.rpc import error_details_pb2, status_pb2
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.logs.v1 import logs_pb2
from opentelemetry.proto.trace.v1 import trace_pb2

from devtrace.otlp import schema
from devtrace.otlp.schema import ColumnsRequest, SlicedRequest, tolerant
from tests.builders import a_request, a_span, an_event

MESSAGES = [
    (schema.HotSpan, trace_pb2.Span),
    (schema.SlicedSpan, trace_pb2.Span),
    (schema.HotLogRecord, logs_pb2.LogRecord),
    (schema.SlicedLogRecord, logs_pb2.LogRecord),
    (schema.HotLogsRequest, ExportLogsServiceRequest),
    (schema.SlicedRequest, ExportTraceServiceRequest),
    (schema.ColumnsRequest, ExportTraceServiceRequest),
    (schema.ExportResponse, ExportTraceServiceResponse),
    (schema.RpcStatus, status_pb2.Status),
    (schema.BadRequest, error_details_pb2.BadRequest),
    (schema.RetryInfo, error_details_pb2.RetryInfo),
]


@pytest.mark.parametrize(("ours", "published"), MESSAGES)
def test_every_field_has_the_number_that_is_published(ours: type, published: type) -> None:
    """A wrong number would read nothing, without an error."""
    published_numbers = {field.name: field.number for field in published.DESCRIPTOR.fields}

    for field in ours.DESCRIPTOR.fields:
        assert published_numbers[field.name] == field.number


@pytest.mark.parametrize(
    ("response", "field"),
    [
        (ExportTraceServiceResponse, "rejected_spans"),
        (ExportMetricsServiceResponse, "rejected_data_points"),
        (ExportLogsServiceResponse, "rejected_log_records"),
    ],
)
def test_one_response_serves_all_signals(response: type, field: str) -> None:
    """The three published responses differ in a name only, which is not on the wire."""
    ours = schema.ExportResponse()
    ours.partial_success.rejected = 3
    ours.partial_success.error_message = "why"

    read = response.FromString(ours.SerializeToString())

    assert getattr(read.partial_success, field) == 3
    assert read.partial_success.error_message == "why"


def test_slicing_keeps_a_span_byte_for_byte() -> None:
    """What is stored is what was sent, with fields nobody knows yet."""
    payload = a_span(events=[an_event("e")]).SerializeToString() + b"\xfa\x3e\x03new"
    request = SlicedRequest()
    request.resource_spans.add().scope_spans.add().spans.append(payload)

    sliced = SlicedRequest.FromString(request.SerializeToString())

    assert list(sliced.resource_spans[0].scope_spans[0].spans) == [payload]


def test_the_ids_of_a_scope_are_read_in_columns() -> None:
    """In the order of the spans; a field that some lack has a shorter column."""
    spans = [a_span("a"), a_span("b", parent="a"), a_span("c", parent="b")]

    ids = ColumnsRequest.FromString(a_request(*spans).SerializeToString())

    columns = ids.resource_spans[0].scope_spans[0].spans
    assert list(columns.trace_id) == [span.trace_id for span in spans]
    assert list(columns.span_id) == [span.span_id for span in spans]
    assert list(columns.parent_span_id) == [span.parent_span_id for span in spans[1:]]


def test_tolerant_messages_take_strings_that_are_not_utf8() -> None:
    """One bad byte must not make a whole span unreadable."""
    span = tolerant("opentelemetry.proto.trace.v1.Span").FromString(b"\x2a\x02\xff\xfe")

    assert span.name == b"\xff\xfe"


def test_tolerant_refuses_a_name_that_is_not_published() -> None:
    """A typing error shows at once."""
    with pytest.raises(KeyError):
        tolerant("opentelemetry.proto.trace.v1.Spam")


def test_importing_what_decodes_builds_no_message_class() -> None:
    """Protobuf is imported when something is read, and by then once and for all."""
    program = (
        "import sys\n"
        "from devtrace.otlp.decode import read_trace_id\n"
        "from devtrace.otlp.schema import HotSpan, build\n"
        "assert 'google.protobuf.descriptor' not in sys.modules\n"
        "build()\n"
        "assert 'google.protobuf.descriptor' in sys.modules\n"
        "assert HotSpan.FromString is HotSpan.FromString\n"
        "assert HotSpan(name=b'x').name == b'x'\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
