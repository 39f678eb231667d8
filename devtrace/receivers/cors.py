"""Which web pages may send telemetry, and how a browser is told.

A page on another origin than the receiver's is always a stranger to the browser, so
it asks first.  By default pages served from this machine may send: a page from
elsewhere must not be able to write into a developer's tracer.

Source: Fetch standard, "HTTP-CORS protocol"; Private Network Access, "CORS preflight".
"""

import re
from collections.abc import Collection

Header = tuple[bytes, bytes]

ANY_ORIGIN = "*"
"""Allows every page."""

_LOCAL = re.compile(rb"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?|null")
_VISIBLE = re.compile(rb"[\x21-\x7e]+")
_HEADER_NAMES = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_MAX_AGE_SECONDS = b"7200"


class CorsPolicy:
    """Decides by a request's `Origin`.

    Args:
        origins: Allowed beside those of this machine, each as a browser writes it
            (`https://app.example:8443`), or `ANY_ORIGIN`.
    """

    def __init__(self, origins: Collection[str] = ()) -> None:
        self._allows_any = ANY_ORIGIN in origins
        self._origins = frozenset(each.rstrip("/").lower().encode() for each in origins)

    def allows(self, origin: bytes) -> bool:
        """Return whether pages of *origin* may send."""
        if not _VISIBLE.fullmatch(origin):
            return False
        origin = origin.lower()
        return self._allows_any or origin in self._origins or bool(_LOCAL.fullmatch(origin))


def response_headers(origin: bytes) -> list[Header]:
    """Return what lets a page of an allowed *origin* read an answer, also a failure.

    The origin is echoed rather than `*`, because exporters that use `sendBeacon`
    send credentials, and browsers refuse the wildcard then.
    """
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


def preflight_headers(
    *, requested_headers: bytes = b"", asks_private_network: bool = False
) -> list[Header]:
    """Return what answers a preflight beside `response_headers`.

    Args:
        requested_headers: The value of `Access-Control-Request-Headers`.
        asks_private_network: Whether the page is on a public network and says so.
    """
    headers = [
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-max-age", _MAX_AGE_SECONDS),
    ]
    names = _HEADER_NAMES.findall(requested_headers.lower())
    if names:
        headers.append((b"access-control-allow-headers", b", ".join(names)))
    if asks_private_network:
        headers.append((b"access-control-allow-private-network", b"true"))
    return headers
