"""Answers are what the published messages say, in both encodings, and short."""

import json

import pytest
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceResponse,
)

from devtrace.otlp.status import (
    MAX_MESSAGE_BYTES,
    Code,
    export_response,
    retry_info,
    rpc_status,
    shortened,
)


def test_full_success_is_no_bytes_or_an_empty_object() -> None:
    """On full success `partial_success` stays unset."""
    assert export_response() == b""
    assert export_response(as_json=True) == b"{}"


def test_partial_success_counts_and_explains() -> None:
    """The sender learns how many spans were refused, and why."""
    in_protobuf = export_response(rejected_spans=3, error_message="why")
    in_json = export_response(rejected_spans=3, error_message="why", as_json=True)

    read = ExportTraceServiceResponse.FromString(in_protobuf)
    assert (read.partial_success.rejected_spans, read.partial_success.error_message) == (
        3,
        "why",
    )
    assert json.loads(in_json) == {
        "partialSuccess": {"rejectedSpans": "3", "errorMessage": "why"}
    }


def test_partial_success_of_metrics_counts_data_points() -> None:
    """R18: the same field of protobuf, under a name of its own in JSON."""
    in_protobuf = export_response(rejected_points=3, error_message="why")
    in_json = export_response(rejected_points=3, error_message="why", as_json=True)

    assert in_protobuf == export_response(rejected_spans=3, error_message="why")
    assert json.loads(in_json) == {
        "partialSuccess": {"rejectedDataPoints": "3", "errorMessage": "why"}
    }


def test_a_warning_rejects_nothing() -> None:
    """A message without a count goes with a request that was accepted in full."""
    assert json.loads(export_response(error_message="soon", as_json=True)) == {
        "partialSuccess": {"errorMessage": "soon"}
    }


def test_a_failure_names_the_field() -> None:
    """`BadRequest` says where the defect is, for programs."""
    status = status_pb2.Status.FromString(
        rpc_status(Code.INVALID_ARGUMENT, "no", field="resourceSpans[0]")
    )
    as_json = json.loads(
        rpc_status(Code.INVALID_ARGUMENT, "no", field="resourceSpans[0]", as_json=True)
    )

    bad_request = error_details_pb2.BadRequest()
    assert (status.code, status.message) == (3, "no")
    assert status.details[0].Unpack(bad_request)
    assert bad_request.field_violations[0].field == "resourceSpans[0]"
    assert as_json["details"][0]["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert as_json["details"][0]["fieldViolations"][0]["field"] == "resourceSpans[0]"


def test_a_plain_failure_has_no_details() -> None:
    """Nothing is sent that says nothing."""
    assert json.loads(rpc_status(Code.NOT_FOUND, "no", as_json=True)) == {
        "code": 5,
        "message": "no",
    }


def test_a_retryable_failure_says_when() -> None:
    """The delay stands in the status and, for Python, in a message of its own."""
    status = status_pb2.Status.FromString(
        rpc_status(Code.UNAVAILABLE, "later", retry_after_seconds=2)
    )
    as_json = json.loads(
        rpc_status(Code.UNAVAILABLE, "later", retry_after_seconds=2, as_json=True)
    )

    info = error_details_pb2.RetryInfo()
    assert status.details[0].Unpack(info)
    assert info.retry_delay.seconds == 2
    assert error_details_pb2.RetryInfo.FromString(retry_info(2)) == info
    assert as_json["details"][0]["retryDelay"] == "2s"


@given(st.text(max_size=3000))
def test_text_is_cut_to_its_bound_on_a_character(message: str) -> None:
    """A response stays far below what the protocol allows, and stays UTF-8."""
    short = shortened(message)

    assert len(short.encode()) <= MAX_MESSAGE_BYTES
    if len(message.encode("utf-8", "replace")) > MAX_MESSAGE_BYTES:
        assert message.startswith(short.removesuffix("…"))


def test_text_that_no_encoding_has_is_replaced() -> None:
    """A lone surrogate from a sender cannot break the answer to it."""
    assert shortened("a\ud800b") == "a?b"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Code.OK, 200),
        (Code.INVALID_ARGUMENT, 400),
        (Code.UNAUTHENTICATED, 401),
        (Code.PERMISSION_DENIED, 403),
        (Code.UNIMPLEMENTED, 404),
        (Code.RESOURCE_EXHAUSTED, 429),
        (Code.INTERNAL, 500),
        (Code.UNKNOWN, 500),
        (Code.NOT_FOUND, 500),
        *((code, 503) for code in (1, 4, 10, 11, 14, 15)),
    ],
)
def test_http_says_what_grpc_says(code: int, status: int) -> None:
    """A client retries both or neither."""
    assert Code(code).http_status == status
