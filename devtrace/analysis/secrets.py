"""What must not leave with a copied trace: values that give access to something.

A short list, for text that people paste into issues and chats.  It knows the names that
credentials usually have, and the shapes in which they stand in headers and URLs; it is no
replacement for not recording them.

Source: docs/analysis.md, "Copies".
"""

import re
from itertools import pairwise

from devtrace.model import semconv

REDACTED = "REDACTED"

_WORDS = frozenset(
    {
        "apikey",
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "jwt",
        "passwd",
        "password",
        "secret",
        "token",
    }
)
_PAIRS = frozenset({("api", "key"), ("access", "key"), ("private", "key"), ("session", "id")})
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_SIGNATURES = "|".join(sorted(map(re.escape, semconv.SENSITIVE_QUERY_PARAMETERS)))
_IN_TEXT = (
    (re.compile(r"(://)[^/?#\s@]{1,512}@"), rf"\1{REDACTED}@"),
    (re.compile(r"(?i)\b(bearer|basic) +[\w.~+/=-]{8,}"), rf"\1 {REDACTED}"),
    (re.compile(rf"((?:^|[?&])(?:{_SIGNATURES})=)[^&#\s]*"), rf"\1{REDACTED}"),
)
_PARAMETER = re.compile(r"(^|[?&])([^=&#\s]{1,64})=([^&#\s]*)")


def is_secret(name: str) -> bool:
    """Return whether an attribute, header or query parameter called *name* holds a secret."""
    words = [word for word in _BETWEEN_WORDS.split(name[:256].lower()) if word]
    return not _WORDS.isdisjoint(words) or any(pair in _PAIRS for pair in pairwise(words))


def without_secrets(text: str) -> str:
    """Return *text* with user info in URLs, bearer tokens and query secrets replaced.

    Args:
        text: A value that is short enough to be shown.
    """
    for pattern, replacement in _IN_TEXT:
        text = pattern.sub(replacement, text)
    return _PARAMETER.sub(_without_parameter, text)


def _without_parameter(match: re.Match[str]) -> str:
    before, name, _ = match.groups()
    return f"{before}{name}={REDACTED}" if is_secret(name) else match[0]
