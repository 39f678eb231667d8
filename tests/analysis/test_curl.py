"""An HTTP span becomes a line that a shell runs as one command."""

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtrace.analysis.curl import curl_line
from devtrace.model.span import Span
from tests.builders import a_span, a_trace

_SERVED = {
    "http.request.method": "GET",
    "url.scheme": "https",
    "server.address": "shop.test",
    "url.path": "/cart",
}


def span_of(attributes: dict[str, Any]) -> Span:
    """Return a span with *attributes*."""
    (span,) = a_trace(a_span(attributes=attributes)).spans
    return span


@pytest.mark.parametrize(
    ("attributes", "line"),
    [
        ({}, "curl --url https://shop.test/cart"),
        ({"server.port": 8443, "url.query": "a=1"}, "curl --url 'https://shop.test:8443/cart?a=1'"),
        ({"http.request.method": "POST"}, "curl -X POST --url https://shop.test/cart"),
        ({"http.request.method": "HEAD"}, "curl --head --url https://shop.test/cart"),
        ({"url.full": "http://a.test/b"}, "curl --url http://a.test/b"),
        ({"server.address": "::1", "server.port": 80}, "curl --globoff --url 'https://[::1]:80/cart'"),
        ({"url.path": "/a b'c"}, "curl --url 'https://shop.test/a%20b'\"'\"'c'"),
        (
            {"http.request.method": "_OTHER", "http.request.method_original": "PURGE"},
            "curl -X PURGE --url https://shop.test/cart",
        ),
        (
            {"http.request.header.x_tenant": ["a", "b"], "user_agent.original": "me/1"},
            "curl -H 'x-tenant: a, b' -H 'user-agent: me/1' --url https://shop.test/cart",
        ),
        (
            {"http.request.header.authorization": ["Basic eHg6eHg="], "http.request.header.host": ["x"]},
            "curl -H 'authorization: REDACTED' --url https://shop.test/cart",
        ),
        ({"url.full": "http://u:p@a.test/?token=x"}, "curl --url 'http://REDACTED@a.test/?token=REDACTED'"),
    ],
)  # fmt: skip
def test_a_request_is_written_as_curl_takes_it(attributes: dict[str, Any], line: str) -> None:
    """Method, headers and address as far as they are known; secrets are not."""
    assert curl_line(span_of(_SERVED | attributes)) == line


def test_old_names_will_do() -> None:
    """As many senders still write them."""
    old = {
        "http.method": "GET",
        "http.scheme": "http",
        "http.host": "a:81",
        "http.target": "/x?y",
    }

    assert curl_line(span_of(old)) == "curl --url 'http://a:81/x?y'"


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"http.request.method": "GET"},
        {"http.request.method": "GET", "url.full": "file:///etc/passwd"},
        {"http.request.method": "GET", "url.full": "http://[::1"},
        {"http.request.method": "GET", "url.full": "http://a:b/"},
        {"http.request.method": "GET ; rm", "url.full": "http://a/"},
        {"url.full": "http://a/"},
    ],
)
def test_what_is_no_request_is_none(attributes: dict[str, Any]) -> None:
    """No method, no host, or another protocol."""
    assert curl_line(span_of(attributes)) is None


_ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(_ANY, _ANY, _ANY, _ANY)
def test_nothing_a_sender_wrote_is_run(path: str, name: str, value: str, host: str) -> None:
    """Whatever it is, the shell sees one command on one line with the options we wrote."""
    line = curl_line(
        span_of(
            _SERVED
            | {
                "url.path": path,
                "server.address": host,
                f"http.request.header.{name}": [value],
                "user_agent.original": value,
            }
        )
    )

    if line is not None:
        assert line.isprintable() or "\n" not in line
        words = shlex.split(line)
        rest = [word for word in words[1:] if word != "--globoff"]
        assert words[0] == "curl"
        assert set(rest[::2]) <= {"-H", "--url"}
        assert not any(word.startswith("@") for word in rest[1::2])
        assert rest[-1].startswith(("http://", "https://"))
