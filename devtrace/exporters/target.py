"""Where telemetry is sent and in which of OTLP's protocols.

Source: OpenTelemetry specification, `protocol/exporter.md`, "Endpoint URLs".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from devtrace.errors import UsageError
from devtrace.otlp.signals import Signal

_HINT = "name it as http://localhost:4318 or localhost:4317"
_SECURE = "https"


class Protocol(StrEnum):
    """How OTLP is transported, by the names that SDKs use."""

    GRPC = "grpc"
    HTTP_PROTOBUF = "http/protobuf"
    HTTP_JSON = "http/json"

    @property
    def default_port(self) -> int:
        """Where receivers of it listen unless they are told otherwise."""
        return 4317 if self is Protocol.GRPC else 4318


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One endpoint, and how it is spoken to."""

    protocol: Protocol
    host: str
    """A name or address, IPv6 without its brackets."""
    port: int
    path: str = ""
    """What stands before `/v1/traces`; without a slash at its end."""
    is_secure: bool = False
    """Whether TLS is spoken."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request: an API key, say."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.is_secure else 'http'}://{host}:{self.port}{self.path}"

    @property
    def address(self) -> str:
        """`host:port`, as gRPC wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def path_of(self, signal: Signal) -> str:
        """Return the path that *signal* is posted to."""
        return f"{self.path}/v1/{signal}"


def target(
    endpoint: str, protocol: Protocol, *, headers: Mapping[str, str] | None = None
) -> Target:
    """Read an endpoint as a user or an SDK's environment writes it.

    A scheme may be left out and means plain text; so may the port, which is then the
    protocol's own (443 with https).  A path that ends in `/v1/traces` is the same
    endpoint as without that.

    Args:
        endpoint: A URL, or `host:port`; empty is this machine.
        protocol: What is spoken there.
        headers: Sent with every request.

    Raises:
        UsageError: If it is no such thing.
    """
    url = endpoint if "://" in endpoint else f"http://{endpoint or 'localhost'}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"cannot send to {endpoint!r}: {error}".lower(), hint=_HINT) from None
    if parts.scheme not in {"http", _SECURE}:
        raise UsageError(
            f"cannot send to {endpoint!r}: {parts.scheme} is no protocol of OTLP", hint=_HINT
        )
    if not parts.hostname:
        raise UsageError(f"cannot send to {endpoint!r}: it names no host", hint=_HINT)
    path = parts.path.rstrip("/")
    for signal in Signal:
        path = path.removesuffix(f"/v1/{signal}")
    is_secure = parts.scheme == _SECURE
    return Target(
        protocol=protocol,
        host=parts.hostname,
        port=port or (443 if is_secure else protocol.default_port),
        path=path,
        is_secure=is_secure,
        headers={name.lower(): value for name, value in (headers or {}).items()},
    )
