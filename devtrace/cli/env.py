"""`devtrace env`: shell lines that point an OpenTelemetry SDK at this devtrace."""

import os
import shlex
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv6Address
from pathlib import PurePath
from typing import Any

import click

from devtrace.cli.context import Context
from devtrace.session import SessionConfig

_WILDCARDS = {"", "0.0.0.0", "::"}  # noqa: S104  # an address to send to, not to bind


def sdk_variables(
    host: str, *, protocol: str, port: int, current: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment in which an SDK exports its traces to *host*.

    The protocol is named, because SDKs differ in which they take by default; batches
    leave twice a second, because an SDK's own five seconds feel like nothing arrives.
    Variables that would override these are set as well, where *current* has them.

    Args:
        host: Name or address that devtrace listens on; one that means every
            interface becomes `localhost`.
        protocol: `http/protobuf` or `grpc`.
        port: The port that devtrace takes *protocol* on.
        current: The environment that the result is added to.

    Source:
        OpenTelemetry specification, `protocol/exporter.md` and
        `configuration/sdk-environment-variables.md`.
    """
    endpoint = f"http://{_in_url(host)}:{port}"
    variables = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_TRACES_EXPORTER": "otlp",
        "OTEL_BSP_SCHEDULE_DELAY": current.get("OTEL_BSP_SCHEDULE_DELAY") or "500",
    }
    overriding = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint
        if protocol == "grpc"
        else f"{endpoint}/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": protocol,
        "OTEL_SDK_DISABLED": "false",
    }
    return variables | {name: overriding[name] for name in overriding if current.get(name)}


def _in_url(host: str) -> str:
    if host in _WILDCARDS:
        return "localhost"
    try:
        IPv6Address(host)
    except AddressValueError:
        return host
    return f"[{host}]"


@click.command(short_help="print shell lines that point an SDK here")
@click.option(
    "--shell",
    type=click.Choice(["posix", "fish"]),
    help="Whose syntax to use; told from $SHELL if not given.",
)
@click.option(
    "--protocol",
    type=click.Choice(["http/protobuf", "grpc"]),
    default="http/protobuf",
    show_default=True,
    help="What the SDK is to speak.",
)
@click.option("--host", help="Where devtrace listens; as `devtrace` has it if not given.")
@click.option("--grpc-port", type=click.IntRange(1, 65_535), help="Its port for OTLP/gRPC.")
@click.option("--http-port", type=click.IntRange(1, 65_535), help="Its port for OTLP/HTTP.")
@click.pass_context
def env(
    click_context: click.Context, /, *, shell: str | None, protocol: str, **_: object
) -> int:
    """Print shell lines that point an OpenTelemetry SDK here.

    Use it as: eval "$(devtrace env)", or in fish: devtrace env | source

    Exit status: 0.
    """
    context: Context = click_context.obj
    port = _setting(click_context, "grpc_port" if protocol == "grpc" else "http_port")
    if not port:
        raise click.UsageError(
            "port 0 is whichever is free; name the port that devtrace shows", click_context
        )
    variables = sdk_variables(
        _setting(click_context, "host"), protocol=protocol, port=port, current=os.environ
    )
    if (shell or _users_shell()) == "fish":
        for name, value in variables.items():
            context.write(f"set -gx {name} {_fish_quoted(value)};")
        context.write("# devtrace env | source")
    else:
        for name, value in variables.items():
            context.write(f"export {name}={shlex.quote(value)}")
        context.write('# eval "$(devtrace env)"')
    return 0


def _setting(click_context: click.Context, name: str) -> Any:  # noqa: ANN401  # a click value
    """Return what was typed for *name*, else what `devtrace` itself would take."""
    typed = click_context.params[name]
    if typed is not None:
        return typed
    inherited = click_context.find_root().params.get(name)
    return getattr(SessionConfig(), name) if inherited is None else inherited


def _users_shell() -> str:
    return "fish" if PurePath(os.environ.get("SHELL", "")).name == "fish" else "posix"


def _fish_quoted(text: str) -> str:
    """Quote for fish, which knows two escapes within single quotes."""
    if shlex.quote(text) == text:
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
