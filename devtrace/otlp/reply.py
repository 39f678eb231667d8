"""What a receiver said about a request: the other side of `devtrace.otlp.status`.

A reply decides only what is counted and whether to send again, so nothing here
raises: what cannot be read says nothing.

Source: opentelemetry-proto `docs/specification.md`, "Partial Success", "Failures",
"OTLP/gRPC Throttling"; protobuf "ProtoJSON Format", Duration.
"""

import re
from typing import Any, NamedTuple

import orjson
from google.protobuf.message import DecodeError

from devtrace.otlp.schema import ExportResponse, RetryInfo, RpcStatus

_RETRY_INFO = "google.rpc.RetryInfo"
_REJECTED = ("rejectedSpans", "rejectedLogRecords", "rejectedDataPoints", "rejectedProfiles")
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


class PartialSuccess(NamedTuple):
    """What an acknowledgement says beside that it is one."""

    rejected: int = 0
    """Items that were refused, at least 0; they are not to be sent again."""
    message: str = ""
    """Why; a warning if none was refused."""


class Failure(NamedTuple):
    """What a receiver says that did not take a request."""

    message: str = ""
    retry_after_seconds: float | None = None
    """When to try again; None if it does not say."""


def read_acknowledgement(body: bytes, *, is_json: bool = False) -> PartialSuccess:
    """Read the response to a request of any signal that was taken, at least in part.

    Args:
        body: A serialized `Export…ServiceResponse`; empty is full success.
        is_json: Whether it is OTLP/JSON.
    """
    if is_json:
        return _json_acknowledgement(_json_object(body))
    try:
        partial = ExportResponse.FromString(body).partial_success
    except DecodeError:
        return PartialSuccess()
    return PartialSuccess(max(0, partial.rejected), partial.error_message)


def read_failure(body: bytes, *, is_json: bool = False) -> Failure:
    """Read a `google.rpc.Status`: the body of an HTTP failure, the detail of a gRPC one.

    Args:
        body: Whatever came; a proxy may have answered with a web page.
        is_json: Whether it is JSON.
    """
    if is_json:
        return _json_failure(_json_object(body))
    try:
        status = RpcStatus.FromString(body)
    except DecodeError:
        return Failure()
    delays = [
        read_retry_info(detail.value)
        for detail in status.details
        if detail.type_url.endswith(_RETRY_INFO)
    ]
    return Failure(status.message, delays[0] if delays else None)


def read_retry_info(body: bytes) -> float | None:
    """Return the seconds that a serialized `google.rpc.RetryInfo` asks to wait, if it does."""
    try:
        info = RetryInfo.FromString(body)
    except DecodeError:
        return None
    seconds: float = info.retry_delay.seconds + info.retry_delay.nanos / 1e9
    return max(0.0, seconds)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _json_acknowledgement(document: dict[str, Any]) -> PartialSuccess:
    partial = document.get("partialSuccess")
    if not isinstance(partial, dict):
        return PartialSuccess()
    rejected = 0
    for key in _REJECTED:
        try:
            rejected = max(rejected, int(partial.get(key) or 0))
        except (TypeError, ValueError):
            continue
    return PartialSuccess(rejected, str(partial.get("errorMessage") or ""))


def _json_failure(document: dict[str, Any]) -> Failure:
    delay = None
    details = document.get("details")
    for detail in details if isinstance(details, list) else ():
        if not isinstance(detail, dict) or not str(detail.get("@type")).endswith(_RETRY_INFO):
            continue
        if match := _DURATION.fullmatch(str(detail.get("retryDelay"))):
            delay = float(match[1])
    return Failure(str(document.get("message") or ""), delay)
