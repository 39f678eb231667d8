"""The options of a receiver mean the same wherever they are written."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from devtrace.cli.options import byte_count, ports_are_chosen, receiver_options
from devtrace.session import SessionConfig


def read(*arguments: str, env: dict[str, str] | None = None) -> tuple[SessionConfig, bool]:
    """Return what a command below a group gets from *arguments*, and whether a port was chosen."""
    seen: list[Any] = []

    @click.group(invoke_without_command=True)
    @receiver_options
    def group(*, config: SessionConfig) -> None:
        seen[:] = [config, False]

    @group.command()
    @receiver_options
    @click.pass_context
    def sub(context: click.Context, *, config: SessionConfig) -> None:
        seen[:] = [config, ports_are_chosen(context)]

    result = CliRunner().invoke(group, arguments, env=env)
    assert result.exit_code == 0, result.output
    return seen[0], seen[1]


def test_without_options_it_is_the_default_session() -> None:
    """The command line and the library agree on what is usual."""
    assert read("sub") == (SessionConfig(), False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("sub", "--host", "::1", "--grpc-port", "0", "--http-port", "9"),
        ("--host", "::1", "--grpc-port", "0", "--http-port", "9", "sub"),
        ("--host", "x", "--grpc-port", "0", "sub", "--host", "::1", "--http-port", "9"),
    ],
)
def test_options_may_stand_before_or_after_the_command(arguments: tuple[str, ...]) -> None:
    """Both orders are natural; the one nearer to the command wins."""
    assert read(*arguments) == (SessionConfig(host="::1", grpc_port=0, http_port=9), True)


def test_logs_have_a_bound_of_their_own() -> None:
    """A service that logs much evicts no traces."""
    config, _ = read("--max-log-bytes", "1MiB", "sub", "--max-bytes", "2MiB")

    assert (config.log_limits.max_bytes, config.limits.max_bytes) == (1024**2, 2 * 1024**2)


def test_the_environment_gives_what_the_command_line_does_not() -> None:
    """Flags win over variables, variables over defaults, at either place."""
    env = {"DEVTRACE_HTTP_PORT": "9", "DEVTRACE_GRPC_PORT": "8"}

    config, is_chosen = read("--grpc-port", "7", "sub", env=env)

    assert (config.grpc_port, config.http_port) == (7, 9)
    assert is_chosen


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1", 1),
        ("1000000", 1_000_000),
        ("256MiB", 256 * 1024**2),
        ("1.5 GiB", 3 * 512 * 1024**2),
        ("500MB", 500_000_000),
        ("64kb", 64_000),
        ("1TiB", 1024**4),
        (" 7 B ", 7),
    ],
)
def test_a_size_is_read_as_people_write_it(text: str, count: int) -> None:
    """Binary and decimal units are what they say they are."""
    assert byte_count(text) == count


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "0.1", "MiB", "3XB", "1 MiB MiB", "inf", "nan", "1e999999999", "½"]
)
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    """Every refusal says what would be right."""
    with pytest.raises(click.BadParameter, match="is no size such as 256MiB"):
        byte_count(text)


def test_a_request_has_a_bound_that_can_be_set() -> None:
    """R13: in the words of all sizes."""
    config, _ = read("sub", "--max-request-bytes", "1MiB")

    assert config.receiver_limits.max_request_bytes == 1024**2


def test_origins_may_be_given_several_times_and_before_the_command() -> None:
    """R65: each as a browser writes it, or every one."""
    origins = ("--cors-origin", "https://a.example:8443", "--cors-origin", "*")
    expected = ("https://a.example:8443", "*")

    assert read("sub", *origins)[0].cors_origins == expected
    assert read(*origins, "sub")[0].cors_origins == expected
    assert read("sub", env={"DEVTRACE_CORS_ORIGIN": "http://b.example"})[0].cors_origins == (
        "http://b.example",
    )


@pytest.mark.parametrize("origin", ["a.example", "https://a.example/page", "", "https://"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    """A path in it would never match what a browser sends."""

    @click.command()
    @receiver_options
    def command(*, config: SessionConfig) -> None: ...

    result = CliRunner().invoke(command, ["--cors-origin", origin])

    assert result.exit_code == 2
    assert "is no origin such as https://app.example:8443, nor *" in result.output
