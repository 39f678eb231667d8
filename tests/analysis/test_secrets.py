"""What gives access to something is recognised by its name or its shape."""

import pytest

from devtrace.analysis.secrets import is_secret, without_secrets


@pytest.mark.parametrize(
    "name",
    [
        "authorization", "http.request.header.authorization", "Set-Cookie", "x-api-key", "db.password",
        "client_secret", "access_token", "aws.access_key", "session.id", "http.request.header.x_api_key",
    ],
)  # fmt: skip
def test_a_secret_is_known_by_its_name(name: str) -> None:
    """In whatever spelling."""
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    ["gen_ai.usage.input_tokens", "author", "http.route", "key", "monkey.api", "", "a" * 9],
)
def test_other_names_are_none(name: str) -> None:
    """Tokens that are counted are no token."""
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("postgres://me:pw@db/shop", "postgres://REDACTED@db/shop"),
        ("Bearer abcdefgh.ijkl", "Bearer REDACTED"),
        ("https://x/y?a=1&token=abc&b=2#z", "https://x/y?a=1&token=REDACTED&b=2#z"),
        ("https://x/?sig=abc", "https://x/?sig=REDACTED"),
        ("access_token=abc&x=1", "access_token=REDACTED&x=1"),
        ("https://x/y?a=1", "https://x/y?a=1"),
        ("bearer of bad news", "bearer of bad news"),
        ("", ""),
    ],
)
def test_a_secret_is_known_by_its_shape(text: str, safe: str) -> None:
    """In URLs and headers; everything else stays as it is."""
    assert without_secrets(text) == safe


@pytest.mark.parametrize("part", ["://", "a=", "?a=", "bearer ", "&", "@", "://a"])
def test_long_text_is_no_trap(part: str) -> None:
    """It is read in one go, however it repeats itself."""
    assert without_secrets(part * 20_000)
