"""The options of every command that receives."""

import functools
import re
from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from devtrace.receivers.limits import ReceiverLimits
from devtrace.session import GRPC_PORT, HTTP_PORT, SessionConfig
from devtrace.store.limits import MEBIBYTE, Limits, LogLimits, MetricLimits

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*(?:([KMGT])(I)?)?B?", re.IGNORECASE)
_ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^\s/]+/?", re.IGNORECASE)
_PORTS = ("grpc_port", "http_port")


def byte_count(text: str) -> int:
    """Read an amount of memory: `256MiB`, `1.5 GiB`, `500MB` or a plain number of bytes.

    Returns:
        Bytes, at least 1.

    Raises:
        click.BadParameter: If *text* is none.
    """
    match = _SIZE.fullmatch(text.strip())
    count = 0
    if match is not None:
        number, prefix, binary = match.groups()
        power = "KMGT".index(prefix.upper()) + 1 if prefix else 0
        whole, _, fraction = number.partition(".")
        count = int(whole + fraction) * (1024 if binary else 1000) ** power
        count //= 10 ** len(fraction)
    if count < 1:
        raise click.BadParameter(f"{text!r} is no size such as 256MiB, 1GiB or 1000000")
    return count


def _inherited(context: click.Context, option: click.Parameter, value: object) -> object:
    """Let `devtrace --host X serve` mean `devtrace serve --host X`."""
    name = option.name or ""
    typed = ParameterSource.COMMANDLINE
    parent = context.parent
    if (
        parent is not None
        and parent.get_parameter_source(name) is typed
        and context.get_parameter_source(name) is not typed
    ):
        return parent.params[name]
    return value


def _origins(context: click.Context, option: click.Parameter, value: tuple[str, ...]) -> object:
    """Check that each origin is written as a browser does."""
    for origin in value:
        if not _ORIGIN.fullmatch(origin):
            raise click.BadParameter(
                f"{origin!r} is no origin such as https://app.example:8443, nor *"
            )
    return _inherited(context, option, value)


def _option(flag: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:  # noqa: ANN401
    variable = f"DEVTRACE_{flag.removeprefix('--').replace('-', '_').upper()}"
    return click.option(
        flag,
        envvar=variable,
        show_envvar=True,
        show_default=True,
        **({"callback": _inherited} | settings),
    )


_OPTIONS = (
    _option(
        "--host",
        default="localhost",
        help="Address to receive on; localhost is 127.0.0.1 and ::1.",
    ),
    _option(
        "--grpc-port",
        type=click.IntRange(0, 65_535),
        default=GRPC_PORT,
        help="Port for OTLP/gRPC; 0 is any free one.",
    ),
    _option(
        "--http-port",
        type=click.IntRange(0, 65_535),
        default=HTTP_PORT,
        help="Port for OTLP/HTTP; 0 is any free one.",
    ),
    _option(
        "--max-bytes",
        type=byte_count,
        metavar="SIZE",
        default=f"{Limits().max_bytes // MEBIBYTE}MiB",
        help="Memory for spans; the oldest traces leave first.",
    ),
    _option(
        "--max-spans",
        type=click.IntRange(min=1),
        default=Limits().max_spans,
        help="Spans to keep; the oldest traces leave first.",
    ),
    _option(
        "--max-log-bytes",
        type=byte_count,
        metavar="SIZE",
        default=f"{LogLimits().max_bytes // MEBIBYTE}MiB",
        help="Memory for log records; the oldest leave first.",
    ),
    _option(
        "--max-request-bytes",
        type=byte_count,
        metavar="SIZE",
        default=f"{ReceiverLimits().max_request_bytes // MEBIBYTE}MiB",
        help="Largest request that is read, as sent and decompressed.",
    ),
    _option(
        "--cors-origin",
        multiple=True,
        metavar="ORIGIN",
        callback=_origins,
        help="Web pages that may send beside those of this machine, such as "
        "https://app.example:8443; * is every page. May be given several times.",
    ),
    _option(
        "--max-metric-bytes",
        type=byte_count,
        metavar="SIZE",
        default=f"{MetricLimits().max_bytes // MEBIBYTE}MiB",
        help="Memory for metrics; the oldest data points leave first.",
    ),
)


def receiver_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the options of a receiver; it gets them as one keyword, `config`."""

    @functools.wraps(command)
    def with_config(
        *args: object,
        host: str,
        grpc_port: int,
        http_port: int,
        max_bytes: int,
        max_spans: int,
        max_log_bytes: int,
        max_request_bytes: int,
        cors_origin: tuple[str, ...],
        max_metric_bytes: int,
        **others: object,
    ) -> object:
        config = SessionConfig(
            host=host,
            grpc_port=grpc_port,
            http_port=http_port,
            limits=Limits(max_bytes=max_bytes, max_spans=max_spans),
            log_limits=LogLimits(max_bytes=max_log_bytes),
            receiver_limits=ReceiverLimits(max_request_bytes=max_request_bytes),
            cors_origins=cors_origin,
            metric_limits=MetricLimits(max_bytes=max_metric_bytes),
        )
        return command(*args, config=config, **others)

    for option in reversed(_OPTIONS):
        with_config = option(with_config)
    return with_config


def ports_are_chosen(context: click.Context) -> bool:
    """Return whether the user said on which port to receive, in any way there is."""
    chosen = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
    contexts = (context, context.parent or context)
    return any(
        each.get_parameter_source(port) in chosen for each in contexts for port in _PORTS
    )
