"""Pages of this machine may send; pages from elsewhere only when they are named."""

import pytest

from devtrace.receivers.cors import (
    ANY_ORIGIN,
    CorsPolicy,
    preflight_headers,
    response_headers,
)


@pytest.mark.parametrize(
    "origin",
    [
        b"http://localhost",
        b"http://localhost:3000",
        b"https://localhost:8443",
        b"http://127.0.0.1:5173",
        b"http://[::1]:8080",
        b"HTTP://LOCALHOST:3000",
        b"null",
    ],
)
def test_pages_of_this_machine_may_send(origin: bytes) -> None:
    """Development servers listen on any port; pages opened from a file are `null`."""
    assert CorsPolicy().allows(origin)


@pytest.mark.parametrize(
    "origin",
    [
        b"https://evil.example",
        b"http://localhost.evil.example",
        b"http://localhost:3000.evil.example",
        b"http://notlocalhost",
        b"http://127.0.0.1.evil.example",
        b"http://localhost:3000/path",
        b"file://",
        b"http://localhost:999999",
        b"",
        b"http://localhost\n",
    ],
)
def test_other_pages_may_not(origin: bytes) -> None:
    """A page somewhere must not write into a developer's tracer."""
    assert not CorsPolicy().allows(origin)


def test_named_origins_may_send_too() -> None:
    """Beside those of this machine."""
    policy = CorsPolicy(["https://App.example:8443/"])

    assert policy.allows(b"https://app.example:8443")
    assert policy.allows(b"http://localhost:1")
    assert not policy.allows(b"https://app.example")


def test_any_origin_may_send_when_it_is_asked_for() -> None:
    """But nothing that cannot stand in a header."""
    policy = CorsPolicy([ANY_ORIGIN])

    assert policy.allows(b"https://anything.example")
    assert not policy.allows(b"https://a\r\nset-cookie: x")


def test_the_origin_is_echoed() -> None:
    """Browsers refuse the wildcard from exporters that send credentials."""
    assert dict(response_headers(b"http://localhost:1")) == {
        b"access-control-allow-origin": b"http://localhost:1",
        b"access-control-allow-credentials": b"true",
        b"vary": b"Origin",
    }


def test_a_preflight_allows_every_header_that_is_asked_for() -> None:
    """Instrumentation adds its own to the exporter's requests."""
    headers = dict(
        preflight_headers(requested_headers=b"Content-Type,traceparent , X-Key\x00<")
    )

    assert headers[b"access-control-allow-methods"] == b"POST"
    assert headers[b"access-control-allow-headers"] == b"content-type, traceparent, x-key"
    assert int(headers[b"access-control-max-age"]) > 0
    assert b"access-control-allow-private-network" not in headers


def test_a_preflight_answers_only_what_is_asked() -> None:
    """Headers are named only on request; a private network likewise."""
    headers = dict(preflight_headers(asks_private_network=True))

    assert b"access-control-allow-headers" not in headers
    assert headers[b"access-control-allow-private-network"] == b"true"
