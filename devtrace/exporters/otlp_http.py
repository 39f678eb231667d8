"""OTLP/HTTP as a client: one kept connection per thread, by the standard library.

Proxies of the environment are not asked: the other end is nearly always this machine.
"""

import threading
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import time

from devtrace.exporters.otlp import Reply
from devtrace.exporters.target import Protocol, Target
from devtrace.exporters.unreachable import cause_of, unreachable
from devtrace.otlp.reply import read_acknowledgement, read_failure
from devtrace.otlp.signals import Signal
from devtrace.otlp.status import Code

_RETRYABLE = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
_CODES = {code.http_status: code for code in reversed(Code)}
_HINTS: dict[int, str] = {
    HTTPStatus.NOT_FOUND: "check the path of the endpoint: /v1/traces is added to it",
    HTTPStatus.UNAUTHORIZED: "give --header AUTHORIZATION=… with what the receiver wants",
    HTTPStatus.FORBIDDEN: "give --header AUTHORIZATION=… with what the receiver wants",
}
_MAX_REPLY_BYTES = 1 << 20


class HttpTransport:
    """Posts requests to one endpoint.

    Args:
        target: Where to.
        compresses: Whether bodies are handed over compressed with gzip.
    """

    def __init__(self, target: Target, *, compresses: bool) -> None:
        self._target = target
        self._is_json = target.protocol is Protocol.HTTP_JSON
        self._headers = {
            **target.headers,
            "content-type": "application/json" if self._is_json else "application/x-protobuf",
            "user-agent": "devtrace",
        }
        if compresses:
            self._headers["content-encoding"] = "gzip"
        self._kept = threading.local()
        self._connections: set[HTTPConnection] = set()

    def send(self, signal: Signal, body: bytes, *, timeout_seconds: float) -> Reply:
        """Post one request; a kept connection that the receiver has closed is made anew."""
        is_reused = getattr(self._kept, "connection", None) is not None
        try:
            try:
                return self._post(signal, body, timeout_seconds)
            except (ConnectionError, HTTPException):
                if not is_reused:
                    raise
                return self._post(signal, body, timeout_seconds)
        except (OSError, HTTPException) as error:
            return unreachable(cause_of(error), self._target)

    def close(self) -> None:
        """Hang up."""
        for connection in tuple(self._connections):
            connection.close()
        self._connections.clear()

    def _post(self, signal: Signal, body: bytes, timeout_seconds: float) -> Reply:
        connection = self._connection(timeout_seconds)
        try:
            connection.request("POST", self._target.path_of(signal), body, self._headers)
            response = connection.getresponse()
            content = response.read(_MAX_REPLY_BYTES)
            if not response.isclosed():
                self._hang_up(connection)
        except BaseException:
            self._hang_up(connection)
            raise
        return self._reply(response, content)

    def _connection(self, timeout_seconds: float) -> HTTPConnection:
        connection: HTTPConnection | None = getattr(self._kept, "connection", None)
        if connection is None:
            kind = HTTPSConnection if self._target.is_secure else HTTPConnection
            connection = kind(self._target.host, self._target.port, timeout=timeout_seconds)
            self._kept.connection = connection
            self._connections.add(connection)
        return connection

    def _hang_up(self, connection: HTTPConnection) -> None:
        connection.close()
        self._connections.discard(connection)
        self._kept.connection = None

    def _reply(self, response: HTTPResponse, content: bytes) -> Reply:
        is_json = response.headers.get_content_type() == "application/json"
        status = response.status
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            partial = read_acknowledgement(content, is_json=is_json)
            return Reply(Code.OK, partial.message, partial.rejected)
        failure = read_failure(content, is_json=is_json)
        delay = _retry_after_seconds(response.getheader("retry-after", ""))
        return Reply(
            _CODES.get(status, Code.UNKNOWN),
            f"HTTP {status} {response.reason}" + f": {failure.message}" * bool(failure.message),
            is_retryable=status in _RETRYABLE,
            retry_after_seconds=failure.retry_after_seconds if delay is None else delay,
            hint=_HINTS.get(status, ""),
        )


def _retry_after_seconds(text: str) -> float | None:
    """Read `Retry-After`: seconds, or a date."""
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None
