"""An HTTP request of a span as a line for a shell.

Source: docs/analysis.md, "Copies"; semantic-conventions 1.44.0, "HTTP spans".
"""

import re
import shlex
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from devtrace.analysis.secrets import REDACTED, is_secret, without_secrets
from devtrace.model import semconv
from devtrace.model.semconv import Key, first
from devtrace.model.span import Span
from devtrace.model.text import printable

_HEADER_PREFIX = "http.request.header."
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNREAL_HEADERS = frozenset({"content-length", "host", "connection", "transfer-encoding"})
"""What curl writes itself; a wrong one makes the request fail."""
_MAX_HEADERS = 50
_MAX_CHARACTERS = 8_192
_SAFE_IN_URL = "!$&'()*+,-./:;=?@_~%#[]{}|^"
_GLOBS = frozenset("[]{}")


def curl_line(span: Span) -> str | None:
    """Return the request that *span* served or made, to be sent again.

    Decodes the span's attributes.  Its body is not known; headers only as far as they were
    recorded.  Secrets are replaced.

    Returns:
        One line, quoted for a POSIX shell; None when the span is no HTTP request, or does
        not say where to.
    """
    method = _text(span, semconv.HTTP_REQUEST_METHOD)
    if method == semconv.HTTP_METHOD_OTHER:
        method = _text(span, semconv.HTTP_REQUEST_METHOD_ORIGINAL)
    url = _url(span)
    if not _TOKEN.fullmatch(method) or url is None:
        return None
    words = ["curl"]
    if method == "HEAD":
        words.append("--head")
    elif method != "GET":
        words += ["-X", method]
    if not _GLOBS.isdisjoint(url):
        words.append("--globoff")
    for name, value in _headers(span):
        words += ["-H", f"{name}: {value}"]
    return shlex.join([*words, "--url", url])


def _headers(span: Span) -> Iterator[tuple[str, str]]:
    names: set[str] = set()
    for key, value in span.attributes.items():
        name = key.removeprefix(_HEADER_PREFIX).replace("_", "-").lower()
        is_header = key.startswith(_HEADER_PREFIX) and _TOKEN.fullmatch(name)
        if not is_header or name in _UNREAL_HEADERS:
            continue
        if len(names) == _MAX_HEADERS:
            return
        names.add(name)
        values = value if isinstance(value, list) else [value]
        text = ", ".join(str(each)[:_MAX_CHARACTERS] for each in values)[:_MAX_CHARACTERS]
        yield name, REDACTED if is_secret(name) else without_secrets(printable(text))
    agent = _text(span, semconv.USER_AGENT_ORIGINAL)
    if agent and "user-agent" not in names:
        yield "user-agent", printable(agent)


def _url(span: Span) -> str | None:
    """Return where the request went, as far as the span says; None for no HTTP address."""
    url = _text(span, semconv.URL_FULL) or _put_together(span)
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return quote(without_secrets(url), safe=_SAFE_IN_URL, errors="replace")


def _put_together(span: Span) -> str:
    """Return a URL made of the parts that a server knows of it; empty without a host."""
    host = _text(span, semconv.SERVER_ADDRESS)
    port = _text(span, semconv.SERVER_PORT)
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    authority = f"{host}:{port}" if host and port else host or _text(span, semconv.HTTP_HOST)
    if not authority:
        return ""
    target = _text(span, semconv.HTTP_TARGET)
    if path := _text(span, semconv.URL_PATH):
        query = _text(span, semconv.URL_QUERY)
        target = f"{path}?{query}" if query else path
    scheme = _text(span, semconv.URL_SCHEME) or "http"
    return f"{scheme}://{authority}/{target.removeprefix('/')}"


def _text(span: Span, key: Key) -> str:
    value = first(span.attributes, key)
    return "" if value is None else str(value)[:_MAX_CHARACTERS]
