"""What is said to a sender about its request.

Source: opentelemetry-proto `docs/specification.md`, "Full Success", "Partial
Success", "Failures"; googleapis `google/rpc/code.proto`.
"""

from enum import IntEnum
from typing import Any

import orjson

from devtrace.otlp.diagnostic import Diagnostic
from devtrace.otlp.mistakes import MALFORMED_BODY
from devtrace.otlp.schema import BadRequest, ExportResponse, RetryInfo, RpcStatus

MAX_MESSAGE_BYTES = 1024
"""Longest text sent back: the protocol bounds a response, and nobody reads more."""

_TYPE_URL = "type.googleapis.com/google.rpc."


class MalformedError(Exception):
    """A request that no decoder can read: permanent, and nothing of it is stored.

    Its message goes back to the sender, so it is one plain English sentence which
    says where the defect is and, where known, how to mend the sender.

    Args:
        message: That sentence.
        field: Path of the field that is wrong; empty when it is none in particular.
        diagnostic: What kind of mistake it is.
    """

    def __init__(
        self, message: str, *, field: str = "", diagnostic: Diagnostic = MALFORMED_BODY
    ) -> None:
        super().__init__(message)
        self.field = field
        self.diagnostic = diagnostic


class Code(IntEnum):
    """The outcome of a request, in gRPC's words; HTTP's follow from them."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16

    @property
    def http_status(self) -> int:
        """The HTTP status of the same meaning: a client retries both or neither."""
        return _HTTP_STATUS.get(self, 500)


_HTTP_STATUS = {
    Code.OK: 200,
    Code.INVALID_ARGUMENT: 400,
    Code.UNAUTHENTICATED: 401,
    Code.PERMISSION_DENIED: 403,
    Code.UNIMPLEMENTED: 404,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.CANCELLED: 503,
    Code.DEADLINE_EXCEEDED: 503,
    Code.ABORTED: 503,
    Code.OUT_OF_RANGE: 503,
    Code.UNAVAILABLE: 503,
    Code.DATA_LOSS: 503,
}


def shortened(message: str) -> str:
    """Cut *message* to what is sent back, on a character boundary."""
    encoded = message.encode("utf-8", "replace")
    if len(encoded) <= MAX_MESSAGE_BYTES:
        return encoded.decode()
    ellipsis = "…"
    room = MAX_MESSAGE_BYTES - len(ellipsis.encode())
    return encoded[:room].decode("utf-8", "ignore") + ellipsis


def export_response(
    *, rejected_spans: int = 0, error_message: str = "", as_json: bool = False
) -> bytes:
    """Return the body that acknowledges a request.

    Full success leaves `partial_success` unset: no bytes in protobuf, `{}` in JSON.
    That is the same for all signals.

    Args:
        rejected_spans: How many spans were refused; they will not be sent again.
        error_message: Why, and how to mend the sender; a warning when none was.
        as_json: Whether the request was JSON.
    """
    message = shortened(error_message)
    if as_json:
        partial: dict[str, str] = {}
        if rejected_spans:
            partial["rejectedSpans"] = str(rejected_spans)
        if message:
            partial["errorMessage"] = message
        return orjson.dumps({"partialSuccess": partial} if partial else {})
    response = ExportResponse()
    if rejected_spans or message:
        response.partial_success.rejected = rejected_spans
        response.partial_success.error_message = message
    return _serialized(response)


def rpc_status(
    code: Code,
    message: str,
    *,
    field: str = "",
    retry_after_seconds: int = 0,
    as_json: bool = False,
) -> bytes:
    """Return a `google.rpc.Status`: the body of an HTTP failure, the detail of a gRPC one.

    Args:
        code: What went wrong.
        message: The sentence for the sender; shortened.
        field: Path of the field that is wrong; given, it is sent as `BadRequest` too.
        retry_after_seconds: When to try again; above 0, it is sent as `RetryInfo`.
        as_json: Whether to write JSON.
    """
    message, field = shortened(message), shortened(field)
    if as_json:
        details: list[dict[str, object]] = []
        if field:
            violation = {"field": field, "description": message}
            details.append({"@type": f"{_TYPE_URL}BadRequest", "fieldViolations": [violation]})
        if retry_after_seconds:
            details.append(
                {"@type": f"{_TYPE_URL}RetryInfo", "retryDelay": f"{retry_after_seconds}s"}
            )
        status = {"code": int(code), "message": message}
        return orjson.dumps(status | {"details": details} if details else status)
    reply = RpcStatus(code=code, message=message)
    if field:
        bad_request = BadRequest()
        bad_request.field_violations.add(field=field, description=message)
        reply.details.add(type_url=f"{_TYPE_URL}BadRequest", value=_serialized(bad_request))
    if retry_after_seconds:
        reply.details.add(
            type_url=f"{_TYPE_URL}RetryInfo", value=retry_info(retry_after_seconds)
        )
    return _serialized(reply)


def retry_info(seconds: int) -> bytes:
    """Return a `google.rpc.RetryInfo` that asks to wait *seconds*."""
    info = RetryInfo()
    info.retry_delay.seconds = seconds
    return _serialized(info)


def _serialized(message: Any) -> bytes:  # noqa: ANN401  # built at run time
    serialized: bytes = message.SerializeToString()
    return serialized
