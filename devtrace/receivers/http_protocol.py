"""HTTP/1.1 as uvicorn parses it, made safe for senders that are strangers.

Four things are added: headers are bounded, what is no HTTP is answered in OTLP's
shape, a sender that closes its half of the connection is still answered, and
`Upgrade` is ignored, as HTTP allows.  The parser would take the body of a
request to upgrade for another protocol and report a request without one, so that
its spans would vanish with a 200; Java's own HTTP client asks for HTTP/2 this way.

Source: RFC 9110 section 7.8; RFC 6585 section 5.
"""

import re
import sys
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Note
from devtrace.receivers.negotiation import not_http

_FIRST_BYTES = 16
_POST = b"POST "
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_UPGRADE_LINE = re.compile(rb"(?<=\n)upgrade[ \t]*:[^\n]*\n", re.IGNORECASE)


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection; uvicorn makes it.

    The bound on headers is the `h11_max_incomplete_event_size` of uvicorn's
    configuration, which its other parser uses for the same.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # uvicorn's business
        super().__init__(*args, **kwargs)
        self._max_header_bytes: int = self.config.h11_max_incomplete_event_size or 0
        self._first_bytes = b""
        self._head = b""
        self._messages_begun = 0
        self._is_in_message = False
        self._is_in_headers = False
        self._header_bytes = 0

    def data_received(self, data: bytes) -> None:
        """Parse what arrived."""
        if len(self._first_bytes) < _FIRST_BYTES:
            self._first_bytes += data[:_FIRST_BYTES]
        if not self._is_in_message:
            self._head += data
            if not self._is_head_ready():
                return
            data, self._head = self._without_upgrade(self._head), b""
        # Bytes after the end of one request belong to the next; they are at most one read.
        begun = self._messages_begun + (not self._is_in_message)
        super().data_received(data)
        if self._is_in_headers and self._messages_begun == begun:
            self._header_bytes += len(data)
            if self._header_bytes > self._max_header_bytes:
                self._refuse_headers()

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn always hangs up
        """Keep a connection whose sender has said all until all of it is answered."""
        has_said_all = self._messages_begun > 0 and not self._is_in_message
        if not has_said_all or self.cycle.response_complete:
            return False
        self.cycle.keep_alive = False
        return True

    def _is_head_ready(self) -> bool:
        """Return whether the parser may see what is held: a whole head, or no POST at all."""
        if self._head[: len(_POST)] != _POST[: len(self._head)]:
            return True
        if _END_OF_HEAD.search(self._head):
            return True
        if len(self._head) > self._max_header_bytes:
            self._refuse_headers()
        return False

    @staticmethod
    def _without_upgrade(data: bytes) -> bytes:
        end = _END_OF_HEAD.search(data)
        if end is None:
            return data
        return _UPGRADE_LINE.sub(b"", data[: end.end()]) + data[end.end() :]

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._messages_begun += 1
        self._is_in_message = self._is_in_headers = True
        self._header_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that its headers have ended."""
        self._is_in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that it has ended."""
        self._is_in_message = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # it names no cause
        """Answer what is no HTTP, or HTTP of which nobody can tell where it ends."""
        application: Any = self.config.app
        _, port = self.server or ("", 0)
        message = not_http(
            self._first_bytes,
            cause=str(sys.exception() or ""),
            http_port=port or 0,
            grpc_port=application.grpc_port,
        )
        self._close_with(HTTPStatus.BAD_REQUEST, message)

    def _refuse_headers(self) -> None:
        if not self.transport.is_closing():
            self._close_with(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                mistakes.HEADERS_OVER_LIMIT.note(
                    f"headers of more than {self._max_header_bytes} bytes are not read"
                ),
            )

    def _close_with(self, status: HTTPStatus, message: Note) -> None:
        application: Any = self.config.app
        body: bytes = application.refuse_unreadable(
            message, peer=self.client[0] if self.client else ""
        )
        self.transport.write(
            f"HTTP/1.1 {status.value} {status.phrase}\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n"
            "connection: close\r\n\r\n".encode()
            + body
        )
        self.transport.close()
