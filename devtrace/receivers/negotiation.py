"""What a request's path and headers ask for, and what to tell those who mistook them.

Source: opentelemetry-proto `docs/specification.md`, "OTLP/HTTP Request"; RFC 9110
sections 8.3 and 8.4.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from devtrace.otlp.signals import Signal

JSON = "application/json"
PROTOBUF = "application/x-protobuf"

SIGNAL_BY_PATH: Mapping[str, Signal] = MappingProxyType(
    {f"/v1/{signal}": signal for signal in Signal}
)

_PROTOBUF_SPELLINGS = frozenset({PROTOBUF, "application/protobuf"})
_UTF8_SPELLINGS = frozenset({"", "utf-8", "utf8", "us-ascii", "ascii"})
_SHOWN_CHARACTERS = 80
_GRPC_PREFIX = "/opentelemetry.proto.collector."
_HINT_BY_PATH: Mapping[str, str] = MappingProxyType(
    {
        "/": "an endpoint for one signal is used as it is; end it with /v1/traces",
        "/v1/trace": "that was the path before OTLP 1.0; send to /v1/traces",
        "/v1development/profiles": "profiles are not received",
        "/api/v2/spans": "that is Zipkin; set the exporter to OTLP and send to /v1/traces",
        "/api/traces": "that is Jaeger; set the exporter to OTLP and send to /v1/traces",
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


def path_hint(path: str) -> str:
    """Return what to tell a sender about a path that receives nothing."""
    return f"nothing is received on {_cut(path)}: {_path_advice(path)}"


def _path_advice(path: str) -> str:
    if path in _HINT_BY_PATH:
        return _HINT_BY_PATH[path]
    if path.startswith(_GRPC_PREFIX):
        return "that is a gRPC path; send OTLP/gRPC to the gRPC port"
    for known in SIGNAL_BY_PATH:
        if path.rstrip("/") == known:
            return f"it has a slash too many; send to {known}"
        if path.endswith(known):
            return f"the endpoint already has a path and {known} was added; send to {known}"
    return f"send to {', '.join(SIGNAL_BY_PATH)}"


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


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
