"""`devtrace env` prints what a shell can evaluate, and nothing else."""

import os
import shutil
import subprocess
import sys
from io import StringIO

import click
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from devtrace.cli.context import Context
from devtrace.cli.env import env, sdk_variables

HTTP = "http/protobuf"


def run(*arguments: str, variables: dict[str, str | None] | None = None) -> str:
    """Return what `devtrace env` with *arguments* writes to stdout."""
    context = Context(stdout=StringIO(), stderr=StringIO())
    result = CliRunner().invoke(env, arguments, obj=context, env=variables or {})
    assert result.exit_code == 0, result.output
    assert isinstance(context.stdout, StringIO)
    return context.stdout.getvalue()


def evaluated(script: str, name: str) -> str:
    """Return the value of a variable after a POSIX shell evaluated *script*."""
    return subprocess.run(
        ["/bin/sh", "-c", f'eval "$SCRIPT"; printf %s "${name}"'],
        env={"SCRIPT": script, "PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
    ).stdout.decode()


def test_a_shell_that_evaluates_it_points_here() -> None:
    """The line in the documentation works as it stands, in a real shell."""
    folder = os.path.dirname(sys.executable)  # noqa: PTH120  # where the command is installed
    output = subprocess.run(
        ["/bin/sh", "-c", 'eval "$(devtrace env)"; env'],
        env={"PATH": f"{folder}:{os.environ['PATH']}", "SHELL": "/bin/sh"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()

    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318" in output
    assert "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in output
    assert "OTEL_TRACES_EXPORTER=otlp" in output


def test_every_line_is_a_shell_line() -> None:
    """Nothing on stdout would be run as something else."""
    *exports, hint = run(variables={"SHELL": "/bin/bash"}).splitlines()

    assert all(line.startswith("export OTEL_") for line in exports)
    assert hint == '# eval "$(devtrace env)"'


def test_grpc_has_its_own_port() -> None:
    """The endpoint follows the protocol, so neither goes to the other's port."""
    script = run("--protocol", "grpc", "--grpc-port", "5", "--http-port", "6")

    assert evaluated(script, "OTEL_EXPORTER_OTLP_ENDPOINT") == "http://localhost:5"
    assert evaluated(script, "OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc"


def test_options_of_the_receiver_are_options_here() -> None:
    """`devtrace --http-port N` receives where `devtrace --http-port N env` points."""

    @click.group()
    @click.option("--http-port", type=int)
    def group(http_port: int) -> None:
        pass

    group.add_command(env)
    context = Context(stdout=StringIO(), stderr=StringIO())
    CliRunner().invoke(group, ["--http-port", "7", "env"], obj=context)

    assert isinstance(context.stdout, StringIO)
    assert "localhost:7\n" in context.stdout.getvalue()


def test_a_port_that_is_not_known_yet_is_refused() -> None:
    """Port 0 is chosen when devtrace starts; no endpoint can be made of it."""

    @click.group()
    @click.option("--http-port", type=int)
    def group(http_port: int) -> None:
        pass

    group.add_command(env)
    result = CliRunner().invoke(
        group, ["--http-port", "0", "env"], obj=Context(stdout=StringIO(), stderr=StringIO())
    )

    assert result.exit_code == 2
    assert "port 0 is whichever is free" in result.output


@pytest.mark.parametrize(
    ("host", "endpoint"),
    [
        ("localhost", "http://localhost:4318"),
        ("10.1.2.3", "http://10.1.2.3:4318"),
        ("::1", "http://[::1]:4318"),
        ("0.0.0.0", "http://localhost:4318"),  # noqa: S104  # nothing is bound
        ("::", "http://localhost:4318"),
    ],
)
def test_the_host_becomes_an_address_to_send_to(host: str, endpoint: str) -> None:
    """An IPv6 address gets its brackets, and an address that means all becomes one."""
    variables = sdk_variables(host, protocol=HTTP, port=4318, current={})

    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == endpoint


@pytest.mark.parametrize(
    ("protocol", "endpoint"), [(HTTP, "http://h:1/v1/traces"), ("grpc", "http://h:1")]
)
def test_settings_that_would_win_are_overridden(protocol: str, endpoint: str) -> None:
    """An endpoint for traces alone, left over in the shell, does not take them elsewhere."""
    current = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://vendor.example",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/json",
        "OTEL_SDK_DISABLED": "true",
    }

    variables = sdk_variables("h", protocol=protocol, port=1, current=current)

    assert variables["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] == endpoint
    assert variables["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] == protocol
    assert variables["OTEL_SDK_DISABLED"] == "false"


def test_batches_leave_quickly_unless_the_user_says_how() -> None:
    """Spans show while one looks, and a delay that somebody chose stays."""
    name = "OTEL_BSP_SCHEDULE_DELAY"

    assert sdk_variables("h", protocol=HTTP, port=1, current={})[name] == "500"
    assert sdk_variables("h", protocol=HTTP, port=1, current={name: "9"})[name] == "9"


def test_the_shell_is_told_from_the_environment() -> None:
    """A fish user gets fish without asking; everyone else gets POSIX."""
    assert run(variables={"SHELL": "/usr/bin/fish"}).startswith("set -gx OTEL_")
    assert run(variables={"SHELL": None}).startswith("export OTEL_")
    assert run("--shell", "posix", variables={"SHELL": "/usr/bin/fish"}).startswith("export")


@settings(max_examples=25, deadline=None)
@given(host=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_no_value_leaves_its_quotes(host: str) -> None:
    """Whatever is typed as host arrives as text, and is never run."""
    script = run("--shell", "posix", f"--host={host}")

    expected = sdk_variables(host, protocol=HTTP, port=4318, current={})
    name = "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert evaluated(script, name) == expected[name]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_reads_its_own_syntax() -> None:
    """A fish that sources the output points here too, with quotes and backslashes intact."""
    output = subprocess.run(
        ["fish", "--no-config", "-c", "source; echo -n $OTEL_EXPORTER_OTLP_ENDPOINT"],  # noqa: S607
        input=run("--shell", "fish", "--host", "it's\\'odd"),
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert output == "http://it's\\'odd:4318"


def test_fish_quotes_what_needs_it() -> None:
    """Quotes and backslashes are escaped as fish wants them."""
    script = run("--shell", "fish", "--host", "a'b\\c")

    assert r"'http://a\'b\\c:4318';" in script
