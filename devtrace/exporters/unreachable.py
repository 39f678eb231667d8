"""Saying why nobody answered, in the same words for both protocols."""

import socket
import ssl
from http.client import BadStatusLine, HTTPException

from devtrace.exporters.otlp import Reply
from devtrace.exporters.target import Protocol, Target
from devtrace.otlp.status import Code

_REFUSED = "connection refused"
_CAUSES = {
    "Connection refused": _REFUSED,
    "Connection reset": "the connection was reset",
    "Socket closed": "the connection was closed",
    "DNS resolution failed": "no address has that name",
    "Domain name not found": "no address has that name",
    "Name or service not known": "no address has that name",
    "Network is unreachable": "the network is unreachable",
    "SSL": "TLS was not agreed on",
}
"""What gRPC quotes of its last error, and what that is called here."""

_CAUSE_BY_ERROR: dict[type[Exception], str] = {
    socket.gaierror: _CAUSES["DNS resolution failed"],
    TimeoutError: "no answer in time",
    ConnectionRefusedError: _REFUSED,
    BadStatusLine: "what answers there speaks no HTTP",
}


def cause_of(error: OSError | HTTPException) -> str:
    """Return why an HTTP request went unanswered."""
    if isinstance(error, ssl.SSLError):
        return f"TLS was not agreed on: {error.reason or error}"
    for kind, cause in _CAUSE_BY_ERROR.items():
        if isinstance(error, kind):
            return cause
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[0].lower() + error.strerror[1:]
    return str(error) or type(error).__name__


def cause_in(details: str) -> str:
    """Return why a gRPC call went unanswered; empty if it was answered.

    Args:
        details: What gRPC, or a receiver, said of the failure.
    """
    for quoted, cause in _CAUSES.items():
        if quoted in details:
            return cause
    return details if "last error" in details else ""


def unreachable(cause: str, target: Target) -> Reply:
    """Return the reply that stands for none."""
    if cause == _REFUSED:
        hint = "start a receiver there, such as devtrace, or name another with --endpoint"
    else:
        other = "http/protobuf" if target.protocol is Protocol.GRPC else "grpc"
        hint = f"check --endpoint and --protocol (is it {other} that is spoken there?)"
    return Reply(Code.UNAVAILABLE, cause, is_retryable=True, is_answered=False, hint=hint)
