"""What a request asks for by its path, headers and first bytes, and what to tell those who erred.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/HTTP Request"; RFC 9110
sections 8.3 and 8.4.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from devtrace.otlp import mistakes
from devtrace.otlp.diagnostic import Note
from devtrace.otlp.signals import Signal

JSON = "application/json"
PROTOBUF = "application/x-protobuf"

SIGNAL_BY_PATH: Mapping[str, Signal] = MappingProxyType(
    {f"/v1/{signal}": signal for signal in Signal}
)

_PROTOBUF_SPELLINGS = frozenset({PROTOBUF, "application/protobuf"})
_UTF8_SPELLINGS = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
_SHOWN_CHARACTERS = 80
_TLS_HANDSHAKE = b"\x16"
_USUAL_METHODS = (b"POST ", b"GET ", b"PUT ", b"OPTIONS ", b"HEAD ")
_HTTP2_PREFACE = b"PRI * HTTP/2"
_GRPC_PREFIX = "/opentelemetry.proto.collector."
_HINT_BY_PATH: Mapping[str, Note] = MappingProxyType(
    {
        "/": mistakes.MISSING_PATH.note(
            "an endpoint for one signal is used as it is; end it with /v1/traces"
        ),
        "/v1/trace": mistakes.WRONG_PATH.note(
            "that was the path before OTLP 1.0; send to /v1/traces"
        ),
        "/v1development/profiles": mistakes.WRONG_PATH.note("profiles are not received"),
        "/api/v2/spans": mistakes.ZIPKIN_OR_JAEGER.note(
            "that is Zipkin; set the exporter to OTLP and send to /v1/traces"
        ),
        "/api/traces": mistakes.ZIPKIN_OR_JAEGER.note(
            "that is Jaeger; set the exporter to OTLP and send to /v1/traces"
        ),
    }
)


class MediaType(NamedTuple):
    """What a `Content-Type` says."""

    name: str
    """Lower case, without parameters; empty when the header is missing."""
    charset: str
    """Lower case; empty when it is not given."""

    @property
    def is_protobuf(self) -> bool:
        """Whether it is OTLP in protobuf, by either name."""
        return self.name in _PROTOBUF_SPELLINGS

    @property
    def is_json(self) -> bool:
        """Whether it is JSON in the one encoding that JSON has."""
        return self.name == JSON and self.charset in _UTF8_SPELLINGS

    @property
    def of_response(self) -> str:
        """The media type to answer in, exactly as exporters compare it."""
        return PROTOBUF if self.is_protobuf else JSON


def media_type_of(content_type: str) -> MediaType:
    """Read the value of a `Content-Type` header."""
    name, *parameters = content_type.lower().split(";")
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset":
            return MediaType(name.strip(), value.strip().strip('"'))
    return MediaType(name.strip(), "")


def path_hint(path: str) -> Note:
    """Return what to tell a sender about a path that receives nothing."""
    advice = _path_advice(path)
    return advice.diagnostic.note(f"nothing is received on {_cut(path)}: {advice}")


def _path_advice(path: str) -> Note:
    if path in _HINT_BY_PATH:
        return _HINT_BY_PATH[path]
    if path.startswith(_GRPC_PREFIX):
        return mistakes.GRPC_ON_HTTP_PORT.note(
            "that is a gRPC path; send OTLP/gRPC to the gRPC port"
        )
    for known in SIGNAL_BY_PATH:
        if path.rstrip("/") == known:
            return mistakes.WRONG_PATH.note(f"it has a slash too many; send to {known}")
        if path.endswith(known):
            return mistakes.DOUBLED_PATH.note(
                f"the endpoint already has a path and {known} was added; send to {known}"
            )
    return mistakes.WRONG_PATH.note(f"send to {', '.join(SIGNAL_BY_PATH)}")


def media_type_hint(content_type: str) -> str:
    """Return what to tell a sender about a media type that is not read."""
    media_type = media_type_of(content_type)
    if media_type.name == JSON:
        return f"charset {_cut(media_type.charset)} is not read: OTLP/JSON is UTF-8"
    sent = (
        f"Content-Type {_cut(content_type)} is not read" if content_type else "no Content-Type"
    )
    return f"{sent}: add -H 'Content-Type: {JSON}', or {PROTOBUF} for protobuf"


def coding_hint(content_encoding: str) -> str:
    """Return what to tell a sender about a content coding that is not read."""
    return f"Content-Encoding {_cut(content_encoding)} is not read: use gzip, deflate or none"


def too_large(max_bytes: int) -> str:
    """Return what to tell a sender whose request is beyond the bound."""
    return f"a request of more than {max_bytes} bytes is not read: send smaller batches"


def not_http(first_bytes: bytes, *, cause: str, http_port: int, grpc_port: int) -> Note:
    """Return what to tell a sender whose connection to the HTTP port is no decent HTTP/1.1.

    Args:
        first_bytes: What it began with.
        cause: What the parser of HTTP says of it.
        http_port: Where it arrived.
        grpc_port: Where OTLP/gRPC is received.
    """
    if first_bytes.startswith(_TLS_HANDSHAKE):
        return mistakes.TLS_ON_PLAIN_PORT.note(
            f"TLS sent to the HTTP port {http_port}, which takes plain HTTP: "
            "begin the endpoint with http://"
        )
    if first_bytes.startswith(_HTTP2_PREFACE):
        return mistakes.GRPC_ON_HTTP_PORT.note(
            f"OTLP/gRPC sent to the HTTP port {http_port}: use {grpc_port}, "
            "or OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
        )
    if first_bytes.startswith(_USUAL_METHODS):
        return mistakes.MALFORMED_HTTP.note(f"the request is malformed HTTP/1.1: {cause}")
    return mistakes.MALFORMED_HTTP.note(
        "this is no HTTP/1.1 request: OTLP/HTTP is received here, without TLS"
    )


def not_grpc(grpc_port: int, http_port: int) -> str:
    """Return what to tell of a connection to the gRPC port that is no gRPC."""
    return (
        f"OTLP/HTTP or TLS sent to the gRPC port {grpc_port}: for HTTP use {http_port}, "
        "or OTEL_EXPORTER_OTLP_PROTOCOL=grpc; for TLS begin the endpoint with http://"
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
