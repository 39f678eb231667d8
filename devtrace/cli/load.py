"""`devtrace load`: made-up traces for any OTLP receiver, at a rate or as fast as it takes them."""

import json
import os
import re
import secrets
from typing import TYPE_CHECKING, TextIO

import click

from devtrace.cli.context import Context
from devtrace.cli.numbers import FiniteRange
from devtrace.errors import DevtraceError

if TYPE_CHECKING:
    from devtrace.load.load import Load

_TICK_SECONDS = 0.2
_SEEDS = 1 << 32
_PROBLEMS_TOLD = 5
_MAX_LARGE_BYTES = 256 * 1024 * 1024
"""Of the attributes of one request, or of one trace, which is prepared as a whole."""
_BAR_CELLS = 24
_USUAL_COLUMNS = 80
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")


def _headers(
    _context: click.Context, _option: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, str]:
    headers = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE")
        name, value = name.strip(), value.strip()
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise click.BadParameter(f"{pair!r} cannot be sent as a header")
        headers[name] = value
    return headers


@click.command(short_help="send made-up traces to any OTLP receiver")
@click.option(
    "--endpoint", default="", metavar="URL", help="Where to; this machine if not given."
)
@click.option(
    "--protocol",
    type=click.Choice(["grpc", "http/protobuf", "http/json"]),
    default="grpc",
    show_default=True,
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    callback=_headers,
    metavar="NAME=VALUE",
    help="Send with every request, such as an API key; may be repeated.",
)
@click.option("--gzip", "compresses", is_flag=True, help="Compress requests.")
@click.option(
    "--rate",
    type=FiniteRange(min=0),
    default=0,
    metavar="SPANS/S",
    help="By all workers together; 0, the default, is as fast as they are taken.",
)
@click.option(
    "--seconds",
    type=FiniteRange(min=0),
    default=10,
    show_default=True,
    help="How long; 0 is until Ctrl-C.",
)
@click.option(
    "--spans", "max_spans", type=click.IntRange(min=0), default=0, help="End after so many."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=2,
    show_default=True,
    help="Requests in flight at once.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 100_000),
    default=512,
    show_default=True,
    help="Spans in a request.",
)
@click.option(
    "--spans-per-trace", type=click.IntRange(1, 1_000_000), default=16, show_default=True
)
@click.option(
    "--depth",
    type=click.IntRange(1, 1000),
    default=6,
    show_default=True,
    help="Levels of a trace.",
)
@click.option("--services", type=click.IntRange(1, 100_000), default=6, show_default=True)
@click.option(
    "--errors",
    type=FiniteRange(0, 1),
    default=0.05,
    show_default=True,
    metavar="SHARE",
    help="Share of traces in which something fails.",
)
@click.option(
    "--attributes",
    type=click.IntRange(0, 1000),
    default=8,
    show_default=True,
    help="Attributes of a span, at least; what it is gives it some.",
)
@click.option(
    "--attribute-bytes",
    type=click.IntRange(0, 16 * 1024 * 1024),
    default=0,
    metavar="BYTES",
    help="Length of one attribute more in every span.",
)
@click.option(
    "--names",
    type=click.IntRange(0, 100_000),
    default=0,
    metavar="COUNT",
    help="Number the spans, so that they have so many names; few if not given.",
)
@click.option("--reverse", "is_reversed", is_flag=True, help="Send children before parents.")
@click.option("--one-trace", "is_one_trace", is_flag=True, help="Every span in one trace.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Make the same ids and shapes again; told at the end if not given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.pass_obj
def load(
    context: Context,
    endpoint: str,
    protocol: str,
    headers: dict[str, str],
    *,
    compresses: bool,
    rate: float,
    seconds: float,
    max_spans: int,
    workers: int,
    batch: int,
    spans_per_trace: int,
    depth: int,
    services: int,
    errors: float,
    attributes: int,
    attribute_bytes: int,
    names: int,
    is_reversed: bool,
    is_one_trace: bool,
    seed: int | None,
    as_json: bool,
) -> int:
    """Send made-up traces to any OTLP receiver.

    The traces are those of services that call each other, with the attributes of the
    semantic conventions, children within their parents, and errors that are raised in one
    span and make its callers fail. Every trace id is sent once, unless --one-trace asks
    for what a runaway loop sends.

    What a receiver asks to be sent again is sent again, up to 5 times. Ctrl-C ends it early.

    Exit status: 0 every span was acknowledged; 1 some were refused, or nobody answered;
    2 the endpoint is none.
    """
    from devtrace.exporters.target import Protocol, target
    from devtrace.load.load import Load, LoadConfig
    from devtrace.load.shape import Shape

    if max(batch, spans_per_trace) * attribute_bytes > _MAX_LARGE_BYTES:
        raise click.UsageError(
            f"traces and requests have at most {_MAX_LARGE_BYTES >> 20} MiB: "
            "lower --attribute-bytes, --batch or --spans-per-trace"
        )
    seed = secrets.randbelow(_SEEDS) if seed is None else seed
    config = LoadConfig(
        target=target(endpoint, Protocol(protocol), headers=headers),
        shape=Shape(
            spans_per_trace=spans_per_trace,
            depth=depth,
            services=services,
            error_share=errors,
            attributes_per_span=attributes,
            attribute_bytes=attribute_bytes,
            names=names,
            is_reversed=is_reversed,
            is_one_trace=is_one_trace,
        ),
        batch=batch,
        rate=rate,
        seconds=seconds,
        max_spans=max_spans,
        workers=workers,
        seed=seed,
        compresses=compresses,
    )
    running = Load(config)
    _watch(context, running, seconds=seconds, max_spans=max_spans)
    tally = running.tally
    if as_json:
        context.write(json.dumps(_summary(running, seed)))
    else:
        for line in _lines(_summary(running, seed)):
            context.write(line)
    if not tally.acknowledged_spans and tally.last_failure is not None:
        raise running.client.error(tally.last_failure)
    for problem, count in tally.problems.most_common(_PROBLEMS_TOLD):
        context.warn(f"{count:,} × {problem}")
    return 0 if tally.is_clean else DevtraceError.exit_code


def _watch(context: Context, running: "Load", *, seconds: float, max_spans: int) -> None:
    """Run the load to its end; on a terminal, say on one line how it goes."""
    is_told = context.stderr.isatty()
    try:
        with running:
            while not running.wait(_TICK_SECONDS):
                if is_told:
                    line = _progress(running, seconds, max_spans, _columns(context.stderr))
                    context.stderr.write("\r\x1b[K" + line)
                    context.stderr.flush()
    except KeyboardInterrupt:
        pass  # what was sent by then is summed up
    finally:
        if is_told:
            context.stderr.write("\r\x1b[K")
            context.stderr.flush()


def _columns(terminal: TextIO) -> int:
    try:
        return os.get_terminal_size(terminal.fileno()).columns or _USUAL_COLUMNS
    except OSError:  # none that knows
        return _USUAL_COLUMNS


def _progress(running: "Load", seconds: float, max_spans: int, columns: int) -> str:
    """Return how it goes on one line, without the bar where that would not fit."""
    tally, elapsed = running.tally, running.elapsed_seconds
    shares = []
    if seconds:
        shares.append(elapsed / seconds)
    if max_spans:
        shares.append(tally.sent_spans / max_spans)
    bar = ""
    if shares:
        full = round(_BAR_CELLS * min(1.0, max(shares)))
        bar = "█" * full + "░" * (_BAR_CELLS - full) + "  "
    trouble = tally.refused_spans + tally.failed_spans
    figures = (
        f"{elapsed:.0f} s  {tally.acknowledged_spans:,} spans  "
        f"{tally.acknowledged_spans / max(elapsed, 0.001):,.0f}/s"
        + (f"  {trouble:,} refused or failed" if trouble else "")
    )
    line = bar + figures
    return (line if len(line) < columns else figures)[: columns - 1]


def _summary(running: "Load", seed: int) -> dict[str, str | int | float]:
    tally, latencies = running.tally, running.tally.latencies
    elapsed = running.elapsed_seconds
    return {
        "endpoint": str(running.client.target),
        "protocol": str(running.client.target.protocol),
        "seconds": round(elapsed, 3),
        "requests": tally.requests,
        "retries": tally.retries,
        "sent": tally.sent_spans,
        "acknowledged": tally.acknowledged_spans,
        "refused": tally.refused_spans,
        "failed": tally.failed_spans,
        "bytes": tally.sent_bytes,
        "spans_per_second": round(tally.acknowledged_spans / max(elapsed, 0.001), 1),
        "latency_p50_ms": round(1000 * latencies.percentile_seconds(0.5), 3),
        "latency_p99_ms": round(1000 * latencies.percentile_seconds(0.99), 3),
        "latency_max_ms": round(1000 * latencies.max_seconds, 3),
        "seed": seed,
    }


def _lines(summary: dict[str, str | int | float]) -> list[str]:
    """Return the summary for people."""
    return [
        "{endpoint} ({protocol}), {seconds:.1f} s, seed {seed}".format_map(summary),
        "sent          {sent:>12,} spans in {requests:,} requests, {retries:,} sent again".format_map(
            summary
        ),
        "acknowledged  {acknowledged:>12,} spans, {spans_per_second:,.0f}/s".format_map(
            summary
        ),
        "refused       {refused:>12,} spans".format_map(summary),
        "failed        {failed:>12,} spans, unanswered".format_map(summary),
        "latency       p50 {latency_p50_ms:.1f} ms, p99 {latency_p99_ms:.1f} ms, "
        "max {latency_max_ms:.1f} ms".format_map(summary),
    ]
