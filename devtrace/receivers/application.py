"""OTLP/HTTP as an ASGI application.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/HTTP"; RFC 9110.
"""

import asyncio

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Diagnostic, Note
from devtrace.otlp.status import Code, MalformedError, export_response, rpc_status
from devtrace.receivers.body import (
    SUPPORTED_CODINGS,
    Body,
    BodyTooLargeError,
    HeldBytes,
    OverloadedError,
    coding_of,
)
from devtrace.receivers.cors import CorsPolicy, Header, preflight_headers, response_headers
from devtrace.receivers.exchange import (
    DisconnectedError,
    Exchange,
    Receive,
    Response,
    Scope,
    Send,
)
from devtrace.receivers.ingest import STOPPING, Answer, Ingest
from devtrace.receivers.limits import ReceiverLimits
from devtrace.receivers.negotiation import (
    PROTOBUF,
    SIGNAL_BY_PATH,
    coding_hint,
    media_type_hint,
    media_type_of,
    path_hint,
    too_large,
)
from devtrace.receivers.sender import Sender

_ALLOW: Header = (b"allow", b"POST, OPTIONS")


class _RefusalError(Exception):
    """A request that is turned away before its body is decoded."""

    def __init__(
        self,
        status: int,
        code: Code,
        message: str,
        *,
        diagnostic: Diagnostic | None,
        headers: tuple[Header, ...] = (),
        retry_after_seconds: int = 0,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.diagnostic = diagnostic
        self.headers = headers
        self.retry_after_seconds = retry_after_seconds


class OtlpApplication:
    """Answers every HTTP request, whatever it is.

    Args:
        ingest: Takes what was sent.
        limits: Bounds of a request.
        cors: Decides which web pages may send.
        grpc_port: Where OTLP/gRPC is received, to tell those who send it here.
    """

    def __init__(
        self, ingest: Ingest, *, limits: ReceiverLimits, cors: CorsPolicy, grpc_port: int
    ) -> None:
        self.grpc_port = grpc_port
        self._ingest = ingest
        self._limits = limits
        self._cors = cors
        self._held = HeldBytes(limits.max_held_bytes)
        self._exchanges: set[Exchange] = set()
        self._is_idle = asyncio.Event()
        self._is_draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the entry point of ASGI."""
        exchange = Exchange(scope, receive, send, limits=self._limits)
        self._exchanges.add(exchange)
        try:
            await exchange.answer(await self._response(exchange))
        except DisconnectedError:
            self._ingest.counters.aborted_requests += 1
        finally:
            self._exchanges.discard(exchange)
            if not self._exchanges:
                self._is_idle.set()

    @property
    def requests_in_flight(self) -> int:
        """How many requests are being read or answered."""
        return len(self._exchanges)

    async def drain(self, *, grace_seconds: float) -> None:
        """Turn new requests away and let those in flight finish; then break off reading."""
        self._is_draining = True
        try:
            async with asyncio.timeout(grace_seconds):
                while self._exchanges:
                    self._is_idle.clear()
                    await self._is_idle.wait()
        except TimeoutError:
            for exchange in self._exchanges:
                exchange.interrupt()

    def refuse_unreadable(self, message: Note, *, peer: str) -> bytes:
        """Count a request that is no HTTP, and return the body of the answer to it."""
        answer = self._ingest.refuse(
            Code.INVALID_ARGUMENT,
            message,
            sender=Sender("HTTP", peer, ""),
            diagnostic=message.diagnostic,
        )
        return rpc_status(answer.code, answer.message, as_json=True)

    async def _response(self, exchange: Exchange) -> Response:
        media_type = media_type_of(exchange.header("content-type")).of_response
        is_json = media_type != PROTOBUF
        headers: list[Header] = []
        status = None
        try:
            headers += self._cors_headers(exchange)
            if exchange.method == "OPTIONS" and exchange.path in SIGNAL_BY_PATH:
                return Response(204, headers=[*headers, *_options_headers(exchange)])
            answer = await self._answer(exchange)
        except _RefusalError as refusal:
            status = refusal.status
            headers += refusal.headers
            answer = self._ingest.refuse(
                refusal.code,
                str(refusal),
                sender=exchange.sender,
                diagnostic=refusal.diagnostic,
                retry_after_seconds=refusal.retry_after_seconds,
            )
        except MalformedError as error:
            answer = self._ingest.malformed(error, sender=exchange.sender)
        except DisconnectedError:
            raise
        except Exception as error:  # noqa: BLE001  # a defect costs this request, not the receiver
            answer = self._ingest.internal_error(error, sender=exchange.sender)
        headers.append((b"content-type", media_type.encode()))
        if answer.retry_after_seconds:
            headers.append((b"retry-after", str(answer.retry_after_seconds).encode()))
        body = _body(answer, is_json=is_json)
        return Response(status or answer.code.http_status, body, headers)

    async def _answer(self, exchange: Exchange) -> Answer:
        signal = SIGNAL_BY_PATH.get(exchange.path)
        if signal is None:
            hint = path_hint(exchange.path)
            raise _RefusalError(404, Code.NOT_FOUND, hint, diagnostic=hint.diagnostic)
        if exchange.method != "POST":
            message = f"{exchange.method} is not served here: telemetry is sent by POST"
            raise _RefusalError(
                405,
                Code.UNIMPLEMENTED,
                message,
                diagnostic=mistakes.WRONG_METHOD,
                headers=(_ALLOW,),
            )
        if exchange.header("upgrade"):  # the parser passed over its body
            message = "a request to upgrade is not read: send HTTP/1.1"
            raise _RefusalError(
                400, Code.INVALID_ARGUMENT, message, diagnostic=mistakes.UPGRADE_REQUEST
            )
        if self._is_draining:
            raise _stopping()
        if exchange.header_bytes > self._limits.max_header_bytes:
            message = f"headers of more than {self._limits.max_header_bytes} bytes are not read"
            raise _RefusalError(
                431, Code.RESOURCE_EXHAUSTED, message, diagnostic=mistakes.HEADERS_OVER_LIMIT
            )
        media_type = media_type_of(exchange.header("content-type"))
        if not media_type.is_json and not media_type.is_protobuf:
            message = media_type_hint(exchange.header("content-type"))
            raise _RefusalError(
                415, Code.INVALID_ARGUMENT, message, diagnostic=mistakes.WRONG_CONTENT_TYPE
            )
        with self._body(exchange) as body:
            await self._read(exchange, body)
            answer = await self._ingest.export(
                signal, body.finish(), is_json=media_type.is_json, sender=exchange.sender
            )
        if media_type.is_protobuf and media_type.name != PROTOBUF:
            sentence = f"Content-Type {media_type.name}; OTLP has {PROTOBUF}"
            self._ingest.note(
                mistakes.CONTENT_TYPE_SPELLING.note(sentence), sender=exchange.sender
            )
        return answer

    def _body(self, exchange: Exchange) -> Body:
        """Return what takes the body of *exchange*, if it may be read at all."""
        if exchange.header("transfer-encoding").lower() not in ("", "chunked"):
            message = "a Transfer-Encoding other than chunked is not read: use Content-Encoding"
            raise _RefusalError(
                501, Code.UNIMPLEMENTED, message, diagnostic=mistakes.UNSUPPORTED_CODING
            )
        coding = coding_of(exchange.header("content-encoding"))
        if coding is None:
            raise _RefusalError(
                415,
                Code.INVALID_ARGUMENT,
                coding_hint(exchange.header("content-encoding")),
                diagnostic=mistakes.UNSUPPORTED_CODING,
                headers=((b"accept-encoding", SUPPORTED_CODINGS.encode()),),
            )
        if exchange.declared_bytes > self._limits.max_request_bytes:
            raise self._too_large()
        return Body(coding, max_bytes=self._limits.max_request_bytes, held=self._held)

    def _too_large(self) -> _RefusalError:
        max_bytes = self._limits.max_request_bytes
        return _RefusalError(
            413,
            Code.RESOURCE_EXHAUSTED,
            too_large(max_bytes),
            diagnostic=mistakes.BODY_OVER_LIMIT,
        )

    async def _read(self, exchange: Exchange, body: Body) -> None:
        """Read *exchange* into *body*, which undoes its coding."""
        try:
            await exchange.read(body)
        except BodyTooLargeError:
            raise self._too_large() from None
        except OverloadedError:
            message = "too many large requests are being read at once: try again"
            raise _RefusalError(
                503, Code.UNAVAILABLE, message, diagnostic=None, retry_after_seconds=1
            ) from None
        except TimeoutError:
            if exchange.is_interrupted:
                raise _stopping() from None
            seconds = self._limits.read_timeout_seconds
            message = f"the request broke off: nothing arrived for {seconds:g} seconds"
            raise _RefusalError(
                408, Code.DEADLINE_EXCEEDED, message, diagnostic=mistakes.SLOW_REQUEST
            ) from None

    def _cors_headers(self, exchange: Exchange) -> list[Header]:
        origin = exchange.header_as_sent("origin")
        if not origin:
            return []
        if not self._cors.allows(origin):
            raise _RefusalError(
                403,
                Code.PERMISSION_DENIED,
                f"web pages of origin {origin.decode('latin-1')} may not send here",
                diagnostic=mistakes.ORIGIN_NOT_ALLOWED,
            )
        return response_headers(origin)


def _stopping() -> _RefusalError:
    return _RefusalError(
        503, Code.UNAVAILABLE, STOPPING, diagnostic=None, retry_after_seconds=1
    )


def _options_headers(exchange: Exchange) -> list[Header]:
    """Return what answers OPTIONS: a preflight, or a plain question for the methods."""
    if not exchange.header("origin"):
        return [_ALLOW]
    return [
        _ALLOW,
        *preflight_headers(
            requested_headers=exchange.header_as_sent("access-control-request-headers"),
            asks_private_network=exchange.header("access-control-request-private-network")
            == "true",
        ),
    ]


def _body(answer: Answer, *, is_json: bool) -> bytes:
    if answer.code is Code.OK:
        return export_response(
            rejected_spans=answer.rejected_spans,
            rejected_points=answer.rejected_points,
            error_message=answer.message,
            as_json=is_json,
        )
    return rpc_status(
        answer.code,
        answer.message,
        field=answer.field,
        retry_after_seconds=answer.retry_after_seconds,
        as_json=is_json,
    )
