"""`devtrace export`: saved files as one document in another format."""

from pathlib import Path

import click

from devtrace.cli.archives import HeldFiles, files_argument, limit_options
from devtrace.cli.context import Context
from devtrace.cli.where import parsed, where_option
from devtrace.errors import DevtraceError, UsageError
from devtrace.store.limits import Limits

_FORMATS = ("otlp", "otlp-proto", "jaeger", "zipkin")
_STANDARD_OUTPUT = Path("-")


@click.command(short_help="write saved files in another format")
@files_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="otlp",
    show_default=True,
    help="What to write.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    default=_STANDARD_OUTPUT,
    metavar="OUT",
    help="The file to write, whole or not at all; standard output if not given.",
)
@where_option
@limit_options
@click.pass_obj
def export(
    context: Context,
    files: tuple[Path, ...],
    *,
    form: str,
    output: Path,
    where: str | None,
    max_bytes: int,
    max_spans: int,
) -> int:
    """Write the traces in FILEs as one document.

    otlp is OTLP/JSON, one line per trace, as the Collector's file exporter writes it;
    otlp-proto is one serialized TracesData, which loses nothing; jaeger is what Jaeger's
    UI opens; zipkin is what Zipkin's API takes.  A dash is standard input.

    Exit status: 0 written; 1 not everything found room; 2 EXPR does not parse; 4 a file
    cannot be read at all (the others are written), or OUT cannot be written.
    """
    from devtrace.exporters.archive import write_whole
    from devtrace.exporters.documents import Format, document

    if output == _STANDARD_OUTPUT and form == "otlp-proto" and context.stdout.isatty():
        raise UsageError(
            "cannot write protobuf to a terminal", hint="name a file with --output"
        )
    query = parsed(where)
    held = HeldFiles(context, files, Limits(max_bytes=max_bytes, max_spans=max_spans))
    if others := held.counts.logs + held.counts.metrics:
        context.warn(
            f"{others} log records and data points are left out: only traces are written"
        )
    if not held.counts.files:
        return held.exit_code
    pieces = document(filter(query, held.traces(held.trace_ids())), Format(form))
    if output == _STANDARD_OUTPUT:
        context.write_bytes(pieces)
    else:
        write_whole(output, pieces)
    return held.exit_code or (0 if held.is_whole else DevtraceError.exit_code)
